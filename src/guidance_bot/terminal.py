"""Answers, reports and problems as text for people at a terminal.

Plain functions from values to text; ``Paper`` knows the width and whether
colours are welcome. Colour never carries meaning: every word is there without it.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from guidance_bot.answering.answers import Answer, Citation
from guidance_bot.answering.labels import (
    bound_elsewhere,
    cited_in,
    day,
    person_to_ask,
    source_label,
    standing,
)
from guidance_bot.errors import Problem
from guidance_bot.knowledge.content import Knowledge, Page, Paragraph, Passage, Source
from guidance_bot.knowledge.marks import plain
from guidance_bot.wording import NUMBERS, printable, quoted, sentence

MAX_WIDTH: Final = 88
_ITEM: Final = re.compile(r"(?m)^(?P<indent>\s*)(?P<marker>[-*+]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Paper:
    """Where text is printed: its width in columns, and whether it takes colour."""

    width: int = 80
    colour: bool = False

    def bold(self, text: str) -> str:
        """Return *text* in bold where colour is welcome."""
        return f"\x1b[1m{text}\x1b[0m" if self.colour and text else text

    def dim(self, text: str) -> str:
        """Return *text* dimmed where colour is welcome."""
        return f"\x1b[2m{text}\x1b[0m" if self.colour and text else text

    def wrap(self, text: str, *, first: str = "", rest: str | None = None) -> str:
        """Return *text* folded to the width, never inside a word or an address."""
        return textwrap.fill(
            printable(text),
            min(self.width, MAX_WIDTH),
            initial_indent=first,
            subsequent_indent=first if rest is None else rest,
            break_long_words=False,
            break_on_hyphens=False,
        )


@dataclass(slots=True)
class _Notes:
    """Numbers of the sources, in the order in which the text names them."""

    sources: Mapping[str, Source]
    numbers: dict[str, int] = field(default_factory=dict)

    def marks(self, ids: Sequence[str]) -> str:
        known = [id_ for id_ in ids if id_ in self.sources]
        return "".join(
            f" [{self.numbers.setdefault(id_, len(self.numbers) + 1)}]" for id_ in known
        )


def answer_text(given: Answer, knowledge: Knowledge, paper: Paper) -> str:
    """Return *given* as people read it; the first line already answers."""
    if given.message is not None:
        return paper.wrap(given.message)
    blocks = [paper.wrap(notice) for notice in given.notices]
    if given.verdict == "nothing":
        blocks += _nothing(given, knowledge, paper)
    elif given.verdict == "unsure":
        blocks += _unsure(given, knowledge, paper)
    else:
        blocks += _answered(given, knowledge, paper)
    return "\n\n".join(block for block in blocks if block)


def _answered(given: Answer, knowledge: Knowledge, paper: Paper) -> Iterator[str]:
    overrides = knowledge.organisation.wording
    first, *others = given.citations
    notes = _Notes(knowledge.sources)
    if given.is_sensitive:
        yield paper.wrap(sentence("sensitive", overrides))
    yield _lead(first, notes, paper, overrides, bold=True)
    whom = bound_elsewhere(first, given, knowledge)
    if whom:
        key = "binds" if first.passage.jurisdiction is None else "section-binds"
        yield paper.wrap(sentence(key, overrides, jurisdictions=whom))
    same = [c for c in others if c.page.id == first.page.id]
    for citation in same:
        heading = f"{citation.passage.heading} ({_standing(citation, knowledge)})"
        yield f"{paper.bold(paper.wrap(heading))}\n{_lead(citation, notes, paper, overrides)}"
    if given.missing:
        text = sentence("misses", overrides, words=quoted(given.missing))
        yield paper.wrap(text)
    yield _footer(first, knowledge, paper)
    if notes.numbers:
        yield _sources(notes, knowledge, paper)
    further = [c for c in others if c.page.id != first.page.id]
    if further:
        pointers = (_pointer(c, given, knowledge, paper, "• ") for c in further)
        yield "\n".join([paper.bold(sentence("see-also", overrides)), *pointers])
    yield from _asides(given, knowledge, paper)


def _asides(given: Answer, knowledge: Knowledge, paper: Paper) -> Iterator[str]:
    overrides = knowledge.organisation.wording
    for word, known in given.read_as:
        one, two = quoted((word,)), quoted((known,))
        yield paper.wrap(sentence("read-as", overrides, word=one, known=two))
    if given.asker.jurisdiction is None and knowledge.organisation.jurisdiction is None:
        yield _which_rules(given, knowledge, paper)


def _lead(
    citation: Citation,
    notes: _Notes,
    paper: Paper,
    overrides: Mapping[str, str],
    *,
    bold: bool = False,
) -> str:
    passage = citation.passage
    of_paragraph: dict[int, list[str]] = {}
    for start, end in citation.lead:
        number = next(
            n for n, p in enumerate(passage.paragraphs) if p.start <= start < p.end
        )
        of_paragraph.setdefault(number, []).append(plain(passage.text[start:end]))
    printed: list[str] = []
    for number, pieces in of_paragraph.items():
        marker = _marker(passage, number)
        words = " … ".join(pieces)
        words += _numbers(passage.paragraphs[number], notes, overrides)
        wrapped = paper.wrap(words, first=marker, rest=" " * len(marker))
        printed.append(paper.bold(wrapped) if bold and not printed else wrapped)
    return "\n".join(printed)


def _numbers(paragraph: Paragraph, notes: _Notes, overrides: Mapping[str, str]) -> str:
    marks = notes.marks(paragraph.sources)
    if not marks or paragraph.says:
        return marks
    return f" ({sentence('based-on', overrides, numbers=marks.strip())})"


def _standing(citation: Citation, knowledge: Knowledge) -> str:
    cited = cited_in(citation, knowledge)
    return standing(citation.authority, cited, knowledge.sources)


def _marker(passage: Passage, number: int) -> str:
    paragraph = passage.paragraphs[number]
    match = _ITEM.match(passage.text, paragraph.start, paragraph.end)
    if match is None:
        return ""
    return f"{match['marker']} " if match["marker"][0].isdigit() else "• "


def _footer(citation: Citation, knowledge: Knowledge, paper: Paper) -> str:
    overrides = knowledge.organisation.wording
    facts = _facts(citation.page, knowledge, is_overdue=citation.overdue)
    permission = sentence("not-permission", overrides)
    text = f"{_standing(citation, knowledge)}. {facts}. {permission}"
    line = paper.dim(paper.wrap(text))
    titles = [policy.title for policy in knowledge.organisation.policies]
    if not titles:
        return line
    check = sentence("check-first", overrides, policies="; ".join(titles))
    return f"{paper.wrap(check)}\n{line}"


def _facts(page: Page, knowledge: Knowledge, *, is_overdue: bool) -> str:
    overrides = knowledge.organisation.wording
    owner = knowledge.organisation.owners.get(page.owner)
    key = "adopted" if page.reviewed_by else "reviewed"
    values = {"date": day(page.reviewed), "person": page.reviewed_by}
    parts = [
        sentence("page", overrides, title=page.title),
        sentence("owner", overrides, name=owner.name if owner else page.owner),
        sentence(key, overrides, **values),
    ]
    if page.status == "starter":
        parts.append(sentence("starter", overrides))
    if is_overdue:
        parts.append(sentence("overdue", overrides))
    return "; ".join(parts)


def _pointer(
    citation: Citation, given: Answer, knowledge: Knowledge, paper: Paper, mark: str
) -> str:
    page = citation.page
    whom = bound_elsewhere(citation, given, knowledge)
    binds = f" (for: {whom})" if whom else ""
    text = f"{page.title}{binds}: {page.summary} ({page.id})"
    return paper.wrap(text, first=mark, rest=" " * len(mark))


def _which_rules(given: Answer, knowledge: Knowledge, paper: Paper) -> str:
    codes = given.citations[0].page.jurisdictions
    if not codes:
        return ""
    overrides = knowledge.organisation.wording
    names = knowledge.organisation.jurisdictions
    listed = "; ".join(f"{names.get(code, code)} (--for {code})" for code in codes)
    text = sentence("which-rules", overrides, codes=listed)
    return paper.wrap(text)


def _sources(notes: _Notes, knowledge: Knowledge, paper: Paper) -> str:
    names = knowledge.organisation.jurisdictions
    lines = [paper.bold(sentence("sources", knowledge.organisation.wording))]
    for id_, number in notes.numbers.items():
        source = knowledge.sources[id_]
        whose = names.get(source.jurisdiction, source.jurisdiction)
        label = source_label(source, knowledge.sources)
        mark = f"[{number}] "
        text = f"{label} ({whose}): {source.title}, {source.publisher}."
        lines.append(paper.wrap(text, first=mark, rest=" " * len(mark)))
        if source.url:
            lines.append(paper.dim(" " * len(mark) + printable(source.url)))
    return "\n".join(lines)


def _unsure(given: Answer, knowledge: Knowledge, paper: Paper) -> Iterator[str]:
    overrides = knowledge.organisation.wording
    count = len(given.citations)
    missing = ""
    if given.unmatched:
        key = {1: "missing-one", 2: "missing-two"}.get(count, "missing-many")
        missing = sentence(key, overrides, words=quoted(given.unmatched))
    key = "unsure-one" if count == 1 else "unsure-many"
    text = sentence(key, overrides, count=NUMBERS[count], missing=missing)
    yield paper.bold(paper.wrap(text))
    yield "\n".join(
        _pointer(citation, given, knowledge, paper, f"{number}. ")
        for number, citation in enumerate(given.citations, 1)
    )
    owner = person_to_ask(given.citations[0].page.id, knowledge)
    yield paper.wrap(sentence("not-these", overrides, owner=owner)) if owner else ""


def _nothing(given: Answer, knowledge: Knowledge, paper: Paper) -> Iterator[str]:
    overrides = knowledge.organisation.wording
    if given.unmatched:
        text = sentence("nothing", overrides, words=quoted(given.unmatched))
    else:
        text = sentence("nothing-unnamed", overrides)
    yield paper.bold(paper.wrap(text))
    nearest = dict.fromkeys(id_.split("#", maxsplit=1)[0] for id_ in given.also)
    pages = [knowledge.pages[page] for page in nearest][:3]
    if pages:
        lines = [f"• {page.title} ({page.id})" for page in pages]
        yield "\n".join(
            [
                sentence("nearest-pages", overrides),
                *(paper.wrap(x, rest="  ") for x in lines),
            ]
        )
    owner = person_to_ask(pages[0].id if pages else "", knowledge)
    yield paper.wrap(sentence("ask-owner", overrides, owner=owner)) if owner else ""


def page_text(
    page: Page,
    passages: Sequence[Passage],
    knowledge: Knowledge,
    paper: Paper,
    *,
    is_overdue: bool = False,
) -> str:
    """Return a whole page or some of its passages, with each paragraph's authority."""
    notes = _Notes(knowledge.sources)
    names = knowledge.organisation.jurisdictions
    facts = _facts(page, knowledge, is_overdue=is_overdue)
    blocks = [
        f"{paper.bold(paper.wrap(page.title))}\n{paper.wrap(page.summary)}",
        paper.dim(paper.wrap(f"{facts}. ({page.id})")),
    ]
    for passage in passages:
        whom = (
            f" (for: {names.get(passage.jurisdiction, passage.jurisdiction)})"
            if passage.jurisdiction
            else ""
        )
        anchor = f"#{passage.id.partition('#')[2]}" if "#" in passage.id else ""
        heading = f"{passage.heading}{whom} {anchor}".strip()
        lines = [paper.bold(paper.wrap(heading))] if heading else []
        for number, paragraph in enumerate(passage.paragraphs):
            text = passage.text[paragraph.start : paragraph.end]
            marker = _marker(passage, number)
            lines.append(_paragraph(paragraph, text, marker, notes, knowledge, paper))
        blocks.append("\n".join(lines))
    if notes.numbers:
        blocks.append(_sources(notes, knowledge, paper))
    return "\n\n".join(blocks)


