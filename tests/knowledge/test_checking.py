"""check tells everything at once, whatever else is wrong."""

from datetime import date
from pathlib import Path

from guidance_bot import bootstrap
from guidance_bot.answering.answers import Asker, answer
from guidance_bot.knowledge.folder import read_folder
from tests.conftest import ORGANISATION, Write, page

GOOD = page("## First {#first}\n\nText about blogs.\n", more="not_for: [who cooks?]\n")
TODAY = date(2026, 2, 1)


def told(root: Path) -> list[str]:
    return [p.message for p in bootstrap.check([root], TODAY).problems]


def test_a_page_without_text_is_told_beside_the_rest(write: Write) -> None:
    empty = page("")
    messages = told(write({"guidance/a/b.md": GOOD, "guidance/a/c.md": empty}))
    assert "the page has no text" in " ".join(messages)


def test_a_jurisdiction_that_nobody_knows_is_told(write: Write) -> None:
    question = "- id: q1\n  question: may I blog\n  for: mars\n  expect: answered\n  pages: [a/b]\n"
    organisation = f"{ORGANISATION}jurisdiction: mars\n"
    files: dict[str, str | bytes] = {
        "guidance/a/b.md": GOOD,
        "questions.yaml": question,
        "organisation.yaml": organisation,
    }
    messages = told(write(files))
    assert sum("no jurisdiction 'mars'" in message for message in messages) == 2


def test_any_number_of_jurisdictions_may_be_named(write: Write) -> None:
    codes = "".join(f"  place-{number}: Place {number}\n" for number in range(70))
    organisation = f"{ORGANISATION}jurisdictions:\n{codes}"
    root = write({"guidance/a/b.md": GOOD, "organisation.yaml": organisation})
    guidance = bootstrap.build([read_folder(root)])
    assert answer(guidance, "text about blogs", Asker("place-69")).citations
