"""What each file may say, as pydantic models, and their errors in an editor's words."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from guidance_bot.errors import Problem
from guidance_bot.knowledge.content import AXES, MODES, PURPOSES, STAGES
from guidance_bot.knowledge.yaml_text import YamlText

Model = TypeVar("Model", bound=BaseModel)

_DAYS = {"day": 1, "week": 7, "month": 30.44, "year": 365.25}
_NEAR_ENOUGH = 65


def _text(value: Any) -> Any:
    # Numbers and dates arrive as text already; this only tidies it.
    return value.strip() if isinstance(value, str) else value


def _iso_date(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return value
    raise ValueError("write the date as 2026-11-20")


def _interval(value: Any) -> Any:
    match = re.fullmatch(r"(\d{1,4}) (day|week|month|year)s?", str(value))
    if match is None or int(match[1]) == 0:
        raise ValueError("write an interval such as 12 months")
    return round(int(match[1]) * _DAYS[match[2]])


def _modes(value: Any) -> Any:
    if not isinstance(value, list):
        raise ValueError("write a list of modes")  # noqa: TRY004 - pydantic reports ValueError only
    matched: set[str] = set()
    for glob in value:
        parts = str(glob).split("-")
        known = len(parts) == len(AXES) and all(
            part == "*" or part in axis for part, axis in zip(parts, AXES, strict=True)
        )
        if not known:
            axes = " · ".join("|".join((*axis, "*")) for axis in AXES)
            raise ValueError(f"{glob!r} is not a mode; write four parts: {axes}")
        pattern = re.compile("-".join("[a-z]+" if p == "*" else p for p in parts))
        matched.update(mode for mode in MODES if pattern.fullmatch(mode))
    return tuple(mode for mode in MODES if mode in matched)


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1)]
IsoDate = Annotated[date, BeforeValidator(_iso_date)]
Interval = Annotated[int, BeforeValidator(_interval)]
Modes = Annotated[tuple[str, ...], BeforeValidator(_modes)]
Kind = Literal["rule", "decision", "guidance", "toolkit", "case-study", "commentary"]


class Entry(BaseModel):
    """Keys that an editor writes: no others are taken, and nothing changes them."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PageHead(Entry):
    """The front matter of a page."""

    title: Text
    summary: Text
    owner: Text
    reviewed: IsoDate
    status: Literal["starter", "adopted"] = "starter"
    reviewed_by: Text | None = None
    review_every: Interval | None = None
    applies_to: tuple[Text, ...] | None = Field(default=None, min_length=1)
    modes: Modes = ()
    stages: tuple[Literal[STAGES], ...] = ()  # type: ignore[valid-type]  # the tuple is the one list of stages
    purposes: tuple[Literal[PURPOSES], ...] = ()  # type: ignore[valid-type]  # the same for purposes
    principles: tuple[Text, ...] = ()
    sensitive: bool = False
    questions: dict[str, tuple[Text, ...]] = {}
    phrases: dict[str, tuple[Text, ...]] = {}
    must: tuple[Text, ...] = ()
    not_for: tuple[Text, ...] = ()
    related: tuple[Text, ...] = ()


class SourceEntry(Entry):
    """One source in sources.yaml."""

    id: Text
    title: Text
    publisher: Text
    kind: Kind
    jurisdiction: Text
    year: Text
    url: Text | None = None
    in_force: Literal["yes", "replaced", "historic", "unknown"]
    replaced_by: Text | None = None
    read: Literal["full", "part", "report"] = "full"
    read_at: Text | None = None


class PersonEntry(Entry):
    """Somebody to ask, in organisation.yaml."""

    name: Text
    contact: Text | None = None


class PolicyEntry(Entry):
    """A policy of the organisation's own, in organisation.yaml."""

    title: Text
    url: Text | None = None


class NoticeEntry(Entry):
    """A dated notice in organisation.yaml; both days are included."""

    text: Text
    since: IsoDate
    until: IsoDate
    jurisdictions: tuple[Text, ...] = ()
    pages: tuple[Text, ...] = ()


class OrganisationFile(Entry):
    """organisation.yaml as a whole."""

    name: Text = ""
    jurisdiction: Text | None = None
    jurisdictions: dict[str, Text] = {}
    owners: dict[str, PersonEntry] = {}
    contacts: dict[str, PersonEntry] = {}
    subjects: dict[str, Text] = {}
    policies: tuple[PolicyEntry, ...] = ()
    notices: tuple[NoticeEntry, ...] = ()
    addresses: dict[Literal["read", "edit"], Text] = {}
    wording: dict[str, Text] = {}


