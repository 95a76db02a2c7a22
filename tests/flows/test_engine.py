"""Where choices lead: the same for the same choices, however they came about."""

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidance_bot.flows.engine import Dropped, Walk, deciding, walk
from guidance_bot.flows.outcomes import outcome_of
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Choice, Flow, Prompt
from tests.flows.conftest import (
    ASKER,
    HOBBY,
    WORK,
    every,
    flows,
    given_to,
    is_asked,
)

READER = {"reader": "staff"}
STARTER_FLOWS = ("engage", "should-we", "stage")


def state(at: Walk) -> tuple[object, ...]:
    """Return everything of a walk but what was dropped on the way."""
    return (
        dict(at.choices),
        list(at.choices),
        at.satisfied,
        at.prompt,
        at.form,
        at.rules,
        (at.step, at.of),
        (at.verdict, at.says),
    )


def kept(flow: Flow, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return what of *chosen* counts, in the plain reading of the file."""
    waiting = {prompt.id: prompt for prompt in flow.prompts}
    counting: dict[str, str] = {}
    asked: set[str] = set()
    while ready := [
        prompt
        for prompt in waiting.values()
        if not {t.prompt for condition in prompt.when for t in condition}
        & waiting.keys()
    ]:
        for prompt in ready:
            del waiting[prompt.id]
            answer = prompt.canonical(chosen.get(prompt.id, ""))
            if answer is None and prompt.from_asker:
                answer = prompt.default
            if is_asked(prompt.when, counting):
                asked.add(prompt.id)
                if answer is not None:
                    counting[prompt.id] = answer
    return counting


# Properties


@settings(max_examples=50)
@given(st.data())
def test_a_walk_is_what_the_file_says_for_any_choices(data: st.DataObject) -> None:
    flow = data.draw(flows())
    plan, chosen = Plan.of(flow), data.draw(given_to(flow))
    at = walk(plan, chosen)

    assert dict(at.choices) == kept(flow, chosen)
    open_ = [
        prompt
        for prompt in flow.prompts
        if not prompt.from_asker
        and prompt.id not in at.choices
        and is_asked(prompt.when, at.choices)
    ]
    assert at.prompt == (open_[0] if open_ else None)
    assert (at.form is None) == bool(open_)
    if at.form is not None:
        assert at.form == next(
            form for form in flow.outcomes if is_asked(form.when, at.choices)
        )
        assert {rule.id for rule in at.rules} == {
            rule.id for rule in flow.rules if is_asked(rule.when, at.choices)
        }


@settings(max_examples=50)
@given(st.data())
def test_the_choices_of_a_walk_lead_there_again_and_nothing_is_dropped_twice(
    data: st.DataObject,
) -> None:
    flow = data.draw(flows())
    plan = Plan.of(flow)
    at = walk(plan, data.draw(given_to(flow)))
    again = walk(plan, at.choices)
    assert state(again) == state(at)
    assert again.dropped == ()


@settings(max_examples=50)
@given(st.data())
def test_the_order_of_choices_does_not_matter(data: st.DataObject) -> None:
    flow = data.draw(flows())
    plan, chosen = Plan.of(flow), data.draw(given_to(flow))
    shuffled = dict(data.draw(st.permutations(list(chosen.items()))))
    assert walk(plan, shuffled) == walk(plan, chosen)


@settings(max_examples=50)
@given(st.data())
def test_every_choice_that_is_not_kept_is_named(data: st.DataObject) -> None:
    flow = data.draw(flows())
    chosen = data.draw(given_to(flow))
    at = walk(Plan.of(flow), chosen)
    replaced = {
        prompt.id
        for prompt in flow.prompts
        if prompt.from_asker and prompt.canonical(chosen.get(prompt.id, "")) is None
    }
    lost = {one for one in chosen if one not in at.choices or one in replaced}
    assert {one.prompt for one in at.dropped} == lost
    for one in at.dropped:
        prompt = flow.prompt(one.prompt)
        if prompt is None:
            assert one.why == "no-prompt"
        elif one.prompt in replaced:
            assert one.why in {"no-choice", "not-asked"}
        elif prompt.canonical(chosen[one.prompt]) is None:
            assert (one.why, one.chosen) == ("no-choice", chosen[one.prompt])
        else:
            assert one.why == "not-asked"
            assert not is_asked(prompt.when, at.choices)


@settings(max_examples=50)
@given(st.data())
def test_changing_a_choice_is_choosing_anew(data: st.DataObject) -> None:
    flow = data.draw(flows())
    plan = Plan.of(flow)
    chosen: dict[str, str] = {}
    for _ in range(data.draw(st.integers(0, 8))):
        prompt = data.draw(st.sampled_from(flow.prompts))
        if data.draw(st.booleans()):
            chosen[prompt.id] = data.draw(st.sampled_from([*prompt.answers(), "c9"]))
        else:
            chosen.pop(prompt.id, None)
        at = walk(plan, chosen)
        for lost in at.dropped:
            del chosen[lost.prompt]
        assert state(walk(plan, dict(sorted(chosen.items())))) == state(at)


@settings(max_examples=50)
@given(st.data())
def test_steps_are_counted_to_no_more_than_can_come(data: st.DataObject) -> None:
    flow = data.draw(flows())
    plan = Plan.of(flow)
    at = walk(plan, data.draw(given_to(flow)))
    asked = {prompt.id for prompt in flow.prompts if not prompt.from_asker}
    if at.prompt is None:
        assert at.step == at.of == len(asked & at.choices.keys())
        return
    assert 1 <= at.step <= at.of <= len(asked)
    # Never fewer than anybody with these choices comes to be asked.
    assert at.of >= max(
        len(asked & whole.keys())
        for whole in every(plan)
        if whole.items() >= at.choices.items()
    )


@pytest.mark.parametrize("name", STARTER_FLOWS)
@settings(max_examples=50)
@given(st.data())
def test_a_starter_flow_is_walked_with_any_choices(
    starter: Knowledge, name: str, data: st.DataObject
) -> None:
    flow = starter.flows[name]
    plan = Plan.of(flow)
    chosen: dict[str, str] = {}
    steps = data.draw(st.integers(1, 12))
    for _ in range(steps):
        prompt = data.draw(st.sampled_from([*flow.prompts, None]))
        if prompt is None:
            chosen[data.draw(st.text(max_size=5))] = data.draw(st.text(max_size=5))
            continue
        answers = [*prompt.answers(), "", "unsure+none", "yes"]
        chosen[prompt.id] = data.draw(st.sampled_from(answers))
    at = walk(plan, chosen)
    assert dict(at.choices) == kept(flow, chosen)
    again = walk(plan, at.choices)
    assert state(again) == state(at)
    assert again.dropped == ()
    assert (outcome_of(at, starter) is None) == (at.prompt is not None)


@pytest.mark.parametrize("name", STARTER_FLOWS)
def test_a_starter_flow_is_walked_to_an_end_and_back(
    starter: Knowledge, name: str
) -> None:
    flow = starter.flows[name]
    plan, chance = Plan.of(flow), random.Random(6)  # noqa: S311 - the same walks each time
    for _ in range(100):
        choices: dict[str, str] = {}
        made: list[Walk] = []
        at = walk(plan, choices)
        while at.prompt is not None:
            made.append(at)
            assert at.step == len(made)
            assert at.of >= at.step
            choices[at.prompt.id] = chance.choice([*at.prompt.answers()])
            at = walk(plan, choices)
            assert at.dropped == ()
        assert at.form is not None
        assert at.verdict
        assert at.step == at.of == len(made)
        for before in reversed(made):
            assert before.prompt is not None
            del choices[before.prompt.id]
            assert state(walk(plan, choices)) == state(before)


# Examples


def test_each_choice_leads_to_the_next_prompt_and_the_last_to_an_outcome(
    blog: Flow,
) -> None:
    plan = Plan.of(blog)
    at = walk(plan, {})
    assert (at.prompt and at.prompt.id, at.step, at.of) == ("about", 1, 3)
    assert (at.verdict, at.says, dict(at.choices)) == (None, "", ASKER)
    at = walk(plan, {"about": "hobby"})
    assert (at.prompt and at.prompt.id, at.step, at.of) == ("name", 2, 2)
    at = walk(plan, {"about": "work", "reader": "staff"})
    assert (at.prompt and at.prompt.id, at.step, at.of) == ("name", 2, 3)
    at = walk(plan, {"about": "work", "name": "own"})
    assert (at.prompt and at.prompt.id, at.step, at.of) == ("reader", 3, 3)
    at = walk(plan, WORK)
    assert at.prompt is None
    assert at.form is blog.outcomes[0]
    assert (at.verdict, at.says) == ("yes-once", "Yes, once {contact.boss} knows.")
    assert (at.step, at.of) == (3, 3)


def test_several_choices_are_kept_in_the_prompts_order(blog: Flow) -> None:
    at = walk(Plan.of(blog), {"about": "friends+work"})
    assert at.choices["about"] == "work+friends"
    assert at.dropped == ()


def test_a_wrong_choice_at_an_askers_prompt_that_is_not_asked_is_told_once(
    blog: Flow,
) -> None:
    notice = replace(blog.prompts[1], when=blog.prompts[3].when)
    prompts = (blog.prompts[0], notice, *blog.prompts[2:])
    at = walk(
        Plan.of(replace(blog, prompts=prompts)), {"about": "concern", "notice": "x"}
    )
    assert at.dropped == (Dropped("notice", "x", "no-choice"),)


@pytest.mark.parametrize(
    "chosen",
    ["", "sport", "work+sport", "work+work", "work+hobby+friends", "work+concern", "+"],
)
def test_a_choice_that_there_is_not_is_dropped_and_asked_again(
    blog: Flow, chosen: str
) -> None:
    at = walk(Plan.of(blog), {"about": chosen})
    assert at.dropped == (Dropped("about", chosen, "no-choice"),)
    assert at.prompt is not None
    assert at.prompt.id == "about"


def test_what_the_other_choices_do_not_ask_is_dropped(blog: Flow) -> None:
    at = walk(Plan.of(blog), {**WORK, "about": "hobby", "colour": "red"})
    assert at.dropped == (
        Dropped("colour", "red", "no-prompt"),
        Dropped("reader", "public", "not-asked"),
    )
    assert dict(at.choices) == {**ASKER, **HOBBY}
    assert at.form is not None


def test_what_the_asker_changes_comes_instead_of_the_default(blog: Flow) -> None:
    at = walk(Plan.of(blog), {**HOBBY, "notice": "in-force"})
    assert (at.verdict, at.rules[0].id) == ("ask-first", "notice-in-force")
    assert at.choices["notice"] == "in-force"


def test_the_more_cautious_rule_decides_then_the_one_that_is_over_the_other(
    blog: Flow,
) -> None:
    plan = Plan.of(blog)

    def first(choices: Mapping[str, str]) -> list[str]:
        return [rule.id for rule in deciding(plan, plan.satisfied(choices))]

    pen = {**ASKER, "about": "work", "name": "pen"}
    assert first({**pen, "notice": "in-force"}) == ["notice-in-force", "pen-at-work"]
    assert first(pen) == ["pen-at-work"]
    assert first({**ASKER, **HOBBY, "notice": "in-force"}) == [
        "notice-in-force",
        "no-work",
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_the_rule_over_another_decides_wherever_it_stands(
    blog: Flow, order: int
) -> None:
    plan = Plan.of(replace(blog, rules=blog.rules[::order]))
    at = walk(
        plan, {"notice": "in-force", "about": "work+hobby", "name": "pen"} | READER
    )
    assert [rule.id for rule in at.rules] == ["notice-in-force", "pen-at-work"]
    assert at.says.startswith("Ask first: a notice is in force.")


def test_a_flow_that_asks_nothing_is_at_its_end(blog: Flow) -> None:
    known = tuple(prompt for prompt in blog.prompts if prompt.from_asker)
    end = (replace(blog.outcomes[2], when=()),)
    at = walk(Plan.of(replace(blog, prompts=known, rules=(), outcomes=end)), {})
    assert (at.prompt, at.form, at.step, at.of) == (None, end[0], 0, 0)


def test_a_default_of_several_choices_is_walked_in_any_order(blog: Flow) -> None:
    choices = (Choice("a", "A"), Choice("b", "B"))
    asker = Prompt("kind", "?", choices, most=2, from_asker=True, default="a+b")
    at = walk(Plan.of(replace(blog, prompts=(asker, *blog.prompts))), HOBBY)
    assert at.choices["kind"] == "a+b"
