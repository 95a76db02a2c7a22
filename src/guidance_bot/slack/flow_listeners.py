"""Payload → a flow's window, its outcome, its record: what the bot does where a flow is walked."""

import logging
from typing import Final

from slack_sdk.errors import SlackApiError

from guidance_bot.errors import GuidanceBotError, UsageError
from guidance_bot.flows.asker import NOTICE
from guidance_bot.flows.record import code_for, record_of
from guidance_bot.slack import incoming
from guidance_bot.slack.blocks import Json, Part, messages
from guidance_bot.slack.flow_arrivals import left_out
from guidance_bot.slack.flow_buttons import Chosen
from guidance_bot.slack.flow_more import (
    Offer,
    compare_window,
    may_be_posted,
    outcome_window,
)
from guidance_bot.slack.flow_notes import (
    flow_help_messages,
    flows_messages,
    opening_messages,
    record_messages,
)
from guidance_bot.slack.flow_orders import DEFAULT, Order, order_of_command
from guidance_bot.slack.flow_submissions import (
    Submission,
    stepped_back,
    submission,
)
from guidance_bot.slack.flow_views import outcome_messages
from guidance_bot.slack.flow_work import Arrived, FlowWorker
from guidance_bot.slack.incoming import Payload, Place
from guidance_bot.slack.mrkdwn import literal
from guidance_bot.slack.sending import ResponseUrlError
from guidance_bot.slack.views import Setting
from guidance_bot.slack.windows import note_window
from guidance_bot.slack.work import (
    action_place,
    command_place,
    log,
    log_failure,
    new_reference,
    reference,
    reply_on_failure,
)

logger = logging.getLogger(__name__)

ENGAGE: Final = "/engage"


