"""What people do with buttons and menus, and what the app is told."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.answers import Json
from tests.local_slack.conftest import Start, web_client
from tests.local_slack.samples import actions, button, modal, option, plain, section
from tests.local_slack.slack import LocalSlack
from tests.local_slack.stand_ins import Person, SocketApp

OPTIONS = [option("a", text=plain("A")), option("b", text=plain("B"))]
ELEMENTS = [
    button(value="1", style="primary"),
    {
        "type": "static_select",
        "action_id": "pick",
        "placeholder": plain("Pick"),
        "options": OPTIONS,
    },
    {"type": "checkboxes", "action_id": "tick", "options": OPTIONS},
    {"type": "overflow", "action_id": "more", "options": OPTIONS},
    {"type": "users_select", "action_id": "who"},
    {"type": "multi_channels_select", "action_id": "where"},
]
FEEDBACK = {
    "type": "context_actions",
    "block_id": "verdict",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "helpful",
            "positive_button": {"text": plain("Yes"), "value": "yes"},
            "negative_button": {"text": plain("No"), "value": "no"},
        }
    ],
}
BLOCKS = [actions(*ELEMENTS, block_id="row"), FEEDBACK]


async def shown(
    client: AsyncWebClient, channel: str = "C0GENERAL", **more: Any
) -> Json:
    """Return where a new message with every element is."""
    blocks = more.pop("blocks", BLOCKS)
    answer = await client.chat_postMessage(
        channel=channel, text="Choose", blocks=blocks, **more
    )
    return {"channel": answer["channel"], "ts": answer["ts"]}


async def click(person: Person, where: Json, action_id: str, **more: Any) -> Json:
    """Let Anna use an element of a message; return the outcome."""
    return await person.do(
        "click", **{"user": "U0ANNA", "message": where, "action_id": action_id, **more}
    )


async def test_a_click_tells_the_app_everything(
    slack: LocalSlack, app: SocketApp, person: Person, client: AsyncWebClient
) -> None:
    where = await shown(client)
    outcome = await click(person, where, "press")
    assert (outcome["acknowledged"], outcome["error"]) == (True, None)
    [request] = app.requests
    assert (request.type, request.accepts_response_payload) == ("interactive", False)
    payload = request.payload
    assert payload["type"] == "block_actions"
    assert payload["user"] == {
        "id": "U0ANNA",
        "username": "anna",
        "name": "anna",
        "team_id": "T0LOCAL",
    }
    assert payload["container"] == {
        "type": "message",
        "message_ts": where["ts"],
        "channel_id": "C0GENERAL",
        "is_ephemeral": False,
    }
    assert payload["team"] == {"id": "T0LOCAL", "domain": "civic-affairs"}
    assert (payload["enterprise"], payload["is_enterprise_install"]) == (None, False)
    assert payload["channel"] == {"id": "C0GENERAL", "name": "general"}
    assert payload["message"]["ts"] == where["ts"]
    assert payload["trigger_id"] == outcome["trigger_id"]
    assert payload["response_url"].startswith(f"{slack.url}/response/")
    [action] = payload["actions"]
    assert action.pop("action_ts")
    assert action == {
        "type": "button",
        "action_id": "press",
        "block_id": "row",
        "text": plain("Press") | {"emoji": True},
        "value": "1",
        "style": "primary",
    }


SHOWN_A = {"text": plain("A") | {"emoji": True}, "value": "a"}


@pytest.mark.parametrize(
    ("action_id", "chosen", "sent"),
    [
        ("pick", "a", {"selected_option": SHOWN_A}),
        ("tick", ["a"], {"selected_options": [SHOWN_A]}),
        ("tick", [], {"selected_options": []}),
        ("more", "a", {"selected_option": SHOWN_A}),
        ("who", "U0BEN", {"selected_user": "U0BEN"}),
        ("where", ["C0GENERAL"], {"selected_channels": ["C0GENERAL"]}),
        ("helpful", "no", {"value": "no"}),
    ],
)
async def test_a_choice_tells_what_was_chosen(
    app: SocketApp,
    person: Person,
    client: AsyncWebClient,
    action_id: str,
    chosen: Any,
    sent: Json,
) -> None:
    await click(person, await shown(client), action_id, option=chosen)
    [action] = app.requests[-1].payload["actions"]
    assert action | sent == action


async def test_choices_in_a_message_are_remembered_for_each_person(
    app: SocketApp, person: Person, client: AsyncWebClient
) -> None:
    where = await shown(client)
    await click(person, where, "pick", option="a")
    await click(person, where, "press")
    await click(person, where, "press", user="U0BEN")
    annas, bens = (one.payload["state"]["values"]["row"] for one in app.requests[1:])
    assert annas["pick"] == {"type": "static_select", "selected_option": SHOWN_A}
    assert bens["pick"] == {"type": "static_select", "selected_option": None}
    assert set(annas) == {"pick", "tick", "who", "where"}


async def test_the_message_is_not_told_of_an_ephemeral_one(
    app: SocketApp, person: Person, client: AsyncWebClient
) -> None:
    answer = await client.chat_postEphemeral(
        channel="C0GENERAL", user="U0ANNA", text="Choose", blocks=BLOCKS
    )
    where = {"channel": "C0GENERAL", "ts": answer["message_ts"]}
    await click(person, where, "press")
    payload = app.requests[-1].payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    bens = {"user": "U0BEN", "message": where, "action_id": "press"}
    assert (await person.post("click", **bens))[0] == 404


async def test_a_click_in_a_thread_names_it(
    app: SocketApp, person: Person, client: AsyncWebClient
) -> None:
    root = await shown(client)
    reply = await shown(client, thread_ts=root["ts"])
    await click(person, reply, "press")
    payload = app.requests[-1].payload
    assert payload["container"]["thread_ts"] == root["ts"]
    assert payload["message"]["thread_ts"] == root["ts"]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"action_id": "none"}, 404),
        ({"block_id": "none"}, 404),
        ({"action_id": "pick", "option": "z"}, 404),
        ({"action_id": "helpful", "option": "maybe"}, 404),
        ({"user": "U0NOBODY"}, 404),
        ({"message": {"channel": "C0GENERAL", "ts": "1.000001"}}, 404),
        ({"message": None}, 400),
        ({"view": "V0NONE"}, 404),
    ],
)
async def test_what_is_not_shown_cannot_be_used(
    person: Person, client: AsyncWebClient, changed: Json, status: int
) -> None:
    fine = {"user": "U0ANNA", "message": await shown(client), "action_id": "press"}
    assert (await person.post("click", **{**fine, **changed}))[0] == status
    assert (await person.state())["deliveries"] == []


async def test_two_elements_of_one_name_are_told_apart_by_their_block(
    app: SocketApp, person: Person, client: AsyncWebClient
) -> None:
    rows = [actions(button(), block_id=name) for name in ("one", "two")]
    where = await shown(client, blocks=rows)
    fine = {"user": "U0ANNA", "message": where, "action_id": "press"}
    assert (await person.post("click", **fine))[0] == 409
    await person.do("click", **fine, block_id="two")
    assert app.requests[-1].payload["actions"][0]["block_id"] == "two"


async def test_without_interactivity_nothing_is_sent(
    start: Start, session: aiohttp.ClientSession
) -> None:
    slack = await start(is_interactive=False)
    person = Person(slack.url, session)
    where = await shown(web_client(slack, session))
    fine = {"user": "U0ANNA", "message": where, "action_id": "press"}
    status, answer = await person.post("click", **fine)
    assert status == 403
    state = await person.state()
    assert state["deliveries"] == []
    assert [notice["text"] for notice in state["notices"]] == [answer["error"]]


async def test_an_unacknowledged_click_is_not_retried(
    app: SocketApp, person: Person, client: AsyncWebClient
) -> None:
    await person.do("settings", ack_timeout=0.03)
    app.acknowledges = False
    outcome = await click(person, await shown(client), "press")
    assert (outcome["acknowledged"], outcome["error"]) == (False, "operation_timeout")
    assert len(app.requests) == 1
    [notice] = (await person.state())["notices"]
    assert (
        notice["text"]
        == "We had some trouble connecting. Try again? (operation_timeout)"
    )


async def test_an_answer_in_the_ack_of_a_click_is_a_warning(
    app: SocketApp, person: Person, client: AsyncWebClient
) -> None:
    app.payloads = [{"text": "Hello"}]
    await click(person, await shown(client), "press")
    [warning] = (await person.state())["warnings"]
    assert warning.startswith("block_actions:press: payload in the ack is ignored")


async def test_the_trigger_of_a_click_opens_a_modal(
    app: SocketApp, person: Person, client: AsyncWebClient
) -> None:
    outcome = await click(person, await shown(client), "press")
    await client.views_open(trigger_id=outcome["trigger_id"], view=modal(section()))
    assert len((await person.state())["views"]["U0ANNA"]) == 1
