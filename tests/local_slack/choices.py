"""What a person chose or wrote in elements, as payloads carry it."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.blocks import elements_in
from tests.local_slack.elements import STATEFUL, options_of

_PICKED = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_INITIAL = {
    "static_select": "initial_option",
    "external_select": "initial_option",
    "radio_buttons": "initial_option",
    "multi_static_select": "initial_options",
    "multi_external_select": "initial_options",
    "checkboxes": "initial_options",
    "users_select": "initial_user",
    "channels_select": "initial_channel",
    "conversations_select": "initial_conversation",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
}
_LISTED = ("static_select", "radio_buttons", "overflow")
_LISTED_SEVERAL = ("multi_static_select", "checkboxes")
_WRITTEN = (
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
)


def _option(element: Json, value: object) -> Json:
    for option in options_of(element):
        if option["value"] == value:
            chosen: Json = option
            return chosen
    raise RefusedError("no_such_option", status=404, option=value)


def chosen(element: Json, value: Any) -> Json:
    """Return the part of a payload that says *value* was chosen in *element*.

    For a list it is the value of one of the options, for a choice of several a
    list of those; nothing chosen is None or an empty list.
    """
    kind = element["type"]
    if kind in _LISTED:
        return {"selected_option": None if value is None else _option(element, value)}
    if kind in _LISTED_SEVERAL:
        return {"selected_options": [_option(element, one) for one in value or []]}
    if kind in _WRITTEN:
        return {"value": value}
    if kind in _PICKED:
        return {_PICKED[kind]: value}
    if kind.startswith("multi_"):
        noun = kind.removeprefix("multi_").removesuffix("_select")
        return {f"selected_{noun}": value or []}
    raise RefusedError("not_a_choice", status=400, element=kind)


def _pressed(element: Json, option: Any) -> Json:
    if element["type"] == "feedback_buttons":
        sides = [element["positive_button"], element["negative_button"]]
        for side in sides:
            if side["value"] == option:
                return {"text": side["text"], "value": side["value"]}
        raise RefusedError("no_such_option", status=404, option=option)
    return {
        name: element[name] for name in ("text", "value", "style") if name in element
    }


def action(block: Json, element: Json, option: Any, ts: str) -> Json:
    """Return what ``actions`` says of a click on *element*."""
    entry = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": ts,
    }
    if element["type"] in ("button", "icon_button", "feedback_buttons"):
        return entry | _pressed(element, option)
    if "placeholder" in element:
        entry["placeholder"] = element["placeholder"]
    return entry | chosen(element, option)


def _initial(element: Json) -> Json:
    kind = element["type"]
    if kind in _WRITTEN:
        return {"value": element.get("initial_value")}
    name = _INITIAL.get(kind)
    if name is None:
        return chosen(element, None)
    field_name = name.replace("initial_", "selected_")
    nothing: Any = [] if field_name.endswith("s") else None
    return {field_name: element.get(name, nothing)}


def values(blocks: list[Json], made: Callable[[str, str], Json | None]) -> Json:
    """Return ``state.values`` of *blocks*: what was *made* of each, or its start.

    Only elements that hold a choice are in it, by block id and action id.
    """
    state: dict[str, dict[str, Json]] = {}
    for block in blocks:
        for element in elements_in(block):
            if element["type"] not in STATEFUL:
                continue
            made_here = made(block["block_id"], element["action_id"])
            value = _initial(element) if made_here is None else made_here
            state.setdefault(block["block_id"], {})[element["action_id"]] = {
                "type": element["type"],
                **value,
            }
    return state


def _is_empty(value: Mapping[str, Any]) -> bool:
    return all(item in (None, "", []) for name, item in value.items() if name != "type")


def problems_before_submit(blocks: list[Json], state: Json) -> dict[str, str]:
    """Return what Slack itself objects to before it tells the app, by block id."""
    problems: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = state[block["block_id"]][element["action_id"]]
        length = len(value.get("value") or "")
        if _is_empty(value):
            if not block.get("optional", False):
                problems[block["block_id"]] = "Please complete this required field."
        elif length > element.get("max_length", 3000):
            problems[block["block_id"]] = "This is too long."
        elif element["type"] in _WRITTEN and length < element.get("min_length", 0):
            problems[block["block_id"]] = "This is too short."
    return problems
