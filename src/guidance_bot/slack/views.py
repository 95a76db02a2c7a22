"""An Answer → the messages that people see and hear; pure, and never longer than a screen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from guidance_bot.answering import phrases
from guidance_bot.answering.answers import Answer, Citation
from guidance_bot.answering.labels import cited_in, standing_of
from guidance_bot.flows.outcomes import JURISDICTION
from guidance_bot.knowledge.content import JURISDICTIONS, OFFICIAL, Knowledge, Page
from guidance_bot.slack.blocks import (
    Json,
    Message,
    Part,
    button,
    fits_menu,
    messages,
    select,
)
from guidance_bot.slack.buttons import (
    BLOCK_ID_CHARS,
    KEEP,
    MORE,
    PAGE,
    RULES,
    Asked,
    page_value,
)
from guidance_bot.slack.flow_buttons import OPEN, Chosen
from guidance_bot.slack.mrkdwn import Said, joined, link, literal, said_inline
from guidance_bot.wording import sentence

MOST_BUTTONS: Final = 3
MOST_WORDS: Final = 150
# Stands where something of ours goes into a sentence.
_GAP: Final = "\ufffc"
# What a screen can spare first, when an editor's long titles fill it.
_SPARED: Final = ("other side", "exception", "official")


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an answer is seen. ``kept``: it stays without being kept, as in a
    direct message; ``note`` comes before it, ``sharer`` is named below it. ``elsewhere``: it is not
    seen beside its question, which is then said below it.
    """

    kept: bool = False
    note: str = ""
    sharer: str | None = None
    elsewhere: bool = False


def answer_messages(
    given: Answer, knowledge: Knowledge, setting: Setting = Setting()
) -> tuple[Message, ...]:
    """Return *given* as one message, two where it is very long."""
    parts = [Part(literal(setting.note))] if setting.note else []
    if given.message is not None:
        return messages([*parts, *_lines(given.message)])
    parts += [Part(literal(notice).bold()) for notice in given.notices]
    parts += body(given, knowledge)
    if setting.sharer:
        shared = with_mention("shared-by", knowledge, setting.sharer)
        parts.append(Part(shared, quiet=True))
    if setting.elsewhere:
        asked = own_words("asked", knowledge, question=given.question.strip())
        parts.append(Part(literal(" ".join(asked.split())), quiet=True))
    left_out = Part(_sentence("message-ends", knowledge), quiet=True)
    controls = _controls(given, knowledge, setting)
    return messages(parts, controls, ending=left_out)


def note_message(key: str, knowledge: Knowledge, **values: str) -> tuple[Message, ...]:
    """Return a fixed sentence of ours as a message of its own."""
    return messages([Part(_sentence(key, knowledge, **values))])


def help_messages(
    message: str, knowledge: Knowledge, *, bot: str, command: str
) -> tuple[Message, ...]:
    """Return what the bot is for, then how it is asked in Slack.

    *bot* is the user id to mention, *command* the slash command.
    """
    told = with_mention("slack-help", knowledge, bot, command=command)
    return messages([*_lines(message), Part(told)])


def lead(citation: Citation) -> Said:
    """Return the sentences of *citation* that answer, as lines."""
    return joined(
        Said(shown.marker, shown.marker) + joined(map(said_inline, shown.pieces), " … ")
        for shown in phrases.lead_paragraphs(citation)
    )


def authority(citation: Citation, knowledge: Knowledge) -> str:
    """Return the authority of *citation* in words: kind, whose, state.

    Whose is said of texts that somebody is to follow: of opinions and stories
    it would only cost words.
    """
    standing = standing_of(citation, knowledge)
    names = knowledge.organisation.jurisdictions
    cited = [s for s in cited_in(citation, knowledge) if s.kind == citation.authority]
    codes = dict.fromkeys(source.jurisdiction for source in cited)
    if not codes or citation.authority not in {*OFFICIAL, "toolkit"}:
        return standing
    kind, comma, state = standing.partition(", ")
    whose = ", ".join(names.get(code, code) for code in codes)
    held = own_words("whose", knowledge, authority=kind, jurisdictions=whose)
    return f"{held}{comma}{state}"


