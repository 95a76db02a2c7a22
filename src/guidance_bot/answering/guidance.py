"""Knowledge with its index, and a question as the terms it is searched by."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from guidance_bot.answering.confidence import Thresholds
from guidance_bot.answering.ranking import Document, Hit, Query, Ranking
from guidance_bot.answering.spelling import nearest
from guidance_bot.answering.tokens import Analysis, Word
from guidance_bot.knowledge.content import Knowledge, Passage

HITS: Final = 40
# A sentence that ends in a question mark; the others tell what it is about.
_QUESTION: Final = re.compile(r"[^.!?\n]*\?")


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

    def words(self, question: str) -> tuple[tuple[Word, ...], dict[str, str]]:
        """Return the content words of *question*, and which were read as another.

        A word that turns out to be a misspelt stop word is left out.
        """
        read_as: dict[str, str] = {}
        words: list[Word] = []
        for word in self.analysis.words(question):
            near = None if self._is_known(word) else nearest(word.folded, self.written)
            if near is None:
                words.append(word)
            elif near not in self.analysis.stop_words:
                read_as[word.typed] = near
                words.append(replace(word, term=self.analysis.term(near)))
        return tuple(words), read_as

    def query(self, question: str, earlier: Sequence[str] = ()) -> Query:
        """Return *question* as the terms that are searched."""
        terms = tuple(word.term for word in self.words(question)[0])
        before = tuple(w.term for text in earlier for w in self.words(text)[0])
        asked = {
            word.term
            for sentence in _QUESTION.findall(question)
            for word in self.words(sentence)[0]
        }
        background = frozenset(terms) - asked if asked else frozenset[str]()
        return Query(terms, before, self.analysis.related(terms), background)

    def search(self, question: str, *, limit: int = HITS) -> list[Hit]:
        """Return the passages that share a term with *question*, best first."""
        return self.ranking.search(self.query(question), limit=limit)

    def _is_known(self, word: Word) -> bool:
        return (
            word.term in self.ranking.words.vocabulary
            or word.folded in self.written
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
