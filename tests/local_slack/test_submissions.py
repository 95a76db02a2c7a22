"""What people do with modals, and what the app may answer."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.answers import Json
from tests.local_slack.conftest import Start, web_client
from tests.local_slack.samples import (
    SUBMIT,
    actions,
    button,
    modal,
    option,
    plain,
    section,
    written_input,
)
from tests.local_slack.slack import LocalSlack
from tests.local_slack.stand_ins import Person, SocketApp

OPTIONS = [option("a", text=plain("A")), option("b", text=plain("B"))]
FORM = modal(
    written_input(element={"type": "plain_text_input", "action_id": "text"}),
    written_input(
        block_id="kind",
        optional=True,
        element={"type": "static_select", "action_id": "pick", "options": OPTIONS},
    ),
    actions(button(), block_id="row"),
    submit=SUBMIT,
    callback_id="form",
    notify_on_close=True,
)


@pytest.fixture
async def form(slack: LocalSlack, app: SocketApp, client: AsyncWebClient) -> Json:
    """A modal that is open before Anna, with an app that hears of it."""
    del app
    trigger = slack.triggers.give("U0ANNA")
    answer = await client.views_open(trigger_id=trigger, view=FORM)
    return {"user": "U0ANNA", "view": answer["view"]["id"]}


async def stack_of(person: Person) -> list[Json]:
    """Return the modals open before Anna."""
    views: list[Json] = (await person.state())["views"]["U0ANNA"]
    return views


FILLED = {"why": {"text": "Because"}, "kind": {"pick": "b"}}


async def test_a_submission_tells_what_was_filled_in(
    app: SocketApp, person: Person, form: Json
) -> None:
    await person.do("submit", **form, values=FILLED)
    [request] = app.requests
    assert request.accepts_response_payload is True
    payload = request.payload
    assert payload["type"] == "view_submission"
    assert payload["response_urls"] == []
    assert payload["view"]["callback_id"] == "form"
    assert payload["view"]["state"]["values"] == {
        "why": {"text": {"type": "plain_text_input", "value": "Because"}},
        "kind": {
            "pick": {
                "type": "static_select",
                "selected_option": {
                    "text": plain("B") | {"emoji": True},
                    "value": "b",
                },
            }
        },
    }
    assert await stack_of(person) == []


async def test_slack_itself_asks_for_what_is_required(
    app: SocketApp, person: Person, form: Json
) -> None:
    status, answer = await person.post("submit", **form, values={})
    assert status == 422
    assert answer["problems"] == {"why": "Please complete this required field."}
    assert app.requests == []
    [view] = await stack_of(person)
    assert view["errors"] == answer["problems"]


@pytest.mark.parametrize(
    ("written", "problem"),
    [("ab", "This is too short."), ("abcdef", "This is too long.")],
)
async def test_slack_itself_asks_for_the_right_length(
    slack: LocalSlack,
    person: Person,
    client: AsyncWebClient,
    written: str,
    problem: str,
) -> None:
    bounds = {"min_length": 3, "max_length": 5}
    element = {"type": "plain_text_input", "action_id": "text", **bounds}
    answer = await client.views_open(
        trigger_id=slack.triggers.give("U0ANNA"),
        view=modal(written_input(element=element), submit=SUBMIT),
    )
    status, told = await person.post(
        "submit",
        user="U0ANNA",
        view=answer["view"]["id"],
        values={"why": {"text": written}},
    )
    assert (status, told["problems"]) == (422, {"why": problem})


async def test_the_app_may_object_to_a_submission(
    app: SocketApp, person: Person, form: Json
) -> None:
    app.payloads = [{"response_action": "errors", "errors": {"why": "Say more."}}]
    await person.do("submit", **form, values=FILLED)
    [view] = await stack_of(person)
    assert view["errors"] == {"why": "Say more."}


async def test_the_app_may_update_push_or_clear(
    app: SocketApp, person: Person, form: Json
) -> None:
    more = modal(section("More"), submit=SUBMIT)
    app.payloads = [
        {"response_action": "update", "view": FORM},
        {"response_action": "push", "view": more},
        {"response_action": "clear"},
    ]
    await person.do("submit", **form, values=FILLED)
    assert len(await stack_of(person)) == 1
    await person.do("submit", **form, values=FILLED)
    _, top = await stack_of(person)
    assert top["previous_view_id"] == form["view"]
    await person.do("submit", user="U0ANNA", view=top["id"])
    assert await stack_of(person) == []


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"response_action": "explode"}, "invalid_response_action"),
        ({"text": "Thanks"}, "invalid_response_action"),
        (
            {"response_action": "errors", "errors": {"row": "No"}},
            "invalid_response_action",
        ),
        ({"response_action": "errors"}, "invalid_response_action"),
        ({"response_action": "update", "view": modal()}, "invalid_arguments"),
        ({"response_action": "push"}, "invalid_arguments"),
    ],
)
async def test_a_malformed_answer_to_a_submission_is_refused(
    app: SocketApp, person: Person, form: Json, payload: Json, error: str
) -> None:
    app.payloads = [payload]
    outcome = await person.do("submit", **form, values=FILLED)
    assert outcome["error"] == error
    state = await person.state()
    assert [refusal["error"] for refusal in state["refusals"]] == [error]
    assert state["notices"][-1]["text"].startswith("We had some trouble connecting")
    assert len(state["views"]["U0ANNA"]) == 1


async def test_an_unacknowledged_submission_leaves_the_modal_open(
    app: SocketApp, person: Person, form: Json
) -> None:
    await person.do("settings", ack_timeout=0.03)
    app.acknowledges = False
    outcome = await person.do("submit", **form, values=FILLED)
    assert outcome["error"] == "operation_timeout"
    assert len(await stack_of(person)) == 1


async def test_a_view_without_submit_cannot_be_submitted(
    slack: LocalSlack, person: Person, client: AsyncWebClient
) -> None:
    answer = await client.views_open(
        trigger_id=slack.triggers.give("U0ANNA"), view=modal(section())
    )
    view = answer["view"]["id"]
    assert (await person.post("submit", user="U0ANNA", view=view))[0] == 400
    assert (await person.post("submit", user="U0BEN", view=view))[0] == 404


async def test_a_button_of_a_modal_tells_of_the_view(
    app: SocketApp, person: Person, form: Json
) -> None:
    await person.do("click", **form, action_id="press")
    payload = app.requests[-1].payload
    assert payload["container"] == {"type": "view", "view_id": form["view"]}
    assert payload["view"]["id"] == form["view"]
    assert not {"response_url", "message", "channel"} & set(payload)


async def test_an_input_tells_of_a_choice_only_if_it_dispatches(
    slack: LocalSlack, app: SocketApp, person: Person, client: AsyncWebClient
) -> None:
    select = {"type": "static_select", "action_id": "pick", "options": OPTIONS}
    for dispatches in (False, True):
        answer = await client.views_open(
            trigger_id=slack.triggers.give("U0ANNA"),
            view=modal(
                written_input(element=select, dispatch_action=dispatches),
                submit=SUBMIT,
            ),
        )
        outcome = await person.do(
            "click",
            user="U0ANNA",
            view=answer["view"]["id"],
            action_id="pick",
            option="a",
        )
        assert outcome["acknowledged"] is (True if dispatches else None)
    [request] = app.requests
    values = request.payload["view"]["state"]["values"]
    assert values["why"]["pick"]["selected_option"]["value"] == "a"


async def test_the_trigger_of_a_click_in_a_modal_pushes_another(
    app: SocketApp, person: Person, client: AsyncWebClient, form: Json
) -> None:
    del app
    outcome = await person.do("click", **form, action_id="press")
    await client.views_push(trigger_id=outcome["trigger_id"], view=modal(section()))
    assert len(await stack_of(person)) == 2
    below = await person.post("click", **form, action_id="press")
    assert below[0] == 404


async def test_closing_is_told_if_the_view_asks_for_it(
    slack: LocalSlack,
    app: SocketApp,
    person: Person,
    client: AsyncWebClient,
    form: Json,
) -> None:
    await person.do("close", **form)
    payload = app.requests[-1].payload
    assert (payload["type"], payload["is_cleared"]) == ("view_closed", False)
    assert payload["view"]["id"] == form["view"]
    assert await stack_of(person) == []
    quiet = await client.views_open(
        trigger_id=slack.triggers.give("U0ANNA"), view=modal(section())
    )
    outcome = await person.do("close", user="U0ANNA", view=quiet["view"]["id"])
    assert outcome == {"acknowledged": None}
    assert len(app.requests) == 1


async def test_a_home_tab_can_be_clicked(
    start: Start, session: aiohttp.ClientSession
) -> None:
    slack = await start(shows_home=True)
    person = Person(slack.url, session)
    home = {"type": "home", "blocks": [actions(button())]}
    answer = await web_client(slack, session).views_publish(user_id="U0BEN", view=home)
    await person.do("click", user="U0BEN", view=answer["view"]["id"], action_id="press")
    [delivery] = (await person.state())["deliveries"]
    assert delivery["payload"]["view"]["type"] == "home"
