"""``POST /response/ID``: the app answers a command or a click."""

import json
from typing import Any

from aiohttp import web

from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.chat import bot_message
from tests.local_slack.content import Content, read_content
from tests.local_slack.events import (
    announce,
    announce_change,
    announce_deletion,
    message_json,
)
from tests.local_slack.responses import ResponseAddress
from tests.local_slack.slack import LocalSlack
from tests.local_slack.web_api import hang_up, meet_fault
from tests.local_slack.workspace import BOT_USER, Message

VIA = "response_url"


def _wants(body: Json, name: str) -> bool:
    return body.get(name) in (True, "true", 1)


def _delete(slack: LocalSlack, original: Message) -> None:
    original.deleted = True
    if not original.ephemeral_to:
        announce_deletion(slack, original)


def _replace(slack: LocalSlack, original: Message, content: Content) -> None:
    before = message_json(original)
    original.text = content.text
    slack.workspace.redraw(original, content.blocks)
    original.edited = {"user": BOT_USER, "ts": slack.clock.next_ts()}
    announce_change(slack, original, before)


def show(
    slack: LocalSlack, address: ResponseAddress, body: Json, content: Content
) -> Message:
    """Show a new message where the command or the click was.

    Only to the person, unless ``response_type`` says ``in_channel``.
    """
    message = bot_message(slack, address.channel, content, VIA)
    if body.get("response_type", "ephemeral") != "in_channel":
        message.ephemeral_to = address.user
    message.thread_ts = slack.workspace.root_of_thread(
        address.channel, body.get("thread_ts")
    )
    slack.workspace.add(message)
    if message.ephemeral_to is None:
        announce(slack, message)
    return message


def respond(slack: LocalSlack, address: ResponseAddress, body: Json) -> None:
    """Do what *body* asks: delete or replace the original, or show a message."""
    original = address.original
    if original is not None and original.deleted:
        original = None
    if _wants(body, "delete_original") and original is not None:
        _delete(slack, original)
        return
    if _wants(body, "delete_original"):
        raise RefusedError("message_not_found", status=404)
    content = read_content(body, slack.journal, VIA)
    if _wants(body, "replace_original") and original is not None:
        _replace(slack, original, content)
        return
    if _wants(body, "replace_original"):
        slack.journal.warn(VIA, "replace_original, but there is no original")
    show(slack, address, body, content)


async def _read(request: web.Request) -> Json:
    try:
        body: Any = await request.json()
    except json.JSONDecodeError as error:
        raise RefusedError("invalid_payload", status=400) from error
    if not isinstance(body, dict):
        raise RefusedError("invalid_payload", status=400)
    return body


class ResponseUrls:
    """Serves the response addresses."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack

    async def post(self, request: web.Request) -> web.Response:
        """Answer one use of an address and record it, refused or not."""
        fault, answer = await meet_fault(self._slack, request, VIA)
        if answer is not None:
            return answer
        body: Json = {}
        refused: RefusedError | None = None
        try:
            body = await _read(request)
            respond(
                self._slack, self._slack.responses.use(request.match_info["id"]), body
            )
        except RefusedError as error:
            refused = error
        self._slack.journal.call(
            {
                "method": VIA,
                "ok": refused is None,
                "error": refused.error if refused else None,
                "messages": refused.messages if refused else [],
                "arguments": body,
                "ms": 0.0,
            }
        )
        if fault is not None and fault.kind == "lost":
            return hang_up(request)
        if refused is None:
            return web.json_response({"ok": True})
        # Content that the Web API refuses with 200 is a bad request here.
        status = 400 if refused.status == 200 else refused.status
        return web.json_response(refused.answer(), status=status)
