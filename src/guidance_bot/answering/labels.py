"""Facts about an answer in plain words, the same in Slack and at a terminal."""

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlsplit

from guidance_bot.answering.answers import Answer, Citation
from guidance_bot.knowledge.content import OFFICIAL, Knowledge, Source
from guidance_bot.wording import AUTHORITY, MONTHS


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
        parts.append(f"in use until {year.group()}" if year else "since replaced")
    elif source.in_force == "historic":
        parts.append("historic")
    elif source.in_force == "unknown" and source.kind in OFFICIAL:
        parts.append("not checked whether it is in force")
    if source.year == "undated":
        parts.append("undated")
    if source.read == "report" and source.read_at:
        host = urlsplit(source.read_at).hostname or source.read_at
        parts.append(f"as reported by {host.strip('.').removeprefix('www.')}")
    return ", ".join(parts)


def bound_elsewhere(citation: Citation, given: Answer, knowledge: Knowledge) -> str:
    """Return whom *citation* binds when that is not the asker, else nothing."""
    whose = given.asker.jurisdiction or knowledge.organisation.jurisdiction
    codes = citation.applies_to
    if codes is None or whose in codes:
        return ""
    names = knowledge.organisation.jurisdictions
    return ", ".join(names.get(code, code) for code in codes)


def person_to_ask(page: str, knowledge: Knowledge) -> str:
    """Return who owns the subject of *page* and how to reach them, or nothing."""
    organisation = knowledge.organisation
    topic = page.split("/", maxsplit=1)[0]
    key = organisation.subjects.get(topic) or next(iter(organisation.owners), None)
    person = organisation.owners.get(key or "")
    if person is None:
        return ""
    return f"{person.name} ({person.contact})" if person.contact else person.name
