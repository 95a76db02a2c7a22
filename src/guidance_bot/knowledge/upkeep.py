"""What keeps a corpus healthy as it grows: claims with their mark, plain English, no page left alone.

Nothing here keeps the bot from answering; ``check`` alone asks for it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

from guidance_bot.errors import Problem
from guidance_bot.knowledge.content import (
    MODES,
    PRINCIPLES,
    PURPOSES,
    STAGES,
    Page,
    Source,
)
from guidance_bot.knowledge.markdown import Block, Section
from guidance_bot.knowledge.marks import OURS, plain, sentences, without_code
from guidance_bot.knowledge.pages import PageFile
from guidance_bot.knowledge.reader import Read
from guidance_bot.knowledge.schema import did_you_mean

SENTENCE_WORDS: Final = 30
"""Longer is hard to read at once; style guides of governments ask for 20 to 25."""

SHINGLE_WORDS: Final = 5
SHINGLES: Final = 20
"""A section with fewer has too little text to be called a copy."""

COPIED: Final = 0.4
"""The share of a section's shingles that a near-duplicate repeats."""

COMMON: Final = 20
"""A run of words is looked for in so many sections: boilerplate is told often enough by then."""

HUB: Final = 8
"""A page that more pages than this lead to need not lead back to each."""

_QUOTED: Final = re.compile(r"\"[^\"\n]{0,999}\"|\u201c[^\u201c\u201d\n]{0,999}\u201d")
_YEAR: Final = re.compile(r"\b(?:1[89]|20)\d\d\b")
_FIGURE: Final = re.compile(
    r"[£$€]\s?[\d,.]*\d|\b\d+(?:\.\d+)?(?:\s?%| per cent\b| percent\b)|\b\d{1,3}(?:,\d{3})+\b|\b\d{3,}\b"
)
_MUST: Final = re.compile(r"\b(?:must|mustn't|requires?|required)\b", re.I)
_CAPITALS: Final = re.compile(r"(?<![\w-])[A-Z]{2,6}(?=s?(?![\w-]|\.\w))")
_WORD: Final = re.compile(r"\w+(?:['\u2019-]\w+)*")


def problems(found: Read) -> list[Problem]:
    """Return what an editor should mend, sorted by path and line."""
    return sorted(
        {
            *_claim_problems(found),
            *_copy_problems(found),
            *_source_problems(found),
            *_link_problems(found),
            *_coverage_problems(found),
            *_language_problems(found),
        }
    )


def without_a_page(pages: Mapping[str, Page]) -> dict[str, list[str]]:
    """Return the modes, stages, purposes and principles that have no page of their own.

    A topic of which the folder has no page at all is left out: it is not kept here.
    """
    topics = {
        "modes": MODES,
        "stages": STAGES,
        "purposes": PURPOSES,
        "principles": PRINCIPLES,
    }
    kept = {id_.partition("/")[0] for id_ in pages}
    return {
        topic: [name for name in names if f"{topic}/{name}" not in pages]
        for topic, names in topics.items()
        if topic in kept
    }


def _claim_problems(found: Read) -> Iterator[Problem]:
    names = _names(found.knowledge.sources)
    for file, section, block in _blocks(found):
        if block.is_code or block.marks or OURS.search(without_code(block.text)):
            continue
        claim = _claim(_QUOTED.sub(" ", plain(block.text)), names)
        if claim is not None:
            message = (
                f"this paragraph {claim}, and no mark says who stands behind it: "
                "[@id], [see @id] or [ours]"
            )
            yield Problem(file.path, file.line(section, block.start), message)


def _claim(text: str, names: "re.Pattern[str] | None") -> str | None:
    """Return what in *text* asks for a mark, or ``None``."""
    for pattern, what in (
        (_YEAR, "names the year"),
        (_FIGURE, "holds the figure"),
        (_MUST, "says"),
        (names, "names the source"),
    ):
        match = pattern.search(text) if pattern is not None else None
        if match is not None:
            return f"{what} {match.group()!r}"
    return None


def _names(sources: Mapping[str, Source]) -> "re.Pattern[str] | None":
    """Return a pattern of the sources' titles, those long enough to be no common words."""
    titles = {s.title for s in sources.values() if len(s.title.split()) > 2}  # noqa: PLR2004 - "Social media use" is a title, "Use" is a word
    if not titles:
        return None
    longest_first = sorted(titles, key=lambda title: (-len(title), title))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _copy_problems(found: Read) -> Iterator[Problem]:
    """Yield sections that repeat another one.

    A section's shingles are its runs of five words; the share of the shorter
    section's that the longer one holds is Broder's containment (On the
    resemblance and containment of documents, 1997).
    """
    places = [
        (file, section, runs)
        for file in found.files.values()
        for section in file.sections
        if len(runs := _shingles(section)) >= SHINGLES
    ]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, (_, _, runs) in enumerate(places):
        for run in runs:
            holders[run].append(number)
    shared = Counter(
        pair for held in holders.values() for pair in combinations(held[:COMMON], 2)
    )
    worst: dict[int, tuple[float, int]] = {}
    for (one, other), count in shared.items():
        share = count / min(len(places[one][2]), len(places[other][2]))
        worst[other] = max(worst.get(other, (0.0, one)), (share, one))
    for other, (share, one) in worst.items():
        first, original, _ = places[one]
        file, section, _ = places[other]
        if share >= COPIED:
            message = (
                f"{share:.0%} of this section stands in '{first.id}#{original.id}' "
                "as well; keep it in one place"
            )
            yield Problem(file.path, file.line(section, 0), message, "warning")


