"""The views methods of the Web API, and what an ack may do to a view."""

from typing import Any

from tests.local_slack import choices
from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.slack import LocalSlack
from tests.local_slack.view_rules import parsed_view
from tests.local_slack.views import View
from tests.local_slack.workspace import PEOPLE


def view_json(view: View) -> Json:
    """Return *view* with the state of its inputs."""
    return view.as_json(view_values(view))


def view_values(view: View) -> Json:
    """Return what the inputs of *view* hold, by block id and action id."""

    def made(block_id: str, action_id: str) -> Json | None:
        value: Json | None = view.values.get(block_id, {}).get(action_id)
        return value

    return choices.values(view.content["blocks"], made)


def open_view(slack: LocalSlack, arguments: Json) -> Json:
    """Open a modal in exchange for a trigger."""
    trigger = slack.triggers.redeem(arguments.get("trigger_id"))
    content = parsed_view(arguments.get("view"), kind="modal")
    view = slack.views.open(trigger.user, content)
    trigger.is_used = True
    slack.journal.touch()
    return {"view": view_json(view)}


def push_view(slack: LocalSlack, arguments: Json) -> Json:
    """Open a modal on top of the one in which the trigger was given."""
    trigger = slack.triggers.redeem(arguments.get("trigger_id"))
    content = parsed_view(arguments.get("view"), kind="modal")
    if trigger.view is None:
        raise RefusedError("not_found")
    view = slack.views.push(trigger.user, content)
    trigger.is_used = True
    slack.journal.touch()
    return {"view": view_json(view)}


def update_view(slack: LocalSlack, arguments: Json) -> Json:
    """Replace what a view shows, if it is still as the caller believes."""
    name = arguments.get("view_id") or arguments.get("external_id")
    view = slack.views.find(name)
    content = parsed_view(arguments.get("view"), kind=view.content["type"])
    expected = arguments.get("hash")
    if expected and expected != view.hash:
        raise RefusedError("hash_conflict")
    view.show(content)
    slack.journal.touch()
    return {"view": view_json(view)}


def publish_view(slack: LocalSlack, arguments: Json) -> Json:
    """Show a view on the Home tab of a person."""
    if not slack.installation.manifest.shows_home:
        raise RefusedError("not_enabled")
    user = arguments.get("user_id")
    if user not in PEOPLE:
        raise RefusedError("user_not_found")
    content = parsed_view(arguments.get("view"), kind="home")
    shown = slack.views.homes.get(user)
    if shown and arguments.get("hash") not in (None, "", shown.hash):
        raise RefusedError("hash_conflict")
    view = slack.views.publish(user, content)
    slack.journal.touch()
    return {"view": view_json(view)}


def _say_errors(view: View, errors: Any) -> None:
    inputs = {
        block["block_id"]
        for block in view.content["blocks"]
        if block["type"] == "input"
    }
    if not isinstance(errors, dict) or not errors or set(errors) - inputs:
        raise RefusedError(
            "invalid_response_action",
            messages=[f"[ERROR] errors are for inputs of the view: {sorted(inputs)}"],
        )
    view.errors = errors


def apply_ack(slack: LocalSlack, view: View, ack: Any) -> None:
    """Do to *view* what the ack of its submission says; nothing said closes it."""
    if ack in (None, "", {}):
        slack.views.close(view)
        return
    action = ack.get("response_action") if isinstance(ack, dict) else None
    if action == "clear":
        slack.views.close_all(view.user)
    elif action == "errors":
        _say_errors(view, ack.get("errors"))
    elif action == "update":
        view.show(parsed_view(ack.get("view"), kind="modal"))
    elif action == "push":
        slack.views.push(view.user, parsed_view(ack.get("view"), kind="modal"))
    else:
        raise RefusedError("invalid_response_action", messages=[str(action)])


METHODS = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
    "views.publish": publish_view,
}
