"""Everything that is and was in the local Slack, as tests read it."""

from dataclasses import asdict

from tests.local_slack.answers import Json
from tests.local_slack.modals import view_json
from tests.local_slack.slack import LocalSlack
from tests.local_slack.views import View
from tests.local_slack.workspace import PEOPLE, TEAM, TEAM_NAME


def _view(view: View) -> Json:
    return {**view_json(view), "errors": view.errors}


def _settings(slack: LocalSlack) -> Json:
    installation = slack.installation
    return {
        "transport": "sockets" if installation.manifest.uses_sockets else "http",
        "request_url": installation.request_url,
        "verified": installation.is_verified,
        "scopes": installation.scopes,
        "revoked": installation.is_revoked,
        "enforce_rates": slack.rates.are_enforced,
        "retry_delays": slack.courier.retry_delays_s,
        "ack_timeout": slack.courier.ack_timeout_s,
        "commands": sorted(installation.manifest.commands),
    }


def state(slack: LocalSlack) -> Json:
    """Return the whole state; it may be large."""
    workspace, journal = slack.workspace, slack.journal
    return {
        "revision": journal.revision,
        "now": slack.clock.now(),
        "team": {"id": TEAM, "name": TEAM_NAME},
        "people": [
            {"id": user, "name": name, "is_bot": user not in PEOPLE}
            for user, name in workspace.people.items()
        ],
        "channels": [
            {**asdict(channel), "members": sorted(channel.members)}
            for channel in workspace.channels.values()
        ],
        "messages": [asdict(message) for message in workspace.messages],
        "views": {
            user: [_view(view) for view in stack]
            for user, stack in slack.views.stacks.items()
        },
        "homes": {user: _view(view) for user, view in slack.views.homes.items()},
        "calls": journal.calls,
        "deliveries": [one.as_json() for one in slack.courier.deliveries],
        "warnings": journal.warnings,
        "refusals": journal.refusals,
        "notices": journal.notices,
        "connections": len(slack.sockets.connections),
        "settings": _settings(slack),
    }
