"""Files of questions: what ``ask --batch`` and ``evaluate`` read.

A file is read whole before the first answer, so that a slip in the last line
does not leave half an output behind.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guidance_bot.errors import UsageError
from guidance_bot.knowledge.content import EvaluationQuestion


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a batch: ``id`` comes back with the answer, as it was given."""

    id: str | int
    question: str
    jurisdiction: str | None
    earlier: tuple[str, ...]


def read_batch(path: Path, jurisdictions: Collection[str]) -> list[Asked]:
    """Return the questions in a JSON Lines file, or raise UsageError naming the line."""
    asked: list[Asked] = []
    seen: dict[str, int] = {}
    for number, given in _objects(path):
        where = f"{path}:{number}"
        id_ = _id(given, where, seen, number)
        question = given.get("question")
        if not isinstance(question, str):
            raise UsageError(f"{where}: 'question' should be text")
        code = _jurisdiction(given, where, jurisdictions)
        asked.append(Asked(id_, question, code, _earlier(given, where)))
    return asked


def read_evaluation(
    path: Path, jurisdictions: Collection[str]
) -> list[EvaluationQuestion]:
    """Return an evaluation set in JSON Lines, or raise UsageError naming the line."""
    questions: list[EvaluationQuestion] = []
    seen: dict[str, int] = {}
    for number, given in _objects(path):
        where = f"{path}:{number}"
        id_ = str(_id(given, where, seen, number))
        expect = given.get("expect")
        if not isinstance(given.get("question"), str):
            raise UsageError(f"{where}: 'question' should be text")
        if expect not in {"answered", "nothing"}:
            raise UsageError(f"{where}: 'expect' should be answered or nothing")
        pages = given.get("pages") or []
        if not _is_texts(pages) or (expect == "answered" and not pages):
            raise UsageError(f"{where}: 'pages' should list the pages that answer")
        code = _jurisdiction(given, where, jurisdictions)
        earlier = _earlier(given, where)
        questions.append(
            EvaluationQuestion(
                id_, given["question"], expect, tuple(pages), code, earlier
            )
        )
    return questions


def _objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            if not text.strip():
                continue
            given = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path}:{number}: not JSON: {error}") from error
        if not isinstance(given, dict):
            raise UsageError(
                f"{path}:{number}: a line is an object with id and question"
            )
        yield number, given


def _id(
    given: dict[str, Any], where: str, seen: dict[str, int], number: int
) -> str | int:
    id_ = given.get("id")
    if isinstance(id_, bool) or not isinstance(id_, str | int) or id_ == "":
        raise UsageError(f"{where}: 'id' is missing; it is text or a whole number")
    key = json.dumps(id_)
    if key in seen:
        raise UsageError(f"{where}: the id {id_!r} is already on line {seen[key]}")
    seen[key] = number
    return id_


def _jurisdiction(
    given: dict[str, Any], where: str, known: Collection[str]
) -> str | None:
    code = given.get("for")
    if code is not None and (not isinstance(code, str) or code not in known):
        codes = ", ".join(known)
        raise UsageError(f"{where}: 'for' is {code!r}; it can be one of: {codes}")
    return code


def _earlier(given: dict[str, Any], where: str) -> tuple[str, ...]:
    after = given.get("after")
    if after is None:
        return ()
    texts = [after] if isinstance(after, str) else after
    if not _is_texts(texts):
        raise UsageError(f"{where}: 'after' should be text or a list of texts")
    return tuple(texts)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)
