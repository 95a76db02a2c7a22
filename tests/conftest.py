"""The cast of the tests: one tiny department with its folder of guidance."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from guidance_bot.answering.guidance import Guidance
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import Read, read

# The same examples on every machine, however slow it is.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --golden: record whole messages anew instead of comparing with them."""
    parser.addoption("--golden", action="store_true", help="record messages anew")


HEAD = """\
---
title: {title}
summary: {summary}
owner: comms
reviewed: 2026-01-15
{more}---
"""

ORGANISATION = """\
name: Department of Tests
owners:
  comms: {name: Comms team, contact: "#ask-comms"}
"""

SOURCES = """\
- id: code
  title: The Code
  publisher: Cabinet Office
  kind: rule
  jurisdiction: uk-civil-service
  year: 2010
  url: https://www.example.gov.uk/code
  in_force: yes
- id: old-principles
  title: Old principles
  publisher: Cabinet Office
  kind: guidance
  jurisdiction: uk-civil-service
  year: 2008
  in_force: replaced
  replaced_by: new-principles
- id: new-principles
  title: New principles
  publisher: Cabinet Office
  kind: guidance
  jurisdiction: uk-civil-service
  year: 2012
  in_force: unknown
  read: report
  read_at: https://www.lawyers.example/report
- id: blog
  title: A blog post
  publisher: A blogger
  kind: commentary
  jurisdiction: uk-civil-service
  year: 2009
  in_force: historic
"""


def page(
    text: str, *, title: str = "A page", summary: str = "About it.", more: str = ""
) -> str:
    """Return a whole page file with *text* below its front matter."""
    return HEAD.format(title=title, summary=summary, more=more) + text


Write = Callable[[dict[str, str | bytes]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files below a new folder that has an organisation and sources."""

    def write_files(files: dict[str, str | bytes]) -> Path:
        root = tmp_path / "knowledge"
        base: dict[str, str | bytes] = {
            "organisation.yaml": ORGANISATION,
            "sources.yaml": SOURCES,
        }
        for name, content in (base | files).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    return write_files


@pytest.fixture
def read_files(write: Write) -> Callable[[dict[str, str | bytes]], Read]:
    """Write files and read them as knowledge."""
    return lambda files: read([read_folder(write(files))])


@pytest.fixture
def guidance(read_files: Callable[[dict[str, str | bytes]], Read]) -> Guidance:
    """A department with a page on blogging, one on gifts, and one for New Zealand."""
    return Guidance.of(read_files(DEPARTMENT).knowledge)


DEPARTMENT: dict[str, str | bytes] = {
    "guidance/personal/blogging.md": page(
        """\
## The short answer {#short-answer}

You may write a blog without your name. Your duties stay the same.

## What official texts say {#official}

- The Code applies to every blog of a civil servant. [@code]
- Say on the blog who you are, except where your safety is at risk. [@old-principles]

## Where people disagree {#sides}

Some bloggers hide their name from the press; others call that unwise. [@blog]

## If you work for the health service {#health for=uk-health}

A doctor's blog follows the regulator's rules, name included.
""",
        title="Blogging anonymously",
        summary="You may, with the same duties.",
        more="""\
questions:
  short-answer: [Can I use a pen name?]
must: [May I blog without my name?]
not_for: [Which gifts may I keep?]
related: [personal/gifts]
review_every: 6 months
""",
    ),
    "guidance/personal/gifts.md": page(
        """\
## The short answer

Refuse gifts from suppliers, and write every offer down.
""",
        title="Gifts and hospitality",
        summary="Refuse and record.",
    ),
    "guidance/abroad/new-zealand.md": page(
        """\
## Blogging in New Zealand

Ask your agency before a blog names your work.
""",
        title="Blogging in New Zealand",
        summary="Ask your agency first.",
        more="applies_to: [nz-public-service]\n",
    ),
}
