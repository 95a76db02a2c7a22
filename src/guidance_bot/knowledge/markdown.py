"""A page's Markdown → its sections, and a section's text → its paragraphs.

markdown-it finds the blocks; heading attributes are ours, because no plugin
reads them, and so are the citation marks (``marks.py``).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from guidance_bot.knowledge.marks import ANY_MARK, Mark, marks, plain, without_code

WORDS_IN_A_PASSAGE: Final = 180
"""A section longer than this is split between paragraphs into several passages."""

_ATTRIBUTES: Final = re.compile(r"\s*\{(?P<inside>[^{}]*)\}\s*$")
_SOURCE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

# Raw HTML stays text: a page is read in Slack and terminals, never in a browser.
# What is inside a line is not parsed at all: only the blocks are wanted.
_PARSER: Final = (
    MarkdownIt("commonmark", {"html": False}).enable("table").disable("inline")
)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, quotation or table of a section's text."""

    start: int
    end: int
    text: str
    marks: tuple[Mark, ...]
    is_code: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A heading's part of a page; ``line`` counts from 1 within the body.

    ``text`` runs from after the heading line to the next heading of any
    level, without blank lines at both ends; ``text_line`` is where it begins.
    """

    heading: str
    id: str
    level: int
    line: int
    text: str
    text_line: int
    jurisdiction: str | None
    unknown_attributes: tuple[str, ...]
    blocks: tuple[Block, ...]


def sections(body: str) -> list[Section]:
    """Return the sections of *body* in order; text before a heading comes first."""
    lines = body.split("\n")
    found = list(_headings(body))
    result: list[Section] = []
    first = found[0][0] if found else len(lines)
    text, text_line = _trimmed(lines, 0, first)
    if text:
        found_blocks = tuple(blocks(text))
        result.append(Section("", "", 0, 1, text, text_line, None, (), found_blocks))
    ends = [*(start for start, _, _, _ in found[1:]), len(lines)][: len(found)]
    for (start, after, level, raw), end in zip(found, ends, strict=True):
        text, text_line = _trimmed(lines, after, end)
        heading, id_, jurisdiction, unknown = _attributes(raw)
        result.append(
            Section(
                heading,
                id_ if id_ is not None else slug(heading),
                level,
                start + 1,
                text,
                text_line,
                jurisdiction,
                unknown,
                tuple(blocks(text)),
            )
        )
    return result


def blocks(text: str) -> list[Block]:
    """Return the paragraphs of *text* in order; a sub-list belongs to its item."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    result = []
    for first, last, is_code in _block_lines(_PARSER.parse(text)):
        start, end = starts[first], starts[last] - 1
        raw = text[start:end]
        start += len(raw) - len(raw.lstrip())
        end = start + len(raw.strip())
        inside = text[start:end]
        if inside:
            prose = "" if is_code else without_code(inside)
            result.append(Block(start, end, inside, tuple(marks(prose)), is_code))
    return result


def parts(section: Section) -> list[tuple[int, int]]:
    """Return the spans into which the text of *section* is split, in order.

    A short section is one span, the whole of it. A long one is cut between paragraphs so that
    no part passes WORDS_IN_A_PASSAGE unless a single paragraph does.
    """
    if words_of(section.blocks) <= WORDS_IN_A_PASSAGE:
        return [(0, len(section.text))]
    spans: list[tuple[int, int]] = []
    words = 0
    for block in section.blocks:
        size = words_of([block])
        if spans and words + size <= WORDS_IN_A_PASSAGE:
            spans[-1] = (spans[-1][0], block.end)
            words += size
        else:
            spans.append((block.start, block.end))
            words = size
    return spans


def words_of(found: Sequence[Block]) -> int:
    """Return how many words people read in *found*."""
    return sum(len(ANY_MARK.sub("", block.text).split()) for block in found)


def is_source_id(text: str) -> bool:
    """Tell whether *text* can be the id of a source."""
    return _SOURCE_ID.fullmatch(text) is not None


def slug(heading: str) -> str:
    """Return GitHub's id for *heading*: lower case, hyphens, no punctuation."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def _headings(body: str) -> Iterator[tuple[int, int, int, str]]:
    tokens = _PARSER.parse(body)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            start, after = token.map
            yield start, after, int(token.tag[1:]), inline.content


def _attributes(raw: str) -> tuple[str, str | None, str | None, tuple[str, ...]]:
    match = _ATTRIBUTES.search(raw)
    if match is None:
        return plain(raw), None, None, ()
    id_, jurisdiction, unknown = None, None, []
    for word in match["inside"].split():
        if word.startswith("#") and len(word) > 1:
            id_ = word[1:]
        elif word.startswith("for=") and len(word) > len("for="):
            jurisdiction = word.removeprefix("for=")
        else:
            unknown.append(word)
    return plain(raw[: match.start()]), id_, jurisdiction, tuple(unknown)


def _trimmed(lines: list[str], start: int, end: int) -> tuple[str, int]:
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return "\n".join(lines[start:end]), start + 1


def _block_lines(tokens: list[Token]) -> Iterator[tuple[int, int, bool]]:
    depth_of_list = 0
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            depth_of_list += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            depth_of_list -= 1
        elif token.map is None or token.nesting == -1:
            continue
        elif token.type == "list_item_open":
            if token.level == 1:
                yield token.map[0], token.map[1], False
        elif token.level == 0 and depth_of_list == 0 and token.type != "hr":
            is_code = token.type in {"fence", "code_block"}
            yield token.map[0], token.map[1], is_code
