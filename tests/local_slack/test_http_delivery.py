"""Delivery over HTTP: signed, retried if it is an event, given up if not."""

import asyncio
import json
import time

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.local_slack.conftest import Start
from tests.local_slack.slack import LocalSlack
from tests.local_slack.stand_ins import HttpApp, Person

SAID = {"user": "U0ANNA", "channel": "D0ANNA", "text": "Hello"}
COMMAND = {
    "user": "U0ANNA",
    "channel": "C0GENERAL",
    "command": "/guidance",
    "text": "help",
}


def slow(app: HttpApp) -> None:
    """Let *app* take longer over its next answer than Slack waits."""

    async def answer() -> web.Response:
        await asyncio.sleep(0.3)
        return web.Response()

    app.answers.append(answer)


async def test_a_request_url_is_verified(
    http_slack: LocalSlack, http_app: HttpApp, http_person: Person
) -> None:
    settings = await http_person.do("settings", request_url=http_app.url)
    assert settings["verified"] is True
    [request] = http_app.received
    assert request.fields["type"] == "url_verification"
    verifier = SignatureVerifier(http_slack.installation.signing_secret)
    assert verifier.is_valid_request(request.body, request.headers)


async def test_a_request_url_that_does_not_answer_the_challenge_is_not_verified(
    http_app: HttpApp, http_person: Person
) -> None:
    http_app.will_answer(text="Hello")
    settings = await http_person.do("settings", request_url=http_app.url)
    assert settings["verified"] is False


async def test_an_event_is_signed_json(
    http_slack: LocalSlack, http_app: HttpApp, http_person: Person
) -> None:
    await http_person.do("say", **SAID)
    [request] = http_app.received
    assert request.headers["Content-Type"] == "application/json"
    assert "X-Slack-Retry-Num" not in request.headers
    verifier = SignatureVerifier(http_slack.installation.signing_secret)
    assert verifier.is_valid_request(request.body, request.headers)
    [delivery] = (await http_person.state())["deliveries"]
    assert delivery["kind"] == "events_api"
    assert delivery["event_id"] == request.fields["event_id"]
    assert delivery["acknowledged"] is True
    [attempt] = delivery["attempts"]
    assert (attempt["status"], attempt["reason"]) == (200, None)


async def test_requests_are_signed_with_the_time_of_the_wall_clock(
    http_app: HttpApp, http_person: Person
) -> None:
    await http_person.do("clock", advance=3600)
    await http_person.do("say", **SAID)
    timestamp = int(http_app.received[0].headers["X-Slack-Request-Timestamp"])
    assert abs(timestamp - time.time()) < 5


async def test_an_event_that_is_refused_is_retried_three_times(
    http_app: HttpApp, http_person: Person
) -> None:
    for _ in range(5):
        http_app.will_answer(status=500)
    await http_person.do("say", **SAID)
    headers = [request.headers for request in http_app.received]
    assert [one.get("X-Slack-Retry-Num") for one in headers] == [None, "1", "2", "3"]
    assert {one["X-Slack-Retry-Reason"] for one in headers[1:]} == {"http_error"}
    assert len({request.fields["event_id"] for request in http_app.received}) == 1
    [delivery] = (await http_person.state())["deliveries"]
    assert delivery["acknowledged"] is False
    assert delivery["error"] == "http_error"


async def test_an_event_is_retried_until_it_is_acknowledged(
    http_app: HttpApp, http_person: Person
) -> None:
    http_app.will_answer(status=302, headers={"Location": "/elsewhere"})
    await http_person.do("say", **SAID)
    [delivery] = (await http_person.state())["deliveries"]
    assert [attempt["status"] for attempt in delivery["attempts"]] == [302, 200]
    assert delivery["acknowledged"] is True


async def test_an_answer_after_the_time_is_late_and_retried(
    http_app: HttpApp, http_person: Person
) -> None:
    slow(http_app)
    await http_person.do("settings", ack_timeout=0.1)
    await http_person.do("say", **SAID)
    [delivery] = (await http_person.state())["deliveries"]
    reasons = [attempt["reason"] for attempt in delivery["attempts"]]
    assert reasons == ["http_timeout", None]
    assert delivery["late"] is True
    retry = http_app.received[1].headers
    assert retry["X-Slack-Retry-Reason"] == "http_timeout"


async def test_an_app_that_is_not_there_is_retried(
    http_slack: LocalSlack, http_person: Person
) -> None:
    http_slack.installation.request_url = "http://127.0.0.1:1/"
    await http_person.do("say", **SAID)
    [delivery] = (await http_person.state())["deliveries"]
    reasons = {attempt["reason"] for attempt in delivery["attempts"]}
    assert (len(delivery["attempts"]), reasons) == (4, {"connection_failed"})


async def test_an_app_without_a_request_url_hears_nothing(
    http_slack: LocalSlack, http_person: Person
) -> None:
    http_slack.installation.request_url = None
    answer = await http_person.do("command", **COMMAND)
    assert answer["error"] == "dispatch_failed"


