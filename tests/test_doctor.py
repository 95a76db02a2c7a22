import errno
import json
import os
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from guidance_bot.doctor import (
    Corpus,
    Examination,
    Fault,
    Finding,
    Reply,
    UnreachableError,
    examine,
    findings_text,
    report_text,
)
from guidance_bot.errors import Problem
from guidance_bot.settings import SlackSettings

# Parts are joined here, so that nobody who scans for leaked tokens finds one.
BOT = "xoxb" + "-20123456789-20987654321-Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7"
APP = "xapp" + "-1-A0GUIDE00-20111222333-" + "a1b2c3d4" * 8
SIGNING = "8f742231b10e8888abcd99fe01234567"
SOCKET = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}
HTTP = {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING}
WANTED = frozenset({"app_mentions:read", "chat:write", "commands", "im:history"})
SIGNED_IN = Reply(ok=True, scopes=WANTED, team="Department of Tests", user="guidance")
Replies = Mapping[str, Reply | UnreachableError]


class FakeSlack:
    """Replies as it is told and remembers what it was asked with which token."""

    def __init__(self, replies: Replies) -> None:
        self.replies: Replies = {
            "auth.test": SIGNED_IN,
            "apps.connections.open": Reply(ok=True),
            **replies,
        }
        self.asked: list[tuple[str, str]] = []

    async def ask(self, method: str, token: str) -> Reply:
        self.asked.append((method, token))
        reply = self.replies[method]
        if isinstance(reply, UnreachableError):
            raise reply
        return reply


async def examined(
    environ: Mapping[str, str],
    replies: Replies | None = None,
    *,
    slack: FakeSlack | None = None,
    corpus: Corpus | None = None,
    refused: OSError | None = None,
) -> Examination:
    def try_address(_host: str, _port: int) -> None:
        if refused:
            raise refused

    read, problems = SlackSettings.read(environ)
    return await examine(
        read,
        problems,
        ask_slack=(slack or FakeSlack(replies or {})).ask,
        try_address=try_address,
        wanted_scopes=WANTED,
        optional_scopes={"assistant:write"},
        corpus=corpus or Corpus(pages=61),
    )


def only(found: Examination) -> Finding:
    (finding,) = found.findings
    return finding


async def test_a_bot_with_everything_in_place_is_told_so() -> None:
    found = await examined(SOCKET)
    assert (found.is_clean, found.findings, found.deafening) == (True, (), ())
    assert report_text(found, width=200) == (
        "Everything fits: serve listens over Socket Mode as @guidance in Department of Tests; 4 scopes; 61 pages."
    )
    assert found.as_json() == {
        "problems": [],
        "facts": {
            "listening": "over Socket Mode",
            "team": "Department of Tests",
            "bot": "guidance",
            "scopes": ("app_mentions:read", "chat:write", "commands", "im:history"),
            "pages": 61,
        },
    }
    found = await examined(HTTP)
    assert "listens on 127.0.0.1:3000 as" in report_text(found, width=200)


async def test_a_missing_bot_token_is_named() -> None:
    finding = only(await examined({"SLACK_APP_TOKEN": APP}))
    assert finding == Finding(
        "SLACK_BOT_TOKEN",
        "SLACK_BOT_TOKEN is not set, so the bot cannot sign in to Slack.",
        "Set SLACK_BOT_TOKEN to the Bot User OAuth Token (xoxb-…) of https://api.slack.com/apps → your app → OAuth & Permissions, which is there after Install to Workspace.",
        deafens=True,
    )


