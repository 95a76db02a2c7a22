"""What one file cannot show: references between pages, sources and owners."""

import re
from collections.abc import Iterator, Mapping
from string import Formatter

from guidance_bot.errors import Problem
from guidance_bot.knowledge.content import Page, Source
from guidance_bot.knowledge.markdown import words_of
from guidance_bot.knowledge.reader import Read
from guidance_bot.knowledge.schema import did_you_mean
from guidance_bot.wording import LABEL_CHARS, SENTENCES

SUMMARY_CHARS = 140
SECTION_WORDS = 150
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]+")


def problems(found: Read) -> list[Problem]:
    """Return every reference that leads nowhere, sorted by path and line."""
    return sorted(
        {
            *_source_problems(found),
            *_page_problems(found),
            *_organisation_problems(found),
            *_notice_problems(found),
            *_wording_problems(found),
            *_evaluation_problems(found),
            *_elsewhere_problems(found),
        }
    )


def _source_problems(found: Read) -> Iterator[Problem]:
    for source in found.knowledge.sources.values():
        for key, message in _source_faults(source, found):
            name = f"source:{source.id}"
            path, line = found.places.get(f"{name}.{key}", found.places[name])
            yield Problem(path, line, f"{source.id}: {message}")


def _source_faults(source: Source, found: Read) -> Iterator[tuple[str, str]]:
    sources = found.knowledge.sources
    codes = found.knowledge.organisation.jurisdictions
    newer = source.replaced_by
    if newer == source.id:
        yield "replaced_by", "replaced_by: the source names itself"
    elif newer is not None and newer not in sources:
        hint = did_you_mean(newer, sources)
        yield "replaced_by", f"replaced_by: no source {newer!r}{hint}"
    if newer is not None and source.in_force != "replaced":
        yield "in_force", "has replaced_by, so in_force is 'replaced'"
    if source.jurisdiction not in codes and "organisation.yaml" not in found.unread:
        hint = did_you_mean(source.jurisdiction, codes)
        yield "jurisdiction", f"no jurisdiction {source.jurisdiction!r}{hint}"
    for key, address in (("url", source.url), ("read_at", source.read_at)):
        if address is not None and _ADDRESS.fullmatch(address) is None:
            yield key, f"{key}: {address!r} is not a web address (https://…)"


def _page_problems(found: Read) -> Iterator[Problem]:
    for page in found.knowledge.pages.values():
        path = found.paths[page.id]
        for key, message in (
            *_related_faults(page, found),
            *_people_faults(page, found),
        ):
            yield Problem(path, page.lines.get(key, 1), message)
        if len(page.summary) > SUMMARY_CHARS:
            message = f"summary: {len(page.summary)} characters; {SUMMARY_CHARS} fit"
            line = page.lines.get("summary", 1)
            yield Problem(path, line, message, "warning")
    for id_, file in found.files.items():
        for section in file.sections:
            words = words_of(section.blocks)
            if words > SECTION_WORDS:
                line = file.line(section, 0)
                message = f"this section has {words} words; {SECTION_WORDS} are read"
                yield Problem(found.paths[id_], line, message, "warning")


def _related_faults(page: Page, found: Read) -> Iterator[tuple[str, str]]:
    for number, other in enumerate(page.related):
        key = f"related.{number}"
        if other == page.id:
            yield key, "related: the page names itself"
        elif other not in found.paths:
            yield key, f"related: no page {other!r}{did_you_mean(other, found.paths)}"
    if page.status == "adopted" and page.reviewed_by is None:
        yield "status", "an adopted page says who reviewed it: add 'reviewed_by'"


def _people_faults(page: Page, found: Read) -> Iterator[tuple[str, str]]:
    if "organisation.yaml" in found.unread:
        return
    organisation = found.knowledge.organisation
    if organisation.owners and page.owner not in organisation.owners:
        hint = did_you_mean(page.owner, organisation.owners) or (
            f"; the owners are {', '.join(organisation.owners)}"
        )
        yield "owner", f"owner: {page.owner!r} is not in organisation.yaml{hint}"
    for number, code in enumerate(page.applies_to or ()):
        if code not in organisation.jurisdictions:
            hint = did_you_mean(code, organisation.jurisdictions)
            yield (
                f"applies_to.{number}",
                f"applies_to: {code!r} is not a jurisdiction{hint}",
            )


