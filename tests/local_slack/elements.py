"""The interactive elements of Block Kit and what Slack takes in each."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.local_slack.shapes import (
    ANY_TEXT,
    PLAIN,
    Check,
    address,
    anything,
    array,
    both,
    flag,
    number,
    one_of,
    problem,
    shape,
    string,
    text,
    typed,
)

ID_LIMIT = 255
OPTIONS_LIMIT = 100
MARKED_OPTIONS_LIMIT = 10  # radio buttons and checkboxes
OVERFLOW_LIMIT = 5

CONFIRM = shape(
    {
        "title": text(100, PLAIN),
        "text": text(300),
        "confirm": text(30, PLAIN),
        "deny": text(30, PLAIN),
        "style": one_of("primary", "danger"),
    },
    required=["title", "text"],
)


def _option(kinds: tuple[str, ...], **more: Check) -> Check:
    fields = {
        "text": text(75, kinds),
        "value": string(150),
        "description": text(75, kinds),
    }
    return shape(fields | more, required=["text", "value"])


OPTION = _option(PLAIN)
MARKED_OPTION = _option(ANY_TEXT)
OVERFLOW_OPTION = _option(PLAIN, url=address(3000))
OPTION_GROUP = shape(
    {"label": text(75, PLAIN), "options": array(OPTION, most=OPTIONS_LIMIT)},
    required=["label", "options"],
)
FEEDBACK_BUTTON = shape(
    {
        "text": text(75, PLAIN),
        "value": string(2000),
        "accessibility_label": string(75),
    },
    required=["text", "value"],
)
IMAGE_FIELDS = {
    "type": anything,
    "image_url": address(3000),
    "slack_file": shape({"id": string(ID_LIMIT), "url": address(3000)}),
    "alt_text": string(2000),
}


def has_one_picture(value: Any, pointer: str) -> Iterator[str]:
    """Take an image with exactly one source."""
    if ("image_url" in value) == ("slack_file" in value):
        yield problem("must provide either image_url or slack_file", pointer)


IMAGE = both(shape(IMAGE_FIELDS, required=["alt_text"]), has_one_picture)


def _element(fields: Mapping[str, Check], required: Iterable[str] = ()) -> Check:
    common = {"type": anything, "action_id": string(ID_LIMIT)}
    return shape({**common, **fields}, required=required)


def _input(fields: Mapping[str, Check], required: Iterable[str] = ()) -> Check:
    common = {
        "placeholder": text(150, PLAIN),
        "confirm": CONFIRM,
        "focus_on_load": flag,
    }
    return _element({**common, **fields}, required)


def _has_options_or_groups(value: Any, pointer: str) -> Iterator[str]:
    if ("options" in value) == ("option_groups" in value):
        yield problem("must provide either options or option_groups", pointer)


def options_of(element: Mapping[str, Any]) -> list[Any]:
    """Return the options of a select, those in groups too."""
    options = list(element.get("options", []))
    for group in element.get("option_groups", []):
        options.extend(group["options"])
    return options


def _starts_with_its_own(value: Any, pointer: str) -> Iterator[str]:
    chosen = value.get("initial_options", [])
    if "initial_option" in value:
        chosen = [value["initial_option"]]
    keys = [
        (option["value"], option["text"]["text"])
        for option in options_of(value)
        if "value" in option
    ]
    for option in chosen:
        if (option["value"], option["text"]["text"]) not in keys:
            yield problem("initial option is not one of the options", pointer)


def _select(**fields: Check) -> Check:
    listed = {
        "options": array(OPTION, most=OPTIONS_LIMIT),
        "option_groups": array(OPTION_GROUP, most=OPTIONS_LIMIT),
    }
    return both(
        _input({**listed, **fields}), _has_options_or_groups, _starts_with_its_own
    )


def _marked(**fields: Check) -> Check:
    listed = {"options": array(MARKED_OPTION, most=MARKED_OPTIONS_LIMIT)}
    common: dict[str, Check] = {"confirm": CONFIRM, "focus_on_load": flag}
    return both(
        _element({**common, **listed, **fields}, ["options"]), _starts_with_its_own
    )


MOST = {"max_selected_items": number(1, OPTIONS_LIMIT)}
DISPATCH = {
    "dispatch_action_config": shape(
        {
            "trigger_actions_on": array(
                one_of("on_enter_pressed", "on_character_entered"), most=2
            )
        }
    )
}


def _picked(noun: str) -> dict[str, Check]:
    """Return the selects of Slack's own lists: one *noun*, or several."""
    one: dict[str, Check] = {f"initial_{noun}": string(ID_LIMIT)}
    if noun in ("channel", "conversation"):
        one["response_url_enabled"] = flag
    several: dict[str, Check] = {
        f"initial_{noun}s": array(string(ID_LIMIT), most=OPTIONS_LIMIT)
    }
    if noun == "conversation":
        for fields in (one, several):
            fields["default_to_current_conversation"] = flag
            fields["filter"] = anything
    return {
        f"{noun}s_select": _input(one),
        f"multi_{noun}s_select": _input({**several, **MOST}),
    }


