"""Which passages an answer shows, and in what part each of them plays.

The score orders them; who is bound, and official before commentary, decide
between near-equals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from guidance_bot.answering.leads import EXCEPTION
from guidance_bot.answering.ranking import DECIMALS, Hit
from guidance_bot.knowledge.content import OFFICIAL, Authority, Knowledge, Passage

Role = Literal["main", "common", "official", "exception", "other side"]

PAGES: Final = 3
NOT_BOUND: Final = 0.6
"""A passage that does not bind the asker counts this much of its score."""
NOT_KNOWN: Final = 0.9
"""A section for one jurisdiction, when nobody knows the asker's: the common part first."""
NEAR: Final = 0.9
"""From this share of the best score on, authority decides."""
OTHER_PAGE: Final = 0.4
OWN: Final = 0.5
"""A section for the asker's own jurisdiction leads from this share of the best on."""
EXTRA: Final = 0.25
"""A further passage is shown from this share of the best score of its page on."""
FIRST_SECTION: Final = 0.8
"""A page's first section leads from this share of its best passage on: it answers."""

_UNOFFICIAL: Final = frozenset({"toolkit", "case-study", "commentary"})


@dataclass(frozen=True, slots=True)
class Choice:
    """A hit that is shown, and the part it plays."""

    hit: Hit
    role: Role


def choose(
    knowledge: Knowledge, hits: Sequence[Hit], jurisdiction: str | None, *, alone: bool
) -> list[Choice]:
    """Return at most six passages from at most three pages, best first.

    The first page gives its answering passage, then the official text, the
    exception and the other side where they match; further pages give one.
    With *alone* every page gives one passage.
    """
    return _Choosing(knowledge, hits, jurisdiction).choices(alone=alone)


class _Choosing:
    def __init__(
        self, knowledge: Knowledge, hits: Sequence[Hit], jurisdiction: str | None
    ) -> None:
        self.knowledge = knowledge
        self.jurisdiction = jurisdiction
        self.hits = sorted(hits, key=lambda h: (-self.worth(h), h.number))
        best = self.worth(self.hits[0])
        near = [hit for hit in self.hits if self.worth(hit) >= NEAR * best]
        if self.opens_with(self.hits[0]) in _UNOFFICIAL:
            official = (h for h in near if self.strongest(h) in OFFICIAL)
            first = next(official, self.hits[0])
            self.hits = [first, *(hit for hit in self.hits if hit is not first)]

    def passage(self, hit: Hit) -> Passage:
        return self.knowledge.passages[hit.number]

    def binds(self, hit: Hit) -> bool:
        passage = self.passage(hit)
        page = self.knowledge.pages[passage.page]
        return self.knowledge.binds(page, passage, self.jurisdiction)

    def worth(self, hit: Hit) -> float:
        if self.binds(hit):
            return hit.score
        part = NOT_BOUND if self.jurisdiction else NOT_KNOWN
        return round(hit.score * part, DECIMALS)

    def strongest(self, hit: Hit) -> Authority:
        return self.passage(hit).strongest

    def opens_with(self, hit: Hit) -> Authority:
        return self.passage(hit).paragraphs[0].authority

    def choices(self, *, alone: bool) -> list[Choice]:
        of_page: dict[str, list[Hit]] = {}
        for hit in self.hits:
            of_page.setdefault(self.passage(hit).page, []).append(hit)
        best = self.worth(self.hits[0])
        near = [
            found
            for number, found in enumerate(of_page.values())
            if number == 0 or self.worth(found[0]) >= OTHER_PAGE * best
        ]
        pages = sorted(near, key=lambda found: not any(map(self.binds, found)))[:PAGES]
        if near[0] not in pages:  # it binds others, but it is not hidden
            pages[-1] = near[0]
        first = self.answering(pages[0])
        chosen = [Choice(first, "main")]
        if not alone:
            chosen += self.extras(first, pages[0])
        return chosen + [Choice(self.answering(found), "main") for found in pages[1:]]

    def answering(self, found: Sequence[Hit]) -> Hit:
        """Return the hit of a page that answers: the asker's section, else the
        opening where it matches nearly as well, else the best that binds.
        """
        enough = [hit for hit in found if hit.own >= OWN * found[0].own]
        for hit in enough:
            own = self.passage(hit).jurisdiction
            if own is not None and own == self.jurisdiction:
                return hit
        best = next((hit for hit in enough if self.binds(hit)), found[0])
        opening = self.knowledge.pages[self.passage(best).page].passages[0]
        for hit in found:
            is_opening = self.passage(hit).id == opening
            if is_opening and hit.own >= FIRST_SECTION * best.own:
                return hit
        return best

    def extras(self, first: Hit, found: Sequence[Hit]) -> list[Choice]:
        near = [
            hit
            for hit in found
            if hit is not first and self.binds(hit) and hit.own >= EXTRA * found[0].own
        ]
        taken: list[Choice] = []
        if self.passage(first).jurisdiction is not None:
            # What leads is for this asker alone; what holds for everyone follows.
            opening = self.knowledge.pages[self.passage(first).page].passages[0]
            taken += [
                Choice(h, "common") for h in near if self.passage(h).id == opening
            ]
        elif self.strongest(first) not in OFFICIAL:
            official = [hit for hit in near if self.strongest(hit) in OFFICIAL]
            # A section that opens with an official text is about what such texts say.
            official.sort(key=lambda hit: self.opens_with(hit) not in OFFICIAL)
            taken += [Choice(hit, "official") for hit in official[:1]]
        exceptions = (
            hit for hit in near if EXCEPTION.search(self.passage(hit).heading)
        )
        taken += [Choice(h, "exception") for h in exceptions if h not in _hits(taken)][
            :1
        ]
        has_official = taken or self.strongest(first) in OFFICIAL
        # A section that opens with commentary is about what people think.
        other = (hit for hit in near if self.opens_with(hit) == "commentary")
        if has_official:
            taken += [Choice(h, "other side") for h in other if h not in _hits(taken)][
                :1
            ]
        return taken


def _hits(choices: Sequence[Choice]) -> list[Hit]:
    return [choice.hit for choice in choices]
