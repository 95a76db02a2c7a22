"""The list of listeners → the app manifest: only what somebody listens to is asked for."""

from typing import Any, Final

from guidance_bot.slack.app import LISTENING, scopes

EVENTS_PATH: Final = "/slack/events"
NAME: Final = "Guidance Bot"
DISPLAY_NAME: Final = "guidance"
DESCRIPTION: Final = (
    "Your organisation's social media guidance, with its sources and their authority."
)
AGENT_DESCRIPTION: Final = (
    "Answers questions about using social media at work with the passage of your "
    "organisation's guidance that applies. It quotes; it never makes a sentence up."
)
PROMPTS: Final = (
    ("Blog without my name", "Can I blog anonymously?"),
    ("Who signs off", "Who signs off a reply?"),
    ("Own or join", "Do we open our own forum or join theirs?"),
)


def manifest(*, url: str | None = None, agent: bool = False) -> dict[str, Any]:
    """Return the manifest of our Slack app, in Slack's second format.

    With *url*, where the bot is reached over https, Slack calls us; without,
    we call Slack (Socket Mode). *agent* adds the agent view, which needs a
    paid plan and cannot be taken back.
    """
    root = url.rstrip("/").removesuffix(EVENTS_PATH) if url else None
    address = f"{root}{EVENTS_PATH}" if root else None
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": NAME,
            "description": DESCRIPTION,
            "background_color": "#1d3557",
        },
        "features": _features(address, agent=agent),
        "oauth_config": {"scopes": {"bot": wanted_scopes(agent=agent)}},
        "settings": _settings(address),
    }


def wanted_scopes(*, agent: bool = False) -> list[str]:
    """Return the scopes that the bot needs, sorted."""
    return sorted(scopes() | ({"assistant:write"} if agent else set()))


def _features(address: str | None, *, agent: bool) -> dict[str, Any]:
    features: dict[str, Any] = {
        "bot_user": {"display_name": DISPLAY_NAME, "always_online": True},
        # Both, or nobody can write to the bot.
        "app_home": {
            "home_tab_enabled": False,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "slash_commands": [
            {
                "command": entry.name,
                **({"url": address} if address else {}),
                "description": entry.description,
                "usage_hint": entry.usage,
                "should_escape": True,
            }
            for entry in LISTENING
            if entry.kind == "command"
        ],
    }
    if agent:
        prompts = [{"title": title, "message": text} for title, text in PROMPTS]
        features["agent_view"] = {
            "agent_description": AGENT_DESCRIPTION,
            "suggested_prompts": prompts,
        }
    return features


def _settings(address: str | None) -> dict[str, Any]:
    where = {"request_url": address} if address else {}
    events = [e.subscribed or e.name for e in LISTENING if e.kind == "event"]
    return {
        "event_subscriptions": {**where, "bot_events": events},
        "interactivity": {"is_enabled": True, **where},
        "org_deploy_enabled": False,
        "socket_mode_enabled": address is None,
        # Cannot be turned off again, and tokens would live twelve hours.
        "token_rotation_enabled": False,
    }
