"""The control: who may call it, waiting, settings, ordered trouble, a fresh start."""

import asyncio
import json

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from yarl import URL

from tests.local_slack import server
from tests.local_slack.answers import Json
from tests.local_slack.slack import LocalSlack
from tests.local_slack.stand_ins import Person


async def post(client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0GENERAL", text="Hello")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:80"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:80"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
    ],
)
async def test_only_this_machine_and_its_own_page_may_call(
    slack: LocalSlack,
    session: aiohttp.ClientSession,
    headers: dict[str, str],
    status: int,
) -> None:
    for path in ("/control/state", "/api/api.test"):
        async with session.get(f"{slack.url}{path}", headers=headers) as response:
            assert response.status == status


async def test_the_pages_own_origin_may_call(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    headers = {"Origin": slack.url}
    async with session.post(
        f"{slack.url}/control/reset", headers=headers, json={}
    ) as response:
        assert response.status == 200


async def test_what_is_no_action_or_no_object_is_refused(
    slack: LocalSlack, session: aiohttp.ClientSession, person: Person
) -> None:
    assert (await person.post("dance"))[0] == 404
    for body in ("[]", "{"):
        async with session.post(f"{slack.url}/control/say", data=body) as response:
            assert response.status == 400


async def test_the_state_shows_the_workspace(person: Person) -> None:
    state = await person.state()
    assert state["team"] == {"id": "T0LOCAL", "name": "Department of Civic Affairs"}
    assert [one["id"] for one in state["people"]] == [
        "U0ANNA",
        "U0BEN",
        "U0GUIDE",
        "U0OTHER",
    ]
    assert {one["id"]: one["kind"] for one in state["channels"]} == {
        "C0GENERAL": "channel",
        "C0ELSE": "channel",
        "G0PRIVATE": "group",
        "D0ANNA": "im",
        "D0BEN": "im",
    }


async def test_waiting_ends_with_the_next_change(
    slack: LocalSlack, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    revision = slack.journal.revision
    url = f"{slack.url}/control/wait?revision={revision}&timeout=5"

    async def waited() -> int:
        async with session.get(url) as response:
            answer: Json = await response.json()
            return int(answer["revision"])

    waiting = asyncio.create_task(waited())
    await asyncio.sleep(0)
    await post(client)
    assert await waiting > revision


async def test_waiting_ends_at_the_timeout(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    url = f"{slack.url}/control/wait?revision=7&timeout=0.01"
    async with session.get(url) as response:
        assert await response.json() == {"revision": 0}
    async with session.get(f"{slack.url}/control/wait?revision=x") as response:
        assert response.status == 400


async def test_a_reset_forgets_what_happened_but_not_the_settings(
    slack: LocalSlack, person: Person, client: AsyncWebClient
) -> None:
    slack.triggers.give("U0ANNA")
    await person.do("settings", scopes=["chat:write"])
    await person.do("fault", method="chat.update", kind="500")
    await post(client)
    await person.do("say", user="U0ANNA", channel="D0ANNA", text="Hello")
    before = (await person.state())["revision"]
    await person.do("reset")
    state = await person.state()
    for name in ("messages", "calls", "deliveries", "warnings", "refusals", "notices"):
        assert state[name] == []
    assert (state["views"], state["homes"]) == ({}, {})
    assert state["settings"]["scopes"] == ["chat:write"]
    assert state["revision"] > before


async def test_time_does_not_run_backwards(person: Person) -> None:
    before = await person.do("clock", advance=5)
    assert (await person.post("clock", advance=-1))[0] == 400
    assert (await person.post("clock", advance="1"))[0] == 400
    assert (await person.do("clock"))["now"] == before["now"]


@pytest.mark.parametrize("kind", ["500", "503"])
async def test_an_outage_is_an_http_error(
    person: Person, client: AsyncWebClient, kind: str
) -> None:
    await person.do("fault", method="chat.postMessage", kind=kind)
    with pytest.raises(SlackApiError) as caught:
        await post(client)
    assert caught.value.response.status_code == int(kind)
    await post(client)
    state = await person.state()
    assert [call["error"] for call in state["calls"]] == [f"fault:{kind}", None]
    assert state["refusals"] == []


async def test_a_rate_limit_says_when_to_come_back(
    person: Person, client: AsyncWebClient
) -> None:
    await person.do("fault", method="chat.postMessage", kind="429", seconds=0)
    client.retry_handlers = [AsyncRateLimitErrorRetryHandler(max_retry_count=1)]
    await post(client)
    calls = (await person.state())["calls"]
    assert [call["error"] for call in calls] == ["fault:429", None]


async def test_slow_calls_are_slow_and_work(
    person: Person, client: AsyncWebClient
) -> None:
    await person.do("fault", method="*", kind="slow", seconds=0.05)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await post(client)
    assert loop.time() - began >= 0.05


async def test_a_dropped_call_did_nothing(
    person: Person, client: AsyncWebClient
) -> None:
    await person.do("fault", method="chat.postMessage", kind="drop")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(client)
    assert (await person.state())["messages"] == []


async def test_a_lost_answer_leaves_the_message_behind(
    person: Person, client: AsyncWebClient
) -> None:
    await person.do("fault", method="chat.postMessage", kind="lost")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(client)
    assert len((await person.state())["messages"]) == 1


async def test_faults_come_in_order_and_as_often_as_ordered(
    person: Person, client: AsyncWebClient
) -> None:
    await person.do("fault", method="chat.postMessage", error="fatal_error", times=2)
    await person.do("fault", method="chat.postMessage", error="internal_error")
    errors = []
    for _ in range(3):
        with pytest.raises(SlackApiError) as caught:
            await post(client)
        errors.append(caught.value.response["error"])
    assert errors == ["fatal_error", "fatal_error", "internal_error"]
    await post(client)


async def test_response_addresses_have_faults_too(
    slack: LocalSlack, session: aiohttp.ClientSession, person: Person
) -> None:
    url = f"{slack.url}/response/{slack.responses.give('C0GENERAL', 'U0ANNA')}"
    webhook = AsyncWebhookClient(url, session=session, retry_handlers=[])
    await person.do("fault", method="response_url", kind="503")
    assert (await webhook.send(text="Hello")).status_code == 503
    await person.do("fault", method="response_url", kind="lost")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await webhook.send(text="Hello")
    assert len((await person.state())["messages"]) == 1


async def test_an_unknown_fault_is_refused(person: Person) -> None:
    assert (await person.post("fault", method="*", kind="fire"))[0] == 400


async def test_the_page_is_served_and_nothing_beside_it(
    slack: LocalSlack,
    session: aiohttp.ClientSession,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path_factory.mktemp("folder")
    page = folder / "page"
    monkeypatch.setattr(server, "PAGE", page)
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    async with session.get(f"{slack.url}/") as response:
        assert response.status == 404
    page.mkdir()
    (page / "index.html").write_text("<p>Hello", encoding="utf-8")
    (page / "page.js").write_text("1", encoding="utf-8")
    for path, status in (
        ("/", 200),
        ("/page/page.js", 200),
        ("/page/none.js", 404),
        ("/page/..%2Fsecret.txt", 404),
    ):
        url = URL(f"{slack.url}{path}", encoded=True)
        async with session.get(url) as response:
            assert (path, response.status) == (path, status)


async def test_calls_are_recorded_with_what_was_sent(
    person: Person, client: AsyncWebClient
) -> None:
    await post(client)
    [call] = (await person.state())["calls"]
    assert call["arguments"] == {"channel": "C0GENERAL", "text": "Hello"}
    assert (call["ok"], call["error"]) == (True, None)
    assert "token" not in json.dumps(call)
