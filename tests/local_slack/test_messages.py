"""The chat methods: what Slack takes, refuses, and changes on the way."""

import re
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.answers import Json
from tests.local_slack.conftest import Start, web_client
from tests.local_slack.samples import section
from tests.local_slack.slack import LocalSlack
from tests.local_slack.stand_ins import Person


async def error_of(
    client: AsyncWebClient, method: str = "chat.postMessage", **arguments: Any
) -> str:
    """Return the error with which a call is refused."""
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    error: str = caught.value.response["error"]
    return error


async def posted(client: AsyncWebClient, **arguments: Any) -> str:
    """Return the timestamp of a new message in #general."""
    answer = await client.chat_postMessage(
        **{"channel": "C0GENERAL", "text": "Hello", **arguments}
    )
    ts: str = answer["ts"]
    return ts


async def messages(person: Person) -> list[Json]:
    """Return the messages of the workspace, oldest first."""
    found: list[Json] = (await person.state())["messages"]
    return found


async def test_a_message_is_posted(client: AsyncWebClient, person: Person) -> None:
    ts = await posted(client)
    [message] = await messages(person)
    assert re.fullmatch(r"1800000000\.\d{6}", ts)
    assert message["ts"] == ts
    assert message["channel"] == "C0GENERAL"
    assert message["user"] == "U0GUIDE"
    assert message["bot_id"] == "B0GUIDE"
    assert message["text"] == "Hello"
    assert message["via"] == "chat.postMessage"
    state = await person.state()
    assert [call["method"] for call in state["calls"]] == ["chat.postMessage"]
    assert state["warnings"] == []


async def test_two_messages_of_one_moment_have_two_timestamps(
    client: AsyncWebClient,
) -> None:
    first, second = await posted(client), await posted(client)
    assert first < second


async def test_a_person_as_channel_means_their_direct_message(
    client: AsyncWebClient,
) -> None:
    answer = await client.chat_postMessage(channel="U0ANNA", text="Hello")
    assert answer["channel"] == "D0ANNA"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0GENERAL"}, "no_text"),
        ({"channel": "C0GENERAL", "text": " "}, "no_text"),
        ({"channel": "C0GENERAL", "blocks": []}, "no_text"),
        ({"text": "Hello"}, "channel_not_found"),
        ({"channel": "C0NONE", "text": "Hello"}, "channel_not_found"),
        ({"channel": "U0GUIDE", "text": "Hello"}, "channel_not_found"),
        ({"channel": "G0PRIVATE", "text": "Hello"}, "channel_not_found"),
        ({"channel": "C0ELSE", "text": "Hello"}, "not_in_channel"),
        (
            {"channel": "C0GENERAL", "text": "Hello", "thread_ts": "1.000001"},
            "thread_not_found",
        ),
        ({"channel": "C0GENERAL", "text": 7}, "invalid_arguments"),
        (
            {"channel": "C0GENERAL", "text": "a", "markdown_text": "b"},
            "markdown_text_conflict",
        ),
        ({"channel": "C0GENERAL", "markdown_text": "a" * 12_001}, "msg_too_long"),
    ],
)
async def test_a_message_that_cannot_be_posted_is_refused(
    client: AsyncWebClient, person: Person, arguments: Json, error: str
) -> None:
    assert await error_of(client, **arguments) == error
    state = await person.state()
    assert state["messages"] == []
    assert [refusal["error"] for refusal in state["refusals"]] == [error]


async def test_a_reply_to_a_reply_belongs_to_the_thread(
    client: AsyncWebClient, person: Person
) -> None:
    root = await posted(client)
    reply = await posted(client, thread_ts=root)
    await posted(client, thread_ts=reply)
    threads = [message["thread_ts"] for message in await messages(person)]
    assert threads == [None, root, root]


async def test_a_long_text_is_cut_with_a_warning(
    client: AsyncWebClient, person: Person
) -> None:
    await posted(client, text="a" * 40_000)
    assert (await person.state())["warnings"] == []
    await posted(client, text="a" * 40_001)
    assert len((await messages(person))[-1]["text"]) == 40_000
    [warning] = (await person.state())["warnings"]
    assert warning == "chat.postMessage: text of 40001 characters is truncated"


async def test_blocks_without_text_are_posted_with_a_warning(
    client: AsyncWebClient, person: Person
) -> None:
    arguments = {"channel": "C0GENERAL", "blocks": [section()]}
    await client.api_call("chat.postMessage", json=arguments)
    assert len(await messages(person)) == 1
    [warning] = (await person.state())["warnings"]
    assert warning.startswith("chat.postMessage: the top-level `text` is missing")


@pytest.mark.parametrize("extra", [{"link_names": True}, {"parse": "full"}])
async def test_mentions_of_what_people_typed_are_a_warning(
    client: AsyncWebClient, person: Person, extra: Json
) -> None:
    await posted(client, **extra)
    [warning] = (await person.state())["warnings"]
    assert warning.endswith("makes mentions of what people typed")


