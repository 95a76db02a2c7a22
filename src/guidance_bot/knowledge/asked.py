"""asked/<topic>.yaml: what people ask of a topic's pages, in their own words.

A page's own `questions:` are the few that its editor keeps an eye on; these are
the many, kept out of the page's way. Both are searched and neither is shown.
"""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Final, TypeGuard

from guidance_bot.errors import Problem
from guidance_bot.knowledge.pages import PageFile
from guidance_bot.knowledge.schema import did_you_mean
from guidance_bot.knowledge.yaml_text import YamlText, read_yaml

_PATH: Final = re.compile(r"asked/(?P<topic>[a-z0-9][a-z0-9-]*)\.ya?ml")


@dataclass(frozen=True, slots=True)
class AskedFile:
    """The questions in one file: page id → section id → questions, and where they stand.

    ``layer`` is the number of its folder: a page of a later one has questions of its own.
    """

    layer: int
    path: str
    topic: str
    yaml: YamlText
    pages: Mapping[str, Mapping[str, tuple[str, ...]]]


def read_asked(
    layer: int, name: str, path: str, text: str
) -> tuple[AskedFile | None, list[Problem]]:
    """Return the questions in *text*, and what is wrong with it on its own."""
    match = _PATH.fullmatch(name)
    if match is None:
        message = (
            "people's questions lie at asked/<topic>.yaml, in lower-case letters; "
            "move or rename this file"
        )
        return None, [Problem(path, 1, message)]
    document, problems = read_yaml(text, path)
    if problems or document.value is None:
        return None, problems
    topic, pages = match["topic"], {}
    for page, sections in _mappings(document.value):
        if not _is_asked(sections):
            line = document.line((page,))
            message = (
                f"{page}: write each section's id, and below it a list of questions"
            )
            problems.append(Problem(path, line, message))
            continue
        pages[f"{topic}/{page}"] = {
            section: tuple(questions) for section, questions in sections.items()
        }
    if not isinstance(document.value, dict):
        message = "this file names pages, and below each its sections with a list of questions"
        problems.append(Problem(path, 1, message))
    return AskedFile(layer, path, topic, document, pages), problems


def asked_problems(
    file: AskedFile, pages: Mapping[str, PageFile], excused: Set[str]
) -> Iterator[Problem]:
    """Yield the pages and sections that *file* names and that are not there.

    *excused* are pages of a later folder, and those that could not be read.
    """
    for id_, sections in file.pages.items():
        if id_ in excused:
            continue
        key = id_.removeprefix(f"{file.topic}/")
        page = pages.get(id_)
        if page is None:
            hint = did_you_mean(id_, list(pages))
            line = file.yaml.line((key,))
            yield Problem(file.path, line, f"no page {id_!r}{hint}")
            continue
        known = [section.id for section in page.sections if section.id and section.text]
        for section in sections:
            if section and section not in known:
                hint = did_you_mean(section, known)
                line = file.yaml.line((key, section))
                yield Problem(file.path, line, f"no section {section!r} on {id_}{hint}")


def _mappings(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from ((str(key), given) for key, given in value.items())


def _is_asked(value: object) -> TypeGuard[dict[str, list[str]]]:
    return isinstance(value, dict) and all(map(is_questions, value.values()))


def is_questions(value: object) -> TypeGuard[list[str]]:
    """Tell whether *value* is a list of texts, none of them empty."""
    return isinstance(value, list) and all(
        isinstance(one, str) and one.strip() for one in value
    )
