"""Delivery over Socket Mode: envelopes on WebSockets that the app opens."""

import asyncio
import json
import secrets
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from tests.local_slack.answers import Json
from tests.local_slack.courier import Outcome, Parcel, Try
from tests.local_slack.journal import Journal
from tests.local_slack.workspace import APP

CONNECTIONS_LIMIT = 10
CLOSE_TIMEOUT_S = 1.0
REASONS = ("warning", "refresh_requested", "link_disabled")


@dataclass(eq=False)
class Connection:
    """One WebSocket; a muted one is open but deaf and dumb."""

    socket: web.WebSocketResponse
    request: web.Request
    is_muted: bool = False
    is_leaving: bool = False


class Sockets:
    """The open connections of the app and the acks that are awaited on them."""

    def __init__(self, journal: Journal) -> None:
        self.connections: list[Connection] = []
        self._journal = journal
        self._tickets: set[str] = set()
        self._awaited: dict[str, asyncio.Future[Any]] = {}

    def new_ticket(self) -> str:
        """Return a ticket that opens one connection, once."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Serve ``/link/``: greet, then read acks until the connection ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            self._journal.refuse("link", "invalid ticket")
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        # Pings are answered below, so that a muted connection can leave them.
        socket = web.WebSocketResponse(autoping=False, timeout=CLOSE_TIMEOUT_S)
        await socket.prepare(request)
        connection = Connection(socket, request)
        if len(self.connections) >= CONNECTIONS_LIMIT:
            self._journal.refuse("link", "too_many_websockets")
            await self._say_goodbye(connection, "too_many_websockets")
            await socket.close()
            return socket
        await self._serve(connection)
        return socket

    async def _serve(self, connection: Connection) -> None:
        self.connections.append(connection)
        self._journal.touch()
        try:
            await connection.socket.send_json(self._hello())
            async for frame in connection.socket:
                if frame.type is WSMsgType.PING and not connection.is_muted:
                    await connection.socket.pong(frame.data)
                elif frame.type is WSMsgType.TEXT and not connection.is_muted:
                    self._read(frame.data)
        except ConnectionResetError:
            self._journal.warn("link", "connection was reset while Slack wrote to it")
        finally:
            self.connections.remove(connection)
            self._journal.touch()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": APP},
            "debug_info": {
                "host": "applink-local",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
        }

    def _read(self, text: str) -> None:
        try:
            ack = json.loads(text)
            envelope = ack["envelope_id"]
        except (json.JSONDecodeError, KeyError, TypeError):
            self._journal.warn("link", f"not an acknowledgement: {text[:200]}")
            return
        awaited = self._awaited.pop(envelope, None)
        if awaited is None:
            self._journal.warn("link", f"acknowledges nothing sent: {envelope}")
        elif not awaited.done():
            awaited.set_result(ack.get("payload"))

    async def send(self, parcel: Parcel, attempt: Try) -> Outcome:
        """Send *parcel* on one open connection, any of them, and await its ack."""
        open_ones = [one for one in self.connections if not one.is_leaving]
        if not open_ones:
            return Outcome("connection_failed")
        connection = secrets.choice(open_ones)
        envelope = secrets.token_hex(16)
        awaited: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._awaited[envelope] = awaited
        if not connection.is_muted:
            try:
                await connection.socket.send_json(_written(envelope, parcel, attempt))
            except ConnectionError:
                self._awaited.pop(envelope, None)
                return Outcome("connection_failed")
        await asyncio.wait([awaited], timeout=attempt.timeout_s)
        if not awaited.done():
            awaited.add_done_callback(
                lambda late: None if late.cancelled() else attempt.note_late_ack()
            )
            return Outcome("timeout")
        return Outcome(body=awaited.result())

    async def drop(self) -> None:
        """End every TCP connection without a closing frame."""
        for connection in list(self.connections):
            transport = connection.request.transport
            if transport is not None:
                transport.abort()

    def mute(self, *, on: bool) -> None:
        """Make the open connections deaf and dumb, or let them be heard again."""
        for connection in self.connections:
            connection.is_muted = on

    async def disconnect(self, reason: str) -> None:
        """Tell the app to connect anew; old connections get nothing any more.

        They stay open until the app closes them, except when Socket Mode was
        switched off.
        """
        if reason not in REASONS:
            raise ValueError(f"disconnect must be one of {', '.join(REASONS)}")
        for connection in list(self.connections):
            connection.is_leaving = True
            await self._say_goodbye(connection, reason)
            if reason == "link_disabled":
                await connection.socket.close()

    async def close(self) -> None:
        """Close every connection, as Slack does when it shuts down."""
        for awaited in self._awaited.values():
            awaited.cancel()
        self._awaited.clear()
        for connection in list(self.connections):
            await connection.socket.close()

    async def _say_goodbye(self, connection: Connection, reason: str) -> None:
        await connection.socket.send_json(
            {
                "type": "disconnect",
                "reason": reason,
                "debug_info": {"host": "applink-local"},
            }
        )


def _written(envelope: str, parcel: Parcel, attempt: Try) -> Json:
    written: Json = {
        "envelope_id": envelope,
        "type": parcel.kind,
        "payload": parcel.payload,
        "accepts_response_payload": parcel.accepts_answer,
    }
    if parcel.kind == "events_api":
        written["retry_attempt"] = attempt.number
        written["retry_reason"] = attempt.reason or ""
    return written