async def test_a_bot_without_a_messages_tab_writes_to_nobody(
    start: Start, session: aiohttp.ClientSession
) -> None:
    slack = await start(shows_messages=False, takes_messages=False)
    client = web_client(slack, session)
    error = await error_of(client, channel="U0ANNA", text="Hello")
    assert error == "messages_tab_disabled"


async def test_an_ephemeral_message_is_shown_to_its_reader(
    client: AsyncWebClient, person: Person
) -> None:
    answer = await client.chat_postEphemeral(
        channel="C0GENERAL", user="U0BEN", text="Psst"
    )
    [message] = await messages(person)
    assert message["ts"] == answer["message_ts"]
    assert message["ephemeral_to"] == "U0BEN"


async def test_an_ephemeral_message_needs_a_reader_in_the_channel(
    client: AsyncWebClient,
) -> None:
    method = "chat.postEphemeral"
    where = {"channel": "D0ANNA", "user": "U0BEN", "text": "Psst"}
    assert await error_of(client, method, **where) == "user_not_in_channel"
    where = {"channel": "C0ELSE", "user": "U0ANNA", "text": "Psst"}
    assert await error_of(client, method, **where) == "not_in_channel"


@pytest.mark.parametrize("method", ["chat.update", "chat.delete"])
async def test_an_ephemeral_message_is_not_found_again(
    client: AsyncWebClient, method: str
) -> None:
    answer = await client.chat_postEphemeral(
        channel="C0GENERAL", user="U0BEN", text="Psst"
    )
    where = {"channel": "C0GENERAL", "ts": answer["message_ts"], "text": "Louder"}
    assert await error_of(client, method, **where) == "message_not_found"


async def test_a_message_is_updated(client: AsyncWebClient, person: Person) -> None:
    ts = await posted(client, blocks=[section("Old")])
    await client.chat_update(
        channel="C0GENERAL", ts=ts, text="New", blocks=[section("New")]
    )
    [message] = await messages(person)
    assert message["text"] == "New"
    assert message["blocks"][0]["text"]["text"] == "New"
    assert message["edited"] is None


async def test_text_alone_takes_the_blocks_away_and_is_marked(
    client: AsyncWebClient, person: Person
) -> None:
    ts = await posted(client, blocks=[section("Old")])
    await client.chat_update(channel="C0GENERAL", ts=ts, text="New")
    [message] = await messages(person)
    assert message["blocks"] == []
    assert message["edited"]["user"] == "U0GUIDE"


async def test_only_our_own_messages_can_be_changed(
    client: AsyncWebClient, person: Person
) -> None:
    said = await person.do("say", user="U0ANNA", channel="C0GENERAL", text="Mine")
    where = {"channel": "C0GENERAL", "ts": said["ts"], "text": "Yours"}
    assert await error_of(client, "chat.update", **where) == "cant_update_message"
    assert await error_of(client, "chat.delete", **where) == "cant_delete_message"


@pytest.mark.parametrize("method", ["chat.update", "chat.delete"])
async def test_a_message_that_is_gone_cannot_be_changed(
    client: AsyncWebClient, method: str
) -> None:
    ts = await posted(client)
    await client.chat_delete(channel="C0GENERAL", ts=ts)
    where = {"channel": "C0GENERAL", "ts": ts, "text": "Again"}
    assert await error_of(client, method, **where) == "message_not_found"
    where = {"channel": "U0ANNA", "ts": ts, "text": "Again"}
    assert await error_of(client, method, **where) == "channel_not_found"


async def test_an_update_is_checked_like_a_message(client: AsyncWebClient) -> None:
    where = {"channel": "C0GENERAL", "ts": await posted(client)}
    assert await error_of(client, "chat.update", **where) == "no_text"
    wrong = [section("")]
    assert (
        await error_of(client, "chat.update", **where, blocks=wrong) == "invalid_blocks"
    )


async def test_a_message_has_an_address(client: AsyncWebClient) -> None:
    ts = await posted(client)
    answer = await client.chat_getPermalink(channel="C0GENERAL", message_ts=ts)
    assert answer["permalink"].endswith(f"/archives/C0GENERAL/p{ts.replace('.', '')}")
    arguments = {"channel": "C0GENERAL", "message_ts": "1.000001"}
    assert await error_of(client, "chat.getPermalink", **arguments) == (
        "message_not_found"
    )


async def test_bursts_are_allowed_until_rates_are_enforced(
    slack: LocalSlack, client: AsyncWebClient, person: Person
) -> None:
    for _ in range(11):
        await posted(client)
    await person.do("clock", advance=1)
    await person.do("settings", enforce_rates=True)
    for _ in range(10):
        await posted(client)
    with pytest.raises(SlackApiError) as caught:
        await posted(client)
    response = caught.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel="D0ANNA", text="Another channel has room")
    await person.do("clock", advance=1)
    await posted(client)
