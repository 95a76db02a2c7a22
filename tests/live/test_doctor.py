"""``guidance-bot doctor`` names what keeps the bot from answering; ``serve`` does not start with it."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import page
from tests.live.command import Done, environ, guidance_bot
from tests.live.conftest import TOWN, Begin, write_folder
from tests.live.slack_processes import Json, Slack

OTHER_BOT_TOKEN = "xoxb-1-2-somebodyelses"  # noqa: S105 - nobody's
USER_TOKEN = "xoxp-1-2-apersonsown"  # noqa: S105 - nobody's
REFRESH_TOKEN = "xoxe-1-arefreshtoken"  # noqa: S105 - nobody's
DOCTOR, SERVE = "doctor --json", "serve"
AT_ONCE = 4
SLIP = page("## A heading\n\nText.\n").replace("owner:", "owner")


@pytest.fixture(scope="module")
def slack(begin: Begin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slack]:
    """A local Slack that nobody is connected to."""
    home = tmp_path_factory.mktemp("doctor") / "slack"
    found = Slack(home, "--manifest", begin.manifest("socket"))
    yield found
    found.stop()


@pytest.fixture(scope="module")
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        yield other.getsockname()[1]


@pytest.fixture(scope="module")
def dead() -> int:
    """A port on which nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port: int = other.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def slipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of guidance with one slip of the pen."""
    root = tmp_path_factory.mktemp("slipped")
    return write_folder(root, TOWN | {"guidance/personal/slip.md": SLIP})


@pytest.fixture(scope="module")
def env(
    slack: Slack, begin: Begin, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """An environment in which everything fits, over Socket Mode."""
    return environ(
        tmp_path_factory.mktemp("operator"),
        SLACK_BOT_TOKEN=slack.greeting["bot_token"],
        SLACK_APP_TOKEN=slack.greeting["app_token"],
        SLACK_API_URL=slack.greeting["api"],
        GUIDANCE_BOT_PORT="0",
        GUIDANCE_BOT_KNOWLEDGE=str(begin.town),
    )


@pytest.fixture(scope="module")
def web_env(env: dict[str, str], slack: Slack) -> dict[str, str]:
    """An environment in which everything fits, over HTTP."""
    signing = {"SLACK_SIGNING_SECRET": slack.greeting["signing_secret"]}
    return {k: v for k, v in env.items() if k != "SLACK_APP_TOKEN"} | signing


def printed(done: Done, env: dict[str, str]) -> str:
    """Return all that a process printed; no secret is in it, and no traceback."""
    text = (done.stdout + done.stderr).decode()
    held = [value for name, value in env.items() if _is_secret(name, value)]
    assert [one for one in held if one in text] == []
    assert "Traceback" not in text
    return text


def _is_secret(name: str, value: str) -> bool:
    return name.endswith(("TOKEN", "SECRET")) and len(value) > len("xapp-")


def errors(done: Done, env: dict[str, str]) -> list[Json]:
    """Return the errors that the doctor found; it exits 1 with any."""
    problems: list[Json] = json.loads(printed(done, env))["problems"]
    found = [problem for problem in problems if problem["level"] == "error"]
    assert done.returncode == (1 if found else 0)
    return found


def examined(env: dict[str, str]) -> list[Json]:
    """Return the errors that ``guidance-bot doctor`` finds in *env*."""
    return errors(guidance_bot("doctor", "--json", env=env), env)


@dataclass(frozen=True)
class Slip:
    """A mistake of an operator's, where the doctor sees it, and words of its mend."""

    where: str
    says: str
    mend: str
    change: dict[str, str | None]


