"""Which passages an answer shows, and in what part each of them plays.

The score orders them; who is bound, and official before commentary, decide
between near-equals.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from guidance_bot.answering.leads import EXCEPTION
from guidance_bot.answering.ranking import DECIMALS, Hit
from guidance_bot.knowledge.content import (
    AUTHORITIES,
    OFFICIAL,
    Knowledge,
    Passage,
)

Role = Literal["main", "common", "official", "exception", "other side"]
Numbers = NDArray[Any]

PAGES: Final = 3
NOT_BOUND: Final = 0.6
"""A passage that does not bind the asker counts this much of its score."""
NOT_KNOWN: Final = 0.9
"""A section for one jurisdiction, when nobody knows the asker's: the common part first."""
NEAR: Final = 0.9
"""From this share of the best score on, authority decides."""
OTHER_PAGE: Final = 0.4
OWN: Final = 0.75
"""A section for the asker's own jurisdiction leads from this share of the best on."""
SENSITIVE: Final = 0.85
"""Somebody may be threatened or mistreated: a sensitive page leads from this share on."""
EXTRA: Final = 0.25
"""A further passage is shown from this share of the best score of its page on."""
FIRST_SECTION: Final = 0.8
"""A page's first section leads from this share of its best passage on: it answers."""

_UNOFFICIAL: Final = frozenset(
    AUTHORITIES.index(kind) for kind in ("toolkit", "case-study", "commentary")
)
_OFFICIAL: Final = frozenset(map(AUTHORITIES.index, OFFICIAL))
_ELSEWHERE: Final = ""
_COMMENTARY: Final = AUTHORITIES.index("commentary")


@dataclass(frozen=True, slots=True)
class Choice:
    """A hit that is shown, and the part it plays."""

    hit: Hit
    role: Role


@dataclass(frozen=True, slots=True)
class Traits:
    """What choosing weighs of each passage, so that none is opened for it.

    ``bound`` has a row a passage and a column an asker: one of whom nobody knows the
    jurisdiction, one for each of ``codes``, and one from anywhere else. ``table`` has a row a
    passage: its page's number; the column of the jurisdiction whose section it is, 0 for
    none; the strongest authority of its paragraphs and that of the first; whether it opens its page; whether its heading speaks of
    an exception; whether its page is sensitive.
    """

    codes: tuple[str, ...]
    bound: Numbers
    table: Numbers

    @classmethod
    def of(cls, knowledge: Knowledge) -> "Traits":
        """Return the traits of all passages of *knowledge*."""
        known = {
            *knowledge.organisation.jurisdictions,
            *(p.jurisdiction for p in knowledge.passages if p.jurisdiction is not None),
            *(code for p in knowledge.pages.values() for code in p.applies_to or ()),
        }
        codes = tuple(sorted(known))
        numbers = {page: number for number, page in enumerate(knowledge.pages)}
        askers = (None, *codes, _ELSEWHERE)
        places = {code: number for number, code in enumerate(askers)}
        bound = [
            [knowledge.binds(knowledge.pages[p.page], p, code) for code in askers]
            for p in knowledge.passages
        ]

        def row(passage: Passage) -> tuple[int, ...]:
            page = knowledge.pages[passage.page]
            first = [paragraph.authority for paragraph in passage.paragraphs[:1]]
            return (
                numbers[passage.page],
                places[passage.jurisdiction],
                AUTHORITIES.index(passage.strongest),
                AUTHORITIES.index(first[0] if first else "house"),
                page.passages[0] == passage.id,
                EXCEPTION.search(passage.heading) is not None,
                page.sensitive,
            )

        rows = list(map(row, knowledge.passages))
        return cls(codes, np.array(bound, bool), np.array(rows, np.int64))

    @property
    def page(self) -> Numbers:
        """The number of each passage's page."""
        pages: Numbers = self.table[:, 0]
        return pages

    def binds(self, passage: int, jurisdiction: str | None) -> bool:
        """Tell whether the passage with this number speaks to somebody from there."""
        return bool(self.bound[passage, self.number_of(jurisdiction)])

    def number_of(self, jurisdiction: str | None) -> int:
        """Return the column of somebody from *jurisdiction*, ``None`` if nobody knows."""
        if jurisdiction is None:
            return 0
        known = jurisdiction in self.codes
        return (self.codes.index(jurisdiction) if known else len(self.codes)) + 1


def choose(
    traits: Traits, hits: Sequence[Hit], jurisdiction: str | None, *, alone: bool
) -> list[Choice]:
    """Return at most six passages from at most three pages, best first.

    The first page gives its answering passage, then the official text, the
    exception and the other side where they match; further pages give one.
    With *alone* every page gives one passage.
    """
    return _Choosing(traits, hits, jurisdiction).choices(alone=alone)


