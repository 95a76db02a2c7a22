"""The outcome of a flow → the messages that people see and hear; pure, never longer than a screen."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from guidance_bot.flows import phrases
from guidance_bot.flows.outcomes import JURISDICTION, Line, Outcome
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Flow
from guidance_bot.slack.blocks import Json, Message, Part, button, messages
from guidance_bot.slack.flow_arrivals import Arrival, common
from guidance_bot.slack.flow_buttons import CHANGE, MORE, OPEN, RECORD, SHOW, Chosen
from guidance_bot.slack.flow_notes import opener
from guidance_bot.slack.mrkdwn import Said, joined, literal, said, said_inline
from guidance_bot.slack.views import Setting, own_words, with_mention

MOST_WORDS: Final = 220
MOST_ALTERNATIVES: Final = 4
UNKNOWN: Final = "unknown"
PLAIN: Final = Setting()
_BOTH: Final = 2
# What a screen can spare, the first first, before lines of the outcome itself.
_SPARED: Final = ("rules", "page", "compare")
_SEEN_CHARS: Final = 8


def outcome_messages(
    arrived: Arrival,
    knowledge: Knowledge,
    setting: Setting = PLAIN,
    *,
    left_out: str = "",
) -> tuple[Message, ...]:
    """Return the outcome as a message. *left_out* says which choices do not count.

    One that is shared carries no choices in its buttons, which anybody can press,
    and is said in full, however long an editor's words are.
    """
    before = [Part(literal(setting.note))] if setting.note else []
    after = [Part(literal(left_out))] if left_out else []
    if setting.sharer:
        shared = with_mention("shared-by", knowledge, setting.sharer)
        after.append(Part(shared, quiet=True))
    if setting.elsewhere:
        whence = own_words("flow-from", knowledge, flow=arrived.flow.title)
        after.append(Part(literal(whence), quiet=True))
    room = MOST_WORDS - sum(part.words.words for part in (*before, *after))
    said_here = body(arrived, knowledge, room)
    buttons = controls(arrived, knowledge)
    if setting.sharer:
        buttons = [opener(arrived.flow, knowledge)]
        # Without a button for more there is nothing to leave the rest to.
        if is_cut(said_here, knowledge):
            said_here = whole(arrived, knowledge)
    parts = [*before, *said_here, *after]
    ending = Part(literal(own_words("message-ends", knowledge)), quiet=True)
    return messages(parts, buttons, ending=ending)


def chosen_of(arrived: Arrival, knowledge: Knowledge) -> Chosen:
    """Return what the buttons below the outcome carry."""
    seen = seen_of(arrived, knowledge)
    return Chosen.of(arrived.flow, arrived.at.choices, seen)


def seen_of(arrived: Arrival, knowledge: Knowledge) -> str:
    """Return a short print of the outcome as it is read, to tell whether it has changed."""
    texts = [part.words.spoken for part in body(arrived, knowledge)]
    digest = hashlib.sha256(json.dumps(texts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:_SEEN_CHARS]


@dataclass(frozen=True, slots=True)
class _Section:
    heading: Said
    lines: tuple[Said, ...]


def body(arrived: Arrival, knowledge: Knowledge, room: int = MOST_WORDS) -> list[Part]:
    """Return what the outcome says within *room* words, small print included.

    Where an editor's words take more, the last lines are left to the window with more.
    """
    outcome = arrived.outcome
    top = [Part(literal(notice).bold()) for notice in arrived.notices]
    top += [Part(said_inline(outcome.says).bold()), Part(said_inline(outcome.title))]
    sections = [*_sections(arrived, knowledge)]
    if outcome.alternatives:
        sections.append(_alternatives(arrived, knowledge))
    parts: list[Part] = []
    for spared in range(len(_SPARED) + 1):
        end = _end(arrived, knowledge, _SPARED[:spared])
        parts = [*top, *_drawn(sections), *end]
        if _words(parts) <= room:
            return parts
    end = [Part(literal(own_words("flow-rest-in-more", knowledge))), *end]
    for lines in range(sum(len(one.lines) for one in sections), -1, -1):
        parts = [*top, *_drawn(sections, lines), *end]
        if _words(parts) <= room:
            break
    return parts


def whole(arrived: Arrival, knowledge: Knowledge) -> list[Part]:
    """Return all that the outcome says, for a window."""
    return body(arrived, knowledge, room=100_000)


def is_cut(parts: Sequence[Part], knowledge: Knowledge) -> bool:
    """Tell whether *parts*, as ``body`` returns them, leave some lines to the window."""
    cut = own_words("flow-rest-in-more", knowledge)
    return any(part.words.spoken == cut for part in parts)


def _words(parts: Sequence[Part]) -> int:
    return sum(part.words.words for part in parts)


def _drawn(sections: Sequence[_Section], most: int | None = None) -> Iterator[Part]:
    left = most
    for section in sections:
        lines = section.lines[:left]
        if lines:
            yield Part(joined([section.heading, *lines]))
        left = None if left is None else left - len(lines)


def _sections(arrived: Arrival, knowledge: Knowledge) -> Iterator[_Section]:
    for part in arrived.outcome.parts:
        lines = tuple(_line(line, knowledge) for line in part.lines)
        yield _Section(said_inline(part.heading).bold(), lines)


def _line(line: Line, knowledge: Knowledge) -> Said:
    shown = Said(line.marker, line.marker) + said(line.text.strip())
    label = phrases.label(line, knowledge)
    return shown + _after(literal(f"({label})").italic()) if label else shown


def _after(words: Said) -> Said:
    return Said(" ", " ") + words


def _alternatives(arrived: Arrival, knowledge: Knowledge) -> _Section:
    outcome, flow = arrived.outcome, arrived.flow
    count = len(outcome.alternatives)
    if count == _BOTH:
        heading = own_words("flow-either-way", knowledge)
    elif count <= MOST_ALTERNATIVES:
        heading = phrases.cannot_tell(outcome, knowledge)
    else:
        heading = own_words("flow-first-of", knowledge, count=str(count))
    lines = tuple(
        literal(f"{phrases.difference(arrived.at.choices, other, flow)}:").bold()
        + _after(_in_short(other, flow, is_listed=count <= MOST_ALTERNATIVES))
        for other in outcome.alternatives[:MOST_ALTERNATIVES]
    )
    return _Section(literal(heading).bold(), lines)


def _in_short(other: Outcome, flow: Flow, *, is_listed: bool) -> Said:
    """Return the first line of one way, or its verdict where there are too many ways."""
    if is_listed:
        return said_inline(other.says)
    return literal(phrases.verdict_label(flow, other.verdict))


def _end(arrived: Arrival, knowledge: Knowledge, spared: Sequence[str]) -> list[Part]:
    outcome = arrived.outcome
    parts = []
    if outcome.compare and "compare" not in spared:
        parts.append(Part(said_inline(outcome.compare)))
    foot = [literal(own_words("flow-foot", knowledge))]
    is_unknown = arrived.at.choices.get(JURISDICTION) == UNKNOWN
    if is_unknown and "rules" not in spared:
        foot.append(literal(own_words("flow-unknown-rules", knowledge)))
    page = knowledge.pages.get(outcome.page or "")
    if page is not None and "page" not in spared:
        foot.append(literal(own_words("flow-rest", knowledge, title=page.title)))
    return [*parts, Part(joined(foot), quiet=True)]


def controls(arrived: Arrival, knowledge: Knowledge) -> list[Json]:
    """Return the buttons below the outcome, three at most."""
    chosen, outcome = chosen_of(arrived, knowledge), arrived.outcome
    if not chosen.fits():
        return []
    value = chosen.value()
    more = button(own_words("button-more", knowledge), MORE, value)
    if len(outcome.alternatives) == _BOTH:
        return [*shows(arrived, knowledge), more]
    found = list(_first_control(arrived, knowledge, value))
    label = own_words("button-flow-change", knowledge)
    return [*found, button(label, CHANGE, value), more]


def shows(arrived: Arrival, knowledge: Knowledge) -> list[Json]:
    """Return a button for each way that is still open."""
    found = []
    for number, other in enumerate(arrived.outcome.alternatives, 1):
        choice = phrases.difference(arrived.at.choices, other, arrived.flow)
        label = own_words("button-flow-show", knowledge, choice=choice)
        value = Chosen.of(arrived.flow, other.choices).value()
        found.append(button(label, f"{SHOW}.{number}", value))
    return found


def _first_control(
    arrived: Arrival, knowledge: Knowledge, value: str
) -> Iterator[Json]:
    onward = _onward(arrived, knowledge)
    if onward is not None:
        label = own_words("button-flow-go-on", knowledge, flow=onward.title)
        kept = common(arrived.at.choices, onward)
        yield button(label, OPEN, Chosen.of(onward, kept).value())
    elif may_be_recorded(arrived):
        yield button(own_words("button-flow-record", knowledge), RECORD, value)


def _onward(arrived: Arrival, knowledge: Knowledge) -> Flow | None:
    """Return the flow that the outcome goes to, where it does and there is one."""
    return knowledge.flows.get(arrived.outcome.form.goes_to or "")


def is_recorded_in_more(arrived: Arrival, knowledge: Knowledge) -> bool:
    """Tell whether the record is made from the window with more: going on comes first."""
    return may_be_recorded(arrived) and _onward(arrived, knowledge) is not None


def may_be_recorded(arrived: Arrival) -> bool:
    """Tell whether a record is made of this outcome; only such are posted as well."""
    return arrived.outcome.form.recorded and not arrived.outcome.alternatives
