"""Triggers and views: who may open what, and what Slack takes as a view."""

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.answers import Json
from tests.local_slack.conftest import Start, web_client
from tests.local_slack.samples import SUBMIT, modal, plain, section, written_input
from tests.local_slack.slack import LocalSlack
from tests.local_slack.stand_ins import Person


async def opened(slack: LocalSlack, client: AsyncWebClient, **more: Any) -> Json:
    """Return a modal that is open before Anna."""
    trigger = slack.triggers.give("U0ANNA")
    answer = await client.views_open(trigger_id=trigger, view=modal(section(), **more))
    view: Json = answer["view"]
    return view


async def refusal(client: AsyncWebClient, method: str, **arguments: Any) -> Json:
    """Return what Slack answers to a call that it refuses."""
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    data: Json = caught.value.response.data
    return data


async def test_a_modal_is_opened(
    slack: LocalSlack, client: AsyncWebClient, person: Person
) -> None:
    view = await opened(slack, client, private_metadata="secret", callback_id="why")
    state = await person.state()
    assert [one["id"] for one in state["views"]["U0ANNA"]] == [view["id"]]
    assert (view["private_metadata"], view["callback_id"]) == ("secret", "why")
    assert view["root_view_id"] == view["id"]
    assert view["state"] == {"values": {}}


