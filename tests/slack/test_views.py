"""What people see and hear: every message the bot can send, recorded."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from guidance_bot.answering.answers import Answer, Asker, StatedFlow, answer
from guidance_bot.answering.guidance import Guidance
from guidance_bot.bootstrap import dated
from guidance_bot.knowledge.content import Knowledge, Notice, Person
from guidance_bot.knowledge.flow import Flow
from guidance_bot.slack.blocks import Message
from guidance_bot.slack.buttons import Asked
from guidance_bot.slack.flow_buttons import Chosen
from guidance_bot.slack.views import (
    MOST_BUTTONS,
    Setting,
    answer_messages,
    help_messages,
    note_message,
)
from guidance_bot.slack.windows import more_window, note_window, page_window
from guidance_bot.wording import SENTENCES
from tests.slack.conftest import (
    Recorded,
    controls_in,
    heard_and_shown,
    texts_in,
    words_shown,
)

TODAY = date(2026, 6, 1)
NOTES = (
    "answered-privately",
    "apology",
    "kept",
    "not-posted",
    "old-button",
    "page-gone",
    "posted",
)
# Name of the recording → question, and whose rules bind the asker.
QUESTIONS: dict[str, tuple[str, str | None]] = {
    "answered": ("Can I blog anonymously?", "uk-civil-service"),
    "answered-nobody-known": ("Can I blog anonymously?", None),
    "answered-for-health": ("Can I blog anonymously?", "uk-health"),
    "answered-for-others": ("What about a blog in New Zealand?", "uk-police"),
    "answered-adopted-page": ("How do I join a forum that others run?", None),
    "answered-sensitive": ("somebody says they want to die", None),
    "answered-missing-words": (
        "refuse gifts from <!channel> *Tuesday* suppliers",
        None,
    ),
    "unsure": ("an offer for *zebras*", None),
    "nothing": ("What is the canteen menu & <price>?", None),
    "greeting": ("hello", None),
    "thanks": ("thanks!", None),
    "empty": ("", None),
    "over-long": ("blog " * 400, None),
    "other-language": ("je peux écrire un blog sans dire mon nom ?", None),
}


def asked(department: Guidance, name: str) -> Answer:
    question, whose = QUESTIONS[name]
    return dated(answer(department, question, Asker(whose)), department, TODAY)


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_people_see_and_hear_is_as_recorded(
    name: str, department: Guidance, recorded: Recorded
) -> None:
    given = asked(department, name)

    recorded(name, heard_and_shown(answer_messages(given, department.knowledge)))


def test_the_recordings_hold_every_verdict(department: Guidance) -> None:
    verdicts = {name: asked(department, name).verdict for name in QUESTIONS}

    assert {v for n, v in verdicts.items() if n.startswith("answered")} == {"answered"}
    assert verdicts["unsure"] == "unsure"
    assert verdicts["nothing"] == "nothing"


@pytest.mark.parametrize("name", NOTES)
def test_what_we_say_ourselves_is_as_recorded(
    name: str, department: Guidance, recorded: Recorded
) -> None:
    values = {"reference": "a1b2c3d4"} if name == "apology" else {}

    said = note_message(name, department.knowledge, **values)

    recorded(f"note-{name}", heard_and_shown(said))


def test_help_is_as_recorded(department: Guidance, recorded: Recorded) -> None:
    said = help_messages(
        SENTENCES["help"], department.knowledge, bot="U0GUIDE", command="/guidance"
    )

    recorded("help", heard_and_shown(said))


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("in-a-direct-message", Setting(kept=True)),
        ("shared", Setting(sharer="U0ANNA")),
        ("changed-since", Setting(note=SENTENCES["changed"])),
    ],
)
def test_an_answer_elsewhere_is_as_recorded(
    name: str, setting: Setting, department: Guidance, recorded: Recorded
) -> None:
    given = asked(department, "answered")

    said = answer_messages(given, department.knowledge, setting)

    recorded(name, heard_and_shown(said))


def test_a_notice_and_a_page_due_for_review_are_as_recorded(
    department: Guidance, recorded: Recorded
) -> None:
    notice = Notice("Pre-election period: ask first.", TODAY, TODAY)
    organisation = replace(department.knowledge.organisation, notices=(notice,))
    knowledge = replace(department.knowledge, organisation=organisation)
    late = replace(department, knowledge=knowledge)
    given = dated(asked(department, "answered"), late, date(2026, 6, 1))
    given = replace(
        given, citations=tuple(replace(c, overdue=True) for c in given.citations)
    )

    said = answer_messages(given, knowledge)

    assert said[0].text.startswith("Pre-election period: ask first.")
    recorded("notice-and-review-due", heard_and_shown(said))


# The way into a flow

STATED = StatedFlow("engage", {"audience": "external", "capacity": "official"})


def with_flows(department: Guidance) -> Knowledge:
    """Return the department's knowledge with a flow."""
    flow = Flow("engage", "How to engage", "Which way?", (), (), (), digest="d1")
    return replace(department.knowledge, flows={"engage": flow})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("answered", ["answer.page", "flow.open", "answer.more"]),
        ("unsure", ["answer.page.1", "flow.open", "answer.more"]),
        ("nothing", ["flow.open"]),
        ("answered-sensitive", ["answer.page", "answer.keep", "answer.more"]),
    ],
)
def test_a_question_that_states_a_way_of_engaging_is_offered_its_flow(
    name: str, expected: list[str], department: Guidance
) -> None:
    knowledge = with_flows(department)
    given = replace(asked(department, name), flow=STATED)

    (said,) = answer_messages(given, knowledge)

    buttons = [c for c in controls_in(said.blocks) if c["type"] == "button"]
    ids = [control["action_id"] for control in buttons]
    assert ids == expected
    for control in buttons:
        if control["action_id"] == "flow.open":
            chosen = Chosen.read(control["value"])
            assert chosen is not None
            assert (chosen.flow, chosen.digest) == ("engage", "d1")
            assert chosen.choices == STATED.choices


