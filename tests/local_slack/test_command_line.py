"""The process: its first line, its arguments, its end."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.local_slack.answers import Json
from tests.local_slack.installation import DEFAULT_SCOPES, Manifest, read_manifest
from tests.local_slack.stand_ins import HttpApp, Person

ROOT = Path(__file__).parents[2]
MANIFEST = """\
display_information: {name: Advice}
features:
  bot_user: {display_name: advice}
  app_home: {messages_tab_enabled: true, messages_tab_read_only_enabled: false}
  slash_commands:
    - {command: /advice, description: Ask, should_escape: true}
oauth_config: {scopes: {bot: [commands, "chat:write"]}}
settings:
  event_subscriptions: {bot_events: [app_mention]}
  interactivity: {is_enabled: false}
  socket_mode_enabled: false
"""

Process = tuple[asyncio.subprocess.Process, Json]


@asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[Process]:
    """Run the command line; give the process and its first line."""
    command = [sys.executable, "-m", "tests.local_slack", *arguments]
    running = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert running.stdout is not None
    try:
        async with asyncio.timeout(10):
            yield running, json.loads(await running.stdout.readline())
    finally:
        if running.returncode is None:
            running.terminate()
        await running.wait()


@pytest.fixture
def run(stack: AsyncExitStack) -> Callable[..., Awaitable[Process]]:
    async def started(*arguments: str) -> Process:
        return await stack.enter_async_context(process(*arguments))

    return started


Run = Callable[..., Awaitable[Process]]


async def test_the_first_line_says_where_it_listens(
    run: Run, session: aiohttp.ClientSession
) -> None:
    running, greeting = await run("--page")
    assert greeting["api"] == f"{greeting['url']}/api/"
    assert greeting["bot_token"].startswith("xoxb-")
    assert greeting["app_token"].startswith("xapp-")
    assert len(bytes.fromhex(greeting["signing_secret"])) == 16
    headers = {"Authorization": f"Bearer {greeting['bot_token']}"}
    async with session.post(f"{greeting['api']}auth.test", headers=headers) as response:
        assert (await response.json())["ok"]
        assert response.headers["X-OAuth-Scopes"] == ",".join(DEFAULT_SCOPES)
    running.send_signal(signal.SIGTERM)
    assert await running.wait() == 0


async def test_an_interrupt_ends_it_too(run: Run) -> None:
    running, _ = await run()
    running.send_signal(signal.SIGINT)
    assert await running.wait() == 0


async def test_a_manifest_scopes_and_a_request_url_are_taken(
    run: Run, session: aiohttp.ClientSession, http_app: HttpApp, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(MANIFEST, encoding="utf-8")
    _, greeting = await run(
        "--manifest", str(manifest),
        "--scopes", "commands",
        "--request-url", http_app.url,
    )  # fmt: skip
    person = Person(greeting["url"], session)
    state = await person.until(lambda state: state["settings"]["verified"])
    assert state["settings"]["transport"] == "http"
    assert state["settings"]["scopes"] == ["commands"]
    assert state["settings"]["commands"] == ["/advice"]
    assert [one["name"] for one in state["people"]][2] == "advice"


def test_a_manifest_says_what_the_app_is(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(MANIFEST, encoding="utf-8")
    assert read_manifest(path) == Manifest(
        display_name="advice",
        commands={"/advice": True},
        events=frozenset({"app_mention"}),
        scopes=("commands", "chat:write"),
        is_interactive=False,
        takes_messages=True,
        shows_messages=True,
        shows_home=False,
        uses_sockets=False,
    )


def test_an_empty_manifest_declares_nothing(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text("{}", encoding="utf-8")
    assert read_manifest(path) == Manifest(
        display_name="app",
        commands={},
        events=frozenset(),
        scopes=(),
        is_interactive=False,
        takes_messages=False,
        shows_messages=False,
        uses_sockets=False,
    )
