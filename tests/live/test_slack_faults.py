"""What goes wrong between Slack and the bot, and that people get their answers all the same."""

import hashlib
import hmac
import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.live.conftest import Begin, LongTalks
from tests.live.slack_processes import DEADLINE_S, Bot, Json, request
from tests.live.slack_talk import (
    ANNA,
    BEN,
    BOT_USER,
    DIRECT,
    ELSEWHERE,
    EVENTS_PATH,
    GENERAL,
    Talk,
    Transport,
    by_bot,
    old_message,
    old_window,
    place,
    shown,
    told,
)

QUESTION = "can I blog anonymously?"
LEAD = "You may write a blog without your name."
LEAD_LINE = f"{LEAD} Your duties stay the same."
THREAT = "what comes first after a threat?"
THREAT_LEAD = "Tell your line manager about a threat at once."
KEEP, MORE, POST = "answer.keep", "answer.more", "answer.post"
MANY = 20
IDLE_S = 3
REFERENCE = re.compile(r"\b[0-9a-f]{8}\b")
# What the local Slack calls trouble that was ordered, and how the bot meets it.
TROUBLE = ("429", "500", "503", "drop")


def threads(messages: list[Json]) -> list[str]:
    """Return the threads of *messages*, in order."""
    return sorted(message["thread_ts"] for message in messages)


# Deliveries that come twice


@pytest.mark.parametrize(("text", "channel"), [("", "D0ANNA"), ("@guidance ", GENERAL)])
def test_an_event_that_is_delivered_twice_is_answered_once(
    text: str, channel: str, talk: Talk
) -> None:
    talk.ask(f"{text}{QUESTION}", channel, twice=True)

    assert len(talk.settled()) == 1
    ids = [delivery["event_id"] for delivery in talk.slack.state()["deliveries"]]
    assert ids[0] == ids[1]


def test_a_mention_that_is_delivered_as_two_events_is_answered_once(talk: Talk) -> None:
    answer = talk.ask(f"@guidance {QUESTION}", GENERAL, as_both=True)

    assert answer["thread_ts"]
    assert len(talk.settled()) == 1
    heard = {delivery["what"] for delivery in talk.slack.state()["deliveries"]}
    assert {"app_mention", "message.channels"} <= heard


def test_an_event_that_nobody_acknowledged_is_answered_once_when_it_is_retried(
    talk: Talk,
) -> None:
    talk.slack.control("settings", ack_timeout=0.3)
    talk.bot.process.send_signal(signal.SIGSTOP)
    try:
        asked = talk.say(QUESTION, DIRECT[ANNA], wait=False)
        talk.slack.until(lambda state: len(state["deliveries"][0]["attempts"]) > 1)
    finally:
        talk.bot.process.send_signal(signal.SIGCONT)

    talk.slack.until(lambda state: state["deliveries"][0]["acknowledged"])
    assert talk.heard(asked)[0]["text"].startswith(LEAD)
    assert len(talk.settled()) == 1
    retried = talk.slack.state()["deliveries"][0]
    assert len(retried["attempts"]) > 2


def test_twenty_questions_at_once_are_each_answered_once(talk: Talk) -> None:
    asked = [
        talk.say(f"@guidance {QUESTION}", GENERAL, wait=False) for _ in range(MANY)
    ]
    direct = [talk.say(QUESTION, DIRECT[ANNA], wait=False) for _ in range(MANY)]

    talk.heard("", len(asked) + len(direct))

    answers = talk.settled()
    in_channel = [message for message in answers if message["channel"] == GENERAL]
    assert threads(in_channel) == sorted(asked)
    assert len(answers) == len(asked) + len(direct)
    deliveries = talk.slack.state()["deliveries"]
    assert all(len(delivery["attempts"]) == 1 for delivery in deliveries)


