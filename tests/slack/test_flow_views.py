"""What people see and hear of a flow's outcome, and how much of it fits one screen."""

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from guidance_bot.flows.engine import Dropped
from guidance_bot.flows.plan import Plan
from guidance_bot.flows.record import code_for, record_of
from guidance_bot.knowledge.content import Knowledge, Notice, Person
from guidance_bot.knowledge.flow import Flow
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import Read, read
from guidance_bot.slack.blocks import Message
from guidance_bot.slack.flow_arrivals import Arrival, arrival, left_out
from guidance_bot.slack.flow_buttons import CHANGE, MORE, OPEN, RECORD, SHOW, Chosen
from guidance_bot.slack.flow_more import Offer, compare_window, outcome_window
from guidance_bot.slack.flow_notes import (
    flows_messages,
    opening_messages,
    record_messages,
)
from guidance_bot.slack.flow_views import (
    MOST_WORDS,
    chosen_of,
    outcome_messages,
    seen_of,
)
from guidance_bot.slack.views import MOST_BUTTONS, Setting
from guidance_bot.wording import SENTENCES
from tests.slack.conftest import (
    Recorded,
    controls_in,
    heard_and_shown,
    texts_in,
    words_shown,
)
from tests.slack.walks import PARISH

STARTER = Path(__file__).resolve().parents[2] / "knowledge"
TODAY = date(2026, 6, 1)
SAMPLE = 2_000
IN_PUBLIC = {"why": "explain", "audience": "external", "capacity": "official"}
HOSTILE = "Ask <!channel>, <@U0BEN> & [x](http://evil.example) _now_"
_MARKUP = re.compile(r"<(?!https://[^<>|]+\|)[^<>]*>|&(?!amp;|lt;|gt;)")


@pytest.fixture
def knowledge(read_files: Callable[[dict[str, str | bytes]], Read]) -> Knowledge:
    return read_files(PARISH).knowledge


@pytest.fixture(scope="module")
def starter() -> Knowledge:
    return read([read_folder(STARTER)]).knowledge


def arrived(knowledge: Knowledge, flow: str = "engage", **choices: str) -> Arrival:
    found = arrival(Plan.of(knowledge.flows[flow]), choices, knowledge, TODAY)
    assert found is not None
    return found


def ids(message: Message) -> list[str]:
    return [control["action_id"] for control in controls_in(message.blocks)]


def sampled(flow: Flow, knowledge: Knowledge, count: int = SAMPLE) -> Iterator[Arrival]:
    """Yield where combinations drawn at random lead, each once, the unsure ones among them."""
    plan = Plan.of(flow)
    drawn = random.Random(flow.name)  # noqa: S311 - the same sample each time
    answers = {prompt.id: list(prompt.answers()) for prompt in flow.prompts}
    seen = set()
    for _ in range(count):
        choices = {id_: drawn.choice(held) for id_, held in answers.items()}
        found = arrival(plan, choices, knowledge, TODAY)
        assert found is not None, choices
        key = tuple(found.at.choices.items())
        if key not in seen:
            seen.add(key)
            yield found


@pytest.mark.parametrize("has_notice", [False, True])
def test_every_outcome_of_the_starter_corpus_is_short_and_heard_as_it_is_shown(
    has_notice: bool, starter: Knowledge
) -> None:
    if has_notice:
        text = "Pre-election period: ask the press office before you post anything for the department."
        notices = (Notice(text, TODAY, TODAY),)
        own = replace(starter.organisation, notices=notices)
        starter = replace(starter, organisation=own)
    seen: set[str] = set()
    assert starter.flows
    count = SAMPLE // 10 if has_notice else SAMPLE
    for flow in starter.flows.values():
        for found in sampled(flow, starter, count):
            (message,) = outcome_messages(found, starter)
            if not has_notice:
                # All of it is on the first screen.
                assert SENTENCES["flow-rest-in-more"] not in message.text
            if message.text in seen:
                continue
            seen.add(message.text)
            assert message.text.split() == words_shown(message.blocks)
            assert len(message.text.split()) <= MOST_WORDS, found.at.choices
            buttons = controls_in(message.blocks)
            assert len(buttons) <= MOST_BUTTONS
            assert all(len(button["value"]) <= 2_000 for button in buttons)
            first = found.notices[0] if found.notices else found.outcome.says
            assert message.text.split()[:3] == first.replace("*", "").split()[:3]
    assert len(seen) > 20


def test_every_window_with_more_of_the_starter_corpus_can_be_drawn(
    starter: Knowledge,
) -> None:
    for flow in starter.flows.values():
        for found in sampled(flow, starter, 100):
            view = outcome_window(found, starter, "[]", Offer(keep=True, post=True))
            actions = [c["action_id"] for c in controls_in(view["blocks"])]
            assert len(actions) == len(set(actions))
            assert len(json.dumps(view)) < 100_000


