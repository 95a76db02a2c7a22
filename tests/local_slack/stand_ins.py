"""Stand-ins for a bot: one that listens over HTTP, one in Socket Mode."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.local_slack.answers import Json


class Person:
    """Plays people through ``/control``."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session

    async def post(self, action: str, **body: Any) -> tuple[int, Json]:
        """Return the status and the body of the answer."""
        url = f"{self.url}/control/{action}"
        async with self._session.post(url, json=body) as response:
            return response.status, await response.json()

    async def do(self, action: str, **body: Any) -> Json:
        """Return the answer to an action that works."""
        status, answer = await self.post(action, **body)
        assert status == 200, answer
        return answer

    async def state(self) -> Json:
        """Return everything that is and was."""
        async with self._session.get(f"{self.url}/control/state") as response:
            state: Json = await response.json()
            return state

    async def until(self, holds: Callable[[Json], Any], timeout_s: float = 3) -> Json:
        """Return the first state for which *holds* is true."""
        async with asyncio.timeout(timeout_s):
            state = await self.state()
            while not holds(state):
                query = {"revision": str(state["revision"]), "timeout": "1"}
                async with self._session.get(
                    f"{self.url}/control/wait", params=query
                ) as response:
                    await response.read()
                state = await self.state()
            return state


@dataclass
class Received:
    """A request that came to the HTTP stand-in."""

    headers: dict[str, str]
    body: str

    @property
    def fields(self) -> Json:
        """Return what was sent, whatever way it was written."""
        if self.headers["Content-Type"].startswith("application/json"):
            fields: Json = json.loads(self.body)
        else:
            fields = dict(parse_qsl(self.body, keep_blank_values=True))
        if "payload" in fields:
            fields = json.loads(fields["payload"])
        return fields


Answer = Callable[[], Awaitable[web.Response]]


@dataclass
class HttpApp:
    """Answers 200, unless answers were prepared; verification is always answered."""

    received: list[Received] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    url: str = ""

    def will_answer(self, **response: Any) -> None:
        """Prepare the answer to the next request."""

        async def answer() -> web.Response:
            return web.Response(**response)

        self.answers.append(answer)

    async def serve(self, request: web.Request) -> web.Response:
        """Answer a request."""
        got = Received(dict(request.headers), await request.text())
        self.received.append(got)
        if self.answers:
            return await self.answers.pop(0)()
        if got.fields.get("type") == "url_verification":
            return web.json_response({"challenge": got.fields["challenge"]})
        return web.Response()


Handle = Callable[[SocketModeRequest], Awaitable[Json | None]]


class SocketApp:
    """Acknowledges every envelope at once, with what *handle* returns."""

    def __init__(self, client: SocketModeClient) -> None:
        self.client = client
        self.requests: list[SocketModeRequest] = []
        self.payloads: list[Json | None] = []
        self.acknowledges = True
        client.socket_mode_request_listeners.append(self._answer)

    async def _answer(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        self.requests.append(request)
        if self.acknowledges:
            payload = self.payloads.pop(0) if self.payloads else None
            await client.send_socket_mode_response(
                SocketModeResponse(request.envelope_id, payload)
            )
