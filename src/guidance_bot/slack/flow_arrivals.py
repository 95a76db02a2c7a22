"""Where choices lead in a flow on a day, and which of them do not count; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from guidance_bot.flows import phrases
from guidance_bot.flows.asker import (
    IN_FORCE,
    NO_NOTICE,
    NOTICE,
    notices_for,
    notices_of,
    whose_rules,
)
from guidance_bot.flows.engine import Dropped, Walk, walk
from guidance_bot.flows.outcomes import Outcome, outcome_of
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Flow
from guidance_bot.slack.views import own_words


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where somebody arrived: a finished walk, its outcome, the notices of the day."""

    at: Walk
    outcome: Outcome
    notices: tuple[str, ...] = ()

    @property
    def flow(self) -> Flow:
        """The flow that was walked."""
        return self.at.plan.flow


def arrival(
    plan: Plan, choices: Mapping[str, str], knowledge: Knowledge, day: date
) -> Arrival | None:
    """Return where *choices* lead on *day*, or None where something is still to choose."""
    organisation = knowledge.organisation
    at = walk(plan, with_notice(plan.flow, choices, knowledge, day))
    outcome = outcome_of(at, knowledge) if at.prompt is None else None
    if outcome is None:
        return None
    return Arrival(at, outcome, notices_for(plan.flow, organisation, at.choices, day))


def with_notice(
    flow: Flow, choices: Mapping[str, str], knowledge: Knowledge, day: date
) -> dict[str, str]:
    """Return *choices* with what the day says of notices, which nobody chooses."""
    if flow.prompt(NOTICE) is None:
        return dict(choices)
    whose = whose_rules(flow, knowledge.organisation, choices)
    held = notices_of(flow, knowledge.organisation, whose, day)
    return {**choices, NOTICE: IN_FORCE if held else NO_NOTICE}


def common(choices: Mapping[str, str], flow: Flow) -> dict[str, str]:
    """Return those of *choices* that can be made in *flow* too."""
    found = {}
    for id_, chosen in choices.items():
        prompt = flow.prompt(id_)
        if prompt is not None and id_ != NOTICE and prompt.canonical(chosen):
            found[id_] = chosen
    return found


def left_out(flow: Flow, lost: Sequence[Dropped], knowledge: Knowledge) -> str:
    """Return in one line which choices were dropped, and why; nothing where none was."""
    told = phrases.dropped(flow, lost, knowledge)
    if len(told) <= 1 or any(one.why != "not-asked" for one in lost):
        return " ".join(told)
    choices = "; ".join(phrases.chosen_words(flow, d.prompt, d.chosen) for d in lost)
    return own_words("flow-left-out", knowledge, choices=choices)