# One outcome


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("yes", IN_PUBLIC),
        ("for-health", IN_PUBLIC | {"jurisdiction": "uk-health"}),
        ("two-ways", IN_PUBLIC | {"audience": "unsure"}),
        ("four-ways", IN_PUBLIC | {"audience": "unsure", "capacity": "unsure"}),
        ("purpose-first", {"why": "unsure"}),
    ],
)
def test_what_people_see_and_hear_is_as_recorded(
    name: str, choices: dict[str, str], knowledge: Knowledge, recorded: Recorded
) -> None:
    found = arrived(knowledge, **choices)

    recorded(f"flow-{name}", heard_and_shown(outcome_messages(found, knowledge)))
    offer = Offer(keep=True, post=True)
    recorded(f"flow-{name}-more", outcome_window(found, knowledge, "[]", offer))


def test_the_verdict_comes_first_and_everything_in_its_order(
    knowledge: Knowledge,
) -> None:
    (message,) = outcome_messages(arrived(knowledge, **IN_PUBLIC), knowledge)

    first, title, settle, binds, compare, foot, _ = message.blocks
    assert first["text"]["text"] == "*Yes, for your organisation, in public.*"
    assert title["text"]["text"] == "Writing for the public"
    assert settle["text"]["text"].startswith("*Settle first*\n1. *Authority:* the ")
    assert binds["text"]["text"] == (
        "*What binds you (every employer)*\n"
        "The Code applies to whatever you write in public. _(Rule, 2010)_"
    )
    assert compare["text"]["text"].startswith("Not sure who reads it?")
    assert foot["type"] == "context"
    assert SENTENCES["flow-foot"] in message.text
    assert ids(message) == [RECORD, CHANGE, MORE]


def test_notices_come_first(knowledge: Knowledge) -> None:
    own = replace(knowledge.organisation, notices=(Notice(HOSTILE, TODAY, TODAY),))
    knowledge = replace(knowledge, organisation=own)

    (message,) = outcome_messages(arrived(knowledge, **IN_PUBLIC), knowledge)

    notice, verdict, *_ = message.text.splitlines()
    assert notice.startswith("Ask &lt;!channel&gt;, &lt;@U0BEN&gt;")
    assert verdict == "Ask first: the notice above is in force."


def test_a_notice_that_has_ended_is_not_said_whatever_a_button_holds(
    knowledge: Knowledge,
) -> None:
    found = arrived(knowledge, **IN_PUBLIC, notice="in-force")

    assert found.at.choices["notice"] == "none"
    assert found.outcome.verdict == "yes"


def hostile(knowledge: Knowledge) -> Knowledge:
    """Return *knowledge* with markup in whatever an editor writes of flow and people."""
    flow = knowledge.flows["engage"]
    prompts = tuple(
        replace(
            prompt,
            text=f"{prompt.text} {HOSTILE}",
            help=HOSTILE,
            choices=tuple(
                replace(choice, label=f"{choice.label[:20]} {HOSTILE}"[:75])
                for choice in prompt.choices
            ),
        )
        for prompt in flow.prompts
    )
    rules = tuple(replace(rule, says=f"{rule.says} {HOSTILE}") for rule in flow.rules)
    outcomes = tuple(
        replace(
            form,
            title=f"{form.title} {HOSTILE}",
            compare_text=HOSTILE,
            sections=tuple(
                replace(section, heading=f"{section.heading} {HOSTILE}")
                for section in form.sections
            ),
        )
        for form in flow.outcomes
    )
    made = replace(
        flow,
        title=HOSTILE,
        summary=HOSTILE,
        opening=HOSTILE,
        prompts=prompts,
        rules=rules,
        outcomes=outcomes,
    )
    own = replace(knowledge.organisation, contacts={"boss": Person(HOSTILE, HOSTILE)})
    return replace(knowledge, organisation=own, flows={"engage": made})


@pytest.mark.parametrize(
    "choices",
    [
        IN_PUBLIC,
        IN_PUBLIC | {"audience": "unsure"},
        IN_PUBLIC | {"audience": "unsure", "capacity": "unsure"},
        {"why": "concern"},
    ],
)
def test_nothing_that_an_editor_writes_becomes_markup(
    choices: dict[str, str], knowledge: Knowledge
) -> None:
    knowledge = hostile(knowledge)
    found = arrived(knowledge, **choices)
    windows = [outcome_window(found, knowledge, "[]", Offer(keep=True, post=True))]
    if found.outcome.neighbour:
        other = arrived(knowledge, **found.outcome.neighbour)
        windows.append(compare_window(found, other, knowledge))

    said = [
        *outcome_messages(found, knowledge, left_out=HOSTILE),
        *flows_messages(knowledge, unknown=HOSTILE),
        *opening_messages(found.flow, knowledge),
    ]

    for message in said:
        assert message.text.split() == words_shown(message.blocks)
        marked = [text for text in texts_in(message.blocks) if _MARKUP.search(text)]
        assert marked == []
        assert not _MARKUP.search(message.text)
    for view in windows:
        marked = [
            block["text"]["text"]
            for block in view["blocks"]
            if block["type"] == "section" and _MARKUP.search(block["text"]["text"])
        ]
        assert marked == []


