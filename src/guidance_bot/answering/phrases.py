"""What is said around the guidance itself, the same in Slack and at a terminal."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guidance_bot.answering.answers import Answer, Citation, StatedFlow
from guidance_bot.answering.labels import (
    bound_elsewhere,
    owner_of,
    person_to_ask,
)
from guidance_bot.knowledge.content import Knowledge, Page, Paragraph, Passage
from guidance_bot.knowledge.labels import day
from guidance_bot.wording import NUMBERS, quoted, sentence

FEWEST_STATED: Final = 2
"""So many choices have to be stated before a flow is worth offering."""
NEAREST: Final = 3
NEAR: Final = 0.25
"""The confidence from which a page is worth naming beside a "no"."""
_ITEM: Final = re.compile(r"\s*(?P<marker>[-*+]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class LeadParagraph:
    """The part of a paragraph that is shown: its list marker, then Markdown.

    ``pieces`` are the runs of sentences taken; what lay between them was left out.
    """

    paragraph: Paragraph
    marker: str
    pieces: tuple[str, ...]


def lead_paragraphs(citation: Citation) -> Iterator[LeadParagraph]:
    """Yield the lead of *citation*, paragraph by paragraph."""
    passage = citation.passage
    taken: dict[int, list[str]] = {}
    for start, end in citation.lead:
        number = next(
            n for n, p in enumerate(passage.paragraphs) if p.start <= start < p.end
        )
        taken.setdefault(number, []).append(passage.text[start:end])
    for number, pieces in taken.items():
        paragraph = passage.paragraphs[number]
        yield LeadParagraph(paragraph, marker(passage, paragraph), tuple(pieces))


def marker(passage: Passage, paragraph: Paragraph) -> str:
    """Return what stands before *paragraph* where it is a list item: "• " or "1. "."""
    match = _ITEM.match(passage.text, paragraph.start, paragraph.end)
    if match is None:
        return ""
    return f"{match['marker']} " if match["marker"][0].isdigit() else "• "


def facts(
    page: Page, knowledge: Knowledge, *, is_overdue: bool, title: str | None = None
) -> str:
    """Return the page's title, owner, review and whether it is starter text."""
    overrides = knowledge.organisation.wording
    owner = knowledge.organisation.owners.get(page.owner)
    key = "adopted" if page.reviewed_by else "reviewed"
    values = {"date": day(page.reviewed), "person": page.reviewed_by}
    parts = [
        sentence("page", overrides, title=title or page.title),
        sentence("owner", overrides, name=owner.name if owner else page.owner),
        sentence(key, overrides, **values),
    ]
    if page.status == "starter":
        parts.append(sentence("starter", overrides))
    if is_overdue:
        parts.append(sentence("overdue", overrides))
    return "; ".join(parts)


def whom_it_binds(citation: Citation, given: Answer, knowledge: Knowledge) -> str:
    """Return for whom *citation* is where that is not the asker, else nothing."""
    whom = bound_elsewhere(citation, given, knowledge)
    if not whom:
        return ""
    key = "binds" if citation.passage.jurisdiction is None else "section-binds"
    return sentence(key, knowledge.organisation.wording, jurisdictions=whom)


def titled(citation: Citation, given: Answer, knowledge: Knowledge) -> str:
    """Return the title of the cited page, with whom it is for where not the asker."""
    whom = bound_elsewhere(citation, given, knowledge)
    return f"{citation.page.title} (for: {whom})" if whom else citation.page.title


def entry(citation: Citation, given: Answer, knowledge: Knowledge) -> str:
    """Return the title of a page that comes close, with the section that matched."""
    title = titled(citation, given, knowledge)
    heading = citation.passage.heading
    if not heading or citation.passage.id == citation.page.passages[0]:
        return title
    overrides = knowledge.organisation.wording
    return sentence("entry", overrides, title=title, heading=heading)


def misses(given: Answer, knowledge: Knowledge) -> str:
    """Return which words of the question nothing here mentions, or nothing."""
    # Somebody in danger is not told what else the guidance lacks.
    if not given.missing or given.is_sensitive:
        return ""
    overrides = knowledge.organisation.wording
    return sentence("misses", overrides, words=quoted(given.missing))


def closest(given: Answer, knowledge: Knowledge) -> str:
    """Return how many pages come close to an unsure question, and what they lack."""
    overrides = knowledge.organisation.wording
    count = len(given.citations)
    missing = ""
    if given.missing:
        key = {1: "missing-one", 2: "missing-two"}.get(count, "missing-many")
        missing = sentence(key, overrides, words=quoted(given.missing))
    key = "unsure-one" if count == 1 else "unsure-many"
    return sentence(key, overrides, count=NUMBERS[count], missing=missing)


