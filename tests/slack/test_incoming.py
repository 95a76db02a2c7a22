"""What Slack delivers: which messages are questions, what is asked, where answers go."""

from typing import Any

import pytest

from guidance_bot.slack.incoming import (
    KEPT_S,
    METADATA_CHARS,
    Once,
    Place,
    is_from_a_person,
    place_of_action,
    place_of_command,
    place_of_event,
    question_in,
)

BOT = "U0GUIDE"
MESSAGE: dict[str, Any] = {
    "type": "message",
    "user": "U0ANNA",
    "channel": "C1",
    "ts": "1.0",
    "text": "can I blog?",
}


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("<@U0GUIDE> can I blog?", "can I blog?"),
        ("can I blog, <@U0GUIDE>?", "can I blog,  ?"),
        ("ask <@U0BEN|ben> about it", "ask @ben about it"),
        ("is <#C1|general> official?", "is #general official?"),
        ("<!channel> may I?", "may I?"),
        ("since <!date^1795343214^{date}|22 Nov>", "since 22 Nov"),
        ("see <https://example.org/a|the page>", "see the page"),
        ("see <https://example.org/a>", "see https://example.org/a"),
        ("<mailto:a@example.org|a@example.org>", "a@example.org"),
        ("fish &amp; chips &lt;b&gt; &amp;lt;", "fish & chips <b> &lt;"),
        ("<@U0GUIDE>", ""),
        ("", ""),
    ],
)
def test_what_a_person_typed_is_read_without_slacks_markup(
    text: str, question: str
) -> None:
    assert question_in(text, BOT) == question


@pytest.mark.parametrize(
    "change",
    [
        {"bot_id": "B0OTHER"},
        {"subtype": "bot_message"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"user": None},
        {"hidden": True},
    ],
)
def test_what_no_person_wrote_is_no_question(change: dict[str, Any]) -> None:
    assert is_from_a_person(MESSAGE, BOT)
    assert not is_from_a_person(MESSAGE | change, BOT)


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_a_message_with_a_file_and_a_reply_shown_in_the_channel_are_questions(
    subtype: str,
) -> None:
    assert is_from_a_person(MESSAGE | {"subtype": subtype}, BOT)


@pytest.mark.parametrize(
    ("change", "threaded", "thread"),
    [
        ({}, True, "1.0"),
        ({"thread_ts": "0.5"}, True, "0.5"),
        ({}, False, None),
        ({"thread_ts": "0.5"}, False, "0.5"),
    ],
)
def test_an_answer_goes_to_the_thread(
    change: dict[str, Any], threaded: bool, thread: str | None
) -> None:
    place = place_of_event(MESSAGE | change, threaded=threaded)

    assert place == Place("C1", "U0ANNA", thread)


def test_a_command_is_answered_to_the_person_alone() -> None:
    body = {"channel_id": "C1", "user_id": "U0ANNA", "response_url": "https://r"}

    assert place_of_command(body) == Place("C1", "U0ANNA", None, "https://r", True)


def test_a_window_remembers_where_its_message_stands() -> None:
    there = Place("C1", "U0ANNA", "0.5", "https://r", private=True)
    body = {
        "user": {"id": "U0ANNA"},
        "container": {"type": "view"},
        "view": {"private_metadata": there.metadata()},
    }

    assert place_of_action(body) == there


@pytest.mark.parametrize("metadata", ["", "{", "[1]", "null", '{"a": 1}'])
def test_a_window_that_remembers_nothing_answers_in_direct_messages(
    metadata: str,
) -> None:
    assert Place.of_window(metadata, "U0ANNA") == Place("U0ANNA", "U0ANNA")


def test_an_address_too_long_for_a_window_is_left_out_of_it() -> None:
    there = Place("C1", "U0ANNA", None, f"https://{'r' * METADATA_CHARS}", True)

    assert len(there.metadata()) <= METADATA_CHARS
    assert Place.of_window(there.metadata(), "U0ANNA").response_url is None


def test_a_message_is_answered_once_by_either_of_its_names() -> None:
    once = Once(lambda: 0.0)

    assert once.first(("event", "Ev1"), ("at", "C1", "1.0"))
    assert not once.first(("event", "Ev1"), ("at", "C1", "2.0"))
    assert not once.first(("event", "Ev2"), ("at", "C1", "1.0"))
    assert once.first(("event", "Ev3"), ("at", "C1", "3.0"))


def test_after_an_hour_a_message_is_forgotten() -> None:
    now = [0.0]
    once = Once(lambda: now[0])
    once.first("Ev1")

    now[0] = KEPT_S - 1
    assert not once.first("Ev1")
    now[0] = KEPT_S
    assert once.first("Ev1")


def test_what_did_not_happen_can_be_forgotten() -> None:
    once = Once(lambda: 0.0)
    once.first("kept")

    once.forget("kept", "never seen")

    assert once.first("kept")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guidance_bot.slack.incoming.MOST_KEPT", 3)
    once = Once(lambda: 0.0)
    for number in range(10):
        once.first(number)

    assert once.first(0)
    assert not once.first(9)