def test_a_channel_that_takes_no_more_at_once_gets_every_answer_once(
    http_talk: Talk,
) -> None:
    talk = http_talk
    talk.slack.control("settings", enforce_rates=True)
    try:
        asked = [
            talk.say(f"@guidance {QUESTION}", GENERAL, wait=False) for _ in range(MANY)
        ]
        talk.heard("", MANY)
    finally:
        talk.slack.control("settings", enforce_rates=False)

    assert threads(talk.settled()) == sorted(asked)
    talk.refused = {"ratelimited"}


# Slack in trouble


@pytest.mark.parametrize("kind", [*TROUBLE, "slow", "error"])
def test_a_question_is_answered_on_its_own_where_slack_does_not_show_its_thread(
    kind: str, talk: Talk
) -> None:
    talk.trouble = {"thread not read"}
    root = talk.say("Which gifts may I keep?", DIRECT[ANNA])
    talk.heard(root)
    trouble = {"kind": kind, "seconds": DEADLINE_S, "error": "missing_scope"}
    talk.slack.control("fault", method="conversations.replies", **trouble)

    answer = talk.ask("why?", thread_ts=root)

    assert place(answer) == (DIRECT[ANNA], root, None)
    assert answer["text"].startswith(told("nothing-unnamed"))
    events = [line["event"] for line in talk.bot.log(talk.from_line)]
    assert events.count("thread not read") == 1
    deliveries = talk.slack.state()["deliveries"]
    assert all(len(delivery["attempts"]) == 1 for delivery in deliveries)
    # The next one finds the thread again.
    again = talk.ask("why?", thread_ts=root)
    assert again["text"].startswith("Refuse gifts from suppliers")


@pytest.mark.parametrize("kind", TROUBLE)
def test_an_answer_that_slack_does_not_take_is_late_and_neither_lost_nor_doubled(
    kind: str, talk: Talk
) -> None:
    ways = ("chat.postMessage", "chat.postEphemeral", "response_url")
    talk.trouble = {"sent again"} if kind == "drop" else set()
    for method in ways:
        talk.slack.control("fault", method=method, kind=kind)

    mention = talk.say(f"@guidance {QUESTION}", GENERAL)
    threat = talk.say(f"@guidance {THREAT}", GENERAL, BEN)
    talk.command(QUESTION)
    talk.bot.logged("answered", after=talk.from_line, count=3)

    answers = [
        (place(message), message["text"].splitlines()[0]) for message in talk.settled()
    ]
    assert sorted(answers, key=str) == sorted(
        [
            ((GENERAL, mention, None), LEAD_LINE),
            ((GENERAL, threat, None), told("answered-privately")),
            ((GENERAL, threat, BEN), THREAT_LEAD),
            ((DIRECT[BEN], None, None), THREAT_LEAD),
            ((ELSEWHERE, None, ANNA), LEAD_LINE),
        ],
        key=str,
    )
    calls = talk.slack.state()["calls"]
    met = [call["method"] for call in calls if call["error"] == f"fault:{kind}"]
    assert sorted(met) == sorted(ways)


def test_an_answer_whose_receipt_is_lost_is_sent_again_and_the_log_says_so(
    talk: Talk,
) -> None:
    # Slack has no way to say "this once": rather twice than never.
    talk.trouble = {"sent again"}
    for method in ("chat.postMessage", "response_url"):
        talk.slack.control("fault", method=method, kind="lost")

    talk.say(QUESTION, DIRECT[ANNA])
    talk.command(QUESTION)
    talk.bot.logged("answered", after=talk.from_line, count=2)

    assert {message["text"].splitlines()[0] for message in talk.settled()} == {
        LEAD_LINE
    }
    talk.bot.logged("sent again", after=talk.from_line, count=2)


def test_an_answer_is_posted_once_although_slack_stumbles(talk: Talk) -> None:
    answer = talk.command(QUESTION)
    window = talk.opened(answer, MORE)
    talk.slack.control("fault", method="response_url", kind="503")

    note = talk.opened(window, POST)

    assert told("posted") in shown(note["blocks"])
    (posted,) = talk.settled(answer["ts"])
    assert place(posted) == (ELSEWHERE, None, None)


