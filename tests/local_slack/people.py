"""What a person does in a channel: write, edit, delete, give a command."""

import asyncio
import secrets
from dataclasses import dataclass

from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.content import read_content
from tests.local_slack.courier import Delivery, Parcel
from tests.local_slack.events import (
    announce,
    announce_change,
    announce_deletion,
    message_json,
)
from tests.local_slack.response_urls import show
from tests.local_slack.slack import LocalSlack
from tests.local_slack.typed_text import encoded, escaped, leaves, rich_text
from tests.local_slack.workspace import (
    APP,
    OTHER_BOT,
    OTHER_USER,
    PEOPLE,
    TEAM,
    TEAM_DOMAIN,
    Channel,
    Message,
)

MESSAGES_OFF = "Sending messages to this app has been turned off."


@dataclass(frozen=True)
class Saying:
    """A message as it is typed; *is_encoded* text is taken as Slack sends it."""

    user: str
    channel: str
    text: str
    thread_ts: str | None = None
    is_encoded: bool = False
    has_file: bool = False


def require_person(user: str) -> None:
    """Raise if nobody in the workspace has this id."""
    if user not in PEOPLE:
        raise RefusedError("no such person", status=404, user=user)


def _channel_of(slack: LocalSlack, user: str, name: str) -> Channel:
    require_person(user)
    channel = slack.workspace.channel(name)
    if user not in channel.members:
        raise RefusedError("the person is not in this channel", status=403)
    return channel


def _file() -> Json:
    return {
        "id": f"F{secrets.token_hex(5).upper()}",
        "name": "draft.pdf",
        "mimetype": "application/pdf",
        "mode": "hosted",
    }


def say(
    slack: LocalSlack, saying: Saying, *, as_both: bool = False, twice: bool = False
) -> tuple[Message, list[Delivery]]:
    """Let a person write into a channel; return the message and its deliveries."""
    channel = _channel_of(slack, saying.user, saying.channel)
    if channel.kind == "im" and not slack.installation.manifest.takes_messages:
        raise RefusedError(MESSAGES_OFF, status=403)
    if not saying.text.strip() and not saying.has_file:
        raise RefusedError("an empty message cannot be sent", status=400)
    root = slack.workspace.root_of_thread(channel.id, saying.thread_ts)
    message = Message(
        channel=channel.id,
        ts=slack.clock.next_ts(),
        user=saying.user,
        text=saying.text,
        via="person",
        thread_ts=root,
        client_msg_id=secrets.token_hex(16),
        files=[_file()] if saying.has_file else [],
    )
    if not saying.is_encoded:
        _encode(slack, message)
    slack.workspace.add(message)
    return message, announce(slack, message, as_both=as_both, twice=twice)


def _encode(slack: LocalSlack, message: Message) -> None:
    names = slack.workspace.names
    parts = leaves(message.text, names)
    message.blocks = [rich_text(parts, secrets.token_urlsafe(4)[:5])] if parts else []
    message.text = encoded(parts, names)


def say_as_other_bot(
    slack: LocalSlack, saying: Saying
) -> tuple[Message, list[Delivery]]:
    """Let another app's bot write; its text is taken as Slack sends it."""
    channel = slack.workspace.channel(saying.channel)
    message = Message(
        channel=channel.id,
        ts=slack.clock.next_ts(),
        user=OTHER_USER,
        bot_id=OTHER_BOT,
        text=saying.text,
        via="other bot",
        thread_ts=slack.workspace.root_of_thread(channel.id, saying.thread_ts),
    )
    slack.workspace.add(message)
    return message, announce(slack, message)


def edit(slack: LocalSlack, channel: str, ts: str, text: str) -> list[Delivery]:
    """Let the author change a message."""
    message = slack.workspace.public_message(channel, ts)
    before = message_json(message)
    message.text = text
    _encode(slack, message)
    message.edited = {"user": message.user, "ts": slack.clock.next_ts()}
    return announce_change(slack, message, before)


def unfurl(slack: LocalSlack, channel: str, ts: str) -> list[Delivery]:
    """Let Slack add the preview of a link: a change that nobody made."""
    message = slack.workspace.public_message(channel, ts)
    before = message_json(message)
    preview = {"id": 1, "from_url": "https://www.example.gov.uk/", "fallback": "Page"}
    message.attachments = [*message.attachments, preview]
    return announce_change(slack, message, before)


