"""What a person does with elements: click, choose, submit and close a modal."""

from dataclasses import dataclass
from typing import Any

from tests.local_slack import choices
from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.blocks import elements_in
from tests.local_slack.courier import Delivery, Parcel
from tests.local_slack.elements import STATEFUL
from tests.local_slack.events import message_json
from tests.local_slack.modals import apply_ack, view_json, view_values
from tests.local_slack.people import require_person
from tests.local_slack.slack import LocalSlack
from tests.local_slack.views import View
from tests.local_slack.workspace import APP, PEOPLE, TEAM, TEAM_DOMAIN, Message

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class Click:
    """Which element a person used, and the value of the option they chose in it."""

    user: str
    action_id: str
    block_id: str | None = None
    option: Any = None


def _find(blocks: list[Json], click: Click) -> tuple[Json, Json]:
    found = [
        (block, element)
        for block in blocks
        for element in elements_in(block)
        if element["action_id"] == click.action_id
        and click.block_id in (None, block["block_id"])
    ]
    if not found:
        raise RefusedError("no such element is shown", status=404)
    if len(found) > 1:
        raise RefusedError("several elements have this action_id", status=409)
    return found[0]


def _require_interactivity(slack: LocalSlack, user: str) -> None:
    require_person(user)
    if not slack.installation.manifest.is_interactive:
        told = "This app is not configured to handle interactive responses."
        slack.journal.notice(user, told)
        raise RefusedError(told, status=403)


def _payload(slack: LocalSlack, kind: str, user: str, trigger: str) -> Json:
    name = PEOPLE[user].lower()
    return {
        "type": kind,
        "user": {"id": user, "username": name, "name": name, "team_id": TEAM},
        "api_app_id": APP,
        "token": slack.installation.verification_token,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": trigger,
    }


async def _hand_over(slack: LocalSlack, user: str, parcel: Parcel) -> Delivery:
    delivery = await slack.courier.hand_over(parcel)
    if delivery.error:
        slack.journal.notice(user, f"{TROUBLE} ({delivery.error})")
    return delivery


def message_values(slack: LocalSlack, message: Message, user: str) -> Json:
    """Return what *user* has chosen in *message* so far."""
    key = f"{message.channel}/{message.ts}/{user}"

    def made(block_id: str, action_id: str) -> Json | None:
        return slack.workspace.chosen.get((key, block_id, action_id))

    return choices.values(message.blocks, made)


async def click_message(slack: LocalSlack, click: Click, message: Message) -> Delivery:
    """Let a person use an element of a message that is shown to them."""
    _require_interactivity(slack, click.user)
    channel = slack.workspace.channel(message.channel)
    if click.user not in channel.members or not message.seen_by(click.user):
        raise RefusedError("no such message is shown to this person", status=404)
    block, element = _find(message.blocks, click)
    made = choices.action(block, element, click.option, slack.clock.next_ts())
    if element["type"] in STATEFUL:
        key = f"{message.channel}/{message.ts}/{click.user}"
        value = choices.chosen(element, click.option)
        slack.workspace.chosen[key, block["block_id"], click.action_id] = value
    address = slack.responses.give(channel.id, click.user, message)
    payload = _payload(
        slack, "block_actions", click.user, slack.triggers.give(click.user)
    ) | {
        "container": _container(message),
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": message_values(slack, message, click.user)},
        "response_url": f"{slack.url}/response/{address}",
        "actions": [made],
    }
    if message.ephemeral_to is None:
        payload["message"] = message_json(message)
    parcel = Parcel("interactive", f"block_actions:{click.action_id}", payload)
    return await _hand_over(slack, click.user, parcel)


def _container(message: Message) -> Json:
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return container


def shown_view(slack: LocalSlack, user: str, name: str) -> View:
    """Return the view if it is what *user* has before them."""
    require_person(user)
    stack = slack.views.stack(user)
    home = slack.views.homes.get(user)
    candidates = [*stack[-1:], *([home] if home else [])]
    for view in candidates:
        if view.id == name:
            return view
    raise RefusedError("no such view is shown to this person", status=404)


async def click_view(slack: LocalSlack, click: Click, view: View) -> Delivery | None:
    """Let a person use an element of a view.

    An input that does not dispatch its actions only keeps the choice: then
    nothing is sent and nothing returned.
    """
    _require_interactivity(slack, click.user)
    block, element = _find(view.content["blocks"], click)
    made = choices.action(block, element, click.option, slack.clock.next_ts())
    if element["type"] in STATEFUL:
        kept = view.values.setdefault(block["block_id"], {})
        kept[click.action_id] = choices.chosen(element, click.option)
    slack.journal.touch()
    if block["type"] == "input" and not block.get("dispatch_action", False):
        return None
    trigger = slack.triggers.give(click.user, view.id)
    payload = _payload(slack, "block_actions", click.user, trigger) | {
        "container": {"type": "view", "view_id": view.id},
        "view": view_json(view),
        "actions": [made],
    }
    parcel = Parcel("interactive", f"block_actions:{click.action_id}", payload)
    return await _hand_over(slack, click.user, parcel)


def _fill_in(view: View, values: Json) -> None:
    for block_id, written in values.items():
        for action_id, value in written.items():
            _, element = _find(
                view.content["blocks"], Click(view.user, action_id, block_id)
            )
            kept = view.values.setdefault(block_id, {})
            kept[action_id] = choices.chosen(element, value)


async def submit(slack: LocalSlack, view: View, values: Json) -> Delivery:
    """Let a person fill in the topmost modal and press its submit button."""
    _require_interactivity(slack, view.user)
    if view.content.get("submit") is None:
        raise RefusedError("this view has no submit button", status=400)
    _fill_in(view, values)
    objections = choices.problems_before_submit(
        view.content["blocks"], view_values(view)
    )
    if objections:
        view.errors = objections
        slack.journal.touch()
        raise RefusedError("incomplete", status=422, problems=objections)
    trigger = slack.triggers.give(view.user, view.id)
    payload = _payload(slack, "view_submission", view.user, trigger)
    payload |= {"view": view_json(view), "response_urls": []}
    what = f"view_submission:{view.content.get('callback_id', '')}"
    parcel = Parcel("interactive", what, payload, accepts_answer=True)
    delivery = await _hand_over(slack, view.user, parcel)
    if delivery.acknowledged:
        _apply(slack, view, delivery)
    return delivery


def _apply(slack: LocalSlack, view: View, delivery: Delivery) -> None:
    try:
        apply_ack(slack, view, delivery.ack_body)
    except RefusedError as error:
        slack.journal.refuse(delivery.parcel.what, error.error, error.messages)
        slack.journal.notice(view.user, TROUBLE)
        delivery.error = error.error
    slack.journal.touch()


async def close(slack: LocalSlack, view: View) -> Delivery | None:
    """Let a person close the topmost modal; the app hears of it if it asked to."""
    slack.views.close(view)
    slack.journal.touch()
    if not view.content.get("notify_on_close", False):
        return None
    _require_interactivity(slack, view.user)
    payload = _payload(slack, "view_closed", view.user, "")
    del payload["trigger_id"]
    payload |= {"view": view_json(view), "is_cleared": False}
    what = f"view_closed:{view.content.get('callback_id', '')}"
    return await _hand_over(slack, view.user, Parcel("interactive", what, payload))
