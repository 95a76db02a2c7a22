"""Facts about an answer in plain words, the same in Slack and at a terminal."""

from typing import TYPE_CHECKING

from guidance_bot.knowledge.content import Knowledge, Page, Source
from guidance_bot.knowledge.labels import standing

if TYPE_CHECKING:
    from guidance_bot.answering.answers import Answer, Citation


def cited_in(citation: "Citation", knowledge: Knowledge) -> list[Source]:
    """Return the sources of the paragraphs that the lead of *citation* lies in."""
    ids = dict.fromkeys(
        id_
        for paragraph in citation.passage.paragraphs
        for id_ in paragraph.sources
        if paragraph.says
        and any(s < paragraph.end and e > paragraph.start for s, e in citation.lead)
    )
    return [knowledge.sources[id_] for id_ in ids]


def bound_elsewhere(citation: "Citation", given: "Answer", knowledge: Knowledge) -> str:
    """Return whom *citation* binds when that is not the asker, else nothing."""
    whose = given.asker.jurisdiction or knowledge.organisation.jurisdiction
    codes = citation.applies_to
    if codes is None or whose in codes:
        return ""
    names = knowledge.organisation.jurisdictions
    return ", ".join(names.get(code, code) for code in codes)


def standing_of(citation: "Citation", knowledge: Knowledge) -> str:
    """Return the authority of the lead of *citation* in words, with its state."""
    cited = cited_in(citation, knowledge)
    return standing(citation.authority, cited, knowledge.sources)


def owner_of(page: Page, knowledge: Knowledge) -> str:
    """Return who owns *page* and how to reach them; else who owns its subject."""
    person = knowledge.organisation.owners.get(page.owner)
    if person is None:
        return person_to_ask(page.id, knowledge)
    return f"{person.name} ({person.contact})" if person.contact else person.name


def person_to_ask(page: str, knowledge: Knowledge) -> str:
    """Return who owns the subject of *page* and how to reach them, or nothing."""
    organisation = knowledge.organisation
    topic = page.split("/", maxsplit=1)[0]
    key = organisation.subjects.get(topic) or next(iter(organisation.owners), None)
    person = organisation.owners.get(key or "")
    if person is None:
        return ""
    return f"{person.name} ({person.contact})" if person.contact else person.name
