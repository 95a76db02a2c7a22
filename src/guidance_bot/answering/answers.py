"""One question → one Answer: a pure function of the guidance, the question and the asker.

Slack, the terminal, the evaluation and the benchmarks all enter at ``answer``.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guidance_bot import __version__
from guidance_bot.answering.choosing import Choice, choose
from guidance_bot.answering.confidence import Thresholds, Verdict
from guidance_bot.answering.leads import Span, authority_of, lead
from guidance_bot.answering.ranking import Document, Hit, Query, Ranking
from guidance_bot.answering.small_talk import Occasion, occasion
from guidance_bot.answering.tokens import Analysis
from guidance_bot.knowledge.content import (
    OFFICIAL,
    Authority,
    Knowledge,
    Page,
    Paragraph,
    Passage,
    Source,
)
from guidance_bot.wording import MAX_QUESTION_CHARS, sentence

HITS: Final = 40
ALSO: Final = 5
NEAREST: Final = 3
# Together with headings and the last line these stay below 150 words.
WORDS_OF: Final = {"main": 50, "official": 50, "exception": 30, "other side": 28}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the jurisdiction whose rules bind them, if known."""

    jurisdiction: str | None = None


@dataclass(frozen=True)
class Guidance:
    """Knowledge with its index: all that an answer depends on."""

    knowledge: Knowledge
    ranking: Ranking
    analysis: Analysis
    thresholds: Thresholds = field(default_factory=Thresholds)

    @classmethod
    def of(
        cls, knowledge: Knowledge, thresholds: Thresholds | None = None
    ) -> "Guidance":
        """Return *knowledge* with its index, which is built here."""
        analysis = Analysis.of(knowledge.vocabulary)
        documents = [document(knowledge, analysis, p) for p in knowledge.passages]
        return cls(
            knowledge, Ranking.of(documents), analysis, thresholds or Thresholds()
        )

    def query(self, question: str, earlier: Sequence[str] = ()) -> Query:
        """Return *question* as the terms that are searched."""
        terms = self.analysis.terms(question)
        before = tuple(t for text in earlier for t in self.analysis.terms(text))
        return Query(terms, before, self.analysis.related(terms))

    def search(self, question: str, *, limit: int = HITS) -> list[Hit]:
        """Return the passages that share a term with *question*, best first."""
        return self.ranking.search(self.query(question), limit=limit)


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage as it is shown: ``lead`` are offsets into its text."""

    passage: Passage
    page: Page
    lead: tuple[Span, ...]
    authority: Authority
    sources: tuple[Source, ...]
    score: float
    role: str
    overdue: bool = False

    @property
    def applies_to(self) -> tuple[str, ...] | None:
        """Whom the passage binds: its section's jurisdiction, else its page's."""
        if self.passage.jurisdiction is not None:
            return (self.passage.jurisdiction,)
        return self.page.applies_to


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot replies. ``notices``, ``overdue`` and ``commit`` are added at
    the edge, from the day's date and git; the receipt does not cover them.
    """

    question: str
    asker: Asker
    verdict: Verdict
    confidence: float
    version: str
    earlier: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    unmatched: tuple[str, ...] = ()
    read_as: tuple[tuple[str, str], ...] = ()
    also: tuple[str, ...] = ()
    occasion: Occasion | None = None
    message: str | None = None
    notices: tuple[str, ...] = ()
    commit: str | None = None

    @property
    def is_sensitive(self) -> bool:
        """Tell whether the answer belongs to the asker alone."""
        return any(citation.page.sensitive for citation in self.citations)

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