def not_these(given: Answer, knowledge: Knowledge) -> str:
    """Return whom to ask where the closest pages are not what was meant."""
    owner = owner_of(given.citations[0].page, knowledge)
    overrides = knowledge.organisation.wording
    return sentence("not-these", overrides, owner=owner) if owner else ""


def not_covered(given: Answer, knowledge: Knowledge) -> str:
    """Return that the guidance has nothing on the question, naming its words."""
    overrides = knowledge.organisation.wording
    if not given.missing:
        return sentence("nothing-unnamed", overrides)
    return sentence("nothing", overrides, words=quoted(given.missing))


def nearest_pages(given: Answer, knowledge: Knowledge) -> list[Page]:
    """Return the pages nearest to a question that found nothing, at most three.

    None where hardly anything matches, and no sensitive ones: they would be noise, and
    an odd thing to be shown.
    """
    if given.confidence < NEAR:
        return []
    nearest = dict.fromkeys(id_.split("#", maxsplit=1)[0] for id_ in given.also)
    pages = [knowledge.pages[page] for page in nearest][:NEAREST]
    return [page for page in pages if not page.sensitive]


def ask_owner(pages: list[Page], knowledge: Knowledge) -> str:
    """Return the person to ask about the subject of the first of *pages*."""
    owner = owner_of(pages[0], knowledge) if pages else person_to_ask("", knowledge)
    overrides = knowledge.organisation.wording
    return sentence("ask-owner", overrides, owner=owner) if owner else ""


def slips(given: Answer, knowledge: Knowledge) -> list[str]:
    """Return how misspelt words of the question were read, a sentence each."""
    overrides = knowledge.organisation.wording
    return [
        sentence("read-as", overrides, word=quoted((word,)), known=quoted((known,)))
        for word, known in given.read_as
    ]


def nothing_particular(given: Answer, knowledge: Knowledge) -> str:
    """Return that the page has nothing for the asker's employer in particular,
    where it has something for others, else nothing.
    """
    first, whose = given.citations[0], given.asker.jurisdiction
    if (
        whose is None
        or not first.page.jurisdictions
        or whose in first.page.jurisdictions
    ):
        return ""
    shown = [c for c in given.citations if c.page.id == first.page.id]
    if any(source.jurisdiction == whose for c in shown for source in c.sources):
        return ""
    organisation = knowledge.organisation
    name = organisation.jurisdictions.get(whose, whose)
    return sentence("nothing-particular", organisation.wording, jurisdiction=name)


def own_section(given: Answer, knowledge: Knowledge) -> str:
    """Return that the page has a section for the asker's employer, where none is shown."""
    organisation = knowledge.organisation
    first, whose = (
        given.citations[0],
        given.asker.jurisdiction or organisation.jurisdiction,
    )
    shown = {citation.passage.jurisdiction for citation in given.citations}
    if whose is None or whose not in first.page.jurisdictions or whose in shown:
        return ""
    headings = (
        passage.heading
        for passage in knowledge.passages_of(first.page.id)
        if passage.jurisdiction == whose
    )
    name = organisation.jurisdictions.get(whose, whose)
    return sentence(
        "own-section", organisation.wording, jurisdiction=name, heading=next(headings)
    )


def heading_of(citation: Citation, knowledge: Knowledge) -> str:
    """Return what stands above *citation*: its heading, where it is shown from its start.

    "The first hour" promises more than an official remark from its end.
    """
    opening = citation.passage.paragraphs[0].end
    if citation.role == "official" and citation.lead[0][0] >= opening:
        return sentence("official-texts", knowledge.organisation.wording)
    return citation.passage.heading


def check_first(knowledge: Knowledge) -> str:
    """Return the organisation's own policies to check first, or nothing."""
    titles = [
        f"{policy.title} ({policy.url})" if policy.url else policy.title
        for policy in knowledge.organisation.policies
    ]
    overrides = knowledge.organisation.wording
    return (
        sentence("check-first", overrides, policies="; ".join(titles)) if titles else ""
    )


def offered_flow(given: Answer) -> StatedFlow | None:
    """Return the flow to offer with what the question states, or None: where it states
    too little, or the subject is a sensitive one.
    """
    stated = given.flow
    if stated is None or len(stated.choices) < FEWEST_STATED or given.is_sensitive:
        return None
    return stated


def is_jurisdiction_unknown(given: Answer, knowledge: Knowledge) -> bool:
    """Tell whether nobody said whose rules bind the asker."""
    return not (given.asker.jurisdiction or knowledge.organisation.jurisdiction)