def test_a_window_opens_although_slack_stumbles(talk: Talk) -> None:
    answer = talk.command(QUESTION)
    talk.slack.control("fault", method="views.open", kind="500")

    window = talk.opened(answer, MORE)

    assert window["blocks"]


def test_blocks_that_slack_refuses_are_sent_as_text(talk: Talk) -> None:
    talk.trouble = {"Slack refused blocks"}
    talk.slack.control("fault", method="chat.postMessage", error="invalid_blocks")

    asked = talk.say(QUESTION, DIRECT[ANNA])

    answer = talk.slack.until(lambda state: by_bot(state, asked))[0]
    assert answer["text"].startswith(LEAD)
    assert answer["blocks"] == []
    talk.slack.control("reset")


# A listener that fails


MAGIC = "zyzzyvazyzzyva"
RAISING = f"""
from guidance_bot import bootstrap
from guidance_bot.cli import main

answer = bootstrap.answer


def answer_or_raise(guidance, question, *rest):
    if {MAGIC!r} in question:
        raise RuntimeError(question)
    return answer(guidance, question, *rest)


bootstrap.answer = answer_or_raise
main()
"""


@pytest.fixture
def failing(transport: Transport, long_talks: LongTalks) -> Iterator[Talk]:
    """A conversation with a bot that fails at one word."""
    with long_talks.part(transport, "-c", RAISING, "serve") as part:
        part.trouble = {"failed"}
        yield part


def verify_apology(talk: Talk, message: Json, listener: str) -> None:
    """Assert that *message* is an apology whose reference is in the log."""
    (reference,) = REFERENCE.findall(message["text"])
    assert message["text"] == told("apology", reference=reference)
    line = talk.bot.logged("failed", after=talk.from_line, reference=reference)
    assert (line["level"], line["listener"]) == ("error", listener)
    assert line["error"] == "RuntimeError"
    assert any("answer_or_raise" in frame for frame in line["at"])
    assert MAGIC not in json.dumps(line)
    # The apology itself comes back to the bot as an event of its own.
    deliveries = talk.slack.until(
        lambda state: (
            all(one["acknowledged"] for one in state["deliveries"])
            and state["deliveries"]
        )
    )
    assert all(len(delivery["attempts"]) == 1 for delivery in deliveries)


def test_a_mention_that_fails_is_met_with_an_apology_in_its_thread(
    failing: Talk,
) -> None:
    apology = failing.ask(f"@guidance {MAGIC} {QUESTION}", GENERAL)

    (asked, _) = failing.slack.state()["messages"]
    assert (apology["thread_ts"], apology["ephemeral_to"]) == (asked["ts"], None)
    verify_apology(failing, apology, "mentioned")
    assert len(failing.settled()) == 1


def test_a_direct_message_that_fails_is_met_with_an_apology_beside_it(
    failing: Talk,
) -> None:
    apology = failing.ask(f"{MAGIC} {QUESTION}")

    assert apology["channel"] == DIRECT[ANNA]
    assert apology["thread_ts"] is None
    verify_apology(failing, apology, "messaged")
    # The next question finds a bot that is well.
    assert failing.ask(QUESTION)["text"].startswith(LEAD)


def test_a_command_that_fails_is_met_with_an_apology_to_the_person_alone(
    failing: Talk,
) -> None:
    apology = failing.command(f"{MAGIC} {QUESTION}")

    assert (apology["channel"], apology["ephemeral_to"]) == (ELSEWHERE, ANNA)
    verify_apology(failing, apology, "commanded")


@pytest.mark.parametrize(
    ("action", "listener"), [(KEEP, "kept"), (MORE, "more_opened")]
)
def test_a_button_that_fails_is_met_with_an_apology_to_the_person_alone(
    action: str, listener: str, failing: Talk
) -> None:
    value = json.dumps({"question": MAGIC, "receipt": "x"})
    message = old_message(failing, action, value)

    apology = failing.pressed(message, action, BEN)

    assert (apology["channel"], apology["ephemeral_to"]) == (GENERAL, BEN)
    verify_apology(failing, apology, listener)