@pytest.mark.parametrize(
    ("value", "what", "mend"),
    [
        (APP, "an app-level token (xapp-…)", "It belongs in SLACK_APP_TOKEN. Set"),
        ("xoxp-1-2", "a user's token (xoxp-…)", "Set SLACK_BOT_TOKEN to the Bot"),
        ("xoxe-1-My0x", "a refresh token (xoxe-…)", "Set SLACK_BOT_TOKEN to the Bot"),
        ("xoxa-2-1", "a token of a retired kind of app (xoxa-…)", "Set SLACK_BOT"),
        (SIGNING, "what looks like the signing secret", "Set SLACK_BOT_TOKEN to"),
        (f'"{BOT}"', "quotation marks or brackets", "Write the value without them."),
        ("hello", "something of another form", "Set SLACK_BOT_TOKEN to the Bot"),
        (
            "xoxe.xoxp-1-My0x",
            "a user's or a configuration token (xoxe.xoxp-…)",
            "Set SLACK_BOT_TOKEN to the Bot User OAuth Token",
        ),
        (
            "xoxe.xoxb-1-My0x",
            "a bot token that expires (xoxe.xoxb-…)",
            "Token rotation cannot be turned off for an app: make a new app",
        ),
    ],
)
async def test_another_value_in_place_of_the_bot_token_is_named_for_what_it_is(
    value: str, what: str, mend: str
) -> None:
    slack = FakeSlack({})
    finding = only(await examined(SOCKET | {"SLACK_BOT_TOKEN": value}, slack=slack))
    assert finding.where == "SLACK_BOT_TOKEN"
    assert finding.message == (
        f"SLACK_BOT_TOKEN holds {what}; it takes a bot token (xoxb-…)."
    )
    assert finding.mend.startswith(mend)
    assert finding.deafens
    assert slack.asked == [("apps.connections.open", APP)]


@pytest.mark.parametrize("value", ["xoxb-", "xoxb-1 2", "xoxb-…", "xoxb-1\nxoxb-2"])
async def test_a_damaged_token_is_not_shown_to_slack(value: str) -> None:
    slack = FakeSlack({})
    found = await examined(HTTP | {"SLACK_BOT_TOKEN": value}, slack=slack)
    assert only(found).message == (
        "SLACK_BOT_TOKEN holds a bot token (xoxb-…) that is cut short or has a stray character."
    )
    assert slack.asked == []


async def test_swapped_tokens_are_each_told_where_they_belong() -> None:
    slack = FakeSlack({})
    found = await examined(
        {"SLACK_BOT_TOKEN": APP, "SLACK_APP_TOKEN": BOT}, slack=slack
    )
    assert [
        (x.where, x.message, x.mend.partition(". ")[0]) for x in found.findings
    ] == [
        (
            "SLACK_BOT_TOKEN",
            "SLACK_BOT_TOKEN holds an app-level token (xapp-…); it takes a bot token (xoxb-…).",
            "It belongs in SLACK_APP_TOKEN",
        ),
        (
            "SLACK_APP_TOKEN",
            "SLACK_APP_TOKEN holds a bot token (xoxb-…); it takes an app-level token (xapp-…).",
            "It belongs in SLACK_BOT_TOKEN",
        ),
    ]
    assert slack.asked == []


async def test_without_a_way_for_slack_to_reach_it_the_bot_is_deaf() -> None:
    finding = only(await examined({"SLACK_BOT_TOKEN": BOT}))
    assert (finding.where, finding.deafens) == ("SLACK_APP_TOKEN", True)
    assert finding.message == (
        "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so nothing reaches the bot."
    )
    assert "Basic Information → App-Level Tokens" in finding.mend
    assert "Basic Information → App Credentials" in finding.mend


@pytest.mark.parametrize(
    ("value", "what", "deafens"),
    [
        (SIGNING[:-1], "something of another form", False),
        (SIGNING.upper(), "something of another form", False),
        (BOT, "a bot token (xoxb-…)", True),
    ],
)
async def test_a_signing_secret_of_another_form_is_an_error_where_slack_signs(
    value: str, what: str, deafens: bool
) -> None:
    finding = only(await examined(HTTP | {"SLACK_SIGNING_SECRET": value}))
    assert finding.where == "SLACK_SIGNING_SECRET"
    assert finding.message == (
        f"SLACK_SIGNING_SECRET holds {what}; it takes the signing secret, 32 characters of 0-9 and a-f."
    )
    assert "Signing Secret (not the Client Secret)" in finding.mend
    assert (finding.level, finding.deafens) == ("error", deafens)
    unused = only(await examined(SOCKET | {"SLACK_SIGNING_SECRET": value}))
    assert (unused.level, unused.deafens) == ("warning", False)


