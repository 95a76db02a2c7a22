"""Trigger ids: the right to open a modal, for three seconds and once."""

import secrets
from dataclasses import dataclass

from tests.local_slack.answers import RefusedError
from tests.local_slack.clock import Clock

LIFE_S = 3.0


@dataclass
class Trigger:
    """What a person did that lets the app open a modal for them."""

    user: str
    at: float
    view: str | None = None
    is_used: bool = False


class Triggers:
    """The trigger ids that were given out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given: dict[str, Trigger] = {}

    def give(self, user: str, view: str | None = None) -> str:
        """Return a new trigger id for what *user* did, in *view* if in a modal."""
        name = ".".join(
            [
                str(secrets.randbelow(10**12)),
                str(secrets.randbelow(10**12)),
                secrets.token_hex(16),
            ]
        )
        self._given[name] = Trigger(user, self._clock.now(), view)
        return name

    def redeem(self, name: object) -> Trigger:
        """Return the trigger, which the caller marks as used when it did its work."""
        trigger = self._given.get(name) if isinstance(name, str) else None
        if trigger is None:
            raise RefusedError("invalid_trigger_id")
        if trigger.is_used:
            raise RefusedError("exchanged_trigger_id")
        if self._clock.now() - trigger.at > LIFE_S:
            raise RefusedError("expired_trigger_id")
        return trigger

    def forget(self) -> None:
        """Let every trigger id be unknown."""
        self._given.clear()