def test_a_button_in_a_window_that_fails_is_met_with_an_apology_where_it_was_opened(
    failing: Talk,
) -> None:
    metadata = failing.opened(failing.command(QUESTION), MORE)["private_metadata"]
    value = json.dumps({"question": MAGIC, "receipt": "x"})
    window = old_window(failing, value, metadata)

    apology = failing.pressed(window, POST)

    assert (apology["channel"], apology["ephemeral_to"]) == (ELSEWHERE, ANNA)
    verify_apology(failing, apology, "posted")


def test_an_error_of_slacks_own_is_met_with_an_apology_and_named_in_the_log(
    talk: Talk,
) -> None:
    talk.trouble = {"failed"}
    talk.slack.control("fault", method="chat.postMessage", error="fatal_error")

    apology = talk.ask(f"@guidance {QUESTION}", GENERAL)

    (reference,) = REFERENCE.findall(apology["text"])
    line = talk.bot.logged("failed", after=talk.from_line, reference=reference)
    assert line["slack"] == "fatal_error"
    assert len(talk.settled()) == 1


def test_a_token_that_is_revoked_while_the_bot_runs_is_named_in_the_log(
    talk: Talk,
) -> None:
    talk.refused, talk.trouble = {"token_revoked"}, {"failed"}
    talk.slack.control("settings", revoke=True)
    try:
        talk.say(QUESTION, DIRECT[ANNA])
        line = talk.bot.logged("failed", after=talk.from_line, count=2)
    finally:
        talk.slack.control("settings", revoke=False)

    assert (line["listener"], line["slack"]) == ("apologise", "token_revoked")
    assert talk.ask(QUESTION)["text"].startswith(LEAD)


def test_an_answer_that_can_no_longer_be_posted_says_so_in_its_window(
    talk: Talk,
) -> None:
    talk.refused, talk.trouble = {"expired_url"}, {"failed"}
    window = talk.opened(talk.command(QUESTION), MORE)
    talk.slack.control("clock", advance=31 * 60)

    note = talk.opened(window, POST)

    assert told("not-posted") in shown(note["blocks"])
    assert len(talk.settled()) == 1
    (line,) = [one for one in talk.bot.log(talk.from_line) if one["level"] == "error"]
    assert "expired_url" in line["slack"]


# Requests that are not Slack's


def event_of(talk: Talk) -> Json:
    """Return a new event as Slack would send it."""
    talk.ask(f"@guidance {QUESTION}", GENERAL)
    (delivery, *_) = talk.slack.state()["deliveries"]
    event: Json = delivery["payload"]
    root = event["event"]["ts"]
    event["event"] |= {"ts": f"{root}1", "event_ts": f"{root}1", "thread_ts": root}
    return event | {"event_id": f"{event['event_id']}X"}


def test_a_request_with_a_good_signature_is_answered(http_talk: Talk) -> None:
    body = event_of(http_talk)

    sent = http_talk.slack.control("event", body=json.dumps(body))

    assert sent["status"] == 200
    http_talk.heard("", 2)
    assert len(http_talk.settled()) == 2


@pytest.mark.parametrize("subtype", ["channel_join", "tombstone", "reminder_add"])
def test_news_about_a_conversation_is_no_question(
    subtype: str, http_talk: Talk
) -> None:
    body = event_of(http_talk)
    body["event"]["subtype"] = subtype

    assert http_talk.slack.control("event", body=json.dumps(body))["status"] == 200

    assert len(http_talk.settled()) == 1


@pytest.mark.parametrize("signature", ["none", "old", "tampered"])
def test_a_request_that_is_not_signed_by_slack_is_refused_and_does_nothing(
    signature: str, http_talk: Talk
) -> None:
    body = event_of(http_talk)

    sent = http_talk.slack.control("event", body=json.dumps(body), signature=signature)

    assert sent["status"] == 401
    assert len(http_talk.settled()) == 1


