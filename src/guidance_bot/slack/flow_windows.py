"""The window in which a flow is walked: every prompt at once, or one step after the other; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from slack_sdk.models.blocks import (
    ActionsBlock,
    CheckboxesElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextObject,
    RadioButtonsElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from guidance_bot.flows import phrases
from guidance_bot.flows.asker import NOTICE
from guidance_bot.flows.engine import Walk, walk
from guidance_bot.flows.outcomes import JURISDICTION, chosen_in
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import TOGETHER, Choice, Prompt
from guidance_bot.slack.blocks import LABEL_CHARS, Json, Part, button, window_blocks
from guidance_bot.slack.flow_arrivals import common, left_out, with_notice
from guidance_bot.slack.flow_buttons import BACK, CHOOSE, WALK, Walking, prompt_in
from guidance_bot.slack.mrkdwn import Said, fitted, literal, said_inline
from guidance_bot.slack.views import own_words
from guidance_bot.slack.windows import plain_label
from guidance_bot.wording import printable

TITLE_CHARS: Final = 24
TEXT_CHARS: Final = 2_000


def flow_window(plan: Plan, walking: Walking, knowledge: Knowledge, day: date) -> Json:
    """Return the window in which *plan* is walked on *day*, filled in with what was chosen.

    Where the flow has changed since, it says so and what could not be kept.
    """
    flow = plan.flow
    chosen = walking.chosen
    kept = walk(plan, with_notice(flow, chosen.choices, knowledge, day))
    notes = []
    if chosen.choices and chosen.digest != flow.digest:
        notes.append(own_words("flow-changed", knowledge))
        lost = [one for one in kept.dropped if one.why != "not-asked"]
        notes.append(left_out(flow, lost, knowledge))
    chosen = replace(chosen, digest=flow.digest)
    walking = replace(walking, chosen=chosen)
    drawn = _one(plan, kept) if flow.screen == "one" else _step(plan, kept, walking)
    intro = [Part(literal(note).bold()) for note in notes if note]
    if drawn.is_first and flow.opening:
        intro.append(Part(said_inline(flow.opening)))
    intro += _so_far(drawn.before)
    blocks: list[Any] = []
    if intro:
        ending = Part(literal(own_words("window-ends", knowledge)), quiet=True)
        blocks += window_blocks(intro, ending)
    # Also what is only asked once an earlier prompt is answered.
    held = {**kept.choices, **common(chosen.choices, flow)}
    blocks += [_input(p, held.get(p.id, ""), walking) for p in drawn.prompts]
    if not drawn.is_first:
        back = button(own_words("button-flow-back", knowledge), BACK, BACK)
        blocks.append(ActionsBlock(elements=[back]).to_dict())
    submit = "button-flow-submit" if drawn.is_last else "button-flow-next"
    at = drawn.prompts[-1].id if flow.screen == "steps" else None
    view = View(
        type="modal",
        callback_id=WALK,
        title=_title(flow.title, drawn, knowledge),
        submit=plain_label(submit, knowledge),
        close=plain_label("button-close", knowledge),
        blocks=blocks,
        private_metadata=replace(walking, at=at).metadata(),
    )
    return dict(view.to_dict())


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What one window shows. ``before`` is the walk up to a step, None on one screen."""

    prompts: Sequence[Prompt]
    before: Walk | None = None
    is_first: bool = True
    is_last: bool = True


def _one(plan: Plan, kept: Walk) -> _Drawn:
    flow = plan.flow
    others = [prompt for prompt in flow.prompts if not prompt.from_asker]
    return _Drawn([*_own(kept), *others])


def _own(kept: Walk) -> list[Prompt]:
    """Return the prompts about the asker; of notices the day tells."""
    return [p for p in kept.plan.flow.prompts if p.from_asker and p.id != NOTICE]


def _step(plan: Plan, kept: Walk, walking: Walking) -> _Drawn:
    asked = steps(kept)
    ids = [prompt.id for prompt in asked]
    place = ids.index(walking.at) if walking.at in ids else 0
    earlier = {id_: kept.choices[id_] for id_ in ids[:place] if id_ in kept.choices}
    # Also what the day says of notices: later steps can depend on it.
    asker = [p.id for p in plan.flow.prompts if p.from_asker]
    own = {id_: kept.choices[id_] for id_ in asker if id_ in kept.choices}
    before = walk(plan, {**own, **earlier})
    prompts = [asked[place]] if place else [*_own(kept), *asked[:1]]
    return _Drawn(prompts, before, place == 0, before.step == before.of)


def steps(at: Walk) -> list[Prompt]:
    """Return the prompts that are asked with what was chosen, in their order."""
    return [p for p in at.plan.asked(at.choices) if not p.from_asker]