@pytest.mark.parametrize(
    ("error", "message", "mend"),
    [
        (
            "invalid_auth",
            "Slack does not know the token in SLACK_BOT_TOKEN",
            "Restrict API Token Usage leaves out this machine's address.",
        ),
        (
            "account_inactive",
            "The app of SLACK_BOT_TOKEN is no longer installed, or its workspace is closed",
            "Install the app again. Set SLACK_BOT_TOKEN",
        ),
        (
            "token_revoked",
            "The token in SLACK_BOT_TOKEN was revoked",
            "Only a new one works. Set SLACK_BOT_TOKEN",
        ),
        (
            "token_expired",
            "The token in SLACK_BOT_TOKEN has expired, as token rotation is on",
            "Token rotation cannot be turned off for an app",
        ),
        (
            "not_allowed_token_type",
            "SLACK_BOT_TOKEN holds another kind of token than Slack takes there",
            "Set SLACK_BOT_TOKEN to the Bot User OAuth Token",
        ),
        (
            "team_access_not_granted",
            "The app of SLACK_BOT_TOKEN may not be used in this workspace",
            "Ask an owner of your Slack organisation to add the app",
        ),
        (
            "brand_new_error",
            "Slack refuses the token in SLACK_BOT_TOKEN",
            "Set SLACK_BOT_TOKEN to the Bot User OAuth Token",
        ),
    ],
)
async def test_a_bot_token_that_slack_refuses_is_mended_by_slacks_reason(
    error: str, message: str, mend: str
) -> None:
    finding = only(await examined(SOCKET, {"auth.test": Reply(ok=False, error=error)}))
    assert finding.where == "SLACK_BOT_TOKEN"
    assert finding.message == f"{message} ({error})."
    assert mend in finding.mend
    assert finding.deafens


@pytest.mark.parametrize(
    ("error", "message", "mend"),
    [
        (
            "invalid_auth",
            "Slack does not know the token in SLACK_APP_TOKEN",
            "App-Level Tokens → Generate Token and Scopes.",
        ),
        (
            "missing_scope",
            "The token in SLACK_APP_TOKEN lacks the scope connections:write",
            "Set SLACK_APP_TOKEN to a token (xapp-…) with the scope connections:write",
        ),
        (
            "socket_mode_not_enabled",
            "Socket Mode is off for the app of SLACK_APP_TOKEN",
            "Switch on Enable Socket Mode at https://api.slack.com/apps → your app → Socket Mode.",
        ),
    ],
)
async def test_an_app_token_that_opens_no_connection_is_mended_by_slacks_reason(
    error: str, message: str, mend: str
) -> None:
    refused = {"apps.connections.open": Reply(ok=False, error=error)}
    finding = only(await examined(SOCKET, refused))
    assert finding.where == "SLACK_APP_TOKEN"
    assert finding.message == f"{message} ({error})."
    assert mend in finding.mend
    assert finding.deafens


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        ("ratelimited", "Try again in a few minutes"),
        ("internal_error", "Try again in a few minutes"),
        ("org_login_required", "Wait until the workspace has moved"),
        ("team_added_to_org", "Wait until the workspace has moved"),
    ],
)
async def test_what_passes_by_itself_does_not_keep_serve_from_starting(
    error: str, mend: str
) -> None:
    busy = Reply(ok=False, error=error)
    found = await examined(SOCKET, {"auth.test": busy, "apps.connections.open": busy})
    finding = only(found)
    assert finding.where == "https://slack.com/api/"
    assert finding.message == (
        f"https://slack.com/api/ cannot serve the bot just now ({error})."
    )
    assert finding.mend.startswith(mend)
    assert (found.is_clean, found.deafening) == (False, ())


@pytest.mark.parametrize(
    ("scope", "without", "deafens"),
    [
        ("app_mentions:read", "mentions in channels do not reach the bot", False),
        ("chat:write", "the bot cannot post an answer", True),
        ("commands", "its slash commands do not exist", False),
        ("im:history", "direct messages do not reach the bot", False),
    ],
)
async def test_each_missing_scope_is_named_with_what_it_costs(
    scope: str, without: str, deafens: bool
) -> None:
    granted = replace(SIGNED_IN, scopes=WANTED - {scope})
    assert only(await examined(SOCKET, {"auth.test": granted})) == Finding(
        f"scope {scope}",
        f"SLACK_BOT_TOKEN lacks the scope {scope}: {without}.",
        f"Add {scope} at https://api.slack.com/apps → your app → OAuth & Permissions → Bot Token Scopes, then choose Reinstall to Workspace.",
        deafens=deafens,
    )


