"""Every combination of choices, walked: one outcome each, decided, cited, short enough.

A flow that passes has no dead end, no prompt or outcome that nobody reaches, and
no two rules that pull apart. What fails names the line of the flow's file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from guidance_bot.errors import Problem
from guidance_bot.flows import limits
from guidance_bot.flows.findings import Findings
from guidance_bot.flows.leaves import Leaves, Path
from guidance_bot.flows.plan import UNANSWERED, Plan
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Flow

MOST_COMBINATIONS: Final = 1_500_000
"""Ten seconds' worth."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What walking everything found: how many combinations, and the longest outcome in
    words. ``seconds`` are filled in by whoever has a clock; ``whole`` is false where
    something that the flow names could not be read.
    """

    flow: str
    problems: tuple[Problem, ...]
    combinations: int = 0
    outcomes: int = 0
    rules: int = 0
    pairs: int = 0
    longest: int = 0
    most_cited: int = 0
    seconds: float = 0.0
    whole: bool = True

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong, also not in what the flow names."""
        return self.whole and not self.problems

    def as_json(self) -> dict[str, Any]:
        """Return the proof as ``check --json`` prints it, without its problems."""
        return {
            "flow": self.flow,
            "proved": self.holds,
            "combinations": self.combinations,
            "outcomes": self.outcomes,
            "rules": self.rules,
            "pairs": self.pairs,
            "longest": self.longest,
            "most_cited": self.most_cited,
            "seconds": round(self.seconds, 2),
        }


def prove(flow: Flow, knowledge: Knowledge) -> Proof:
    """Return the proof of *flow* over *knowledge*; it holds where there is no problem."""
    plan = Plan.of(flow)
    found = Findings(flow)
    for place, message in limits.faults(plan, knowledge):
        found.add(place, message)
    if plan.circle:
        return Proof(flow.name, found.problems())
    leaves = Leaves(plan, knowledge, found)
    every = every_combination(plan)
    for choices, satisfied in islice(every, MOST_COMBINATIONS):
        leaves.take(choices, satisfied)
    if next(every, None) is None:
        leaves.say_what_nobody_reaches()
    else:
        message = f"more than {MOST_COMBINATIONS:,} combinations; make two flows of it"
        found.add("prompts", message)
    return Proof(
        flow.name,
        found.problems(),
        leaves.count,
        outcomes=len(leaves.ids),
        rules=len(flow.rules),
        pairs=len(flow.prompts) * (len(flow.prompts) - 1) // 2,
        longest=leaves.longest,
        most_cited=leaves.most_cited,
    )


def all_paths(flow: Flow, knowledge: Knowledge) -> Iterator[Path]:
    """Yield every combination of choices and what it leads to, of a flow that is proved."""
    plan = Plan.of(flow)
    leaves = Leaves(plan, knowledge, Findings(flow))
    for choices, satisfied in every_combination(plan):
        path = leaves.path(choices, satisfied)
        if path is not None:
            yield path


def every_combination(plan: Plan) -> Iterator[tuple[Mapping[str, str], int]]:
    """Yield every combination of choices, and the bits of the conditions that hold.

    The mapping is the same one each time and changes: copy it to keep it.
    """
    order = [(prompt, tuple(prompt.answers())) for prompt in plan.order]
    choices: dict[str, str] = {}

    def below(depth: int, satisfied: int) -> Iterator[tuple[Mapping[str, str], int]]:
        if depth == len(order):
            yield choices, satisfied
            return
        prompt, answers = order[depth]
        masks = plan.masks[prompt.id]
        if not plan.holds(prompt.when, satisfied):
            yield from below(depth + 1, satisfied & masks[UNANSWERED])
            return
        for answer in answers:
            choices[prompt.id] = answer
            yield from below(depth + 1, satisfied & masks[answer])
        del choices[prompt.id]

    return below(0, -1)
