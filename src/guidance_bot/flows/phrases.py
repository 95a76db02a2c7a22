"""What is said around a flow, the same in Slack, at a terminal and in a record."""

from collections.abc import Iterator, Mapping, Sequence

from guidance_bot.flows.engine import Dropped, Walk
from guidance_bot.flows.outcomes import Line, Outcome, chosen_in
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Flow
from guidance_bot.knowledge.labels import standing
from guidance_bot.wording import sentence


def label(line: Line, knowledge: Knowledge) -> str:
    """Return the authority of a quoted line in words, with its state, or nothing where it
    is our advice.
    """
    paragraph = line.paragraph
    if paragraph is None or not paragraph.says or paragraph.authority == "house":
        return ""
    cited = [knowledge.sources[id_] for id_ in paragraph.sources]
    return standing(paragraph.authority, cited, knowledge.sources)


def chosen_words(flow: Flow, prompt: str, chosen: str) -> str:
    """Return what was chosen at *prompt*, in the words of its labels."""
    held = flow.prompt(prompt)
    labels = [choice.label for choice in chosen_in(held, chosen)] if held else []
    return " · ".join(labels) or chosen


def choices_made(at: Walk) -> Iterator[tuple[str, str]]:
    """Yield each prompt's text and what was chosen there, in the flow's order."""
    flow = at.plan.flow
    for prompt in flow.prompts:
        if prompt.id in at.choices:
            yield prompt.text, chosen_words(flow, prompt.id, at.choices[prompt.id])


def dropped(flow: Flow, lost: Sequence[Dropped], knowledge: Knowledge) -> list[str]:
    """Return why choices could not be kept, a sentence each."""
    overrides = knowledge.organisation.wording
    told = []
    for one in lost:
        prompt = flow.prompt(one.prompt)
        named = prompt.text if prompt else one.prompt
        words = chosen_words(flow, one.prompt, one.chosen)
        key = f"dropped-{one.why}"
        told.append(sentence(key, overrides, prompt=named, choice=words))
    return told


def cannot_tell(outcome: Outcome, knowledge: Knowledge) -> str:
    """Return in how many ways an open outcome may end."""
    overrides = knowledge.organisation.wording
    count = len(outcome.alternatives)
    return sentence("flow-ways", overrides, count=count)


def verdict_label(flow: Flow, verdict: str) -> str:
    """Return what a verdict is called."""
    return next((one.label for one in flow.verdicts if one.id == verdict), verdict)


def difference(at: Mapping[str, str], other: Outcome, flow: Flow) -> str:
    """Return what was chosen for *other* where *at* has something else or is unsure."""
    return ", ".join(
        chosen_words(flow, prompt, chosen)
        for prompt, chosen in other.choices.items()
        if at.get(prompt) != chosen
    )
