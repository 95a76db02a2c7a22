"""The windows behind an outcome's buttons: more on it, and the neighbouring way; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from guidance_bot.flows import phrases
from guidance_bot.flows.asker import NOTICE
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.slack.blocks import Json, Part, button
from guidance_bot.slack.buttons import PAGE, page_value
from guidance_bot.slack.flow_arrivals import Arrival
from guidance_bot.slack.flow_buttons import (
    CHANGE,
    COMPARE,
    KEEP,
    OPEN,
    POST,
    RECORD,
    Chosen,
)
from guidance_bot.slack.flow_views import (
    body,
    chosen_of,
    is_cut,
    is_recorded_in_more,
    may_be_recorded,
    shows,
    whole,
)
from guidance_bot.slack.mrkdwn import Said, literal, said_inline
from guidance_bot.slack.views import own_words
from guidance_bot.slack.windows import source_line, window

ANOTHER: Final = f"{OPEN}.1"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the window with more may offer: to keep the outcome, to post it."""

    keep: bool = False
    post: bool = False


def outcome_window(
    arrived: Arrival,
    knowledge: Knowledge,
    metadata: str,
    offer: Offer = Offer(),
    *,
    note: str = "",
) -> Json:
    """Return the window with what the outcome's first screen leaves out.

    *metadata* holds the place that the outcome is posted to. *note* comes first, with the
    outcome: why this is another one than the one seen.
    """
    parts = [Part(literal(note).bold())] if note else []
    parts += list(_all_of_it(arrived, knowledge, changed=bool(note)))
    chosen = chosen_of(arrived, knowledge)
    if arrived.outcome.alternatives and chosen.fits():
        parts += _ways(arrived, knowledge)
        parts.append(
            _offered("flow-change", "button-flow-change", CHANGE, chosen, knowledge)
        )
    parts += _reading(arrived, chosen, knowledge)
    if is_recorded_in_more(arrived, knowledge) and chosen.fits():
        parts.append(
            _offered("flow-code", "button-flow-record", RECORD, chosen, knowledge)
        )
    if offer.keep and chosen.fits():
        parts.append(_offered("flow-keep", "button-keep", KEEP, chosen, knowledge))
    if offer.post and may_be_posted(arrived, knowledge) and chosen.fits():
        parts.append(
            _offered("flow-will-be-posted", "button-post", POST, chosen, knowledge)
        )
    parts += _sources(arrived, knowledge)
    return window("window-flow-more", parts, knowledge, metadata=metadata)


def compare_window(here: Arrival, other: Arrival, knowledge: Knowledge) -> Json:
    """Return the window with the neighbouring outcome *other*, headed by what differs."""
    differs = phrases.difference(here.at.choices, other.outcome, here.flow)
    head = Part(literal(differs), title=differs)
    return window("window-flow-compare", [head, *whole(other, knowledge)], knowledge)


def may_be_posted(arrived: Arrival, knowledge: Knowledge) -> bool:
    """Tell whether the outcome is one for a channel: recorded, and about nothing sensitive."""
    ids = [id_.split("#", maxsplit=1)[0] for id_ in arrived.outcome.cited]
    pages = [knowledge.pages.get(id_) for id_ in (arrived.outcome.page or "", *ids)]
    is_sensitive = any(page.sensitive for page in pages if page)
    return may_be_recorded(arrived) and not is_sensitive


def _all_of_it(
    arrived: Arrival, knowledge: Knowledge, *, changed: bool
) -> Sequence[Part]:
    """Return the outcome itself, where the first screen left some of it out."""
    if changed or is_cut(body(arrived, knowledge), knowledge):
        return whole(arrived, knowledge)
    return ()


def _ways(arrived: Arrival, knowledge: Knowledge) -> Iterator[Part]:
    buttons = shows(arrived, knowledge)
    for other, shown in zip(arrived.outcome.alternatives, buttons, strict=True):
        title = said_inline(other.title).bold()
        words = title + Said(": ", ": ") + said_inline(other.says)
        yield Part(words, beside=shown)


def _reading(arrived: Arrival, chosen: Chosen, knowledge: Knowledge) -> Iterator[Part]:
    outcome = arrived.outcome
    page = knowledge.pages.get(outcome.page or "")
    if page is not None:
        title = own_words("flow-rest", knowledge, title=page.title)
        label = own_words("button-page", knowledge)
        opener = button(label, PAGE, page_value(page.id))
        yield Part(literal(title), beside=opener)
    if not chosen.fits():
        return
    if outcome.neighbour:
        label = own_words("button-flow-compare", knowledge)
        compare = button(label, COMPARE, chosen.value())
        yield Part(said_inline(outcome.compare), beside=compare)
    if may_be_recorded(arrived):
        again = Chosen.of(arrived.flow, _kept_for_another(arrived))
        label = own_words("button-flow-another", knowledge)
        opener = button(label, ANOTHER, again.value())
        yield Part(literal(own_words("flow-add", knowledge)), beside=opener)


def _kept_for_another(arrived: Arrival) -> dict[str, str]:
    """Return what stays the same for another way: who asks, and the flow's first prompt."""
    prompts = arrived.flow.prompts
    first = next((prompt.id for prompt in prompts if not prompt.from_asker), None)
    own = {p.id for p in prompts if p.from_asker and p.id != NOTICE} | {first}
    return {id_: one for id_, one in arrived.at.choices.items() if id_ in own}


def _sources(arrived: Arrival, knowledge: Knowledge) -> Iterator[Part]:
    lines = [line for part in arrived.outcome.parts for line in part.lines]
    ids = dict.fromkeys(
        id_ for line in lines if line.paragraph for id_ in line.paragraph.sources
    )
    if ids:
        yield Part(literal(own_words("sources", knowledge)).bold())
    for id_ in ids:
        yield Part(source_line(knowledge.sources[id_], knowledge))


def _offered(
    sentence: str, label: str, action: str, chosen: Chosen, knowledge: Knowledge
) -> Part:
    shown = button(own_words(label, knowledge), action, chosen.value())
    return Part(literal(own_words(sentence, knowledge)), beside=shown)
