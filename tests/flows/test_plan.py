"""Conditions as bits hold where an editor would say that they hold."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.flow import Conditions, Flow
from guidance_bot.knowledge.flow import Test as Passing  # pytest collects Test…
from tests.flows.conftest import HOBBY, WORK, flows, is_asked


def all_conditions(flow: Flow) -> list[Conditions]:
    return [
        *(prompt.when for prompt in flow.prompts),
        *(rule.when for rule in flow.rules),
        *(outcome.when for outcome in flow.outcomes),
    ]


@given(st.data())
def test_bits_hold_where_each_test_read_alone_holds(data: st.DataObject) -> None:
    flow = data.draw(flows())
    plan = Plan.of(flow)
    answers = {
        prompt.id: st.sampled_from(["", *prompt.answers()]) for prompt in flow.prompts
    }
    drawn = data.draw(st.fixed_dictionaries(answers))
    chosen = {prompt: answer for prompt, answer in drawn.items() if answer}
    satisfied = plan.satisfied(chosen)
    for when in all_conditions(flow):
        assert plan.holds(when, satisfied) == is_asked(when, chosen)


@given(flows())
def test_every_prompt_comes_after_those_that_it_waits_for(flow: Flow) -> None:
    plan = Plan.of(flow)
    assert plan.circle == ()
    assert {p.id for p in plan.order} == {p.id for p in flow.prompts}
    assert len(plan.order) == len(flow.prompts)
    placed: set[str] = set()
    for prompt in plan.order:
        named = {test.prompt for condition in prompt.when for test in condition}
        assert named <= placed
        placed.add(prompt.id)


def test_a_test_passes_for_one_of_several_choices_and_never_without_one(
    blog: Flow,
) -> None:
    plan = Plan.of(blog)
    about_work = ((Passing("about", ("work",)),),)
    not_work = ((Passing("about", ("work",), negated=True),),)
    plan = Plan.of(
        replace(
            blog,
            outcomes=(
                replace(blog.outcomes[0], when=about_work),
                replace(blog.outcomes[0], when=not_work),
            ),
        )
    )

    def held(about: str) -> tuple[bool, bool]:
        satisfied = plan.satisfied({"about": about} if about else {})
        return plan.holds(about_work, satisfied), plan.holds(not_work, satisfied)

    assert held("work") == held("work+hobby") == (True, False)
    assert held("hobby+friends") == (False, True)
    assert held("") == (False, False)


def test_the_prompts_asked_follow_from_the_choices(blog: Flow) -> None:
    plan = Plan.of(blog)

    def asked(choices: dict[str, str]) -> list[str]:
        return [prompt.id for prompt in plan.asked(choices) if not prompt.from_asker]

    assert asked({}) == ["about"]
    assert asked({"about": "concern"}) == ["about"]
    assert asked(HOBBY) == ["about", "name"]
    assert asked(WORK) == ["about", "name", "reader"]


def test_prompts_that_wait_for_each_other_are_named_in_their_circle(
    blog: Flow,
) -> None:
    about, name, reader = blog.prompts[2:]
    for_reader = replace(name, when=((Passing("reader", ("staff",)),),))
    for_name = replace(reader, when=((Passing("name", ("own",)),),))
    plan = Plan.of(replace(blog, prompts=(about, for_reader, for_name)))
    assert plan.circle == ("name", "reader", "name")
    itself = ((Passing("name", ("own",)),),)
    plan = Plan.of(replace(blog, prompts=(about, replace(name, when=itself))))
    assert plan.circle == ("name", "name")
    assert [prompt.id for prompt in plan.order] == ["about"]
