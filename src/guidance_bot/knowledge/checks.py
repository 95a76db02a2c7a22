"""What one file cannot show: references between pages, sources and owners."""

from collections.abc import Iterator

from guidance_bot.errors import Problem
from guidance_bot.knowledge.content import Knowledge, Page
from guidance_bot.knowledge.reader import Read
from guidance_bot.knowledge.schema import did_you_mean


def problems(found: Read) -> list[Problem]:
    """Return every reference that leads nowhere, sorted by path and line."""
    return sorted(
        {
            *_source_problems(found),
            *_page_problems(found.knowledge),
            *_organisation_problems(found),
            *_evaluation_problems(found),
        }
    )


def _source_problems(found: Read) -> Iterator[Problem]:
    sources = found.knowledge.sources
    jurisdictions = found.knowledge.organisation.jurisdictions
    for source in sources.values():
        path, line = found.places[f"source:{source.id}"]
        if source.replaced_by is not None and source.replaced_by not in sources:
            hint = did_you_mean(source.replaced_by, list(sources))
            message = f"replaced_by: no source {source.replaced_by!r}{hint}"
            yield Problem(path, line, f"{source.id}: {message}")
        if source.replaced_by is not None and source.in_force != "replaced":
            message = f"{source.id}: has replaced_by, so in_force is 'replaced'"
            yield Problem(path, line, message)
        if source.jurisdiction not in jurisdictions:
            hint = did_you_mean(source.jurisdiction, list(jurisdictions))
            message = f"{source.id}: no jurisdiction {source.jurisdiction!r}{hint}"
            yield Problem(path, line, message)


def _page_problems(knowledge: Knowledge) -> Iterator[Problem]:
    for page in knowledge.pages.values():
        for number, other in enumerate(page.related):
            line = _line(page, f"related.{number}")
            if other == page.id:
                yield Problem(page.path, line, "related: the page names itself")
            elif other not in knowledge.pages:
                hint = did_you_mean(other, list(knowledge.pages))
                yield Problem(page.path, line, f"related: no page {other!r}{hint}")
        if page.status == "adopted" and page.reviewed_by is None:
            message = "an adopted page says who reviewed it: add 'reviewed_by'"
            yield Problem(page.path, _line(page, "status"), message)
        yield from _people_problems(knowledge, page)


def _people_problems(knowledge: Knowledge, page: Page) -> Iterator[Problem]:
    organisation = knowledge.organisation
    if organisation.owners and page.owner not in organisation.owners:
        hint = did_you_mean(page.owner, list(organisation.owners))
        message = f"owner: {page.owner!r} is not in organisation.yaml{hint}"
        yield Problem(page.path, _line(page, "owner"), message)
    for number, code in enumerate(page.applies_to or ()):
        if code not in organisation.jurisdictions:
            hint = did_you_mean(code, list(organisation.jurisdictions))
            message = f"applies_to: {code!r} is not a jurisdiction{hint}"
            yield Problem(page.path, _line(page, f"applies_to.{number}"), message)


def _organisation_problems(found: Read) -> Iterator[Problem]:
    organisation = found.knowledge.organisation
    if "organisation" not in found.places:
        path = next(iter(found.knowledge.pages.values())).path.split("guidance")[0]
        message = "there is no organisation.yaml here: owners cannot be checked"
        yield Problem(f"{path}organisation.yaml", 1, message, "warning")
        return
    codes = organisation.jurisdictions
    if organisation.jurisdiction is not None and organisation.jurisdiction not in codes:
        path, line = found.places["organisation.jurisdiction"]
        hint = did_you_mean(organisation.jurisdiction, codes)
        message = f"no jurisdiction {organisation.jurisdiction!r}{hint}"
        yield Problem(path, line, message)
    for subject, owner in organisation.subjects.items():
        if owner not in organisation.owners:
            path, line = found.places[f"organisation.subjects.{subject}"]
            message = f"subjects: {owner!r} is not one of the owners"
            yield Problem(path, line, message)
    yield from _notice_problems(found)


def _notice_problems(found: Read) -> Iterator[Problem]:
    pages = found.knowledge.pages
    codes = found.knowledge.organisation.jurisdictions
    for number, notice in enumerate(found.knowledge.organisation.notices):
        path, line = found.places[f"organisation.notices.{number}"]
        if notice.until < notice.since:
            yield Problem(path, line, "notices: 'until' comes before 'since'")
        for wanted in notice.pages:
            if not any(id_ == wanted or id_.startswith(f"{wanted}/") for id_ in pages):
                yield Problem(path, line, f"notices: no page or topic {wanted!r}")
        for code in notice.jurisdictions:
            if code not in codes:
                yield Problem(path, line, f"notices: no jurisdiction {code!r}")


def _evaluation_problems(found: Read) -> Iterator[Problem]:
    pages = found.knowledge.pages
    for question in found.knowledge.questions:
        path, line = found.places[f"question:{question.id}"]
        if question.expect == "answered" and not question.pages:
            message = f"{question.id}: name the pages that answer it"
            yield Problem(path, line, message)
        for page in question.pages:
            if page not in pages:
                hint = did_you_mean(page, list(pages))
                yield Problem(path, line, f"{question.id}: no page {page!r}{hint}")
        codes = found.knowledge.organisation.jurisdictions
        if question.jurisdiction is not None and question.jurisdiction not in codes:
            message = f"{question.id}: no jurisdiction {question.jurisdiction!r}"
            yield Problem(path, line, message)


def _line(page: Page, key: str) -> int:
    return page.lines.get(key, 1)
