"""Everything we tell Slack, over one session: retried while Slack is busy or broken, never lost in silence."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final

from aiohttp import (
    ClientConnectorError,
    ClientOSError,
    ClientSession,
    ClientTimeout,
    ServerConnectionError,
    ServerDisconnectedError,
)
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.builtin_interval_calculators import (
    BackoffRetryIntervalCalculator,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from guidance_bot.errors import GuidanceBotError
from guidance_bot.slack.blocks import Json, Message
from guidance_bot.slack.incoming import Place

TIMEOUT_S: Final = 10
# Half a second, then twice as long each time: about a minute in all.
RETRIES: Final = 7
BACKOFF: Final = BackoffRetryIntervalCalculator(0.25)
_UNSENDABLE: Final = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"}
)
_NO_UNFURL: Final = {"unfurl_links": False, "unfurl_media": False}
_SERVER_ERROR: Final = 500

logger = logging.getLogger(__name__)


class ResponseUrlError(GuidanceBotError):
    """A response address that Slack takes nothing at any more: used up or too old."""


class NotSlackError(GuidanceBotError):
    """A reply that is not Slack's, with its HTTP status."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"a reply that is not Slack's, with status {status}")


class _AnyServerError(AsyncServerErrorRetryHandler):
    """Slack's own handler knows 500 and 503; gateways answer 502 and 504."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return response is not None and response.status_code >= _SERVER_ERROR


class _LostReply(AsyncConnectionErrorRetryHandler):
    """Says so where Slack may have taken what is sent again.

    Rather twice than never: Slack has no way to say "this once".
    """

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        if not isinstance(error, ClientConnectorError):
            logger.warning("sent again", extra={"error": type(error).__name__})
        await super().prepare_for_next_attempt_async(
            state=state, request=request, response=response, error=error
        )


def retry_handlers() -> list[AsyncRetryHandler]:
    """Return what is tried again: 429 as long as Slack says, 5xx, lost connections."""
    lost = [
        ServerConnectionError,
        ServerDisconnectedError,
        ClientOSError,
        asyncio.TimeoutError,
    ]
    return [
        _LostReply(RETRIES, BACKOFF, lost),
        AsyncRateLimitErrorRetryHandler(RETRIES),
        _AnyServerError(RETRIES, BACKOFF),
    ]


def shared_session() -> ClientSession:
    """Return the one session that everything goes through; to be closed.

    The time limit is the session's: Slack's client keeps to its own only in
    sessions that it makes itself.
    """
    return ClientSession(timeout=ClientTimeout(total=TIMEOUT_S))


def web_client(session: ClientSession, token: str, api_url: str) -> AsyncWebClient:
    """Return Slack's client over the shared *session*, with the retries above."""
    return AsyncWebClient(
        token,
        base_url=api_url,
        session=session,
        retry_handlers=retry_handlers(),
    )


def impatient_client(
    session: ClientSession, token: str, api_url: str
) -> AsyncWebClient:
    """Return Slack's client over the shared *session* for what is tried once.

    Not even a rate limit is waited for.
    """
    return AsyncWebClient(token, base_url=api_url, session=session, retry_handlers=[])


