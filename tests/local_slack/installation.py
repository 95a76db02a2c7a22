"""The app as its manifest declares it, and what it was granted in the workspace."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

DEFAULT_SCOPES = ("app_mentions:read", "chat:write", "commands", "im:history")
EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
}


@dataclass(frozen=True)
class Manifest:
    """What the app declares of itself: Slack sends nothing else to it."""

    display_name: str = "guidance"
    commands: dict[str, bool] = field(default_factory=lambda: {"/guidance": True})
    events: frozenset[str] = frozenset({"app_mention", "message.im"})
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    is_interactive: bool = True
    takes_messages: bool = True
    shows_messages: bool = True
    shows_home: bool = False
    uses_sockets: bool = True
    request_url: str | None = None


def read_manifest(path: Path) -> Manifest:
    """Return the app that the manifest at *path* declares (YAML or JSON).

    ``commands`` maps each command to its ``should_escape``.
    """
    written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    features = written.get("features", {})
    settings = written.get("settings", {})
    home = features.get("app_home", {})
    subscriptions = settings.get("event_subscriptions", {})
    shows_messages = home.get("messages_tab_enabled", False)
    return Manifest(
        display_name=features.get("bot_user", {}).get("display_name", "app"),
        commands={
            command["command"]: command.get("should_escape", False)
            for command in features.get("slash_commands", [])
        },
        events=frozenset(subscriptions.get("bot_events", [])),
        scopes=tuple(written.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
        is_interactive=settings.get("interactivity", {}).get("is_enabled", False),
        # Slack's default for the read-only switch is on.
        takes_messages=shows_messages
        and not home.get("messages_tab_read_only_enabled", True),
        shows_messages=shows_messages,
        shows_home=home.get("home_tab_enabled", False),
        uses_sockets=settings.get("socket_mode_enabled", False),
        request_url=subscriptions.get("request_url"),
    )


@dataclass
class Installation:
    """The app in this workspace: its tokens, its scopes, where its events go."""

    manifest: Manifest
    scopes: list[str]
    request_url: str | None = None
    is_verified: bool = False
    is_revoked: bool = False
    bot_token: str = field(
        default_factory=lambda: f"xoxb-1000-2000-{secrets.token_hex(12)}"
    )
    app_token: str = field(
        default_factory=lambda: f"xapp-1-A0GUIDE-3000-{secrets.token_hex(32)}"
    )
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    # Deprecated by Slack in favour of signatures, but still in every payload.
    verification_token: str = "verification"  # noqa: S105 - not a secret

    def hears(self, event: str) -> bool:
        """Whether *event* is subscribed to and its scope granted."""
        needed = EVENT_SCOPES.get(event)
        granted = needed is None or needed in self.scopes
        return event in self.manifest.events and granted


def install(
    manifest: Manifest,
    *,
    scopes: Iterable[str] | None = None,
    request_url: str | None = None,
) -> Installation:
    """Return *manifest* installed, with *scopes* instead of its own if given."""
    return Installation(
        manifest,
        list(manifest.scopes if scopes is None else scopes),
        request_url=request_url or manifest.request_url,
    )
