"""The chat methods of the Web API."""

from collections.abc import Callable

from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.content import Content, read_content
from tests.local_slack.events import (
    announce,
    announce_change,
    announce_deletion,
    message_json,
)
from tests.local_slack.slack import LocalSlack
from tests.local_slack.workspace import (
    BOT,
    BOT_USER,
    PEOPLE,
    TEAM_DOMAIN,
    Channel,
    Message,
)

Method = Callable[[LocalSlack, Json], Json]


def _argument(arguments: Json, name: str) -> str:
    return str(arguments.get(name) or "")


def _require_messages_tab(slack: LocalSlack, channel: Channel) -> None:
    if channel.kind == "im" and not slack.installation.manifest.shows_messages:
        raise RefusedError("messages_tab_disabled")


def bot_message(slack: LocalSlack, channel: str, content: Content, via: str) -> Message:
    """Return a new message of our bot, not yet in the workspace."""
    return Message(
        channel=channel,
        ts=slack.clock.next_ts(),
        user=BOT_USER,
        bot_id=BOT,
        text=content.text,
        blocks=content.blocks,
        attachments=content.attachments,
        via=via,
    )


def post_message(slack: LocalSlack, arguments: Json) -> Json:
    """Post for everybody in a channel, or to a person's direct message."""
    channel = slack.workspace.channel_of_bot(_argument(arguments, "channel"))
    _require_messages_tab(slack, channel)
    content = read_content(arguments, slack.journal, "chat.postMessage")
    thread_ts = slack.workspace.root_of_thread(
        channel.id, _argument(arguments, "thread_ts")
    )
    slack.rates.require_room(channel.id)
    message = bot_message(slack, channel.id, content, "chat.postMessage")
    message.thread_ts = thread_ts
    slack.workspace.add(message)
    announce(slack, message)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(message)}


def post_ephemeral(slack: LocalSlack, arguments: Json) -> Json:
    """Show a message to one person in a channel; no method finds it again."""
    channel = slack.workspace.channel_of_bot(_argument(arguments, "channel"))
    user = _argument(arguments, "user")
    if user not in PEOPLE or user not in channel.members:
        raise RefusedError("user_not_in_channel")
    content = read_content(arguments, slack.journal, "chat.postEphemeral")
    thread_ts = slack.workspace.root_of_thread(
        channel.id, _argument(arguments, "thread_ts")
    )
    message = bot_message(slack, channel.id, content, "chat.postEphemeral")
    message.ephemeral_to, message.thread_ts = user, thread_ts
    slack.workspace.add(message)
    slack.journal.touch()
    return {"message_ts": message.ts}


def _own_message(slack: LocalSlack, arguments: Json, error: str) -> Message:
    # chat.update and chat.delete want the id of the channel, not of a person.
    name = _argument(arguments, "channel")
    if name not in slack.workspace.channels:
        raise RefusedError("channel_not_found")
    message = slack.workspace.public_message(name, arguments.get("ts"))
    if message.bot_id != BOT:
        raise RefusedError(error)
    return message


def update(slack: LocalSlack, arguments: Json) -> Json:
    """Change a message of our bot.

    Text without blocks takes the blocks away; without text the blocks stay as
    they are. Only a change of text alone is marked as edited.
    """
    message = _own_message(slack, arguments, "cant_update_message")
    content = read_content(arguments, slack.journal, "chat.update")
    before = message_json(message)
    if content.gives_text:
        message.text = content.text
    if content.gives_text or content.gives_blocks:
        slack.workspace.redraw(message, content.blocks)
    if not content.blocks:
        message.edited = {"user": BOT_USER, "ts": slack.clock.next_ts()}
    announce_change(slack, message, before)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(message),
    }


def delete(slack: LocalSlack, arguments: Json) -> Json:
    """Take a message of our bot away."""
    message = _own_message(slack, arguments, "cant_delete_message")
    message.deleted = True
    announce_deletion(slack, message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(slack: LocalSlack, arguments: Json) -> Json:
    """Return the address of a message."""
    channel = slack.workspace.channel_of_bot(_argument(arguments, "channel"))
    ts = _argument(arguments, "message_ts")
    slack.workspace.public_message(channel.id, ts)
    site = f"https://{TEAM_DOMAIN}.slack.com/archives"
    return {
        "channel": channel.id,
        "permalink": f"{site}/{channel.id}/p{ts.replace('.', '')}",
    }


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
}