SLIPS: dict[str, Slip] = {
    "no bot token": Slip(
        "SLACK_BOT_TOKEN",
        "not set",
        "OAuth & Permissions",
        {"SLACK_BOT_TOKEN": None},
    ),
    "a user's token": Slip(
        "SLACK_BOT_TOKEN",
        "a user's token",
        "Bot User OAuth Token",
        {"SLACK_BOT_TOKEN": USER_TOKEN},
    ),
    "a refresh token": Slip(
        "SLACK_BOT_TOKEN",
        "a refresh token",
        "Bot User OAuth Token",
        {"SLACK_BOT_TOKEN": REFRESH_TOKEN},
    ),
    "the app token as bot token": Slip(
        "SLACK_BOT_TOKEN",
        "an app-level token",
        "It belongs in SLACK_APP_TOKEN.",
        {"SLACK_BOT_TOKEN": "{app_token}"},
    ),
    "the bot token as app token": Slip(
        "SLACK_APP_TOKEN",
        "a bot token",
        "It belongs in SLACK_BOT_TOKEN.",
        {"SLACK_APP_TOKEN": "{bot_token}"},
    ),
    "no way in": Slip(
        "SLACK_APP_TOKEN",
        "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET",
        "Socket Mode",
        {"SLACK_APP_TOKEN": None},
    ),
    "a token of another app": Slip(
        "SLACK_BOT_TOKEN",
        "invalid_auth",
        "Bot User OAuth Token",
        {"SLACK_BOT_TOKEN": OTHER_BOT_TOKEN},
    ),
    "an app token of another app": Slip(
        "SLACK_APP_TOKEN",
        "invalid_auth",
        "App-Level Tokens",
        {"SLACK_APP_TOKEN": "xapp-1-A0OTHER-2-somebodyelses"},
    ),
    "a wrong address": Slip(
        "http://127.0.0.1:{dead}/api/",
        "does not answer",
        "127.0.0.1",
        {"SLACK_API_URL": "http://127.0.0.1:{dead}/api/"},
    ),
    "an address that is not Slack's": Slip(
        "{url}/page/",
        "does not answer",
        "SLACK_API_URL",
        {"SLACK_API_URL": "{url}/page/"},
    ),
    "an address that is none": Slip(
        "SLACK_API_URL",
        "'slack'",
        "https://slack.com/api/",
        {"SLACK_API_URL": "slack"},
    ),
    "a port in words": Slip(
        "GUIDANCE_BOT_PORT",
        "'three thousand'",
        "number",
        {"GUIDANCE_BOT_PORT": "three thousand"},
    ),
    "a port that is taken": Slip(
        "GUIDANCE_BOT_PORT",
        "{taken}",
        "free port",
        {"GUIDANCE_BOT_PORT": "{taken}"},
    ),
    "a host of another machine": Slip(
        "GUIDANCE_BOT_HOST",
        "'192.0.2.1'",
        "127.0.0.1",
        {"GUIDANCE_BOT_HOST": "192.0.2.1"},
    ),
    "a file that is not there": Slip(
        "SLACK_BOT_TOKEN_FILE",
        "/no/such/token",
        "path of a file",
        {"SLACK_BOT_TOKEN": None, "SLACK_BOT_TOKEN_FILE": "/no/such/token"},
    ),
    "a secret twice": Slip(
        "SLACK_BOT_TOKEN",
        "both set",
        "one of them",
        {"SLACK_BOT_TOKEN_FILE": "/no/such/token"},
    ),
    "a slip in a page": Slip(
        "{slipped}/guidance/personal/slip.md:4",
        "a key needs a colon",
        "guidance-bot check",
        {"GUIDANCE_BOT_KNOWLEDGE": "{slipped}"},
    ),
    "no such folder": Slip(
        "GUIDANCE_BOT_KNOWLEDGE",
        "/no/such/folder",
        "--knowledge",
        {"GUIDANCE_BOT_KNOWLEDGE": "/no/such/folder"},
    ),
}


# With these nobody would get an answer: serve does not start.
DEAF: dict[str, str] = {
    "a port that is taken": "GUIDANCE_BOT_PORT",
    "a token of another app": "SLACK_BOT_TOKEN",
    "a wrong address": "does not answer",
    "a file that is not there": "SLACK_BOT_TOKEN_FILE",
    "no such folder": "/no/such/folder",
}
Facts = dict[str, Any]


@pytest.fixture(scope="module")
def facts(slack: Slack, taken: int, dead: int, slipped: Path) -> Facts:
    """What stands for the braces in the table above."""
    return {**slack.greeting, "taken": taken, "dead": dead, "slipped": slipped}


def changed(env: dict[str, str], slip: Slip, facts: Facts) -> dict[str, str]:
    """Return *env* with the mistake in it."""
    new = {k: None if v is None else v.format(**facts) for k, v in slip.change.items()}
    return {k: v for k, v in (env | new).items() if v is not None}


@pytest.fixture(scope="module")
def outcomes(env: dict[str, str], facts: Facts) -> dict[tuple[str, str], Done]:
    """What came of each command with each slip; several at once, to save time."""

    def run(command: str, name: str) -> Done:
        wrong = changed(env, SLIPS[name], facts)
        return guidance_bot(*command.split(), env=wrong)

    runs = [(DOCTOR, name) for name in SLIPS] + [(SERVE, name) for name in DEAF]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(runs, pool.map(run, *zip(*runs, strict=True)), strict=True))


@pytest.mark.parametrize("name", SLIPS)
def test_each_slip_is_named_with_where_it_is_and_its_mend(
    name: str,
    outcomes: dict[tuple[str, str], Done],
    env: dict[str, str],
    facts: Facts,
) -> None:
    slip = SLIPS[name]

    found = errors(outcomes[DOCTOR, name], changed(env, slip, facts))

    assert [problem["where"] for problem in found] == [slip.where.format(**facts)]
    (problem,) = found
    assert slip.says.format(**facts) in problem["message"]
    assert slip.mend in problem["mend"]


@pytest.mark.parametrize("secret", ["0123456789", "f" * 31 + "G"])
def test_a_signing_secret_that_is_none_is_named(
    secret: str, web_env: dict[str, str]
) -> None:
    (problem,) = examined(web_env | {"SLACK_SIGNING_SECRET": secret})

    assert problem["where"] == "SLACK_SIGNING_SECRET"
    assert "App Credentials" in problem["mend"]


