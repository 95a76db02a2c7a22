"""Response addresses: five answers within half an hour, to the person alone."""

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.local_slack.answers import Json
from tests.local_slack.samples import section
from tests.local_slack.slack import LocalSlack
from tests.local_slack.stand_ins import Person

Respond = Callable[..., Any]


@pytest.fixture
def webhook(slack: LocalSlack, session: aiohttp.ClientSession) -> AsyncWebhookClient:
    """Slack's own client for the answer to a command of Anna in #elsewhere."""
    address = slack.responses.give("C0ELSE", "U0ANNA")
    return AsyncWebhookClient(
        f"{slack.url}/response/{address}", session=session, retry_handlers=[]
    )


async def clicked(
    slack: LocalSlack, session: aiohttp.ClientSession, **message: Any
) -> AsyncWebhookClient:
    """Return the client for the answer to Anna's click on a message."""
    client = AsyncWebhookClient("", session=session, retry_handlers=[])
    command = slack.responses.give("C0GENERAL", "U0ANNA")
    client.url = f"{slack.url}/response/{command}"
    await client.send(text="Choose", **message)
    original = slack.workspace.messages[-1]
    click = slack.responses.give("C0GENERAL", "U0ANNA", original)
    client.url = f"{slack.url}/response/{click}"
    return client


async def test_an_answer_is_shown_to_the_person_alone(
    webhook: AsyncWebhookClient, person: Person
) -> None:
    answer = await webhook.send(text="Hello", blocks=[section()])
    assert (answer.status_code, answer.body) == (200, '{"ok": true}')
    [message] = (await person.state())["messages"]
    assert message["channel"] == "C0ELSE"
    assert message["ephemeral_to"] == "U0ANNA"
    assert message["via"] == "response_url"


async def test_an_answer_in_the_channel_is_for_everybody(
    webhook: AsyncWebhookClient, person: Person
) -> None:
    await webhook.send(text="Hello", response_type="in_channel")
    [message] = (await person.state())["messages"]
    assert message["ephemeral_to"] is None


async def test_an_answer_needs_no_scope(
    webhook: AsyncWebhookClient, person: Person
) -> None:
    await person.do("settings", scopes=[])
    assert (await webhook.send(text="Hello")).status_code == 200


async def test_the_sixth_answer_is_refused(webhook: AsyncWebhookClient) -> None:
    for _ in range(5):
        assert (await webhook.send(text="Hello")).status_code == 200
    sixth = await webhook.send(text="Hello")
    assert (sixth.status_code, sixth.body) == (
        404,
        '{"ok": false, "error": "used_url"}',
    )


async def test_an_answer_after_half_an_hour_is_refused(
    webhook: AsyncWebhookClient, person: Person
) -> None:
    await person.do("clock", advance=30 * 60)
    assert (await webhook.send(text="Hello")).status_code == 200
    await person.do("clock", advance=1)
    late = await webhook.send(text="Hello")
    assert (late.status_code, late.body) == (
        404,
        '{"ok": false, "error": "expired_url"}',
    )


async def test_an_unknown_address_is_refused(
    slack: LocalSlack, webhook: AsyncWebhookClient
) -> None:
    webhook.url = f"{slack.url}/response/unknown"
    answer = await webhook.send(text="Hello")
    assert (answer.status_code, answer.body) == (
        404,
        '{"ok": false, "error": "invalid_url"}',
    )


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"text": ""}, 400, "no_text"),
        ({"text": "a", "blocks": [section("")]}, 400, "invalid_blocks"),
        (
            {"text": "a", "blocks": [section("a" * 2900)] * 5},
            400,
            "msg_blocks_too_long",
        ),
        ({"text": "a", "thread_ts": "1.000001"}, 400, "thread_not_found"),
        ({"delete_original": True}, 404, "message_not_found"),
    ],
)
async def test_a_malformed_answer_is_refused(
    webhook: AsyncWebhookClient, person: Person, body: Json, status: int, error: str
) -> None:
    answer = await webhook.send_dict(body)
    assert answer.status_code == status
    assert f'"error": "{error}"' in answer.body
    assert (await person.state())["refusals"][-1]["error"] == error


async def test_a_body_that_is_no_object_is_refused(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    url = f"{slack.url}/response/{slack.responses.give('C0ELSE', 'U0ANNA')}"
    for body in ("[]", "{"):
        async with session.post(url, data=body) as response:
            assert response.status == 400
            assert (await response.json())["error"] == "invalid_payload"


async def test_an_answer_goes_into_a_thread(
    slack: LocalSlack, session: aiohttp.ClientSession, person: Person
) -> None:
    said = await person.do("say", user="U0ANNA", channel="C0GENERAL", text="Hi")
    address = slack.responses.give("C0GENERAL", "U0ANNA")
    webhook = AsyncWebhookClient(f"{slack.url}/response/{address}", session=session)
    await webhook.send_dict({"text": "Hello", "thread_ts": said["ts"]})
    assert (await person.state())["messages"][-1]["thread_ts"] == said["ts"]


@pytest.mark.parametrize("response_type", ["ephemeral", "in_channel"])
async def test_the_original_is_deleted(
    slack: LocalSlack,
    session: aiohttp.ClientSession,
    person: Person,
    response_type: str,
) -> None:
    webhook = await clicked(slack, session, response_type=response_type)
    await webhook.send(delete_original=True)
    [message] = (await person.state())["messages"]
    assert message["deleted"]
    again = await webhook.send(delete_original=True)
    assert (again.status_code, again.body) == (
        404,
        '{"ok": false, "error": "message_not_found"}',
    )


@pytest.mark.parametrize("response_type", ["ephemeral", "in_channel"])
async def test_the_original_is_replaced(
    slack: LocalSlack,
    session: aiohttp.ClientSession,
    person: Person,
    response_type: str,
) -> None:
    webhook = await clicked(slack, session, response_type=response_type)
    await webhook.send(text="Chosen", replace_original=True)
    [message] = (await person.state())["messages"]
    assert (message["text"], message["blocks"]) == ("Chosen", [])


async def test_the_original_stays_unless_it_is_to_be_replaced(
    slack: LocalSlack, session: aiohttp.ClientSession, person: Person
) -> None:
    webhook = await clicked(slack, session)
    await webhook.send(text="More")
    texts = [message["text"] for message in (await person.state())["messages"]]
    assert texts == ["Choose", "More"]


async def test_a_command_has_no_original_to_replace(
    webhook: AsyncWebhookClient, person: Person
) -> None:
    await webhook.send(text="Hello", replace_original=True)
    state = await person.state()
    assert len(state["messages"]) == 1
    assert state["warnings"] == [
        "response_url: replace_original, but there is no original"
    ]
