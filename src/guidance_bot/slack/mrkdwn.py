"""Markdown → what Slack shows and what a screen reader hears; the one place that escapes and cuts.

Both come from the same tokens, so they hold the same words in the same order.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from guidance_bot.knowledge.marks import ANY_MARK
from guidance_bot.wording import printable

SECTION_CHARS: Final = 3_000
HEADER_CHARS: Final = 150
LINK_CHARS: Final = 2_000
# A longer run in one style could be cut in the middle, and is no emphasis.
STYLED_CHARS: Final = 1_000

_MARKDOWN: Final = (
    MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
# Slack has no escape for its own signs; a word joiner after one that could
# open or close a style leaves it a sign.
_SIGN: Final = re.compile(r"(?<!\w)[*_~`](?=\S)|(?<=\S)[*_~`](?!\w)")
_JOINER: Final = "\u2060"
_SIGNS: Final = {
    "strong_open": "*",
    "strong_close": "*",
    "em_open": "_",
    "em_close": "_",
}
_SENTENCE_END: Final = re.compile(r"[.!?:;]\s|\n")
_ENTITY: Final = re.compile(r"&[a-z]{0,3}$")
# A link or an entity that the text's end would tear.
_BEGUN: Final = re.compile(r"(?:<[^>]*|&[a-z]{0,3})$")
_LINK: Final = re.compile(r"<[^>]*>")
_WORD: Final = re.compile(r"\S+")
_LONG_WORD: Final = re.compile(r"\S{500}")


@dataclass(frozen=True, slots=True)
class Said:
    """The same words twice: ``shown`` in Slack's mrkdwn, ``spoken`` without signs.

    Both are escaped: neither can mention a person or a channel, or link
    anywhere but to an https address.
    """

    shown: str = ""
    spoken: str = ""

    def __add__(self, other: "Said") -> "Said":
        return Said(self.shown + other.shown, self.spoken + other.spoken)

    def __bool__(self) -> bool:
        return bool(self.shown)

    @property
    def words(self) -> int:
        """How many words a person reads."""
        return len(self.spoken.split())

    def bold(self) -> "Said":
        """Return the same in bold, where no sign of its own stands in the way."""
        if not 0 < len(self.shown) < STYLED_CHARS or re.search(r"[*\n]", self.shown):
            return self
        return Said(f"*{self.shown}*", self.spoken)

    def italic(self) -> "Said":
        """Return the same in italics, where no sign of its own stands in the way."""
        if not 0 < len(self.shown) < STYLED_CHARS or re.search(r"[_\n]", self.shown):
            return self
        return Said(f"_{self.shown}_", self.spoken)


def escape(text: str) -> str:
    """Return *text* so that Slack reads no mention, link or special word in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> Said:
    """Return *text* as it stands, whatever signs of markup it holds."""
    # No word of half a thousand characters is one; it would not fit anywhere.
    escaped = escape(_LONG_WORD.sub(r"\g<0> ", printable(text)))
    return Said(_SIGN.sub(rf"\g<0>{_JOINER}", escaped), escaped)


def joined(parts: Iterable[Said], by: str = "\n") -> Said:
    """Return *parts* that hold something, with *by* between them."""
    held = [part for part in parts if part]
    return Said(by.join(p.shown for p in held), by.join(p.spoken for p in held))


def link(address: str | None, label: Said) -> Said:
    """Return *label* leading to *address* if that is a plain https one, else *label*."""
    if address is None or not _is_safe(address) or "|" in label.shown:
        return label
    return Said(f"<{escape(address)}|{label.shown}>", label.spoken)


def said(markdown: str) -> Said:
    """Return *markdown* without its citation marks, its styles as Slack has them."""
    return joined(_blocks(_MARKDOWN.parse(_unmarked(markdown))))


def said_inline(markdown: str) -> Said:
    """Return *markdown*, a sentence or a title, as one line: no list, no heading."""
    text = " ".join(_unmarked(markdown).split())
    return _inline(_MARKDOWN.parseInline(text)[0].children or [])


