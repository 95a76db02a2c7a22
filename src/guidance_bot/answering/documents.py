"""An answer as the stable JSON document that scripts rely on."""

from collections.abc import Mapping
from typing import Any

from guidance_bot.answering.answers import Answer, Citation
from guidance_bot.knowledge.content import Source


def as_json(given: Answer) -> dict[str, Any]:
    """Return *given* as the stable JSON document that scripts rely on."""
    return {
        "question": given.question,
        "verdict": given.verdict,
        "confidence": given.confidence,
        "citations": [_citation_json(citation) for citation in given.citations],
        "unmatched": list(given.unmatched),
        "read_as": [{"word": word, "as": term} for word, term in given.read_as],
        "also": list(given.also),
        "notices": list(given.notices),
        "message": given.message,
        "flow": given.flow
        and {"name": given.flow.name, "choices": dict(given.flow.choices)},
        "receipt": given.receipt,
        "knowledge": {"version": given.version, "commit": given.commit},
    }


def _citation_json(citation: Citation) -> dict[str, Any]:
    passage, page = citation.passage, citation.page
    applies_to = citation.applies_to
    return {
        "passage": passage.id,
        "page": page.id,
        "title": page.title,
        "heading": passage.heading,
        "text": passage.text,
        "lead": [list(span) for span in citation.lead],
        "authority": citation.authority,
        "paragraphs": [
            {
                "start": paragraph.start,
                "end": paragraph.end,
                "authority": paragraph.authority,
                "sources": list(paragraph.sources),
                "says": paragraph.says,
            }
            for paragraph in passage.paragraphs
        ],
        "sources": [_source_json(source) for source in citation.sources],
        "applies_to": None if applies_to is None else list(applies_to),
        "status": page.status,
        "owner": page.owner,
        "reviewed": page.reviewed.isoformat(),
        "overdue": citation.overdue,
        "score": citation.score,
    }


def _source_json(source: Source) -> Mapping[str, str | None]:
    return {
        "id": source.id,
        "title": source.title,
        "publisher": source.publisher,
        "year": source.year,
        "url": source.url,
        "kind": source.kind,
        "jurisdiction": source.jurisdiction,
        "in_force": source.in_force,
    }
