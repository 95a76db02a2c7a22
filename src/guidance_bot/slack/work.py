"""What every listener works with, and the one place that says so when its work fails."""

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError

from guidance_bot.answering.answers import Answer, Asker
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.slack import incoming
from guidance_bot.slack.blocks import Json
from guidance_bot.slack.incoming import Once, Payload, Place
from guidance_bot.slack.sending import ResponseUrlError, Sender, error_code
from guidance_bot.slack.threads import Threads
from guidance_bot.slack.views import note_message

logger = logging.getLogger(__name__)

_REFERENCE: ContextVar[str] = ContextVar("reference")
Answering = Callable[[str, Asker, Sequence[str]], Answer]
"""A question, who asks, the questions before it → the answer, with today's notices."""
Done = TypeVar("Done")
Self = TypeVar("Self", bound="Worker")


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


class Worker:
    """Whose methods are listeners; ``begun`` counts work begun and not done.

    What takes longer than a moment is done in *thread*, so that the event loop can go
    on acknowledging what comes.
    """

    def __init__(self, desk: Desk, thread: Executor) -> None:
        self.desk = desk
        self.thread = thread
        self.begun = 0

    async def apologise(self, place: Place, reference: str) -> None:
        """Say where the answer belongs that there is none, with the *reference*."""
        try:
            await self.say(place, "apology", reference=reference)
        except Exception as error:  # noqa: BLE001 - nobody is left to tell
            log_failure(reference, "apologise", error)

    async def say(self, place: Place, key: str, **values: str) -> None:
        """Say a fixed sentence of ours in *place*."""
        said = note_message(key, self.desk.knowledge, **values)
        await self.desk.sender.send(place, said)

    async def show(self, body: Payload, view: Json) -> None:
        """Open *view*: on top, where the button stands in a window already."""
        sender = self.desk.sender
        show = sender.push_view if "view" in body else sender.open_view
        await show(body["trigger_id"], view)

    async def update(self, view_id: str, view: Json) -> None:
        """Show *view* in the window *view_id*, where that is still open."""
        try:
            await self.desk.sender.update_view(view_id, view)
        except SlackApiError as error:
            # Closed in the meantime; what was to be done is done.
            logger.warning("window gone", extra={"slack": error_code(error)})

    async def in_thread(self, work: Callable[[], Done]) -> Done:
        """Return what *work* returns, done in the thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.thread, work)


def reply_on_failure(
    place_of: Callable[[Worker, Payload], Place],
) -> Callable[
    [Callable[[Self, Payload], Awaitable[None]]],
    Callable[[Self, Payload], Awaitable[None]],
]:
    """Let a listener that raises apologise in its place, with a reference.

    The cause goes to the log under the same reference: the error's class, the
    code that Slack gave and where it happened. Not its text, which can hold
    what somebody asked.
    """

    def decorate(
        work: Callable[[Self, Payload], Awaitable[None]],
    ) -> Callable[[Self, Payload], Awaitable[None]]:
        @wraps(work)
        async def listener(self: Self, body: Payload) -> None:
            reference = new_reference()
            self.begun += 1
            try:
                await work(self, body)
            except Exception as error:  # noqa: BLE001 - the one catcher in Slack
                log_failure(reference, work.__name__, error)
                await self.apologise(place_of(self, body), reference)
            finally:
                self.begun -= 1

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


def log(event: str, **facts: Any) -> None:
    """Log what was done, under the reference of the work in hand."""
    logger.info(event, extra={"reference": reference(), **facts})


def new_reference() -> str:
    """Return a reference for work that begins."""
    made = secrets.token_hex(4)
    _REFERENCE.set(made)
    return made


def reference() -> str:
    """Return the reference of the work in hand."""
    return _REFERENCE.get()


def command_place(_self: Worker, body: Payload) -> Place:
    """Return where the answer to a slash command goes."""
    return incoming.place_of_command(body)


def action_place(_self: Worker, body: Payload) -> Place:
    """Return where the answer to a pressed button or a submitted window goes."""
    return incoming.place_of_action(body)