def test_a_revoked_token_is_named(slack: Slack, env: dict[str, str]) -> None:
    slack.control("settings", revoke=True)
    try:
        (problem,) = examined(env)
    finally:
        slack.control("settings", revoke=False)

    assert problem["where"] == "SLACK_BOT_TOKEN"
    assert "token_revoked" in problem["message"]


def test_each_missing_scope_is_named(slack: Slack, env: dict[str, str]) -> None:
    granted = slack.state()["settings"]["scopes"]
    slack.control("settings", scopes=["commands", "chat:write"])
    try:
        found = examined(env)
    finally:
        slack.control("settings", scopes=granted)

    wheres = {problem["where"] for problem in found}
    assert wheres == {"scope app_mentions:read", "scope im:history"}
    for problem in found:
        assert problem["where"].removeprefix("scope ") in problem["mend"]
        assert "Reinstall to Workspace" in problem["mend"]
        assert not problem["deafens"]


def test_a_scope_too_many_is_a_warning(slack: Slack, env: dict[str, str]) -> None:
    granted = slack.state()["settings"]["scopes"]
    slack.control("settings", scopes=[*granted, "channels:history"])
    try:
        done = guidance_bot("doctor", env=env)
    finally:
        slack.control("settings", scopes=granted)

    assert done.returncode == 0
    assert "channels:history" in printed(done, env)


def test_all_that_is_wrong_is_named_at_once(
    env: dict[str, str], taken: int, slipped: Path
) -> None:
    wrong = env | {
        "SLACK_BOT_TOKEN": USER_TOKEN,
        "SLACK_APP_TOKEN": OTHER_BOT_TOKEN,
        "GUIDANCE_BOT_PORT": str(taken),
        "GUIDANCE_BOT_KNOWLEDGE": str(slipped),
    }

    done = guidance_bot("doctor", env=wrong)

    assert done.returncode == 1
    text = " ".join(printed(done, wrong).split())
    for where in (
        "SLACK_BOT_TOKEN holds",
        "SLACK_APP_TOKEN holds",
        f"GUIDANCE_BOT_PORT is {taken}",
        f"{slipped}/guidance/personal/slip.md:4: ",
    ):
        assert where in text
    assert text.count("Mend: ") >= 4
    assert "4 errors" in text


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_where_everything_fits_the_doctor_says_so(
    mode: str, env: dict[str, str], web_env: dict[str, str]
) -> None:
    chosen = {"socket": env, "http": web_env}[mode]

    done = guidance_bot("doctor", env=chosen)

    text = " ".join(printed(done, chosen).split())
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Everything fits" in text
    assert "@guidance in Department of Civic Affairs; 4 scopes; 7 pages." in text
    assert ("over Socket Mode" in text) is (mode == "socket")


def test_a_secret_may_come_from_a_file(env: dict[str, str], tmp_path: Path) -> None:
    held = tmp_path / "token"
    held.write_text(f"{env['SLACK_BOT_TOKEN']}\n", encoding="utf-8")
    by_file = {k: v for k, v in env.items() if k != "SLACK_BOT_TOKEN"}

    assert examined(by_file | {"SLACK_BOT_TOKEN_FILE": str(held)}) == []


# serve


def complaints(done: Done, env: dict[str, str], code: int) -> list[str]:
    """Return what ``serve`` complained of, a line each, as it refused to start."""
    printed(done, env)
    assert (done.returncode, done.stdout) == (code, b""), done
    return done.stderr.decode().splitlines()


def test_serve_without_tokens_says_so_in_one_sentence(
    begin: Begin, tmp_path: Path
) -> None:
    env = environ(tmp_path, GUIDANCE_BOT_KNOWLEDGE=str(begin.town))

    (line,) = complaints(guidance_bot("serve", env=env), env, 2)

    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        assert name in line
    assert line.startswith("guidance-bot: ")
    assert "guidance-bot doctor" in line


@pytest.mark.parametrize("name", DEAF)
def test_serve_refuses_to_start_where_it_would_be_deaf(
    name: str,
    outcomes: dict[tuple[str, str], Done],
    env: dict[str, str],
    facts: Facts,
) -> None:
    wrong = changed(env, SLIPS[name], facts)

    (line,) = complaints(outcomes[SERVE, name], wrong, 2)

    assert line.startswith("guidance-bot: ")
    assert DEAF[name] in line


def test_serve_refuses_a_folder_with_an_error_and_names_its_line(
    env: dict[str, str], slipped: Path
) -> None:
    wrong = env | {"GUIDANCE_BOT_KNOWLEDGE": str(slipped)}

    lines = complaints(guidance_bot("serve", env=wrong), wrong, 1)

    assert lines[0].startswith(f"{slipped}/guidance/personal/slip.md:4: ")
    assert lines[-1] == "1 problem"
