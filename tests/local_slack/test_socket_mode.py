"""Delivery over Socket Mode: envelopes, acks, and connections that come and go."""

import aiohttp
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.answers import Json
from tests.local_slack.conftest import Connect, Start, web_client
from tests.local_slack.slack import LocalSlack
from tests.local_slack.stand_ins import Person, SocketApp

SAID = {"user": "U0ANNA", "channel": "D0ANNA", "text": "Hello"}
COMMAND = {
    "user": "U0ANNA",
    "channel": "C0GENERAL",
    "command": "/guidance",
    "text": "",
}


async def linked(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> ClientWebSocketResponse:
    """Return a bare connection that answers nothing by itself."""
    token = slack.installation.app_token
    client = web_client(slack, session, token)
    answer = await client.apps_connections_open(app_token=token)
    return await session.ws_connect(answer["url"], autoping=False)


async def test_a_new_connection_is_greeted(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    first, second = await linked(slack, session), await linked(slack, session)
    for number, socket in enumerate((first, second), start=1):
        hello = await socket.receive_json()
        assert hello["type"] == "hello"
        assert hello["num_connections"] == number
        assert hello["connection_info"] == {"app_id": "A0GUIDE"}
        assert hello["debug_info"]["approximate_connection_time"] == 18060


async def test_a_ticket_opens_one_connection(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    url = f"{slack.url}/link/?ticket={slack.sockets.new_ticket()}"
    await session.ws_connect(url)
    for bad in (url, f"{slack.url}/link/"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(bad)
        assert caught.value.status == 403


async def test_pings_are_answered(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    socket = await linked(slack, session)
    await socket.receive_json()
    await socket.ping(b"sdk-ping-pong:1")
    frame = await socket.receive()
    assert (frame.type, frame.data) == (WSMsgType.PONG, b"sdk-ping-pong:1")


async def test_an_event_comes_in_an_envelope(app: SocketApp, person: Person) -> None:
    await person.do("say", **SAID)
    [request] = app.requests
    assert request.type == "events_api"
    assert request.accepts_response_payload is False
    assert (request.retry_attempt, request.retry_reason) == (0, "")
    assert request.payload["type"] == "event_callback"
    [delivery] = (await person.state())["deliveries"]
    assert delivery["acknowledged"] is True


async def test_an_unacknowledged_event_is_retried_under_its_id(
    app: SocketApp, person: Person
) -> None:
    await person.do("settings", retry_delays=[0], ack_timeout=0.03)
    app.acknowledges = False
    await person.do("say", **SAID)
    await person.until(lambda _: len(app.requests) == 2)
    first, second = app.requests
    assert (second.retry_attempt, second.retry_reason) == (1, "timeout")
    assert first.envelope_id != second.envelope_id
    assert first.payload == second.payload
    [delivery] = (await person.state())["deliveries"]
    assert delivery["acknowledged"] is False


async def test_an_ack_after_the_time_is_late(
    slack: LocalSlack, session: aiohttp.ClientSession, person: Person
) -> None:
    await person.do("settings", retry_delays=[], ack_timeout=0.03)
    socket = await linked(slack, session)
    await socket.receive_json()
    await person.do("say", **SAID)
    envelope = await socket.receive_json()
    [delivery] = (await person.state())["deliveries"]
    assert (delivery["acknowledged"], delivery["late"]) == (False, False)
    await socket.send_json({"envelope_id": envelope["envelope_id"]})
    await person.until(lambda state: state["deliveries"][0]["late"])


@pytest.mark.parametrize(
    ("sent", "warning"),
    [
        ("{", "link: not an acknowledgement: {"),
        ("{}", "link: not an acknowledgement: {}"),
        ('{"envelope_id": "x"}', "link: acknowledges nothing sent: x"),
    ],
)
async def test_an_ack_of_nothing_is_a_warning(
    slack: LocalSlack,
    session: aiohttp.ClientSession,
    person: Person,
    sent: str,
    warning: str,
) -> None:
    socket = await linked(slack, session)
    await socket.send_str(sent)
    await person.until(lambda state: state["warnings"] == [warning])


async def test_without_a_connection_events_wait_and_commands_fail(
    slack: LocalSlack, connect: Connect, person: Person
) -> None:
    await person.do("settings", retry_delays=[0.05, 0.05, 0.05, 0.05])
    said = await person.do("say", **SAID, wait=False)
    answer = await person.do("command", **COMMAND)
    assert answer["error"] == "dispatch_failed"
    app = await connect()

    def is_acknowledged(state: Json) -> bool:
        [delivery] = [
            one for one in state["deliveries"] if one["id"] in said["deliveries"]
        ]
        return bool(delivery["acknowledged"])

    await person.until(is_acknowledged)
    [request] = app.requests
    assert request.retry_attempt
    assert request.retry_reason == "connection_failed"


async def test_a_command_may_be_answered_in_the_ack(
    app: SocketApp, person: Person
) -> None:
    app.payloads = [{"text": "Hello"}]
    await person.do("command", **COMMAND)
    [request] = app.requests
    assert (request.type, request.accepts_response_payload) == ("slash_commands", True)
    [message] = (await person.state())["messages"]
    assert message["text"] == "Hello"


async def test_an_answer_in_the_ack_of_an_event_is_a_warning(
    app: SocketApp, person: Person
) -> None:
    app.payloads = [{"text": "Hello"}]
    await person.do("say", **SAID)
    state = await person.state()
    [warning] = state["warnings"]
    assert warning.startswith("message.im: payload in the ack is ignored")
    assert len(state["messages"]) == 1


async def test_each_payload_goes_to_one_connection(
    connect: Connect, person: Person
) -> None:
    apps = [await connect(), await connect()]
    for _ in range(20):
        await person.do("say", **SAID)
    counts = [len(app.requests) for app in apps]
    assert sum(counts) == 20
    # One in a million runs would give all twenty to the same connection.
    assert all(counts)


async def test_the_eleventh_connection_is_refused(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    open_ones = [await linked(slack, session) for _ in range(10)]
    for one in open_ones:
        await one.receive_json()
    eleventh = await linked(slack, session)
    goodbye = await eleventh.receive_json()
    assert (goodbye["type"], goodbye["reason"]) == ("disconnect", "too_many_websockets")
    assert (await eleventh.receive()).type is WSMsgType.CLOSE


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_an_app_that_is_told_to_connects_anew(
    app: SocketApp, person: Person, reason: str
) -> None:
    old = app.client.current_session
    await person.do("socket", disconnect=reason)
    await person.until(
        lambda state: state["connections"] == 1 and app.client.current_session != old
    )
    await person.do("say", **SAID)
    assert len(app.requests) == 1


async def test_a_connection_that_was_told_to_go_gets_nothing(
    slack: LocalSlack, session: aiohttp.ClientSession, person: Person
) -> None:
    socket = await linked(slack, session)
    await socket.receive_json()
    await person.do("socket", disconnect="warning")
    assert (await person.do("command", **COMMAND))["error"] == "dispatch_failed"


async def test_a_link_that_is_switched_off_is_closed(
    slack: LocalSlack, session: aiohttp.ClientSession, person: Person
) -> None:
    socket = await linked(slack, session)
    await socket.receive_json()
    await person.do("socket", disconnect="link_disabled")
    assert (await socket.receive_json())["reason"] == "link_disabled"
    assert (await socket.receive()).type is WSMsgType.CLOSE


async def test_a_dropped_connection_ends_without_a_closing_frame(
    slack: LocalSlack, session: aiohttp.ClientSession, person: Person
) -> None:
    socket = await linked(slack, session)
    await socket.receive_json()
    await person.do("socket", drop=True)
    assert (await socket.receive()).type in (WSMsgType.CLOSED, WSMsgType.ERROR)
    assert socket.close_code == 1006
    await person.until(lambda state: state["connections"] == 0)


async def test_an_app_comes_back_after_a_drop(connect: Connect, person: Person) -> None:
    # The client looks after its connection as often as it pings.
    app = await connect(ping_interval=0.1)
    await person.do("settings", retry_delays=[0.1] * 20)
    await person.do("socket", drop=True)
    await person.until(lambda state: state["connections"] == 0)
    await person.do("say", **SAID)
    await person.until(lambda _: app.requests)


async def test_a_muted_connection_is_deaf_and_dumb(
    slack: LocalSlack, session: aiohttp.ClientSession, person: Person
) -> None:
    await person.do("settings", ack_timeout=0.03)
    socket = await linked(slack, session)
    await socket.receive_json()
    await person.do("socket", mute=True)
    await socket.ping(b"1")
    assert (await person.do("command", **COMMAND))["error"] == "operation_timeout"
    await person.do("socket", mute=False)
    await socket.ping(b"2")
    assert (await socket.receive()).data == b"2"


async def test_an_unknown_reason_to_disconnect_is_refused(person: Person) -> None:
    status, _ = await person.post("socket", disconnect="boredom")
    assert status == 400


async def test_opening_a_connection_is_a_warning_where_socket_mode_is_off(
    start: Start, session: aiohttp.ClientSession
) -> None:
    slack = await start(uses_sockets=False)
    token = slack.installation.app_token
    client: AsyncWebClient = web_client(slack, session, token)
    await client.apps_connections_open(app_token=token)
    assert slack.journal.warnings == [
        "apps.connections.open: Socket Mode is off for this app"
    ]