class FlowListeners(FlowWorker):
    """What the bot does with each payload that belongs to a flow."""

    @reply_on_failure(command_place)
    async def commanded(self, body: Payload) -> None:
        """Open the flow that a slash command names, list flows, or show a record."""
        text = incoming.question_in(str(body.get("text", "")), self.desk.bot_user)
        order = order_of_command(text, self.desk.knowledge.flows)
        await self.ordered(order, command_place(self, body), body["trigger_id"])

    async def ordered(self, order: Order, place: Place, trigger: str = "") -> None:
        """Do what was *ordered*; without the *trigger* of a command, a button opens the flow."""
        knowledge, send = self.desk.knowledge, self.desk.sender.send
        flow = knowledge.flows.get(order.name)
        if order.wants == "record":
            await self._tell_record(order.name, place)
        elif order.wants == "help":
            bot = self.desk.bot_user
            told = flow_help_messages(knowledge, bot=bot, command=ENGAGE)
            await send(place, told)
        elif flow is None:
            unknown = "" if order.name in {"", DEFAULT} else order.name
            await send(place, flows_messages(knowledge, unknown=unknown))
        elif trigger:
            view = self.window(Chosen.of(flow, {}), place)
            await self.desk.sender.open_view(trigger, view)
        else:
            await send(place, opening_messages(flow, knowledge))
        log("flow ordered")

    @reply_on_failure(action_place)
    async def opened(self, body: Payload) -> None:
        """Open a flow, filled in with the choices that the button carries."""
        chosen = Chosen.read(incoming.pressed(body).get("value", ""))
        if chosen is None:
            view = note_window("old-button", self.desk.knowledge)
        else:
            view = self.window(chosen, action_place(self, body))
        await self.show(body, view)
        log("flow opened")

    async def acknowledged(self, body: Payload) -> Json:
        """Return how a submitted window is acknowledged; that cannot wait, nor fail."""
        try:
            return self._submission(body).acknowledgement
        except Exception as error:  # noqa: BLE001 - Slack would only say that it had trouble
            told = new_reference()
            log_failure(told, "acknowledged", error)
            view = note_window("apology", self.desk.knowledge, reference=told)
            return {"response_action": "update", "view": view}

    @reply_on_failure(action_place)
    async def submitted(self, body: Payload) -> None:
        """Send the outcome where all is chosen, once; the window is closed by then."""
        at = self._submission(body).at
        if at is None:
            return
        flow, knowledge = at.plan.flow, self.desk.knowledge
        arrived = await self.arrival(flow, at.choices)
        if arrived is None:
            raise GuidanceBotError(f"the flow {flow.name} has no outcome here")
        lost = left_out(flow, [d for d in at.dropped if d.prompt != NOTICE], knowledge)
        told = outcome_messages(arrived, knowledge, left_out=lost)
        view, chosen = body["view"], tuple(at.choices.items())
        with self.once("submitted", view["id"], view.get("hash"), chosen) as is_first:
            if is_first:
                await self.deliver(action_place(self, body), told)
                log("outcome told")

    @reply_on_failure(action_place)
    async def stepped_back(self, body: Payload) -> None:
        """Show the step before."""
        view = body["view"]
        user = str((body.get("user") or {}).get("id", ""))
        shown = stepped_back(view, user, self.counter())
        await self.update(view["id"], shown)

    @reply_on_failure(action_place)
    async def shown(self, body: Payload) -> None:
        """Send one of the ways that are still open, in full, and once."""
        arrived = await self.arrived(body)
        if arrived is None:
            return
        told = outcome_messages(arrived.arrival, self.desk.knowledge)
        key = ("shown", arrived.place.user, _where(body), arrived.chosen.value())
        with self.once(*key) as is_first:
            if not is_first:
                return
            note = await self.deliver(arrived.place, told)
        if "view" in body:
            view = note_window(note, self.desk.knowledge)
            await self.update(body["view"]["id"], view)
        log("outcome told")

    @reply_on_failure(action_place)
    async def more_opened(self, body: Payload) -> None:
        """Open what the first screen of an outcome leaves out."""
        arrived = await self.arrived(body)
        if arrived is None:
            return
        is_alone, place = incoming.is_ephemeral(body), arrived.place
        offer = Offer(
            keep=is_alone or not place.is_direct,
            post=is_alone and not place.is_direct,
        )
        view = self._more(arrived, place.metadata(), offer)
        await self.show(body, view)
        log("more opened")

    @reply_on_failure(action_place)
    async def compared(self, body: Payload) -> None:
        """Open the neighbouring way, to compare."""
        arrived = await self.arrived(body)
        if arrived is None:
            return
        here, knowledge = arrived.arrival, self.desk.knowledge
        other = await self.arrival(here.flow, here.outcome.neighbour or {})
        view = note_window("old-button", knowledge)
        if other is not None:
            view = compare_window(here, other, knowledge)
        await self.show(body, view)
        log("compared")

    @reply_on_failure(action_place)
    async def recorded(self, body: Payload) -> None:
        """Send the record to the person's direct messages, once, and say so."""
        arrived = await self.arrived(body)
        if arrived is None:
            return
        knowledge, day = self.desk.knowledge, self.desk.today()
        here, place = arrived.arrival, arrived.place
        code = code_for(here.outcome, here.at, knowledge, day)
        if code is None:
            await self.show(body, note_window("old-button", knowledge))
            return
        record = record_of(code, knowledge)
        told = record_messages(record, knowledge, note=arrived.note)
        is_window = "view" in body
        is_here = place.is_direct and not (is_window or incoming.is_ephemeral(body))
        # Once for each outcome that is shown; from however many windows behind them.
        shown = None if is_window else _where(body)
        with self.once("recorded", place.user, code, shown) as is_first:
            if is_first and is_here:
                await self.deliver(place, told)
            elif is_first:
                await self.desk.sender.direct(place.user, told)
        if is_window:
            window = note_window("flow-recorded", knowledge)
            await self.update(body["view"]["id"], window)
        elif not (is_first and is_here):
            await self.say(place, "flow-recorded")
        log("recorded")

    @reply_on_failure(action_place)
    async def kept(self, body: Payload) -> None:
        """Send the outcome to the person's direct messages, and say so in the window."""
        arrived = await self.arrived(body)
        if arrived is None:
            return
        knowledge, user = self.desk.knowledge, arrived.place.user
        setting = Setting(kept=True, note=arrived.note, elsewhere=True)
        told = outcome_messages(arrived.arrival, knowledge, setting)
        with self.once("kept", user, arrived.chosen.value()) as is_first:
            if is_first:
                await self.desk.sender.direct(user, told)
        if "view" in body:
            await self.update(body["view"]["id"], note_window("flow-kept", knowledge))
        else:
            await self.say(arrived.place, "flow-kept")
        log("kept")

    @reply_on_failure(action_place)
    async def posted(self, body: Payload) -> None:
        """Post the outcome to the channel, naming who shared it.

        Where the guidance has changed since, the window shows the new outcome
        instead, and posting it is another press.
        """
        arrived = await self.arrived(body)
        if arrived is None:
            return
        view, knowledge = body["view"], self.desk.knowledge
        if not may_be_posted(arrived.arrival, knowledge):
            window = note_window("not-posted", knowledge)
        elif arrived.note:
            window = self._more(arrived, view["private_metadata"], Offer(post=True))
        else:
            window = note_window(await self._post(arrived, view["id"]), knowledge)
        await self.update(view["id"], window)

    async def _post(self, arrived: Arrived, view: str) -> str:
        """Post once from the window *view*; return which note says how it went."""
        setting = Setting(sharer=arrived.place.user, elsewhere=True)
        told = outcome_messages(arrived.arrival, self.desk.knowledge, setting)
        try:
            with self.once("posted", view) as is_first:
                if not is_first:
                    return "posted"
                await self.desk.sender.post_through(arrived.place, told)
        except (SlackApiError, ResponseUrlError) as error:
            log_failure(reference(), "posted", error)
            return "not-posted"
        log("posted")
        return "posted"

    async def _tell_record(self, code: str, place: Place) -> None:
        """Show the record of *code* to the person alone, or say what is wrong with it."""
        knowledge = self.desk.knowledge
        try:
            told = record_messages(record_of(code, knowledge), knowledge)
        except UsageError as error:
            told = messages([Part(literal(str(error)))])
        if place.private or place.is_direct:
            await self.desk.sender.send(place, told)
            return
        await self.desk.sender.direct(place.user, told)
        await self.say(place, "answered-privately")

    def _submission(self, body: Payload) -> Submission:
        user = str((body.get("user") or {}).get("id", ""))
        return submission(body["view"], user, self.counter())

    def _more(self, arrived: Arrived, metadata: str, offer: Offer) -> Json:
        knowledge, note = self.desk.knowledge, arrived.note
        return outcome_window(arrived.arrival, knowledge, metadata, offer, note=note)


def _where(body: Payload) -> tuple[str | None, str | None]:
    """Return which message or window the pressed button stands in."""
    if "view" in body:
        return "view", body["view"]["id"]
    container = body.get("container") or {}
    return container.get("channel_id"), container.get("message_ts")
