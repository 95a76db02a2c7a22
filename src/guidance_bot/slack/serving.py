"""Socket Mode or HTTP, health, and an orderly end."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import uvicorn
from aiohttp import ClientError, ClientSession
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from starlette.applications import Starlette

from guidance_bot.errors import SettingsError
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.slack.app import bolt_app
from guidance_bot.slack.endpoints import http_app
from guidance_bot.slack.flow_orders import order_in
from guidance_bot.slack.listeners import Listeners
from guidance_bot.slack.sending import (
    Sender,
    error_code,
    impatient_client,
    shared_session,
    web_client,
)
from guidance_bot.slack.threads import Threads
from guidance_bot.slack.work import Answering, Desk

logger = logging.getLogger(__name__)

PING_S: Final = 5
# Together below the half minute that supervisors allow.
GRACE_S: Final = 20
CLOSE_S: Final = 3
SETTLE_S: Final = 0.1
SWITCH_S: Final = 0.000_1
AGENT_SCOPE: Final = "assistant:write"


@dataclass(frozen=True, slots=True)
class Workplace:
    """All that serving needs, handed down: tokens, addresses, guidance.

    An empty ``app_token`` means HTTP. ``port`` 0 takes a free one.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    api_url: str
    host: str
    port: int
    knowledge: Knowledge
    answer: Answering
    today: Callable[[], date]


async def serve(workplace: Workplace, stopped: asyncio.Event | None = None) -> None:
    """Serve until a signal, or until *stopped* is set; then finish what is in hand.

    Raises SettingsError where the address cannot be bound, or Slack does not
    take the token after a minute of trying.
    """
    stop = stopped or asyncio.Event()
    # The thread that answers lets go of the interpreter fifty times as often as
    # Python's default, so that an acknowledgement does not wait for it.
    sys.setswitchinterval(SWITCH_S)
    with _listening_socket(workplace.host, workplace.port) as bound:
        async with shared_session() as session:
            app, listeners = await _connected_app(workplace, session)
            with _signals(stop):
                if workplace.app_token:
                    await _serve_socket_mode(workplace, app, session, bound, stop)
                else:
                    await _serve_http(workplace, app, bound, stop)
            await _finish(listeners)
    logger.info("stopped")


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket bound to *host* and *port*, or raise OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


@contextmanager
def _listening_socket(host: str, port: int) -> Iterator[socket.socket]:
    try:
        bound = bound_socket(host, port)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error.strerror or error}); "
            "GUIDANCE_BOT_HOST and GUIDANCE_BOT_PORT name another address"
        ) from error
    with bound:
        yield bound


async def _connected_app(
    workplace: Workplace, session: ClientSession
) -> tuple[AsyncApp, Listeners]:
    """Return the app and its listeners, once Slack has said who we are."""
    web = web_client(session, workplace.bot_token, workplace.api_url)
    try:
        told = await web.auth_test()
    except (SlackApiError, ClientError, OSError) as error:
        what = error_code(error) if isinstance(error, SlackApiError) else ""
        raise SettingsError(
            f"{workplace.api_url} does not let the bot in "
            f"({what or type(error).__name__}); guidance-bot doctor says more"
        ) from error
    scopes = str(told.headers.get("x-oauth-scopes", "")).split(",")
    granted = [scope.strip() for scope in scopes]
    once = impatient_client(session, workplace.bot_token, workplace.api_url)

    def is_order(text: str) -> bool:
        return order_in(text, workplace.knowledge.flows) is not None

    desk = Desk(
        knowledge=workplace.knowledge,
        answer=workplace.answer,
        today=workplace.today,
        sender=Sender(web, session),
        threads=Threads(once, told["user_id"], is_order),
        bot_user=told["user_id"],
        threaded=AGENT_SCOPE in granted,
    )
    listeners = Listeners(desk)
    authorized = AuthorizeResult.from_auth_test_response(
        auth_test_response=told, bot_token=workplace.bot_token, bot_scopes=granted
    )
    app = bolt_app(
        listeners,
        authorized=authorized,
        signing_secret=workplace.signing_secret,
        api_url=workplace.api_url,
    )
    return app, listeners


async def _serve_http(
    workplace: Workplace, app: AsyncApp, bound: socket.socket, stop: asyncio.Event
) -> None:
    async def unready() -> str:
        return "stopping" if stop.is_set() else ""

    web = http_app(app, workplace.signing_secret, unready)
    async with _web_server(web, bound):
        _log_serving("http", bound)
        await stop.wait()


async def _serve_socket_mode(
    workplace: Workplace,
    app: AsyncApp,
    session: ClientSession,
    bound: socket.socket,
    stop: asyncio.Event,
) -> None:
    handler = AsyncSocketModeHandler(
        app,
        workplace.app_token,
        web_client=web_client(session, workplace.app_token, workplace.api_url),
        ping_interval=PING_S,
    )
    client = handler.client

    async def unready() -> str:
        if stop.is_set():
            return "stopping"
        return "" if await client.is_connected() else "not connected to Slack"

    async with _web_server(http_app(None, "", unready), bound):
        connecting = asyncio.create_task(_connect(client))
        renewing = asyncio.create_task(_renew_addresses(client))
        _log_serving("socket", bound)
        await stop.wait()
        connecting.cancel()
        renewing.cancel()
        # What has arrived is acknowledged before the line goes dead: Slack
        # would deliver it again, to a process that knows nothing of it.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                while not client.message_queue.empty():
                    await asyncio.sleep(0.01)
        if client.message_processor is not None:
            client.message_processor.cancel()
        await asyncio.sleep(SETTLE_S)
        # Closing is known to hang at times when the network does.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await client.close()  # type: ignore[no-untyped-call]  # the SDK leaves it open
        await client.aiohttp_client_session.close()


async def _renew_addresses(client: SocketModeClient) -> None:
    """Have a new address asked for while there is no connection.

    An address is good for one connection. The client would go on trying the
    one it has, although that was spent on an attempt that failed.
    """
    while True:
        await asyncio.sleep(PING_S)
        if not await client.is_connected():
            client.wss_uri = None


async def _connect(client: SocketModeClient) -> None:
    await client.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it open


class _WebServer(uvicorn.Server):
    """A uvicorn server that leaves signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


@asynccontextmanager
async def _web_server(app: Starlette, bound: socket.socket) -> AsyncIterator[None]:
    """Serve *app* on *bound*; on leaving, finish the requests that have come."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=CLOSE_S,
    )
    server = _WebServer(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        while not (server.started or serving.done()):
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await serving


async def _finish(listeners: Listeners) -> None:
    """Wait for the answers in hand, as long as a supervisor lets us."""
    with suppress(TimeoutError):
        async with asyncio.timeout(GRACE_S):
            # Work that was acknowledged a moment ago begins at the next turn.
            await asyncio.sleep(SETTLE_S)
            while listeners.in_hand:
                await asyncio.sleep(SETTLE_S)
    if listeners.in_hand:
        logger.error("gave up", extra={"answers": listeners.in_hand})


def _log_serving(mode: str, bound: socket.socket) -> None:
    host, port, *_ = bound.getsockname()
    logger.info("serving", extra={"mode": mode, "address": f"{host}:{port}"})