def signed(talk: Talk, body: bytes, timestamp: str | None = None) -> dict[str, str]:
    """Return the headers with which Slack would send *body*."""
    when = str(int(time.time())) if timestamp is None else timestamp
    secret = talk.slack.greeting["signing_secret"].encode()
    digest = hmac.new(secret, f"v0:{when}:".encode() + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": when,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
        "Content-Type": "application/json",
    }


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "100 kB": b"x" * 100_000,
    "not UTF-8": b'{"type": "\xff\xfe"}',
    "no JSON": b"{",
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "a surrogate": b'{"type": "\\ud800"}',
    "deep": b"[" * 5_000 + b"]" * 5_000,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_without_a_signature_is_refused(body: bytes, http_talk: Talk) -> None:
    headers = {"Content-Type": "application/json"}

    status, _ = request(http_talk.bot.address, "POST", EVENTS_PATH, body, headers)

    assert status == 401
    assert http_talk.settled() == []


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_signed_body_that_slack_would_never_send_is_no_error_of_ours(
    body: bytes, http_talk: Talk
) -> None:
    headers = signed(http_talk, body)

    status, _ = request(http_talk.bot.address, "POST", EVENTS_PATH, body, headers)

    assert 200 <= status < 500
    assert http_talk.settled() == []


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "9" * 400, "nan"])
def test_a_timestamp_that_is_none_is_refused(timestamp: str, http_talk: Talk) -> None:
    body = b"{}"
    headers = signed(http_talk, body, timestamp)

    status, _ = request(http_talk.bot.address, "POST", EVENTS_PATH, body, headers)

    assert status == 401


def test_a_body_of_unknown_or_excessive_length_is_refused_unread(
    http_talk: Talk,
) -> None:
    address = http_talk.bot.address
    with closing(HTTPConnection(address, timeout=10)) as connection:
        connection.request("POST", EVENTS_PATH, iter([b"{}"]), encode_chunked=True)
        assert connection.getresponse().status == 411
    with closing(HTTPConnection(address, timeout=10)) as connection:
        connection.putrequest("POST", EVENTS_PATH)
        connection.putheader("Content-Length", "2000000")
        connection.endheaders()
        assert connection.getresponse().status == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", EVENTS_PATH, 405),
        ("PUT", EVENTS_PATH, 405),
        ("GET", "/", 404),
        ("POST", "/", 404),
        ("GET", "/slack/install", 404),
        ("GET", "/slack/oauth_redirect", 404),
        ("POST", "/healthz", 405),
    ],
)
def test_other_addresses_and_methods_are_refused(
    method: str, path: str, status: int, http_talk: Talk
) -> None:
    assert request(http_talk.bot.address, method, path)[0] == status


def test_in_socket_mode_nobody_can_send_events_over_http(socket_talk: Talk) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "x"}).encode()
    headers = signed(socket_talk, body)

    status, _ = request(socket_talk.bot.address, "POST", EVENTS_PATH, body, headers)

    assert status == 404


# Sockets and health


def test_the_bot_is_alive_and_ready(talk: Talk) -> None:
    assert talk.probe("/healthz") == 200
    assert talk.probe("/readyz") == 200


@pytest.fixture
def start_another(talk: Talk) -> Iterator[Callable[[], Bot]]:
    """Start a second bot beside the first, as while a new version is rolled out."""
    with ExitStack() as stack:

        def start() -> Bot:
            bot = Bot(talk.arguments, talk.env)
            stack.callback(bot.stop, signal.SIGKILL)
            return bot

        yield start
    if talk.transport == "socket":
        talk.slack.until(lambda state: state["connections"] == 1)


def test_the_address_answers_as_soon_as_the_log_names_it(
    start_another: Callable[[], Bot],
) -> None:
    address = start_another().logged("serving")["address"]

    status, _ = request(address, "GET", "/healthz")

    assert status == 200


def test_a_slack_that_stumbles_at_the_start_is_asked_again(
    start_another: Callable[[], Bot], talk: Talk
) -> None:
    talk.slack.control("fault", method="auth.test", kind="503", times=2)

    another = start_another()

    assert another.logged("serving")["mode"] == talk.transport


