"""Tokens and scopes: who may call what."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.answers import Json
from tests.local_slack.conftest import Start, web_client
from tests.local_slack.slack import LocalSlack
from tests.local_slack.stand_ins import Person


async def refusal(client: AsyncWebClient, method: str, **arguments: object) -> Json:
    """Return what Slack answers to a call that it refuses."""
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    data: Json = caught.value.response.data
    return data


async def test_auth_test_tells_whose_token_it_is(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    answer = await client.auth_test()
    assert answer.data == {
        "ok": True,
        "url": f"{slack.url}/",
        "team": "Department of Civic Affairs",
        "user": "guidance",
        "team_id": "T0LOCAL",
        "user_id": "U0GUIDE",
        "bot_id": "B0GUIDE",
        "is_enterprise_install": False,
    }
    assert (
        answer.headers["x-oauth-scopes"]
        == "app_mentions:read,chat:write,commands,im:history"
    )


async def test_a_call_without_a_token_is_refused(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    async with session.post(f"{slack.url}/api/auth.test") as response:
        assert await response.json() == {"ok": False, "error": "not_authed"}


async def test_a_token_in_the_form_is_taken(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    form = {"token": slack.installation.bot_token}
    async with session.post(f"{slack.url}/api/auth.test", data=form) as response:
        assert (await response.json())["ok"]
    assert "token" not in slack.journal.calls[-1]["arguments"]


async def test_an_unknown_token_is_refused(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    stranger = web_client(slack, session, "xoxb-unknown")
    assert (await refusal(stranger, "auth.test"))["error"] == "invalid_auth"


async def test_a_revoked_token_is_refused(
    client: AsyncWebClient, person: Person
) -> None:
    await person.do("settings", revoke=True)
    assert (await refusal(client, "auth.test"))["error"] == "token_revoked"


async def test_an_app_token_posts_no_messages(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    app = web_client(slack, session, slack.installation.app_token)
    answer = await refusal(app, "chat.postMessage", channel="C0GENERAL", text="Hi")
    assert answer["error"] == "not_allowed_token_type"


async def test_a_bot_token_opens_no_connections(client: AsyncWebClient) -> None:
    answer = await refusal(client, "apps.connections.open")
    assert answer["error"] == "not_allowed_token_type"


async def test_an_app_token_opens_a_connection(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    app = web_client(slack, session, slack.installation.app_token)
    answer = await app.apps_connections_open(app_token=slack.installation.app_token)
    assert answer["url"].startswith(slack.url.replace("http", "ws") + "/link/?ticket=")


async def test_an_unknown_method_is_refused(client: AsyncWebClient) -> None:
    assert await refusal(client, "chat.shout") == {
        "ok": False,
        "error": "unknown_method",
    }


async def test_api_test_needs_no_token(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    async with session.get(f"{slack.url}/api/api.test?a=1") as response:
        assert await response.json() == {"ok": True, "args": {"a": "1"}}


async def test_json_that_is_none_is_refused(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    json_type = {"Content-Type": "application/json"}
    for body, error in (("{", "invalid_json"), ("[]", "json_not_object")):
        async with session.post(
            f"{slack.url}/api/api.test", data=body, headers=json_type
        ) as response:
            assert (await response.json())["error"] == error


@pytest.mark.parametrize(
    ("method", "scope"),
    [
        ("chat.postMessage", "chat:write"),
        ("chat.postEphemeral", "chat:write"),
        ("chat.update", "chat:write"),
        ("chat.delete", "chat:write"),
        ("conversations.open", "im:write"),
        ("users.info", "users:read"),
        ("assistant.threads.setStatus", "chat:write"),
        ("assistant.threads.setSuggestedPrompts", "assistant:write"),
        ("assistant.threads.setTitle", "assistant:write"),
    ],
)
async def test_a_method_without_its_scope_is_refused(
    start: Start, session: aiohttp.ClientSession, method: str, scope: str
) -> None:
    slack = await start(scopes=["commands"])
    assert await refusal(web_client(slack, session), method) == {
        "ok": False,
        "error": "missing_scope",
        "needed": scope,
        "provided": "commands",
    }


@pytest.mark.parametrize(
    ("channel", "scope"),
    [
        ("C0GENERAL", "channels:read"),
        ("G0PRIVATE", "groups:read"),
        ("D0ANNA", "im:read"),
    ],
)
async def test_each_kind_of_channel_has_a_scope_to_read_it(
    client: AsyncWebClient, channel: str, scope: str
) -> None:
    answer = await refusal(client, "conversations.info", channel=channel)
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)


async def test_scopes_can_be_granted_later(
    client: AsyncWebClient, person: Person
) -> None:
    await person.do("settings", scopes=["channels:read", "groups:read"])
    answer = await client.conversations_info(channel="C0ELSE")
    assert answer["channel"]["is_member"] is False
    private = await refusal(client, "conversations.info", channel="G0PRIVATE")
    assert private["error"] == "channel_not_found"


async def test_people_are_described(
    start: Start, session: aiohttp.ClientSession
) -> None:
    client = web_client(await start(scopes=["users:read"]), session)
    assert (await client.users_info(user="U0ANNA"))["user"]["real_name"] == "Anna"
    answer = await refusal(client, "users.info", user="U0NOBODY")
    assert answer["error"] == "user_not_found"


async def test_a_direct_message_is_opened(
    start: Start, session: aiohttp.ClientSession
) -> None:
    client = web_client(await start(scopes=["im:write"]), session)
    answer = await client.conversations_open(users="U0BEN")
    assert answer["channel"]["id"] == "D0BEN"
    refused = await refusal(client, "conversations.open", users="U0NOBODY")
    assert refused["error"] == "user_not_found"


async def test_assistant_calls_are_checked(
    start: Start, session: aiohttp.ClientSession
) -> None:
    client = web_client(await start(scopes=["chat:write", "assistant:write"]), session)
    where: Json = {"channel_id": "D0ANNA", "thread_ts": "1.000001"}
    await client.assistant_threads_setStatus(**where, status="is reading…")
    await client.assistant_threads_setTitle(**where, title="Leave")
    prompt = {"title": "Ask", "message": "What may I post?"}
    await client.assistant_threads_setSuggestedPrompts(**where, prompts=[prompt] * 4)
    for method, arguments in (
        ("setStatus", where),
        ("setStatus", {**where, "status": "…", "loading_messages": ["a"] * 11}),
        ("setSuggestedPrompts", {**where, "prompts": [prompt] * 5}),
        ("setSuggestedPrompts", {**where, "prompts": [{"title": "Ask"}]}),
        ("setTitle", where),
    ):
        answer = await refusal(client, f"assistant.threads.{method}", **arguments)
        assert answer["error"] == "invalid_arguments"
