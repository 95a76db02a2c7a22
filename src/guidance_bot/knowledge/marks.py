"""Citation marks, sentences and the signs of Markdown inside a line.

Standard library only: an answer is shown without importing a parser.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

Span = tuple[int, int]

# A mark may run over a line's end; a backslash before it makes it plain text.
CITATION: Final = re.compile(r"(?<!\\)\[(?P<see>[Ss]ee\s+)?(?P<ids>@[^\[\]]{1,400})\]")
OURS: Final = re.compile(r"(?<!\\)\[[Oo]urs\]")
ANY_MARK: Final = re.compile(rf"\s*(?:{CITATION.pattern}|{OURS.pattern})")

_CODE: Final = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)|<!--.*?-->", re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_BLOCK_SIGN: Final = re.compile(r"(?m)^\s*(?:>\s?|[-*+]\s+|\d{1,3}[.)]\s+|#{1,6}\s+)")
_MARKER: Final = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+|\s*>\s?")
_END: Final = re.compile(
    r"[.!?][\"'\u201d\u2019)\]*_]*(?:\s*\[(?:see )?@[^\]\n]+\]|\s*\[ours\])*(?=\s|$)"
)
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|Mr|Mrs|Ms|Dr|No|St|para|approx)|\b[A-Z])\.$"
)
_STRONG: Final = re.compile(r"(\*\*|__|`)(.+?)\1", re.DOTALL)
_EMPHASIS: Final = re.compile(r"(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Mark:
    """One citation mark: whether the source says it, the ids inside, its offset."""

    says: bool
    ids: tuple[str, ...]
    start: int


def marks(text: str) -> Iterator[Mark]:
    """Yield the citation marks in *text*: ``[@a]``, ``[@a; @b]``, ``[see @a]``.

    What stands in code or an HTML comment is none.
    """
    for match in CITATION.finditer(without_code(text)):
        pieces = (piece.strip() for piece in match["ids"].split(";"))
        ids = tuple(piece.removeprefix("see ").strip().lstrip("@") for piece in pieces)
        yield Mark(match["see"] is None, ids, match.start())


def without_code(text: str) -> str:
    """Return *text* with code and comments blanked out, at the same length."""
    return _CODE.sub(lambda match: " " * len(match.group()), text)


def plain(text: str) -> str:
    """Return *text* as one line of words, without marks and Markdown's signs."""
    text = ANY_MARK.sub("", _COMMENT.sub("", text))
    text = _BLOCK_SIGN.sub("", _LINK.sub(r"\1", text))
    text = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\2", text))
    text = _ESCAPE.sub(r"\1", text)
    return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(text.split()))


def sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of the sentences between two offsets into *text*.

    A list marker in front is left out; the marks behind a sentence are its own.
    """
    marker = _MARKER.match(text, start, end)
    start = marker.end() if marker else start
    for match in _END.finditer(text, start, end):
        if _ABBREVIATION.search(text, start, match.start() + 1):
            continue
        if match.end() > start:
            yield start, match.end()
        start = match.end()
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end
