"""The record of what happened, which tests read and the page follows."""

import asyncio
import logging
from dataclasses import dataclass, field

from tests.local_slack.answers import Json
from tests.local_slack.clock import Clock

log = logging.getLogger("local_slack")


@dataclass
class Journal:
    """Everything that was called, refused or worth a warning, oldest first.

    *warnings* are what Slack lets pass but an app ought not to do; *refusals*
    are requests that got an error; *notices* are what Slack itself told a
    person, such as that a command failed.
    """

    clock: Clock
    revision: int = 0
    calls: list[Json] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    refusals: list[Json] = field(default_factory=list)
    notices: list[Json] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self) -> None:
        """Note that the state differs from a moment ago and wake who waits for that."""
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def call(self, entry: Json) -> None:
        """Record a call of a Web API method or of a response address.

        Ordered trouble ("fault:500") is no refusal: it says nothing of the app.
        """
        self.calls.append({**entry, "at": self.clock.now()})
        if not entry["ok"] and not str(entry["error"]).startswith("fault:"):
            self.refuse(entry["method"], str(entry["error"]), entry.get("messages", []))
        self.touch()

    def warn(self, where: str, warning: str) -> None:
        """Record something that Slack takes but that an app ought not to send."""
        log.warning("%s: %s", where, warning)
        self.warnings.append(f"{where}: {warning}")
        self.touch()

    def refuse(self, what: str, error: str, messages: list[str] | None = None) -> None:
        """Record a refusal of something that the app sent."""
        log.warning("%s refused: %s %s", what, error, messages or "")
        self.refusals.append(
            {
                "what": what,
                "error": error,
                "messages": messages or [],
                "at": self.clock.now(),
            }
        )
        self.touch()

    def notice(self, user: str, text: str, channel: str | None = None) -> None:
        """Record a sentence that Slack shows to *user*, not the app."""
        self.notices.append(
            {"user": user, "channel": channel, "text": text, "at": self.clock.now()}
        )
        self.touch()

    def forget(self) -> None:
        """Empty the record; the revision goes on counting."""
        for entries in (self.calls, self.warnings, self.refusals, self.notices):
            entries.clear()
        self.touch()

    async def changed_beyond(self, revision: int, timeout_s: float) -> int:
        """Return the revision as soon as it is above *revision*, or at the timeout."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while self.revision <= revision and (left_s := deadline - loop.time()) > 0:
            try:
                await asyncio.wait_for(self._changed.wait(), left_s)
            except TimeoutError:
                break
        return self.revision
