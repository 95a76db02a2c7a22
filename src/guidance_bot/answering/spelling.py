"""Words that nobody wrote, read as the nearest word that somebody did.

Only words unknown to the index are touched, so a question that is spelled
right is never changed; the first letter has to agree, and a name in the
middle of a sentence is left alone (docs/decisions/0005-reading-misspelt-words.md).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

SHORTEST: Final = 6
LONG: Final = 10


def nearest(word: str, known: Mapping[str, int]) -> str | None:
    """Return the word of *known* that *word* is a slip of, or ``None``.

    *known* maps words to how often they are written. One edit is forgiven,
    two from ten letters on; the fewest edits win, then the more frequent
    word, then the alphabet.
    """
    if len(word) < SHORTEST or not word.isalpha():
        return None
    # Imported here: most questions are spelled right and need no edit distances.
    from rapidfuzz.distance import OSA  # noqa: PLC0415
    from rapidfuzz.process import extract  # noqa: PLC0415

    edits = 2 if len(word) >= LONG else 1
    candidates: Iterable[str] = [
        other
        for other in known
        if other[0] == word[0] and abs(len(other) - len(word)) <= edits
    ]
    scorer: Any = OSA.distance
    near = extract(word, candidates, scorer=scorer, score_cutoff=edits, limit=None)
    ranked = ((distance, -known[other], other) for other, distance, _ in near)
    return min(ranked, default=(0, 0, None))[2]
