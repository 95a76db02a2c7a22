"""Reading a thread back: the whole of it, a part, a page, and who may not."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.answers import Json
from tests.local_slack.conftest import Start, web_client
from tests.local_slack.stand_ins import Person


async def thread(person: Person, *texts: str) -> list[str]:
    """Let Anna write *texts* to the bot, each but the first under it; return their ts."""
    root: str | None = None
    found: list[str] = []
    for text in texts:
        where = {"user": "U0ANNA", "channel": "D0ANNA", "thread_ts": root}
        found.append((await person.do("say", **where, text=text, wait=False))["ts"])
        root = root or found[0]
    return found


async def texts(client: AsyncWebClient, ts: str, **more: Any) -> list[str]:
    """Return the texts of one page of the thread *ts*."""
    answer = await client.conversations_replies(channel="D0ANNA", ts=ts, **more)
    return [message["text"] for message in answer["messages"]]


async def refusal(client: AsyncWebClient, **arguments: object) -> Json:
    """Return what Slack answers where it does not show a thread."""
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("conversations.replies", json=arguments)
    data: Json = caught.value.response.data
    return data


async def test_a_thread_is_read_oldest_first_from_any_of_its_messages(
    client: AsyncWebClient, person: Person
) -> None:
    root, _, last = await thread(person, "one", "two", "three")
    await thread(person, "another")
    for ts in (root, last):
        assert await texts(client, ts) == ["one", "two", "three"]


async def test_a_message_without_replies_is_returned_alone(
    client: AsyncWebClient, person: Person
) -> None:
    [ts] = await thread(person, "one")
    answer = await client.conversations_replies(channel="D0ANNA", ts=ts)
    [message] = answer["messages"]
    assert (message["text"], message["user"]) == ("one", "U0ANNA")
    assert "thread_ts" not in message
    assert answer["has_more"] is False
    assert "response_metadata" not in answer.data


async def test_root_and_replies_tell_of_each_other(
    client: AsyncWebClient, person: Person
) -> None:
    root, _ = await thread(person, "one", "two")
    answered = await client.chat_postMessage(
        channel="D0ANNA", thread_ts=root, text="three"
    )
    answer = await client.conversations_replies(channel="D0ANNA", ts=root)
    first, second, third = answer["messages"]
    assert first["thread_ts"] == first["ts"]
    assert (first["reply_count"], first["latest_reply"]) == (2, answered["ts"])
    assert first["reply_users"] == ["U0ANNA", "U0GUIDE"]
    assert first["reply_users_count"] == 2
    assert [second["parent_user_id"], third["parent_user_id"]] == ["U0ANNA"] * 2
    assert second["thread_ts"] == third["thread_ts"] == root
    assert third["bot_id"] == "B0GUIDE"


async def test_what_is_gone_or_for_one_person_is_not_in_a_thread(
    client: AsyncWebClient, person: Person
) -> None:
    root, second, _ = await thread(person, "one", "two", "three")
    await client.chat_postEphemeral(
        channel="D0ANNA", user="U0ANNA", thread_ts=root, text="Psst"
    )
    await person.do("delete", channel="D0ANNA", ts=second)
    assert await texts(client, root) == ["one", "three"]


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({"latest": 2}, ["one", "two"]),
        ({"latest": 2, "inclusive": True}, ["one", "two", "three"]),
        ({"oldest": 1}, ["three", "four"]),
        ({"oldest": 1, "inclusive": True}, ["two", "three", "four"]),
        ({"oldest": 0, "latest": 3}, ["two", "three"]),
        ({"inclusive": False}, ["one", "two", "three", "four"]),
    ],
)
async def test_a_thread_is_read_from_when_to_when(
    client: AsyncWebClient, person: Person, bounds: dict[str, int], found: list[str]
) -> None:
    ts = await thread(person, "one", "two", "three", "four")
    given = {
        name: value if name == "inclusive" else ts[value]
        for name, value in bounds.items()
    }
    assert await texts(client, ts[0], **given) == found


async def test_a_long_thread_comes_in_pages(
    client: AsyncWebClient, person: Person
) -> None:
    *ts, last = await thread(person, "one", "two", "three", "four", "five", "six")
    pages = await client.conversations_replies(
        channel="D0ANNA", ts=ts[0], latest=last, limit=2
    )
    assert pages["response_metadata"]["next_cursor"]
    found = [
        ([message["text"] for message in page["messages"]], page["has_more"])
        async for page in pages
    ]
    assert found == [
        (["one", "two"], True),
        (["three", "four"], True),
        (["five"], False),
    ]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": None}, "channel_not_found"),
        ({"channel": "C0NONE"}, "channel_not_found"),
        ({"channel": "U0ANNA"}, "channel_not_found"),
        ({"channel": "D0BEN"}, "thread_not_found"),
        ({"ts": None}, "thread_not_found"),
        ({"ts": "1.000001"}, "thread_not_found"),
        ({"limit": 0}, "invalid_arguments"),
        ({"limit": 1_001}, "invalid_arguments"),
        ({"limit": "many"}, "invalid_arguments"),
        ({"inclusive": "perhaps"}, "invalid_arguments"),
        ({"latest": "now"}, "invalid_ts_latest"),
        ({"oldest": "-1"}, "invalid_ts_oldest"),
        ({"cursor": "?"}, "invalid_cursor"),
        ({"cursor": "bmV4dF90czox"}, "invalid_cursor"),
        ({"cursor": "dXNlcjox"}, "invalid_cursor"),
    ],
)
async def test_a_thread_that_cannot_be_read_is_refused(
    client: AsyncWebClient, person: Person, arguments: Json, error: str
) -> None:
    [ts] = await thread(person, "one")
    fine = {"channel": "D0ANNA", "ts": ts}
    assert (await refusal(client, **fine | arguments))["error"] == error
    state = await person.state()
    assert [refused["error"] for refused in state["refusals"]] == [error]


async def test_the_thread_of_a_message_that_is_gone_is_not_found(
    client: AsyncWebClient, person: Person
) -> None:
    root, reply = await thread(person, "one", "two")
    await person.do("delete", channel="D0ANNA", ts=root)
    for ts in (root, reply):
        answer = await refusal(client, channel="D0ANNA", ts=ts)
        assert answer["error"] == "thread_not_found"


@pytest.mark.parametrize(
    ("channel", "scope"),
    [
        ("C0GENERAL", "channels:history"),
        ("G0PRIVATE", "groups:history"),
        ("D0ANNA", "im:history"),
    ],
)
async def test_each_kind_of_channel_has_a_scope_to_read_its_threads(
    start: Start, session: aiohttp.ClientSession, channel: str, scope: str
) -> None:
    client = web_client(await start(scopes=["chat:write"]), session)
    assert await refusal(client, channel=channel, ts="1.000001") == {
        "ok": False,
        "error": "missing_scope",
        "needed": scope,
        "provided": "chat:write",
    }


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C0ELSE", "not_in_channel"), ("G0PRIVATE", "channel_not_found")],
)
async def test_a_thread_is_not_read_where_the_bot_is_not(
    start: Start, session: aiohttp.ClientSession, channel: str, error: str
) -> None:
    scopes = ["channels:history", "groups:history"]
    client = web_client(await start(scopes=scopes), session)
    answer = await refusal(client, channel=channel, ts="1.000001")
    assert answer["error"] == error


async def test_reading_a_thread_meets_the_trouble_that_is_ordered(
    client: AsyncWebClient, person: Person
) -> None:
    [ts] = await thread(person, "one")
    trouble = {"method": "conversations.replies", "kind": "429", "seconds": 30}
    await person.do("fault", **trouble)
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_replies(channel="D0ANNA", ts=ts)
    response = caught.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == "30"
    assert await texts(client, ts) == ["one"]
