"""What is said of each trouble with Slack, and its mend; no secret is ever part of it."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

Fault: TypeAlias = Literal["network", "certificate", "reply", "address"]

BOT: Final = "SLACK_BOT_TOKEN"
APP: Final = "SLACK_APP_TOKEN"
SIGNING: Final = "SLACK_SIGNING_SECRET"
PAGES: Final = "https://api.slack.com/apps → your app →"
# What each takes, and the form of that.
TAKES: Final = {
    BOT: ("a bot token (xoxb-…)", r"xoxb-[A-Za-z0-9_.-]+"),
    APP: ("an app-level token (xapp-…)", r"xapp-[A-Za-z0-9_.-]+"),
    SIGNING: ("the signing secret, 32 characters of 0-9 and a-f", r"[0-9a-f]{32}"),
}
COPY: Final = {
    BOT: f"Set SLACK_BOT_TOKEN to the Bot User OAuth Token (xoxb-…) of {PAGES} OAuth & Permissions, which is there after Install to Workspace.",
    APP: f"Set SLACK_APP_TOKEN to a token (xapp-…) with the scope connections:write from {PAGES} Basic Information → App-Level Tokens → Generate Token and Scopes.",
    SIGNING: f"Set SLACK_SIGNING_SECRET to the Signing Secret (not the Client Secret) of {PAGES} Basic Information → App Credentials.",
}
ROTATION: Final = "Token rotation cannot be turned off for an app: make a new app from what guidance-bot manifest prints, which leaves it off, and use the new app's tokens."
# How a value starts, what it is then, and its mend; the first that fits counts.
KINDS: Final[Sequence[tuple[str, str, str]]] = (
    (r"xoxe\.xoxb-", "a bot token that expires (xoxe.xoxb-…)", ROTATION),
    (r"xoxe\.xoxp-", "a user's or a configuration token (xoxe.xoxp-…)", "{copy}"),
    (r"xoxe-", "a refresh token (xoxe-…)", "{copy}"),
    (r"xoxb-", "a bot token (xoxb-…)", "It belongs in SLACK_BOT_TOKEN. {copy}"),
    (r"xoxp-", "a user's token (xoxp-…)", "{copy}"),
    (r"xapp-", "an app-level token (xapp-…)", "It belongs in SLACK_APP_TOKEN. {copy}"),
    (r"xoxa-", "a token of a retired kind of app (xoxa-…)", "{copy}"),
    (r"[0-9a-f]{32}$", "what looks like the signing secret", "{copy}"),
    (r"[\"'“‘<]", "quotation marks or brackets", "Write the value without them."),
    (r"", "something of another form", "{copy}"),
)
# What passes by itself: serve starts all the same, and waits for it.
PASSING: Final = "ratelimited internal_error fatal_error service_unavailable request_timeout org_login_required team_added_to_org".split()
LATER: Final = "Try again in a few minutes; https://slack-status.com tells of outages."
MOVING: Final = "Wait until the workspace has moved into its Slack organisation."
REFUSALS: Final[Mapping[str, str]] = {
    "invalid_auth": "Slack does not know the token in {name}",
    "account_inactive": "The app of {name} is no longer installed, or its workspace is closed",
    "token_revoked": "The token in {name} was revoked",
    "token_expired": "The token in {name} has expired, as token rotation is on",
    "not_allowed_token_type": "{name} holds another kind of token than Slack takes there",
    "missing_scope": "The token in {name} lacks the scope connections:write",
    "team_access_not_granted": "The app of {name} may not be used in this workspace",
    "socket_mode_not_enabled": "Socket Mode is off for the app of {name}",
}
MENDS: Final[Mapping[str, str]] = {
    "invalid_auth": "{copy} If it is the right one, see whether OAuth & Permissions → Restrict API Token Usage leaves out this machine's address.",
    "account_inactive": "Install the app again. {copy}",
    "token_revoked": "Only a new one works. {copy}",
    "token_expired": ROTATION,
    "team_access_not_granted": "Ask an owner of your Slack organisation to add the app to the workspace.",
    "org_login_required": MOVING,
    "team_added_to_org": MOVING,
    "socket_mode_not_enabled": f"Switch on Enable Socket Mode at {PAGES} Socket Mode.",
}
FAULTS: Final[Mapping[Fault, str]] = {
    "address": "Slack's own address is https://slack.com/api/: unset SLACK_API_URL, or correct it; a proxy that wants a login replies like this too.",
    "network": "Let this machine look up {host} and open HTTPS connections to it, or name your proxy in HTTPS_PROXY.",
    "certificate": "Set this machine's clock; where a proxy inspects TLS, name its root certificate in SSL_CERT_FILE.",
    "reply": f"{LATER} A proxy that wants a login replies like this too; so does a SLACK_API_URL that is not Slack's.",
}
WAYS_IN: Final = frozenset({"app_mentions:read", "commands", "im:history"})
WITHOUT: Final[Mapping[str, str]] = {
    "app_mentions:read": "mentions in channels do not reach the bot",
    "chat:write": "the bot cannot post an answer",
    "commands": "its slash commands do not exist",
    "im:history": "direct messages do not reach the bot",
}
HERE: Final = re.compile(r"localhost|127(\.\d+){3}|::1")
SLACK: Final = re.compile(r"(.+\.)?slack(-gov)?\.com")
# Somebody may put a token where a path or an address belongs.
SECRETS: Final = re.compile(
    r"(?P<kind>xox[a-z]\.xox[a-z]-|xox[a-z]-|xapp-)[^\s'\"]+|\b[0-9a-f]{32}\b|(?<=//)[^/\s]*(?=@)"
)


def masked(text: str) -> str:
    """Return *text* with whatever could be a secret in it left out."""
    return SECRETS.sub(r"\g<kind>…", text)
