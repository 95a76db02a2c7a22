"""Talk to the bot without an account: ``python -m tests.local_slack.try_it``, or ``make serve``.

Starts the real bot against the local Slack and says where the page is.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.local_slack.clock import Clock
from tests.local_slack.installation import install, read_manifest
from tests.local_slack.server import running
from tests.local_slack.slack import LocalSlack

BOT = Path(sys.executable).with_name("guidance-bot")
MANIFEST = Path(__file__).resolve().parents[2] / "deploy" / "slack-manifest.yaml"
STOP_S = 30


@asynccontextmanager
async def bot(slack: LocalSlack) -> AsyncIterator[Process]:
    """Run the bot in Socket Mode against *slack*, with no tokens but its own."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("SLACK_")}
    installation = slack.installation
    environ |= {
        "SLACK_API_URL": f"{slack.url}/api/",
        "SLACK_BOT_TOKEN": installation.bot_token,
        "SLACK_APP_TOKEN": installation.app_token,
        "GUIDANCE_BOT_PORT": "0",
    }
    # A group of its own: Ctrl-C reaches us alone, and we stop it in order.
    started = await asyncio.create_subprocess_exec(
        BOT, "serve", env=environ, start_new_session=True
    )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            started.terminate()
        async with asyncio.timeout(STOP_S):
            await started.wait()


async def serve(port: int) -> int:
    """Serve until Ctrl-C or until the bot ends; return its exit code."""
    slack = LocalSlack(Clock(time.time), install(read_manifest(MANIFEST)))
    # A closed terminal ends us as Ctrl-C does, and the bot with us.
    here = asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, here.cancel)  # type: ignore[union-attr]
    async with running(slack, port=port), bot(slack) as started:
        sys.stderr.write(f"\n  Try it: {slack.url}/   (Ctrl-C ends it)\n\n")
        return await started.wait()


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.local_slack.try_it")
    parser.add_argument("--port", type=int, default=3900, help="0: a free one")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        sys.exit(asyncio.run(serve(arguments.port)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.stderr.write("stopped\n")
    except OSError as error:
        sys.exit(
            f"port {arguments.port}: {error.strerror}; make serve PORT=0 takes a free one"
        )


if __name__ == "__main__":
    main()
