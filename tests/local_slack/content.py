"""The text and blocks of a message that the app wants to send."""

import json
from dataclasses import dataclass
from typing import Any

from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.blocks import require_message_blocks
from tests.local_slack.journal import Journal

TEXT_LIMIT = 40_000
MARKDOWN_TEXT_LIMIT = 12_000


@dataclass(frozen=True)
class Content:
    """What a message will show; *text* is what notifications read out."""

    text: str
    blocks: list[Json]
    attachments: list[Json]
    gives_text: bool
    gives_blocks: bool


def parsed(value: Any, error: str) -> list[Json]:
    """Return a list that may have come as JSON text; raise *error* if it is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except json.JSONDecodeError as reason:
            raise RefusedError(error, messages=[str(reason)]) from reason
    if not isinstance(value, list):
        raise RefusedError(error, messages=["[ERROR] must provide an array"])
    return value


def read_content(arguments: Json, journal: Journal, where: str) -> Content:
    """Return what *arguments* ask to show, if Slack takes it.

    What Slack lets pass, but an app ought not to do, is a warning in *journal*.
    """
    text = _read_text(arguments)
    blocks = parsed(arguments.get("blocks") or [], "invalid_blocks_format")
    attachments = parsed(arguments.get("attachments") or [], "invalid_attachments")
    require_message_blocks(blocks)
    if not text.strip() and not blocks and not attachments:
        raise RefusedError("no_text")
    if not text.strip():
        journal.warn(where, "the top-level `text` is missing: nothing to read out")
    if len(text) > TEXT_LIMIT:
        journal.warn(where, f"text of {len(text)} characters is truncated")
        text = text[:TEXT_LIMIT]
    if arguments.get("link_names") in (True, 1, "1", "true"):
        journal.warn(where, "link_names makes mentions of what people typed")
    if arguments.get("parse") == "full":
        journal.warn(where, "parse=full makes mentions of what people typed")
    return Content(
        text,
        blocks,
        attachments,
        gives_text=bool(text.strip()),
        gives_blocks=arguments.get("blocks") is not None,
    )


def _read_text(arguments: Json) -> str:
    text, markdown = arguments.get("text"), arguments.get("markdown_text")
    if markdown is None:
        return _require_string(text, "text")
    if text or arguments.get("blocks"):
        raise RefusedError("markdown_text_conflict")
    if len(_require_string(markdown, "markdown_text")) > MARKDOWN_TEXT_LIMIT:
        raise RefusedError("msg_too_long")
    return str(markdown)


def _require_string(value: Any, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        message = f"[ERROR] must be a string [json-pointer:/{name}]"
        raise RefusedError("invalid_arguments", messages=[message])
    return value