def test_a_dropped_socket_is_opened_anew_and_nothing_is_lost(socket_talk: Talk) -> None:
    talk = socket_talk
    talk.slack.control("settings", retry_delays=[0.5] * 30)
    # The bot is let in again only after a while, so that the gap can be seen.
    talk.slack.control("fault", method="apps.connections.open", kind="500", times=1)
    talk.slack.control("socket", drop=True)
    talk.slack.until(lambda state: not state["connections"])
    asked = talk.say(QUESTION, DIRECT[ANNA], wait=False)
    talk.wait_for_status("/readyz", 503)
    assert talk.probe("/healthz") == 200

    answer = talk.heard(asked)[0]

    assert answer["text"].startswith(LEAD)
    assert talk.probe("/readyz") == 200
    assert len(talk.settled()) == 1
    talk.trouble = {line["event"] for line in talk.bot.log(talk.from_line)}


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
def test_a_socket_that_slack_takes_back_is_replaced(
    reason: str, socket_talk: Talk
) -> None:
    talk = socket_talk
    talk.slack.control("settings", retry_delays=[0.2] * 50)
    talk.slack.control("socket", disconnect=reason)

    for _ in range(3):
        talk.ask(QUESTION)

    assert len(talk.settled()) == 3
    talk.wait_for_status("/readyz", 200)
    assert talk.slack.state()["connections"] == 1


# The end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_bot_ends_at_once(
    number: int, start_another: Callable[[], Bot]
) -> None:
    another = start_another()
    another.logged("serving")
    began = time.monotonic()

    assert another.stop(number) == 0

    assert time.monotonic() - began < IDLE_S
    assert another.log()[-1]["event"] == "stopped"


def test_the_answers_in_hand_are_given_before_the_end(
    transport: Transport, begin: Begin
) -> None:
    with begin(transport) as talk:
        for method in ("chat.postMessage", "response_url"):
            talk.slack.control("fault", method=method, kind="slow", seconds=1, times=4)
        asked = [talk.say(f"@guidance {QUESTION}", GENERAL) for _ in range(3)]
        talk.slack.control(
            "command", user=ANNA, channel=ELSEWHERE, command="/guidance", text=QUESTION
        )
        assert by_bot(talk.slack.state()) == []

        assert talk.bot.stop() == 0

        answers = by_bot(talk.slack.state())
        in_channel = [message for message in answers if message["channel"] == GENERAL]
        assert threads(in_channel) == sorted(asked)
        assert len(answers) == len(asked) + 1


# Settings that are not ours


def test_the_variables_of_an_oauth_app_change_nothing(
    transport: Transport, begin: Begin
) -> None:
    foreign = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "f" * 32}
    if transport == "socket":
        foreign["SLACK_SIGNING_SECRET"] = "e" * 32

    # That no file is written, begin() asserts of every conversation.
    with begin(transport, more=foreign) as talk:
        assert talk.ask(QUESTION)["text"].startswith(LEAD)
        window = talk.opened(talk.command(QUESTION), MORE)
        talk.opened(window, POST)
        assert talk.probe("/slack/install") == 404
        assert talk.probe("/slack/oauth_redirect") == 404
        calls: list[Any] = talk.slack.state()["calls"]
        assert {call["ok"] for call in calls} == {True}
        assert "f" * 32 not in "".join(talk.bot.lines)


# Logs


def test_the_log_tells_what_was_done_and_never_what_was_asked(talk: Talk) -> None:
    answer = talk.ask(f"@guidance {QUESTION}", GENERAL)
    talk.press(answer, KEEP, BEN)
    talk.opened(answer, MORE, BEN)
    talk.settled()

    for event in ("answered", "kept", "more opened"):
        line = talk.bot.logged(event, after=talk.from_line)
        assert line["level"] == "info"
        assert REFERENCE.fullmatch(line["reference"])
    # That no word of a question and no secret is in it, talk.verify() asserts.
    assert {BOT_USER, ANNA} & set(" ".join(talk.bot.lines).split('"')) == set()
