"""Delivery to the app: once for commands and clicks, with retries for events."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.local_slack.answers import Json
from tests.local_slack.journal import Journal

log = logging.getLogger("local_slack")

ACK_TIMEOUT_S = 3.0
RETRY_DELAYS_S = (0.0, 60.0, 300.0)
# Whoever waits for a delivery does not wait through a longer pause than this.
LONG_PAUSE_S = 1.0


@dataclass(frozen=True)
class Parcel:
    """What is sent to the app; *kind* is the envelope type of Socket Mode."""

    kind: str
    what: str
    payload: Json
    accepts_answer: bool = False

    @property
    def event_id(self) -> str | None:
        """Return the id that stays the same over all attempts, of an event."""
        event_id: str | None = self.payload.get("event_id")
        return event_id


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended; no *reason* means that the app acknowledged it."""

    reason: str | None = None
    status: int | None = None
    body: Any = None
    stop_retrying: bool = False


@dataclass(frozen=True)
class Try:
    """One attempt: which one, why there was one before, how long it may take."""

    number: int
    timeout_s: float
    reason: str | None
    note_late_ack: Callable[[], None]


class Transport(Protocol):
    """HTTP or Socket Mode."""

    async def send(self, parcel: Parcel, attempt: Try) -> Outcome:
        """Return how the attempt to hand *parcel* over ended."""


@dataclass
class Delivery:
    """The record of a parcel's way to the app."""

    id: str
    parcel: Parcel
    attempts: list[Json] = field(default_factory=list)
    acknowledged: bool = False
    late: bool = False
    ack_body: Any = None
    error: str | None = None
    # Set when it is acknowledged, given up, or put off for a long while.
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def as_json(self) -> Json:
        """Return the record as tests read it."""
        return {
            "id": self.id,
            "kind": self.parcel.kind,
            "what": self.parcel.what,
            "event_id": self.parcel.event_id,
            "payload": self.parcel.payload,
            "attempts": self.attempts,
            "acknowledged": self.acknowledged,
            "late": self.late,
            "ack_body": self.ack_body,
            "error": self.error,
        }


class Courier:
    """Takes parcels to the app and keeps the record of each delivery."""

    def __init__(self, journal: Journal, transport: Callable[[], Transport]) -> None:
        self.deliveries: list[Delivery] = []
        self.retry_delays_s: list[float] = list(RETRY_DELAYS_S)
        self.ack_timeout_s = ACK_TIMEOUT_S
        self._journal = journal
        self._transport = transport
        self._running: set[asyncio.Task[None]] = set()
        self._count = 0

    def post(self, parcel: Parcel) -> Delivery:
        """Start the delivery of an event, which is retried until acknowledged."""
        delivery = self._register(parcel)
        task = asyncio.create_task(self._deliver(delivery))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return delivery

    async def hand_over(self, parcel: Parcel) -> Delivery:
        """Deliver a command or an interaction: one attempt, no more.

        ``error`` is what Slack tells the person if the app did not answer.
        """
        delivery = self._register(parcel)
        outcome = await self._attempt(delivery, number=0, reason=None)
        if outcome.reason:
            timed_out = outcome.reason.endswith("timeout")
            delivery.error = "operation_timeout" if timed_out else "dispatch_failed"
        delivery.settled.set()
        self._journal.touch()
        return delivery

    async def settle(self, deliveries: Iterable[Delivery], timeout_s: float) -> None:
        """Return when all of these are acknowledged, given up or put off."""
        waits = [asyncio.ensure_future(one.settled.wait()) for one in deliveries]
        if waits:
            _, pending = await asyncio.wait(waits, timeout=timeout_s)
            for wait in pending:
                wait.cancel()

    async def stop(self) -> None:
        """Give up everything that is still on its way and forget the record."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for delivery in self.deliveries:
            delivery.settled.set()
        self.deliveries.clear()

    def _register(self, parcel: Parcel) -> Delivery:
        self._count += 1
        delivery = Delivery(f"delivery-{self._count}", parcel)
        self.deliveries.append(delivery)
        self._journal.touch()
        return delivery

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery broke off", exc_info=error)
            self._journal.warn("delivery", f"broke off: {error!r}")

    async def _deliver(self, delivery: Delivery) -> None:
        outcome = await self._attempt(delivery, number=0, reason=None)
        for number, delay_s in enumerate(self.retry_delays_s, start=1):
            if outcome.reason is None or outcome.stop_retrying:
                break
            if delay_s > LONG_PAUSE_S:
                delivery.settled.set()
            await asyncio.sleep(delay_s)
            outcome = await self._attempt(
                delivery, number=number, reason=outcome.reason
            )
        if outcome.reason:
            delivery.error = outcome.reason
        delivery.settled.set()
        self._journal.touch()

    async def _attempt(
        self, delivery: Delivery, *, number: int, reason: str | None
    ) -> Outcome:
        def note_late_ack() -> None:
            delivery.late = True
            self._journal.touch()

        loop = asyncio.get_running_loop()
        began = loop.time()
        attempt = Try(number, self.ack_timeout_s, reason, note_late_ack)
        outcome = await self._transport().send(delivery.parcel, attempt)
        delivery.attempts.append(
            {
                "status": outcome.status,
                "ms": round((loop.time() - began) * 1000, 1),
                "reason": outcome.reason,
            }
        )
        if outcome.reason is None:
            delivery.acknowledged = True
            delivery.ack_body = outcome.body
            self._warn_of_unasked_answer(delivery)
        self._journal.touch()
        return outcome

    def _warn_of_unasked_answer(self, delivery: Delivery) -> None:
        parcel = delivery.parcel
        if parcel.accepts_answer or delivery.ack_body in (None, "", {}):
            return
        self._journal.warn(
            parcel.what, f"payload in the ack is ignored: {delivery.ack_body!r}"
        )
