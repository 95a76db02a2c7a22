"""Facts about an answer in plain words, the same in Slack and at a terminal."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from guidance_bot.knowledge.content import (
    OFFICIAL,
    Authority,
    Knowledge,
    Page,
    Source,
)
from guidance_bot.wording import AUTHORITY, MONTHS, STATE

if TYPE_CHECKING:
    from guidance_bot.answering.answers import Answer, Citation


def day(when: date) -> str:
    """Return *when* as ``20 Nov 2026``, in every locale."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def source_label(source: Source, sources: Mapping[str, Source]) -> str:
    """Return what *source* is worth: kind, year, state, and how it was read."""
    parts = [AUTHORITY[source.kind]]
    if source.year != "undated":
        parts.append(source.year)
    newer = sources.get(source.replaced_by or "")
    if source.in_force == "replaced":
        year = re.search(r"\d{4}", newer.year) if newer else None
        parts.append(f"in use until {year.group()}" if year else STATE["replaced"])
    elif source.in_force == "historic":
        parts.append(STATE["historic"])
    elif source.in_force == "unknown" and source.kind in OFFICIAL:
        parts.append(STATE["unknown"])
    if source.year == "undated":
        parts.append(STATE["undated"])
    if source.read == "report" and source.read_at:
        host = urlsplit(source.read_at).hostname or source.read_at
        parts.append(f"as reported by {host.strip('.').removeprefix('www.')}")
    return ", ".join(parts)


def standing(
    authority: Authority, cited: Sequence[Source], sources: Mapping[str, Source]
) -> str:
    """Return *authority* in words, with the state of the *cited* texts it rests on.

    Only texts in force are called plainly "Rule" or "Official guidance".
    """
    if authority not in OFFICIAL:
        return AUTHORITY[authority]
    resting = [source for source in cited if source.kind == authority]
    labels = {source_label(source, sources) for source in resting}
    if len(labels) == 1:
        return labels.pop()
    in_force = [source.in_force == "yes" for source in resting]
    if all(in_force):
        return AUTHORITY[authority]
    return f"{AUTHORITY[authority]}, {STATE['some' if any(in_force) else 'none']}"


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