async def test_a_bot_without_any_way_in_is_deaf() -> None:
    granted = replace(SIGNED_IN, scopes=frozenset({"chat:write"}))
    found = await examined(SOCKET, {"auth.test": granted})
    assert [finding.where for finding in found.deafening] == [
        "scope app_mentions:read",
        "scope commands",
        "scope im:history",
    ]


async def test_scopes_that_nothing_needs_are_a_warning() -> None:
    scopes = WANTED | {"users:read", "channels:history", "assistant:write"}
    granted = replace(SIGNED_IN, scopes=scopes)
    found = await examined(SOCKET, {"auth.test": granted})
    finding = only(found)
    assert (finding.where, finding.level) == ("scopes", "warning")
    assert finding.message == (
        "SLACK_BOT_TOKEN has scopes that the bot does not use: channels:history, users:read."
    )
    assert finding.mend.startswith("Remove them at https://api.slack.com/apps →")
    assert found.is_clean
    assert "Everything fits (1 warning): serve listens" in report_text(found, width=200)


async def test_scopes_that_slack_does_not_name_are_not_called_missing() -> None:
    unnamed = replace(SIGNED_IN, scopes=None)
    finding = only(await examined(SOCKET, {"auth.test": unnamed}))
    assert (finding.where, finding.level) == ("scopes", "warning")
    assert "x-oauth-scopes" in finding.mend


@pytest.mark.parametrize(
    ("fault", "reason", "mend", "deafens"),
    [
        (
            "network",
            "the name slack.com is not found",
            "Let this machine look up slack.com and open HTTPS connections to it, or name your proxy in HTTPS_PROXY.",
            False,
        ),
        (
            "certificate",
            "its certificate is not trusted",
            "Set this machine's clock; where a proxy inspects TLS, name its root certificate in SSL_CERT_FILE.",
            True,
        ),
        (
            "reply",
            "the reply is HTTP 503",
            "Try again in a few minutes; https://slack-status.com tells of outages. A proxy that wants a login replies like this too; so does a SLACK_API_URL that is not Slack's.",
            False,
        ),
    ],
)
async def test_an_address_that_does_not_answer_is_one_finding(
    fault: Fault, reason: str, mend: str, deafens: bool
) -> None:
    lost: Replies = {
        "auth.test": UnreachableError(fault, reason),
        "apps.connections.open": UnreachableError("network", "no reply came in time"),
    }
    assert only(await examined(SOCKET, lost)) == Finding(
        "https://slack.com/api/",
        f"https://slack.com/api/ does not answer: {reason}.",
        mend,
        deafens=deafens,
    )


async def test_an_address_of_ones_own_that_does_not_answer_deafens() -> None:
    lost = {"auth.test": UnreachableError("network", "the connection is refused")}
    environ = HTTP | {"SLACK_API_URL": "http://127.0.0.1:9/api"}
    found = await examined(environ, lost)
    assert [(x.where, x.level, x.deafens) for x in found.findings] == [
        ("http://127.0.0.1:9/api/", "error", True),
        ("SLACK_API_URL", "warning", False),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://slack.com/api/",
        "https://acme.enterprise.slack.com/api/",
        "https://slack-gov.com/api/",
    ],
)
async def test_slacks_own_addresses_pass(url: str) -> None:
    assert (await examined(SOCKET | {"SLACK_API_URL": url})).findings == ()


async def test_an_address_with_a_password_in_it_is_refused_without_showing_it() -> None:
    environ = SOCKET | {"SLACK_API_URL": "https://me:hunter2@notslack.com/api/"}
    finding = only(await examined(environ))
    assert (finding.where, finding.level) == ("SLACK_API_URL", "error")
    assert "hunter2" not in findings_text([finding])


async def test_another_address_than_slacks_is_a_warning() -> None:
    environ = SOCKET | {"SLACK_API_URL": "https://notslack.com/api/"}
    finding = only(await examined(environ))
    assert (finding.where, finding.level) == ("SLACK_API_URL", "warning")
    assert finding.message == (
        "SLACK_API_URL is https://notslack.com/api/, not Slack: the tokens and every answer go there."
    )
    assert finding.mend.startswith("Unset it, unless this is your own gateway")