def body(given: Answer, knowledge: Knowledge) -> list[Part]:
    """Return what *given* says, without what depends on where it is seen."""
    if given.verdict == "nothing":
        return list(_nothing(given, knowledge))
    if given.verdict == "unsure":
        return list(_unsure(given, knowledge))
    first, *others = given.citations
    others = [c for c in others if c.page.id == first.page.id]
    parts = list(_answered(given, others, knowledge))
    for role in _SPARED:
        if sum(part.words.words for part in parts) <= MOST_WORDS:
            break
        others = [citation for citation in others if citation.role != role]
        parts = list(_answered(given, others, knowledge))
    return parts


def _answered(
    given: Answer, others: Sequence[Citation], knowledge: Knowledge
) -> Iterator[Part]:
    first = given.citations[0]
    yield Part(_first_bold(lead(first)))
    asides = [
        phrases.whom_it_binds(first, given, knowledge),
        phrases.nothing_particular(given, knowledge),
    ]
    if given.is_sensitive:
        asides.insert(0, own_words("sensitive", knowledge))
    yield from (Part(literal(aside)) for aside in asides if aside)
    for citation in others:
        label = authority(citation, knowledge)
        head = phrases.heading_of(citation, knowledge)
        heading = literal(f"{head} ({label})").bold()
        yield Part(joined([heading, lead(citation)]))
    for note in (
        phrases.misses(given, knowledge),
        phrases.own_section(given, knowledge),
    ):
        if note:
            yield Part(literal(note))
    yield Part(_footer(first, given, knowledge), quiet=True)
    if phrases.is_jurisdiction_unknown(given, knowledge) and not given.is_sensitive:
        yield from _which_rules(given, knowledge)


def _footer(citation: Citation, given: Answer, knowledge: Knowledge) -> Said:
    facts = phrases.facts(citation.page, knowledge, is_overdue=citation.overdue)
    line = f"{authority(citation, knowledge)}. {facts}."
    if given.is_sensitive:
        # Nobody in a hurry is sent to a policy first.
        return literal(line)
    permission = own_words("not-permission", knowledge)
    return joined([_policies(knowledge), literal(f"{line} {permission}")])


def _policies(knowledge: Knowledge) -> Said:
    """Return the organisation's own policies to check first, linked where they can be."""
    policies = knowledge.organisation.policies
    if not policies:
        return Said()
    before, _, after = own_words("check-first", knowledge, policies=_GAP).partition(
        _GAP
    )
    named = joined((link(p.url, literal(p.title)) for p in policies), "; ")
    return literal(before) + named + literal(after)


def _which_rules(given: Answer, knowledge: Knowledge) -> Iterator[Part]:
    """Yield one line that asks whose rules bind, with a menu to say so."""
    codes = given.citations[0].page.jurisdictions
    if not codes:
        return
    names = knowledge.organisation.jurisdictions
    value = Asked.of(given).value()
    binding = [(code, names.get(code, code)) for code in _employers(knowledge, codes)]
    if len(value) > BLOCK_ID_CHARS or not fits_menu(binding):
        yield Part(_sentence("choose-shorter", knowledge))
        return
    label = own_words("choose-rules-label", knowledge)
    # The menu of a message that only one person sees comes back without the
    # message; what to ask again travels in the block's id.
    yield Part(
        _sentence("choose-rules", knowledge),
        beside=select(label, RULES, binding),
        block_id=value,
    )


def _employers(knowledge: Knowledge, first: Sequence[str]) -> list[str]:
    """Return whose rules one can be bound by: those *first*, the well-known ones,
    and those that some page is for. Other codes only say whose a source is.
    """
    held = {code for page in knowledge.pages.values() for code in page.jurisdictions}
    held.update(
        code for page in knowledge.pages.values() for code in page.applies_to or ()
    )
    return list(dict.fromkeys([*first, *JURISDICTIONS, *sorted(held)]))


def _unsure(given: Answer, knowledge: Knowledge) -> Iterator[Part]:
    yield Part(literal(phrases.closest(given, knowledge)).bold())
    for number, citation in enumerate(given.citations, 1):
        title = literal(phrases.entry(citation, given, knowledge)).bold()
        summary = Said(": ", ": ") + said_inline(citation.page.summary)
        yield Part(_numbered(number) + title + summary)
    yield from _lines(phrases.not_these(given, knowledge))


