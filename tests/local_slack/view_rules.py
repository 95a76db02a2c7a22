"""What Slack takes as a modal or a Home tab."""

import json
from collections.abc import Iterator
from typing import Any

from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.blocks import IN_VIEW, check_of_blocks
from tests.local_slack.elements import ID_LIMIT
from tests.local_slack.shapes import (
    PLAIN,
    Check,
    anything,
    both,
    flag,
    problem,
    shape,
    string,
    text,
    typed,
)

VIEW_BLOCKS_LIMIT = 100
VIEW_BYTES_LIMIT = 250_000
TITLE_LIMIT = 24
METADATA_LIMIT = 3000

_COMMON: dict[str, Check] = {
    "type": anything,
    "blocks": check_of_blocks(IN_VIEW, most=VIEW_BLOCKS_LIMIT, least=1),
    "private_metadata": string(METADATA_LIMIT, least=0),
    "callback_id": string(ID_LIMIT, least=0),
    "external_id": string(ID_LIMIT, least=0),
}


def _can_be_submitted(value: Any, pointer: str) -> Iterator[str]:
    if "submit" not in value and any(one["type"] == "input" for one in value["blocks"]):
        yield problem("missing required field: submit", pointer)


_view = typed(
    {
        "modal": both(
            shape(
                {
                    **_COMMON,
                    "title": text(TITLE_LIMIT, PLAIN),
                    "submit": text(TITLE_LIMIT, PLAIN),
                    "close": text(TITLE_LIMIT, PLAIN),
                    "clear_on_close": flag,
                    "notify_on_close": flag,
                    "submit_disabled": flag,
                },
                required=["title", "blocks"],
            ),
            _can_be_submitted,
        ),
        "home": shape(_COMMON, required=["blocks"]),
    }
)


def parsed_view(view: Any, *, kind: str) -> Json:
    """Return *view*, which may come as JSON text, if Slack takes it as a *kind*."""
    if isinstance(view, str):
        try:
            view = json.loads(view)
        except json.JSONDecodeError as error:
            raise RefusedError("invalid_arguments", messages=[str(error)]) from error
    problems = list(_view(view, "/view"))
    if not problems and view["type"] != kind:
        problems = [problem(f"must be a {kind}", "/view/type")]
    if problems:
        raise RefusedError("invalid_arguments", messages=problems)
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES_LIMIT:
        raise RefusedError("view_too_large")
    checked: Json = view
    return checked
