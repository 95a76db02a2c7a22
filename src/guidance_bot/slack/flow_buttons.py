"""The ids of a flow's buttons and windows, and what they carry: choices, never an outcome."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from guidance_bot.knowledge.flow import Flow
from guidance_bot.slack.buttons import VALUE_CHARS, packed, unpacked
from guidance_bot.slack.incoming import METADATA_CHARS, Place

OPEN: Final = "flow.open"
CHANGE: Final = "flow.change"
MORE: Final = "flow.more"
RECORD: Final = "flow.record"
SHOW: Final = "flow.show"
COMPARE: Final = "flow.compare"
KEEP: Final = "flow.keep"
POST: Final = "flow.post"
BACK: Final = "flow.back"
CHOOSE: Final = "flow.choose"
WALK: Final = "flow.walk"
"""The ``callback_id`` of the window in which a flow is walked."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choices made in a flow, as a button carries them.

    ``digest`` tells whether the flow is still the one they were made in, ``seen``
    whether the outcome is still the one that the button stands below.
    """

    flow: str
    digest: str
    choices: Mapping[str, str] = field(default_factory=dict)
    seen: str = ""

    @classmethod
    def of(cls, flow: Flow, choices: Mapping[str, str], seen: str = "") -> "Chosen":
        """Return *choices* as they are made in *flow*."""
        return cls(flow.name, flow.digest, dict(choices), seen)

    @classmethod
    def read(cls, value: str) -> "Chosen | None":
        """Return what *value* holds, or None where it is none of ours."""
        return cls.in_(unpacked(value))

    @classmethod
    def in_(cls, held: Mapping[str, Any]) -> "Chosen | None":
        """Return what *held*, from JSON, holds, or None where it is none of ours."""
        names = [held.get(name) for name in ("flow", "digest", "seen")]
        choices = held.get("choices")
        if not all(isinstance(name, str) for name in names):
            return None
        if not isinstance(choices, dict) or not _are_texts(choices):
            return None
        return cls(str(names[0]), str(names[1]), choices, str(names[2]))

    def value(self) -> str:
        """Return this as a button's value: JSON, at times too long for one."""
        return packed(self.held())

    def held(self) -> dict[str, Any]:
        """Return this as JSON has it."""
        return {
            "flow": self.flow,
            "digest": self.digest,
            "choices": dict(self.choices),
            "seen": self.seen,
        }

    def fits(self) -> bool:
        """Tell whether the value is short enough for a button."""
        return len(self.value()) <= VALUE_CHARS


@dataclass(frozen=True, slots=True)
class Walking:
    """What a window carries while a flow is walked in it.

    ``at`` is the prompt that it shows, where it shows one. ``turn`` numbers what
    the window shows one after the other: Slack keeps what was chosen in a block as
    long as a block of that id is shown.
    """

    chosen: Chosen
    place: Place
    at: str | None = None
    turn: int = 0

    @classmethod
    def read(cls, metadata: str, user: str) -> "Walking | None":
        """Return what the window of *user* with this *metadata* carries, or None."""
        held = unpacked(metadata)
        chosen = Chosen.in_(held)
        at, turn = held.get("at"), held.get("turn")
        if chosen is None or not isinstance(at, str | None):
            return None
        if not isinstance(turn, int):
            return None
        return cls(chosen, Place.of_window(metadata, user), at, turn)

    def metadata(self) -> str:
        """Return this for a window to carry; without the place's address where that
        is too long.
        """
        place: list[Any] = json.loads(self.place.metadata())
        held = {**self.chosen.held(), "place": place, "at": self.at, "turn": self.turn}
        if len(packed(held)) > METADATA_CHARS:
            place[-1] = None
        return packed(held)

    def block_id(self, prompt: str) -> str:
        """Return the id of the block in which *prompt* is chosen."""
        return f"{self.turn}.{prompt}"


def prompt_in(block_id: str) -> str:
    """Return the prompt whose block has this id."""
    return block_id.partition(".")[2]


def _are_texts(held: Mapping[str, Any]) -> bool:
    return all(isinstance(value, str) for value in held.values())
