"""Where the choices of a flow lead: to which prompts, outcomes and modes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

from guidance_bot.flows.outcomes import SLOT
from guidance_bot.flows.plan import Plan
from guidance_bot.flows.proof import every_combination
from guidance_bot.knowledge.flow import TOGETHER, Flow, OutcomeForm, Prompt


@dataclass(frozen=True, slots=True)
class Ways:
    """Where choices lead, by ids of nodes: ``p1`` is the first prompt asked, ``o1`` the
    first outcome. ``next`` may be several, where earlier choices decide; ``ends`` are
    the outcomes that can still follow.
    """

    prompts: tuple[Prompt, ...]
    next: Mapping[tuple[str, str], tuple[str, ...]]
    ends: Mapping[tuple[str, str], tuple[str, ...]]

    @classmethod
    def of(cls, flow: Flow) -> "Ways":
        """Return the ways of *flow*, found by walking what its conditions name."""
        asked = tuple(prompt for prompt in flow.prompts if not prompt.from_asker)
        nodes = {prompt.id: f"p{n}" for n, prompt in enumerate(asked, 1)}
        found: dict[tuple[str, str], tuple[dict[str, None], dict[str, None]]] = {}
        plan = Plan.of(_pared(flow))
        for choices, satisfied in every_combination(plan):
            holding = (plan.holds(f.when, satisfied) for f in plan.flow.outcomes)
            end = next((f"o{n}" for n, holds in enumerate(holding, 1) if holds), None)
            if end is None:
                continue
            path = [prompt for prompt in asked if prompt.id in choices]
            for here, there in pairwise([*path, None]):
                to = nodes[there.id] if there else end
                for one in choices[here.id].split(TOGETHER) if here else ():
                    key = (here.id if here else "", one)
                    onward, ends = found.setdefault(key, ({}, {}))
                    onward[to] = ends[end] = None
        for prompt in asked:
            like = found.get((prompt.id, prompt.choices[0].id), ({}, {}))
            for choice in prompt.choices:
                found.setdefault((prompt.id, choice.id), like)
        sort = {key: tuple(map(_sorted, ways)) for key, ways in found.items()}
        return cls(
            asked,
            {key: onward for key, (onward, _) in sort.items()},
            {key: ends for key, (_, ends) in sort.items()},
        )


def _pared(flow: Flow) -> Flow:
    """Return *flow* with one choice at each prompt on which no way depends."""
    whens = [part.when for part in flow.prompts] + [part.when for part in flow.outcomes]
    named = {test.prompt for when in whens for one in when for test in one}
    prompts = (
        one if one.id in named else replace(one, choices=one.choices[:1], most=1)
        for one in flow.prompts
    )
    outcomes = tuple(replace(form, sections=()) for form in flow.outcomes)
    return replace(flow, prompts=tuple(prompts), outcomes=outcomes, rules=())


def _sorted(nodes: Iterable[str]) -> tuple[str, ...]:
    # "p" comes after "o", and the nearest prompt first.
    return tuple(sorted(nodes, key=lambda one: (one[0] == "o", int(one[1:]))))


def modes_of(
    flow: Flow, forms: Sequence[OutcomeForm]
) -> Iterator[tuple[OutcomeForm, dict[str, str]]]:
    """Yield each mode that *forms* can end in, once, with the choices that name it."""
    told: set[str] = set()
    for form in forms:
        names = {slot["name"] for slot in SLOT.finditer(form.mode or "")}
        prompts = [prompt for prompt in flow.prompts if prompt.id in names]
        for ids in product(*([one.id for one in p.choices] for p in prompts)):
            chosen = dict(zip((p.id for p in prompts), ids, strict=True))
            mode = with_ids(form.mode or "", chosen)
            fits = not form.when or any(
                all(t.holds(chosen[t.prompt]) for t in one if t.prompt in chosen)
                for one in form.when
            )
            if fits and mode not in told:
                told.add(mode)
                yield form, chosen


def with_ids(template: str, chosen: Mapping[str, str]) -> str:
    """Return *template* with the ids of what was *chosen* in its slots."""
    return SLOT.sub(lambda slot: chosen.get(slot["name"], ""), template)
