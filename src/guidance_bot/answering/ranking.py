"""Rank passages against a question with BM25, and by how people ask of their pages.

This is the only module that knows which BM25 we use: ``rank_bm25.BM25Plus``
defines the idf and the score. Its own index (a dict a passage) is never
built: the two methods that build it are overridden to fill flat arrays, so
that a question touches only the postings of its terms.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Self

import numpy as np
from rank_bm25 import BM25Plus

from guidance_bot.answering.habits import Habits, pairs
from guidance_bot.answering.postings import Array, Floats, Inverted
from guidance_bot.answering.queries import (
    EARLIER_PAIR_WEIGHT,
    Asked,
    Document,
    Query,
)

ARRAYS: Final = ("settings", "lengths", "number", "count", "start", "weight", "gain")
"""The names of what ``Postings.from_arrays`` takes."""
DECIMALS: Final = 9
"""Scores are rounded before they are compared: machines differ beyond this."""

PAIR_WEIGHT: Final = 0.6
PAGE_WEIGHT: Final = 1.5
HABIT_WEIGHT: Final = 2.0
MARGIN: Final = 10.0**-DECIMALS
SAID: Final = 1.0
ONLY_ASKED: Final = 0.5
"""A word that people use of a page, and the page does not, is half mentioned there."""


class Postings(Inverted, BM25Plus):  # type: ignore[misc]  # rank_bm25 has no types
    """BM25Plus over flat arrays: equal to the stock class to 1e-9.

    BM25Plus gives every passage ``idf * delta`` for each term, those that lack
    the term included; that constant changes no order and is left out of
    ``scores`` (a match means a shared word). ``shift`` returns it.
    """

    def __init__(self, corpus: Iterable[Sequence[str]]) -> None:
        super().__init__(corpus)

    def _initialize(self, corpus: Iterable[Sequence[str]]) -> dict[str, int]:
        self.lengths = self.hold(corpus)
        self.corpus_size = self.size
        self.avgdl = max(int(self.lengths.sum()), 1) / self.size
        having = np.diff(self.start).tolist()
        return dict(zip(self.vocabulary, having, strict=True))

    def _calc_idf(self, nd: Mapping[str, int]) -> None:
        self.idf: dict[str, float] = {}
        super()._calc_idf(nd)
        self.weight = np.array([self.idf[term] for term in nd], np.float64)
        self.idf = {}
        per_posting = np.repeat(self.weight, np.diff(self.start))
        self.gain = per_posting * self._saturation(
            self.count, self.lengths[self.number]
        )

    @classmethod
    def from_arrays(
        cls, vocabulary: Mapping[str, int], arrays: Mapping[str, Any]
    ) -> Self:
        """Return postings over arrays that ``arrays`` gave; nothing is computed."""
        postings = cls.__new__(cls)
        postings.k1, postings.b, postings.delta = arrays["settings"].tolist()
        postings.vocabulary = vocabulary
        for name in ARRAYS[1:]:
            setattr(postings, name, arrays[name])
        postings.size = postings.corpus_size = len(postings.lengths)
        postings.avgdl = max(int(postings.lengths.sum()), 1) / postings.size
        return postings

    def arrays(self) -> dict[str, Array]:
        """Return what ``from_arrays`` needs, by name."""
        settings = np.array([self.k1, self.b, self.delta], np.float64)
        return {"settings": settings} | {n: getattr(self, n) for n in ARRAYS[1:]}

    def scores(self, terms: Mapping[str, float]) -> Floats:
        """Return one score a document: the gains of the weighted *terms* it holds."""
        return self.sums(self.gain, terms)

    def shift(self, terms: Iterable[str]) -> float:
        """Return what the stock class adds to every passage for *terms*."""
        known = (self.vocabulary[t] for t in terms if t in self.vocabulary)
        return float(sum(self.weight[number] for number in known) * self.delta)

    def score_of(self, terms: Mapping[str, float], document: Counter[str]) -> float:
        """Return the score that a *document* with these term counts would have."""
        length = document.total()
        return sum(
            weight
            * self.highest_weight(term)
            * float(self._saturation(np.float64(document[term]), np.float64(length)))
            for term, weight in terms.items()
            if document[term]
        )

    def highest_weight(self, term: str) -> float:
        """Return the idf of *term*; an unknown one weighs as if one passage had it."""
        number = self.vocabulary.get(term)
        if number is not None:
            return float(self.weight[number])
        return math.log(self.size + 1)

    def _saturation(self, count: Any, length: Any) -> Any:
        norm = self.k1 * (1 - self.b + self.b * length / self.avgdl)
        return count * (self.k1 + 1) / (count + norm)


class Pages(Postings):
    """BM25 over whole pages: what they say, and what people ask of them.

    ``said`` tells of each posting whether the page's own text holds the word.
    """

    said: Floats

    @classmethod
    def of(
        cls, texts: Sequence[Sequence[str]], asked: Sequence[Sequence[Asked]]
    ) -> "Pages":
        """Return the index over pages' *texts* and the questions *asked* of each."""
        pages = cls(
            [*text, *(term for question in questions for term in question.terms)]
            for text, questions in zip(texts, asked, strict=True)
        )
        held = [
            pages.vocabulary[term] * pages.size + number
            for number, text in enumerate(texts)
            for term in frozenset(text)
        ]
        terms = np.repeat(np.arange(len(pages.vocabulary)), np.diff(pages.start))
        is_said = np.isin(terms * pages.size + pages.number, held)
        pages.said = np.where(is_said, SAID, ONLY_ASKED)
        return pages

    def mentioned(self, query: Query, weights: Mapping[str, float]) -> Floats:
        """Return, for each page, the share of *weights*, the question's, that it mentions.

        A word that only people's questions hold counts half: they bring in
        canteens and rivers, of which the page says nothing.
        """
        if not query.related:
            return self.sums(self.said, weights) / max(sum(weights.values()), 1e-9)
        simple = dict(weights)
        held = np.zeros(self.size)
        for term in weights:
            members = [m.terms for m in query.related if term in m.asked]
            if members:
                said = [self.row(term, self.said)]
                said += [
                    np.minimum.reduce([self.row(t, self.said) for t in terms])
                    for terms in members
                ]
                held += simple.pop(term) * np.maximum.reduce(said)
        held += self.sums(self.said, simple)
        return held / max(sum(weights.values()), 1e-9)


