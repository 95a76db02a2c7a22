"""What a knowledge folder holds once it is read: plain frozen values.

Standard library only, so that a question can be answered from the compiled
form without importing the parsers.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Final, Literal, TypeAlias

from guidance_bot.knowledge.flow import Flow

Authority: TypeAlias = Literal[
    "rule", "decision", "guidance", "toolkit", "case-study", "commentary", "house"
]

AUTHORITIES: Final[tuple[Authority, ...]] = (
    "rule",
    "decision",
    "guidance",
    "toolkit",
    "case-study",
    "commentary",
    "house",
)
"""Strongest first. ``house`` is our own advice, which cites nobody as saying it."""

KINDS: Final = AUTHORITIES[:-1]
OFFICIAL: Final = frozenset(AUTHORITIES[:3])

AXES: Final = (
    ("external", "internal"),
    ("communicate", "collaborate"),
    ("own", "others"),
    ("official", "personal"),
)
MODES: Final = tuple("-".join(parts) for parts in product(*AXES))
STAGES: Final = ("listen", "acknowledge", "respond", "create")
PURPOSES: Final = (
    "better-policy",
    "put-position",
    "explain-and-educate",
    "remove-barriers",
)
PRINCIPLES: Final = (
    "be-credible",
    "be-consistent",
    "be-responsive",
    "be-integrated",
    "be-a-civil-servant",
)

JURISDICTIONS: Final[Mapping[str, str]] = {
    "uk-civil-service": "UK civil service",
    "uk-local-government": "UK local government",
    "uk-health": "UK health service",
    "uk-police": "UK police",
    "nz-public-service": "New Zealand public service",
}
"""The codes every folder may use; ``jurisdictions:`` in organisation.yaml adds more."""


@dataclass(frozen=True, slots=True)
class Source:
    """A published document: what kind it is, whom it binds, whether it is in force."""

    id: str
    title: str
    publisher: str
    kind: Authority
    jurisdiction: str
    year: str
    url: str | None
    in_force: Literal["yes", "replaced", "historic", "unknown"]
    replaced_by: str | None
    read: Literal["full", "part", "report"]
    read_at: str | None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph or list item of a passage; offsets count code points of its text.

    ``says`` tells ``[@id]`` (the sources say this) from ``[see @id]`` (our
    reading of them): the second leaves the authority at ``house``.
    """

    start: int
    end: int
    authority: Authority
    sources: tuple[str, ...]
    says: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is ranked and cited: a section, or a part of a long one."""

    id: str
    page: str
    heading: str
    text: str
    paragraphs: tuple[Paragraph, ...]
    jurisdiction: str | None = None
    questions: tuple[str, ...] = ()

    @property
    def strongest(self) -> Authority:
        """The strongest authority among its paragraphs."""
        held = (paragraph.authority for paragraph in self.paragraphs)
        return min(held, key=AUTHORITIES.index, default="house")


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown file of guidance.

    ``jurisdictions`` are those that have a section of their own on the page;
    ``lines`` says where its keys stand.
    """

    id: str
    title: str
    summary: str
    owner: str
    reviewed: date
    path: str
    status: Literal["starter", "adopted"] = "starter"
    reviewed_by: str | None = None
    review_every_days: int | None = None
    applies_to: tuple[str, ...] | None = None
    modes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    principles: tuple[str, ...] = ()
    sensitive: bool = False
    must: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def is_overdue(self, today: date) -> bool:
        """Tell whether the page's own review interval has passed."""
        if self.review_every_days is None:
            return False
        return (today - self.reviewed).days > self.review_every_days


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to ask: an owner of pages or the holder of a role."""

    name: str
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy of the organisation's own that people should check as well."""

    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A dated sentence that comes first in the answers it concerns."""

    text: str
    since: date
    until: date
    jurisdictions: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()

    def concerns(self, day: date, whose: str | None, pages: Iterable[str]) -> bool:
        """Tell whether this holds on *day* for somebody from *whose* jurisdiction and one
        of *pages*. Somebody whose jurisdiction is unknown may be concerned.
        """
        if not self.since <= day <= self.until:
            return False
        if self.jurisdictions and whose not in (None, *self.jurisdictions):
            return False
        return not self.pages or any(
            page == wanted or page.startswith(f"{wanted}/")
            for page in pages
            for wanted in self.pages
        )


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who runs the folder: names, owners, contacts, policies, notices."""

    name: str = ""
    jurisdiction: str | None = None
    jurisdictions: Mapping[str, str] = field(default_factory=lambda: JURISDICTIONS)
    owners: Mapping[str, Person] = field(default_factory=dict)
    contacts: Mapping[str, Person] = field(default_factory=dict)
    subjects: Mapping[str, str] = field(default_factory=dict)
    policies: tuple[Policy, ...] = ()
    notices: tuple[Notice, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    wording: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words an editor declares: groups that mean the same, and words to pass over."""

    synonyms: tuple[tuple[str, ...], ...] = ()
    stop_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluationQuestion:
    """A question with the pages an expert accepts; never indexed.

    ``earlier`` are the questions before it in the same conversation, oldest first.
    """

    id: str
    question: str
    expect: Literal["answered", "nothing"]
    pages: tuple[str, ...] = ()
    jurisdiction: str | None = None
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything the folders hold. ``passages`` are sorted by id, so are ties.

    ``phrases`` are words that always lead to a passage, each with its id. ``elsewhere``
    are questions that people ask and the folders do not cover, by subject.
    """

    version: str
    pages: Mapping[str, Page]
    passages: Sequence[Passage]
    sources: Mapping[str, Source]
    organisation: Organisation
    vocabulary: Vocabulary
    questions: Sequence[EvaluationQuestion] = ()
    replaced: tuple[str, ...] = ()
    phrases: tuple[tuple[str, str], ...] = ()
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)

    def number_of(self, passage: str) -> int:
        """Return the place of the passage with this id among ``passages``."""
        numbers = range(len(self.passages))
        return bisect_left(numbers, passage, key=lambda n: self.passages[n].id)

    def passages_of(self, page: str) -> Iterator[Passage]:
        """Yield the passages of *page* in its order."""
        for passage in self.pages[page].passages:
            yield self.passages[self.number_of(passage)]

    def binds(self, page: Page, passage: Passage, jurisdiction: str | None) -> bool:
        """Tell whether *passage* speaks to somebody from *jurisdiction*.

        Somebody whose jurisdiction is unknown is bound by whatever a page
        says to everyone and by whole pages, but not by a section for others.
        """
        if passage.jurisdiction is not None and passage.jurisdiction != jurisdiction:
            return False
        if page.applies_to is None or jurisdiction is None:
            return True
        return jurisdiction in page.applies_to