def _organisation_problems(found: Read) -> Iterator[Problem]:
    organisation = found.knowledge.organisation
    if "organisation.yaml" in found.unread:
        return
    if "organisation" not in found.places:
        message = "there is no organisation.yaml here: owners cannot be checked"
        yield Problem(f"{found.root}/organisation.yaml", 1, message, "warning")
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


def _notice_problems(found: Read) -> Iterator[Problem]:
    codes = found.knowledge.organisation.jurisdictions
    for number, notice in enumerate(found.knowledge.organisation.notices):
        name = f"organisation.notices.{number}"
        if notice.until < notice.since:
            message = "notices: 'until' comes before 'since'"
            yield Problem(*found.places[f"{name}.until"], message)
        for item, wanted in enumerate(notice.pages):
            known = (
                id_ == wanted or id_.startswith(f"{wanted}/") for id_ in found.paths
            )
            if not any(known):
                message = f"notices: no page or topic {wanted!r}"
                yield Problem(*found.places[f"{name}.pages.{item}"], message)
        for item, code in enumerate(notice.jurisdictions):
            if code not in codes:
                message = f"notices: no jurisdiction {code!r}"
                yield Problem(*found.places[f"{name}.jurisdictions.{item}"], message)


def _wording_problems(found: Read) -> Iterator[Problem]:
    for key, text in found.knowledge.organisation.wording.items():
        path, line = found.places[f"organisation.wording.{key}"]
        if key not in SENTENCES:
            hint = did_you_mean(key, SENTENCES)
            yield Problem(path, line, f"wording: no sentence {key!r}{hint}")
            continue
        limit = LABEL_CHARS.get(key, len(text))
        if len(text) > limit:
            message = f"wording: {key} has {len(text)} characters; Slack shows {limit}"
            yield Problem(path, line, message)
        known = {name for _, name, _, _ in Formatter().parse(SENTENCES[key]) if name}
        try:
            fields = list(Formatter().parse(text))
        except ValueError:
            yield Problem(path, line, "wording: a { or } has no partner")
            continue
        used = {name for _, name, _, _ in fields if name is not None}
        if any(spec or conversion for _, _, spec, conversion in fields):
            yield Problem(path, line, "wording: write just {name}, without ! or :")
        for name in sorted(used - known):
            names = ", ".join(f"{{{name}}}" for name in sorted(known)) or "nothing"
            message = f"wording: {{{name}}} is not filled in here; {names} can be"
            yield Problem(path, line, message)


def _evaluation_problems(found: Read) -> Iterator[Problem]:
    codes: Mapping[str, str] = found.knowledge.organisation.jurisdictions
    for question in found.knowledge.questions:
        name = f"question:{question.id}"
        if question.expect == "answered" and not question.pages:
            message = f"{question.id}: name the pages that answer it"
            yield Problem(*found.places[name], message)
        for number, page in enumerate(question.pages):
            if page not in found.paths:
                hint = did_you_mean(page, found.paths)
                message = f"{question.id}: no page {page!r}{hint}"
                yield Problem(*found.places[f"{name}.pages.{number}"], message)
        code = question.jurisdiction
        known = code is None or code in codes or "organisation.yaml" in found.unread
        if not known:
            message = f"{question.id}: no jurisdiction {code!r}"
            yield Problem(*found.places[f"{name}.for"], message)


def _elsewhere_problems(found: Read) -> Iterator[Problem]:
    asked = {
        _plain(question): passage.page
        for passage in found.knowledge.passages
        for question in passage.questions
    }
    for subject, questions in found.knowledge.elsewhere.items():
        for number, question in enumerate(questions):
            page = asked.get(_plain(question))
            if page is not None:
                path, line = found.places[f"elsewhere:{subject}.{number}"]
                message = (
                    f"{subject}: {question!r} is also asked of {page}, and answered "
                    "there; take it out here"
                )
                yield Problem(path, line, message, "warning")


def _plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))