def _nothing(given: Answer, knowledge: Knowledge) -> Iterator[Part]:
    yield Part(literal(phrases.not_covered(given, knowledge)).bold())
    pages = phrases.nearest_pages(given, knowledge)
    if pages:
        head = _sentence("nearest-pages", knowledge)
        listed = [_numbered(n) + literal(p.title) for n, p in enumerate(pages, 1)]
        yield Part(joined([head, *listed]))
    yield from _lines(phrases.ask_owner(pages, knowledge))


def _controls(given: Answer, knowledge: Knowledge, setting: Setting) -> list[Json]:
    asked = Asked.of(given)
    pages = [citation.page for citation in given.citations]
    if given.verdict == "nothing":
        pages = phrases.nearest_pages(given, knowledge)
    if given.verdict != "answered":
        found = _openers(pages, knowledge)
    else:
        label = own_words("button-page", knowledge)
        found = [button(label, PAGE, page_value(pages[0].id))]
    flow = opens(given, knowledge)
    if flow is not None:
        label = own_words("button-flow", knowledge)
        found = [*found[: MOST_BUTTONS - 1], button(label, OPEN, flow.value())]
    if asked.fits() and given.verdict != "nothing":
        if given.verdict == "answered" and not setting.kept and flow is None:
            label = own_words("button-keep", knowledge)
            found.append(button(label, KEEP, asked.value()))
        found.append(button(own_words("button-more", knowledge), MORE, asked.value()))
    return found[:MOST_BUTTONS]


def opens(given: Answer, knowledge: Knowledge) -> Chosen | None:
    """Return what opens the flow that *given* leads to, or None where the question's
    words state too little, or the subject is a sensitive one.
    """
    stated = phrases.offered_flow(given)
    flow = knowledge.flows.get(stated.name) if stated else None
    if stated is None or flow is None:
        return None
    whose, prompt = given.asker.jurisdiction, flow.prompt(JURISDICTION)
    own = {JURISDICTION: whose} if whose and prompt and prompt.choice(whose) else {}
    chosen = Chosen.of(flow, {**own, **stated.choices})
    return chosen if chosen.fits() else None


def _openers(pages: Sequence[Page], knowledge: Knowledge) -> list[Json]:
    return [
        button(
            own_words("button-open", knowledge, number=str(number)),
            # An id may stand only once in a block.
            f"{PAGE}.{number}",
            page_value(page.id),
            spoken=own_words(
                "button-open-spoken", knowledge, number=str(number), title=page.title
            ),
        )
        for number, page in enumerate(pages, 1)
    ]


def _first_bold(text: Said) -> Said:
    """Return *text* with its first sentence in bold, as far as one can tell."""
    line, newline, rest = text.shown.partition("\n")
    end = line.find(". ") + 1 or len(line)
    if line.count("<", 0, end) != line.count(">", 0, end):
        end = len(line)
    head = Said(line[:end], "").bold()
    return Said(f"{head.shown}{line[end:]}{newline}{rest}", text.spoken)


def with_mention(key: str, knowledge: Knowledge, user: str, **values: str) -> Said:
    """Return a sentence of ours in which ``{person}`` is a mention of *user*.

    The mention is ours and stays one; the rest is text like any other.
    """
    words = literal(own_words(key, knowledge, person=_GAP, **values))
    mention = f"<@{user}>"
    return Said(words.shown.replace(_GAP, mention), words.spoken.replace(_GAP, mention))


def _numbered(number: int) -> Said:
    return Said(f"{number}. ", f"{number}. ")


def _lines(text: str) -> list[Part]:
    return [Part(literal(line)) for line in text.splitlines() if line.strip()]


def _sentence(key: str, knowledge: Knowledge, **values: str) -> Said:
    return literal(own_words(key, knowledge, **values))


def own_words(key: str, knowledge: Knowledge, **values: str) -> str:
    """Return a fixed sentence of ours, as the organisation words it."""
    return sentence(key, knowledge.organisation.wording, **values)
