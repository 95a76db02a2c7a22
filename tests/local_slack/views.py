"""The modals that are open before each person, and their Home tabs."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.local_slack.answers import Json, RefusedError
from tests.local_slack.workspace import APP, BOT, TEAM, with_ids

STACK_LIMIT = 3


@dataclass
class View:
    """One view as it stands; its hash changes with every update."""

    id: str
    user: str
    content: Json
    previous: str | None = None
    root: str = ""
    hash: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    # What the person was told under an input after they pressed submit.
    errors: dict[str, str] = field(default_factory=dict)

    def show(self, content: Json) -> None:
        """Put *content* in place of what this view showed."""
        self.content = {**content, "blocks": with_ids(content["blocks"])}
        self.hash = f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"
        self.errors = {}

    def as_json(self, values: Json) -> Json:
        """Return the view as payloads and answers carry it."""
        optional = {"private_metadata": "", "callback_id": "", "external_id": ""}
        switches = {"clear_on_close": False, "notify_on_close": False}
        return {
            "id": self.id,
            "team_id": TEAM,
            "submit": None,
            "close": None,
            **optional,
            **switches,
            **self.content,
            "state": {"values": values},
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "app_id": APP,
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
        }


class Views:
    """The stack of modals of each person, the topmost last, and the Home tabs."""

    def __init__(self) -> None:
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        """Return the modals open before *user*."""
        return self.stacks.setdefault(user, [])

    def find(self, name: object) -> View:
        """Return the open view with this id or external id."""
        for view in [*self._open(), *self.homes.values()]:
            if name and name in (view.id, view.content.get("external_id")):
                return view
        raise RefusedError("not_found")

    def _open(self) -> list[View]:
        return [view for stack in self.stacks.values() for view in stack]

    def open(self, user: str, content: Json) -> View:
        """Show a modal to *user*, in place of the modals that were open."""
        self._require_new_external_id(content)
        view = _new_view(user, content)
        self.stacks[user] = [view]
        return view

    def push(self, user: str, content: Json) -> View:
        """Show a modal on top of those that are open."""
        stack = self.stack(user)
        if not stack:
            raise RefusedError("not_found")
        if len(stack) >= STACK_LIMIT:
            raise RefusedError("push_limit_reached")
        self._require_new_external_id(content)
        view = _new_view(user, content)
        view.previous, view.root = stack[-1].id, stack[0].root
        stack.append(view)
        return view

    def publish(self, user: str, content: Json) -> View:
        """Show *content* on the Home tab of *user*."""
        view = self.homes.get(user)
        if view is None:
            view = self.homes[user] = _new_view(user, content)
        else:
            view.show(content)
        return view

    def close(self, view: View) -> None:
        """Take *view* and what lies on top of it away."""
        stack = self.stack(view.user)
        if view in stack:
            del stack[stack.index(view) :]

    def close_all(self, user: str) -> None:
        """Take every modal of *user* away."""
        self.stacks[user] = []

    def forget(self) -> None:
        """Close everything."""
        self.stacks.clear()
        self.homes.clear()

    def _require_new_external_id(self, content: Json) -> None:
        name = content.get("external_id")
        if name and any(one.content.get("external_id") == name for one in self._open()):
            raise RefusedError("duplicate_external_id")


def _new_view(user: str, content: Json) -> View:
    name = f"V{secrets.token_hex(5).upper()}"
    view = View(name, user, content, root=name)
    view.show(content)
    return view
