"""The time in the workspace, which tests move forward instead of sleeping."""

from collections.abc import Callable


class Clock:
    """Seconds since the epoch, as *base* tells them, plus what was added."""

    def __init__(self, base: Callable[[], float]) -> None:
        self._base = base
        self._added_s = 0.0
        self._last_ts_us = 0

    def now(self) -> float:
        """Return the time in the workspace."""
        return self._base() + self._added_s

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass at once; time does not run backwards."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._added_s += seconds

    def next_ts(self) -> str:
        """Return a message timestamp later than every one before it.

        Slack identifies a message in a channel by it, so two messages of the
        same microsecond get different ones.
        """
        self._last_ts_us = max(self._last_ts_us + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts_us // 1_000_000}.{self._last_ts_us % 1_000_000:06d}"
