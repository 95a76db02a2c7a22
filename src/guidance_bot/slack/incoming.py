"""What Slack delivers → the question in it and where its answer goes; and what is no question."""

import html
import json
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Payload = Mapping[str, Any]

METADATA_CHARS: Final = 3_000
KEPT_S: Final = 3_600
MOST_KEPT: Final = 100_000
# A message with a file, and a reply that is also shown in the channel, are a
# person's; every other subtype (an edit, a deletion, a join) is news about one.
_SUBTYPES: Final = frozenset({None, "file_share", "thread_broadcast"})
_SLACKBOT: Final = "USLACKBOT"
_MARKUP: Final = re.compile(
    r"<(?P<sign>[@#!]?)(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer belongs. ``private``: only ``user`` sees what is sent there."""

    channel: str
    user: str
    thread: str | None = None
    response_url: str | None = None
    private: bool = False

    @property
    def is_direct(self) -> bool:
        """Tell whether this is a conversation of two."""
        return self.channel.startswith("D")

    def metadata(self) -> str:
        """Return this for a window to carry, without what would not fit there."""
        held = [self.channel, self.thread, self.response_url]
        if len(json.dumps(held)) > METADATA_CHARS:
            held[-1] = None
        return json.dumps(held)

    @classmethod
    def of_window(cls, metadata: str, user: str) -> "Place":
        """Return the place that a window carries; our conversation with *user* where
        it carries none.
        """
        try:
            held = json.loads(metadata)
            # A window in which a flow is walked carries more than its place.
            place = held["place"] if isinstance(held, dict) else held
            channel, thread, response_url = place
        except (ValueError, TypeError, KeyError, RecursionError):
            return cls(user, user)
        if not isinstance(channel, str):
            return cls(user, user)
        return cls(channel, user, thread, response_url, private=True)


class Once:
    """Remembers for an hour what was answered, in this process, by hashes alone.

    Slack delivers an event again when it believes that nobody heard it, and a
    mention as two events to an app that also reads the channel.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: OrderedDict[int, float] = OrderedDict()

    def first(self, *keys: Hashable) -> bool:
        """Tell whether none of *keys* was seen before, and remember them all."""
        now = self._clock()
        while self._until and (
            next(iter(self._until.values())) <= now or len(self._until) > MOST_KEPT
        ):
            self._until.popitem(last=False)
        is_first = not any(hash(key) in self._until for key in keys)
        for key in keys:
            self._until.setdefault(hash(key), now + KEPT_S)
        return is_first

    def forget(self, *keys: Hashable) -> None:
        """Forget *keys*: what was begun under them did not happen."""
        for key in keys:
            self._until.pop(hash(key), None)


def is_from_a_person(event: Payload, bot_user: str) -> bool:
    """Tell whether somebody wrote this: not a bot, not ourselves, not an edit."""
    # A mention that is edited is delivered as a mention again.
    return is_by_a_person(event, bot_user) and "edited" not in event


def is_by_a_person(message: Payload, bot_user: str) -> bool:
    """Tell whether somebody wrote *message*, edited since or not: no bot, not ourselves."""
    return (
        not message.get("bot_id")
        and message.get("subtype") in _SUBTYPES
        and bool(message.get("user"))
        and message["user"] not in (_SLACKBOT, bot_user)
        and not message.get("hidden")
    )


def question_in(text: str, bot_user: str = "") -> str:
    """Return what a person typed: Slack's markup undone, mentions left out.

    ``<#C1|general>`` becomes ``#general``, an address its label.
    """

    def read(match: re.Match[str]) -> str:
        label = match["label"] or ""
        if match["sign"] == "@":
            return " " if match["target"] == bot_user or not label else f"@{label}"
        if match["sign"] == "#":
            return f"#{label}" if label else " "
        if match["sign"] == "!":
            return label if match["target"].startswith("date^") else " "
        return label or match["target"]

    return html.unescape(_MARKUP.sub(read, text)).strip()


def place_of_event(event: Payload, *, threaded: bool) -> Place:
    """Return where the answer to a message goes: its thread, or the conversation.

    A direct message outside a thread is answered beside it unless *threaded*.
    """
    channel, thread = str(event.get("channel", "")), event.get("thread_ts")
    if threaded and thread is None:
        thread = event.get("ts")
    return Place(channel, str(event.get("user", "")), thread)


def place_of_command(body: Payload) -> Place:
    """Return where the answer to a slash command goes: to the person alone."""
    channel, user = str(body.get("channel_id", "")), str(body.get("user_id", ""))
    return Place(channel, user, None, body.get("response_url"), private=True)


def place_of_action(body: Payload) -> Place:
    """Return where the answer to a pressed button goes: to the person alone."""
    container = body.get("container") or {}
    user = str((body.get("user") or {}).get("id", ""))
    if "view" in body:
        return Place.of_window(body["view"].get("private_metadata", ""), user)
    return Place(
        str(container.get("channel_id", "")),
        user,
        container.get("thread_ts"),
        body.get("response_url"),
        private=True,
    )


def is_ephemeral(body: Payload) -> bool:
    """Tell whether the pressed button stands in a message that one person sees."""
    return bool((body.get("container") or {}).get("is_ephemeral"))


def pressed(body: Payload) -> Payload:
    """Return the button or menu that was used."""
    actions = body.get("actions") or [{}]
    return dict(actions[0])