def document(knowledge: Knowledge, analysis: Analysis, passage: Passage) -> Document:
    """Return what is indexed of *passage*."""
    return Document(
        passage.page,
        analysis.terms(knowledge.pages[passage.page].title),
        analysis.terms(passage.heading),
        analysis.terms(passage.text),
        tuple(analysis.terms(question) for question in passage.questions),
    )


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
    found = occasion(question)
    if found is not None:
        message = sentence(
            found, overrides, length=len(question.strip()), limit=MAX_QUESTION_CHARS
        )
        return Answer(
            question, asker, "nothing", 0.0, version, tuple(earlier),
            occasion=found, message=message,
        )  # fmt: skip
    query = guidance.query(question, earlier)
    hits = guidance.ranking.search(query, limit=HITS)
    signal = hits[0].signal if hits else 0.0
    verdict = guidance.thresholds.verdict(signal) if hits else "nothing"
    unmatched = _unmatched(guidance, question, hits)
    citations: tuple[Citation, ...] = ()
    if verdict != "nothing":
        whose = asker.jurisdiction or guidance.knowledge.organisation.jurisdiction
        chosen = choose(guidance.knowledge, hits, whose, alone=verdict == "unsure")
        citations = tuple(_citation(guidance, query, choice) for choice in chosen)
    cited = {citation.passage.id for citation in citations}
    ids = (guidance.knowledge.passages[hit.number].id for hit in hits)
    return Answer(
        question,
        asker,
        verdict,
        guidance.thresholds.confidence(signal),
        version,
        tuple(earlier),
        citations,
        unmatched,
        also=tuple(id_ for id_ in ids if id_ not in cited)[:ALSO],
    )


def _citation(guidance: Guidance, query: Query, choice: Choice) -> Citation:
    passage = guidance.knowledge.passages[choice.hit.number]
    weights = query.weights()

    def weight(text: str) -> float:
        held = set(guidance.analysis.terms(text))
        words = guidance.ranking.words
        return sum(w * words.highest_weight(t) for t, w in weights.items() if t in held)

    def official(paragraph: Paragraph) -> bool:
        return paragraph.authority in OFFICIAL

    is_official = choice.role == "official"
    spans = lead(
        passage,
        weight,
        words=WORDS_OF[choice.role],
        among=official if is_official else lambda _: True,
        whole_paragraphs=is_official,
        from_start=not is_official,
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


def _unmatched(
    guidance: Guidance, question: str, hits: Sequence[Hit]
) -> tuple[str, ...]:
    held: set[str] = set()
    for hit in hits[:NEAREST]:
        passage = guidance.knowledge.passages[hit.number]
        page = guidance.knowledge.pages[passage.page]
        for text in (page.title, passage.heading, passage.text):
            held.update(guidance.analysis.terms(text))
    words = guidance.analysis.words(question)
    added = guidance.analysis.related([word.term for word in words])
    covered = {t for term, asked in added.items() if term in held for t in asked}
    missing = (w.typed for w in words if w.term not in held and w.term not in covered)
    return tuple(dict.fromkeys(missing))


def as_json(given: Answer) -> dict[str, Any]:
    """Return *given* as the stable JSON document that scripts rely on."""
    return {
        "question": given.question,
        "verdict": given.verdict,
        "confidence": given.confidence,
        "citations": [_citation_json(citation) for citation in given.citations],
        "unmatched": list(given.unmatched),
        "read_as": [{"word": word, "as": term} for word, term in given.read_as],
        "also": list(given.also),
        "notices": list(given.notices),
        "message": given.message,
        "flow": None,
        "receipt": given.receipt,
        "knowledge": {"version": given.version, "commit": given.commit},
    }


def _citation_json(citation: Citation) -> dict[str, Any]:
    passage, page = citation.passage, citation.page
    applies_to = citation.applies_to
    return {
        "passage": passage.id,
        "page": page.id,
        "title": page.title,
        "heading": passage.heading,
        "text": passage.text,
        "lead": [list(span) for span in citation.lead],
        "authority": citation.authority,
        "paragraphs": [
            {
                "start": paragraph.start,
                "end": paragraph.end,
                "authority": paragraph.authority,
                "sources": list(paragraph.sources),
                "says": paragraph.says,
            }
            for paragraph in passage.paragraphs
        ],
        "sources": [_source_json(source) for source in citation.sources],
        "applies_to": None if applies_to is None else list(applies_to),
        "status": page.status,
        "owner": page.owner,
        "reviewed": page.reviewed.isoformat(),
        "overdue": citation.overdue,
        "score": citation.score,
    }


def _source_json(source: Source) -> Mapping[str, str | None]:
    return {
        "id": source.id,
        "title": source.title,
        "publisher": source.publisher,
        "year": source.year,
        "url": source.url,
        "kind": source.kind,
        "jurisdiction": source.jurisdiction,
        "in_force": source.in_force,
    }
