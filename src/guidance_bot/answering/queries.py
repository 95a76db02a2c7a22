"""What is matched, as terms: passages as they are indexed, questions as they are searched."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from guidance_bot.answering.tokens import Related

TITLE_COPIES: Final = 2
HEADING_COPIES: Final = 2
SYNONYM_WEIGHT: Final = 0.4
EARLIER_WEIGHT: Final = 0.3
EARLIER_PAIR_WEIGHT: Final = 0.6
ELLIPTIC: Final = 2
"""With so few words of its own ("and once I've retired?"), a question leans on the earlier ones."""
BACKGROUND_WEIGHT: Final = 0.5


class Asked(NamedTuple):
    """A question as terms, and as it is said: all of its words, stemmed."""

    terms: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What is indexed of a passage, as terms; ``asked`` are the editors' questions."""

    page: str
    title: tuple[str, ...]
    heading: tuple[str, ...]
    text: tuple[str, ...]
    asked: tuple[Asked, ...] = ()

    def fields(self, without: Asked | None = None) -> list[tuple[str, ...]]:
        """Return the runs of terms that are indexed, a question *without* left out."""
        asked = [question for question in self.asked if question != without]
        return [
            *[self.title] * TITLE_COPIES,
            *[self.heading] * HEADING_COPIES,
            self.text,
            *(question.terms for question in asked),
        ]


@dataclass(frozen=True, slots=True)
class Query:
    """A question as weighted terms: its own at 1, the others less.

    ``said`` are all of its words, stemmed; ``earlier`` are the terms of the questions
    before it, ``earlier_said`` their words; ``background`` are terms of the sentences
    around the question proper; ``related`` is what the vocabulary adds.
    """

    terms: tuple[str, ...]
    earlier: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    background: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()
    earlier_said: tuple[tuple[str, ...], ...] = ()

    def weights(self) -> dict[str, float]:
        """Return term → weight; a term asked twice counts once."""
        weights = {
            term: BACKGROUND_WEIGHT if term in self.background else 1.0
            for term in self.terms
        }
        is_elliptic = len(weights) <= ELLIPTIC
        for term in self.earlier:
            weights.setdefault(term, 1.0 if is_elliptic else EARLIER_WEIGHT)
        for member in self.related:
            for term in member.terms:
                weights.setdefault(term, SYNONYM_WEIGHT / len(member.terms))
        return weights
