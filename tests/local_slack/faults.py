"""Trouble that a test orders: outages, slowness, lost answers, rate limits."""

from collections import defaultdict, deque
from dataclasses import dataclass

from tests.local_slack.answers import RefusedError
from tests.local_slack.clock import Clock

# "lost" does the work and loses the answer; "drop" ends the connection before it.
KINDS = ("429", "500", "503", "slow", "drop", "lost", "error")
BURST_LIMIT = 10
BURST_WINDOW_S = 1.0


@dataclass
class Fault:
    """What goes wrong with a method, and how many *times* still."""

    method: str
    kind: str
    times: int = 1
    seconds: float = 1.0
    error: str | None = None


class Faults:
    """The ordered faults, each used up in the order it came."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Let *fault* happen to the next calls of its method."""
        if fault.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        self._ordered.append(fault)

    def next_for(self, method: str) -> Fault | None:
        """Return the fault that this call of *method* meets, counting it."""
        for fault in self._ordered:
            if fault.method in (method, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self._ordered.remove(fault)
                return fault
        return None

    def forget(self) -> None:
        """Let everything work again."""
        self._ordered.clear()


class Rates:
    """How many messages each channel got lately; ignored unless enforced."""

    def __init__(self, clock: Clock) -> None:
        self.are_enforced = False
        self._clock = clock
        self._posted: defaultdict[str, deque[float]] = defaultdict(deque)

    def require_room(self, channel: str) -> None:
        """Count a message to *channel*, or raise when it got too many at once."""
        posted, now = self._posted[channel], self._clock.now()
        while posted and now - posted[0] >= BURST_WINDOW_S:
            posted.popleft()
        if self.are_enforced and len(posted) >= BURST_LIMIT:
            raise RefusedError("ratelimited", status=429, headers={"Retry-After": "1"})
        posted.append(now)

    def forget(self) -> None:
        """Start counting anew."""
        self._posted.clear()
