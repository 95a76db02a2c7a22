"""The blocks that Slack takes in a message, a modal and the Home tab."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.local_slack.answers import RefusedError
from tests.local_slack.elements import (
    ID_LIMIT,
    IMAGE,
    IMAGE_FIELDS,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    has_one_picture,
)
from tests.local_slack.shapes import (
    ANY_TEXT,
    PLAIN,
    Check,
    anything,
    array,
    both,
    flag,
    one_of,
    problem,
    shape,
    string,
    text,
    typed,
)

MESSAGE_BLOCKS_LIMIT = 50
# Not in the reference: Slack answers msg_blocks_too_long from about here, even
# when each block is within its own limit.
ALL_TEXT_LIMIT = 13_200
MARKDOWN_LIMIT = 12_000


def _block(fields: Mapping[str, Check], required: Iterable[str] = ()) -> Check:
    common = {"type": anything, "block_id": string(ID_LIMIT)}
    return shape({**common, **fields}, required=required)


def _has_text_or_fields(value: Any, pointer: str) -> Iterator[str]:
    if "text" not in value and "fields" not in value:
        yield problem("must provide either text or fields", pointer)


def _in_context(value: Any, pointer: str) -> Iterator[str]:
    kinds: dict[str, Check] = {"image": IMAGE}
    for kind in ANY_TEXT:
        kinds[kind] = text(3000, (kind,))
    yield from typed(kinds)(value, pointer)


RICH_STYLE = shape(
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight"), flag)
)


def _leaf(*required: str, **fields: Check) -> Check:
    return shape({"type": anything, "style": RICH_STYLE, **fields}, required=required)


RICH_LEAF = typed(
    {
        "text": _leaf("text", text=string(ALL_TEXT_LIMIT)),
        "link": _leaf("url", url=string(3000), text=string(ALL_TEXT_LIMIT)),
        "user": _leaf("user_id", user_id=string(ID_LIMIT)),
        "channel": _leaf("channel_id", channel_id=string(ID_LIMIT)),
        "usergroup": _leaf("usergroup_id", usergroup_id=string(ID_LIMIT)),
        "broadcast": _leaf("range", range=one_of("here", "channel", "everyone")),
        "emoji": _leaf("name", name=string(ID_LIMIT), unicode=string(ID_LIMIT)),
        "date": _leaf(
            "timestamp",
            "format",
            timestamp=anything,
            format=string(ID_LIMIT),
            url=string(3000),
            fallback=string(ID_LIMIT),
        ),
    }
)


def _rich(**fields: Check) -> Check:
    leaves = array(RICH_LEAF, most=10_000, least=0)
    return shape(
        {"type": anything, "elements": leaves, **fields}, required=["elements"]
    )


RICH_TEXT = typed(
    {
        "rich_text_section": _rich(),
        "rich_text_quote": _rich(border=anything),
        "rich_text_preformatted": _rich(border=anything, language=string(ID_LIMIT)),
        "rich_text_list": shape(
            {
                "type": anything,
                "style": one_of("bullet", "ordered"),
                "indent": anything,
                "offset": anything,
                "border": anything,
                "elements": array(typed({"rich_text_section": _rich()}), most=10_000),
            },
            required=["style", "elements"],
        ),
    }
)
CELL = typed(
    {
        "raw_text": shape(
            {"type": anything, "text": string(ALL_TEXT_LIMIT)}, required=["text"]
        ),
        "raw_number": shape(
            {"type": anything, "value": anything, "text": string(ALL_TEXT_LIMIT)},
            required=["value", "text"],
        ),
        "rich_text": _block({"elements": array(RICH_TEXT, most=100)}, ["elements"]),
    }
)

EVERYWHERE: dict[str, Check] = {
    "section": both(
        _block(
            {
                "text": text(3000),
                "fields": array(text(2000), most=10),
                "accessory": IN_SECTION,
                "expand": flag,
            }
        ),
        _has_text_or_fields,
    ),
    "header": _block({"text": text(150, PLAIN)}, ["text"]),
    "divider": _block({}),
    "context": _block({"elements": array(_in_context, most=10)}, ["elements"]),
    "actions": _block({"elements": array(IN_ACTIONS, most=25)}, ["elements"]),
    "image": both(
        _block({**IMAGE_FIELDS, "title": text(2000, PLAIN)}, ["alt_text"]),
        has_one_picture,
    ),
    "rich_text": _block({"elements": array(RICH_TEXT, most=100)}, ["elements"]),
}
IN_MESSAGE: dict[str, Check] = {
    **EVERYWHERE,
    "markdown": _block({"text": string(MARKDOWN_LIMIT)}, ["text"]),
    "context_actions": _block(
        {"elements": array(IN_CONTEXT_ACTIONS, most=5)}, ["elements"]
    ),
    "table": _block(
        {
            "rows": array(array(CELL, most=20), most=100),
            "column_settings": array(
                shape({"align": one_of("left", "center", "right"), "is_wrapped": flag}),
                most=20,
            ),
        },
        ["rows"],
    ),
}
IN_VIEW: dict[str, Check] = {
    **EVERYWHERE,
    "input": _block(
        {
            "label": text(2000, PLAIN),
            "element": IN_INPUT,
            "hint": text(2000, PLAIN),
            "optional": flag,
            "dispatch_action": flag,
        },
        ["label", "element"],
    ),
}


def elements_in(block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the elements of *block* that a person can use, in order."""
    if block["type"] == "section":
        candidates = [block.get("accessory")]
    elif block["type"] == "input":
        candidates = [block["element"]]
    elif block["type"] in ("actions", "context_actions"):
        candidates = block["elements"]
    else:
        candidates = []
    return [one for one in candidates if one and one["type"] != "image"]


def _repeated(names: Iterable[Any]) -> set[Any]:
    return {name for name, times in Counter(names).items() if name and times > 1}


def _ids_are_unique(value: Any, pointer: str) -> Iterator[str]:
    repeated = _repeated(block.get("block_id") for block in value)
    for index, block in enumerate(value):
        if block.get("block_id") in repeated:
            yield problem("`block_id` already exists", f"{pointer}/{index}/block_id")
        twice = _repeated(one.get("action_id") for one in elements_in(block))
        for name in sorted(twice):
            yield problem(
                f"`action_id` {name} already exists", f"{pointer}/{index}/elements"
            )


def check_of_blocks(kinds: Mapping[str, Check], *, most: int, least: int) -> Check:
    """Return the check of a list of *least* to *most* blocks of *kinds*."""
    return both(array(typed(kinds), most=most, least=least), _ids_are_unique)


_message_blocks = check_of_blocks(IN_MESSAGE, most=MESSAGE_BLOCKS_LIMIT, least=0)


def length_of_text(value: Any) -> int:
    """Return how many characters of text *value* holds, at whatever depth."""
    if isinstance(value, list):
        return sum(length_of_text(item) for item in value)
    if not isinstance(value, dict):
        return 0
    return sum(
        len(item) if name == "text" and isinstance(item, str) else length_of_text(item)
        for name, item in value.items()
    )


def require_message_blocks(blocks: Any) -> None:
    """Raise what Slack answers to *blocks* in a message, if it does not take them."""
    problems = list(_message_blocks(blocks, "/blocks"))
    if problems:
        raise RefusedError("invalid_blocks", messages=problems)
    markdown = sum(len(one["text"]) for one in blocks if one["type"] == "markdown")
    if markdown > MARKDOWN_LIMIT or length_of_text(blocks) > ALL_TEXT_LIMIT:
        raise RefusedError("msg_blocks_too_long")
