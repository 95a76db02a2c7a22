"""Payload → answer → view → send. Every listener answers for itself, also when it fails."""

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import Any, Final, TypeVar

from slack_sdk.errors import SlackApiError

from guidance_bot.answering.answers import Answer, Asker
from guidance_bot.answering.small_talk import occasion
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.slack import incoming
from guidance_bot.slack.blocks import Message
from guidance_bot.slack.buttons import Asked, page_in
from guidance_bot.slack.incoming import Once, Payload, Place
from guidance_bot.slack.sending import ResponseUrlError, Sender, error_code
from guidance_bot.slack.threads import Threads
from guidance_bot.slack.views import (
    Setting,
    answer_messages,
    help_messages,
    note_message,
)
from guidance_bot.slack.windows import more_window, note_window, page_window
from guidance_bot.wording import sentence

logger = logging.getLogger(__name__)

COMMAND: Final = "/guidance"
ANYBODY: Final = Asker()
_REFERENCE: ContextVar[str] = ContextVar("reference")
Answering = Callable[[str, Asker, Sequence[str]], Answer]
"""A question, who asks, the questions before it → the answer, with today's notices."""
Done = TypeVar("Done")
Work = Callable[["Listeners", Payload], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the listeners work with.

    ``bot_user`` is our own user id; with ``threaded`` direct messages are
    answered in threads, as Slack's agent view wants it.
    """

    knowledge: Knowledge
    answer: Answering
    today: Callable[[], date]
    sender: Sender
    threads: Threads
    bot_user: str
    threaded: bool = False
    once: Once = field(default_factory=lambda: Once(time.monotonic))


def reply_on_failure(
    place_of: Callable[["Listeners", Payload], Place],
) -> Callable[[Work], Work]:
    """Let a listener that raises apologise in its place, with a reference.

    The cause goes to the log under the same reference: the error's class, the
    code that Slack gave and where it happened. Not its text, which can hold
    what somebody asked.
    """

    def decorate(work: Work) -> Work:
        @wraps(work)
        async def listener(self: "Listeners", body: Payload) -> None:
            reference = secrets.token_hex(4)
            _REFERENCE.set(reference)
            self.in_hand += 1
            try:
                await work(self, body)
            except Exception as error:  # noqa: BLE001 - the one catcher in Slack
                log_failure(reference, work.__name__, error)
                await self.apologise(place_of(self, body), reference)
            finally:
                self.in_hand -= 1

        return listener

    return decorate


def log_failure(reference: str, listener: str, error: Exception) -> None:
    """Log what made *listener* fail, without the error's own text."""
    frames = traceback.extract_tb(error.__traceback__)
    slack = error_code(error) if isinstance(error, SlackApiError) else None
    logger.error(
        "failed",
        extra={
            "reference": reference,
            "listener": listener,
            "error": type(error).__name__,
            "slack": slack
            or (str(error) if isinstance(error, ResponseUrlError) else None),
            "at": [
                f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in frames
            ],
        },
    )


def _event_place(self: "Listeners", body: Payload) -> Place:
    event = body["event"]
    is_direct = event.get("channel_type") == "im"
    threaded = self.desk.threaded or not is_direct
    return incoming.place_of_event(event, threaded=threaded)


def _command_place(_self: "Listeners", body: Payload) -> Place:
    return incoming.place_of_command(body)


def _action_place(_self: "Listeners", body: Payload) -> Place:
    return incoming.place_of_action(body)


class Listeners:
    """What the bot does with each kind of payload; ``in_hand`` counts work begun.

    Questions are answered one after the other in a thread of their own, so
    that the event loop can go on acknowledging what comes.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.in_hand = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="answers")

    @reply_on_failure(_event_place)
    async def mentioned(self, body: Payload) -> None:
        """Answer a mention, in its thread."""
        await self._answer_event(body)

    @reply_on_failure(_event_place)
    async def messaged(self, body: Payload) -> None:
        """Answer a direct message; other conversations need a mention."""
        if body["event"].get("channel_type") == "im":
            await self._answer_event(body)

    @reply_on_failure(_command_place)
    async def commanded(self, body: Payload) -> None:
        """Answer a slash command, to the person alone."""
        text = incoming.question_in(str(body.get("text", "")), self.desk.bot_user)
        await self._answer(text, _command_place(self, body))

    @reply_on_failure(_action_place)
    async def page_opened(self, body: Payload) -> None:
        """Open the whole page that a button names."""
        id_ = page_in(incoming.pressed(body).get("value", ""))
        knowledge = self.desk.knowledge
        page = knowledge.pages.get(id_ or "")
        if page is not None:
            view = page_window(page, knowledge, self.desk.today())
        else:
            view = note_window("page-gone" if id_ else "old-button", knowledge)
        await self.desk.sender.open_view(body["trigger_id"], view)
        _log("page opened")

    @reply_on_failure(_action_place)
    async def kept(self, body: Payload) -> None:
        """Send the answer to the person's direct messages, and say so."""
        place = _action_place(self, body)
        asked = Asked.read(incoming.pressed(body).get("value", ""))
        if asked is None:
            await self._say(place, "old-button")
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
        await self._say(place, "kept")
        _log("kept")

    @reply_on_failure(_action_place)
    async def more_opened(self, body: Payload) -> None:
        """Open what the first screen of an answer leaves out."""
        asked = Asked.read(incoming.pressed(body).get("value", ""))
        knowledge = self.desk.knowledge
        if asked is None:
            view = note_window("old-button", knowledge)
        else:
            given, note = await self._again(asked)
            place = _action_place(self, body)
            may_post = incoming.is_ephemeral(body) and given.verdict == "answered"
            view = more_window(
                given, knowledge, place.metadata(), may_post=may_post, note=note
            )
        await self.desk.sender.open_view(body["trigger_id"], view)
        _log("more opened")

    @reply_on_failure(_action_place)
    async def posted(self, body: Payload) -> None:
        """Post the answer to the channel, naming who shared it.

        Where the guidance has changed since, the window shows the new answer
        instead, and posting it is another press.
        """
        place = _action_place(self, body)
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
        try:
            await self.desk.sender.update_view(view["id"], window)
        except SlackApiError as error:
            # Closed in the meantime; what was to be done is done.
            logger.warning("window gone", extra={"slack": error_code(error)})

    @reply_on_failure(_action_place)
    async def rules_chosen(self, body: Payload) -> None:
        """Answer again for the jurisdiction that the person chose."""
        place, action = _action_place(self, body), incoming.pressed(body)
        asked = Asked.read(action.get("block_id", ""))
        code = (action.get("selected_option") or {}).get("value")
        if asked is None or code not in self.desk.knowledge.organisation.jurisdictions:
            await self._say(place, "old-button")
            return
        if place.is_direct and not incoming.is_ephemeral(body):
            place = Place(place.channel, place.user, place.thread)
        await self._answer(asked.question, place, Asker(code), asked.earlier)

    @reply_on_failure(_action_place)
    async def unknown_pressed(self, body: Payload) -> None:
        """Say of a button that nobody listens to that it is an old one."""
        await self._say(_action_place(self, body), "old-button")

    async def apologise(self, place: Place, reference: str) -> None:
        """Say where the answer belongs that there is none, with the *reference*."""
        try:
            await self._say(place, "apology", reference=reference)
        except Exception as error:  # noqa: BLE001 - nobody is left to tell
            log_failure(reference, "apologise", error)

    async def _answer_event(self, body: Payload) -> None:
        event, desk = body["event"], self.desk
        if not incoming.is_from_a_person(event, desk.bot_user):
            return
        keys = ("event", body.get("event_id")), ("at", event["channel"], event["ts"])
        if not desk.once.first(*keys):
            return
        began = time.perf_counter()
        question = incoming.question_in(event.get("text", ""), desk.bot_user)
        earlier: Sequence[str] = ()
        if occasion(question) is None:
            earlier = await desk.threads.earlier(event)
        place = _event_place(self, body)
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
        given, answered = await self._in_thread(
            lambda: self._decided(question, place, asker, earlier)
        )
        decided = time.perf_counter()
        if given.is_sensitive and not (place.private or place.is_direct):
            await self._answer_privately(place, given)
        else:
            await self.desk.sender.send(place, answered)
        _log(
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
        await self._say(place, "answered-privately")

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

    async def _in_thread(self, work: Callable[[], Done]) -> Done:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, work)

    async def _again(self, asked: Asked) -> tuple[Answer, str]:
        """Return the answer to *asked* now, and a note where it is another one."""
        asker = Asker(asked.jurisdiction)
        given = await self._in_thread(
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
            log_failure(_REFERENCE.get(), "posted", error)
            return "not-posted"
        except Exception:
            # Not posted, for whatever reason: it may be tried again, and is told.
            self.desk.once.forget(key)
            raise
        _log("posted")
        return "posted"

    async def _say(self, place: Place, key: str, **values: str) -> None:
        said = note_message(key, self.desk.knowledge, **values)
        await self.desk.sender.send(place, said)


def _log(event: str, **facts: Any) -> None:
    logger.info(event, extra={"reference": _REFERENCE.get(), **facts})
