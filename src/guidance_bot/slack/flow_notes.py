"""What is said before a flow is walked and after: the flows there are, help, a record; pure."""

from collections.abc import Sequence

from guidance_bot.flows.record import Record, record_text
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Flow
from guidance_bot.slack.blocks import Json, Message, Part, button, messages
from guidance_bot.slack.flow_buttons import OPEN, Chosen
from guidance_bot.slack.mrkdwn import Said, joined, literal, said, said_inline
from guidance_bot.slack.views import own_words, with_mention


def flows_messages(knowledge: Knowledge, *, unknown: str = "") -> tuple[Message, ...]:
    """Return the flows that there are, a line each with a button that opens it.

    *unknown* is a name that was asked for and is none of theirs.
    """
    if not knowledge.flows:
        return messages([Part(literal(own_words("flow-none", knowledge)))])
    head = own_words("flow-list", knowledge)
    if unknown:
        head = own_words("flow-unknown", knowledge, name=unknown)
    parts = [Part(literal(head).bold())]
    for number, flow in enumerate(knowledge.flows.values(), 1):
        line = literal(flow.title).bold() + Said(": ", ": ") + said_inline(flow.summary)
        shown = opener(flow, knowledge, f"{OPEN}.{number}")
        parts.append(Part(line, beside=shown))
    return messages(parts)


def opening_messages(flow: Flow, knowledge: Knowledge) -> tuple[Message, ...]:
    """Return what *flow* is about, with a button that opens it."""
    said_of = " ".join(filter(None, (flow.summary, flow.opening)))
    return messages([Part(said_inline(said_of))], [opener(flow, knowledge)])


def opener(flow: Flow, knowledge: Knowledge, action: str = OPEN) -> Json:
    """Return the button that opens *flow* with nothing filled in."""
    label = own_words("button-flow-open", knowledge, flow=flow.title)
    return button(label, action, Chosen.of(flow, {}).value())


def flow_help_messages(
    knowledge: Knowledge, *, bot: str, command: str
) -> tuple[Message, ...]:
    """Return how flows are opened; *bot* is the user id to mention."""
    return messages([Part(with_mention("flow-help", knowledge, bot, command=command))])


def record_messages(
    record: Record, knowledge: Knowledge, *, note: str = ""
) -> tuple[Message, ...]:
    """Return the record of a decision, its code in a block of its own to copy."""
    parts = [Part(literal(note))] if note else []
    for chunk in record_text(record, knowledge).split("\n\n"):
        if chunk.startswith("#"):
            parts.append(Part(said_inline(chunk.lstrip("# ")).bold()))
        elif record.code in chunk:
            before, _, _ = chunk.partition(f"`{record.code}`")
            parts.append(Part(said(before.strip())))
            parts.append(Part(said(f"```\n{record.code}\n```")))
        elif chunk.strip("-\n"):
            parts.append(Part(said(chunk)))
    ending = Part(literal(own_words("message-ends", knowledge)), quiet=True)
    return messages(_merged(parts), ending=ending)


def _merged(parts: Sequence[Part]) -> list[Part]:
    """Return *parts* with each heading in one block with what it is the heading of."""
    found: list[Part] = []
    for part in parts:
        last = found[-1].words if found else Said()
        is_heading = last.shown.startswith("*") and "\n" not in last.shown
        if is_heading and not part.words.shown.startswith(("*", "```")):
            found[-1] = Part(joined([last, part.words]))
        else:
            found.append(part)
    return found
