"""What somebody types to walk through a flow, told from a question; pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

DEFAULT: Final = "engage"
"""The flow that is walked where none is named."""
_CODE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_CODE_CHARS: Final = 16
_QUOTES: Final = "`'\"“”‘’ \n"


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: to ``open`` the flow ``name``, the record of the code ``name``,
    the ``list`` of flows, or ``help``.
    """

    wants: Literal["open", "record", "list", "help"]
    name: str = ""


def order_in(text: str, flows: Collection[str]) -> Order | None:
    """Return what a message orders, or None where it asks a question.

    Only the word alone, or with the name of one of *flows*: "engage with residents?" is a
    question.
    """
    word, _, rest = " ".join(text.split()).partition(" ")
    word, rest = _bare(word), _bare(rest)
    if word == "flows" and not rest:
        return Order("list")
    if word == DEFAULT and rest == "help":
        return Order("help")
    if word == DEFAULT and (not rest or rest in flows):
        return Order("open", rest or DEFAULT)
    if word == "decision" and _looks_like_a_code(rest, flows):
        return Order("record", rest)
    return None


def order_of_command(text: str, flows: Collection[str]) -> Order:
    """Return what the slash command with this *text* orders."""
    typed = _bare(" ".join(text.split()))
    word, _, rest = typed.partition(" ")
    if word in {"help", "?"} and not rest:
        return Order("help")
    if word == "decision":
        return Order("record", _bare(rest))
    return order_in(typed, flows) or Order("open", typed or DEFAULT)


def _bare(text: str) -> str:
    return text.strip(_QUOTES).lower()


def _looks_like_a_code(text: str, flows: Collection[str]) -> bool:
    if any(text.startswith(f"{name}-") for name in flows):
        return True
    # With a slip in the flow's name it is still no question.
    is_long = len(text) >= _CODE_CHARS and any(map(str.isdigit, text))
    return is_long and _CODE.fullmatch(text) is not None
