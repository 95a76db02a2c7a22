"""``/control``: what tests and the try-it page call to play the people."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.local_slack import clicks, people
from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.faults import Fault
from tests.local_slack.slack import LocalSlack
from tests.local_slack.state import state

Action = Callable[[LocalSlack, Json], Awaitable[Json]]
LONGEST_WAIT_S = 60.0


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise RefusedError(f"{name} must be a string", status=400)
    return value


def _optional(body: Json, name: str) -> str | None:
    return None if body.get(name) is None else _text(body, name)


def _number(body: Json, name: str, default: float) -> float:
    value = body.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise RefusedError(f"{name} must be a number", status=400)
    return float(value)


async def say(slack: LocalSlack, body: Json) -> Json:
    """Let a person write."""
    message, deliveries = people.say(
        slack,
        people.Saying(
            _text(body, "user"),
            _text(body, "channel"),
            _text(body, "text"),
            thread_ts=_optional(body, "thread_ts"),
            is_encoded=bool(body.get("raw")),
            has_file=bool(body.get("files")),
        ),
        as_both=bool(body.get("as_both")),
        twice=bool(body.get("twice")),
    )
    ids = await people.settled(slack, deliveries, wait=body.get("wait", True))
    return {"ts": message.ts, "deliveries": ids}


async def other_bot(slack: LocalSlack, body: Json) -> Json:
    """Let another app's bot write."""
    saying = people.Saying(
        "",
        _text(body, "channel"),
        _text(body, "text"),
        thread_ts=_optional(body, "thread_ts"),
    )
    message, deliveries = people.say_as_other_bot(slack, saying)
    ids = await people.settled(slack, deliveries, wait=body.get("wait", True))
    return {"ts": message.ts, "deliveries": ids}


async def edit(slack: LocalSlack, body: Json) -> Json:
    """Let the author change a message."""
    sent = people.edit(
        slack, _text(body, "channel"), _text(body, "ts"), _text(body, "text")
    )
    return {"deliveries": await people.settled(slack, sent, wait=True)}


async def unfurl(slack: LocalSlack, body: Json) -> Json:
    """Let Slack add a preview to a message."""
    sent = people.unfurl(slack, _text(body, "channel"), _text(body, "ts"))
    return {"deliveries": await people.settled(slack, sent, wait=True)}


async def delete(slack: LocalSlack, body: Json) -> Json:
    """Let the author delete a message."""
    sent = people.delete(slack, _text(body, "channel"), _text(body, "ts"))
    return {"deliveries": await people.settled(slack, sent, wait=True)}


async def command(slack: LocalSlack, body: Json) -> Json:
    """Let a person give a slash command."""
    given = people.Command(
        _text(body, "user"),
        _text(body, "channel"),
        _text(body, "command"),
        body.get("text", ""),
        thread_ts=_optional(body, "thread_ts"),
    )
    return people.outcome(await people.give_command(slack, given))


async def click(slack: LocalSlack, body: Json) -> Json:
    """Let a person use an element of a message or a view."""
    made = clicks.Click(
        _text(body, "user"),
        _text(body, "action_id"),
        _optional(body, "block_id"),
        body.get("option"),
    )
    if "view" in body:
        view = clicks.shown_view(slack, made.user, _text(body, "view"))
        delivery = await clicks.click_view(slack, made, view)
        return people.outcome(delivery) if delivery else {"acknowledged": None}
    where = body.get("message")
    if not isinstance(where, dict):
        raise RefusedError("say which message or view", status=400)
    channel, ts = _text(where, "channel"), _text(where, "ts")
    message = slack.workspace.message(channel, ts)
    return people.outcome(await clicks.click_message(slack, made, message))


async def submit(slack: LocalSlack, body: Json) -> Json:
    """Let a person submit a modal."""
    view = clicks.shown_view(slack, _text(body, "user"), _text(body, "view"))
    return people.outcome(await clicks.submit(slack, view, body.get("values", {})))


async def close(slack: LocalSlack, body: Json) -> Json:
    """Let a person close a modal."""
    view = clicks.shown_view(slack, _text(body, "user"), _text(body, "view"))
    delivery = await clicks.close(slack, view)
    return people.outcome(delivery) if delivery else {"acknowledged": None}