class Hit(NamedTuple):
    """A passage that shares a term with the question.

    ``score`` decides the order. ``signal`` decides how sure we are: the score, times
    the share of the question's weight that the page mentions at all, and how much
    more people ask so of the page than of what lies elsewhere, in units of the rarest word. ``own`` is the score without its page's part, for comparing
    passages of one page. All are 0 or more.
    """

    number: int
    score: float
    signal: float
    own: float


class Ranking:
    """The index over all passages: their words and neighbouring words, whole pages, and
    how people ask of them.
    """

    def __init__(
        self, words: Postings, pages: Pages, habits: Habits, page_of: Array
    ) -> None:
        self.words, self.pages = words, pages
        self.habits, self.page_of = habits, page_of

    @classmethod
    def of(
        cls, documents: Sequence[Document], elsewhere: Sequence[Asked] = ()
    ) -> "Ranking":
        """Return the index over *documents*, which are numbered in order, and over the
        questions that they do not cover, which are asked *elsewhere*.
        """
        numbers: dict[str, int] = {}
        page_of = [numbers.setdefault(d.page, len(numbers)) for d in documents]
        texts: list[list[str]] = [[] for _ in numbers]
        asked: list[list[Asked]] = [[] for _ in numbers]
        for number, document in zip(page_of, documents, strict=True):
            if not texts[number]:
                texts[number] += document.title
            texts[number] += [*document.heading, *document.text]
            asked[number] += document.asked
        return cls(
            Postings([_indexed(d.fields()) for d in documents]),
            Pages.of(texts, asked),
            Habits.of(_by_name(documents, page_of, asked), elsewhere),
            np.array(page_of, np.int32),
        )

    def search(self, query: Query, *, limit: int) -> list[Hit]:
        """Return the passages that share a term with *query*, best first.

        Equal scores are ordered by passage number, so every replica gives the
        same answer to the same question.
        """
        weights = query.weights()
        own = self.words.scores(_searched(query, weights))
        pages = PAGE_WEIGHT * self.pages.scores(weights)
        habits = self.habits.scores(_wanted(query, weights))
        return self._best(query, weights, own, pages, habits, limit)

    def search_without(
        self,
        query: Query,
        holding: Mapping[int, Document],
        question: Asked,
        *,
        limit: int,
    ) -> list[Hit]:
        """Search as if *question* were not among those asked of the passages *holding* it.

        They are passages of one page, by number. Their scores are computed anew from
        the remaining terms, and their page is scored without the question too; the idf
        of the whole is kept.
        """
        weights = query.weights()
        searched = _searched(query, weights)
        own = self.words.scores(searched)
        for number, document in holding.items():
            held = Counter(_indexed(document.fields(question)))
            own[number] = self.words.score_of(searched, held)
        wanted = _wanted(query, weights)
        pages, habits = self.pages.scores(weights), self.habits.scores(wanted)
        page = int(self.page_of[next(iter(holding))])
        times = sum(document.asked.count(question) for document in holding.values())
        pages[page] = self._page_without(weights, page, question, times)
        habits[page] = self.habits.score_without(wanted, page, question, times)
        return self._best(query, weights, own, PAGE_WEIGHT * pages, habits, limit)

    def _page_without(
        self, weights: Mapping[str, float], page: int, question: Asked, times: int
    ) -> float:
        index, terms = self.pages, question.terms
        counts = {t: int(index.row(t, index.count)[page]) for t in weights}
        held = Counter({t: n - times * terms.count(t) for t, n in counts.items()})
        length = int(index.lengths[page]) - times * len(terms)
        held[""] = max(length - held.total(), 0)
        return index.score_of(weights, held)

    def _best(
        self,
        query: Query,
        weights: Mapping[str, float],
        own: Floats,
        pages: Floats,
        habits: Floats,
        limit: int,
    ) -> list[Hit]:
        # No page lowers its passages: they are found by the words that they share.
        if query.said:
            pages = np.maximum(pages + habits[:-1], 0.0)
        # Neighbouring words are never without their words: what scores shares a word.
        found = np.flatnonzero(own > 0)
        own = own[found]
        page_of = self.page_of[found]
        scores = own + pages[page_of]
        order = best_first(scores, limit)
        best = scores[order].round(DECIMALS)
        highest = self.words.highest_weight
        asked = {t: weights[t] * highest(t) for t in (*query.terms, *query.earlier)}
        signals = best * self.pages.mentioned(query, asked)[page_of[order]]
        if self.habits.knows_elsewhere:
            signals += habits[page_of[order]] - habits[-1]
        rarest = math.log(self.words.size + 1)
        signals = (np.maximum(signals, 0.0) / rarest).round(DECIMALS)
        columns = (found[order], best, signals, own[order].round(DECIMALS))
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return list(map(Hit._make, rows))


