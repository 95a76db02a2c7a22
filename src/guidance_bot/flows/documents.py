"""Steps of a flow and outcomes as the stable JSON documents that scripts rely on."""

from collections.abc import Mapping, Sequence
from typing import Any

from guidance_bot.flows.engine import Walk
from guidance_bot.flows.outcomes import Line, Outcome, Part
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Flow, Prompt


def step_json(
    at: Walk,
    outcome: Outcome | None,
    knowledge: Knowledge,
    code: str | None = None,
    notices: Sequence[str] = (),
) -> dict[str, Any]:
    """Return one step: the next prompt, or the outcome with its *code* and *notices*."""
    flow = at.plan.flow
    return {
        "flow": flow.name,
        "version": flow.digest,
        "step": at.step,
        "of": at.of,
        "choices": dict(at.choices),
        "prompt": _prompt_json(at.prompt) if at.prompt else None,
        "outcome": outcome_json(outcome, knowledge) if outcome else None,
        "dropped": [one.prompt for one in at.dropped],
        "code": code,
        "notices": list(notices),
        "knowledge": {"version": knowledge.version},
    }


def outcome_json(outcome: Outcome, knowledge: Knowledge) -> dict[str, Any]:
    """Return an outcome; its text is the flow's own, in Markdown, citation marks included."""
    return {
        "id": outcome.id,
        "mode": outcome.mode,
        "verdict": outcome.verdict,
        "title": outcome.title,
        "says": outcome.says,
        "page": outcome.page,
        "choices": dict(outcome.choices),
        "sections": [_part_json(part) for part in outcome.parts],
        "citations": [_citation_json(id_, knowledge) for id_ in outcome.cited],
        "alternatives": [outcome_json(one, knowledge) for one in outcome.alternatives],
    }


def flow_json(flow: Flow) -> dict[str, Any]:
    """Return a flow as the list of flows tells of it."""
    return {
        "flow": flow.name,
        "version": flow.digest,
        "title": flow.title,
        "summary": flow.summary,
        "prompts": [prompt.id for prompt in flow.prompts],
    }


def _prompt_json(prompt: Prompt) -> dict[str, Any]:
    return {
        "id": prompt.id,
        "text": prompt.text,
        "help": prompt.help,
        "most": prompt.most,
        "choices": [
            {"id": choice.id, "label": choice.label, "help": choice.help}
            for choice in prompt.choices
        ],
    }


def _part_json(part: Part) -> dict[str, Any]:
    passages = (line.passage.id for line in part.lines if line.passage)
    return {
        "heading": part.heading,
        "text": "\n".join(map(_line_text, part.lines)),
        "passages": list(dict.fromkeys(passages)),
    }


def _line_text(line: Line) -> str:
    return f"{line.marker.replace('•', '-')}{line.text}"


def _citation_json(id_: str, knowledge: Knowledge) -> Mapping[str, Any]:
    number = knowledge.number_of(id_)
    passage = knowledge.passages[number]
    page = knowledge.pages[passage.page]
    return {
        "passage": id_,
        "page": page.id,
        "title": page.title,
        "heading": passage.heading,
        "text": passage.text,
        "authority": passage.strongest,
        "status": page.status,
        "owner": page.owner,
        "reviewed": page.reviewed.isoformat(),
    }
