"""A flow's conditions as bits, so that what holds is one AND a prompt.

Each condition of the flow has a bit. For every prompt and every answer to it
there is a mask of the conditions that this answer allows; a condition holds
where all the masks have its bit. The replay of one person's choices and the
proof over all of them read the same masks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from guidance_bot.knowledge.flow import Condition, Conditions, Flow, Prompt

UNANSWERED: Final = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A flow ready to be walked.

    ``masks``: prompt → answer → the conditions it allows; ``bits``: conditions →
    those of which one has to hold; ``order``: the prompts, each after those that
    decide whether it is asked, or ``circle``: prompts that wait for each other.
    """

    flow: Flow
    masks: Mapping[str, Mapping[str, int]]
    bits: Mapping[Conditions, int]
    order: tuple[Prompt, ...]
    circle: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, flow: Flow) -> "Plan":
        """Return the plan of *flow*."""
        bits: dict[Conditions, int] = {(): 0}
        singles: list[Condition] = []
        for conditions in _conditions(flow):
            if conditions not in bits:
                first = len(singles)
                singles += conditions
                bits[conditions] = (1 << len(singles)) - (1 << first)
        masks: dict[str, dict[str, int]] = {}
        for prompt in flow.prompts:
            tests = [
                (1 << number, [test for test in one if test.prompt == prompt.id])
                for number, one in enumerate(singles)
            ]
            masks[prompt.id] = {
                answer: sum(
                    bit
                    for bit, own in tests
                    if not own
                    or (
                        answer != UNANSWERED and all(test.holds(answer) for test in own)
                    )
                )
                for answer in (UNANSWERED, *prompt.answers())
            }
        order, circle = _order(flow)
        return cls(flow, masks, bits, order, circle)

    def satisfied(self, choices: Mapping[str, str]) -> int:
        """Return the bits of the conditions that hold with *choices*."""
        held = -1
        for prompt, masks in self.masks.items():
            held &= masks[choices.get(prompt, UNANSWERED)]
        return held

    def holds(self, conditions: Conditions, satisfied: int) -> bool:
        """Tell whether one of *conditions* is among the *satisfied* ones, or there are none."""
        return not conditions or bool(satisfied & self.bits[conditions])

    def asked(self, choices: Mapping[str, str]) -> list[Prompt]:
        """Return the prompts that *choices* lead to, in the flow's order."""
        satisfied = self.satisfied(choices)
        return [
            prompt for prompt in self.flow.prompts if self.holds(prompt.when, satisfied)
        ]


def _conditions(flow: Flow) -> Iterator[Conditions]:
    yield from (prompt.when for prompt in flow.prompts)
    yield from (rule.when for rule in flow.rules)
    for outcome in flow.outcomes:
        yield outcome.when
        for section in outcome.sections:
            yield section.when
            yield from (item.when for item in section.items)
            yield from (quote.when for quote in section.quotes)


def _order(flow: Flow) -> tuple[tuple[Prompt, ...], tuple[str, ...]]:
    """Return the prompts so that each comes after those that its ``when`` names, as
    near to the flow's order as that allows; and those that wait for each other.
    """
    waiting = {
        prompt.id: {test.prompt for condition in prompt.when for test in condition}
        for prompt in flow.prompts
    }
    placed: list[Prompt] = []
    while waiting:
        done = {prompt.id for prompt in placed}
        ready = next(
            (p for p in flow.prompts if p.id in waiting and waiting[p.id] <= done), None
        )
        if ready is None:
            return tuple(placed), _circle(waiting)
        placed.append(ready)
        del waiting[ready.id]
    return tuple(placed), ()


def _circle(waiting: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Return prompts that wait for each other in a circle, the first one twice."""
    path = [next(iter(waiting))]
    while True:
        after = next(one for one in sorted(waiting[path[-1]]) if one in waiting)
        if after in path:
            return (*path[path.index(after) :], after)
        path.append(after)
