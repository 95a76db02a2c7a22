"""What somebody asked before in the thread of a direct message: looked up for one question, kept nowhere."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from guidance_bot.answering.small_talk import occasion
from guidance_bot.slack.buttons import Asked
from guidance_bot.slack.incoming import Payload, is_by_a_person, question_in
from guidance_bot.slack.sending import error_code

# For all of a thread: who waits longer believes that nobody heard the question,
# and most questions stand alone.
PATIENCE_S: Final = 2
MOST_EARLIER: Final = 3
# As many as Slack recommends; longer threads come in pages.
PAGE_MESSAGES: Final = 200

logger = logging.getLogger(__name__)


class Threads:
    """Looks threads up with *web*, which is to be a client that tries nothing again.

    *is_order* tells what was no question but an order to walk through a flow.
    """

    def __init__(
        self,
        web: AsyncWebClient,
        bot_user: str,
        is_order: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._web = web
        self._bot_user = bot_user
        self._is_order = is_order

    async def earlier(self, event: Payload) -> tuple[str, ...]:
        """Return what the author of *event* asked before it in its thread, oldest first.

        Nothing outside a thread of direct messages, and nothing where Slack does
        not tell in time: then the question is answered on its own.
        """
        if not is_follow_up(event):
            return ()
        try:
            async with asyncio.timeout(PATIENCE_S):
                messages = await self._messages(event)
            found = questions_before(event, messages, self._bot_user, self._is_order)
        except Exception as error:  # noqa: BLE001 - whatever Slack sends, the question is answered
            logger.warning(
                "thread not read",
                extra={"error": type(error).__name__, "slack": _reason(error)},
            )
            return ()
        return found

    async def _messages(self, event: Payload) -> list[Any]:
        found: list[Any] = []
        pages = await self._web.conversations_replies(
            channel=event["channel"],
            ts=event["thread_ts"],
            latest=event["ts"],
            limit=PAGE_MESSAGES,
        )
        async for page in pages:
            found += page["messages"]
        return found


def is_follow_up(event: Payload) -> bool:
    """Tell whether *event* is a reply in a thread of direct messages with us."""
    thread = event.get("thread_ts")
    return event.get("channel_type") == "im" and thread not in (None, event["ts"])


def questions_before(
    event: Payload,
    messages: Iterable[Payload],
    bot_user: str,
    is_order: Callable[[str], bool] = lambda _: False,
) -> tuple[str, ...]:
    """Return the last questions of *messages* by the author of *event* before it.

    Oldest first, whatever the order of *messages*. What got a fixed sentence of
    ours, such as a greeting or a text too long to read, was no question; neither was
    what *is_order* says is an order to walk through a flow. A thread
    below an answer of ours begins with what that answer's buttons ask again.
    """
    messages = list(messages)
    roots = (m for m in messages if m.get("ts") == event["thread_ts"])
    first = next((m for m in roots if m.get("user") == bot_user), None)
    # One message may stand in two pages.
    by_ts = {
        message["ts"]: str(message.get("text") or "")
        for message in messages
        if is_by_a_person(message, bot_user) and message["user"] == event["user"]
    }
    typed = (by_ts[ts] for ts in sorted(by_ts) if ts < event["ts"])
    asked = (question_in(text, bot_user) for text in typed)
    questions = [
        text for text in asked if occasion(text) is None and not is_order(text)
    ]
    return (*answered_by(first), *questions)[-MOST_EARLIER:]


def answered_by(message: Payload | None) -> tuple[str, ...]:
    """Return the question that *message*, an answer of ours, answers, with the earlier ones."""
    for block in (message or {}).get("blocks") or ():
        for element in block.get("elements") or ():
            asked = Asked.read(str(element.get("value") or ""))
            if asked is not None:
                return (*asked.earlier, asked.question)
    return ()


def _reason(error: Exception) -> str | None:
    """Return Slack's word for a refusal, or the status of what was not Slack's to say."""
    if not isinstance(error, SlackApiError):
        return None
    status = getattr(error.response, "status_code", None)
    return error_code(error) or (None if status is None else str(status))
