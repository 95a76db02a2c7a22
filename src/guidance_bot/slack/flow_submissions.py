"""A submitted window of a flow → how it is acknowledged, and the choices once all are made; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from guidance_bot.flows.engine import Walk, walk
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Flow
from guidance_bot.slack.blocks import Json
from guidance_bot.slack.flow_arrivals import common, with_notice
from guidance_bot.slack.flow_buttons import Chosen, Walking
from guidance_bot.slack.flow_windows import (
    chosen_here,
    errors,
    flow_window,
    next_step,
    step_before,
)
from guidance_bot.slack.windows import note_window

View = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Submission:
    """How a submitted window is acknowledged: closed, changed, or told what is wrong.

    ``at`` is the finished walk, None while there is more to choose.
    """

    acknowledgement: Json
    at: Walk | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """What submissions are decided with: all but ``plan_of`` plain values."""

    knowledge: Knowledge
    plan_of: Callable[[Flow], Plan]
    day: date


def submission(view: View, user: str, counter: Counter) -> Submission:
    """Return what comes of *view*, submitted by *user*. It takes microseconds: Slack waits."""
    knowledge, day = counter.knowledge, counter.day
    walking = Walking.read(view.get("private_metadata") or "", user)
    flow = knowledge.flows.get(walking.chosen.flow) if walking else None
    if walking is None or flow is None:
        key = "flow-gone" if walking else "old-button"
        return _shown(note_window(key, knowledge))
    plan = counter.plan_of(flow)
    here = chosen_here(view["state"]["values"])
    made = _made(walking, here)
    if walking.chosen.digest != flow.digest:
        return _shown(flow_window(plan, _again(walking, made), knowledge, day))
    at = walk(plan, with_notice(flow, made, knowledge, day))
    wrong = errors(plan, here, at, walking, knowledge)
    if wrong:
        return Submission({"response_action": "errors", "errors": wrong})
    following = next_step(at, walking.at) if flow.screen == "steps" else None
    if following is not None or at.prompt is not None:
        further = replace(_again(walking, common(made, flow)), at=following)
        return _shown(flow_window(plan, further, knowledge, day))
    return Submission({"response_action": "clear"}, at)


def stepped_back(view: View, user: str, counter: Counter) -> Json:
    """Return the window with the step before the one in *view*; what was chosen stays."""
    knowledge, day = counter.knowledge, counter.day
    walking = Walking.read(view.get("private_metadata") or "", user)
    flow = knowledge.flows.get(walking.chosen.flow) if walking else None
    if walking is None or flow is None:
        return note_window("flow-gone" if walking else "old-button", knowledge)
    plan = counter.plan_of(flow)
    made = _made(walking, chosen_here(view["state"]["values"]))
    kept = common(made, flow) if walking.chosen.digest == flow.digest else made
    at = walk(plan, with_notice(flow, kept, knowledge, day))
    before = step_before(at, walking.at)
    shown = replace(_again(walking, kept), at=before)
    return flow_window(plan, shown, knowledge, day)


def _made(walking: Walking, here: Mapping[str, str]) -> dict[str, str]:
    """Return all that was chosen: in this window, and before in what it carries."""
    made = {**walking.chosen.choices, **here}
    return {prompt: chosen for prompt, chosen in made.items() if chosen}


def _again(walking: Walking, made: Mapping[str, str]) -> Walking:
    """Return what a window carries that shows what was *made* so far anew."""
    old = walking.chosen
    chosen = Chosen(old.flow, old.digest, made, old.seen)
    return replace(walking, chosen=chosen, at=None, turn=walking.turn + 1)


def _shown(view: Json) -> Submission:
    return Submission({"response_action": "update", "view": view})
