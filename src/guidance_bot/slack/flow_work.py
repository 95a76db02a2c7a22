"""What the listeners of flows work with: plans, where choices lead, how it is told."""

import logging
from collections.abc import Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from slack_sdk.errors import SlackApiError

from guidance_bot.flows.asker import known_of
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.flow import Flow
from guidance_bot.slack import incoming
from guidance_bot.slack.blocks import Json, Message
from guidance_bot.slack.flow_arrivals import Arrival, arrival
from guidance_bot.slack.flow_buttons import Chosen, Walking
from guidance_bot.slack.flow_submissions import Counter
from guidance_bot.slack.flow_views import seen_of
from guidance_bot.slack.flow_windows import flow_window
from guidance_bot.slack.incoming import Payload, Place
from guidance_bot.slack.sending import ResponseUrlError, error_code
from guidance_bot.slack.views import own_words
from guidance_bot.slack.windows import note_window
from guidance_bot.slack.work import (
    Desk,
    Worker,
    action_place,
    log_failure,
    reference,
)

logger = logging.getLogger(__name__)

# A conversation of two that is not ours, and a place that we are not in.
_NOT_OURS: Final = frozenset({"channel_not_found", "not_in_channel"})


@dataclass(frozen=True, slots=True)
class Arrived:
    """Where the choices of a pressed button lead now, and where its answer goes.

    ``note`` says so where that is another outcome than the one it stood below.
    """

    chosen: Chosen
    arrival: Arrival
    place: Place
    note: str = ""


class FlowWorker(Worker):
    """Knows where choices lead, and tells it.

    Nothing is kept here but the plans of the flows: choices travel in windows and buttons.
    """

    def __init__(self, desk: Desk, thread: Executor) -> None:
        super().__init__(desk, thread)
        self._plans: dict[tuple[str, str], Plan] = {}

    async def arrived(self, body: Payload) -> Arrived | None:
        """Return where the pressed button's choices lead; where they lead nowhere any
        more, open what says so, or the flow with what can be kept, and return None.
        """
        knowledge, place = self.desk.knowledge, action_place(self, body)
        chosen = Chosen.read(incoming.pressed(body).get("value", ""))
        flow = knowledge.flows.get(chosen.flow) if chosen else None
        if chosen is None or flow is None:
            key = "flow-gone" if chosen else "old-button"
            await self.show(body, note_window(key, knowledge))
            return None
        found = None
        if chosen.digest == flow.digest:
            found = await self.arrival(flow, chosen.choices)
        if found is None:
            await self.show(body, self.window(chosen, place))
            return None
        is_other = chosen.seen not in {"", seen_of(found, knowledge)}
        note = own_words("flow-outcome-changed", knowledge) if is_other else ""
        return Arrived(chosen, found, place, note)

    async def arrival(self, flow: Flow, choices: Mapping[str, str]) -> Arrival | None:
        """Return where *choices* lead today, or None where they lead nowhere."""
        knowledge, day = self.desk.knowledge, self.desk.today()
        plan = self.plan(flow)
        return await self.in_thread(lambda: arrival(plan, choices, knowledge, day))

    def counter(self) -> Counter:
        """Return what submissions are decided with today."""
        return Counter(self.desk.knowledge, self.plan, self.desk.today())

    def plan(self, flow: Flow) -> Plan:
        """Return the plan of *flow*, made once."""
        key = (flow.name, flow.digest)
        if key not in self._plans:
            self._plans[key] = Plan.of(flow)
        return self._plans[key]

    def window(self, chosen: Chosen, place: Place) -> Json:
        """Return the window of a flow, with what is known of the asker and was chosen."""
        knowledge = self.desk.knowledge
        flow = knowledge.flows.get(chosen.flow)
        if flow is None:
            return note_window("flow-gone", knowledge)
        day = self.desk.today()
        known = known_of(flow, knowledge.organisation, None, day)
        # Nothing chosen yet: nothing that an edit of the flow could take away.
        digest = chosen.digest if chosen.choices else flow.digest
        filled = Chosen(flow.name, digest, {**known, **chosen.choices})
        return flow_window(self.plan(flow), Walking(filled, place), knowledge, day)

    @contextmanager
    def once(self, *key: Hashable) -> Iterator[bool]:
        """Tell whether what *key* names is to be done: a press is delivered once, but
        repeated. Where it fails, for whatever reason, it may be done again.
        """
        is_first = self.desk.once.first(key)
        try:
            yield is_first
        except Exception:
            # Raised again below: here it only has to be possible once more.
            if is_first:
                self.desk.once.forget(key)
            raise

    async def deliver(self, place: Place, told: Sequence[Message]) -> str:
        """Send to the person alone: to stay, where it is our conversation of two.

        Return which note says where it went.
        """
        sender = self.desk.sender
        if place.is_direct:
            try:
                here = Place(place.channel, place.user, place.thread)
                await sender.send(here, told)
            except SlackApiError as error:
                if error_code(error) not in _NOT_OURS:
                    raise
            else:
                return "flow-shown"
        try:
            await sender.send(place, told)
        except (SlackApiError, ResponseUrlError) as error:
            # The window was open for longer than Slack takes answers there.
            log_failure(reference(), "deliver", error)
            await sender.direct(place.user, told)
            return "flow-kept"
        # A window that carries no place is answered in our conversation of two.
        return "flow-kept" if place.channel == place.user else "flow-shown"
