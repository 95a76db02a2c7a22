"""The workspace of each test, its time at noon, and apps that stand in for the bot."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.clock import Clock
from tests.local_slack.installation import Manifest, install
from tests.local_slack.server import running
from tests.local_slack.slack import LocalSlack
from tests.local_slack.stand_ins import HttpApp, Person, SocketApp

NOON = 1_800_000_000.0
Start = Callable[..., Awaitable[LocalSlack]]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as entered:
        yield entered


@pytest.fixture
def start(stack: AsyncExitStack) -> Start:
    """Start a Slack; keywords change the app's manifest, scopes what is granted."""

    async def started(
        *, scopes: list[str] | None = None, **manifest: object
    ) -> LocalSlack:
        changed = replace(Manifest(), **manifest)  # type: ignore[arg-type]
        slack = LocalSlack(Clock(lambda: NOON), install(changed, scopes=scopes))
        slack.courier.retry_delays_s = [0.0, 0.0, 0.0]
        slack.courier.ack_timeout_s = 2.0
        return await stack.enter_async_context(running(slack))

    return started


@pytest.fixture
async def slack(start: Start) -> LocalSlack:
    return await start()


@pytest.fixture
async def session(stack: AsyncExitStack) -> aiohttp.ClientSession:
    return await stack.enter_async_context(aiohttp.ClientSession())


@pytest.fixture
def person(slack: LocalSlack, session: aiohttp.ClientSession) -> Person:
    return Person(slack.url, session)


@pytest.fixture
def client(slack: LocalSlack, session: aiohttp.ClientSession) -> AsyncWebClient:
    return web_client(slack, session)


def web_client(
    slack: LocalSlack, session: aiohttp.ClientSession, token: str | None = None
) -> AsyncWebClient:
    """Return Slack's own client, without its retries."""
    return AsyncWebClient(
        slack.installation.bot_token if token is None else token,
        base_url=f"{slack.url}/api/",
        session=session,
        retry_handlers=[],
    )


@pytest.fixture
async def http_slack(start: Start, http_app: HttpApp) -> LocalSlack:
    """A Slack that sends to ``http_app``."""
    slack = await start(uses_sockets=False)
    slack.installation.request_url = http_app.url
    return slack


@pytest.fixture
async def http_app(stack: AsyncExitStack) -> HttpApp:
    app = HttpApp()
    served = web.Application()
    served.router.add_post("/slack/events", app.serve)
    server = await stack.enter_async_context(TestServer(served))
    app.url = str(server.make_url("/slack/events"))
    return app


@pytest.fixture
def http_person(http_slack: LocalSlack, session: aiohttp.ClientSession) -> Person:
    return Person(http_slack.url, session)


Connect = Callable[..., Awaitable[SocketApp]]


@pytest.fixture
def connect(
    slack: LocalSlack, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> Connect:
    """Connect an app with Slack's own Socket Mode client."""

    async def connected(ping_interval: float = 5) -> SocketApp:
        token = slack.installation.app_token
        client = SocketModeClient(
            app_token=token,
            web_client=web_client(slack, session, token),
            ping_interval=ping_interval,
        )
        stack.push_async_callback(client.close)
        before = len(slack.sockets.connections)
        await client.connect()  # type: ignore[no-untyped-call]
        person = Person(slack.url, session)
        await person.until(lambda state: state["connections"] > before)
        return SocketApp(client)

    return connected


@pytest.fixture
async def app(connect: Connect) -> SocketApp:
    return await connect()


async def problems(client: AsyncWebClient, *blocks: Any) -> tuple[str, list[str]]:
    """Return the error and the messages with which *blocks* are refused."""
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0GENERAL", text="-", blocks=blocks)
    answer = caught.value.response
    return answer["error"], answer.get("response_metadata", {}).get("messages", [])
