"""The window in which a flow is walked, and what comes of submitting it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import Knowledge, Notice
from guidance_bot.knowledge.flow import Choice
from guidance_bot.knowledge.flow import Test as Condition
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import Read, read
from guidance_bot.slack.blocks import Json
from guidance_bot.slack.flow_buttons import BACK, CHOOSE, WALK, Chosen, Walking
from guidance_bot.slack.flow_submissions import (
    Counter,
    Submission,
    stepped_back,
    submission,
)
from guidance_bot.slack.flow_windows import flow_window
from guidance_bot.slack.incoming import Place
from guidance_bot.wording import SENTENCES
from tests.local_slack.view_rules import parsed_view
from tests.slack.conftest import Recorded, texts_in
from tests.slack.test_flow_views import HOSTILE, hostile
from tests.slack.walks import PARISH

STARTER = Path(__file__).resolve().parents[2] / "knowledge"
TODAY = date(2026, 6, 1)
PLACE = Place("C1", "U0ANNA", "7.0", "https://hooks.example/1", private=True)
IN_PUBLIC = {"why": "explain", "audience": "external", "capacity": "official"}


@pytest.fixture
def knowledge(read_files: Callable[[dict[str, str | bytes]], Read]) -> Knowledge:
    return read_files(PARISH).knowledge


def opened(
    knowledge: Knowledge,
    flow: str = "engage",
    choices: Mapping[str, str] | None = None,
    digest: str | None = None,
    **more: Any,
) -> Json:
    """Return the window of *flow*, as Slack takes it."""
    held = knowledge.flows[flow]
    chosen = Chosen(flow, digest or held.digest, dict(choices or {}))
    view = flow_window(Plan.of(held), Walking(chosen, PLACE, **more), knowledge, TODAY)
    return parsed_view(view, kind="modal")


def inputs(view: Json) -> dict[str, Json]:
    blocks = [block for block in view["blocks"] if block["type"] == "input"]
    return {block["block_id"].partition(".")[2]: block for block in blocks}


def submitted(view: Json, knowledge: Knowledge, **choices: str) -> Submission:
    """Return what comes of submitting *view*; several choices are joined by "+"."""
    return submitted_on(TODAY, with_state(view, choices), knowledge)


def submitted_on(day: date, view: Json, knowledge: Knowledge) -> Submission:
    return submission(view, "U0ANNA", Counter(knowledge, Plan.of, day))


def with_state(view: Json, choices: Mapping[str, str]) -> Json:
    """Return *view* as a submission carries it: *choices*, and what else it begins with."""
    values: Json = {}
    for prompt, block in inputs(view).items():
        element = block["element"]
        first = element.get("initial_options") or [element.get("initial_option")]
        ids = [one["value"] for one in first if one]
        if prompt in choices:
            ids = choices[prompt].split("+") if choices[prompt] else []
        options = [one for one in element["options"] if one["value"] in ids]
        state: Json = {"type": element["type"]}
        if element["type"] == "checkboxes":
            state["selected_options"] = options
        else:
            state["selected_option"] = options[0] if options else None
        values[block["block_id"]] = {CHOOSE: state}
    return view | {"state": {"values": values}}


def starts(view: Json) -> dict[str, list[str]]:
    found = {}
    for prompt, block in inputs(view).items():
        element = block["element"]
        first = element.get("initial_options") or [element.get("initial_option")]
        found[prompt] = [one["value"] for one in first if one]
    return found


# One screen


def test_all_prompts_are_on_one_screen_and_none_is_required_by_slack(
    knowledge: Knowledge,
) -> None:
    view = opened(knowledge)

    blocks = inputs(view)
    assert list(blocks) == [
        "jurisdiction",
        "restricted_post",
        "why",
        "audience",
        "capacity",
    ]
    assert all(block["optional"] for block in blocks.values())
    assert view["callback_id"] == WALK
    assert texts_in(view["blocks"]) == ["Five choices, about a minute."]


def test_both_kinds_of_window_are_as_recorded(
    knowledge: Knowledge, recorded: Recorded
) -> None:
    recorded("window-flow", opened(knowledge, choices=IN_PUBLIC))
    choices = {"audience": "external"}
    recorded("window-flow-step", opened(knowledge, "should-we", choices, at="hours"))


@pytest.mark.parametrize("flow", ["engage", "should-we", "stage"])
def test_each_flow_of_the_starter_corpus_has_a_window_that_slack_takes(
    flow: str,
) -> None:
    starter = read([read_folder(STARTER)]).knowledge

    view = opened(starter, flow)

    assert inputs(view)
    assert len(view["title"]["text"]) <= 24


def test_what_is_known_and_what_was_stated_is_filled_in(knowledge: Knowledge) -> None:
    # Without a reason the other prompts are not asked yet; what is stated is kept.
    stated = {"jurisdiction": "uk-health", "audience": "external", "capacity": "x"}

    assert starts(opened(knowledge, choices=stated)) == {
        "jurisdiction": ["uk-health"],
        "restricted_post": ["unknown"],
        "why": [],
        "audience": ["external"],
        "capacity": [],
    }


def test_a_window_from_an_older_flow_says_so_and_what_is_lost(
    knowledge: Knowledge,
) -> None:
    old = IN_PUBLIC | {"why": "fame", "colour": "red"}

    view = opened(knowledge, choices=old, digest="old")

    changed, lost, _ = texts_in(view["blocks"])
    assert SENTENCES["flow-changed"] in changed
    assert "“fame” is left out" in lost
    assert "“red” is left out" in lost
    held = json.loads(view["private_metadata"])
    assert held["digest"] == knowledge.flows["engage"].digest
    assert starts(view)["audience"] == ["external"]


def test_labels_are_cut_where_slack_would_refuse_them_and_stay_plain(
    knowledge: Knowledge,
) -> None:
    knowledge = hostile(knowledge)
    flow = knowledge.flows["engage"]
    long = tuple(replace(p, text=HOSTILE * 50, help="h" * 3_000) for p in flow.prompts)
    knowledge = replace(knowledge, flows={"engage": replace(flow, prompts=long)})

    view = opened(knowledge)

    for block in inputs(view).values():
        assert block["label"]["type"] == "plain_text"
        assert len(block["label"]["text"]) <= 2_000
        assert len(block["hint"]["text"]) <= 2_000
        for option in block["element"]["options"]:
            assert option["text"]["type"] == "plain_text"
            assert len(option["text"]["text"]) <= 75
    assert all("<!" not in text for text in texts_in(view["blocks"]))


def test_a_place_too_long_for_the_window_goes_without_its_address(
    knowledge: Knowledge,
) -> None:
    place = Place("C1", "U0ANNA", "7.0", "https://hooks.example/" + "x" * 2_900)
    flow = knowledge.flows["engage"]

    metadata = Walking(Chosen.of(flow, IN_PUBLIC), place).metadata()

    assert len(metadata) <= 3_000
    read_back = Walking.read(metadata, "U0ANNA")
    assert read_back is not None
    assert read_back.chosen.choices == IN_PUBLIC
    assert read_back.place == Place("C1", "U0ANNA", "7.0", None, private=True)


# Submitting


def test_all_chosen_closes_the_windows_and_leads_to_an_outcome(
    knowledge: Knowledge,
) -> None:
    done = submitted(opened(knowledge), knowledge, **IN_PUBLIC)

    assert done.acknowledgement == {"response_action": "clear"}
    assert done.at is not None
    assert done.at.verdict == "yes"


@pytest.mark.parametrize(
    ("choices", "wrong"),
    [
        ({}, {"why": "flow-missing-some"}),
        ({"why": "explain", "audience": "external"}, {"capacity": "flow-missing"}),
        ({"why": "explain"}, {"audience": "flow-missing", "capacity": "flow-missing"}),
    ],
)
def test_what_is_missing_is_an_error_on_its_block(
    choices: dict[str, str], wrong: dict[str, str], knowledge: Knowledge
) -> None:
    done = submitted(opened(knowledge), knowledge, **choices)

    assert done.at is None
    assert done.acknowledgement == {
        "response_action": "errors",
        "errors": {f"0.{prompt}": SENTENCES[key] for prompt, key in wrong.items()},
    }


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("explain+listen+barriers", "Please choose at most 2."),
        (
            "explain+concern",
            "“Something is wrong” stands alone: choose either that or the others.",
        ),
    ],
)
def test_too_many_and_what_stands_alone_are_errors(
    why: str, said: str, knowledge: Knowledge
) -> None:
    done = submitted(opened(knowledge), knowledge, **IN_PUBLIC | {"why": why})

    assert done.acknowledgement["errors"] == {"0.why": said}


def test_a_choice_that_was_filled_in_can_be_taken_back(knowledge: Knowledge) -> None:
    view = opened(knowledge, choices=IN_PUBLIC | {"why": "explain+listen"})

    done = submitted(view, knowledge, why="listen")

    assert done.at is not None
    assert done.at.choices["why"] == "listen"


def test_what_the_day_says_of_notices_counts_and_no_button(
    knowledge: Knowledge,
) -> None:
    own = replace(knowledge.organisation, notices=(Notice("Vote.", TODAY, TODAY),))
    today = replace(knowledge, organisation=own)
    view = opened(today, choices=IN_PUBLIC | {"notice": "none"})

    verdicts = []
    for day in (TODAY, date(2026, 6, 2)):
        at = submitted_on(day, with_state(view, {}), today).at
        verdicts.append(at.verdict if at else None)

    assert verdicts == ["ask-first", "yes"]


def test_an_edit_of_the_flow_since_shows_the_window_anew(knowledge: Knowledge) -> None:
    view = opened(knowledge, choices=IN_PUBLIC)
    flow = knowledge.flows["engage"]
    edited = replace(knowledge, flows={"engage": replace(flow, digest="new")})

    done = submitted(view, edited, capacity="personal")

    shown = done.acknowledgement["view"]
    assert done.acknowledgement["response_action"] == "update"
    assert SENTENCES["flow-changed"] in texts_in(shown["blocks"])[0]
    assert starts(shown)["capacity"] == ["personal"]
    # Slack would keep what was chosen in blocks of the same id.
    assert not {b.get("block_id") for b in view["blocks"]} & {
        b["block_id"] for b in inputs(shown).values()
    }
    assert submitted(shown, edited).at is not None


@pytest.mark.parametrize(
    ("metadata", "key"),
    [
        ("", "old-button"),
        ("[]", "old-button"),
        ('{"flow":"engage"}', "old-button"),
        (
            '{"flow":"gone","digest":"","seen":"","choices":{},"place":[],"at":null,"turn":0}',
            "flow-gone",
        ),
    ],
)
def test_a_window_of_another_time_says_so(
    metadata: str, key: str, knowledge: Knowledge
) -> None:
    view = opened(knowledge) | {"private_metadata": metadata}

    done = submitted(view, knowledge)
    back = stepped_back(
        with_state(view, {}), "U0ANNA", Counter(knowledge, Plan.of, TODAY)
    )

    assert texts_in(done.acknowledgement["view"]["blocks"]) == [SENTENCES[key]]
    assert texts_in(back["blocks"]) == [SENTENCES[key]]


# Steps


def test_steps_show_one_prompt_each_and_what_was_chosen_before(
    knowledge: Knowledge,
) -> None:
    first = opened(knowledge, "should-we")
    assert list(inputs(first)) == ["restricted_post", "audience"]
    assert first["title"]["text"] == "Step 1 of up to 3"

    done = submitted(first, knowledge, audience="external", restricted_post="no")
    second = parsed_view(done.acknowledgement["view"], kind="modal")

    assert list(inputs(second)) == ["hours"]
    assert second["title"]["text"] == "Step 2 of up to 3"
    assert texts_in(second["blocks"]) == ["Who is it for? *Anybody*"]
    assert second["blocks"][-1]["elements"][0]["action_id"] == BACK
    third = submitted(second, knowledge, hours="somebody").acknowledgement["view"]
    assert third["submit"]["text"] == SENTENCES["button-flow-submit"]
    at = submitted(third, knowledge, answers="named").at
    assert at is not None
    assert at.choices == {
        "restricted_post": "no",
        "audience": "external",
        "hours": "somebody",
        "answers": "named",
    }


def test_a_step_back_keeps_what_was_chosen_in_the_step_left(
    knowledge: Knowledge,
) -> None:
    counter = Counter(knowledge, Plan.of, TODAY)
    choices = {"audience": "external", "hours": "somebody"}
    third = opened(knowledge, "should-we", choices, at="answers")

    second = stepped_back(with_state(third, {"answers": "none"}), "U0ANNA", counter)
    again = submitted(parsed_view(second, kind="modal"), knowledge)

    assert starts(second) == {"hours": ["somebody"]}
    assert starts(again.acknowledgement["view"]) == {"answers": ["none"]}


def with_step_for_notices(knowledge: Knowledge) -> Knowledge:
    """Return *knowledge* with a notice today, and a step that is asked because of it."""
    flow = knowledge.flows["should-we"]
    notice = knowledge.flows["engage"].prompt("notice")
    assert notice is not None
    first, audience, hours, answers = flow.prompts
    wait = replace(
        hours,
        id="wait",
        text="Can it wait?",
        when=((Condition("notice", ("in-force",)),),),
    )
    prompts = (first, notice, audience, wait, hours, answers)
    flows = {"should-we": replace(flow, prompts=prompts)}
    own = replace(knowledge.organisation, notices=(Notice("Vote.", TODAY, TODAY),))
    return replace(knowledge, flows=flows, organisation=own)


def test_a_step_that_a_notice_asks_for_is_shown_and_passed_and_gone_back_to(
    knowledge: Knowledge,
) -> None:
    today = with_step_for_notices(knowledge)
    first = opened(today, "should-we")
    assert first["title"]["text"] == "Step 1 of up to 4"

    done = submitted(first, today, audience="internal")
    second = parsed_view(done.acknowledgement["view"], kind="modal")
    done = submitted(second, today, wait="nobody")
    third = parsed_view(done.acknowledgement["view"], kind="modal")

    assert list(inputs(second)) == ["wait"]
    assert second["title"]["text"] == "Step 2 of up to 3"
    assert list(inputs(third)) == ["hours"]
    assert texts_in(third["blocks"]) == [
        "Who is it for? *Only colleagues*",
        "Can it wait? *Nobody*",
    ]
    counter = Counter(today, Plan.of, TODAY)
    back = stepped_back(with_state(third, {}), "U0ANNA", counter)
    assert starts(back) == {"wait": ["nobody"]}
    at = submitted(third, today, hours="somebody").at
    assert at is not None
    assert at.verdict == "go"


def test_a_choice_that_is_no_more_asked_is_dropped_and_told_at_the_end(
    knowledge: Knowledge,
) -> None:
    choices = {"audience": "external", "hours": "somebody", "answers": "none"}
    first = opened(knowledge, "should-we", choices)

    second = submitted(first, knowledge, audience="internal").acknowledgement["view"]
    at = submitted(second, knowledge).at

    assert at is not None
    assert at.verdict == "go"
    assert [(one.prompt, one.why) for one in at.dropped] == [("answers", "not-asked")]


def test_a_choice_may_be_as_long_as_slack_lets_it(knowledge: Knowledge) -> None:
    flow = knowledge.flows["should-we"]
    hours = replace(
        flow.prompts[2], choices=(Choice("x", "l" * 75, help="h" * 75),) * 1
    )
    prompts = (*flow.prompts[:2], hours, *flow.prompts[3:])
    flows = {"should-we": replace(flow, prompts=prompts)}

    view = opened(
        replace(knowledge, flows=flows),
        "should-we",
        {"audience": "internal"},
        at="hours",
    )

    (block,) = inputs(view).values()
    assert block["element"]["options"][0]["text"]["text"] == "l" * 75
