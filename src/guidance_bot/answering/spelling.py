"""Words that nobody wrote, read as the nearest word that somebody did.

Only words unknown to the index are touched, so a question that is spelled
right is never changed. One edit is forgiven from five letters on, two from
ten; measured in docs/decisions/0005-reading-misspelt-words.md.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from guidance_bot.answering.tokens import STOP_WORDS

SHORTEST: Final = 5
LONG: Final = 10


def nearest(word: str, known: Mapping[str, int]) -> str | None:
    """Return the word of *known* (or a stop word) that *word* is a slip of.

    *known* maps words to how often they are written; the fewest edits win,
    then the more frequent word, then the alphabet. ``None``: no word is near.
    """
    if len(word) < SHORTEST or not word.isalpha():
        return None
    # Imported here: most questions are spelled right and need no edit distances.
    from rapidfuzz.distance import OSA  # noqa: PLC0415
    from rapidfuzz.process import extract  # noqa: PLC0415

    edits = 2 if len(word) >= LONG else 1
    candidates: Sequence[str] = [
        other
        for other in (*known, *STOP_WORDS)
        if abs(len(other) - len(word)) <= edits and len(other) >= SHORTEST - 1
    ]
    near = extract(
        word, candidates, scorer=OSA.distance, score_cutoff=edits, limit=None
    )
    if not near:
        return None
    often = max(known.values(), default=1)
    ranked = ((d, -known.get(other, often), other) for other, d, _ in near)
    return min(ranked)[2]
