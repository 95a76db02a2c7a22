"""Rank passages against a question with BM25.

This is the only module that knows which BM25 we use: ``rank_bm25.BM25Plus``
defines the idf and the score. Its own index (a dict a passage) is never
built: the two methods that build it are overridden to fill flat arrays, so
that a question touches only the postings of its terms.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Plus

from guidance_bot.answering.tokens import Related

Floats = NDArray[np.float64]

DECIMALS: Final = 9
"""Scores are rounded before they are compared: machines differ beyond this."""

TITLE_COPIES: Final = 2
HEADING_COPIES: Final = 2
BIGRAM_WEIGHT: Final = 0.4
PAGE_WEIGHT: Final = 1.5
SYNONYM_WEIGHT: Final = 0.4
EARLIER_WEIGHT: Final = 0.5
BACKGROUND_WEIGHT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Document:
    """What is indexed of a passage, as terms; aliases are the editors' questions."""

    page: str
    title: tuple[str, ...]
    heading: tuple[str, ...]
    text: tuple[str, ...]
    aliases: tuple[tuple[str, ...], ...] = ()

    def fields(self, without: tuple[str, ...] | None = None) -> list[tuple[str, ...]]:
        """Return the runs of terms that are indexed, one alias *without* left out."""
        aliases = list(self.aliases)
        if without is not None:
            aliases.remove(without)
        return [
            *[self.title] * TITLE_COPIES,
            *[self.heading] * HEADING_COPIES,
            self.text,
            *aliases,
        ]


class Postings(BM25Plus):  # type: ignore[misc]  # rank_bm25 has no types
    """BM25Plus over flat arrays: equal to the stock class to 1e-9.

    BM25Plus gives every passage ``idf * delta`` for each term, those that lack
    the term included; that constant changes no order and is left out of
    ``scores`` (a match means a shared word). ``shift`` returns it.
    """

    def __init__(self, corpus: Iterable[Sequence[str]]) -> None:
        super().__init__(corpus)

    def _initialize(self, corpus: Iterable[Sequence[str]]) -> dict[str, int]:
        vocabulary: dict[str, int] = {}
        ids: list[int] = []
        lengths: list[int] = []
        for terms in corpus:
            lengths.append(len(terms))
            ids.extend(vocabulary.setdefault(t, len(vocabulary)) for t in terms)
        self.corpus_size = len(lengths)
        self.lengths = np.array(lengths, np.int32)
        self.avgdl = max(len(ids), 1) / self.corpus_size
        number = np.repeat(np.arange(self.corpus_size), lengths)
        # One sort groups the postings by term, then by passage.
        key, counts = np.unique(
            np.array(ids, np.int64) * self.corpus_size + number, return_counts=True
        )
        self.number = (key % self.corpus_size).astype(np.int32)
        self.count = counts.astype(np.int32)
        found = np.bincount(key // self.corpus_size, minlength=len(vocabulary))
        self.start = np.concatenate([[0], np.cumsum(found)]).astype(np.int64)
        self.vocabulary: Mapping[str, int] = vocabulary
        return dict(zip(vocabulary, found.tolist(), strict=True))

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
    ) -> "Postings":
        """Return postings over arrays that ``arrays`` gave; nothing is computed."""
        postings = cls.__new__(cls)
        postings.k1, postings.b, postings.delta = arrays["settings"].tolist()
        postings.vocabulary = vocabulary
        for name in ("lengths", "number", "count", "start", "weight", "gain"):
            setattr(postings, name, arrays[name])
        postings.corpus_size = len(postings.lengths)
        postings.avgdl = max(int(postings.lengths.sum()), 1) / postings.corpus_size
        return postings

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what ``from_arrays`` needs, by name."""
        return {
            "settings": np.array([self.k1, self.b, self.delta], np.float64),
            "lengths": self.lengths,
            "number": self.number,
            "count": self.count,
            "start": self.start,
            "weight": self.weight,
            "gain": self.gain,
        }

    def scores(self, terms: Mapping[str, float]) -> Floats:
        """Return one score a passage: the gains of the weighted *terms* it holds."""
        spans, weights = [], []
        for term, weight in terms.items():
            number = self.vocabulary.get(term)
            if number is not None:
                spans.append(slice(self.start[number], self.start[number + 1]))
                weights.append(weight)
        if not spans:
            return np.zeros(self.corpus_size)
        numbers = np.concatenate([self.number[span] for span in spans])
        gains = [self.gain[s] * w for s, w in zip(spans, weights, strict=True)]
        return np.bincount(numbers, np.concatenate(gains), self.corpus_size).astype(
            np.float64, copy=False
        )

    def holding(self, members: Iterable[Sequence[str]]) -> NDArray[np.intp]:
        """Return the numbers of the documents that hold all terms of any member."""
        held = np.zeros(self.corpus_size, bool)
        for terms in members:
            whole = np.ones(self.corpus_size, bool)
            for term in terms:
                number = self.vocabulary.get(term)
                here = np.zeros(self.corpus_size, bool)
                if number is not None:
                    span = slice(self.start[number], self.start[number + 1])
                    here[self.number[span]] = True
                whole &= here
            held |= whole
        return np.flatnonzero(held)

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
        return float(np.log(self.corpus_size + 1))

    def _saturation(self, count: Any, length: Any) -> Any:
        norm = self.k1 * (1 - self.b + self.b * length / self.avgdl)
        return count * (self.k1 + 1) / (count + norm)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that shares a term with the question.

    ``score`` decides the order. ``signal`` decides how sure we are: the score in
    units of the rarest word, times the share of the question's weight that the
    page mentions at all. ``own`` is the score without its page's part, for comparing
    passages of one page. All are 0 or more.
    """

    number: int
    score: float
    signal: float
    own: float


