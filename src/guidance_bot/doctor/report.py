"""An examination as text for people at a terminal."""

import textwrap
from collections.abc import Sequence

from guidance_bot.doctor.findings import Examination, Finding
from guidance_bot.wording import printable


def report_text(found: Examination, *, width: int = 80) -> str:
    """Return *found* for people: each finding, then how many, or that everything fits."""
    errors = sum(finding.level == "error" for finding in found.findings)
    warnings = len(found.findings) - errors
    counts = [_count(n, w) for n, w in ((errors, "error"), (warnings, "warning")) if n]
    told = ", ".join(counts)
    if errors:
        starts = "does not start" if found.deafening else "starts all the same"
        last = f"{told}: guidance-bot serve {starts}."
    else:
        facts = [_count(len(found.scopes), "scope")] if found.scopes else []
        facts.append(_count(found.pages, "page"))
        last = f"Everything fits{told and f' ({told})'}: serve listens {found.listening} as @{found.bot} in {found.team}; {'; '.join(facts)}."
    blocks = [findings_text(found.findings, width=width), _wrap(last, width)]
    return "\n\n".join(block for block in blocks if block)


def findings_text(findings: Sequence[Finding], *, width: int = 80) -> str:
    """Return a block for each finding: what is wrong, then its mend."""
    blocks: list[str] = []
    for finding in findings:
        # A sentence that names its subject needs no heading.
        where = "" if finding.where in finding.message else f"{finding.where}: "
        mark = "warning: " if finding.level == "warning" else ""
        wrong = _wrap(f"{where}{mark}{finding.message}", width)
        blocks.append(f"{wrong}\n{_wrap(finding.mend, width, '  Mend: ', '  ')}")
    return "\n\n".join(blocks)


def _wrap(text: str, width: int, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        printable(text),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
