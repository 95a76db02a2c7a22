from collections.abc import Callable
from datetime import date
from pathlib import Path

from guidance_bot import bootstrap
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import Read, read
from tests.conftest import ORGANISATION, Write, page

ReadFiles = Callable[[dict[str, str | bytes]], Read]
TEXT = "## First {#first}\n\nText.\n\n## Second {#second}\n\nMore.\n"
OWN = "questions:\n  first: [one?]\n  '': [two?]\n"


def questions(found: Read) -> dict[str, tuple[str, ...]]:
    """Return the questions of each passage by its id."""
    return {p.id: p.questions for p in found.knowledge.passages}


def test_questions_come_after_the_pages_own(read_files: ReadFiles) -> None:
    found = read_files(
        {
            "guidance/a/b.md": page(TEXT, more=OWN),
            "asked/a.yaml": "b:\n  first: [three?]\n  second:\n    - 'four: no?'\n",
        }
    )
    assert found.problems == ()
    assert questions(found) == {
        "a/b#first": ("one?", "two?", "three?"),
        "a/b#second": ("four: no?",),
    }


def test_each_slip_is_told_where_it_stands(read_files: ReadFiles) -> None:
    found = read_files(
        {
            "guidance/a/b.md": page(TEXT),
            "asked/a.yaml": "b:\n  frist: [one?]\n  second: [two?]\nc:\n  x: [three?]\nd: [four?]\n",
            "asked/deep/er.yaml": "b: {first: [one?]}\n",
            "asked/list.yaml": "- one?\n",
            "asked/broken.yaml": "b: [\n",
        }
    )
    told = [(p.path.split("/asked/")[1], p.line, p.message) for p in found.problems]
    assert told[:4] == [
        ("a.yaml", 2, "no section 'frist' on a/b; did you mean 'first'?"),
        ("a.yaml", 4, "no page 'a/c'; did you mean 'a/b'?"),
        (
            "a.yaml",
            6,
            "d: write each section's id, and below it a list of questions",
        ),
        told[3],
    ]
    assert told[3][0] == "broken.yaml"
    assert told[4] == (
        "deep/er.yaml",
        1,
        "people's questions lie at asked/<topic>.yaml, in lower-case letters; "
        "move or rename this file",
    )
    assert told[5][:2] == ("list.yaml", 1)
    assert questions(found)["a/b#second"] == ("two?",)


def test_a_page_of_a_later_folder_has_questions_of_its_own(
    write: Write, tmp_path: Path
) -> None:
    starter = write(
        {
            "guidance/a/b.md": page(TEXT),
            "guidance/a/kept.md": page(TEXT),
            "asked/a.yaml": "b:\n  second: [old?]\nkept:\n  first: [kept?]\n",
        }
    )
    ours = tmp_path / "ours"
    for name, text in {
        "organisation.yaml": ORGANISATION,
        "guidance/a/b.md": page("## Other {#other}\n\nText.\n"),
        "asked/a.yaml": "b:\n  other: [new?]\nkept:\n  first: [also?]\n",
    }.items():
        path = ours / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = read([read_folder(starter), read_folder(ours)])
    assert found.problems == ()
    assert questions(found) == {
        "a/b#other": ("new?",),
        "a/kept#first": ("kept?", "also?"),
        "a/kept#second": (),
    }


def test_they_are_searched_and_only_the_pages_own_are_warned_of(write: Write) -> None:
    other = page("## Parking {#parking}\n\nLeave the car at home.\n", title="Cars")
    root = write(
        {
            "guidance/a/b.md": page("## First {#first}\n\nText.\n", title="Text"),
            "guidance/a/cars.md": other,
            "asked/a.yaml": "b:\n  first: [where do I leave my bicycle]\n",
        }
    )
    report = bootstrap.check([root], date(2026, 1, 20))
    assert not [p for p in report.problems if p.message.startswith("questions:")]
    assert report.coverage["indexed_questions"] == 1
    guidance = bootstrap.build([read_folder(root)])
    (first, *_) = guidance.search("my bicycle")
    assert guidance.knowledge.passages[first.number].id == "a/b#first"