async def event(slack: LocalSlack, body: Json) -> Json:
    """Send a request of the test's own making to the request URL."""
    raw = body.get("body", "")
    return await slack.http.send_raw(
        raw if isinstance(raw, str) else json.dumps(raw),
        body.get("content_type", "application/json"),
        body.get("signature", "good"),
        body.get("headers", {}),
    )


async def fault(slack: LocalSlack, body: Json) -> Json:
    """Order trouble."""
    error = _optional(body, "error")
    slack.faults.order(
        Fault(
            _text(body, "method"),
            "error" if error else _text(body, "kind"),
            times=int(_number(body, "times", 1)),
            seconds=_number(body, "seconds", 1),
            error=error,
        )
    )
    return {}


async def socket(slack: LocalSlack, body: Json) -> Json:
    """Disturb the Socket Mode connections."""
    if body.get("drop"):
        await slack.sockets.drop()
    if "mute" in body:
        slack.sockets.mute(on=bool(body["mute"]))
    if "disconnect" in body:
        await slack.sockets.disconnect(_text(body, "disconnect"))
    slack.journal.touch()
    return {"connections": len(slack.sockets.connections)}


async def settings(slack: LocalSlack, body: Json) -> Json:
    """Change how this Slack and the installation behave; return how they now do."""
    installation, courier = slack.installation, slack.courier
    if "retry_delays" in body:
        courier.retry_delays_s = [float(delay) for delay in body["retry_delays"]]
    courier.ack_timeout_s = _number(body, "ack_timeout", courier.ack_timeout_s)
    if "scopes" in body:
        installation.scopes = list(body["scopes"])
    if "enforce_rates" in body:
        slack.rates.are_enforced = bool(body["enforce_rates"])
    if "revoke" in body:
        installation.is_revoked = bool(body["revoke"])
    if "request_url" in body:
        installation.request_url = _optional(body, "request_url")
        if installation.request_url:
            await slack.http.verify(courier.ack_timeout_s)
    slack.journal.touch()
    settings_now: Json = state(slack)["settings"]
    return settings_now


async def clock(slack: LocalSlack, body: Json) -> Json:
    """Let time pass."""
    slack.clock.advance(_number(body, "advance", 0))
    return {"now": slack.clock.now()}


async def reset(slack: LocalSlack, body: Json) -> Json:
    """Forget what was said and done."""
    del body
    await slack.forget()
    return {}


ACTIONS: dict[str, Action] = {
    "say": say,
    "other-bot": other_bot,
    "edit": edit,
    "unfurl": unfurl,
    "delete": delete,
    "command": command,
    "click": click,
    "submit": submit,
    "close": close,
    "event": event,
    "fault": fault,
    "socket": socket,
    "settings": settings,
    "clock": clock,
    "reset": reset,
}


async def _body(request: web.Request) -> Json:
    body: Any = await request.json() if request.can_read_body else {}
    if not isinstance(body, dict):
        raise RefusedError("the body must be an object", status=400)
    return body


class Control:
    """Serves ``/control``."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack

    async def act(self, request: web.Request) -> web.Response:
        """Do one action; what Slack's own client would not let a person do is 4xx."""
        action = ACTIONS.get(request.match_info["action"])
        if action is None:
            return web.json_response({"error": "no such action"}, status=404)
        try:
            return web.json_response(await action(self._slack, await _body(request)))
        except RefusedError as error:
            status = 404 if error.status == 200 else error.status
            told = {"error": error.error, **error.fields}
            return web.json_response(told, status=status)
        except ValueError as error:  # JSON that is none, or a value not allowed
            return web.json_response({"error": str(error)}, status=400)

    async def state(self, request: web.Request) -> web.Response:
        """Answer with everything that is and was."""
        del request
        return web.json_response(state(self._slack))

    async def wait(self, request: web.Request) -> web.Response:
        """Answer as soon as the state is newer than the caller's, or at the timeout."""
        try:
            revision = int(request.query.get("revision", "0"))
            timeout_s = float(request.query.get("timeout", "10"))
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        journal = self._slack.journal
        now = await journal.changed_beyond(revision, min(timeout_s, LONGEST_WAIT_S))
        return web.json_response({"revision": now})