def error_code(error: SlackApiError) -> str:
    """Return Slack's word for a refusal, or nothing where it was not Slack's to say."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


class Sender:
    """Sends messages and windows; raises SlackApiError or ResponseUrlError at the end."""

    def __init__(self, web: AsyncWebClient, session: ClientSession) -> None:
        self._web = web
        self._session = session

    async def send(self, place: Place, messages: Sequence[Message]) -> None:
        """Send *messages* where they belong, in order."""
        for message in messages:
            if place.response_url and place.private:
                await self._respond(place, message)
            elif place.private:
                await self._whisper(place, message)
            else:
                await self._post(place.channel, place.thread, message)

    async def post_through(self, place: Place, messages: Sequence[Message]) -> None:
        """Show *messages* to everyone in the channel of *place*, member or not."""
        for message in messages:
            if place.response_url:
                await self._respond(place, message, response_type="in_channel")
            else:
                await self._post(place.channel, place.thread, message)

    async def direct(self, user: str, messages: Sequence[Message]) -> None:
        """Send *messages* to the direct messages of *user* with us."""
        for message in messages:
            await self._post(user, None, message)

    async def open_view(self, trigger: str, view: Json) -> None:
        """Open *view*; the *trigger* of a press is good for three seconds, once."""
        await self._web.views_open(trigger_id=trigger, view=view)

    async def push_view(self, trigger: str, view: Json) -> None:
        """Open *view* on top of the window in which the *trigger* was given."""
        await self._web.views_push(trigger_id=trigger, view=view)

    async def update_view(self, view_id: str, view: Json) -> None:
        """Show *view* in the window *view_id* instead of what it shows."""
        await self._web.views_update(view_id=view_id, view=view)

    async def _post(self, channel: str, thread: str | None, message: Message) -> None:
        where = {"channel": channel, "thread_ts": thread} | _NO_UNFURL
        await self._call(self._web.chat_postMessage, where, message)

    async def _whisper(self, place: Place, message: Message) -> None:
        where = {"channel": place.channel, "user": place.user}
        if place.thread:
            where["thread_ts"] = place.thread
        await self._call(self._web.chat_postEphemeral, where, message)

    async def _call(self, method: Any, where: dict[str, Any], message: Message) -> None:
        try:
            await method(**where, text=message.text, blocks=list(message.blocks))
        except SlackApiError as error:
            if error_code(error) not in _UNSENDABLE:
                raise
            # Better the words without their form than no answer.
            logger.warning("Slack refused blocks", extra={"slack": error_code(error)})
            await method(**where, text=message.text)

    async def _respond(
        self, place: Place, message: Message, *, response_type: str = "ephemeral"
    ) -> None:
        client = AsyncWebhookClient(
            place.response_url or "",
            session=self._session,
            retry_handlers=retry_handlers(),
        )
        body: Json = {
            "response_type": response_type,
            "replace_original": False,
            "text": message.text,
            "blocks": list(message.blocks),
        } | _NO_UNFURL
        if place.thread:
            body["thread_ts"] = place.thread
        response = await _until_taken(client, body)
        if response.status_code == 400 and message.blocks:  # noqa: PLR2004 - what Slack says to blocks it refuses
            logger.warning("Slack refused blocks", extra={"slack": response.body[:80]})
            response = await _until_taken(client, {**body, "blocks": []})
        if response.status_code != 200:  # noqa: PLR2004
            raise ResponseUrlError(f"{response.status_code} {response.body[:80]}")


async def _until_taken(client: AsyncWebhookClient, body: Json) -> WebhookResponse:
    """Return what a response address says, once it is no server's trouble.

    Its client has the retries above, but asks them about 429 alone.
    """
    response = await client.send_dict(body)
    for attempt in range(RETRIES):
        if response.status_code < _SERVER_ERROR:
            break
        await asyncio.sleep(BACKOFF.calculate_sleep_duration(attempt))
        response = await client.send_dict(body)
    return response


async def ask_once(
    session: ClientSession, api_url: str, method: str, token: str
) -> tuple[dict[str, Any], str | None]:
    """Return what Slack says to one call without arguments, and the scopes it names.

    A refusal is an answer like any other. Raises aiohttp's errors, and
    NotSlackError where what came back is not Slack's.
    """
    client = AsyncWebClient(token, base_url=api_url, session=session)
    try:
        response = await client.api_call(method)
    except SlackApiError as error:
        if not error_code(error):
            status = getattr(error.response, "status_code", 0)
            raise NotSlackError(int(status)) from error
        response = error.response
    data = response.data if isinstance(response.data, dict) else {}
    return data, response.headers.get("x-oauth-scopes")
