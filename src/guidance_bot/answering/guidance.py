"""Knowledge with its index, and a question as the terms it is searched by."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from guidance_bot.answering.choosing import Traits
from guidance_bot.answering.confidence import Thresholds
from guidance_bot.answering.leads import Sentences
from guidance_bot.answering.queries import Asked, Document, Query
from guidance_bot.answering.ranking import Hit, Ranking
from guidance_bot.answering.small_talk import without_greeting
from guidance_bot.answering.spelling import Spelling
from guidance_bot.answering.tokens import Analysis, Word, as_said
from guidance_bot.knowledge.content import Knowledge, Passage
from guidance_bot.wording import MAX_QUESTION_CHARS

HITS: Final = 24
TITLE_TERMS: Final = 2
_PARTS: Final = re.compile("[:,]")
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

    ``written`` counts the words of the folder, for questions that are misspelt;
    ``titles`` leads from the terms of a page's title, or of a part of it, to the page's
    opening.
    """

    knowledge: Knowledge
    ranking: Ranking
    analysis: Analysis
    written: Mapping[str, int]
    traits: Traits
    titles: Mapping[frozenset[str], int] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    _terms: dict[str, frozenset[str]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _sentences: dict[str, Sentences] = field(
        default_factory=dict, repr=False, compare=False
    )
    _said: dict[str, frozenset[str]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @classmethod
    def of(
        cls, knowledge: Knowledge, thresholds: Thresholds | None = None
    ) -> "Guidance":
        """Return *knowledge* with its index, which is built here."""
        analysis = Analysis.of(knowledge.vocabulary)
        documents = [document(knowledge, analysis, p) for p in knowledge.passages]
        ours = {as_said(q) for p in knowledge.passages for q in p.questions}
        # What a page is asked is no longer elsewhere, whoever wrote the page.
        elsewhere = [
            asked(analysis, question)
            for questions in knowledge.elsewhere.values()
            for question in questions
            if as_said(question) not in ours
        ]
        return cls(
            knowledge,
            Ranking.of(documents, elsewhere),
            analysis,
            _written(knowledge, analysis),
            Traits.of(knowledge),
            _titles(knowledge, analysis),
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

    def sentences_of(self, passage: Passage) -> Sentences:
        """Return *passage* cut into sentences, and remember them."""
        held = self._sentences.get(passage.id)
        if held is None:
            held = self._sentences[passage.id] = Sentences.of(passage)
        return held

    def said_in(self, passage: Passage) -> frozenset[str]:
        """Return the terms of *passage*, its heading and its page's head; remember them."""
        held = self._said.get(passage.id)
        if held is None:
            page = self.knowledge.pages[passage.page]
            texts = (page.title, page.summary, passage.heading, passage.text)
            held = self._said[passage.id] = frozenset[str]().union(
                *map(self.terms_in, texts)
            )
        return held

    def read(self, question: str, earlier: Sequence[str] = ()) -> "Reading":
        """Return *question* as it is searched; *earlier* ones are cut to its limit."""
        question = without_greeting(question)
        slips: dict[str, str] = {}
        words = tuple(self._words(question, slips))
        terms = tuple(word.term for word in words)
        before = [text[:MAX_QUESTION_CHARS] for text in earlier]
        mended: list[dict[str, str]] = [{} for _ in before]
        query = Query(
            terms,
            tuple(
                word.term
                for text, their_slips in zip(before, mended, strict=True)
                for word in self._words(text, their_slips)
                if self._is_known(word)
            ),
            self.analysis.related(terms),
            self._background(question),
            self._as_said(question, slips),
            tuple(map(self._as_said, before, mended)),
        )
        read_as = {
            word.typed: slips[word.folded] for word in words if word.folded in slips
        }
        return Reading(words, read_as, query)

    def _as_said(self, text: str, slips: Mapping[str, str]) -> tuple[str, ...]:
        if not self.ranking.habits.vocabulary:
            return ()
        words = as_said(text).split()
        return self.analysis.said([slips.get(word, word) for word in words])

    def _background(self, question: str) -> frozenset[str]:
        """Return the terms that stand only in the sentences around the question proper."""
        questions = _QUESTION.findall(question)
        if not questions or questions[0].strip() == question.strip():
            return frozenset()
        asked = {term for text in questions for term in self.analysis.terms(text)}
        return frozenset(self.analysis.terms(question)) - asked

    def query(self, question: str) -> Query:
        """Return *question* as the terms that are searched."""
        return self.read(question).query

    def search(self, question: str, *, limit: int = HITS) -> list[Hit]:
        """Return the passages that share a term with *question*, best first."""
        return self.ranking.search(self.query(question), limit=limit)

    def called(self, question: str) -> int | None:
        """Return the number of the passage to which a phrase in *question* always leads."""
        if not self._calls:
            return None
        said = f" {as_said(question)} "
        return next((number for call, number in self._calls if call in said), None)

    def named(self, query: Query) -> int | None:
        """Return the number of the opening of the page whose title *query* is, if any."""
        return self.titles.get(frozenset(query.terms)) if not query.earlier else None

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.written, self.analysis.stop_words)

    @cached_property
    def _calls(self) -> list[tuple[str, int]]:
        phrases = self.knowledge.phrases
        return [
            (f" {as_said(phrase)} ", self.knowledge.number_of(p))
            for phrase, p in phrases
        ]

    def is_expected(self, query: Query, number: int) -> bool:
        """Tell whether *query* is a question that editors wrote for a passage, give or
        take the words that are not searched.
        """
        asked = frozenset(query.terms)
        questions = self.knowledge.passages[number].questions
        return any(self.terms_in(question) == asked for question in questions)

    def _words(self, question: str, slips: dict[str, str]) -> Iterator[Word]:
        """Yield the words of *question* as they were meant; *slips* takes what was not."""
        is_shouted = question.isupper() or question.istitle()
        for word in self.analysis.words(question):
            if self._is_spelled(word):
                yield word
                continue
            # A capital inside a sentence is a name.
            is_first = question.lstrip().startswith(word.typed)
            is_name = not (word.typed.islower() or is_shouted or is_first)
            near = self._spelling.nearest(word.folded, is_name=is_name)
            is_stop_word = near in self.analysis.stop_words
            if near is None or (
                not is_stop_word and self.analysis.term(near) == word.term
            ):
                yield word
                continue
            slips[word.folded] = near
            if not is_stop_word:
                yield word._replace(term=self.analysis.term(near))

    def _is_spelled(self, word: Word) -> bool:
        # A form that nobody wrote is one of a known word's, or a slip: "finde".
        return (
            self.written.get(word.folded) is not None
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
        tuple(asked(analysis, question) for question in passage.questions),
    )


def asked(analysis: Analysis, question: str) -> Asked:
    """Return *question*, which an editor wrote, as it is indexed."""
    said = analysis.said(as_said(question).split())
    return Asked(analysis.terms(question), said)


def _titles(knowledge: Knowledge, analysis: Analysis) -> dict[frozenset[str], int]:
    """Return the openings of pages by the terms of their titles, and of title's parts."""
    numbers = {passage.id: number for number, passage in enumerate(knowledge.passages)}
    found: dict[frozenset[str], set[int]] = {}
    for page in (page for page in knowledge.pages.values() if page.passages):
        for name in (page.title, *_PARTS.split(page.title)):
            terms = frozenset(analysis.terms(name))
            if len(terms) >= TITLE_TERMS:
                found.setdefault(terms, set()).add(numbers[page.passages[0]])
    # What two pages are called leads to neither.
    return {terms: min(pages) for terms, pages in found.items() if len(pages) == 1}


def _written(knowledge: Knowledge, analysis: Analysis) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for passage in knowledge.passages:
        for text in (passage.heading, passage.text, *passage.questions):
            counts.update(analysis.written(text))
    for page in knowledge.pages.values():
        counts.update(analysis.written(page.title))
    return dict(sorted(counts.items()))
