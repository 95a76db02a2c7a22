"""One question → one Answer: a pure function of the guidance, the question and the asker.

Slack, the terminal, the evaluation and the benchmarks all enter at ``answer``.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from guidance_bot import __version__
from guidance_bot.answering.choosing import Choice, Role, choose
from guidance_bot.answering.confidence import Verdict
from guidance_bot.answering.guidance import HITS, Guidance, Reading
from guidance_bot.answering.labels import standing_of
from guidance_bot.answering.leads import authority_of, lead, words_in
from guidance_bot.answering.queries import Query
from guidance_bot.answering.ranking import DECIMALS, Hit
from guidance_bot.answering.small_talk import occasion
from guidance_bot.answering.unmatched import unmatched, worth_naming
from guidance_bot.knowledge.content import (
    OFFICIAL,
    Authority,
    Knowledge,
    Page,
    Paragraph,
    Passage,
    Source,
)
from guidance_bot.knowledge.marks import Span
from guidance_bot.wording import MAX_QUESTION_CHARS, sentence

ALSO: Final = 5
NEAREST: Final = 3
# How far above the best match a phrase lifts its passage: beyond what whom it binds takes off.
ALWAYS: Final = 10
# Owner, review date and policies take the rest of 150 words.
SCREEN_WORDS: Final = 123
# "Nothing here mentions … or …"
NOTE_WORDS: Final = 6
# What points to a section of the page takes so many.
POINTER_WORDS: Final = 13
# A page that is asked for by its title is this much better than the best.
AHEAD: Final = 1.000001
# Steps that are quoted to the end leave nothing for what others say of them.
LONG_LEAD: Final = 65
# A sentence with this share of the question's weight may begin a lead.
MOST: Final = 0.6
# Together with headings and the last line these stay below 150 words.
WORDS_OF: Final[Mapping[Role, int]] = {
    "main": 50,
    "common": 45,
    "official": 50,
    "exception": 30,
    "other side": 28,
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the jurisdiction whose rules bind them, if known."""

    jurisdiction: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage as it is shown: ``lead`` are offsets into its text."""

    passage: Passage
    page: Page
    lead: tuple[Span, ...]
    authority: Authority
    sources: tuple[Source, ...]
    score: float
    role: Role
    overdue: bool = False

    @property
    def applies_to(self) -> tuple[str, ...] | None:
        """Whom the passage binds: its section's jurisdiction, else its page's."""
        if self.passage.jurisdiction is not None:
            return (self.passage.jurisdiction,)
        return self.page.applies_to


@dataclass(frozen=True, slots=True)
class StatedFlow:
    """A flow, and the choices in it that a question's own words state: prompt → choice."""

    name: str
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot replies. ``notices``, ``overdue``, ``flow`` and ``commit`` are added
    at the edge, from the day's date, the flows and git; the receipt does not cover them.
    ``missing`` are the unmatched words that are worth naming.
    """

    question: str
    asker: Asker
    verdict: Verdict
    confidence: float
    version: str
    earlier: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    unmatched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    read_as: tuple[tuple[str, str], ...] = ()
    also: tuple[str, ...] = ()
    message: str | None = None
    notices: tuple[str, ...] = ()
    flow: StatedFlow | None = None
    commit: str | None = None

    @property
    def is_sensitive(self) -> bool:
        """Tell whether the answer belongs to the asker alone.

        A pointer to a sensitive page, below an answer from another one, tells
        nobody anything.
        """
        shown = self.citations[:1] if self.verdict == "answered" else self.citations
        return any(citation.page.sensitive for citation in shown)

    @property
    def receipt(self) -> str:
        """The short text that verifies the answer: release, knowledge, digest."""
        held = {
            "after": list(self.earlier) or None,
            "for": self.asker.jurisdiction,
            "passages": [citation.passage.id for citation in self.citations],
            "question": self.question,
            "verdict": self.verdict,
        }
        text = json.dumps(
            held, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{__version__}-{self.version[:8]}-{digest[:8]}"


def answer(
    guidance: Guidance, question: str, asker: Asker, earlier: Sequence[str] = ()
) -> Answer:
    """Return what *guidance* says to *question*.

    *earlier* are the questions before it in the same conversation, oldest
    first. The same arguments give the same answer, on every machine of one
    release.
    """
    version = guidance.knowledge.version
    overrides = guidance.knowledge.organisation.wording
    called = guidance.called(question)
    # Somebody may be in danger: then no length and no language keeps the answer back.
    found = occasion(question) if called is None else None
    if found is not None:
        message = sentence(
            found, overrides, length=len(question.strip()), limit=MAX_QUESTION_CHARS
        )
        return Answer(
            question,
            asker,
            "nothing",
            0.0,
            version,
            tuple(earlier),
            message=message,
        )
    asked = question[:MAX_QUESTION_CHARS]
    whose = asker.jurisdiction or guidance.knowledge.organisation.jurisdiction
    reading, hits = _searched(guidance, asked, earlier, called, whose)
    query = reading.query
    signal = hits[0].signal if hits else 0.0
    verdict = guidance.thresholds.verdict(signal) if hits else "nothing"
    is_answered = verdict == "answered"
    chosen = (
        choose(guidance.traits, hits, whose, alone=not is_answered)
        if verdict != "nothing"
        else []
    )
    weigh = _Weighing(guidance, query)
    shown = [_citation(guidance, weigh, choice) for choice in chosen]
    passages = guidance.knowledge.passages
    nearest = [passages[hit.number] for hit in hits[:NEAREST]]
    lacking = unmatched(guidance, reading, [*nearest, *(c.passage for c in shown)])
    numbers = [choice.hit.number for choice in chosen]
    note = worth_naming(guidance, reading, lacking, numbers, is_answered=is_answered)
    room = SCREEN_WORDS - (len(note) + NOTE_WORDS if note else 0)
    room -= _to_own_section(shown, whose)
    citations = tuple(_on_one_screen(shown, guidance.knowledge, room))
    if len(citations) < len(shown):
        told = [*nearest, *(citation.passage for citation in citations)]
        lacking = unmatched(guidance, reading, told)
    cited = {citation.passage.id for citation in citations}
    ids = (passages[hit.number].id for hit in hits)
    also = tuple(islice((id_ for id_ in ids if id_ not in cited), ALSO))
    return Answer(
        question,
        asker,
        verdict,
        guidance.thresholds.confidence(signal) if hits else 0.0,
        version,
        tuple(earlier),
        citations,
        lacking,
        note,
        tuple(reading.read_as.items()),
        also=also,
    )


def _searched(
    guidance: Guidance,
    question: str,
    earlier: Sequence[str],
    called: int | None,
    whose: str | None,
) -> tuple[Reading, list[Hit]]:
    """Return the reading of *question*, with or without the *earlier* ones, that
    finds more: a question that stands alone is not watered down by them.

    The passage *called* by a phrase comes first, whatever else is found; so does the
    page whose title the question is, where it binds somebody from *whose* jurisdiction.
    """
    readings = [guidance.read(question)]
    if earlier:
        readings.append(guidance.read(question, earlier))
    found = [(r, guidance.ranking.search(r.query, limit=HITS)) for r in readings]
    reading, hits = max(found, key=lambda one: one[1][0].signal if one[1] else -1.0)
    named = guidance.named(reading.query)
    if named is not None and not guidance.traits.binds(named, whose):
        named = None
    if hits and named is not None:
        hits = _with_page_first(guidance, hits, named)
    elif hits and guidance.is_expected(reading.query, hits[0].number):
        hits = _surely(guidance, hits)
    if called is not None:
        rest = [hit for hit in hits if hit.number != called]
        best = max((hit.score for hit in hits), default=0.0)
        sure = max((hit.signal for hit in hits), default=0.0)
        sure = max(sure, guidance.thresholds.answered)
        hits = [Hit(called, ALWAYS * best + 1.0, sure, ALWAYS * best + 1.0), *rest]
    return reading, hits


def _with_page_first(
    guidance: Guidance, hits: Sequence[Hit], opening: int
) -> list[Hit]:
    """Return *hits* with those of the page of which *opening* is the first passage in
    front; its passages keep their order.
    """
    page_of = guidance.traits.page
    page = page_of[opening]
    own = [hit for hit in hits if page_of[hit.number] == page]
    best = hits[0]
    if not own:
        own = [best._replace(number=opening)]
    if page_of[best.number] != page:
        lift = best.score * AHEAD - own[0].score
        own = [hit._replace(score=hit.score + lift) for hit in own]
    others = [hit for hit in hits if page_of[hit.number] != page]
    return _surely(guidance, [*own, *others])


def _surely(guidance: Guidance, hits: Sequence[Hit]) -> list[Hit]:
    sure = max(hits[0].signal, guidance.thresholds.answered)
    return [hits[0]._replace(signal=sure), *hits[1:]]


def _to_own_section(citations: Sequence[Citation], whose: str | None) -> int:
    """Return how many words it takes to point to the asker's own section, where it is
    on the page and not shown.
    """
    if not citations or whose not in citations[0].page.jurisdictions:
        return 0
    shown = any(citation.passage.jurisdiction == whose for citation in citations)
    return 0 if shown else POINTER_WORDS


def _on_one_screen(
    citations: Sequence[Citation], knowledge: Knowledge, room: int
) -> Iterator[Citation]:
    """Yield *citations* without the further passages that *room* words do not hold."""
    if not citations:
        return
    first = citations[0]
    room -= len(first.page.title.split())
    is_long = False
    for citation in citations:
        text = citation.passage.text
        words = sum(words_in(text[start:end]) for start, end in citation.lead)
        if citation.role != "main":
            heading = (citation.passage.heading, standing_of(citation, knowledge))
            words += sum(len(part.split()) for part in heading)
            if words > room or is_long:
                continue
        elif citation is first:
            is_long = words > LONG_LEAD
        if citation.page.id == first.page.id:
            room -= words
        yield citation


class _Weighing:
    """How much of a question a text of the folder holds; ``most`` is most of it."""

    def __init__(self, guidance: Guidance, query: Query) -> None:
        highest = guidance.ranking.words.highest_weight
        self._terms_in = guidance.terms_in
        self._weights = [(t, w * highest(t)) for t, w in query.weights().items()]
        asked = dict.fromkeys(query.terms)
        self.most = round(MOST * sum(map(highest, asked)), DECIMALS)

    def __call__(self, text: str) -> float:
        held = self._terms_in(text)
        return round(sum([w for term, w in self._weights if term in held]), DECIMALS)


def _citation(guidance: Guidance, weigh: _Weighing, choice: Choice) -> Citation:
    passage = guidance.knowledge.passages[choice.hit.number]

    def plays(paragraph: Paragraph) -> bool:
        if choice.role == "official":
            return paragraph.authority in OFFICIAL
        return choice.role != "other side" or paragraph.authority == "commentary"

    spans = lead(
        guidance.sentences_of(passage),
        weigh,
        words=WORDS_OF[choice.role],
        among=plays,
        whole_paragraphs=choice.role == "official",
        from_start_below=_enough(guidance, weigh, choice),
    )
    named = dict.fromkeys(id_ for p in passage.paragraphs for id_ in p.sources)
    return Citation(
        passage,
        guidance.knowledge.pages[passage.page],
        spans,
        authority_of(passage, spans),
        tuple(guidance.knowledge.sources[id_] for id_ in named),
        choice.hit.score,
        choice.role,
    )


def _enough(guidance: Guidance, weigh: _Weighing, choice: Choice) -> float:
    # A page's first section is written to be read from its start, and so are
    # one jurisdiction's and an account of two sides. Elsewhere a paragraph
    # with a sentence that holds most of the question is the better beginning.
    passage = guidance.knowledge.passages[choice.hit.number]
    opening = guidance.knowledge.pages[passage.page].passages[0]
    is_for_some = passage.jurisdiction is not None
    if passage.id == opening or is_for_some or choice.role == "other side":
        return math.inf
    return weigh.most
