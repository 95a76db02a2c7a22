"""Knowledge folders → one Knowledge; every problem of every file is collected.

A later folder replaces pages and sources of an earlier one by id, so that a
department keeps its own pages and takes updates of the starter corpus.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guidance_bot.errors import KnowledgeError, Problem
from guidance_bot.knowledge import schema
from guidance_bot.knowledge.asked import asked_problems, read_asked
from guidance_bot.knowledge.content import (
    Knowledge,
    Page,
    Passage,
    Vocabulary,
)
from guidance_bot.knowledge.flow_files import read_flow
from guidance_bot.knowledge.folder import ROOT_FILES, Folder, version
from guidance_bot.knowledge.pages import PageFile, finish, read_page, text_problems
from guidance_bot.knowledge.root_files import (
    HouseStyle,
    Reading,
    organisation_of,
    read_root_file,
)
from guidance_bot.wording import CONTROL

_PAGE_PATH: Final = re.compile(r"guidance/(?P<id>[^/]+/[^/]+)\.(?i:md|markdown)")
_PAGE_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Read:
    """A Knowledge, the problems that came with it, and where its entries stand.

    For checks that look across files: ``places`` maps ``source:ID``,
    ``question:ID`` (and ``….KEY`` below them) and ``organisation.KEY`` to path
    and line; ``paths`` maps page ids to paths, pages with a mistake included;
    ``files`` are the pages as they were written; ``unread`` names the root files that could not be read,
    ``broken_flows`` the flows with a mistake in them.
    """

    knowledge: Knowledge
    problems: tuple[Problem, ...]
    places: Mapping[str, tuple[str, int]]
    paths: Mapping[str, str]
    files: Mapping[str, PageFile]
    unread: frozenset[str]
    broken_flows: frozenset[str]
    root: str
    house_style: HouseStyle


def read(folders: Sequence[Folder]) -> Read:
    """Return what *folders* hold together, later ones over earlier ones.

    Problems are returned, errors included, as long as one page can be read;
    a folder with no page at all raises KnowledgeError.
    """
    reading = Reading()
    for layer, folder in enumerate(folders):
        reading.problems += folder.problems
        _read_folder(layer, folder, reading)
    asked = _asked(reading)
    organisation = organisation_of(reading)
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
            more = asked.get(page_id, {})
            pages[page_id], found = finish(file, file.head, reading.sources, more)
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
        phrases=tuple(
            (phrase, f"{page_id}#{section}")
            for page_id, file in sorted(reading.pages.items())
            if file.head is not None
            for section, phrases in file.head.phrases.items()
            for phrase in phrases
        ),
        elsewhere=dict(sorted(reading.elsewhere.items())),
        flows=dict(sorted(reading.flows.items())),
    )
    return Read(
        knowledge,
        tuple(sorted(reading.problems)),
        reading.places,
        reading.refused
        | {page_id: file.path for page_id, file in reading.pages.items()},
        reading.pages,
        frozenset(reading.unread),
        frozenset(reading.broken_flows),
        folders[-1].shown(""),
        reading.house_style,
    )


def _refuse_nothing(folders: Sequence[Folder], problems: list[Problem]) -> None:
    if not problems:
        message = "no pages here: a page is a file guidance/<topic>/<page>.md"
        problems = [Problem(folders[-1].shown(""), 1, message)]
    raise KnowledgeError(problems)


def _asked(reading: Reading) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return what people ask of each page: page id → section id → questions."""
    asked: dict[str, dict[str, tuple[str, ...]]] = {}
    for file in reading.asked:
        known = reading.pages
        # Questions for a page that a later folder replaced were about another text.
        of_layer = {p: f for p, f in known.items() if reading.layers[p] <= file.layer}
        excused = (known.keys() - of_layer.keys()) | reading.refused.keys()
        reading.problems += asked_problems(file, of_layer, excused)
        for page in file.pages.keys() & of_layer.keys():
            sections = asked.setdefault(page, {})
            for section, questions in file.pages[page].items():
                sections[section] = (*sections.get(section, ()), *questions)
    return asked


def _read_folder(layer: int, folder: Folder, reading: Reading) -> None:
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
            _read_page(layer, name, path, text, seen, reading)
        elif name.startswith(("asked/", "flows/")):
            _read_beside(layer, name, path, text, seen, reading)
        elif name in ROOT_FILES:
            read_root_file(name, path, text, reading)
        elif "/" not in name:
            near = schema.did_you_mean(name, ROOT_FILES)
            message = f"this file is not read{near}"
            reading.problems.append(Problem(path, 1, message, "warning"))


def _read_beside(
    layer: int,
    name: str,
    path: str,
    text: str,
    seen: dict[str, str],
    reading: Reading,
) -> None:
    """Read a file of questions, or a flow."""
    if not name.startswith("flows/"):
        file, problems = read_asked(layer, name, path, text)
        reading.problems += problems
        reading.asked += [file] if file is not None else []
        return
    stem = name.rpartition(".")[0]
    if stem in seen:
        message = f"two flows have this name: this one and {seen[stem]}"
        reading.problems.append(Problem(path, 1, message))
        return
    seen[stem] = path
    flow, problems = read_flow(name, path, text)
    reading.problems += problems
    if flow is None:
        reading.broken_flows.add(stem.removeprefix("flows/"))
    else:
        if flow.name in reading.flows:
            before = reading.flows[flow.name].path
            reading.replaced.append(f"flow {flow.name}: {path} replaces {before}")
        reading.flows[flow.name] = flow


def _refuse(name: str, path: str, reading: Reading) -> None:
    """Remember a page that cannot be read: others may still name it."""
    match = _PAGE_PATH.fullmatch(name.replace(os.sep, "/"))
    if match is not None:
        reading.refused[match["id"].lower()] = path


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
    layer: int,
    name: str,
    path: str,
    text: str,
    seen: dict[str, str],
    reading: Reading,
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
        reading.layers[page] = layer