def _paragraph(
    paragraph: Paragraph,
    text: str,
    marker: str,
    notes: _Notes,
    knowledge: Knowledge,
    paper: Paper,
) -> str:
    overrides = knowledge.organisation.wording
    own, *below = re.split(r"\n(?=\s*(?:[-*+]|\d{1,3}[.)]) )", text)
    cited = [knowledge.sources[id_] for id_ in paragraph.sources]
    label = standing(paragraph.authority, cited, knowledge.sources)
    numbers = notes.marks(paragraph.sources)
    if paragraph.says or not numbers:
        label = f"{label}{numbers}"
    else:
        label = sentence("based-on", overrides, numbers=numbers.strip())
    rest = " " * len(marker)
    lines = [paper.wrap(f"{plain(own)} ({label})", first=marker, rest=rest)]
    for item in below:
        lines.append(paper.wrap(plain(item), first=f"{rest}• ", rest=f"{rest}  "))
    return "\n".join(lines)


def problems_text(problems: Sequence[Problem], style: str) -> str:
    """Return problems one a line: ``path:line: message``, or GitHub's annotations."""
    if style == "github":
        return "\n".join(
            f"::{p.level} file={_property(p.path)},line={p.line}::{_github(p.message)}"
            for p in problems
        )
    return "\n".join(printable(" ".join(str(p).split())) for p in problems)


def _property(path: str) -> str:
    return _github(path).replace(":", "%3A").replace(",", "%2C")


def _github(message: str) -> str:
    escaped = message.replace("%", "%25").replace("\r", "%0D")
    return printable(escaped.replace("\n", "%0A"))