def delete(slack: LocalSlack, channel: str, ts: str) -> list[Delivery]:
    """Let the author delete a message."""
    message = slack.workspace.public_message(channel, ts)
    message.deleted = True
    return announce_deletion(slack, message)


def outcome(delivery: Delivery) -> Json:
    """Return how a command or an interaction ended, for whoever caused it."""
    last = delivery.attempts[-1]
    return {
        "acknowledged": delivery.acknowledged,
        "status": last["status"],
        "ms": last["ms"],
        "error": delivery.error,
        "delivery": delivery.id,
        "trigger_id": delivery.parcel.payload.get("trigger_id"),
        "response_url": delivery.parcel.payload.get("response_url"),
    }


@dataclass(frozen=True)
class Command:
    """A slash command as it is typed."""

    user: str
    channel: str
    name: str
    text: str
    thread_ts: str | None = None


def _require_command(slack: LocalSlack, command: Command) -> None:
    installation = slack.installation
    is_there = command.name in installation.manifest.commands
    if not is_there or "commands" not in installation.scopes:
        told = f"{command.name} is not a valid command."
    elif command.thread_ts:
        told = f"{command.name} is not supported in threads. Sorry!"
    else:
        return
    slack.journal.notice(command.user, told, command.channel)
    raise RefusedError(told, status=403)


def _command_text(slack: LocalSlack, command: Command) -> str:
    if not slack.installation.manifest.commands[command.name]:
        return escaped(command.text)
    names = slack.workspace.names
    text = encoded(leaves(command.text, names), names)
    for user, name in slack.workspace.people.items():
        text = text.replace(f"<@{user}>", f"<@{user}|{name.lower()}>")
    return text


def _command_payload(slack: LocalSlack, command: Command, address: str) -> Json:
    channel = slack.workspace.channel(command.channel)
    # A private channel's name is not told to an app.
    shown_names = {"group": "privategroup"}
    return {
        "token": slack.installation.verification_token,
        "team_id": TEAM,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": shown_names.get(channel.kind, channel.name),
        "user_id": command.user,
        "user_name": PEOPLE[command.user].lower(),
        "command": command.name,
        "text": _command_text(slack, command),
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": f"{slack.url}/response/{address}",
        "trigger_id": slack.triggers.give(command.user),
    }


async def give_command(slack: LocalSlack, command: Command) -> Delivery:
    """Let a person give a slash command; an answer in the ack is shown to them."""
    channel = _channel_of(slack, command.user, command.channel)
    _require_command(slack, command)
    address = slack.responses.give(channel.id, command.user)
    payload = _command_payload(slack, command, address)
    parcel = Parcel("slash_commands", command.name, payload, accepts_answer=True)
    delivery = await slack.courier.hand_over(parcel)
    if delivery.error:
        told = f'{command.name} failed with the error "{delivery.error}"'
        slack.journal.notice(command.user, told, channel.id)
    elif delivery.ack_body:
        _show_answer(slack, delivery, address)
    return delivery


def _answer_in(ack_body: object) -> Json:
    if isinstance(ack_body, str):
        return {"text": ack_body}
    if not isinstance(ack_body, dict):
        raise RefusedError("invalid_command_response")
    return ack_body


def _show_answer(slack: LocalSlack, delivery: Delivery, address: str) -> None:
    try:
        body = _answer_in(delivery.ack_body)
        content = read_content(body, slack.journal, delivery.parcel.what)
        show(slack, slack.responses.peek(address), body, content)
    except RefusedError as error:
        slack.journal.refuse(delivery.parcel.what, error.error, error.messages)
        delivery.error = "invalid_command_response"


async def settled(
    slack: LocalSlack, deliveries: list[Delivery], *, wait: bool, timeout_s: float = 10
) -> list[str]:
    """Return the ids of *deliveries*, when they are settled if *wait* says so."""
    if wait:
        await slack.courier.settle(deliveries, timeout_s)
    else:
        await asyncio.sleep(0)
    return [delivery.id for delivery in deliveries]
