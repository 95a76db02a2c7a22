"""Payload → answer → view → send. Every listener answers for itself, also when it fails."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from slack_sdk.errors import SlackApiError

from guidance_bot.answering.answers import Answer, Asker
from guidance_bot.answering.small_talk import occasion
from guidance_bot.slack import incoming
from guidance_bot.slack.blocks import Message
from guidance_bot.slack.buttons import Asked, page_in
from guidance_bot.slack.flow_listeners import FlowListeners
from guidance_bot.slack.flow_orders import order_in
from guidance_bot.slack.incoming import Payload, Place
from guidance_bot.slack.sending import ResponseUrlError, error_code
from guidance_bot.slack.views import (
    Setting,
    answer_messages,
    help_messages,
)
from guidance_bot.slack.windows import more_window, note_window, page_window
from guidance_bot.slack.work import (
    Desk,
    Worker,
    action_place,
    command_place,
    log,
    log_failure,
    reference,
    reply_on_failure,
)
from guidance_bot.wording import sentence

logger = logging.getLogger(__name__)

COMMAND: Final = "/guidance"
ANYBODY: Final = Asker()


def _event_place(self: Worker, body: Payload) -> Place:
    event = body["event"]
    is_direct = event.get("channel_type") == "im"
    threaded = self.desk.threaded or not is_direct
    return incoming.place_of_event(event, threaded=threaded)


class Listeners(Worker):
    """What the bot does with each kind of payload; ``flows`` with what belongs to a flow.

    Questions are answered one after the other in a thread of their own, so
    that the event loop can go on acknowledging what comes.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, ThreadPoolExecutor(1, thread_name_prefix="answers"))
        self.flows = FlowListeners(desk, self.thread)

    @property
    def in_hand(self) -> int:
        """How much work was begun and is not done yet."""
        return self.begun + self.flows.begun

    @reply_on_failure(_event_place)
    async def mentioned(self, body: Payload) -> None:
        """Answer a mention, in its thread."""
        await self._answer_event(body)

    @reply_on_failure(_event_place)
    async def messaged(self, body: Payload) -> None:
        """Answer a direct message; other conversations need a mention."""
        if body["event"].get("channel_type") == "im":
            await self._answer_event(body)

    @reply_on_failure(command_place)
    async def commanded(self, body: Payload) -> None:
        """Answer a slash command, to the person alone."""
        text = incoming.question_in(str(body.get("text", "")), self.desk.bot_user)
        place = command_place(self, body)
        order = order_in(text, self.desk.knowledge.flows)
        if order is not None:
            await self.flows.ordered(order, place, body["trigger_id"])
        else:
            await self._answer(text, place)

    @reply_on_failure(action_place)
    async def page_opened(self, body: Payload) -> None:
        """Open the whole page that a button names."""
        id_ = page_in(incoming.pressed(body).get("value", ""))
        knowledge = self.desk.knowledge
        page = knowledge.pages.get(id_ or "")
        if page is not None:
            view = page_window(page, knowledge, self.desk.today())
        else:
            view = note_window("page-gone" if id_ else "old-button", knowledge)
        await self.show(body, view)
        log("page opened")

    @reply_on_failure(action_place)
    async def kept(self, body: Payload) -> None:
        """Send the answer to the person's direct messages, and say so."""
        place = action_place(self, body)
        asked = Asked.read(incoming.pressed(body).get("value", ""))
        if asked is None:
            await self.say(place, "old-button")
            return
        key = ("kept", place.user, asked)
        if self.desk.once.first(key):
            try:
                given, note = await self._again(asked)
                setting = Setting(kept=True, note=note, elsewhere=True)
                answered = answer_messages(given, self.desk.knowledge, setting)
                await self.desk.sender.direct(place.user, answered)
            except Exception:
                # Not kept, for whatever reason: the button may be pressed again.
                self.desk.once.forget(key)
                raise
        if "view" in body:
            view = note_window("kept", self.desk.knowledge)
            await self.update(body["view"]["id"], view)
        else:
            await self.say(place, "kept")
        log("kept")

    @reply_on_failure(action_place)
    async def more_opened(self, body: Payload) -> None:
        """Open what the first screen of an answer leaves out."""
        asked = Asked.read(incoming.pressed(body).get("value", ""))
        knowledge = self.desk.knowledge
        if asked is None:
            view = note_window("old-button", knowledge)
        else:
            given, note = await self._again(asked)
            place = action_place(self, body)
            may_post = incoming.is_ephemeral(body) and given.verdict == "answered"
            # What stays in our conversation of two needs no keeping.
            may_keep = incoming.is_ephemeral(body) or not place.is_direct
            view = more_window(
                given,
                knowledge,
                place.metadata(),
                may_post=may_post,
                may_keep=may_keep,
                note=note,
            )
        await self.desk.sender.open_view(body["trigger_id"], view)
        log("more opened")

    @reply_on_failure(action_place)
    async def posted(self, body: Payload) -> None:
        """Post the answer to the channel, naming who shared it.

        Where the guidance has changed since, the window shows the new answer
        instead, and posting it is another press.
        """
        place = action_place(self, body)
        view, knowledge = body["view"], self.desk.knowledge
        asked = Asked.read(incoming.pressed(body).get("value", ""))
        if asked is None:
            window = note_window("old-button", knowledge)
        else:
            given, note = await self._again(asked)
            if note:
                window = more_window(
                    given, knowledge, view["private_metadata"], may_post=True, note=note
                )
            elif given.is_sensitive:
                window = note_window("not-posted", knowledge)
            else:
                window = note_window(
                    await self._post(given, place, view["id"]), knowledge
                )
        await self.update(view["id"], window)

    @reply_on_failure(action_place)
    async def rules_chosen(self, body: Payload) -> None:
        """Answer again for the jurisdiction that the person chose."""
        place, action = action_place(self, body), incoming.pressed(body)
        asked = Asked.read(action.get("block_id", ""))
        code = (action.get("selected_option") or {}).get("value")
        if asked is None or code not in self.desk.knowledge.organisation.jurisdictions:
            await self.say(place, "old-button")
            return
        if place.is_direct and not incoming.is_ephemeral(body):
            place = Place(place.channel, place.user, place.thread)
        await self._answer(asked.question, place, Asker(code), asked.earlier)

    @reply_on_failure(action_place)
    async def unknown_pressed(self, body: Payload) -> None:
        """Say of a button that nobody listens to that it is an old one."""
        await self.say(action_place(self, body), "old-button")

    async def _answer_event(self, body: Payload) -> None:
        event, desk = body["event"], self.desk
        if not incoming.is_from_a_person(event, desk.bot_user):
            return
        keys = ("event", body.get("event_id")), ("at", event["channel"], event["ts"])
        if not desk.once.first(*keys):
            return
        began = time.perf_counter()
        question = incoming.question_in(event.get("text", ""), desk.bot_user)
        place = _event_place(self, body)
        order = order_in(question, desk.knowledge.flows)
        if order is not None:
            await self.flows.ordered(order, place)
            return
        earlier: Sequence[str] = ()
        if occasion(question) is None:
            earlier = await desk.threads.earlier(event)
        await self._answer(question, place, earlier=earlier, began=began)

    async def _answer(
        self,
        question: str,
        place: Place,
        asker: Asker = ANYBODY,
        earlier: Sequence[str] = (),
        *,
        began: float | None = None,
    ) -> None:
        """Answer in *place*; *began* is when the work on it did, if not just now."""
        started = time.perf_counter()
        given, answered = await self.in_thread(
            lambda: self._decided(question, place, asker, earlier)
        )
        decided = time.perf_counter()
        if given.is_sensitive and not (place.private or place.is_direct):
            await self._answer_privately(place, given)
        else:
            await self.desk.sender.send(place, answered)
        log(
            # A greeting is no question that went without an answer.
            "answered" if given.message is None else "replied",
            verdict=given.verdict if given.message is None else None,
            ms=round(1_000 * (time.perf_counter() - (began or started))),
            decided_ms=round(1_000 * (decided - started)),
        )

    async def _answer_privately(self, place: Place, given: Answer) -> None:
        """Send a sensitive answer to the person alone, and to stay with them.

        One of the two ways may be closed: to a stranger from another
        organisation, or to somebody who has left the channel.
        """
        sender = self.desk.sender
        answered = answer_messages(given, self.desk.knowledge, Setting(kept=True))
        alone = Place(place.channel, place.user, place.thread, private=True)
        failed: list[SlackApiError] = []
        for way in (sender.direct(place.user, answered), sender.send(alone, answered)):
            try:
                await way
            except SlackApiError as error:
                logger.warning("one way closed", extra={"slack": error_code(error)})
                failed.append(error)
        if len(failed) > 1:
            raise failed[0]
        await self.say(place, "answered-privately")

    def _decided(
        self, question: str, place: Place, asker: Asker, earlier: Sequence[str]
    ) -> tuple[Answer, Sequence[Message]]:
        """Return the answer, and as it is seen in *place*."""
        knowledge = self.desk.knowledge
        given = self.desk.answer(question, asker, earlier)
        if given.message is not None and occasion(question) == "help":
            bot = self.desk.bot_user
            drawn = help_messages(given.message, knowledge, bot=bot, command=COMMAND)
            return given, drawn
        # What only one person sees vanishes, in direct messages too.
        stays = place.is_direct and not place.private
        return given, answer_messages(given, knowledge, Setting(kept=stays))

    async def _again(self, asked: Asked) -> tuple[Answer, str]:
        """Return the answer to *asked* now, and a note where it is another one."""
        asker = Asker(asked.jurisdiction)
        given = await self.in_thread(
            lambda: self.desk.answer(asked.question, asker, asked.earlier)
        )
        if given.receipt == asked.receipt:
            return given, ""
        return given, sentence("changed", self.desk.knowledge.organisation.wording)

    async def _post(self, given: Answer, place: Place, view: str) -> str:
        """Post *given* once from the window *view*; return which note says how it went."""
        key = ("posted", view)
        if not self.desk.once.first(key):
            return "posted"
        setting = Setting(sharer=place.user, elsewhere=True)
        answered = answer_messages(given, self.desk.knowledge, setting)
        try:
            await self.desk.sender.post_through(place, answered)
        except (SlackApiError, ResponseUrlError) as error:
            self.desk.once.forget(key)
            log_failure(reference(), "posted", error)
            return "not-posted"
        except Exception:
            # Not posted, for whatever reason: it may be tried again, and is told.
            self.desk.once.forget(key)
            raise
        log("posted")
        return "posted"
