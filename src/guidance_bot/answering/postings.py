"""Which documents hold which terms, as flat arrays: a question touches only its own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Array = NDArray[Any]

FEW: Final = 500
"""From so many lookups on, a process stays, and is worth warming up for."""


class Inverted:
    """Terms, the documents that hold them, and how often.

    The postings of term *t* are ``number[start[t]:start[t + 1]]``, in order, and
    ``count`` beside it.
    """

    vocabulary: Mapping[str, int]
    number: Array
    count: Array
    start: Array
    size: int
    """How many documents there are."""
    _start: list[int] | None = None
    _looked_up: int = 0

    def hold(self, corpus: Iterable[Sequence[str]]) -> NDArray[np.int32]:
        """Fill the arrays from *corpus* and return the length of each document."""
        vocabulary: dict[str, int] = {}
        ids: list[int] = []
        lengths: list[int] = []
        for terms in corpus:
            lengths.append(len(terms))
            ids.extend(vocabulary.setdefault(t, len(vocabulary)) for t in terms)
        self.size = len(lengths)
        documents = np.repeat(np.arange(self.size), lengths)
        # One sort groups the postings by term, then by document.
        key, counts = np.unique(
            np.array(ids, np.int64) * self.size + documents, return_counts=True
        )
        self.vocabulary = vocabulary
        self.number = (key % self.size).astype(np.int32)
        self.count = counts.astype(np.int32)
        found = np.bincount(key // self.size, minlength=len(vocabulary))
        self.start = np.concatenate([[0], np.cumsum(found)]).astype(np.int64)
        return np.array(lengths, np.int32)

    def sums(self, values: Floats, terms: Mapping[str, float]) -> Floats:
        """Return, for each document, the weighted sum of its *terms*' *values*, which
        are one a posting.
        """
        spans, parts = [], []
        start, find = self._bounds(len(terms)), self.vocabulary.get
        for term, weight in terms.items():
            number = find(term)
            if number is not None:
                span = slice(start[number], start[number + 1])
                spans.append(self.number[span])
                parts.append(values[span] if weight == 1 else values[span] * weight)
        if not spans:
            return np.zeros(self.size)
        sums = np.bincount(np.concatenate(spans), np.concatenate(parts), self.size)
        return sums.astype(np.float64, copy=False)

    def _bounds(self, wanted: int) -> Sequence[int] | Array:
        """Return ``start``, as a list from some hundred terms on: one costs some
        milliseconds, and saves half a microsecond a term.
        """
        if self._start is None:
            self._looked_up += wanted
            if self._looked_up > FEW:
                self._start = self.start.tolist()
        return self.start if self._start is None else self._start

    def row(self, term: str, values: Array) -> Floats:
        """Return the *values*, one a posting, of *term* in each document, 0 where it is not."""
        row = np.zeros(self.size)
        number = self.vocabulary.get(term)
        if number is not None:
            span = slice(self.start[number], self.start[number + 1])
            row[self.number[span]] = values[span]
        return row
