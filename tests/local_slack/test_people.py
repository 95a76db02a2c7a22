"""What people do in channels, and what of it the app hears."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.answers import Json
from tests.local_slack.conftest import Start
from tests.local_slack.samples import section
from tests.local_slack.stand_ins import Person, SocketApp

ALL_EVENTS = frozenset(
    {"app_mention", "message.im", "message.channels", "message.groups"}
)
ALL_SCOPES = [
    "app_mentions:read",
    "im:history",
    "channels:history",
    "groups:history",
    "chat:write",
    "commands",
]


async def heard(person: Person) -> list[str]:
    """Return what the app was sent, oldest first."""
    return [one["what"] for one in (await person.state())["deliveries"]]


async def said(person: Person, channel: str, text: str, **more: Any) -> Json:
    """Let Anna write; return the answer."""
    return await person.do(
        "say", **{"user": "U0ANNA", "channel": channel, "text": text, **more}
    )


@pytest.mark.parametrize(
    ("channel", "text", "events"),
    [
        ("C0GENERAL", "@guidance hello", ["app_mention"]),
        ("C0GENERAL", "hello", []),
        ("C0GENERAL", "@Ben hello", []),
        ("C0ELSE", "@guidance hello", []),
        ("G0PRIVATE", "@guidance hello", []),
        ("D0ANNA", "hello", ["message.im"]),
        ("D0ANNA", "@guidance hello", ["message.im"]),
    ],
)
async def test_the_app_hears_what_it_subscribed_to_where_it_is(
    person: Person, channel: str, text: str, events: list[str]
) -> None:
    await said(person, channel, text)
    assert await heard(person) == events


@pytest.mark.parametrize(
    ("subscribed", "scopes", "events"),
    [
        (ALL_EVENTS, ALL_SCOPES, ["app_mention", "message.channels"]),
        (ALL_EVENTS, ["channels:history"], ["message.channels"]),
        (ALL_EVENTS, ["app_mentions:read"], ["app_mention"]),
        (ALL_EVENTS, [], []),
        (frozenset({"message.im"}), ALL_SCOPES, []),
    ],
)
async def test_an_event_needs_its_subscription_and_its_scope(
    start: Start,
    session: aiohttp.ClientSession,
    subscribed: frozenset[str],
    scopes: list[str],
    events: list[str],
) -> None:
    slack = await start(events=subscribed, scopes=scopes)
    person = Person(slack.url, session)
    await said(person, "C0GENERAL", "@guidance hello")
    assert await heard(person) == events


async def test_a_mention_is_an_event_with_everything_slack_sends(
    app: SocketApp, person: Person
) -> None:
    answer = await said(person, "C0GENERAL", "@guidance & co")
    [request] = app.requests
    payload = request.payload
    event = payload["event"]
    assert payload["authorizations"] == [
        {
            "enterprise_id": None,
            "team_id": "T0LOCAL",
            "user_id": "U0GUIDE",
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]
    assert (payload["team_id"], payload["api_app_id"]) == ("T0LOCAL", "A0GUIDE")
    assert (payload["token"], payload["event_time"]) == ("verification", 1_800_000_000)
    assert payload["is_ext_shared_channel"] is False
    assert event.pop("client_msg_id")
    assert event.pop("blocks")[0]["elements"][0]["elements"] == [
        {"type": "user", "user_id": "U0GUIDE"},
        {"type": "text", "text": " & co"},
    ]
    assert event == {
        "type": "app_mention",
        "user": "U0ANNA",
        "text": "<@U0GUIDE> &amp; co",
        "ts": answer["ts"],
        "event_ts": answer["ts"],
        "team": "T0LOCAL",
        "channel": "C0GENERAL",
    }


async def test_a_reply_names_its_thread(app: SocketApp, person: Person) -> None:
    root = await said(person, "D0ANNA", "hello")
    await said(person, "D0ANNA", "again", thread_ts=root["ts"])
    event = app.requests[-1].payload["event"]
    assert event["thread_ts"] == root["ts"]
    assert event["parent_user_id"] == "U0ANNA"
    assert event["channel_type"] == "im"


async def test_a_file_is_a_subtype_of_a_message(app: SocketApp, person: Person) -> None:
    await said(person, "D0ANNA", "look", files=True)
    event = app.requests[-1].payload["event"]
    assert event["subtype"] == "file_share"
    assert event["files"][0]["name"] == "draft.pdf"


async def test_encoded_text_is_taken_as_it_is(app: SocketApp, person: Person) -> None:
    await said(person, "C0GENERAL", "<@U0GUIDE|guidance> hi", raw=True)
    event = app.requests[-1].payload["event"]
    assert event["type"] == "app_mention"
    assert event["text"] == "<@U0GUIDE|guidance> hi"


async def test_a_mention_may_come_as_both_events(
    app: SocketApp, person: Person
) -> None:
    await said(person, "C0GENERAL", "@guidance hello", as_both=True)
    first, second = (request.payload for request in app.requests)
    assert {first["event"]["type"], second["event"]["type"]} == {
        "app_mention",
        "message",
    }
    assert first["event_id"] != second["event_id"]
    assert first["event"]["ts"] == second["event"]["ts"]


async def test_nothing_is_heard_where_the_bot_is_not(person: Person) -> None:
    await said(person, "C0ELSE", "@guidance hello", as_both=True)
    assert await heard(person) == []


async def test_edits_unfurls_and_deletions_are_messages_with_a_subtype(
    app: SocketApp, person: Person
) -> None:
    where = {"channel": "D0ANNA", "ts": (await said(person, "D0ANNA", "old"))["ts"]}
    await person.do("edit", **where, text="new & newer")
    await person.do("unfurl", **where)
    await person.do("delete", **where)
    edited, unfurled, deleted = (one.payload["event"] for one in app.requests[1:])
    assert edited["subtype"] == "message_changed"
    assert edited["message"]["text"] == "new &amp; newer"
    assert edited["message"]["edited"]["user"] == "U0ANNA"
    assert edited["previous_message"]["text"] == "old"
    assert unfurled["subtype"] == "message_changed"
    assert unfurled["message"]["text"] == unfurled["previous_message"]["text"]
    assert unfurled["message"]["attachments"]
    assert deleted["subtype"] == "message_deleted"
    assert deleted["deleted_ts"] == where["ts"]
    status, _ = await person.post("edit", **where, text="gone")
    assert status == 404


async def test_a_mention_that_is_edited_is_delivered_as_a_mention_again(
    app: SocketApp, person: Person
) -> None:
    first_said = await said(person, "C0GENERAL", "@guidance old?")
    edit = {"channel": "C0GENERAL", "ts": first_said["ts"], "text": "@guidance new?"}
    await person.do("edit", **edit)

    heard_of = (one.payload for one in app.requests)
    first, again = (p for p in heard_of if p["event"]["type"] == "app_mention")
    assert again["event"]["edited"]["user"] == "U0ANNA"
    assert "edited" not in first["event"]
    assert again["event"]["ts"] == first["event"]["ts"]
    assert again["event_id"] != first["event_id"]


async def test_the_bots_own_posts_edits_and_deletions_come_back_to_it(
    app: SocketApp, person: Person, client: AsyncWebClient
) -> None:
    ts = (await client.chat_postMessage(channel="D0ANNA", text="Hello"))["ts"]
    await client.chat_update(channel="D0ANNA", ts=ts, text="Hello again")
    await client.chat_delete(channel="D0ANNA", ts=ts)
    await client.chat_postMessage(channel="C0GENERAL", text="<@U0GUIDE>")
    await person.until(
        lambda state: all(one["acknowledged"] for one in state["deliveries"])
    )
    assert await heard(person) == [
        "message.im",
        "message.im:message_changed",
        "message.im:message_deleted",
    ]
    event = app.requests[0].payload["event"]
    assert (event["user"], event["bot_id"]) == ("U0GUIDE", "B0GUIDE")
    assert "subtype" not in event


async def test_ephemeral_messages_are_no_events(
    person: Person, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel="D0ANNA", user="U0ANNA", text="Psst")
    assert await heard(person) == []


async def test_another_bot_may_mention_ours(app: SocketApp, person: Person) -> None:
    await person.do("other-bot", channel="C0GENERAL", text="<@U0GUIDE> hello")
    event = app.requests[-1].payload["event"]
    assert event["type"] == "app_mention"
    assert (event["user"], event["bot_id"]) == ("U0OTHER", "B0OTHER")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"user": "U0NOBODY"}, 404),
        ({"channel": "C0NONE"}, 404),
        ({"user": "U0BEN", "channel": "C0ELSE"}, 403),
        ({"user": "U0BEN", "channel": "D0ANNA"}, 403),
        ({"thread_ts": "1.000001"}, 404),
        ({"text": " "}, 400),
        ({"text": None}, 400),
    ],
)
async def test_what_a_person_could_not_say_is_refused(
    person: Person, body: Json, status: int
) -> None:
    fine = {"user": "U0ANNA", "channel": "C0GENERAL", "text": "hello"}
    assert (await person.post("say", **{**fine, **body}))[0] == status
    assert (await person.state())["messages"] == []


async def test_without_a_messages_tab_nobody_writes_to_the_bot(
    start: Start, session: aiohttp.ClientSession
) -> None:
    slack = await start(takes_messages=False)
    person = Person(slack.url, session)
    body = {"user": "U0ANNA", "channel": "D0ANNA", "text": "hello"}
    assert await person.post("say", **body) == (
        403,
        {"error": "Sending messages to this app has been turned off."},
    )


COMMAND = {
    "user": "U0ANNA",
    "channel": "C0GENERAL",
    "command": "/guidance",
    "text": "",
}


async def test_a_command_may_be_given_where_the_bot_is_not(
    app: SocketApp, person: Person
) -> None:
    private = COMMAND | {"channel": "G0PRIVATE", "text": "ask @Anna in #general & co"}
    await person.do("command", **private)
    payload = app.requests[-1].payload
    assert payload["channel_name"] == "privategroup"
    assert payload["text"] == "ask <@U0ANNA|anna> in <#C0GENERAL|general> &amp; co"


async def test_a_command_that_does_not_escape_keeps_names_as_typed(
    start: Start, session: aiohttp.ClientSession
) -> None:
    slack = await start(commands={"/guidance": False})
    person = Person(slack.url, session)
    await person.do("command", **COMMAND | {"text": "ask @Anna & co"})
    [delivery] = (await person.state())["deliveries"]
    assert delivery["payload"]["text"] == "ask @Anna &amp; co"


@pytest.mark.parametrize(
    ("body", "scopes", "told"),
    [
        ({"command": "/help"}, None, "/help is not a valid command."),
        ({}, ["chat:write"], "/guidance is not a valid command."),
        (
            {"thread_ts": "1.000001"},
            None,
            "/guidance is not supported in threads. Sorry!",
        ),
    ],
)
async def test_a_command_that_slack_does_not_know_never_reaches_the_app(
    start: Start,
    session: aiohttp.ClientSession,
    body: Json,
    scopes: list[str] | None,
    told: str,
) -> None:
    slack = await start(scopes=scopes)
    person = Person(slack.url, session)
    assert await person.post("command", **{**COMMAND, **body}) == (403, {"error": told})
    state = await person.state()
    assert state["deliveries"] == []
    assert [notice["text"] for notice in state["notices"]] == [told]


async def test_an_answer_in_the_channel_to_a_command_is_an_event_there(
    app: SocketApp, person: Person
) -> None:
    app.payloads = [{"text": "Hello", "response_type": "in_channel"}]
    await person.do("command", **COMMAND | {"channel": "D0ANNA"})
    await person.until(lambda state: len(state["deliveries"]) == 2)
    assert await heard(person) == ["/guidance", "message.im"]


async def test_what_the_bot_shows_can_be_read_back(
    person: Person, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(
        channel="C0GENERAL", text="Hello", blocks=[section("Hello")]
    )
    [message] = (await person.state())["messages"]
    assert message["blocks"][0]["text"]["text"] == "Hello"
