"""Knowledge folders → one Knowledge; every problem of every file is collected.

A later folder replaces pages and sources of an earlier one by id, so that a
department keeps its own pages and takes updates of the starter corpus.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from guidance_bot.errors import KnowledgeError, Problem
from guidance_bot.knowledge import schema
from guidance_bot.knowledge.content import (
    JURISDICTIONS,
    KINDS,
    EvaluationQuestion,
    Knowledge,
    Notice,
    Organisation,
    Page,
    Passage,
    Person,
    Policy,
    Source,
    Vocabulary,
)
from guidance_bot.knowledge.folder import ROOT_FILES, Folder, version
from guidance_bot.knowledge.pages import PageFile, finish, read_page, text_problems
from guidance_bot.knowledge.yaml_text import YamlText, read_yaml
from guidance_bot.wording import CONTROL

Model = TypeVar("Model", bound=BaseModel)

_PAGE_PATH: Final = re.compile(r"guidance/(?P<id>[^/]+/[^/]+)\.(?i:md|markdown)")
_PAGE_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*")


@dataclass(slots=True)
class _Reading:
    """What has been read so far; problems pile up instead of stopping it."""

    problems: list[Problem] = field(default_factory=list)
    pages: dict[str, PageFile] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    broken: dict[str, Source] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    organisation: dict[str, Any] = field(default_factory=dict)
    synonyms: list[tuple[str, ...]] = field(default_factory=list)
    stop_words: list[str] = field(default_factory=list)
    questions: dict[str, EvaluationQuestion] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Read:
    """A Knowledge, the problems that came with it, and where its entries stand.

    For checks that look across files: ``places`` maps ``source:ID``,
    ``question:ID`` (and ``….KEY`` below them) and ``organisation.KEY`` to path
    and line; ``paths`` maps page ids to paths, pages with a mistake included;
    ``files`` are the pages as they were written;
    ``unread`` names the root files that could not be read.
    """

    knowledge: Knowledge
    problems: tuple[Problem, ...]
    places: Mapping[str, tuple[str, int]]
    paths: Mapping[str, str]
    files: Mapping[str, PageFile]
    unread: frozenset[str]
    root: str


def read(folders: Sequence[Folder]) -> Read:
    """Return what *folders* hold together, later ones over earlier ones.

    Problems are returned, errors included, as long as one page can be read;
    a folder with no page at all raises KnowledgeError.
    """
    reading = _Reading()
    for folder in folders:
        reading.problems += folder.problems
        _read_folder(folder, reading)
    organisation = _organisation(reading)
    sources = reading.broken | reading.sources
    pages: dict[str, Page] = {}
    passages: list[Passage] = []
    for page_id, file in sorted(reading.pages.items()):
        if "sources.yaml" not in reading.unread:
            known = set(organisation.jurisdictions)
            if "organisation.yaml" in reading.unread:
                known |= {section.jurisdiction or "" for section in file.sections}
            reading.problems += text_problems(file, sources, known)
        if file.head is not None:
            pages[page_id], found = finish(file, file.head, sources)
            passages += found
    if not passages:
        _refuse_nothing(folders, reading.problems)
    knowledge = Knowledge(
        version=version(folders),
        pages=pages,
        passages=tuple(sorted(passages, key=lambda passage: passage.id)),
        sources=dict(sorted(reading.sources.items())),
        organisation=organisation,
        vocabulary=Vocabulary(tuple(reading.synonyms), tuple(reading.stop_words)),
        questions=tuple(reading.questions.values()),
        replaced=tuple(reading.replaced),
    )
    return Read(
        knowledge,
        tuple(sorted(reading.problems)),
        reading.places,
        reading.refused
        | {page_id: file.path for page_id, file in reading.pages.items()},
        reading.pages,
        frozenset(reading.unread),
        folders[-1].shown(""),
    )


def _refuse_nothing(folders: Sequence[Folder], problems: list[Problem]) -> None:
    if not problems:
        message = "no pages here: a page is a file guidance/<topic>/<page>.md"
        problems = [Problem(folders[-1].shown(""), 1, message)]
    raise KnowledgeError(problems)


def _read_folder(folder: Folder, reading: _Reading) -> None:
    seen: dict[str, str] = {}
    refused = {problem.path for problem in folder.problems}
    reading.unread |= {name for name in ROOT_FILES if folder.shown(name) in refused}
    for path in refused:
        _refuse(os.path.relpath(path, folder.shown("")), path, reading)
    for name, content in folder.files.items():
        path = folder.shown(name)
        text, problems = _decoded(name, content, path)
        reading.problems += problems
        if text is None:
            reading.unread.add(name)
            _refuse(name, path, reading)
        elif name.startswith("guidance/"):
            _read_page(name, path, text, seen, reading)
        elif name in ROOT_FILES:
            _read_root_file(name, path, text, reading)
        elif "/" not in name:
            near = schema.did_you_mean(name, ROOT_FILES)
            message = f"this file is not read{near}"
            reading.problems.append(Problem(path, 1, message, "warning"))


def _refuse(name: str, path: str, reading: _Reading) -> None:
    """Remember a page that cannot be read: others may still name it."""
    match = _PAGE_PATH.fullmatch(name.replace(os.sep, "/"))
    if match is not None:
        reading.refused[match["id"].lower()] = path


def _read_root_file(name: str, path: str, text: str, reading: _Reading) -> None:
    document, problems = read_yaml(text, path)
    if document.value is not None:
        _ROOM[name](document, path, reading)
    if problems:
        reading.unread.add(name)
    reading.problems += problems


def _decoded(name: str, content: bytes, path: str) -> tuple[str | None, list[Problem]]:
    if any("\udc80" <= letter <= "\udcff" for letter in name):
        message = "this file's name is not UTF-8; rename it"
        return None, [Problem(path, 1, message)]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = (
            "this is not a text file"
            if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff"))
            else "this file is not saved as UTF-8; save it again with that encoding"
        )
        return None, [Problem(path, line, message)]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    control = CONTROL.search(text)
    if control is not None:
        line = text[: control.start()].count("\n") + 1
        message = f"the control character U+{ord(control.group()):04X} is in this line; delete it"
        if control.group() == "\0":
            message = "this is not a text file"
        return None, [Problem(path, line, message)]
    return text, []


def _read_page(
    name: str, path: str, text: str, seen: dict[str, str], reading: _Reading
) -> None:
    match = _PAGE_PATH.fullmatch(name)
    if match is None:
        message = "a page lies at guidance/<topic>/<page>.md; move this file there"
        reading.problems.append(Problem(path, 1, message))
        return
    page = match["id"].lower()
    if not _PAGE_ID.fullmatch(match["id"]):
        message = "a page's file name holds lower-case letters, digits and hyphens"
        reading.problems.append(Problem(path, 1, message))
    if page in seen:
        message = f"two pages have the id {page!r}: this one and {seen[page]}"
        reading.problems.append(Problem(path, 1, message))
        return
    seen[page] = path
    file, problems = read_page(page, path, text)
    reading.problems += problems
    if file is None:
        reading.refused[page] = path
    else:
        if page in reading.pages:
            reading.replaced.append(
                f"{page}: {path} replaces {reading.pages[page].path}"
            )
        reading.pages[page] = file


def _entries(
    model: type[Model], document: YamlText, path: str, reading: _Reading
) -> Iterator[tuple[int, Model]]:
    """Yield the good entries of a list file, each with its place in the list."""
    if not isinstance(document.value, list):
        message = "this file is a list: each entry starts with “- id: …”"
        reading.problems.append(Problem(path, document.line(()), message))
        return
    seen: dict[str, int] = {}
    for number in range(len(document.value)):
        entry, problems = schema.validate(model, document, path, (number,))
        reading.problems += problems
        if entry is None:
            continue
        line = document.line((number, "id"))
        id_ = str(getattr(entry, "id", ""))
        if id_ in seen:
            message = f"the id {id_!r} is already on line {seen[id_]}"
            reading.problems.append(Problem(path, line, message))
            continue
        seen[id_] = line
        yield number, entry


def _read_sources(document: YamlText, path: str, reading: _Reading) -> None:
    for given in document.value if isinstance(document.value, list) else ():
        broken = _broken_source(given)
        if broken is not None:
            reading.broken[broken.id] = broken
    for number, entry in _entries(schema.SourceEntry, document, path, reading):
        reading.sources[entry.id] = Source(**entry.model_dump())
        _remember(document, path, f"source:{entry.id}", number, reading)


def _remember(
    document: YamlText, path: str, name: str, number: int, reading: _Reading
) -> None:
    for place, line in document.lines.items():
        if place and place[0] == number:
            key = ".".join(str(step) for step in (name, *place[1:]))
            reading.places[key] = (path, line)


def _broken_source(given: Any) -> Source | None:
    """Return a stand-in for an entry with a mistake in it.

    Pages that cite it are not at fault, and their own mistakes still show.
    """
    if not isinstance(given, dict) or not isinstance(given.get("id"), str):
        return None
    kind = given.get("kind")
    return Source(
        id=given["id"],
        title="",
        publisher="",
        kind=kind if kind in KINDS else "house",
        jurisdiction="",
        year="",
        url=None,
        in_force="unknown",
        replaced_by=None,
        read="report",
        read_at=None,
    )


def _read_questions(document: YamlText, path: str, reading: _Reading) -> None:
    for number, entry in _entries(schema.QuestionEntry, document, path, reading):
        reading.questions[entry.id] = EvaluationQuestion(
            entry.id, entry.question, entry.expect, entry.pages, entry.for_
        )
        _remember(document, path, f"question:{entry.id}", number, reading)


def _read_organisation(document: YamlText, path: str, reading: _Reading) -> None:
    entry, problems = schema.validate(schema.OrganisationFile, document, path)
    reading.problems += problems
    for place, line in document.lines.items():
        key = ".".join(str(step) for step in ("organisation", *place))
        reading.places[key] = (path, line)
    good = dict(_good_keys(entry, document))
    # What pages refer to may stand in a part that could not be read.
    if not isinstance(document.value, dict) or any(
        key in document.value and key not in good for key in ("owners", "jurisdictions")
    ):
        reading.unread.add("organisation.yaml")
    for key, value in good.items():
        # A later folder adds to a mapping, and replaces anything else.
        before = reading.organisation.get(key, {})
        is_mapping = isinstance(value, dict)
        reading.organisation[key] = {**before, **value} if is_mapping else value


def _good_keys(
    entry: schema.OrganisationFile | None, document: YamlText
) -> Iterator[tuple[str, Any]]:
    """Yield the keys that say something usable; a slip in one leaves the others."""
    if entry is not None:
        yield from ((key, getattr(entry, key)) for key in entry.model_fields_set)
        return
    for key, value in (
        document.value.items() if isinstance(document.value, dict) else ()
    ):
        alone = YamlText({key: value})
        good, _ = schema.validate(schema.OrganisationFile, alone, "")
        if good is not None and good.model_fields_set:
            yield key, getattr(good, key)


def _read_vocabulary(document: YamlText, path: str, reading: _Reading) -> None:
    entry, problems = schema.validate(schema.VocabularyFile, document, path)
    reading.problems += problems
    if entry is not None:
        reading.synonyms += [group.words for group in entry.synonyms]
        reading.synonyms += list(entry.abbreviations.items())
        reading.stop_words += entry.stop_words


_ROOM: Final = {
    "organisation.yaml": _read_organisation,
    "questions.yaml": _read_questions,
    "sources.yaml": _read_sources,
    "vocabulary.yaml": _read_vocabulary,
}


def _organisation(reading: _Reading) -> Organisation:
    given = dict(reading.organisation)
    for key, room in (("owners", Person), ("contacts", Person)):
        people = given.get(key, {})
        given[key] = {name: room(**p.model_dump()) for name, p in people.items()}
    policies = given.get("policies", ())
    given["policies"] = tuple(Policy(**policy.model_dump()) for policy in policies)
    notices = given.get("notices", ())
    given["notices"] = tuple(Notice(**notice.model_dump()) for notice in notices)
    given["jurisdictions"] = {**JURISDICTIONS, **given.get("jurisdictions", {})}
    return Organisation(**given)
