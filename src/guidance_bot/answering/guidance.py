"""Knowledge with its index, and a question as the terms it is searched by."""

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from guidance_bot.answering.confidence import Thresholds
from guidance_bot.answering.ranking import Document, Hit, Query, Ranking
from guidance_bot.answering.small_talk import without_greeting
from guidance_bot.answering.spelling import nearest
from guidance_bot.answering.tokens import Analysis, Word, as_said
from guidance_bot.knowledge.content import Knowledge, Passage
from guidance_bot.wording import MAX_QUESTION_CHARS

HITS: Final = 40
ALIKE: Final = 0.7
"""Of the evaluation questions this near an editor's question, nine in ten found a right page."""
_INFLECTED: Final = ("s", "ed", "ing", "er", "ers", "ly")
# A sentence that ends in a question mark; the others tell what it is about.
_QUESTION: Final = re.compile(r"[^.!?\n]*\?")


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was read: its words, the slips in it, what is searched."""

    words: tuple[Word, ...]
    read_as: Mapping[str, str]
    query: Query


@dataclass(frozen=True)
class Guidance:
    """Knowledge with its index: all that an answer depends on.

    ``written`` counts the words of the folder, for questions that are misspelt.
    """

    knowledge: Knowledge
    ranking: Ranking
    analysis: Analysis
    written: Mapping[str, int]
    thresholds: Thresholds = field(default_factory=Thresholds)
    _terms: dict[str, frozenset[str]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @classmethod
    def of(
        cls, knowledge: Knowledge, thresholds: Thresholds | None = None
    ) -> "Guidance":
        """Return *knowledge* with its index, which is built here."""
        analysis = Analysis.of(knowledge.vocabulary)
        documents = [document(knowledge, analysis, p) for p in knowledge.passages]
        return cls(
            knowledge,
            Ranking.of(documents),
            analysis,
            _written(knowledge, analysis),
            thresholds or Thresholds(),
        )

    def terms_in(self, text: str) -> frozenset[str]:
        """Return the terms of *text*, which is the folder's own, and remember them.

        A bot reads the same sentences for every question. What people ask is
        never given here: it would be remembered too.
        """
        held = self._terms.get(text)
        if held is None:
            held = self._terms[text] = frozenset(self.analysis.terms(text))
        return held

    def read(self, question: str, earlier: Sequence[str] = ()) -> "Reading":
        """Return *question* as it is searched; *earlier* ones are cut to its limit."""
        question = without_greeting(question)
        read_as: dict[str, str] = {}
        words = tuple(self._words(question, read_as))
        terms = tuple(word.term for word in words)
        before = tuple(
            word.term
            for text in earlier
            for word in self._words(text[:MAX_QUESTION_CHARS], {})
            if self._is_known(word)
        )
        asked = {
            term
            for sentence in _QUESTION.findall(question)
            for term in self.analysis.terms(sentence)
        }
        # Terms of misspelt words count as asked: they are not looked up twice.
        plain = frozenset(self.analysis.terms(question))
        background = plain - asked if asked else frozenset[str]()
        query = Query(terms, before, self.analysis.related(terms), background)
        return Reading(words, read_as, query)

    def query(self, question: str) -> Query:
        """Return *question* as the terms that are searched."""
        return self.read(question).query

    def search(self, question: str, *, limit: int = HITS) -> list[Hit]:
        """Return the passages that share a term with *question*, best first."""
        return self.ranking.search(self.query(question), limit=limit)

    def called(self, question: str) -> int | None:
        """Return the number of the passage to which a phrase in *question* always leads."""
        said = f" {as_said(question)} "
        for phrase, passage in self.knowledge.phrases:
            if f" {as_said(phrase)} " in said:
                return self._number(passage)
        return None

    def is_expected(self, query: Query, number: int) -> bool:
        """Tell whether *query* is nearly a question that editors wrote for a passage.

        Nearly: the cosine of their terms, weighed by idf, is at least ALIKE.
        """
        weight = self.ranking.words.highest_weight
        asked = {term: weight(term) ** 2 for term in query.terms}
        # fsum: sets have no order of their own, and a sum must not depend on it.
        whole = math.fsum(asked.values())
        for question in self.knowledge.passages[number].questions:
            written = self.terms_in(question)
            common = math.fsum(asked[term] for term in written & asked.keys())
            length = math.fsum(weight(term) ** 2 for term in written)
            if common and common >= ALIKE * math.sqrt(whole * length):
                return True
        return False

    def _number(self, passage: str) -> int:
        passages = self.knowledge.passages
        return bisect_left(range(len(passages)), passage, key=lambda n: passages[n].id)

    def _words(self, question: str, read_as: dict[str, str]) -> Iterator[Word]:
        is_shouted = question.isupper() or question.istitle()
        stop_words = self.analysis.stop_words
        for word in self.analysis.words(question):
            # A capital inside a sentence is a name.
            is_first = question.lstrip().startswith(word.typed)
            is_name = not (word.typed.islower() or is_shouted or is_first)
            if self._is_spelled(word):
                yield word
                continue
            near = nearest(word.folded, self.written, stop_words, is_name=is_name)
            if near is None or self.analysis.term(near) == word.term:
                yield word
            elif near not in stop_words:
                read_as[word.typed] = near
                yield replace(word, term=self.analysis.term(near))

    def _is_spelled(self, word: Word) -> bool:
        # A form that nobody wrote is one of a known word's, or a slip: "finde".
        return (
            word.folded in self.written
            or word.term in self.analysis.declared
            or (self._is_known(word) and word.folded.endswith(_INFLECTED))
        )

    def _is_known(self, word: Word) -> bool:
        return (
            word.term in self.ranking.words.vocabulary
            or word.term in self.analysis.declared
        )


def document(knowledge: Knowledge, analysis: Analysis, passage: Passage) -> Document:
    """Return what is indexed of *passage*."""
    return Document(
        passage.page,
        analysis.terms(knowledge.pages[passage.page].title),
        analysis.terms(passage.heading),
        analysis.terms(passage.text),
        tuple(analysis.terms(question) for question in passage.questions),
    )


def _written(knowledge: Knowledge, analysis: Analysis) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for passage in knowledge.passages:
        for text in (passage.heading, passage.text, *passage.questions):
            counts.update(analysis.written(text))
    for page in knowledge.pages.values():
        counts.update(analysis.written(page.title))
    return dict(sorted(counts.items()))
