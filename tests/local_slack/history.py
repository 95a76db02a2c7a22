"""Reading a thread back: who may, from when to when, and a page at a time."""

import base64
import binascii
import re

from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.directory import require_scope
from tests.local_slack.events import message_json
from tests.local_slack.slack import LocalSlack
from tests.local_slack.workspace import Channel, Message

HISTORY_SCOPES = {
    "channel": "channels:history",
    "group": "groups:history",
    "im": "im:history",
}
MOST_MESSAGES = 1_000
FLAGS = {"1": True, "true": True, "0": False, "false": False}
_TS = re.compile(r"(\d{1,12})(?:\.(\d{1,6}))?")


def replies(slack: LocalSlack, arguments: Json) -> Json:
    """Return a thread, oldest first, whichever of its messages ``ts`` names."""
    channel = _channel(slack, arguments)
    limit, since, until = _limit(arguments), *_range(arguments)
    thread = _thread(slack, channel, str(arguments.get("ts") or ""))
    written = [
        (_moment(message.ts), _written(message, thread))
        for message in thread
        if since <= _moment(message.ts) <= until
    ]
    first = _first(arguments, [moment for moment, _ in written])
    page, rest = written[first : first + limit], written[first + limit :]
    answer: Json = {"messages": [one for _, one in page], "has_more": bool(rest)}
    if rest:
        answer["response_metadata"] = {"next_cursor": _cursor(rest[0][0])}
    return answer


def _channel(slack: LocalSlack, arguments: Json) -> Channel:
    # Unlike chat.postMessage it wants the id of the channel, not of a person.
    name = str(arguments.get("channel") or "")
    if name not in slack.workspace.channels:
        raise RefusedError("channel_not_found")
    require_scope(slack, HISTORY_SCOPES[slack.workspace.channel(name).kind])
    return slack.workspace.channel_of_bot(name)


def _thread(slack: LocalSlack, channel: Channel, ts: str) -> list[Message]:
    root = slack.workspace.root_of_thread(channel.id, ts)
    found = slack.workspace.thread(channel.id, root) if root else []
    if not found or found[0].ts != root:
        raise RefusedError("thread_not_found")
    return found


def _written(message: Message, thread: list[Message]) -> Json:
    root, *answers = thread
    written = message_json(message)
    if message is not root:
        return written | {"parent_user_id": root.user}
    if not answers:
        return written
    users = list(dict.fromkeys(answer.user for answer in answers))
    return written | {
        "thread_ts": root.ts,
        "reply_count": len(answers),
        "reply_users_count": len(users),
        "latest_reply": answers[-1].ts,
        "reply_users": users,
        "is_locked": False,
        "subscribed": False,
    }


def _moment(ts: object, error: str = "invalid_arguments") -> int:
    """Return a timestamp in microseconds, or raise *error*."""
    match = _TS.fullmatch(str(ts))
    if match is None:
        raise RefusedError(error)
    return int(match[1]) * 1_000_000 + int((match[2] or "").ljust(6, "0"))


def _range(arguments: Json) -> tuple[int, int]:
    """Return the first and the last moment to return messages of."""
    ends = 0 if _flag(arguments, "inclusive") else 1
    since, until = 0, _moment("9" * 12)
    if arguments.get("oldest"):
        since = _moment(arguments["oldest"], "invalid_ts_oldest") + ends
    if arguments.get("latest"):
        until = _moment(arguments["latest"], "invalid_ts_latest") - ends
    return since, until


def _flag(arguments: Json, name: str) -> bool:
    given = str(arguments.get(name, False)).lower()
    if given not in FLAGS:
        message = f"[ERROR] must be a boolean [json-pointer:/{name}]"
        raise RefusedError("invalid_arguments", messages=[message])
    return FLAGS[given]


def _limit(arguments: Json) -> int:
    given = str(arguments.get("limit", MOST_MESSAGES))
    if not given.isdecimal() or not 1 <= int(given) <= MOST_MESSAGES:
        message = f"[ERROR] must be from 1 to {MOST_MESSAGES} [json-pointer:/limit]"
        raise RefusedError("invalid_arguments", messages=[message])
    return int(given)


def _cursor(moment: int) -> str:
    return base64.b64encode(f"next_ts:{moment}".encode()).decode()


def _first(arguments: Json, moments: list[int]) -> int:
    """Return where the page begins that the cursor names."""
    cursor = arguments.get("cursor")
    if not cursor:
        return 0
    try:
        name, _, moment = (
            base64.b64decode(cursor, validate=True).decode().partition(":")
        )
        if name != "next_ts":
            raise RefusedError("invalid_cursor")
        return moments.index(int(moment))
    except (binascii.Error, ValueError, TypeError) as error:
        raise RefusedError("invalid_cursor") from error


METHODS = {"conversations.replies": replies}