def best_first(scores: Floats, limit: int) -> Array:
    """Return the numbers of the *limit* highest scores above 0, best first, ties by number.

    Scores that are equal to nine decimals are ties. The limit-th highest of the maxima
    of disjoint groups is a lower bound of the limit-th highest score, so that only few
    scores have to be sorted.
    """
    groups = 4 * limit
    bound = MARGIN
    if len(scores) > groups:
        size = len(scores) // groups
        maxima = scores[: size * groups].reshape(groups, size).max(axis=1)
        maxima.partition(groups - limit)
        bound = max(float(maxima[groups - limit]) - MARGIN, MARGIN)
    numbers = (scores >= bound).nonzero()[0]
    rounded = scores[numbers].round(DECIMALS)
    return numbers[np.lexsort((numbers, -rounded))[:limit]]


def _by_name(
    documents: Sequence[Document],
    page_of: Sequence[int],
    asked: Sequence[Sequence[Asked]],
) -> list[list[Asked]]:
    """Return what is *asked* of each page, and its title and headings as if they were.

    Editors' questions keep clear of a page's own words, and people do not. Where nothing
    is asked of any page there are no habits to speak of.
    """
    named = [list(questions) for questions in asked]
    if any(asked):
        titles = dict(zip(page_of, (d.title for d in documents), strict=True))
        for page, title in titles.items():
            named[page].append(Asked(title, ()))
        for page, document in zip(page_of, documents, strict=True):
            named[page].append(Asked(document.heading, ()))
    return named


def _wanted(query: Query, weights: Mapping[str, float]) -> dict[str, float]:
    """Return the features of *query*, *weights* those of its terms, as habits count them."""
    if not query.said:
        return {}
    wanted = {term: HABIT_WEIGHT * weight for term, weight in weights.items()}
    earlier = (pair for said in query.earlier_said for pair in pairs(said))
    wanted |= dict.fromkeys(earlier, HABIT_WEIGHT * EARLIER_PAIR_WEIGHT)
    return wanted | dict.fromkeys(pairs(query.said), HABIT_WEIGHT)


def _indexed(runs: Sequence[Sequence[str]]) -> list[str]:
    """Return the terms of *runs*, and those that stand side by side as one each."""
    terms = [term for run in runs for term in run]
    return terms + [pair for run in runs for pair in pairs(run)]


def _searched(query: Query, weights: Mapping[str, float]) -> dict[str, float]:
    """Return *weights*, those of the query's terms, with its neighbouring terms."""
    return {**weights, **dict.fromkeys(pairs(query.terms), PAIR_WEIGHT)}