class SynonymEntry(Entry):
    """A group of words that mean the same to an asker, and why it is here."""

    words: tuple[Text, ...] = Field(min_length=2)
    why: Text


class VocabularyFile(Entry):
    """vocabulary.yaml as a whole; an abbreviation is a group with its meaning.

    ``everyday`` abbreviations need no spelling out; ``plain_words`` gives the
    everyday word for one that a page should not use.
    """

    synonyms: tuple[SynonymEntry, ...] = ()
    abbreviations: dict[str, Text] = {}
    stop_words: tuple[Text, ...] = ()
    everyday: tuple[Text, ...] = ()
    plain_words: dict[str, Text] = {}


class QuestionEntry(Entry):
    """One evaluation question in questions.yaml."""

    id: Text
    question: Text
    after: Text | None = None
    for_: Text | None = Field(default=None, alias="for")
    expect: Literal["answered", "nothing"]
    pages: tuple[Text, ...] = ()
    style: Text | None = None
    persona: Text | None = None
    why: Text | None = None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that names the nearest of *known*, or nothing."""
    near = process.extractOne(
        word,
        sorted(known),
        scorer=fuzz.ratio,
        processor=str.casefold,
        score_cutoff=_NEAR_ENOUGH,
    )
    return f"; did you mean {near[0]!r}?" if near else ""


def validate(
    model: type[Model],
    document: YamlText,
    path: str,
    place: tuple[str | int, ...] = (),
) -> tuple[Model | None, list[Problem]]:
    """Return what stands at *place* as *model*, or ``None`` and every problem in it."""
    value = document.value
    for step in place:
        value = value[step]
    if not isinstance(value, dict):
        message = "expected keys with values here, such as title: …"
        return None, [Problem(path, document.line(place), message)]
    # A key left empty counts as absent: "related:" with nothing after it.
    given = {key: item for key, item in value.items() if item is not None}
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        return None, [
            Problem(path, document.line((*place, *spot)), message)
            for spot, message in _explained(model, error)
        ]


def _explained(
    model: type[BaseModel], error: ValidationError
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    details = error.errors(include_url=False)
    for detail in details:
        # Pydantic marks what is wrong with a key itself; the key says where it is.
        detail["loc"] = tuple(step for step in detail["loc"] if step != "[key]")
    places = [detail["loc"] for detail in details]
    for detail in details:
        here = detail["loc"]
        # What is wrong inside a list leaves it short; one slip is told once.
        inside = any(len(p) > len(here) and p[: len(here)] == here for p in places)
        if not (inside and detail["type"] == "too_short"):
            yield here, _sentence(model, detail)


def _sentence(model: type[BaseModel], detail: ErrorDetails) -> str:
    # People count from one.
    key = ".".join(
        str(step + 1 if isinstance(step, int) else step) for step in detail["loc"]
    )
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key {key!r}{_known_keys(model, detail['loc'])}"
    sentences = {
        "missing": f"{key!r} is missing",
        "literal_error": f"{key!r} is {detail['input']!r}; it can be {context.get('expected')}",
        "value_error": f"{key!r}: {context.get('error')}",
        "string_type": f"{key!r} should be text; a colon in it needs quotes around it",
        "string_too_short": f"{key!r} is empty",
        "tuple_type": f"{key!r} should be a list: [one, two]",
        "dict_type": f"{key!r} should have keys of its own, indented below it",
        "int_parsing": f"{key!r} is {detail['input']!r}; write a number",
        "less_than_equal": f"{key!r} is {detail['input']}; it can be {context.get('le')} at most",
        "greater_than_equal": f"{key!r} is {detail['input']}; it can be {context.get('ge')} at least",
        "bool_parsing": f"{key!r} is {detail['input']!r}; it can be true or false",
        "model_type": f"{key!r} should have keys of its own, indented below it",
        "too_short": f"{key!r} "
        + ("is empty" if isinstance(detail["input"], str) else "holds too few items"),
    }
    if kind.startswith("date"):
        return f"{key!r}: {detail['input']!r} is not a day of the calendar"
    return sentences.get(kind, f"{key!r}: {detail['msg'].lower()}")


def _known_keys(model: type[BaseModel], place: tuple[str | int, ...]) -> str:
    fields = _model_at(model, place[:-1]).model_fields.items()
    known = sorted(field.alias or name for name, field in fields)
    return did_you_mean(str(place[-1]), known) or f"; known: {', '.join(known)}"


def _model_at(model: type[BaseModel], place: tuple[str | int, ...]) -> type[BaseModel]:
    """Return the model of what stands at *place* in *model*; numbers and names of
    entries are passed over.
    """
    for step in place:
        field = model.model_fields.get(str(step))
        model = _model_in(field.annotation) or model if field else model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
