"""A decision kept on paper: an outcome ↔ its code, and the record as Markdown and JSON.

Nothing is stored. The code holds the choices, the day and prints of what was cited;
the record is written anew from the guidance as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from guidance_bot.errors import UsageError
from guidance_bot.flows import phrases
from guidance_bot.flows.asker import notices_for
from guidance_bot.flows.code import (
    code_of,
    decision_of,
    is_codable,
    print_of,
    tidied,
)
from guidance_bot.flows.documents import outcome_json
from guidance_bot.flows.engine import Walk, walk
from guidance_bot.flows.outcomes import Line, Outcome, Part, outcome_of
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.labels import day as day_words
from guidance_bot.knowledge.labels import source_label
from guidance_bot.knowledge.marks import ANY_MARK
from guidance_bot.wording import sentence

_BLANK: Final = "_" * 30
_BLANKS: Final = ("purpose", "agreed-by", "agreed-on", "look-again")


@dataclass(frozen=True, slots=True)
class Record:
    """A decision as the guidance tells it now.

    ``version`` begins the knowledge version it was made with. ``current``: with the very version it was made with. Otherwise ``changed`` names the
    cited passages that are others now, and ``same_cited`` tells whether it still cites as many.
    """

    code: str
    version: str
    day: date
    at: Walk
    outcome: Outcome
    current: bool
    same_flow: bool
    same_cited: bool
    changed: tuple[str, ...]


def code_for(outcome: Outcome, at: Walk, knowledge: Knowledge, day: date) -> str | None:
    """Return the code of a finished walk, or None where no record is made of it."""
    if not _is_recorded(outcome) or not is_codable(day):
        return None
    prints = _prints(outcome, knowledge)
    return code_of(at.plan.flow, at.choices, day, knowledge.version, prints)


def _is_recorded(outcome: Outcome) -> bool:
    return outcome.form.recorded and not outcome.form.both


def record_of(code: str, knowledge: Knowledge) -> Record:
    """Return the decision that *code* holds; UsageError where it holds none."""
    held = decision_of(code, knowledge)
    at = walk(Plan.of(held.flow), held.choices)
    outcome = outcome_of(at, knowledge)
    if outcome is None or at.dropped or not _is_recorded(outcome):
        overrides = knowledge.organisation.wording
        raise UsageError(sentence("code-flow-changed", overrides, flow=held.flow.title))
    current = knowledge.version.startswith(held.version)
    prints = _prints(outcome, knowledge)
    # After an edit of the flow the same passages may stand in another order.
    same_cited = len(prints) == len(held.prints) and (
        held.same_flow or sorted(prints) == sorted(held.prints)
    )
    changed = (
        id_
        for id_, now, then in zip(outcome.cited, prints, held.prints, strict=False)
        if now != then
    )
    return Record(
        tidied(code, held.flow.name),
        held.version,
        held.day,
        at,
        outcome,
        current,
        held.same_flow,
        same_cited,
        tuple(changed) if same_cited and held.same_flow else (),
    )


def _prints(outcome: Outcome, knowledge: Knowledge) -> list[int]:
    passages = knowledge.passages
    return [print_of(passages[knowledge.number_of(id_)].text) for id_ in outcome.cited]


def record_json(record: Record, knowledge: Knowledge) -> dict[str, Any]:
    """Return the record as a JSON document."""
    return {
        "code": record.code,
        "flow": record.at.plan.flow.name,
        "day": record.day.isoformat(),
        "choices": dict(record.at.choices),
        "current": record.current,
        "made_with": record.version,
        "flow_changed": not record.same_flow,
        "passages_changed": not record.same_cited,
        "changed": list(record.changed),
        "notices": list(_notices(record, knowledge)),
        "outcome": outcome_json(record.outcome, knowledge),
        "knowledge": {"version": knowledge.version},
    }


def since_then(record: Record, knowledge: Knowledge) -> list[str]:
    """Return what has changed since the decision, a sentence each; nothing where it is current."""
    overrides = knowledge.organisation.wording
    if record.current:
        return []
    told = [sentence("record-other-version", overrides)]
    if not record.same_flow:
        told.append(sentence("record-other-flow", overrides))
    if not record.same_cited:
        told.append(sentence("record-other-passages", overrides))
    elif record.changed:
        names = "; ".join(_named(id_, knowledge) for id_ in record.changed)
        told.append(sentence("record-changed", overrides, passages=names))
    else:
        told.append(sentence("record-unchanged", overrides))
    return told


def _named(id_: str, knowledge: Knowledge) -> str:
    passage = knowledge.passages[knowledge.number_of(id_)]
    title = knowledge.pages[passage.page].title
    return f"{title}, “{passage.heading}” ({id_})" if passage.heading else title


def record_text(record: Record, knowledge: Knowledge) -> str:
    """Return the record as Markdown, one page to print: what was chosen and what follows,
    with boxes to tick and blanks to fill in by hand.
    """
    overrides = knowledge.organisation.wording
    flow, outcome = record.at.plan.flow, record.outcome
    made = sentence(
        "record-made",
        overrides,
        date=day_words(record.day),
        version=record.version,
    )
    notices = _notices(record, knowledge)
    blocks = [
        f"# {sentence('record-title', overrides, flow=flow.title)}",
        *(f"> **{told}**" for told in since_then(record, knowledge)),
        *(f"**{notice}**" for notice in notices),
        f"**{outcome.says}**",
        outcome.title,
        f"{made}  \n`{record.code}`",
        _list(sentence("record-chosen", overrides), _chosen(record)),
        *(_part(part, knowledge) for part in outcome.parts),
        _sources(outcome, knowledge),
        _list(
            sentence("record-by-hand", overrides),
            (sentence(f"record-{one}", overrides, blank=_BLANK) for one in _BLANKS),
        ),
        f"---\n\n{sentence('record-foot', overrides)}",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _notices(record: Record, knowledge: Knowledge) -> tuple[str, ...]:
    organisation, choices = knowledge.organisation, record.at.choices
    return notices_for(record.at.plan.flow, organisation, choices, record.day)


def _list(heading: str, lines: Iterator[str]) -> str:
    held = [f"- {line}" for line in lines]
    return "\n".join([f"## {heading}", "", *held]) if held else ""


def _chosen(record: Record) -> Iterator[str]:
    for prompt, chosen in phrases.choices_made(record.at):
        yield f"{prompt} **{chosen}**"


def _part(part: Part, knowledge: Knowledge) -> str:
    lines = [_line(line, knowledge) for line in part.lines]
    return "\n".join([f"## {part.heading}", "", *lines])


def _line(line: Line, knowledge: Knowledge) -> str:
    text = ANY_MARK.sub("", line.text)
    told = phrases.label(line, knowledge)
    label = f" ({told})" if told else ""
    is_ours = line.passage is None and line.marker
    # What the flow asks to settle is ticked off; what it quotes keeps its number.
    numbered = line.passage is not None and line.marker[:1].isdigit()
    marker = line.marker if numbered else f"- {'☐ ' if is_ours else ''}"
    return f"{marker}{text}{label}"


def _sources(outcome: Outcome, knowledge: Knowledge) -> str:
    ids = dict.fromkeys(
        id_
        for part in outcome.parts
        for line in part.lines
        if line.paragraph is not None
        for id_ in line.paragraph.sources
    )
    lines = []
    for id_ in ids:
        source = knowledge.sources[id_]
        label = source_label(source, knowledge.sources)
        lines.append(f"{label}: {source.title}, {source.publisher}. {source.url or ''}")
    overrides = knowledge.organisation.wording
    return _list(sentence("sources", overrides), (line.strip() for line in lines))
