"""The methods about the app itself, people, channels and assistant threads."""

from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.slack import LocalSlack
from tests.local_slack.workspace import (
    BOT,
    BOT_USER,
    PEOPLE,
    TEAM,
    TEAM_NAME,
)

PROMPTS_LIMIT = 4
LOADING_MESSAGES_LIMIT = 10
READ_SCOPES = {"channel": "channels:read", "group": "groups:read", "im": "im:read"}


def api_test(slack: LocalSlack, arguments: Json) -> Json:
    """Answer with what was sent."""
    del slack
    return {"args": arguments} if arguments else {}


def auth_test(slack: LocalSlack, arguments: Json) -> Json:
    """Tell whose token it is."""
    del arguments
    return {
        "url": f"{slack.url}/",
        "team": TEAM_NAME,
        "user": slack.workspace.people[BOT_USER],
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def open_connection(slack: LocalSlack, arguments: Json) -> Json:
    """Return the address of a new Socket Mode connection, good for one."""
    del arguments
    if not slack.installation.manifest.uses_sockets:
        slack.journal.warn("apps.connections.open", "Socket Mode is off for this app")
    ticket = slack.sockets.new_ticket()
    host = slack.url.removeprefix("http://")
    return {"url": f"ws://{host}/link/?ticket={ticket}&app_id=A0GUIDE"}


def open_conversation(slack: LocalSlack, arguments: Json) -> Json:
    """Return the direct message with one person."""
    users = str(arguments.get("users") or "").split(",")
    if len(users) != 1 or users[0] not in PEOPLE:
        raise RefusedError("user_not_found")
    return {"channel": {"id": slack.workspace.channel(users[0]).id}}


def conversation(slack: LocalSlack, arguments: Json) -> Json:
    """Describe a channel; each kind has a scope of its own."""
    channel = slack.workspace.channel(str(arguments.get("channel") or ""))
    require_scope(slack, READ_SCOPES[channel.kind])
    is_member = BOT_USER in channel.members
    if channel.kind == "group" and not is_member:
        raise RefusedError("channel_not_found")
    return {
        "channel": {
            "id": channel.id,
            "name": channel.name,
            "is_channel": channel.kind == "channel",
            "is_im": channel.kind == "im",
            "is_private": channel.kind != "channel",
            "is_member": is_member,
            "is_archived": False,
        }
    }


def person(slack: LocalSlack, arguments: Json) -> Json:
    """Describe a person or a bot's user."""
    user = str(arguments.get("user") or "")
    if user not in slack.workspace.people:
        raise RefusedError("user_not_found")
    name = slack.workspace.people[user]
    return {
        "user": {
            "id": user,
            "team_id": TEAM,
            "name": name.lower(),
            "real_name": name,
            "is_bot": user not in PEOPLE,
            "deleted": False,
            "tz": "Europe/London",
            "profile": {"real_name": name, "display_name": name},
        }
    }


def require_scope(slack: LocalSlack, scope: str) -> None:
    """Raise what Slack answers to an app without *scope*."""
    granted = slack.installation.scopes
    if scope not in granted:
        raise RefusedError("missing_scope", needed=scope, provided=",".join(granted))


def _require(arguments: Json, *names: str) -> None:
    missing = [name for name in names if arguments.get(name) is None]
    if missing:
        messages = [f"[ERROR] missing required field: {name}" for name in missing]
        raise RefusedError("invalid_arguments", messages=messages)


def _require_list(arguments: Json, name: str, limit: int) -> None:
    given = arguments.get(name) or []
    if not isinstance(given, list) or len(given) > limit:
        message = f"[ERROR] no more than {limit} items allowed"
        raise RefusedError(
            "invalid_arguments", messages=[f"{message} [json-pointer:/{name}]"]
        )


def set_status(slack: LocalSlack, arguments: Json) -> Json:
    """Take the status of a thread ("is looking it up…")."""
    _require(arguments, "channel_id", "thread_ts", "status")
    _require_list(arguments, "loading_messages", LOADING_MESSAGES_LIMIT)
    slack.workspace.channel_of_bot(str(arguments["channel_id"]))
    return {}


def set_suggested_prompts(slack: LocalSlack, arguments: Json) -> Json:
    """Take the prompts that a person may pick in a thread."""
    _require(arguments, "channel_id", "prompts")
    _require_list(arguments, "prompts", PROMPTS_LIMIT)
    for prompt in arguments["prompts"]:
        _require(prompt, "title", "message")
    slack.workspace.channel_of_bot(str(arguments["channel_id"]))
    return {}


def set_title(slack: LocalSlack, arguments: Json) -> Json:
    """Take the title of a thread."""
    _require(arguments, "channel_id", "thread_ts", "title")
    slack.workspace.channel_of_bot(str(arguments["channel_id"]))
    return {}


METHODS = {
    "api.test": api_test,
    "auth.test": auth_test,
    "apps.connections.open": open_connection,
    "conversations.open": open_conversation,
    "conversations.info": conversation,
    "users.info": person,
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setSuggestedPrompts": set_suggested_prompts,
    "assistant.threads.setTitle": set_title,
}