BUTTONS: dict[str, Check] = {
    "button": _element(
        {
            "text": text(75, PLAIN),
            "url": address(3000),
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "agent_prompt": string(4000),
            "agent_prompt_display": string(75),
            "visible_to_user_ids": array(string(ID_LIMIT), most=10),
        },
        ["text"],
    ),
    "overflow": _element(
        {"options": array(OVERFLOW_OPTION, most=OVERFLOW_LIMIT), "confirm": CONFIRM},
        ["options"],
    ),
}
CHOICES: dict[str, Check] = {
    "static_select": _select(initial_option=OPTION),
    "multi_static_select": _select(
        initial_options=array(OPTION, most=OPTIONS_LIMIT), **MOST
    ),
    "external_select": _input(
        {"min_query_length": number(0, 3000), "initial_option": OPTION}
    ),
    "multi_external_select": _input(
        {
            "min_query_length": number(0, 3000),
            "initial_options": array(OPTION, most=OPTIONS_LIMIT),
            **MOST,
        }
    ),
    **_picked("user"),
    **_picked("conversation"),
    **_picked("channel"),
    "radio_buttons": _marked(initial_option=MARKED_OPTION),
    "checkboxes": _marked(
        initial_options=array(MARKED_OPTION, most=MARKED_OPTIONS_LIMIT)
    ),
    "datepicker": _input({"initial_date": string(10, least=10)}),
    "timepicker": _input(
        {"initial_time": string(5, least=5), "timezone": string(ID_LIMIT)}
    ),
    "datetimepicker": _element(
        {
            "initial_date_time": number(0, 9_999_999_999),
            "confirm": CONFIRM,
            "focus_on_load": flag,
        }
    ),
}
WRITTEN: dict[str, Check] = {
    "plain_text_input": _input(
        {
            "initial_value": string(3000, least=0),
            "multiline": flag,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
            **DISPATCH,
        }
    ),
    "email_text_input": _input({"initial_value": string(3000, least=0), **DISPATCH}),
    "url_text_input": _input({"initial_value": string(3000, least=0), **DISPATCH}),
    "number_input": _input(
        {
            "is_decimal_allowed": flag,
            "initial_value": string(ID_LIMIT),
            "min_value": string(ID_LIMIT),
            "max_value": string(ID_LIMIT),
            **DISPATCH,
        },
        ["is_decimal_allowed"],
    ),
}
FEEDBACK: dict[str, Check] = {
    "feedback_buttons": _element(
        {"positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON},
        ["positive_button", "negative_button"],
    ),
    "icon_button": _element(
        {
            "icon": one_of("trash"),
            "text": text(75, PLAIN),
            "value": string(2000),
            "accessibility_label": string(75),
            "visible_to_user_ids": array(string(ID_LIMIT), most=10),
            "confirm": CONFIRM,
        },
        ["icon", "text"],
    ),
}

IN_ACTIONS = typed({**BUTTONS, **CHOICES})
IN_SECTION = typed({**BUTTONS, **CHOICES, "image": IMAGE})
IN_INPUT = typed({**CHOICES, **WRITTEN})
IN_CONTEXT_ACTIONS = typed(FEEDBACK)
STATEFUL = frozenset({*CHOICES, *WRITTEN})
