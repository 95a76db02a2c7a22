"""The picture in the README: ``python -m tests.local_slack.picture FILE.png``, or ``make picture``.

The real bot answers a real question; a real browser draws the try-it page.
"""

import asyncio
import shutil
import sys
import time
from pathlib import Path

from playwright.async_api import async_playwright, expect

from tests.local_slack.clock import Clock
from tests.local_slack.installation import install, read_manifest
from tests.local_slack.server import running
from tests.local_slack.slack import LocalSlack
from tests.local_slack.try_it import MANIFEST, bot

QUESTION = "can I blog anonymously?"
SIZE = {"width": 1200, "height": 900}
ANSWER_MS = 20_000


async def draw(path: Path) -> None:
    """Ask, wait for the answer, and write what the page shows to *path*."""
    slack = LocalSlack(Clock(time.time), install(read_manifest(MANIFEST)))
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    async with running(slack, port=0), bot(slack), async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox"]
        )
        page = await browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        await page.goto(f"{slack.url}/#D0ANNA")
        while not slack.sockets.connections:
            await asyncio.sleep(0.1)
        box = page.get_by_role("textbox").first
        await box.fill(QUESTION)
        await box.press("Enter")
        answered = page.get_by_role("button", name="Read the whole page")
        await expect(answered).to_be_visible(timeout=ANSWER_MS)
        await page.screenshot(path=path)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1])))
