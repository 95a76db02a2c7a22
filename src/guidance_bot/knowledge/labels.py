"""What a source is worth, in plain words: kind, year, state; and a day as people write it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from guidance_bot.knowledge.content import OFFICIAL, Authority, Source
from guidance_bot.wording import AUTHORITY, MONTHS, STATE

# Below a country's ending: everybody's, so that what stands before it is the name.
_SHARED: Final = frozenset(
    {"ac", "co", "com", "gov", "govt", "net", "nhs", "org", "parliament", "police"}
)


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
        parts.append(f"as reported by {_site(host)}")
    return ", ".join(parts)


def _site(host: str) -> str:
    """Return the name under which *host* is registered: what people know it by."""
    parts = host.strip(".").split(".")
    kept = 3 if len(parts) > 2 and parts[-2] in _SHARED else 2  # noqa: PLR2004
    return ".".join(parts[-kept:])


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
