"""Steps and outcomes as the documents that scripts rely on."""

import json
from typing import Any

import pytest

from guidance_bot.flows.documents import flow_json, outcome_json, step_json
from guidance_bot.flows.engine import walk
from guidance_bot.flows.outcomes import outcome_of
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import Knowledge
from tests.flows.conftest import ASKER, WORK, every

# What DESIGN.md promises; more may stand beside it.
STEP = {"flow", "version", "step", "of", "choices", "prompt", "outcome", "dropped"}
PROMPT = {"id", "text", "help", "choices"}
CHOICE = ["id", "label", "help"]
OUTCOME = {"id", "mode", "verdict", "title", "sections", "citations", "alternatives"}
SECTION = ["heading", "text", "passages"]


def step(choices: dict[str, str], knowledge: Knowledge, name: str = "blog") -> Any:
    """Return the document of a step, as a script reads it."""
    at = walk(Plan.of(knowledge.flows[name]), choices)
    found = step_json(at, outcome_of(at, knowledge), knowledge, "a-code")
    assert json.loads(json.dumps(found)) == found
    return found


def test_a_step_has_its_prompt_and_no_outcome(knowledge: Knowledge) -> None:
    document = step({"about": "work", "colour": "red"}, knowledge)
    assert document.keys() >= STEP | {"code"}
    flow = knowledge.flows["blog"]
    assert (document["flow"], document["version"]) == ("blog", flow.digest)
    assert (document["step"], document["of"]) == (2, 3)
    assert document["choices"] == {**ASKER, "about": "work"}
    assert document["outcome"] is None
    assert document["dropped"] == ["colour"]
    prompt = document["prompt"]
    assert prompt.keys() >= PROMPT
    assert (prompt["id"], prompt["text"]) == ("name", "Under which name?")
    assert [list(choice) for choice in prompt["choices"]] == [CHOICE] * 3
    assert prompt["choices"][0] == {"id": "own", "label": "My own name", "help": ""}


def test_the_last_step_has_its_outcome_and_no_prompt(knowledge: Knowledge) -> None:
    document = step(WORK, knowledge)
    assert document["prompt"] is None
    assert (document["step"], document["of"], document["code"]) == (3, 3, "a-code")
    outcome = document["outcome"]
    assert outcome.keys() >= OUTCOME
    assert (outcome["id"], outcome["mode"], outcome["verdict"]) == (
        "blog-own",
        "own",
        "yes-once",
    )
    assert [list(section) for section in outcome["sections"]] == [SECTION] * 2
    assert outcome["sections"] == [
        {
            "heading": "Settle first",
            "text": "1. Tell the press office (#press).\n"
            "2. Write down what it is about: your work.",
            "passages": [],
        },
        {
            "heading": "What binds you (every employer)",
            "text": "- The Code applies to every blog of a civil servant. [@code]",
            "passages": ["personal/blogging#official"],
        },
    ]
    assert [one["passage"] for one in outcome["citations"]] == [
        "personal/blogging#short-answer",
        "personal/blogging#official",
    ]
    assert outcome["citations"][1] == {
        "passage": "personal/blogging#official",
        "page": "personal/blogging",
        "title": "Blogging anonymously",
        "heading": "What official texts say",
        "text": knowledge.passages[
            knowledge.number_of("personal/blogging#official")
        ].text,
        "authority": "rule",
        "status": "starter",
        "owner": "comms",
        "reviewed": "2026-01-15",
    }


def test_an_open_outcome_has_no_mode_and_its_ways_side_by_side(
    knowledge: Knowledge,
) -> None:
    outcome = step({**WORK, "name": "unsure"}, knowledge)["outcome"]
    assert outcome["mode"] is None
    assert [one["mode"] for one in outcome["alternatives"]] == ["own", "pen"]
    assert all(one.keys() == outcome.keys() for one in outcome["alternatives"])
    assert all(one["alternatives"] == [] for one in outcome["alternatives"])


def test_every_outcome_is_a_document_whose_citations_are_those_of_its_sections(
    knowledge: Knowledge,
) -> None:
    plan = Plan.of(knowledge.flows["blog"])
    for choices in every(plan):
        outcome = outcome_of(walk(plan, choices), knowledge)
        assert outcome is not None
        document = outcome_json(outcome, knowledge)
        cited = [one["passage"] for one in document["citations"]]
        assert cited == list(outcome.cited)
        for section in document["sections"]:
            assert set(section["passages"]) <= set(cited)


@pytest.mark.parametrize("unsure", [1, 2, 3, 4])
def test_the_ways_of_engage_are_all_those_that_are_open(
    starter: Knowledge, unsure: int
) -> None:
    axes = ["audience", "activity", "platform", "capacity"]
    settled = dict(
        zip(axes, ["external", "communicate", "own", "official"], strict=True)
    )
    open_ = dict.fromkeys(axes[:unsure], "unsure")
    chosen = {**settled, **open_, "why": "learn-and-share", "stage": "respond"}
    outcome = step(chosen, starter, "engage")["outcome"]
    modes = [one["mode"] for one in outcome["alternatives"]]
    assert outcome["mode"] is None
    assert len(modes) == len({*modes}) == 2**unsure
    assert all(mode.endswith("official") for mode in modes) == (unsure < 4)


def test_a_flow_in_the_list_of_flows(knowledge: Knowledge) -> None:
    flow = knowledge.flows["blog"]
    assert flow_json(flow) == {
        "flow": "blog",
        "version": flow.digest,
        "title": "Before you blog",
        "summary": "Whether to blog, and under which name.",
        "prompts": ["jurisdiction", "notice", "about", "name", "reader"],
    }
