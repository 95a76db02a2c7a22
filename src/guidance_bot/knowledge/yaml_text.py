"""YAML as editors mean it: scalars stay text, every value knows its line.

Built on PyYAML's events and not on its loader, because the loader turns
``no`` and ``2008`` into values, keeps the last of two equal keys without a
word, expands aliases, and forgets line numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from guidance_bot.errors import Problem
from guidance_bot.wording import CONTROL

Place: TypeAlias = tuple[str | int, ...]
MAX_DEPTH = 12

# libyaml's parser where PyYAML was built with it, the slower twin otherwise.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_OPENS = (
    "while scanning a quoted",
    "while scanning a simple key",
    "while parsing a flow",
)
_HINTS = {
    "mapping values are not allowed": "check the indentation; a value with a colon goes in quotes",
    "could not find expected ':'": "a key needs a colon after it",
    "did not find expected key": "check the indentation and the quotes above here",
    "did not find expected '-' indicator": "check the indentation of this list",
    "did not find expected ',' or ']'": "a list in [ ], or a quote in it, was not closed",
    "did not find expected ',' or '}'": "a mapping in { } was not closed",
    "tab character": "indent with spaces",
    "cannot start any token": "indent with spaces, and put this value in quotes",
    "unexpected end of stream": "a quote was opened and not closed",
    "block sequence entries": "a list item cannot start here: put it on its own line",
}
_KEY = re.compile(r"(\s*)(?:- )?[\w-]+:(?:\s|$)")


@dataclass(frozen=True, slots=True)
class YamlText:
    """A document as text, lists and mappings, and the line of each place in it."""

    value: Any
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """Return the line of *place*, or of the nearest thing that encloses it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


@dataclass(frozen=True, slots=True)
class _Source:
    """The lines of a document, the first of which is line ``first`` of its file."""

    rows: list[str]
    first: int


class _RefusedError(Exception):
    def __init__(self, line: int, message: str) -> None:
        self.problem = (line, message)


def read_yaml(
    text: str, path: str, *, first_line: int = 1
) -> tuple[YamlText, list[Problem]]:
    """Return the document in *text* and what is wrong with it.

    A document that does not parse comes back as ``None`` with one problem. *first_line* is
    the file's line on which *text* begins.
    """
    document = YamlText(None, {(): first_line})
    try:
        events = yaml.parse(text, Loader=_LOADER)
        nodes = _skip_start(events)
        source = _Source(text.split("\n"), first_line)
        value = _build(next(nodes), nodes, (), document.lines, source)
        for _ in nodes:  # a second document would be read past otherwise
            pass
    except _RefusedError as refused:
        line, message = refused.problem
        return document, [Problem(path, line, message)]
    except yaml.MarkedYAMLError as error:
        # An unclosed quote or bracket is mended where it opens, which is the
        # context; elsewhere the context is a far-away beginning.
        opens = (error.context or "").startswith(_OPENS)
        marks = (error.context_mark, error.problem_mark)
        mark = next(filter(None, marks if opens else reversed(marks)), None)
        line = first_line + (mark.line if mark else 0)
        problem = error.problem or "it does not parse"
        return document, [Problem(path, line, f"this is not YAML: {_explain(problem)}")]
    except yaml.YAMLError as error:
        message = f"this is not YAML: {' '.join(str(error).split())}"
        return document, [Problem(path, first_line, message)]
    return YamlText(value, document.lines), []


def _explain(problem: str) -> str:
    hint = next((h for key, h in _HINTS.items() if key in problem), None)
    hint = hint or "a value with special characters goes in quotes"
    return f"{hint} ({problem})"


def _skip_start(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _RefusedError(
                    _line(event) + 1,
                    "a second document starts here (---); keep one document a file",
                )
        elif not isinstance(event, yaml.StreamStartEvent | yaml.DocumentEndEvent):
            yield event


def _build(
    event: yaml.Event,
    events: Iterator[yaml.Event],
    place: Place,
    lines: dict[Place, int],
    source: _Source,
) -> Any:
    if isinstance(event, yaml.StreamEndEvent):
        return None
    line = _line(event) + source.first
    lines.setdefault(place, line)
    if isinstance(event, yaml.AliasEvent):
        raise _RefusedError(
            line,
            f"the alias *{event.anchor} is not read here; "
            "a value that starts with * goes in quotes",
        )
    tag = getattr(event, "tag", None)
    if tag:
        raise _RefusedError(line, f"the tag {tag} is not read here; write plain text")
    if len(place) > MAX_DEPTH:
        raise _RefusedError(line, f"nested more than {MAX_DEPTH} levels deep")
    if isinstance(event, yaml.ScalarEvent):
        _refuse_swallowed(event, line, source)
        return _scalar(event, line)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, place, lines, source)
    return _mapping(events, place, lines, source)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _refuse_swallowed(event: yaml.ScalarEvent, line: int, source: _Source) -> None:
    """Refuse a quoted value that ran on into the keys below it.

    A quote that was not closed takes in what follows until the next one, and what is
    told of the file then is all beside the point.
    """
    if event.style not in {"'", '"'} or not event.start_mark or not event.end_mark:
        return
    first, last = event.start_mark.line, event.end_mark.line
    below = (_KEY.match(row) for row in source.rows[first + 1 : last + 1])
    # What goes on in the value is indented below its key; the next key is not.
    if any(key and len(key[1]) <= _indent(source.rows[first]) for key in below):
        message = (
            f"a quote opened here is closed {last - first} lines later; close it here"
        )
        raise _RefusedError(line, message)


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def _scalar(event: yaml.ScalarEvent, line: int) -> str | None:
    if not event.style and event.value in {"", "~", "null"}:
        return None
    control = CONTROL.search(event.value)
    if control is not None:
        code = ord(control.group())
        raise _RefusedError(
            line, f"the control character U+{code:04X} is in this value"
        )
    return str(event.value)


def _sequence(
    events: Iterator[yaml.Event], place: Place, lines: dict[Place, int], source: _Source
) -> list[Any]:
    items: list[Any] = []
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            break
        here = (*place, len(items))
        items.append(_build(event, events, here, lines, source))
    return items


def _mapping(
    events: Iterator[yaml.Event], place: Place, lines: dict[Place, int], source: _Source
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        line = _line(event) + source.first
        if not isinstance(event, yaml.ScalarEvent):
            raise _RefusedError(
                line, "a key is plain text, not a list, mapping or alias"
            )
        key = str(event.value)
        if key in values:
            raise _RefusedError(line, f"the key {key!r} is here twice; keep one")
        here = (*place, key)
        lines[here] = line
        values[key] = _build(next(events), events, here, lines, source)
    return values
