"""How people ask of each page: what the editors' questions tell beside their words.

"Can I", "who signs" and "leave it or" say as much about what somebody wants as the
nouns do, but no page is written in them; and that five questions of a page happen to
mention a bridge says nothing at all.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from guidance_bot.answering.postings import Array, Floats, Inverted
from guidance_bot.answering.queries import Asked

ARRAYS: Final = ("number", "count", "start", "questions")
"""The names of what ``Habits`` is made from."""
DOUBT: Final = 0.5
"""What is added to both counts: a word that was seen once or twice proves little."""
FEW: Final = 20
"""With so many questions a page, habits count half of what they do with very many."""
TWICE: Final = 2
"""Two words side by side count from the second time on."""


class Habits(Inverted):
    """How much oftener a page is asked with some words than chance would have it.

    The last of the "pages" is elsewhere: what people ask that no page covers.

    Of a page with *m* of all *M* questions, *n* hold a feature (a content word, or two words
    side by side, stop words included) that *k* questions hold. Its information component is
    ``log((n + ½) / (mk/M + ½))`` (Bate and others, European Journal of Clinical Pharmacology 54,
    1998): 0 where the feature says nothing, and near 0 where it is rare. ``questions`` is *m*.
    The fewer questions there are, the less all of it counts.
    """

    def __init__(
        self, vocabulary: Mapping[str, int], arrays: Mapping[str, Any]
    ) -> None:
        self.vocabulary = vocabulary
        self.number, self.count = arrays["number"], arrays["count"]
        self.start, self.questions = arrays["start"], arrays["questions"]
        self.size = len(self.questions)
        self._gains = np.log1p(self.count / DOUBT)
        ends = np.concatenate([[0], np.cumsum(self.count)])
        held = ends[self.start[1:]] - ends[self.start[:-1]]
        self._shares = held / max(int(self.questions.sum()), 1)
        mean = float(self.questions[:-1].mean()) if self.size > 1 else 0.0
        self._trust = mean / (mean + FEW)

    @classmethod
    def of(
        cls, pages: Sequence[Sequence[Asked]], elsewhere: Sequence[Asked] = ()
    ) -> "Habits":
        """Return the habits of *pages*, given by the questions asked of each, and of
        people who ask for what lies *elsewhere*.
        """
        asked = [*pages, elsewhere]
        found = Inverted()
        found.hold([f for q in questions for f in features(q)] for questions in asked)
        ends = np.concatenate([[0], np.cumsum(found.count)])[found.start].tolist()
        kept = [
            (term, slice(*found.start[number : number + 2].tolist()))
            for term, number in found.vocabulary.items()
            if " " not in term or ends[number + 1] - ends[number] >= TWICE
        ]
        none = np.zeros(0, np.int32)
        sizes = [span.stop - span.start for _, span in kept]
        return cls(
            {term: number for number, (term, _) in enumerate(kept)},
            {
                "number": np.concatenate([none, *(found.number[s] for _, s in kept)]),
                "count": np.concatenate([none, *(found.count[s] for _, s in kept)]),
                "start": np.cumsum([0, *sizes], dtype=np.int64),
                "questions": np.array(
                    [len(questions) for questions in asked], np.int32
                ),
            },
        )

    @property
    def knows_elsewhere(self) -> bool:
        """Tell whether there are questions of which it is known that no page covers them."""
        return bool(self.questions[-1])

    def arrays(self) -> dict[str, Array]:
        """Return what ``Habits`` is made from, by name, apart from its vocabulary."""
        return {name: getattr(self, name) for name in ARRAYS}

    def scores(self, wanted: Mapping[str, float]) -> Floats:
        """Return, for each page and for elsewhere, the weighted sum of the components of
        *wanted* features, scaled by how many questions there are.
        """
        if not self.vocabulary:
            return np.zeros(self.size)
        known = [(self.vocabulary.get(f), weight) for f, weight in wanted.items()]
        numbers = [number for number, _ in known if number is not None]
        if not numbers:
            return np.zeros(self.size)
        weights = np.array([weight for number, weight in known if number is not None])
        expected = np.outer(self._shares[numbers], self.questions)
        chance: Floats = weights @ np.log1p(expected / DOUBT)
        return self._trust * (self.sums(self._gains, wanted) - chance)

    def score_without(
        self, wanted: Mapping[str, float], page: int, question: Asked, times: int
    ) -> float:
        """Return the score of *page* as if *question* had been asked *times* fewer.

        How often features are asked of all pages is kept.
        """
        held = features(question)
        left = int(self.questions[page]) - times
        score = 0.0
        for feature, weight in wanted.items():
            number = self.vocabulary.get(feature)
            if number is not None:
                here = self.row(feature, self.count)[page] - times * (feature in held)
                expected = float(self._shares[number]) * left
                ratio = (max(here, 0) + DOUBT) / (expected + DOUBT)
                score += weight * float(np.log(ratio))
        return self._trust * score


def features(question: Asked) -> Collection[str]:
    """Return the features of *question*: its terms, and pairs of words as they are said."""
    # In an order of their own: the index does not depend on how a process hashes.
    return dict.fromkeys((*question.terms, *pairs(question.said)))


def pairs(said: Sequence[str]) -> list[str]:
    """Return the words that stand side by side, as one each."""
    return [f"{one} {two}" for one, two in pairwise(said)]
