"""Checks of JSON that name what is wrong and where, in Slack's words.

A check takes a value and its JSON pointer and yields a sentence for each
problem. The checks of blocks, elements and views are put together from these.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]

PLAIN = ("plain_text",)
ANY_TEXT = ("plain_text", "mrkdwn")


def problem(message: str, pointer: str) -> str:
    """Return *message* as Slack writes it into ``response_metadata.messages``."""
    return f"[ERROR] {message} [json-pointer:{pointer}]"


def string(limit: int, *, least: int = 1) -> Check:
    """Take a string of *least* to *limit* characters."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must be a string", pointer)
        elif len(value) > limit:
            yield problem(f"must be less than {limit + 1} characters", pointer)
        elif len(value) < least:
            yield problem(f"must be more than {least - 1} characters", pointer)

    return check


def address(limit: int) -> Check:
    """Take an http(s) address of at most *limit* characters."""
    length = string(limit)

    def check(value: Any, pointer: str) -> Iterator[str]:
        problems = list(length(value, pointer))
        yield from problems
        if not problems and not value.startswith(("https://", "http://")):
            yield problem("must be a valid url", pointer)

    return check


def flag(value: Any, pointer: str) -> Iterator[str]:
    """Take true or false."""
    if not isinstance(value, bool):
        yield problem("must be a boolean", pointer)


def number(low: int, high: int) -> Check:
    """Take a whole number from *low* to *high*."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield problem("must be an integer", pointer)
        elif not low <= value <= high:
            yield problem(f"must be between {low} and {high}", pointer)

    return check


def one_of(*allowed: str) -> Check:
    """Take one of the *allowed* strings."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if value not in allowed:
            yield problem(f"must be one of: {', '.join(allowed)}", pointer)

    return check


def array(of: Check, *, most: int, least: int = 1) -> Check:
    """Take *least* to *most* items, each of which *of* takes."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem("must provide an array", pointer)
            return
        if len(value) > most:
            yield problem(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            yield problem(f"no less than {least} items allowed", pointer)
        for index, item in enumerate(value):
            yield from of(item, f"{pointer}/{index}")

    return check


def shape(fields: Mapping[str, Check], *, required: Iterable[str] = ()) -> Check:
    """Take an object with these *fields* and no others."""
    needed = tuple(required)

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must provide an object", pointer)
            return
        for name in needed:
            if name not in value:
                yield problem(f"missing required field: {name}", pointer)
        for name, item in value.items():
            if name in fields:
                yield from fields[name](item, f"{pointer}/{name}")
            else:
                yield problem(f"invalid additional property: {name}", pointer)

    return check


def typed(shapes: Mapping[str, Check]) -> Check:
    """Take an object whose ``type`` is one of *shapes*, and that one takes it."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must provide an object", pointer)
        elif "type" not in value:
            yield problem("missing required field: type", pointer)
        elif not isinstance(value["type"], str) or value["type"] not in shapes:
            yield problem(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            yield from shapes[value["type"]](value, pointer)

    return check


def anything(value: Any, pointer: str) -> Iterator[str]:
    """Take whatever comes; another check has looked at it."""
    del value, pointer
    yield from ()


def both(first: Check, *others: Check) -> Check:
    """Take what every one of these checks takes.

    The others may rely on the shape that *first* checks, so they run only when
    it found nothing.
    """

    def check(value: Any, pointer: str) -> Iterator[str]:
        problems = list(first(value, pointer))
        yield from problems
        if not problems:
            for other in others:
                yield from other(value, pointer)

    return check


def text(limit: int, kinds: tuple[str, ...] = ANY_TEXT) -> Check:
    """Take a text object of one of *kinds*, from 1 to *limit* characters."""
    common = {"type": anything, "text": string(limit)}
    fields = {"plain_text": {"emoji": flag}, "mrkdwn": {"verbatim": flag}}
    return typed(
        {kind: shape(common | fields[kind], required=["text"]) for kind in kinds}
    )
