"""The Bolt app: one visible list of who listens to what."""

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Literal

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from guidance_bot.slack import flow_buttons
from guidance_bot.slack.buttons import KEEP, MORE, PAGE, POST, RULES
from guidance_bot.slack.flow_listeners import ENGAGE
from guidance_bot.slack.incoming import Payload
from guidance_bot.slack.listeners import COMMAND, Listeners

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listening:
    """One thing the bot listens to, and what Slack must grant for it.

    ``listener`` names the method of ``Listeners``, ``flows.…`` one of its
    ``FlowListeners``; ``subscribed`` is the event as a manifest calls it, where that
    differs from what arrives. A submitted window ("view") is ``answered`` at once.
    """

    kind: Literal["event", "command", "action", "view"]
    name: str
    listener: str
    scopes: tuple[str, ...] = ()
    subscribed: str | None = None
    description: str = ""
    usage: str = ""
    answered: str = ""


LISTENING: Final = (
    Listening("event", "app_mention", "mentioned", ("app_mentions:read", "chat:write")),
    Listening(
        "event", "message", "messaged", ("im:history", "chat:write"), "message.im"
    ),
    Listening(
        "command",
        COMMAND,
        "commanded",
        ("commands",),
        description="Ask the guidance; only you see the answer",
        usage="[question | help]",
    ),
    Listening(
        "command",
        ENGAGE,
        "flows.commanded",
        ("commands",),
        description="Work out how to engage; only you see what follows",
        usage="[flow | flows | decision CODE | help]",
    ),
    Listening("action", PAGE, "page_opened"),
    Listening("action", KEEP, "kept", ("chat:write",)),
    Listening("action", MORE, "more_opened"),
    Listening("action", POST, "posted"),
    Listening("action", RULES, "rules_chosen"),
    Listening("action", flow_buttons.OPEN, "flows.opened"),
    Listening("action", flow_buttons.CHANGE, "flows.opened"),
    Listening("action", flow_buttons.BACK, "flows.stepped_back"),
    Listening("action", flow_buttons.SHOW, "flows.shown", ("chat:write",)),
    Listening("action", flow_buttons.MORE, "flows.more_opened"),
    Listening("action", flow_buttons.COMPARE, "flows.compared"),
    Listening("action", flow_buttons.RECORD, "flows.recorded", ("chat:write",)),
    Listening("action", flow_buttons.KEEP, "flows.kept", ("chat:write",)),
    Listening("action", flow_buttons.POST, "flows.posted"),
    Listening(
        "view",
        flow_buttons.WALK,
        "flows.submitted",
        ("chat:write",),
        answered="flows.acknowledged",
    ),
)
"""First match wins. What is not on it is acknowledged and left alone."""


def scopes() -> frozenset[str]:
    """Return every scope that the list above needs, and no other."""
    return frozenset(scope for entry in LISTENING for scope in entry.scopes)


def bolt_app(
    listeners: Listeners,
    *,
    authorized: AuthorizeResult,
    signing_secret: str,
    api_url: str,
) -> AsyncApp:
    """Return the app that hands each payload on the list to its listener.

    Call it with Slack's variables out of the environment: Bolt reads them.
    *authorized* was asked for once, so that no request waits for it.
    """

    async def authorize(**_: Any) -> AuthorizeResult:
        return authorized

    app = AsyncApp(
        # Bolt's loggers take the level of this one.
        logger=logging.getLogger("slack_bolt"),
        # Not the client that sends: Bolt copies this one, deeply, for every
        # payload, which a client with an open session does not survive.
        client=AsyncWebClient(base_url=api_url),
        authorize=authorize,
        signing_secret=signing_secret,
        raise_error_for_unhandled_request=True,
        # Helpers of the agent view that no listener takes, made for each event.
        attaching_conversation_kwargs_enabled=False,
    )
    for entry in LISTENING:
        _register(app, entry, listeners)
    app.action(re.compile(""))(
        ack=_acknowledge, lazy=[_work(listeners.unknown_pressed)]
    )
    app.error(_on_error)
    return app


def _register(app: AsyncApp, entry: Listening, listeners: Listeners) -> None:
    work = _work(attrgetter(entry.listener)(listeners))
    match entry.kind:
        case "event":
            # Bolt acknowledges events before their listener runs.
            app.event(entry.name)(work)
        case "command":
            # Acknowledging stands apart from the work: a listener that fails
            # right after ack() would take the acknowledgement with it.
            app.command(entry.name)(ack=_acknowledge, lazy=[work])
        case "action":
            # An id may carry a number: three buttons open three pages.
            pattern = re.compile(rf"^{re.escape(entry.name)}(?:\.\d+)?$")
            app.action(pattern)(ack=_acknowledge, lazy=[work])
        case "view":
            # What is wrong in a window is said with the acknowledgement.
            answered = _answered(attrgetter(entry.answered)(listeners))
            app.view(entry.name)(ack=answered, lazy=[work])


def _work(
    listener: Callable[[Payload], Awaitable[None]],
) -> Callable[..., Awaitable[None]]:
    async def work(body: dict[str, Any]) -> None:
        await listener(body)

    return work


def _answered(
    acknowledgement: Callable[[Payload], Awaitable[dict[str, Any]]],
) -> Callable[..., Awaitable[None]]:
    async def answer(
        ack: Callable[..., Awaitable[BoltResponse]], body: dict[str, Any]
    ) -> None:
        await ack(**await acknowledgement(body))

    return answer


async def _acknowledge(ack: Callable[[], Awaitable[BoltResponse]]) -> None:
    await ack()


async def _on_error(error: Exception) -> BoltResponse:
    """Acknowledge what nobody listens to; anything else is ours, and logged."""
    if not isinstance(error, BoltUnhandledRequestError):
        logger.error("failed outside a listener", extra={"error": type(error).__name__})
        return BoltResponse(status=500)
    return BoltResponse(status=200)
