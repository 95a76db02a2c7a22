"""``/api/METHOD``: tokens, scopes, faults, and the record of every call."""

import asyncio
import json
import math
from typing import Any

from aiohttp import web

from tests.local_slack import chat, directory, history, modals
from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.directory import require_scope
from tests.local_slack.faults import Fault
from tests.local_slack.slack import LocalSlack

METHODS: dict[str, chat.Method] = {
    **directory.METHODS,
    **chat.METHODS,
    **history.METHODS,
    **modals.METHODS,
}
SCOPES = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "conversations.open": "im:write",
    "users.info": "users:read",
    "assistant.threads.setStatus": "chat:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    "assistant.threads.setTitle": "assistant:write",
}
APP_TOKEN_METHODS = ("apps.connections.open",)
TOKENLESS_METHODS = ("api.test",)


async def read_arguments(request: web.Request) -> tuple[Json, str]:
    """Return the arguments of a call and the token, wherever it was put."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            # Slack's synchronous client sends no body where there is nothing to say.
            body = json.loads(await request.text() or "{}")
        except json.JSONDecodeError as error:
            raise RefusedError("invalid_json") from error
        if not isinstance(body, dict):
            raise RefusedError("json_not_object")
        arguments |= body
    else:
        arguments |= await request.post()
    bearer = request.headers.get("Authorization", "").partition(" ")[2].strip()
    in_body = arguments.pop("token", "")
    return arguments, bearer or str(in_body)


def require_token(slack: LocalSlack, method: str, token: str) -> None:
    """Raise what Slack answers to a call of *method* with this *token*."""
    if method in TOKENLESS_METHODS:
        return
    installation = slack.installation
    if not token:
        raise RefusedError("not_authed")
    if token not in (installation.bot_token, installation.app_token):
        raise RefusedError("invalid_auth")
    if (token == installation.app_token) != (method in APP_TOKEN_METHODS):
        raise RefusedError("not_allowed_token_type")
    if installation.is_revoked and token == installation.bot_token:
        raise RefusedError("token_revoked")


def _answer(slack: LocalSlack, method: str, arguments: Json, token: str) -> Json:
    if method not in METHODS:
        raise RefusedError("unknown_method")
    require_token(slack, method, token)
    if method in SCOPES:
        require_scope(slack, SCOPES[method])
    return {"ok": True, **METHODS[method](slack, arguments)}


def broken(fault: Fault) -> web.Response:
    """Return the answer of a Slack that has the trouble *fault*."""
    if fault.kind == "429":
        headers = {"Retry-After": str(math.ceil(fault.seconds))}
        body = {"ok": False, "error": "ratelimited"}
        return web.json_response(body, status=429, headers=headers)
    if fault.kind == "error":
        return web.json_response({"ok": False, "error": fault.error})
    page = "<html><body>Slack is having trouble</body></html>"
    return web.Response(status=int(fault.kind), text=page, content_type="text/html")


def hang_up(request: web.Request) -> web.Response:
    """End the connection of *request* without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def meet_fault(
    slack: LocalSlack, request: web.Request, method: str
) -> tuple[Fault | None, web.Response | None]:
    """Let the fault ordered for *method* happen; return it and the answer, if any."""
    fault = slack.faults.next_for(method)
    if fault is None or fault.kind == "lost":
        return fault, None
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return fault, None
    answer = hang_up(request) if fault.kind == "drop" else broken(fault)
    entry: Json = {"method": method, "ok": False, "error": f"fault:{fault.kind}"}
    slack.journal.call({**entry, "ms": 0.0, "arguments": {}})
    return fault, answer


def _respond(slack: LocalSlack, body: Json, refused: RefusedError | None) -> Any:
    headers = {"X-OAuth-Scopes": ",".join(slack.installation.scopes)}
    if refused is None:
        return web.json_response(body, headers=headers)
    headers |= refused.headers
    return web.json_response(refused.answer(), status=refused.status, headers=headers)


class WebApi:
    """Serves the methods."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack

    async def call(self, request: web.Request) -> web.Response:
        """Answer one call and record it, refused or not."""
        method = request.match_info["method"]
        fault, answer = await meet_fault(self._slack, request, method)
        if answer is not None:
            return answer
        loop = asyncio.get_running_loop()
        began = loop.time()
        arguments: Json = {}
        body: Json = {}
        refused: RefusedError | None = None
        try:
            arguments, token = await read_arguments(request)
            body = _answer(self._slack, method, arguments, token)
        except RefusedError as error:
            refused = error
        self._slack.journal.call(
            {
                "method": method,
                "ok": refused is None,
                "error": refused.error if refused else None,
                "messages": refused.messages if refused else [],
                "arguments": arguments,
                "ms": round((loop.time() - began) * 1000, 1),
            }
        )
        if fault is not None and fault.kind == "lost":
            return hang_up(request)
        response: web.Response = _respond(self._slack, body, refused)
        return response
