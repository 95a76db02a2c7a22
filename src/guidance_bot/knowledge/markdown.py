"""A page's Markdown → its sections, and a section's text → its paragraphs.

markdown-it finds the blocks; heading attributes and citation marks are ours,
because no plugin reads them.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

WORDS_IN_A_PASSAGE: Final = 180
"""A section longer than this is split between paragraphs into several passages."""

_CITATION: Final = re.compile(r"\[(?P<see>see )?(?P<ids>@[^\[\]\n]+)\]")
_OURS: Final = re.compile(r"\[ours\]")
_ATTRIBUTES: Final = re.compile(r"\s*\{(?P<inside>[^{}]*)\}\s*$")
_SOURCE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

# Raw HTML stays text: a page is read in Slack and terminals, never in a browser.
# What is inside a line is not parsed at all: only the blocks are wanted.
_PARSER: Final = (
    MarkdownIt("commonmark", {"html": False}).enable("table").disable("inline")
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One citation mark: whether the source says it, and the ids inside."""

    says: bool
    ids: tuple[str, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, quotation or table of a section's text."""

    start: int
    end: int
    text: str
    marks: tuple[Mark, ...]
    ours: bool


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


def sections(body: str) -> list[Section]:
    """Return the sections of *body* in order; text before a heading comes first."""
    lines = body.split("\n")
    found = list(_headings(body))
    result: list[Section] = []
    first = found[0][0] if found else len(lines)
    text, text_line = _trimmed(lines, 0, first)
    if text:
        result.append(Section("", "", 0, 1, text, text_line, None, ()))
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
            )
        )
    return result


def blocks(text: str) -> list[Block]:
    """Return the paragraphs of *text* in order; a sub-list belongs to its item."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    result = []
    for first, last in _block_lines(_PARSER.parse(text)):
        start, end = starts[first], starts[last] - 1
        raw = text[start:end]
        start += len(raw) - len(raw.lstrip())
        end = start + len(raw.strip())
        inside = text[start:end]
        if inside:
            ours = _OURS.search(inside) is not None
            result.append(Block(start, end, inside, tuple(marks(inside)), ours))
    return result


def parts(found: Sequence[Block]) -> list[tuple[int, int]]:
    """Return the spans into which a section's text is split, in order.

    A short section is one span. A long one is cut between paragraphs so that
    no part passes WORDS_IN_A_PASSAGE unless a single paragraph does.
    """
    total = sum(len(block.text.split()) for block in found)
    if total <= WORDS_IN_A_PASSAGE:
        return [(found[0].start, found[-1].end)]
    spans: list[tuple[int, int]] = []
    words = 0
    for block in found:
        size = len(block.text.split())
        if spans and words + size <= WORDS_IN_A_PASSAGE:
            spans[-1] = (spans[-1][0], block.end)
            words += size
        else:
            spans.append((block.start, block.end))
            words = size
    return spans


def marks(text: str) -> Iterator[Mark]:
    """Yield the citation marks in *text*: ``[@a]``, ``[@a; @b]``, ``[see @a]``."""
    for match in _CITATION.finditer(text):
        pieces = (piece.strip() for piece in match["ids"].split(";"))
        ids = tuple(piece.removeprefix("see ").strip().lstrip("@") for piece in pieces)
        yield Mark(match["see"] is None, ids, match.start())


def is_source_id(text: str) -> bool:
    """Tell whether *text* can be the id of a source."""
    return _SOURCE_ID.fullmatch(text) is not None


def slug(heading: str) -> str:
    """Return GitHub's id for *heading*: lower case, hyphens, no punctuation."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def plain(text: str, replace_mark: Callable[[Mark], str] = lambda _: "") -> str:
    """Return *text* without Markdown's signs, as one line of words.

    Citation marks are replaced by what *replace_mark* makes of them.
    """

    def cite(match: re.Match[str]) -> str:
        return replace_mark(next(marks(match.group())))

    text = _CITATION.sub(cite, _OURS.sub("", text))
    text = re.sub(r"\[([^\[\]]*)\]\([^()\s]*\)", r"\1", text)
    text = re.sub(r"(?m)^\s*(?:>\s?|[-*+]\s+|\d{1,3}[.)]\s+|#{1,6}\s+)", "", text)
    text = re.sub(r"(\*\*|__|`)(.+?)\1", r"\2", text)
    text = re.sub(r"(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)", r"\1", text)
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(text.split()))


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


def _block_lines(tokens: list[Token]) -> Iterator[tuple[int, int]]:
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
                yield token.map[0], token.map[1]
        elif token.level == 0 and depth_of_list == 0 and token.type != "hr":
            yield token.map[0], token.map[1]