def cut(whole: Said, limit: int) -> Iterator[Said]:
    """Yield *whole* in pieces of which each shows at most *limit* characters.

    Cut after a sentence where there is one in the second half, else between
    words; never inside a link. No word is lost.
    """
    shown, spoken = whole.shown, whole.spoken
    while len(shown) > limit:
        at = _cut(shown, limit)
        words = len(shown[:at].split())
        # The pieces of a word that is cut itself are heard with the first.
        ends = [match.end() for match in _WORD.finditer(spoken)][:words]
        there = ends[-1] if ends else 0
        yield Said(shown[:at].rstrip(), spoken[:there].rstrip())
        shown, spoken = shown[at:].lstrip(), spoken[there:].lstrip()
    if shown:
        yield Said(shown, spoken)


def fitted(text: str, limit: int) -> str:
    """Return *text* within *limit* characters, ending in "…" where it was cut."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    return f"{_ENTITY.sub('', kept).rstrip()}…"


def _unmarked(markdown: str) -> str:
    return ANY_MARK.sub("", _COMMENT.sub("", printable(markdown)))


def _cut(text: str, limit: int) -> int:
    head = text[:limit]
    begun = _BEGUN.search(head)
    if begun and begun.start() > 0:
        head = head[: begun.start()]
    # No place to cut inside a link, whatever its label holds.
    head = _LINK.sub(lambda match: "x" * len(match.group()), head)
    ends = [match.end() for match in _SENTENCE_END.finditer(head, limit // 2)]
    return ends[-1] if ends else head.rfind(" ") + 1 or len(head)


def _is_safe(address: str) -> bool:
    if len(address) > LINK_CHARS or re.search(r"[\s|<>\"]", address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not parts.username


@dataclass(slots=True)
class _Place:
    """Where in a document a line stands: its lists, quotes and table row."""

    lists: list[str] = field(default_factory=list)
    quotes: int = 0
    marker: str = ""
    cells: list[Said] | None = None

    def step(self, token: Token) -> None:
        """Move over the opening or closing of a block."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self.lists.append(token.type)
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                number = f"{token.info}{token.markup}" if token.info else "•"
                self.marker = "\u2003" * (len(self.lists) - 1) + f"{number} "
            case "blockquote_open" | "blockquote_close":
                self.quotes += token.nesting
            case "tr_open":
                self.cells = []

    def line(self, text: Said) -> Said:
        """Return *text* with what stands before it here, once."""
        marker, self.marker = self.marker, ""
        # No space after the sign: shown and spoken have the same words.
        sign = ">" if self.quotes else ""
        return Said(f"{sign}{marker}{text.shown}", f"{marker}{text.spoken}")


def _blocks(tokens: Sequence[Token]) -> Iterator[Said]:
    place = _Place()
    for token in tokens:
        if token.type == "inline":
            text = _inline(token.children or [])
            if place.cells is None:
                yield place.line(text)
            else:
                place.cells.append(text)
        elif token.type == "tr_close":
            yield joined(place.cells or [], " · ")
            place.cells = None
        elif token.type in {"fence", "code_block"}:
            code = literal(token.content.strip("\n")).spoken
            yield Said(f"```{code}```", code)
        else:
            place.step(token)


def _inline(tokens: Sequence[Token]) -> Said:
    text = Said()
    addresses: list[tuple[str, Said]] = []
    for token in tokens:
        if token.type == "link_open":
            addresses.append((str(token.attrs.get("href", "")), text))
            text = Said()
        elif token.type == "link_close":
            address, before = addresses.pop()
            text = before + link(address, text)
        else:
            text += _leaf(token)
    return text


def _leaf(token: Token) -> Said:
    if token.type in {"softbreak", "hardbreak"}:
        return Said(" ", " ")
    if token.type == "code_inline" and "`" not in token.content:
        code = literal(token.content).spoken
        return Said(f"`{code}`", code)
    if token.type in _SIGNS:
        return Said(_SIGNS[token.type], "")
    return literal(token.content)
