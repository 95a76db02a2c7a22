"""Deliveries, whatever the transport."""

import asyncio

import pytest

from tests.local_slack.clock import Clock
from tests.local_slack.courier import Courier, Outcome, Parcel, Try
from tests.local_slack.journal import Journal

PARCEL = Parcel("events_api", "message.im", {"event_id": "Ev1"})


class Broken:
    """A transport with a fault of its own."""

    async def send(self, parcel: Parcel, attempt: Try) -> Outcome:
        raise RuntimeError("out of envelopes")


class Endless:
    """A transport that never comes back."""

    async def send(self, parcel: Parcel, attempt: Try) -> Outcome:
        await asyncio.Event().wait()
        return Outcome()


@pytest.fixture
def journal() -> Journal:
    return Journal(Clock(lambda: 0.0))


async def test_a_delivery_that_breaks_off_is_a_warning(journal: Journal) -> None:
    courier = Courier(journal, Broken)
    courier.post(PARCEL)
    await journal.changed_beyond(1, timeout_s=1)
    assert journal.warnings == ["delivery: broke off: RuntimeError('out of envelopes')"]


async def test_deliveries_are_waited_for_only_so_long(journal: Journal) -> None:
    courier = Courier(journal, Endless)
    delivery = courier.post(PARCEL)
    await courier.settle([delivery], timeout_s=0.01)
    assert not delivery.settled.is_set()
    await courier.stop()
    assert delivery.settled.is_set()
    assert courier.deliveries == []
