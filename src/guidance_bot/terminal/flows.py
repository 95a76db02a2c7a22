"""Steps of a flow, outcomes and proofs as text for people at a terminal."""

from collections.abc import Iterator, Sequence

from guidance_bot.flows import phrases
from guidance_bot.flows.engine import Walk
from guidance_bot.flows.outcomes import Line, Outcome, Part
from guidance_bot.flows.proof import Proof
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Flow, Prompt
from guidance_bot.knowledge.marks import plain
from guidance_bot.terminal.paper import Paper
from guidance_bot.wording import sentence


def step_text(at: Walk, knowledge: Knowledge, paper: Paper) -> str:
    """Return the prompt that a walk has come to, with its choices numbered."""
    prompt = at.prompt
    if prompt is None:
        return ""
    overrides = knowledge.organisation.wording
    place = sentence("flow-step", overrides, step=at.step, of=at.of)
    blocks = [
        *(paper.wrap(told) for told in _dropped(at, knowledge)),
        f"{paper.dim(paper.wrap(place))}\n{paper.bold(paper.wrap(prompt.text))}",
        paper.wrap(plain(prompt.help)) if prompt.help else "",
        "\n".join(_choices(prompt, paper)),
    ]
    return "\n\n".join(block for block in blocks if block)


def _choices(prompt: Prompt, paper: Paper) -> Iterator[str]:
    for number, choice in enumerate(prompt.choices, 1):
        mark = f"{number}. "
        note = f": {choice.help}" if choice.help else ""
        text = f"{choice.label}{note} ({choice.id})"
        yield paper.wrap(text, first=mark, rest=" " * len(mark))


def outcome_text(
    at: Walk,
    outcome: Outcome,
    knowledge: Knowledge,
    paper: Paper,
    *,
    notices: Sequence[str] = (),
    code: str | None = None,
) -> str:
    """Return an outcome as people read it; the first line is the verdict."""
    blocks = [
        *(paper.wrap(told) for told in _dropped(at, knowledge)),
        *(paper.bold(paper.wrap(notice)) for notice in notices),
        f"{paper.bold(paper.wrap(outcome.says))}\n{paper.wrap(outcome.title)}",
        *(_part(part, knowledge, paper) for part in outcome.parts),
        _alternatives(at, outcome, knowledge, paper),
        paper.wrap(outcome.compare),
        paper.wrap(_onward(outcome)),
        paper.dim(paper.wrap(_foot(outcome, knowledge))),
        _again(code, knowledge, paper) if code else "",
    ]
    return "\n\n".join(block for block in blocks if block)


def _again(code: str, knowledge: Knowledge, paper: Paper) -> str:
    told = paper.wrap(sentence("flow-code", knowledge.organisation.wording))
    # On a line of its own: it is there to be copied.
    return paper.dim(f"{told}\nguidance-bot decision {code}")


def _dropped(at: Walk, knowledge: Knowledge) -> list[str]:
    return phrases.dropped(at.plan.flow, at.dropped, knowledge)


def _part(part: Part, knowledge: Knowledge, paper: Paper) -> str:
    lines = [paper.bold(paper.wrap(plain(part.heading)))]
    lines += [_line(line, knowledge, paper) for line in part.lines]
    return "\n".join(lines)


def _line(line: Line, knowledge: Knowledge, paper: Paper) -> str:
    told = phrases.label(line, knowledge)
    text = f"{plain(line.text)} ({told})" if told else plain(line.text)
    return paper.wrap(text, first=line.marker, rest=" " * len(line.marker))


def _alternatives(
    at: Walk, outcome: Outcome, knowledge: Knowledge, paper: Paper
) -> str:
    if not outcome.alternatives:
        return ""
    overrides = knowledge.organisation.wording
    lines = [paper.bold(paper.wrap(sentence("flow-either-way", overrides)))]
    for other in outcome.alternatives:
        differs = phrases.difference(at.choices, other, at.plan.flow)
        text = f"{differs}: {other.says} ({other.title})"
        lines.append(paper.wrap(text, first="• ", rest="  "))
    return "\n".join(lines)


def _onward(outcome: Outcome) -> str:
    form = outcome.form
    return f"guidance-bot flow {form.goes_to}" if form.goes_to else ""


def _foot(outcome: Outcome, knowledge: Knowledge) -> str:
    overrides = knowledge.organisation.wording
    parts = [sentence("flow-foot", overrides)]
    if outcome.page in knowledge.pages:
        command = f"guidance-bot show {outcome.page}"
        parts.append(sentence("flow-rest", overrides, title=command))
    return " ".join(parts)


def flows_text(flows: Sequence[Flow], paper: Paper) -> str:
    """Return the flows, one a line, with what each is for."""
    return "\n".join(
        paper.wrap(f"{flow.name}: {_sentence(flow.title)} {flow.summary}", rest="  ")
        for flow in flows
    )


def _sentence(title: str) -> str:
    return title if title.endswith((".", "?", "!")) else f"{title}."


def proof_text(proof: Proof) -> str:
    """Return what a proof walked, in one line."""
    held = "proved" if proof.holds else "not proved"
    counts = {
        "combination": proof.combinations,
        "outcome": proof.outcomes,
        "rule": proof.rules,
        "pair": proof.pairs,
    }
    told = ", ".join(
        f"{count:,} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items()
    )
    return (
        f"flow {proof.flow}: {held}; {told} of prompts, "
        f"{proof.longest} words at most, {proof.seconds:.1f} s"
    )