def next_step(at: Walk, shown: str | None) -> str | None:
    """Return the prompt that follows the one *shown*, or None where all is chosen.

    One that was chosen already, before a step back, is shown once more.
    """
    ids = [prompt.id for prompt in steps(at)]
    after = ids[ids.index(shown) + 1 :] if shown in ids else ids
    if after:
        return after[0]
    return at.prompt.id if at.prompt else None


def step_before(at: Walk, shown: str | None) -> str | None:
    """Return the prompt before the one *shown*, or None where that is the first."""
    ids = [prompt.id for prompt in steps(at)]
    place = ids.index(shown) if shown in ids else 0
    return ids[place - 1] if place else None


def chosen_here(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what is chosen in a window with these ``state.values``: prompt → choices."""
    found = {}
    for block_id, elements in values.items():
        state = elements.get(CHOOSE) or {}
        several = state.get("selected_options") or []
        options = [state.get("selected_option"), *several]
        ids = [str(option["value"]) for option in options if option]
        found[prompt_in(block_id)] = TOGETHER.join(ids)
    return found


def errors(
    plan: Plan,
    here: Mapping[str, str],
    at: Walk,
    walking: Walking,
    knowledge: Knowledge,
) -> dict[str, str]:
    """Return what is wrong with what was chosen *here*, by block id; *at* is where it leads."""
    found = {}
    for id_, chosen in here.items():
        prompt = plan.flow.prompt(id_)
        wrong = _not_together(prompt, chosen, knowledge) if prompt and chosen else ""
        if wrong:
            found[walking.block_id(id_)] = wrong
    if found:
        return found
    for prompt in steps(at):
        if prompt.id in here and not here[prompt.id]:
            key = "flow-missing" if prompt.most == 1 else "flow-missing-some"
            found[walking.block_id(prompt.id)] = own_words(key, knowledge)
    return found


def _not_together(prompt: Prompt, chosen: str, knowledge: Knowledge) -> str:
    choices = chosen_in(prompt, chosen)
    alone = next((choice for choice in choices if choice.alone), None)
    if alone is not None and len(choices) > 1:
        return own_words("flow-alone", knowledge, choice=printable(alone.label))
    if len(choices) > prompt.most:
        return own_words("flow-too-many", knowledge, most=str(prompt.most))
    return ""


def _title(title: str, drawn: _Drawn, knowledge: Knowledge) -> PlainTextObject:
    text = printable(title)
    if drawn.before is not None:
        values = {"step": str(drawn.before.step), "of": str(drawn.before.of)}
        text = own_words("flow-step", knowledge, **values)
    return PlainTextObject(text=fitted(text, TITLE_CHARS), emoji=False)


def _so_far(before: Walk | None) -> Iterator[Part]:
    """Yield what was chosen up to a step, a line each."""
    if before is None:
        return
    flow = before.plan.flow
    for prompt in steps(before):
        if prompt.id in before.choices:
            words = phrases.chosen_words(flow, prompt.id, before.choices[prompt.id])
            line = literal(prompt.text) + Said(" ", " ") + literal(words).bold()
            yield Part(line)


def _input(prompt: Prompt, chosen: str, walking: Walking) -> Json:
    """Return *prompt* as an input; Slack needs none of them, we say what is missing."""
    element = _element(prompt, chosen)
    block = InputBlock(
        label=_plain(prompt.text, TEXT_CHARS),
        element=element,
        hint=_plain(prompt.help, TEXT_CHARS) if prompt.help else None,
        optional=True,
        block_id=walking.block_id(prompt.id),
    )
    return dict(block.to_dict())


def _element(prompt: Prompt, chosen: str) -> InputInteractiveElement:
    options = {choice.id: _option(choice) for choice in prompt.choices}
    initial = [options[choice.id] for choice in chosen_in(prompt, chosen)]
    listed = list(options.values())
    if prompt.most > 1:
        return CheckboxesElement(
            action_id=CHOOSE, options=listed, initial_options=initial or None
        )
    first = initial[0] if initial else None
    if prompt.id == JURISDICTION:
        return StaticSelectElement(
            action_id=CHOOSE, options=listed, initial_option=first
        )
    return RadioButtonsElement(action_id=CHOOSE, options=listed, initial_option=first)


def _option(choice: Choice) -> Option:
    return Option(
        text=_plain(choice.label, LABEL_CHARS),
        value=choice.id,
        description=_plain(choice.help, LABEL_CHARS) if choice.help else None,
    )


def _plain(text: str, limit: int) -> PlainTextObject:
    return PlainTextObject(text=fitted(printable(text), limit), emoji=False)
