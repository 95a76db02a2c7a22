"""Response addresses: five answers to a command or a click within half an hour."""

import secrets
from dataclasses import dataclass

from tests.local_slack.answers import RefusedError
from tests.local_slack.clock import Clock
from tests.local_slack.workspace import Message

USES_LIMIT = 5
LIFE_S = 30 * 60


@dataclass
class ResponseAddress:
    """Where the app may answer *user*; *original* is the message they clicked on."""

    id: str
    channel: str
    user: str
    given_at: float
    original: Message | None = None
    uses: int = 0


class ResponseAddresses:
    """The addresses that were given out with payloads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given: dict[str, ResponseAddress] = {}

    def give(self, channel: str, user: str, original: Message | None = None) -> str:
        """Return the id of a new address."""
        name = secrets.token_urlsafe(18)
        self._given[name] = ResponseAddress(
            name, channel, user, self._clock.now(), original
        )
        return name

    def use(self, name: str) -> ResponseAddress:
        """Return the address and count one use of it."""
        address = self._given.get(name)
        if address is None:
            raise RefusedError("invalid_url", status=404)
        if self._clock.now() - address.given_at > LIFE_S:
            raise RefusedError("expired_url", status=404)
        if address.uses >= USES_LIMIT:
            raise RefusedError("used_url", status=404)
        address.uses += 1
        return address

    def peek(self, name: str) -> ResponseAddress:
        """Return an address that was given out, without using it."""
        return self._given[name]

    def forget(self) -> None:
        """Let every address be unknown."""
        self._given.clear()
