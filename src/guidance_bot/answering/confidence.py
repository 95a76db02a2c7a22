"""How sure is sure: from a hit's signal to a verdict.

A threshold does not travel between corpora, so it is fitted to the folder's
own evaluation questions, which are never indexed, and kept with the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["answered", "unsure", "nothing"]

ENOUGH_ANSWERED: Final = 20
ENOUGH_NOTHING: Final = 8
ANSWERED_FROM: Final = 0.6
UNSURE_FROM: Final = 0.3
MISLED: Final = 0.05
"""So many of the questions that nothing right is found for may be answered all the same."""
REFUSED: Final = 60
"""One in so many of the questions that have an answer may be told that there is none."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Signals from which an answer is ``unsure``, and from which it is ``answered``.

    The defaults hold for a folder without enough evaluation questions.
    """

    unsure: float = 1.0
    answered: float = 2.4

    def confidence(self, signal: float) -> float:
        """Return 0 to 1, in step with *signal*; the verdicts begin at fixed values."""
        if signal < self.unsure:
            value = UNSURE_FROM * signal / self.unsure
        elif signal < self.answered:
            part = (signal - self.unsure) / (self.answered - self.unsure)
            value = UNSURE_FROM + (ANSWERED_FROM - UNSURE_FROM) * part
        else:
            part = 1 - self.answered / signal
            value = ANSWERED_FROM + (1 - ANSWERED_FROM) * part
        return round(value, 4)

    def verdict(self, signal: float) -> Verdict:
        """Return what a best hit with *signal* is worth."""
        if signal >= self.answered:
            return "answered"
        return "unsure" if signal >= self.unsure else "nothing"


def fitted(
    right: Sequence[float], lost: Sequence[float], nothing: Sequence[float]
) -> Thresholds:
    """Return thresholds for the signals of a folder's own evaluation questions.

    *right* are answerable and find a right page, *lost* are answerable and do not, *nothing*
    have no answer. ``answered`` begins where at most a share MISLED of the latter two would be
    answered. ``unsure`` begins at half of that, or below all but one in REFUSED of the
    answerable questions, whichever is lower, and at a fifth at least. Too few questions: the defaults.
    """
    answerable = [*right, *lost]
    wrong = sorted([*lost, *nothing], reverse=True)
    if len(answerable) < ENOUGH_ANSWERED or len(nothing) < ENOUGH_NOTHING:
        return Thresholds()
    # Halfway between the first that is held back and the next signal above it.
    held_back = wrong[int(MISLED * len(wrong))]
    above = min((s for s in {*right, *wrong} if s > held_back), default=held_back + 1)
    sure = (held_back + above) / 2
    lowest = sorted(answerable)[len(answerable) // REFUSED]
    # A question that finds next to nothing does not pull the others down.
    unsure = max(min(lowest * 0.9, sure / 2), sure / 5)
    return Thresholds(round(unsure, 6), round(sure, 6))
