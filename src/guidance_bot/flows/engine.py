"""Choices → where they lead: a pure replay, the same in whatever order they were made.

A walk holds nothing but the choices. Changing one, going back and starting again
are other choices, replayed from the start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.flow import OutcomeForm, Prompt, Rule

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
Why: TypeAlias = Literal["no-prompt", "no-choice", "not-asked"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A choice that cannot be kept: ``no-prompt`` and ``no-choice``, the flow does not
    have it; ``not-asked``, the other choices lead elsewhere.
    """

    prompt: str
    chosen: str
    why: Why


@dataclass(frozen=True, slots=True)
class Walk:
    """Where choices lead: the next ``prompt``, or the ``form`` of the outcome.

    ``choices`` are those that count, the asker's own included. ``step`` of ``of``
    counts the prompts that are asked, as far as one can tell. ``rules`` are those
    that hold, the one that decides first.
    """

    plan: Plan
    choices: Mapping[str, str]
    satisfied: int
    prompt: Prompt | None
    form: OutcomeForm | None
    rules: tuple[Rule, ...] = ()
    step: int = 1
    of: int = 1
    dropped: tuple[Dropped, ...] = field(default=())

    @property
    def verdict(self) -> str | None:
        """The verdict of the outcome, or None while there is none."""
        if self.form is None:
            return None
        return self.form.verdict or (self.rules[0].verdict if self.rules else None)

    @property
    def says(self) -> str:
        """The outcome's first line."""
        if self.form is None:
            return ""
        return self.form.says or (self.rules[0].says if self.rules else "")


def walk(
    plan: Plan, given: Mapping[str, str], known: Mapping[str, str] = NOTHING
) -> Walk:
    """Return where the choices *given* lead; what cannot be kept is dropped, and told.

    *given* is prompt → choice, several choices joined by "+". What is *known* of the
    asker stands where nothing else is given; it is never told as dropped.
    """
    kept, dropped = _valid(plan, given)
    made = set(kept)
    also, _ = _valid(plan, known)
    for prompt in plan.flow.prompts:
        if prompt.from_asker:
            kept.setdefault(prompt.id, also.get(prompt.id, prompt.default or ""))
    choices: dict[str, str] = {}
    # In the order of dependence: whether a prompt is asked never changes again.
    for prompt in plan.order:
        if not plan.holds(prompt.when, plan.satisfied(choices)):
            if prompt.id in made:
                dropped.append(Dropped(prompt.id, kept[prompt.id], "not-asked"))
        elif prompt.id in kept:
            choices[prompt.id] = kept[prompt.id]
    return _at(plan, choices, dropped)


def _valid(
    plan: Plan, given: Mapping[str, str]
) -> tuple[dict[str, str], list[Dropped]]:
    kept: dict[str, str] = {}
    dropped = []
    for id_, chosen in given.items():
        prompt = plan.flow.prompt(id_)
        canonical = prompt.canonical(chosen) if prompt else None
        if canonical is not None:
            kept[id_] = canonical
        else:
            why: Why = "no-choice" if prompt else "no-prompt"
            dropped.append(Dropped(id_, chosen, why))
    return kept, dropped


def _at(plan: Plan, choices: Mapping[str, str], dropped: list[Dropped]) -> Walk:
    ordered = {p.id: choices[p.id] for p in plan.flow.prompts if p.id in choices}
    satisfied = plan.satisfied(ordered)
    asked = [p for p in plan.asked(ordered) if not p.from_asker]
    open_ = [prompt for prompt in asked if prompt.id not in ordered]
    told = tuple(sorted(dropped, key=lambda one: one.prompt))
    if open_:
        at = asked.index(open_[0]) + 1
        of = _most_asked(plan, ordered)
        return Walk(plan, ordered, satisfied, open_[0], None, (), at, of, told)
    form = next((f for f in plan.flow.outcomes if plan.holds(f.when, satisfied)), None)
    rules = deciding(plan, satisfied)
    count = len(asked)
    return Walk(plan, ordered, satisfied, None, form, rules, count, count, told)


def deciding(plan: Plan, satisfied: int) -> tuple[Rule, ...]:
    """Return the rules that hold, the one that decides first: the more cautious
    verdict, then the rule that names the other in ``over``, then the flow's order.
    """
    caution = {verdict.id: n for n, verdict in enumerate(plan.flow.verdicts)}
    held = [rule for rule in plan.flow.rules if plan.holds(rule.when, satisfied)]
    outranked = {other for rule in held for other in rule.over}
    held.sort(key=lambda rule: (caution[rule.verdict], rule.id in outranked))
    return tuple(held)


def _most_asked(plan: Plan, choices: Mapping[str, str]) -> int:
    """Return how many prompts there are at most: those asked, and those that may still be."""
    open_ = {
        p.id for p in plan.asked(choices) if p.id not in choices and not p.from_asker
    }
    count = 0
    for prompt in plan.order:
        if prompt.from_asker:
            continue
        if prompt.id in choices or prompt.id in open_:
            count += 1
        elif _may_hold(prompt, choices, open_):
            open_.add(prompt.id)
            count += 1
    return count


def _may_hold(prompt: Prompt, choices: Mapping[str, str], open_: set[str]) -> bool:
    return any(
        all(
            test.prompt in open_
            or (test.prompt in choices and test.holds(choices[test.prompt]))
            for test in condition
        )
        for condition in prompt.when
    )