def test_what_states_one_thing_only_or_a_flow_that_is_gone_opens_nothing(
    department: Guidance,
) -> None:
    knowledge = with_flows(department)
    given = asked(department, "answered")
    one = replace(given, flow=StatedFlow("engage", {"audience": "external"}))
    gone = replace(given, flow=StatedFlow("gone", STATED.choices))

    for said in (one, gone, given):
        (message,) = answer_messages(said, knowledge)
        ids = [c["action_id"] for c in controls_in(message.blocks)]
        assert ids == ["answer.page", "answer.keep", "answer.more"]


def test_what_the_flow_takes_the_place_of_moves_into_more(department: Guidance) -> None:
    knowledge = with_flows(department)
    given = replace(asked(department, "answered"), flow=STATED)

    for may_keep, expected in (
        (True, ["answer.keep", "answer.post"]),
        (False, ["answer.post"]),
    ):
        view = more_window(given, knowledge, "", may_post=True, may_keep=may_keep)
        assert [c["action_id"] for c in controls_in(view["blocks"])] == expected


# Windows


def test_the_whole_page_is_as_recorded(
    department: Guidance, recorded: Recorded
) -> None:
    page = department.knowledge.pages["personal/blogging"]

    recorded("window-page", page_window(page, department.knowledge, TODAY))


@pytest.mark.parametrize(
    ("name", "may_post", "note"),
    [
        ("answered", True, ""),
        ("answered", True, SENTENCES["changed"]),
        ("answered-sensitive", True, ""),
        ("unsure", False, ""),
    ],
)
def test_the_window_with_more_is_as_recorded(
    name: str, may_post: bool, note: str, department: Guidance, recorded: Recorded
) -> None:
    given = replace(asked(department, name), read_as=(("blgo", "blog"),))

    view = more_window(
        given, department.knowledge, '["C1",null,null]', may_post=may_post, note=note
    )

    recorded(f"window-more-{name}{'-changed' if note else ''}", view)


def test_a_window_that_only_says_something_is_as_recorded(
    department: Guidance, recorded: Recorded
) -> None:
    recorded("window-posted", note_window("posted", department.knowledge))


