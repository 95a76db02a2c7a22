"""The command line: ``python -m tests.local_slack``."""

import argparse
import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.local_slack.clock import Clock
from tests.local_slack.installation import Manifest, install, read_manifest
from tests.local_slack.server import running
from tests.local_slack.slack import LocalSlack

log = logging.getLogger("local_slack")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.local_slack",
        description="A strict local Slack on 127.0.0.1, until it is told to stop.",
    )
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--manifest", type=Path, help="the app's manifest, in YAML")
    parser.add_argument("--request-url", help="where events go without Socket Mode")
    parser.add_argument("--scopes", help="granted instead of the manifest's, a,b,c")
    parser.add_argument(
        "--page", action="store_true", help="log the address of the try-it page"
    )
    return parser.parse_args(given)


def _greeting(slack: LocalSlack) -> str:
    installation = slack.installation
    return json.dumps(
        {
            "url": slack.url,
            "api": f"{slack.url}/api/",
            "bot_token": installation.bot_token,
            "app_token": installation.app_token,
            "signing_secret": installation.signing_secret,
        }
    )


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT; the first line of stdout says where."""
    manifest = read_manifest(arguments.manifest) if arguments.manifest else Manifest()
    scopes = arguments.scopes
    installation = install(
        manifest,
        scopes=None if scopes is None else [one for one in scopes.split(",") if one],
        request_url=arguments.request_url,
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    slack = LocalSlack(Clock(time.time), installation)
    async with running(slack, port=arguments.port):
        sys.stdout.write(_greeting(slack) + "\n")
        sys.stdout.flush()
        if arguments.page:
            log.info("try it: %s/", slack.url)
        if installation.request_url and not manifest.uses_sockets:
            await slack.http.verify(slack.courier.ack_timeout_s)
        await stopped.wait()


def main(given: Sequence[str] | None = None) -> None:
    """Run the command line."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s"
    )
    asyncio.run(serve(_arguments(given)))


if __name__ == "__main__":
    main()
