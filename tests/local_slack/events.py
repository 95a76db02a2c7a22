"""What happens in a channel, as the events that the app hears of it."""

import secrets

from tests.local_slack.answers import Json
from tests.local_slack.courier import Delivery, Parcel
from tests.local_slack.slack import LocalSlack
from tests.local_slack.typed_text import mentioned
from tests.local_slack.workspace import (
    APP,
    BOT,
    BOT_USER,
    OTHER_BOT,
    TEAM,
    Message,
)

MESSAGE_EVENTS = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
}
BOT_APPS = {BOT: APP, OTHER_BOT: "A0OTHER"}


def message_json(message: Message) -> Json:
    """Return *message* as events, answers and payloads carry it."""
    written: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": TEAM,
    }
    if message.bot_id:
        app = BOT_APPS[message.bot_id]
        written |= {"bot_id": message.bot_id, "app_id": app}
        written["bot_profile"] = {"id": message.bot_id, "app_id": app, "team_id": TEAM}
    if message.thread_ts:
        written["thread_ts"] = message.thread_ts
    for name in ("client_msg_id", "blocks", "edited", "attachments", "files"):
        if value := getattr(message, name):
            written[name] = value
    return written


def envelope(slack: LocalSlack, event: Json) -> Json:
    """Return the outer event that carries *event* to the app."""
    return {
        "token": slack.installation.verification_token,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(slack.clock.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": secrets.token_urlsafe(24),
    }


def _message_event(slack: LocalSlack, message: Message) -> Json:
    event = message_json(message) | {
        "channel": message.channel,
        "event_ts": message.ts,
        "channel_type": slack.workspace.channel(message.channel).kind,
    }
    if message.files:
        event |= {"subtype": "file_share", "upload": False}
    if message.thread_ts and not message.bot_id:
        root = slack.workspace.message(message.channel, message.thread_ts)
        event["parent_user_id"] = root.user
    return event


def _mention_event(message: Message) -> Json:
    # Unlike a message event it has neither a channel_type nor a subtype.
    event = message_json(message)
    return event | {
        "type": "app_mention",
        "channel": message.channel,
        "event_ts": message.ts,
    }


def _is_heard(
    slack: LocalSlack, channel: str, event: str, *, anyway: bool = False
) -> bool:
    in_channel = BOT_USER in slack.workspace.channel(channel).members
    return in_channel and (anyway or slack.installation.hears(event))


def _send(slack: LocalSlack, event: Json, name: str) -> Delivery:
    parcel = Parcel("events_api", name, envelope(slack, event))
    return slack.courier.post(parcel)


def announce(
    slack: LocalSlack, message: Message, *, as_both: bool = False, twice: bool = False
) -> list[Delivery]:
    """Tell the app of a new *message*, as far as it hears of such things.

    *as_both* sends a mention as app_mention and as message.channels whatever is
    subscribed and granted; *twice* sends each event again under the same event id.
    """
    kind = slack.workspace.channel(message.channel).kind
    name = MESSAGE_EVENTS[kind]
    told: list[tuple[str, Json]] = []
    # A mention in a direct message is not an app_mention, nor is one that our
    # own bot writes.
    may_mention = kind != "im" and message.bot_id != BOT
    if may_mention and (as_both or BOT_USER in mentioned(message.text)):
        told.append(("app_mention", _mention_event(message)))
    told.append((name, _message_event(slack, message)))
    heard = [
        Parcel("events_api", one, envelope(slack, event))
        for one, event in told
        if _is_heard(slack, message.channel, one, anyway=as_both)
    ]
    slack.journal.touch()
    return [slack.courier.post(one) for one in heard * (2 if twice else 1)]


def announce_change(
    slack: LocalSlack, message: Message, before: Json
) -> list[Delivery]:
    """Tell the app that *message* was edited or unfurled; *before* is the old one.

    A mention that its author edits is delivered as a mention again, with
    another event id.
    """
    after = message_json(message)
    event = {"message": after, "previous_message": before}
    told = _announce_hidden(slack, message, "message_changed", event)
    was_edited = after.get("edited") != before.get("edited")
    may_mention = slack.workspace.channel(message.channel).kind != "im"
    is_mention = may_mention and BOT_USER in mentioned(message.text)
    if was_edited and is_mention and _is_heard(slack, message.channel, "app_mention"):
        told.append(_send(slack, _mention_event(message), "app_mention"))
    return told


def announce_deletion(slack: LocalSlack, message: Message) -> list[Delivery]:
    """Tell the app that *message* is gone."""
    event = {
        "previous_message": message_json(message),
        "deleted_ts": message.ts,
    }
    return _announce_hidden(slack, message, "message_deleted", event)


def _announce_hidden(
    slack: LocalSlack, message: Message, subtype: str, event: Json
) -> list[Delivery]:
    slack.journal.touch()
    kind = slack.workspace.channel(message.channel).kind
    name = MESSAGE_EVENTS[kind]
    if message.ephemeral_to or not _is_heard(slack, message.channel, name):
        return []
    ts = slack.clock.next_ts()
    frame = {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": message.channel,
        "channel_type": kind,
        "ts": ts,
        "event_ts": ts,
    }
    return [_send(slack, frame | event, f"{name}:{subtype}")]
