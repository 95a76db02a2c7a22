"""A department for messages in Slack, and recorded messages to compare with."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from guidance_bot.answering.guidance import Guidance
from guidance_bot.knowledge.reader import Read
from guidance_bot.slack.blocks import Json, Message
from guidance_bot.slack.logs import JsonLines
from tests.conftest import DEPARTMENT, ORGANISATION, page

GOLDEN = Path(__file__).parent / "golden"
Recorded = Callable[[str, Any], None]

PAGES: dict[str, str | bytes] = DEPARTMENT | {
    "organisation.yaml": ORGANISATION
    + """\
policies: [{title: the Comms Handbook}]
addresses:
  read: https://guidance.example.gov.uk/{path}#{heading}
  edit: https://git.example.gov.uk/edit/main/{path}
""",
    "guidance/urgent/harm.md": page(
        """\
## Somebody may be in danger {#danger}

Call 999 now and say what you know. Then tell the duty officer.
""",
        title="When somebody may be in danger",
        summary="Call for help first.",
        more="sensitive: true\nquestions:\n  danger: [Somebody says they want to die]\n",
    ),
    "guidance/online/forums.md": page(
        """\
## Joining a forum {#joining}

Read for a fortnight before you post in a forum that others run.

## Running a forum {#running}

Open a forum of your own only where nobody else has one.
""",
        title="Forums & <groups>",
        summary="Whose forum it is decides *how* you join.",
        more="status: adopted\nreviewed_by: A. Khan\n",
    ),
}


@pytest.fixture
def department(read_files: Callable[[dict[str, str | bytes]], Read]) -> Guidance:
    """The department of the other tests with a sensitive and an adopted page more."""
    return Guidance.of(read_files(PAGES).knowledge)


@pytest.fixture
def recorded(request: pytest.FixtureRequest) -> Recorded:
    """Compare a message with the recorded one; ``make golden`` records it anew."""

    def compare(name: str, value: Any) -> None:
        path = GOLDEN / f"{name}.json"
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
        if request.config.getoption("--golden"):
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path.name} is not recorded yet: make golden"
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What our own loggers write, as an operator's log has it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    ours = logging.getLogger("guidance_bot")
    ours.addHandler(handler)
    level = ours.level
    # Not the attribute alone: a logger remembers what it was enabled for.
    ours.setLevel(logging.INFO)
    yield stream
    ours.removeHandler(handler)
    ours.setLevel(level)


def heard_and_shown(messages: tuple[Message, ...]) -> list[Json]:
    """Return *messages* as they are recorded: what is heard, line by line, then blocks."""
    return [
        {"heard": message.text.splitlines(), "blocks": list(message.blocks)}
        for message in messages
    ]


def texts_in(blocks: list[Json] | tuple[Json, ...]) -> list[str]:
    """Return the texts that stand in *blocks*, in order, labels of controls apart."""
    found: list[str] = []
    for block in blocks:
        if block["type"] in {"section", "header"}:
            found.append(block["text"]["text"])
        elif block["type"] == "context":
            found += [element["text"] for element in block["elements"]]
    return found


def words_shown(blocks: list[Json] | tuple[Json, ...]) -> list[str]:
    """Return the words in *blocks* without Slack's signs, as somebody reads them."""
    text = "\n".join(texts_in(blocks))
    text = re.sub(r"<https?://[^|>]*\|([^>]*)>", r"\1", text)
    # Around a word only: a sign that is text has a word joiner beside it.
    text = re.sub(
        r"(?<![\w])[*_~`]+(?=[^\s\u2060])|(?<=[^\s])[*_~`]+(?![\w\u2060])", "", text
    )
    text = re.sub(r"(?m)^>", "", text).replace("```", "")
    return text.replace("\u2060", "").split()


def controls_in(blocks: list[Json] | tuple[Json, ...]) -> list[Json]:
    """Return the buttons and menus in *blocks*."""
    found: list[Json] = []
    for block in blocks:
        if block["type"] == "actions":
            found += block["elements"]
        elif block.get("accessory"):
            found.append(block["accessory"])
    return found