async def test_no_retry_in_a_refusal_ends_the_retries(
    http_app: HttpApp, http_person: Person
) -> None:
    http_app.will_answer(status=500, headers={"X-Slack-No-Retry": "1"})
    await http_person.do("say", **SAID)
    assert len(http_app.received) == 1


async def test_a_long_pause_before_a_retry_is_not_waited_for(
    http_app: HttpApp, http_person: Person
) -> None:
    await http_person.do("settings", retry_delays=[60])
    http_app.will_answer(status=500)
    await http_person.do("say", **SAID)
    assert len(http_app.received) == 1


async def test_the_same_event_comes_twice(
    http_app: HttpApp, http_person: Person
) -> None:
    answer = await http_person.do("say", **SAID, twice=True)
    assert len(answer["deliveries"]) == 2
    first, second = http_app.received
    assert first.fields == second.fields


async def test_a_command_is_a_signed_form(
    http_slack: LocalSlack, http_app: HttpApp, http_person: Person
) -> None:
    answer = await http_person.do("command", **COMMAND)
    assert (answer["acknowledged"], answer["status"]) == (True, 200)
    [request] = http_app.received
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    verifier = SignatureVerifier(http_slack.installation.signing_secret)
    assert verifier.is_valid_request(request.body, request.headers)
    fields = request.fields
    assert fields.pop("trigger_id")
    assert fields.pop("response_url").startswith(f"{http_slack.url}/response/")
    assert fields == {
        "token": "verification",
        "team_id": "T0LOCAL",
        "team_domain": "civic-affairs",
        "channel_id": "C0GENERAL",
        "channel_name": "general",
        "user_id": "U0ANNA",
        "user_name": "anna",
        "command": "/guidance",
        "text": "help",
        "api_app_id": "A0GUIDE",
        "is_enterprise_install": "false",
    }


@pytest.mark.parametrize(
    ("response", "shown"),
    [
        ({"text": "Hello"}, "Hello"),
        (
            {"text": json.dumps({"text": "Hi"}), "content_type": "application/json"},
            "Hi",
        ),
    ],
)
async def test_an_answer_in_the_ack_of_a_command_is_shown(
    http_app: HttpApp, http_person: Person, response: dict[str, str], shown: str
) -> None:
    http_app.will_answer(**response)
    await http_person.do("command", **COMMAND)
    [message] = (await http_person.state())["messages"]
    assert (message["text"], message["ephemeral_to"]) == (shown, "U0ANNA")


@pytest.mark.parametrize("body", ["[1]", '{"text": ""}'])
async def test_a_malformed_answer_in_the_ack_of_a_command_is_refused(
    http_app: HttpApp, http_person: Person, body: str
) -> None:
    http_app.will_answer(text=body, content_type="application/json")
    answer = await http_person.do("command", **COMMAND)
    assert answer["error"] == "invalid_command_response"
    assert len((await http_person.state())["refusals"]) == 1


async def test_a_late_command_fails_and_is_not_retried(
    http_app: HttpApp, http_person: Person
) -> None:
    slow(http_app)
    await http_person.do("settings", ack_timeout=0.05)
    answer = await http_person.do("command", **COMMAND)
    assert (answer["acknowledged"], answer["error"]) == (False, "operation_timeout")
    assert len(http_app.received) == 1
    [notice] = (await http_person.state())["notices"]
    assert notice["text"] == '/guidance failed with the error "operation_timeout"'


async def test_a_refused_command_fails_and_is_not_retried(
    http_app: HttpApp, http_person: Person
) -> None:
    http_app.will_answer(status=404)
    answer = await http_person.do("command", **COMMAND)
    assert (answer["status"], answer["error"]) == (404, "dispatch_failed")
    assert len(http_app.received) == 1


@pytest.mark.parametrize(
    ("signature", "is_good"),
    [("good", True), ("none", False), ("old", False), ("tampered", False)],
)
async def test_a_request_of_the_tests_own_making_is_sent(
    http_slack: LocalSlack,
    http_app: HttpApp,
    http_person: Person,
    signature: str,
    is_good: bool,
) -> None:
    http_app.will_answer(status=202, text="Taken")
    answer = await http_person.do(
        "event", body={"type": "odd"}, signature=signature, headers={"X-Odd": "1"}
    )
    assert (answer["status"], answer["body"]) == (202, "Taken")
    [request] = http_app.received
    assert (request.fields, request.headers["X-Odd"]) == ({"type": "odd"}, "1")
    verifier = SignatureVerifier(http_slack.installation.signing_secret)
    assert verifier.is_valid_request(request.body, request.headers) is is_good


async def test_a_request_needs_a_known_signature_and_an_address(
    http_slack: LocalSlack, http_person: Person
) -> None:
    status, _ = await http_person.post("event", body="", signature="fine")
    assert status == 400
    http_slack.installation.request_url = None
    status, _ = await http_person.post("event", body="")
    assert status == 400


async def test_the_request_url_of_the_manifest_is_used(
    start: Start, http_app: HttpApp
) -> None:
    slack = await start(uses_sockets=False, request_url=http_app.url)
    assert slack.installation.request_url == http_app.url
