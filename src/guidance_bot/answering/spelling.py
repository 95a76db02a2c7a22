"""Words that nobody wrote, read as the likeliest word that somebody did.

Only words that neither the folder nor an English dictionary knows are touched, so
a question that is spelled right is never changed. Which word was meant is decided as
Kernighan, Church and Gale do (A Spelling Correction Program Based on a Noisy
Channel Model, 1990): how often it is written, times how likely the slip is
(docs/decisions/0011-reading-misspelt-words-again.md).
"""

import functools
from collections.abc import Mapping, Set
from typing import Any, Final

SHORTEST: Final = 3
SHORTEST_NAME: Final = 5
LONG: Final = 8
RARE: Final = 60
"""A dictionary's rarest words are slips in the texts that it was counted from."""
PART: Final = 4
COMMON: Final = 20_000
"""Two common words of at least four letters written as one are a word too."""
EVERYDAY: Final = 60_000
"""Words that are counted this often say nothing of a question's subject: "two", "went"."""
CLEAR: Final = 25
"""Other letters could be anything; a letter left out or two swapped leave little choice."""
FIRST: Final = 0.5
"""Few people miss the first letter."""
FAMILIAR: Final = 4
"""A name is left alone where the other word is hardly ever written."""
# American forms stand for the British ones that the dictionary lacks.
_BRITISH: Final = (
    ("is", "iz"),
    ("ys", "yz"),
    ("our", "or"),
    ("lled", "led"),
    ("lling", "ling"),
    ("llor", "lor"),
)


class Spelling:
    """The words that a slip may have been meant for.

    *known* maps the folder's words to how often they are written; a stop word counts as
    often as the most frequent of them.
    """

    def __init__(self, known: Mapping[str, int], stop_words: Set[str]) -> None:
        counts = dict(known)
        most = max(counts.values(), default=1)
        self._counts = counts | dict.fromkeys(stop_words, most)
        self._by_length: dict[int, list[str]] = {}
        for word in filter(str.isalpha, self._counts):
            self._by_length.setdefault(len(word), []).append(word)

    def nearest(self, word: str, *, is_name: bool = False) -> str | None:
        """Return the word that *word* is a slip of, a stop word maybe, or ``None``.

        One edit is forgiven, two from eight letters on; the fewest edits win, then the
        likeliest word, then the alphabet. A name is put right only where it lacks or swaps
        letters, or where the other word is a frequent one.
        """
        shortest = SHORTEST_NAME if is_name else SHORTEST
        if len(word) < shortest or not word.isalpha() or is_english(word):
            return None
        # Imported here: most questions are spelled right and need no edit distances.
        from rapidfuzz.distance import OSA  # noqa: PLC0415
        from rapidfuzz.process import extract  # noqa: PLC0415

        edits = 2 if len(word) >= LONG else 1
        # Of three letters, only a longer word is a likelier reading than an abbreviation.
        lengths = range(max(len(word) - edits, SHORTEST + 1), len(word) + edits + 1)
        candidates = [w for length in lengths for w in self._by_length.get(length, ())]
        scorer: Any = OSA.distance
        near = extract(word, candidates, scorer=scorer, score_cutoff=edits, limit=None)
        ranked = []
        for other, distance, _ in near:
            likely = self._likely(word, other)
            if likely >= FAMILIAR or not is_name:
                ranked.append((distance, -likely, other))
        return min(ranked, default=(0, 0.0, None))[2]

    def _likely(self, word: str, other: str) -> float:
        likely = float(self._counts[other])
        if len(other) > len(word) or sorted(other) == sorted(word):
            likely *= CLEAR
        if other[0] != word[0]:
            likely *= FIRST
        return likely


def is_common(word: str) -> bool:
    """Tell whether *word* is among the few thousand that English texts are made of."""
    return bool(max(map(_counts(), _spellings(word))) >= EVERYDAY)


def is_english(word: str) -> bool:
    """Tell whether a dictionary of English holds *word*, or both of its halves."""
    count = _counts()
    if max(map(count, _spellings(word))) >= RARE:
        return True
    halves = range(PART, len(word) - PART + 1)
    return any(min(count(word[:n]), count(word[n:])) >= COMMON for n in halves)


def _spellings(word: str) -> list[str]:
    american = [word.replace(*pair) for pair in _BRITISH if pair[0] in word]
    return [word, *american]


@functools.cache
def _counts() -> Any:
    # Imported here: the dictionary opens in a tenth of a second.
    from spellchecker import SpellChecker  # noqa: PLC0415

    dictionary = SpellChecker("en").word_frequency.dictionary
    return lambda word: dictionary.get(word, 0)