def test_a_sensitive_answer_is_not_offered_for_posting(department: Guidance) -> None:
    given = asked(department, "answered-sensitive")

    view = more_window(given, department.knowledge, "", may_post=True)

    assert controls_in(view["blocks"]) == []


# What holds for every answer


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_text_holds_the_words_of_the_blocks_in_their_order(
    name: str, department: Guidance
) -> None:
    for message in answer_messages(asked(department, name), department.knowledge):
        assert message.text.split() == words_shown(message.blocks)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_first_screen_is_short_and_has_three_buttons_at_most(
    name: str, department: Guidance
) -> None:
    said = answer_messages(asked(department, name), department.knowledge)

    assert len(said) == 1
    assert len(said[0].text.split()) <= 150
    buttons = [c for c in controls_in(said[0].blocks) if c["type"] == "button"]
    assert len(buttons) <= MOST_BUTTONS


@pytest.mark.parametrize("name", QUESTIONS)
def test_nothing_in_a_question_becomes_markup(name: str, department: Guidance) -> None:
    for message in answer_messages(asked(department, name), department.knowledge):
        # A button's value is nowhere shown.
        seen = "\n".join([message.text, *texts_in(message.blocks)])
        assert not re.search(r"<[@!#]|[*]Tuesday[*]|[*]zebras[*]|<price>", seen)


def test_an_unsure_answer_shows_no_sentence_of_a_passage(department: Guidance) -> None:
    given = asked(department, "unsure")

    (said,) = answer_messages(given, department.knowledge)

    assert given.citations
    for citation in given.citations:
        assert citation.passage.text[:40] not in said.text
        assert citation.page.title.split()[0] in said.text


def test_the_button_holds_what_asks_the_question_again(department: Guidance) -> None:
    given = asked(department, "answered-for-health")

    (said,) = answer_messages(given, department.knowledge)

    keep = next(c for c in controls_in(said.blocks) if c["action_id"] == "answer.keep")
    assert json.loads(keep["value"]) == {
        "question": "Can I blog anonymously?",
        "for": "uk-health",
        "after": None,
        "receipt": given.receipt,
    }
    assert Asked.read(keep["value"]) == Asked.of(given)


def test_a_question_too_long_for_a_button_loses_the_buttons_that_hold_it(
    department: Guidance,
) -> None:
    question = "May I write a blog without my name? " + '"blog" ' * 190
    given = answer(department, question, Asker(), ["blog? " * 200])

    (said,) = answer_messages(given, department.knowledge)

    ids = [control["action_id"] for control in controls_in(said.blocks)]
    assert given.verdict == "answered"
    assert ids == ["answer.page"]


def test_an_answer_is_kept_where_it_is_in_direct_messages(department: Guidance) -> None:
    given = asked(department, "answered")

    (said,) = answer_messages(given, department.knowledge, Setting(kept=True))

    ids = [control["action_id"] for control in controls_in(said.blocks)]
    assert ids == ["answer.page", "answer.more"]


def test_whose_rules_is_asked_only_where_nobody_knows(department: Guidance) -> None:
    def menus(said: tuple[Message, ...]) -> list[str]:
        controls = controls_in(said[0].blocks)
        return [c["action_id"] for c in controls if c["type"] == "static_select"]

    unknown = asked(department, "answered-nobody-known")
    known = asked(department, "answered")

    assert menus(answer_messages(unknown, department.knowledge)) == ["answer.rules"]
    assert menus(answer_messages(known, department.knowledge)) == []


def test_long_names_of_an_editor_never_fill_more_than_a_screen(
    department: Guidance,
) -> None:
    owner = {"comms": Person("The team of teams for " + "very " * 60 + "long names")}
    organisation = replace(department.knowledge.organisation, owners=owner)
    knowledge: Knowledge = replace(department.knowledge, organisation=organisation)
    given = asked(department, "answered")

    (whole,) = answer_messages(given, department.knowledge)
    (said,) = answer_messages(given, knowledge)

    assert "Where people disagree" in whole.text
    assert "Where people disagree" not in said.text
    assert said.text.startswith("You may write a blog without your name.")