@dataclass(slots=True, eq=False)
class _Candidate:
    """A hit with its passage's traits; ``worth`` is its score for this asker."""

    hit: Hit
    worth: float
    page: int
    is_bound: bool
    own: int
    strongest: int
    opening: int
    is_first: bool
    is_exception: bool
    is_sensitive: bool


class _Choosing:
    def __init__(
        self, traits: Traits, hits: Sequence[Hit], jurisdiction: str | None
    ) -> None:
        self.asker = traits.number_of(jurisdiction)
        found = _candidates(traits, hits, self.asker)
        found.sort(key=lambda c: (-c.worth, c.hit.number))
        best = found[0]
        near = (c for c in found if c.worth >= SENSITIVE * best.worth)
        first = next((c for c in near if c.is_sensitive), best)
        if first is not best:
            found.sort(key=lambda c: c.page != first.page)
        elif best.opening in _UNOFFICIAL:
            near = (c for c in found if c.worth >= NEAR * best.worth)
            first = next((c for c in near if c.strongest in _OFFICIAL), best)
            found.remove(first)
            found.insert(0, first)
        self.found = found

    def choices(self, *, alone: bool) -> list[Choice]:
        of_page: dict[int, list[_Candidate]] = {}
        for candidate in self.found:
            of_page.setdefault(candidate.page, []).append(candidate)
        best = self.found[0].worth
        near = [
            found
            for number, found in enumerate(of_page.values())
            if number == 0 or found[0].worth >= OTHER_PAGE * best
        ]
        pages = sorted(near, key=lambda found: not any(c.is_bound for c in found))
        pages = pages[:PAGES]
        if near[0] not in pages:  # it binds others, but it is not hidden
            pages[-1] = near[0]
        first = self.answering(pages[0])
        chosen = [Choice(first.hit, "main")]
        if not alone:
            chosen += _extras(first, pages[0])
        others = (self.answering(found) for found in pages[1:])
        return chosen + [Choice(other.hit, "main") for other in others]

    def answering(self, found: Sequence[_Candidate]) -> _Candidate:
        """Return the candidate of a page that answers: the asker's section, else the
        opening where it matches nearly as well, else the best that binds.
        """
        least = OWN * found[0].hit.own
        enough = [c for c in found if c.hit.own >= least]
        best = next((c for c in enough if c.own and c.own == self.asker), None)
        if best is not None:
            return best
        best = next((c for c in enough if c.is_bound), found[0])
        least = FIRST_SECTION * best.hit.own
        openings = (c for c in found if c.is_first and c.hit.own >= least)
        return next(openings, best)


def _candidates(traits: Traits, hits: Sequence[Hit], asker: int) -> list[_Candidate]:
    """Return *hits* as candidates, without those of pages that are far behind."""
    part = NOT_BOUND if asker else NOT_KNOWN
    numbers = [hit.number for hit in hits]
    rows = traits.table[numbers].tolist()
    bound = traits.bound[numbers, asker].tolist()
    worth = [
        hit.score if is_bound else round(hit.score * part, DECIMALS)
        for hit, is_bound in zip(hits, bound, strict=True)
    ]
    least = OTHER_PAGE * NEAR * max(worth)
    near = {row[0] for row, value in zip(rows, worth, strict=True) if value >= least}
    return [
        _Candidate(hit, value, row[0], is_bound, *row[1:])
        for hit, value, row, is_bound in zip(hits, worth, rows, bound, strict=True)
        if row[0] in near
    ]


def _extras(first: _Candidate, found: Sequence[_Candidate]) -> list[Choice]:
    least = EXTRA * found[0].hit.own
    near = [c for c in found if c is not first and c.is_bound and c.hit.own >= least]
    taken: list[tuple[_Candidate, Role]] = []

    def take(candidates: Iterable[_Candidate], role: Role) -> None:
        held = [candidate for candidate, _ in taken]
        free = next((c for c in candidates if c not in held), None)
        if free is not None:
            taken.append((free, role))

    if first.own:
        # What leads is for this asker alone; what holds for everyone follows.
        take((c for c in near if c.is_first), "common")
    elif first.strongest not in _OFFICIAL:
        official = [c for c in near if c.strongest in _OFFICIAL]
        # A section that opens with an official text is about what such texts say.
        take(sorted(official, key=lambda c: c.opening not in _OFFICIAL), "official")
    take((c for c in near if c.is_exception), "exception")
    if taken or first.strongest in _OFFICIAL:
        # A section that opens with commentary is about what people think.
        take((c for c in near if c.opening == _COMMENTARY), "other side")
    return [Choice(candidate.hit, role) for candidate, role in taken]