async def test_a_modal_as_text_is_taken(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    trigger = slack.triggers.give("U0ANNA")
    arguments = {"trigger_id": trigger, "view": json.dumps(modal(section()))}
    await client.api_call("views.open", json=arguments)
    unread = await refusal(
        client, "views.open", trigger_id=slack.triggers.give("U0ANNA"), view="{"
    )
    assert unread["error"] == "invalid_arguments"


async def test_an_unknown_trigger_is_refused(client: AsyncWebClient) -> None:
    for trigger in ("1.2.3", None):
        answer = await refusal(
            client, "views.open", trigger_id=trigger, view=modal(section())
        )
        assert answer["error"] == "invalid_trigger_id"


async def test_a_trigger_older_than_three_seconds_is_refused(
    slack: LocalSlack, client: AsyncWebClient, person: Person
) -> None:
    fresh = slack.triggers.give("U0ANNA")
    old = slack.triggers.give("U0ANNA")
    await person.do("clock", advance=3)
    await client.views_open(trigger_id=fresh, view=modal(section()))
    await person.do("clock", advance=0.001)
    answer = await refusal(client, "views.open", trigger_id=old, view=modal(section()))
    assert answer["error"] == "expired_trigger_id"


async def test_a_trigger_is_exchanged_once(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    trigger = slack.triggers.give("U0ANNA")
    # A call that is refused does not use it up.
    await refusal(client, "views.open", trigger_id=trigger, view=modal())
    await client.views_open(trigger_id=trigger, view=modal(section()))
    answer = await refusal(
        client, "views.open", trigger_id=trigger, view=modal(section())
    )
    assert answer["error"] == "exchanged_trigger_id"


LENGTHS = [
    ("title", 24, "/title/text"),
    ("submit", 24, "/submit/text"),
    ("close", 24, "/close/text"),
    ("callback_id", 255, "/callback_id"),
    ("external_id", 255, "/external_id"),
    ("private_metadata", 3000, "/private_metadata"),
]


@pytest.mark.parametrize(("field", "limit", "pointer"), LENGTHS)
async def test_a_field_one_above_its_limit_is_refused(
    slack: LocalSlack, client: AsyncWebClient, field: str, limit: int, pointer: str
) -> None:
    def made(length: int) -> Any:
        return plain("a" * length) if pointer.endswith("text") else "a" * length

    await opened(slack, client, **{field: made(limit)})
    answer = await refusal(
        client,
        "views.open",
        trigger_id=slack.triggers.give("U0ANNA"),
        view=modal(section(), **{field: made(limit + 1)}),
    )
    assert answer == {
        "ok": False,
        "error": "invalid_arguments",
        "response_metadata": {
            "messages": [
                f"[ERROR] must be less than {limit + 1} characters "
                f"[json-pointer:/view{pointer}]"
            ]
        },
    }


def an_input(label: str = "Why?", **more: Any) -> Json:
    return written_input(**{"label": plain(label), **more})


VIEWS: list[tuple[str, Json, str]] = [
    ("no title", {"type": "modal", "blocks": [section()]}, "missing required field: title [json-pointer:/view]"),
    ("no blocks", modal(), "no less than 1 items allowed [json-pointer:/view/blocks]"),
    ("101 blocks", modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    ("unknown field", modal(section(), width=3), "invalid additional property: width [json-pointer:/view]"),
    ("unknown type", modal(section()) | {"type": "popup"}, "unsupported type: popup [json-pointer:/view/type]"),
    ("home in a modal", {"type": "home", "blocks": [section()]}, "must be a modal [json-pointer:/view/type]"),
    ("input without submit", modal(an_input()), "missing required field: submit [json-pointer:/view]"),
    ("markdown", modal({"type": "markdown", "text": "a"}), "unsupported type: markdown [json-pointer:/view/blocks/0/type]"),
    ("label too long", modal(an_input("a" * 2001), submit=SUBMIT), "must be less than 2001 characters [json-pointer:/view/blocks/0/label/text]"),
    ("hint too long", modal(an_input(hint=plain("a" * 2001)), submit=SUBMIT), "must be less than 2001 characters [json-pointer:/view/blocks/0/hint/text]"),
    ("button as input", modal(an_input(element={"type": "button"}), submit=SUBMIT), "unsupported type: button [json-pointer:/view/blocks/0/element/type]"),
    ("input of nothing", modal({"type": "input", "label": plain("a")}, submit=SUBMIT), "missing required field: element [json-pointer:/view/blocks/0]"),
    ("title in mrkdwn", modal(section()) | {"title": {"type": "mrkdwn", "text": "a"}}, "unsupported type: mrkdwn [json-pointer:/view/title/type]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("view", "message"),
    [case[1:] for case in VIEWS],
    ids=[case[0] for case in VIEWS],
)
async def test_a_malformed_modal_is_refused(
    slack: LocalSlack, client: AsyncWebClient, view: Json, message: str
) -> None:
    answer = await refusal(
        client, "views.open", trigger_id=slack.triggers.give("U0ANNA"), view=view
    )
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {message}"]


async def test_a_modal_takes_every_kind_of_input(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    choice = {"text": plain("One"), "value": "1"}
    elements: list[Json] = [
        {"type": "plain_text_input", "multiline": True, "max_length": 3000},
        {"type": "number_input", "is_decimal_allowed": False},
        {"type": "email_text_input"},
        {"type": "url_text_input"},
        {"type": "radio_buttons", "options": [choice]},
        {"type": "checkboxes", "options": [choice]},
        {"type": "static_select", "options": [choice]},
        {"type": "multi_users_select", "max_selected_items": 2},
        {"type": "datetimepicker"},
    ]
    blocks = [an_input(element=one, block_id=one["type"]) for one in elements]
    answer = await client.views_open(
        trigger_id=slack.triggers.give("U0ANNA"), view=modal(*blocks, submit=SUBMIT)
    )
    values = answer["view"]["state"]["values"]
    assert set(values) == {one["type"] for one in elements}


async def test_a_view_above_250_kilobytes_is_refused(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    blocks = [section("a" * 2900)] * 90
    answer = await refusal(
        client,
        "views.open",
        trigger_id=slack.triggers.give("U0ANNA"),
        view=modal(*blocks),
    )
    assert answer["error"] == "view_too_large"


async def pushed(slack: LocalSlack, client: AsyncWebClient, view: Json) -> Json:
    """Return a modal pushed from within *view*."""
    trigger = slack.triggers.give("U0ANNA", view["id"])
    answer = await client.views_push(trigger_id=trigger, view=modal(section()))
    top: Json = answer["view"]
    return top


async def test_three_modals_lie_on_each_other_and_no_more(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    root = await opened(slack, client)
    second = await pushed(slack, client, root)
    third = await pushed(slack, client, second)
    assert second["previous_view_id"] == root["id"]
    assert third["root_view_id"] == root["id"]
    trigger = slack.triggers.give("U0ANNA", third["id"])
    answer = await refusal(
        client, "views.push", trigger_id=trigger, view=modal(section())
    )
    assert answer["error"] == "push_limit_reached"


async def test_a_modal_is_pushed_only_from_a_modal(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    await opened(slack, client)
    answer = await refusal(
        client,
        "views.push",
        trigger_id=slack.triggers.give("U0ANNA"),
        view=modal(section()),
    )
    assert answer["error"] == "not_found"


async def test_a_view_is_updated(slack: LocalSlack, client: AsyncWebClient) -> None:
    view = await opened(slack, client)
    answer = await client.views_update(view_id=view["id"], view=modal(section("New")))
    changed: Json = answer["view"]
    assert changed["blocks"][0]["text"]["text"] == "New"
    assert changed["hash"] != view["hash"]


async def test_a_view_with_a_name_of_its_own_is_found_by_it(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    await opened(slack, client, external_id="mine")
    named = modal(section("New"), external_id="mine")
    await client.views_update(external_id="mine", view=named)
    answer = await refusal(
        client,
        "views.open",
        trigger_id=slack.triggers.give("U0BEN"),
        view=named,
    )
    assert answer["error"] == "duplicate_external_id"


async def test_an_update_of_another_state_is_refused(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    view = await opened(slack, client)
    arguments = {"view_id": view["id"], "view": modal(section())}
    await client.api_call("views.update", json={**arguments, "hash": view["hash"]})
    answer = await refusal(client, "views.update", **arguments, hash=view["hash"])
    assert answer["error"] == "hash_conflict"


async def test_an_unknown_or_closed_view_is_not_updated(
    slack: LocalSlack, client: AsyncWebClient, person: Person
) -> None:
    view = await opened(slack, client)
    await person.do("close", user="U0ANNA", view=view["id"])
    for name in (view["id"], "V0NONE", None):
        answer = await refusal(
            client, "views.update", view_id=name, view=modal(section())
        )
        assert answer["error"] == "not_found"


async def test_a_home_tab_is_published_if_there_is_one(
    start: Start, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    home = {"type": "home", "blocks": [section()]}
    arguments = {"user_id": "U0ANNA", "view": home}
    answer = await refusal(client, "views.publish", **arguments)
    assert answer["error"] == "not_enabled"
    slack = await start(shows_home=True)
    client = web_client(slack, session)
    first = await client.views_publish(user_id="U0ANNA", view=home)
    await client.views_publish(user_id="U0ANNA", view=home)
    for changed, error in (
        ({"user_id": "U0NOBODY"}, "user_not_found"),
        ({"hash": first["view"]["hash"]}, "hash_conflict"),
        ({"view": modal(section())}, "invalid_arguments"),
        ({"view": home | {"submit": SUBMIT}}, "invalid_arguments"),
    ):
        answer = await refusal(client, "views.publish", **{**arguments, **changed})
        assert answer["error"] == error
