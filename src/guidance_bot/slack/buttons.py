"""The ids of buttons and what they carry; stable, because old messages keep them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from guidance_bot.answering.answers import Answer

PAGE: Final = "answer.page"
KEEP: Final = "answer.keep"
MORE: Final = "answer.more"
POST: Final = "answer.post"
RULES: Final = "answer.rules"

VALUE_CHARS: Final = 2_000
BLOCK_ID_CHARS: Final = 255


@dataclass(frozen=True, slots=True)
class Asked:
    """What asks a question again: a button holds no answer, only this.

    ``receipt`` tells whether the answer is still the one that was seen.
    """

    question: str
    jurisdiction: str | None
    earlier: tuple[str, ...]
    receipt: str

    @classmethod
    def of(cls, given: Answer) -> "Asked":
        """Return what asks *given* again."""
        whose = given.asker.jurisdiction
        return cls(given.question, whose, given.earlier, given.receipt)

    @classmethod
    def read(cls, value: str) -> "Asked | None":
        """Return what *value* asks, or None where it is none of ours."""
        held = unpacked(value)
        question, whose = held.get("question"), held.get("for")
        earlier, receipt = held.get("after") or [], held.get("receipt")
        if not isinstance(question, str) or not isinstance(receipt, str):
            return None
        if not isinstance(whose, str | None) or not _are_texts(earlier):
            return None
        return cls(question, whose, tuple(earlier), receipt)

    def value(self) -> str:
        """Return this as a button's value: JSON, at times too long for one."""
        return packed(
            {
                "question": self.question,
                "for": self.jurisdiction,
                "after": list(self.earlier) or None,
                "receipt": self.receipt,
            }
        )

    def fits(self, limit: int = VALUE_CHARS) -> bool:
        """Tell whether the value is short enough for a button."""
        return len(self.value()) <= limit


def page_value(page: str) -> str:
    """Return the value of a button that opens *page*."""
    return packed({"page": page})


def page_in(value: str) -> str | None:
    """Return the page id that *value* names, or None where it is none of ours."""
    page = unpacked(value).get("page")
    return page if isinstance(page, str) else None


def packed(value: Mapping[str, Any]) -> str:
    """Return *value* as a button or a window carries it: JSON, as short as it gets."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def unpacked(value: str) -> dict[str, Any]:
    """Return what *value* carries; nothing where it is none of ours."""
    try:
        held = json.loads(value)
    except (ValueError, RecursionError):
        return {}
    return held if isinstance(held, dict) else {}


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