@pytest.mark.parametrize("host", ["slack.com", "127.0.0.1.example", "10.0.0.7"])
async def test_tokens_are_not_sent_where_others_can_read_them(host: str) -> None:
    slack = FakeSlack({})
    environ = SOCKET | {"SLACK_API_URL": f"http://{host}/api/"}
    assert only(await examined(environ, slack=slack)) == Finding(
        "SLACK_API_URL",
        f"SLACK_API_URL is http://{host}/api/, where others can read the tokens.",
        "Unset it, or give an address that begins with https://.",
        deafens=True,
    )
    assert slack.asked == []


@pytest.mark.parametrize("value", ["http", "70000", "-1"])
async def test_a_port_that_is_no_number_is_named_once(value: str) -> None:
    taken = OSError(errno.EADDRINUSE, "Address already in use")
    found = await examined(HTTP | {"GUIDANCE_BOT_PORT": value}, refused=taken)
    assert only(found) == Finding(
        "GUIDANCE_BOT_PORT",
        f"GUIDANCE_BOT_PORT is '{value}', which cannot be used.",
        "It takes a number from 0 to 65535, 3000 unless you say otherwise.",
        deafens=True,
    )


@pytest.mark.parametrize(
    ("error", "where", "message", "mend"),
    [
        (
            OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE)),
            "GUIDANCE_BOT_PORT",
            "GUIDANCE_BOT_PORT is 80, which another program on 192.0.2.1 has taken.",
            "Stop that program, or set GUIDANCE_BOT_PORT to a free port.",
        ),
        (
            OSError(errno.EACCES, os.strerror(errno.EACCES)),
            "GUIDANCE_BOT_PORT",
            "GUIDANCE_BOT_PORT is 80, which this account may not open.",
            "Set GUIDANCE_BOT_PORT to 1024 or more, behind a reverse proxy.",
        ),
        (
            OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"),
            "GUIDANCE_BOT_HOST",
            "GUIDANCE_BOT_HOST is '192.0.2.1', where this machine cannot listen: Cannot assign requested address.",
            "Set GUIDANCE_BOT_HOST to 127.0.0.1, behind a reverse proxy on this machine",
        ),
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            "GUIDANCE_BOT_HOST",
            "GUIDANCE_BOT_HOST is '192.0.2.1', where this machine cannot listen: Name or service not known.",
            "Set GUIDANCE_BOT_HOST to 127.0.0.1, behind a reverse proxy on this machine",
        ),
    ],
)
async def test_an_address_where_the_bot_cannot_listen_is_named(
    error: OSError, where: str, message: str, mend: str
) -> None:
    address = {"GUIDANCE_BOT_HOST": "192.0.2.1", "GUIDANCE_BOT_PORT": "80"}
    for mode in (HTTP, SOCKET):
        finding = only(await examined(mode | address, refused=error))
        assert (finding.where, finding.message) == (where, message)
        assert finding.mend.startswith(mend)
        assert finding.deafens


async def test_a_setting_and_its_file_are_one_too_many(tmp_path: Path) -> None:
    environ = SOCKET | {"SLACK_BOT_TOKEN_FILE": str(tmp_path / "token")}
    assert only(await examined(environ)) == Finding(
        "SLACK_BOT_TOKEN",
        "SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set.",
        "Keep one of them.",
        deafens=True,
    )


async def test_a_file_that_cannot_be_read_is_named_and_its_secret_not_called_missing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a; b"
    for name in SOCKET:
        environ = {x: y for x, y in SOCKET.items() if x != name}
        finding = only(await examined(environ | {f"{name}_FILE": str(path)}))
        assert finding.where == f"{name}_FILE"
        assert finding.message == (
            f"{name}_FILE is {str(path)!r}, which cannot be read: No such file or directory."
        )
        assert finding.mend == (
            "It takes the path of a file with the value, which the bot's account may read."
        )