def test_what_does_not_fit_is_left_to_more_and_said_so(knowledge: Knowledge) -> None:
    flow = knowledge.flows["engage"]
    long = "word " * 60
    outcomes = tuple(
        replace(
            form,
            sections=tuple(
                replace(
                    section,
                    items=tuple(replace(i, text=i.text + long) for i in section.items),
                )
                for section in form.sections
            ),
        )
        for form in flow.outcomes
    )
    flows = {"engage": replace(flow, outcomes=outcomes)}
    knowledge = replace(knowledge, flows=flows)
    notices = (Notice(long, TODAY, TODAY),)
    own = replace(knowledge.organisation, notices=notices)
    knowledge = replace(knowledge, organisation=own)
    found = arrived(knowledge, **IN_PUBLIC)

    setting = Setting(kept=True, note="Changed.", elsewhere=True)
    (message,) = outcome_messages(found, knowledge, setting)

    assert len(message.text.split()) <= MOST_WORDS
    assert SENTENCES["flow-rest-in-more"] in message.text
    assert SENTENCES["flow-foot"] in message.text
    view = outcome_window(found, knowledge, "[]")
    everything = "\n".join(texts_in(view["blocks"]))
    assert "The Code applies to whatever you write in public." in everything


# Several ways


def test_two_ways_have_a_button_each(knowledge: Knowledge) -> None:
    found = arrived(knowledge, **IN_PUBLIC | {"audience": "unsure"})

    (message,) = outcome_messages(found, knowledge)

    assert ids(message) == [f"{SHOW}.1", f"{SHOW}.2", MORE]
    labels = [c["text"]["text"] for c in controls_in(message.blocks)]
    assert labels[:2] == ["Show: Anybody", "Show: Only colleagues"]
    value = controls_in(message.blocks)[0]["value"]
    chosen = Chosen.read(value)
    assert chosen is not None
    assert chosen.choices["audience"] == "external"


def test_more_than_four_ways_are_counted_and_four_are_listed(
    starter: Knowledge,
) -> None:
    choices = {"why": "remove-barriers", "stage": "listen"}
    axes = ("audience", "activity", "platform", "capacity")
    found = arrived(starter, **choices, **dict.fromkeys(axes, "unsure"))

    (message,) = outcome_messages(found, starter)

    count = len(found.outcome.alternatives)
    assert count == 16
    said = SENTENCES["flow-first-of"].format(count=count)
    assert said in message.text
    assert ids(message) == [CHANGE, MORE]
    view = outcome_window(found, starter, "[]")
    shows = [c["action_id"] for c in controls_in(view["blocks"])]
    assert shows[:16] == [f"{SHOW}.{n}" for n in range(1, 17)]


# What else is said


def test_going_on_takes_along_what_both_flows_have(knowledge: Knowledge) -> None:
    found = arrived(knowledge, why="unsure", restricted_post="yes")

    (message,) = outcome_messages(found, knowledge)

    onward = controls_in(message.blocks)[0]
    chosen = Chosen.read(onward["value"])
    assert onward["action_id"] == OPEN
    assert onward["text"]["text"] == "Go on: Should we?"
    assert chosen is not None
    assert (chosen.flow, chosen.choices) == ("should-we", {"restricted_post": "yes"})


def test_one_dropped_choice_is_told_with_its_prompt_and_several_in_one_line(
    knowledge: Knowledge,
) -> None:
    flow = knowledge.flows["engage"]
    lost = [
        Dropped("audience", "external", "not-asked"),
        Dropped("capacity", "official", "not-asked"),
    ]

    one = left_out(flow, lost[:1], knowledge)
    both = left_out(flow, lost, knowledge)
    other = left_out(flow, [*lost, Dropped("gone", "x", "no-prompt")], knowledge)

    assert "“Who can read it?” is not asked" in one
    assert both.endswith("ask for it: Anybody; For my organisation.")
    assert "“x” is left out" in other
    assert left_out(flow, [], knowledge) == ""


