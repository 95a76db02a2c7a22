"""The YAML files beside the pages: sources, questions, organisation, vocabulary.

Each adds what it says to a ``Reading``, in which problems pile up instead of
stopping it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from guidance_bot.errors import Problem
from guidance_bot.knowledge import schema
from guidance_bot.knowledge.asked import AskedFile, is_questions
from guidance_bot.knowledge.content import (
    JURISDICTIONS,
    KINDS,
    EvaluationQuestion,
    Notice,
    Organisation,
    Person,
    Policy,
    Source,
)
from guidance_bot.knowledge.flow import Flow
from guidance_bot.knowledge.pages import PageFile
from guidance_bot.knowledge.yaml_text import YamlText, read_yaml

Model = TypeVar("Model", bound=BaseModel)


@dataclass(slots=True)
class HouseStyle:
    """How the folder's own pages are written: what vocabulary.yaml says to editors.

    ``abbreviations`` by their letters, ``plain_words`` by the word to replace, in lower case.
    """

    abbreviations: dict[str, str] = field(default_factory=dict)
    everyday: set[str] = field(default_factory=set)
    plain_words: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """What has been read so far; problems pile up instead of stopping it."""

    problems: list[Problem] = field(default_factory=list)
    pages: dict[str, PageFile] = field(default_factory=dict)
    layers: dict[str, int] = field(default_factory=dict)
    asked: list[AskedFile] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    broken: dict[str, Source] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    organisation: dict[str, Any] = field(default_factory=dict)
    synonyms: list[tuple[str, ...]] = field(default_factory=list)
    stop_words: list[str] = field(default_factory=list)
    house_style: HouseStyle = field(default_factory=HouseStyle)
    questions: dict[str, EvaluationQuestion] = field(default_factory=dict)
    elsewhere: dict[str, tuple[str, ...]] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    broken_flows: set[str] = field(default_factory=set)
    replaced: list[str] = field(default_factory=list)


def read_root_file(name: str, path: str, text: str, reading: Reading) -> None:
    """Add what the file *name* says to *reading*, and what is wrong with it."""
    document, problems = read_yaml(text, path)
    if document.value is not None:
        _ROOM[name](document, path, reading)
    if problems:
        reading.unread.add(name)
    reading.problems += problems


def _entries(
    model: type[Model], document: YamlText, path: str, reading: Reading
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


def _read_sources(document: YamlText, path: str, reading: Reading) -> None:
    for given in document.value if isinstance(document.value, list) else ():
        broken = _broken_source(given)
        if broken is not None:
            reading.broken[broken.id] = broken
    for number, entry in _entries(schema.SourceEntry, document, path, reading):
        reading.sources[entry.id] = Source(**entry.model_dump())
        _remember(document, path, f"source:{entry.id}", number, reading)


def _remember(
    document: YamlText, path: str, name: str, number: int, reading: Reading
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


def _read_questions(document: YamlText, path: str, reading: Reading) -> None:
    for number, entry in _entries(schema.QuestionEntry, document, path, reading):
        reading.questions[entry.id] = EvaluationQuestion(
            entry.id,
            entry.question,
            entry.expect,
            entry.pages,
            entry.for_,
            (entry.after,) if entry.after else (),
        )
        _remember(document, path, f"question:{entry.id}", number, reading)


def _read_organisation(document: YamlText, path: str, reading: Reading) -> None:
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


def _read_vocabulary(document: YamlText, path: str, reading: Reading) -> None:
    entry, problems = schema.validate(schema.VocabularyFile, document, path)
    reading.problems += problems
    if entry is not None:
        reading.synonyms += [group.words for group in entry.synonyms]
        reading.synonyms += list(entry.abbreviations.items())
        reading.stop_words += entry.stop_words
        style = reading.house_style
        style.abbreviations |= entry.abbreviations
        style.everyday |= set(entry.everyday)
        style.plain_words |= {w.casefold(): p for w, p in entry.plain_words.items()}


def _read_elsewhere(document: YamlText, path: str, reading: Reading) -> None:
    if not isinstance(document.value, dict):
        message = "this file names subjects, and below each a list of questions"
        reading.problems.append(Problem(path, document.line(()), message))
        return
    for subject, questions in document.value.items():
        if not is_questions(questions):
            message = f"{subject}: write a list of questions below it"
            reading.problems.append(Problem(path, document.line((subject,)), message))
            continue
        # A later folder knows better what it covers of a subject.
        reading.elsewhere[str(subject)] = tuple(questions)
        for number in range(len(questions)):
            key = f"elsewhere:{subject}.{number}"
            reading.places[key] = (path, document.line((subject, number)))


_ROOM: Final = {
    "elsewhere.yaml": _read_elsewhere,
    "organisation.yaml": _read_organisation,
    "questions.yaml": _read_questions,
    "sources.yaml": _read_sources,
    "vocabulary.yaml": _read_vocabulary,
}


def organisation_of(reading: Reading) -> Organisation:
    """Return the organisation that the folders read so far make together."""
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