async def test_knowledge_that_cannot_be_used_is_named_line_by_line() -> None:
    corpus = Corpus(
        problems=(
            Problem("guidance/a.md", 3, "owner: nobody is called 'x'"),
            Problem("guidance/a.md", 4, "this page is due for review", "warning"),
        ),
    )
    finding = only(await examined(SOCKET, corpus=corpus))
    assert findings_text([finding], width=200) == (
        "guidance/a.md:3: owner: nobody is called 'x'\n"
        "  Mend: Mend that line; guidance-bot check lists all that is wrong with the folder."
    )
    missing = Corpus(
        unusable="there is no folder '/x'; --knowledge and GUIDANCE_BOT_KNOWLEDGE name folders of guidance"
    )
    assert only(await examined(SOCKET, corpus=missing)) == Finding(
        "GUIDANCE_BOT_KNOWLEDGE",
        "there is no folder '/x'.",
        "Name a folder of guidance with --knowledge or GUIDANCE_BOT_KNOWLEDGE.",
        deafens=True,
    )


async def test_an_index_that_cannot_be_kept_is_a_warning() -> None:
    corpus = Corpus(
        uncached="the index cannot be kept in /c (Read-only file system); it is built anew each time. GUIDANCE_BOT_CACHE names another folder"
    )
    finding = only(await examined(SOCKET, corpus=corpus))
    assert (finding.where, finding.level) == ("GUIDANCE_BOT_CACHE", "warning")
    assert finding.message == (
        "the index cannot be kept in /c (Read-only file system)."
    )
    assert "set GUIDANCE_BOT_CACHE to a folder where it may" in finding.mend


async def test_several_problems_come_at_once_and_the_worst_first() -> None:
    found = await examined(
        {
            "SLACK_BOT_TOKEN": BOT,
            "SLACK_SIGNING_SECRET": "short",
            "GUIDANCE_BOT_PORT": "http",
            "SLACK_API_URL": "https://gateway.example/api/",
        },
        {"auth.test": replace(SIGNED_IN, scopes=WANTED - {"commands"})},
        corpus=Corpus(problems=(Problem("guidance/a.md", 3, "no title"),)),
    )
    assert [finding.where for finding in found.findings] == [
        "GUIDANCE_BOT_PORT",
        "guidance/a.md:3",
        "SLACK_SIGNING_SECRET",
        "scope commands",
        "SLACK_API_URL",
    ]
    lines = report_text(found, width=79).splitlines()
    assert lines[-1] == "4 errors, 1 warning: guidance-bot serve does not start."
    assert max(map(len, lines)) <= 79
    document = json.loads(json.dumps(found.as_json()))
    assert document["problems"][0] == {
        "where": "GUIDANCE_BOT_PORT",
        "level": "error",
        "message": "GUIDANCE_BOT_PORT is 'http', which cannot be used.",
        "mend": "It takes a number from 0 to 65535, 3000 unless you say otherwise.",
        "deafens": True,
    }
    assert document["facts"]["team"] == "Department of Tests"


@pytest.mark.parametrize("value", [BOT, APP, SIGNING, f'"{BOT}"', f"{APP} {BOT}"])
@pytest.mark.parametrize(
    "name",
    [
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_BOT_TOKEN_FILE",
        "SLACK_APP_TOKEN_FILE",
        "SLACK_SIGNING_SECRET_FILE",
        "SLACK_API_URL",
        "GUIDANCE_BOT_PORT",
    ],
)
async def test_no_secret_is_ever_shown(name: str, value: str) -> None:
    refused = Reply(ok=False, error="invalid_auth")
    for environ in (SOCKET, HTTP, {}):
        for replies in ({}, {"auth.test": refused, "apps.connections.open": refused}):
            found = await examined({**environ, name: value}, replies)
            shown = report_text(found, width=9999) + json.dumps(found.as_json())
            for secret in (BOT, APP, SIGNING):
                assert secret not in shown
                assert secret[10:] not in shown


async def test_what_the_network_says_is_shown_without_secrets() -> None:
    reason = f"GET https://me:hunter2@proxy.example failed with Bearer {BOT}\x1b[2J"
    found = await examined(HTTP, {"auth.test": UnreachableError("network", reason)})
    shown = report_text(found, width=200)
    assert "GET https://…@proxy.example failed with Bearer xoxb-…" in shown
    assert "\x1b" not in shown