def _shingles(section: Section) -> frozenset[tuple[str, ...]]:
    text = " ".join(plain(block.text) for block in section.blocks).lower()
    words = _WORD.findall(text)
    last = len(words) - SHINGLE_WORDS + 1
    return frozenset(
        tuple(words[start : start + SHINGLE_WORDS]) for start in range(last)
    )


def _source_problems(found: Read) -> Iterator[Problem]:
    sources = found.knowledge.sources
    used = {
        id_
        for _, _, block in _blocks(found)
        for mark in block.marks
        for id_ in mark.ids
    }
    used |= {source.replaced_by for source in sources.values() if source.replaced_by}
    for id_ in sources:
        if id_ not in used:
            path, line = found.places[f"source:{id_}"]
            yield Problem(path, line, f"{id_}: no page cites this source", "warning")


def _link_problems(found: Read) -> Iterator[Problem]:
    pages = found.knowledge.pages
    leading: dict[str, set[str]] = defaultdict(set)
    for page in pages.values():
        for other in page.related:
            leading[other].add(page.id)
    for page in pages.values():
        missing = sorted(leading[page.id] - set(page.related) - {page.id})
        if missing and len(leading[page.id]) <= HUB:
            message = f"related: {', '.join(missing)} lead here, and no link leads back"
            line = page.lines.get("related", 1)
            yield Problem(found.paths[page.id], line, message, "warning")


def _coverage_problems(found: Read) -> Iterator[Problem]:
    pages = found.knowledge.pages
    for page in pages.values():
        for number, name in enumerate(page.principles):
            if name not in PRINCIPLES and f"principles/{name}" not in pages:
                message = f"principles: no page principles/{name}{did_you_mean(name, PRINCIPLES)}"
                line = page.lines.get(f"principles.{number}", 1)
                yield Problem(found.paths[page.id], line, message, "warning")
    for topic, names in without_a_page(found.knowledge.pages).items():
        if names:
            message = f"{topic}: no page of its own for {', '.join(names)}"
            yield Problem(found.root, 1, message, "warning")


def _language_problems(found: Read) -> Iterator[Problem]:
    house = found.house_style
    heavy = _any_of(house.plain_words)
    for file, section, block in _blocks(found):
        # The cells of a table are no sentence.
        if block.is_code or block.text.startswith("|"):
            continue
        for start, end in sentences(block.text, 0, len(block.text)):
            said = plain(block.text[start:end])
            # A label or a list in one sentence reads like several.
            longest = max(re.split(r"[:;]\s", said), key=lambda part: len(part.split()))
            words = len(longest.split())
            if words > SENTENCE_WORDS:
                line = file.line(section, block.start + start)
                message = f"{words} words without a stop; split them ({longest[:40]}…)"
                yield Problem(file.path, line, message, "warning")
            for match in heavy.finditer(said) if heavy is not None else ():
                line = file.line(section, block.start + start)
                plainer = house.plain_words.get(
                    match.group().casefold(), "a plainer word"
                )
                message = f"{match.group()!r}: write {plainer!r}"
                yield Problem(file.path, line, message, "warning")
    for file in found.files.values():
        yield from _abbreviation_problems(file, found)


def _abbreviation_problems(file: PageFile, found: Read) -> Iterator[Problem]:
    house = found.house_style
    text = " ".join(plain(b.text) for s in file.sections for b in s.blocks)
    text = " ".join((text, *(section.heading for section in file.sections)))
    for name in dict.fromkeys(_CAPITALS.findall(text)):
        full = house.abbreviations.get(name)
        is_told = f"({name})" in text or f"{name} (" in text
        if is_told or name in house.everyday or (full and full.lower() in text.lower()):
            continue
        whole = re.compile(rf"\b{name}\b")
        place = next(
            (
                file.line(section, block.start + match.start())
                for section in file.sections
                for block in section.blocks
                if (match := whole.search(block.text)) is not None
            ),
            file.body_line,
        )
        meaning = f" ({full})" if full else ""
        message = f"{name}{meaning} is not spelled out on this page"
        yield Problem(file.path, place, message, "warning")


def _any_of(words: Mapping[str, str]) -> "re.Pattern[str] | None":
    longest_first = sorted(filter(str.strip, words), key=lambda w: (-len(w), w))
    if not longest_first:
        return None
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.I)


def _blocks(found: Read) -> Iterator[tuple[PageFile, Section, Block]]:
    for file in found.files.values():
        for section in file.sections:
            for block in section.blocks:
                yield file, section, block