def test_an_outcome_elsewhere_names_its_flow_and_who_shared_it(
    knowledge: Knowledge,
) -> None:
    setting = Setting(sharer="U0ANNA", elsewhere=True, note="Changed.")

    (message,) = outcome_messages(arrived(knowledge, **IN_PUBLIC), knowledge, setting)

    lines = message.text.splitlines()
    assert lines[0] == "Changed."
    assert lines[-2:] == ["Shared by <@U0ANNA>.", "From: How to engage."]


def test_an_outcome_that_is_posted_carries_no_choices(knowledge: Knowledge) -> None:
    found = arrived(knowledge, **IN_PUBLIC, restricted_post="no")

    (message,) = outcome_messages(found, knowledge, Setting(sharer="U0ANNA"))

    (only,) = controls_in(message.blocks)
    assert only["action_id"] == OPEN
    assert only["text"]["text"] == "Open: How to engage"
    assert Chosen.read(only["value"]) == Chosen.of(found.flow, {})


def test_an_outcome_that_is_posted_leaves_nothing_to_a_window(
    knowledge: Knowledge,
) -> None:
    found = arrived(knowledge, **IN_PUBLIC)
    (part, *others) = found.outcome.parts
    long = replace(part, lines=(replace(part.lines[0], text="word " * 250),))
    outcome = replace(found.outcome, parts=(long, *others))

    posted = outcome_messages(
        replace(found, outcome=outcome), knowledge, Setting(sharer="U0ANNA")
    )

    text = "\n".join(message.text for message in posted)
    assert SENTENCES["flow-rest-in-more"] not in text
    assert text.count("word") >= 250


@pytest.mark.parametrize(
    ("goes_to", "below", "is_in_more"),
    [
        ("should-we", [OPEN, CHANGE, MORE], True),
        ("gone", [RECORD, CHANGE, MORE], False),
        (None, [RECORD, CHANGE, MORE], False),
    ],
)
def test_a_record_is_made_from_more_where_going_on_comes_first(
    goes_to: str | None, below: list[str], is_in_more: bool, knowledge: Knowledge
) -> None:
    found = arrived(knowledge, **IN_PUBLIC)
    form = replace(found.outcome.form, goes_to=goes_to)
    found = replace(found, outcome=replace(found.outcome, form=form))

    (message,) = outcome_messages(found, knowledge)
    view = outcome_window(found, knowledge, "[]", Offer(keep=True, post=True))

    assert ids(message) == below
    controls = [control["action_id"] for control in controls_in(view["blocks"])]
    assert (RECORD in controls) == is_in_more


def test_no_record_is_made_from_more_of_what_is_not_recorded(
    knowledge: Knowledge,
) -> None:
    view = outcome_window(arrived(knowledge, why="unsure"), knowledge, "[]")

    controls = [control["action_id"] for control in controls_in(view["blocks"])]
    assert RECORD not in controls


def test_the_print_changes_with_the_words_and_with_nothing_else(
    knowledge: Knowledge,
) -> None:
    found = arrived(knowledge, **IN_PUBLIC)
    same = arrived(knowledge, **IN_PUBLIC, restricted_post="no")
    other = arrived(knowledge, **IN_PUBLIC | {"capacity": "personal"})

    assert seen_of(found, knowledge) == seen_of(same, knowledge)
    assert seen_of(found, knowledge) != seen_of(other, knowledge)
    assert Chosen.read(chosen_of(found, knowledge).value()) == chosen_of(
        found, knowledge
    )


def test_a_record_holds_its_words_in_order_and_its_code_in_a_block(
    knowledge: Knowledge,
) -> None:
    found = arrived(knowledge, **IN_PUBLIC)
    code = code_for(found.outcome, found.at, knowledge, TODAY)
    assert code is not None

    said = record_messages(record_of(code, knowledge), knowledge, note="Changed.")

    assert said[0].text.startswith("Changed.\nDecision record: How to engage\n")
    assert any(f"```{code}```" in texts_in(message.blocks) for message in said)
    for message in said:
        # The blanks to fill in look like signs of markup.
        heard = message.text.replace("_", "").split()
        assert heard == [w for w in map(bare, words_shown(message.blocks)) if w]
        assert not _MARKUP.search(message.text)


def bare(word: str) -> str:
    return word.replace("_", "")


def test_records_of_the_starter_corpus_fit_two_messages(starter: Knowledge) -> None:
    for flow in starter.flows.values():
        for found in sampled(flow, starter, 100):
            code = code_for(found.outcome, found.at, starter, TODAY)
            if code is not None:
                said = record_messages(record_of(code, starter), starter)
                assert len(said) <= 2
                assert SENTENCES["message-ends"] not in said[-1].text


def test_without_flows_there_is_none_to_list(knowledge: Knowledge) -> None:
    (message,) = flows_messages(replace(knowledge, flows={}))

    assert message.text == SENTENCES["flow-none"]