@dataclass(frozen=True, slots=True)
class Query:
    """A question as weighted terms: its own at 1, the others less.

    ``background`` are terms of the sentences around the question proper;
    ``related`` is what the vocabulary adds.
    """

    terms: tuple[str, ...]
    earlier: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    background: frozenset[str] = frozenset()

    def weights(self) -> dict[str, float]:
        """Return term → weight; a term asked twice counts once."""
        weights = {
            term: BACKGROUND_WEIGHT if term in self.background else 1.0
            for term in self.terms
        }
        for term in self.earlier:
            weights.setdefault(term, EARLIER_WEIGHT)
        for member in self.related:
            for term in member.terms:
                weights.setdefault(term, SYNONYM_WEIGHT / len(member.terms))
        return weights


class Ranking:
    """The index over all passages: words, adjacent pairs of words, whole pages.

    ``texts`` are the pages without the questions that editors wrote.
    """

    def __init__(
        self,
        words: Postings,
        pairs: Postings,
        pages: Postings,
        texts: Postings,
        page_of: NDArray[Any],
    ) -> None:
        self.words, self.pairs, self.pages = words, pairs, pages
        self.texts, self.page_of = texts, page_of

    @classmethod
    def of(cls, documents: Sequence[Document]) -> "Ranking":
        """Return the index over *documents*, which are numbered in order."""
        numbers: dict[str, int] = {}
        page_of = [numbers.setdefault(d.page, len(numbers)) for d in documents]
        texts: list[list[str]] = [[] for _ in numbers]
        asked: list[list[str]] = [[] for _ in numbers]
        for number, document in zip(page_of, documents, strict=True):
            if not texts[number]:
                texts[number] += document.title
            texts[number] += [*document.heading, *document.text]
            asked[number] += [term for alias in document.aliases for term in alias]
        return cls(
            Postings([[t for run in d.fields() for t in run] for d in documents]),
            Postings([_pairs(d.fields()) for d in documents]),
            Postings([[*one, *other] for one, other in zip(texts, asked, strict=True)]),
            Postings(texts),
            np.array(page_of, np.int32),
        )

    def search(self, query: Query, *, limit: int) -> list[Hit]:
        """Return the passages that share a term with *query*, best first.

        Equal scores are ordered by passage number, so every replica gives the
        same answer to the same question.
        """
        weights = query.weights()
        words = self.words.scores(weights)
        return self._best(query, words, self._pair_scores(query), weights, limit)

    def search_without(
        self,
        query: Query,
        holding: Mapping[int, Document],
        alias: tuple[str, ...],
        *,
        limit: int,
    ) -> list[Hit]:
        """Search as if *alias* were not among the aliases of the passages *holding* it.

        They are passages of one page, by number. Their scores are computed anew from
        the remaining terms, and their page is scored without the alias too; the idf
        of the whole is kept.
        """
        weights = query.weights()
        words, pairs = self.words.scores(weights), self._pair_scores(query)
        asked_pairs = dict.fromkeys(_pairs([query.terms]), 1.0)
        for number, document in holding.items():
            fields = document.fields(alias)
            held = Counter(t for run in fields for t in run)
            words[number] = self.words.score_of(weights, held)
            pairs[number] = self.pairs.score_of(asked_pairs, Counter(_pairs(fields)))
        page = int(self.page_of[next(iter(holding))])
        left_out = alias * len(holding)
        return self._best(query, words, pairs, weights, limit, (page, left_out))

    def _pair_scores(self, query: Query) -> Floats:
        return self.pairs.scores(dict.fromkeys(_pairs([query.terms]), 1.0))

    def _page_scores(
        self, weights: Mapping[str, float], changed: tuple[int, tuple[str, ...]] | None
    ) -> Floats:
        scores = self.pages.scores(weights)
        if changed is not None:
            page, alias = changed
            held = Counter(
                {term: self._count(page, term) - alias.count(term) for term in weights}
            )
            rest = int(self.pages.lengths[page]) - len(alias) - held.total()
            held[""] = max(rest, 0)
            scores[page] = self.pages.score_of(weights, held)
        return scores

    def _count(self, page: int, term: str) -> int:
        number = self.pages.vocabulary.get(term)
        if number is None:
            return 0
        span = slice(self.pages.start[number], self.pages.start[number + 1])
        where = np.flatnonzero(self.pages.number[span] == page)
        return int(self.pages.count[span][where[0]]) if len(where) else 0

    def _best(
        self,
        query: Query,
        words: Floats,
        pairs: Floats,
        weights: Mapping[str, float],
        limit: int,
        changed: tuple[int, tuple[str, ...]] | None = None,
    ) -> list[Hit]:
        pages = self._page_scores(weights, changed)
        own = np.round(words + BIGRAM_WEIGHT * pairs, DECIMALS)
        raised = own + PAGE_WEIGHT * pages[self.page_of]
        raised[words <= 0] = 0.0
        scores = np.round(raised, DECIMALS)
        order = best_first(scores, limit)
        rarest = np.log(self.words.corpus_size + 1)
        mentioned = self._mentioned(query, weights)[self.page_of[order]]
        signals = np.round(scores[order] / rarest * mentioned, DECIMALS)
        return [
            Hit(int(number), float(scores[number]), float(signal), float(own[number]))
            for number, signal in zip(order, signals, strict=True)
        ]

    def _mentioned(self, query: Query, weights: Mapping[str, float]) -> Floats:
        """Return, for each page, the share of the question's weight it mentions.

        A word that only people's questions hold counts half: they bring in
        canteens and rivers, of which the page says nothing.
        """
        held = np.zeros(self.pages.corpus_size)
        total = 0.0
        for term in dict.fromkeys((*query.terms, *query.earlier)):
            weight = weights[term] * self.words.highest_weight(term)
            total += weight
            members = [m.terms for m in query.related if term in m.asked]
            for index in (self.pages, self.texts):
                held[index.holding([(term,), *members])] += weight / 2
        return held / max(total, 1e-9)


def best_first(scores: Floats, limit: int) -> NDArray[np.intp]:
    """Return the numbers of the *limit* highest scores above 0, best first, ties by number.

    The limit-th highest of the maxima of disjoint groups is a lower bound of the
    limit-th highest score, so that only few scores have to be sorted.
    """
    groups = min(4 * limit, len(scores) // 4)
    near = scores > 0
    if groups > limit:
        whole = len(scores) // groups * groups
        maxima = scores[:whole].reshape(groups, -1).max(axis=1)
        bound = np.partition(maxima, groups - limit)[groups - limit]
        near &= scores >= bound
    numbers = np.flatnonzero(near)
    return numbers[np.lexsort((numbers, -scores[numbers]))[:limit]]


def _pairs(runs: Iterable[Sequence[str]]) -> list[str]:
    return [f"{one} {two}" for run in runs for one, two in pairwise(run)]
