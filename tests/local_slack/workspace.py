"""The workspace: who is in it, its channels and what was said there."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.clock import Clock
from tests.local_slack.elements import STATEFUL
from tests.local_slack.typed_text import Names

TEAM = "T0LOCAL"
TEAM_NAME = "Department of Civic Affairs"
TEAM_DOMAIN = "civic-affairs"
APP = "A0GUIDE"
BOT_USER = "U0GUIDE"
BOT = "B0GUIDE"
OTHER_USER = "U0OTHER"
OTHER_BOT = "B0OTHER"


@dataclass(frozen=True)
class Channel:
    """A channel, a private one ("group") or a direct message with the bot ("im")."""

    id: str
    name: str
    kind: str
    members: frozenset[str]


@dataclass
class Message:
    """A message as it stands now; ephemeral ones are shown to one person only."""

    channel: str
    ts: str
    user: str
    text: str
    via: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str | None = None
    client_msg_id: str | None = None
    ephemeral_to: str | None = None
    edited: Json | None = None
    deleted: bool = False
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)

    def seen_by(self, user: str) -> bool:
        """Whether *user* has this message before them."""
        return not self.deleted and self.ephemeral_to in (None, user)


PEOPLE = {"U0ANNA": "Anna", "U0BEN": "Ben"}
CHANNELS = (
    Channel("C0GENERAL", "general", "channel", frozenset({*PEOPLE, BOT_USER})),
    Channel("C0ELSE", "elsewhere", "channel", frozenset({"U0ANNA"})),
    Channel("G0PRIVATE", "private", "group", frozenset(PEOPLE)),
    Channel("D0ANNA", "directmessage", "im", frozenset({"U0ANNA", BOT_USER})),
    Channel("D0BEN", "directmessage", "im", frozenset({"U0BEN", BOT_USER})),
)


class Workspace:
    """People, channels and messages, oldest first."""

    def __init__(self, clock: Clock, bot_name: str) -> None:
        self.clock = clock
        self.people = {**PEOPLE, BOT_USER: bot_name, OTHER_USER: "otherbot"}
        self.channels = {channel.id: channel for channel in CHANNELS}
        self.messages: list[Message] = []
        # What each person has chosen in a message's menus and boxes so far.
        self.chosen: dict[tuple[str, str, str], Json] = {}

    @property
    def names(self) -> Names:
        """Return what a person can mention by typing its name."""
        people = {name.lower(): user for user, name in self.people.items()}
        named = {one.name: one.id for one in self.channels.values() if one.kind != "im"}
        return Names(people, named)

    def channel(self, name: str) -> Channel:
        """Return the channel with this id; a person's id means their direct message."""
        for channel in self.channels.values():
            if channel.id == name:
                return channel
            if channel.kind == "im" and name in PEOPLE and name in channel.members:
                return channel
        raise RefusedError("channel_not_found")

    def channel_of_bot(self, name: str) -> Channel:
        """Return the channel if our bot may post there.

        A private channel that the bot is not in does not exist for it.
        """
        channel = self.channel(name)
        if BOT_USER in channel.members:
            return channel
        if channel.kind == "channel":
            raise RefusedError("not_in_channel")
        raise RefusedError("channel_not_found")

    def add(self, message: Message) -> Message:
        """Keep *message*, its blocks with the ids that Slack gives them."""
        message.blocks = with_ids(message.blocks)
        self.messages.append(message)
        return message

    def redraw(self, message: Message, blocks: list[Json]) -> None:
        """Show *blocks* in *message* from now on."""
        message.blocks = with_ids(blocks)

    def message(self, channel: str, ts: object) -> Message:
        """Return the message of *channel* with this timestamp, if it still exists."""
        for message in self.messages:
            if (message.channel, message.ts) == (channel, ts) and not message.deleted:
                return message
        raise RefusedError("message_not_found")

    def public_message(self, channel: str, ts: object) -> Message:
        """Return a message that is not ephemeral: no method finds those again."""
        message = self.message(channel, ts)
        if message.ephemeral_to:
            raise RefusedError("message_not_found")
        return message

    def root_of_thread(self, channel: str, thread_ts: str | None) -> str | None:
        """Return the thread to reply in: its root, even if a reply was named."""
        if not thread_ts:
            return None
        try:
            root = self.public_message(channel, thread_ts)
        except RefusedError as error:
            raise RefusedError("thread_not_found") from error
        return root.thread_ts or root.ts

    def thread(self, channel: str, root: str) -> list[Message]:
        """Return the thread under the message *root*, oldest first, ephemeral ones apart."""
        return [
            message
            for message in self.messages
            if message.channel == channel
            and root in (message.ts, message.thread_ts)
            and not (message.deleted or message.ephemeral_to)
        ]

    def forget(self) -> None:
        """Empty the channels."""
        self.messages.clear()
        self.chosen.clear()


def _short_id() -> str:
    return secrets.token_urlsafe(4)[:5]


def _rendered(value: Any) -> Any:
    """Return a copy of *value* with the defaults that Slack writes into texts."""
    if isinstance(value, list):
        return [_rendered(item) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {name: _rendered(item) for name, item in value.items()}
    if copy.get("type") == "plain_text":
        copy.setdefault("emoji", True)
    elif copy.get("type") == "mrkdwn":
        copy.setdefault("verbatim", False)
    return copy


def _interactive(block: Json) -> Iterator[Json]:
    parts = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
    for part in parts:
        if part and (part["type"] in STATEFUL or _is_button(part["type"])):
            yield part


def _is_button(kind: str) -> bool:
    return kind in ("button", "overflow", "feedback_buttons", "icon_button")


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return *blocks* as Slack keeps them: each block and element has an id."""
    kept: list[Json] = _rendered(blocks)
    for block in kept:
        block.setdefault("block_id", _short_id())
        for element in _interactive(block):
            element.setdefault("action_id", _short_id())
    return kept
