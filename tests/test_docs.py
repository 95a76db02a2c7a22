"""What the documents say is so: commands run, paths exist, the transcript is today's."""

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from guidance_bot import bootstrap
from guidance_bot.cli import commands
from guidance_bot.errors import Problem, SettingsError
from guidance_bot.knowledge.pages import read_page
from guidance_bot.knowledge.schema import PageHead, SourceEntry

ROOT = Path(__file__).resolve().parents[1]


def text_of(*names: str) -> str:
    """Return the text of these documents, one after the other."""
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)


README = text_of("README.md")
CONTRIBUTING = text_of("CONTRIBUTING.md")
EDITING = text_of("docs/editing.md")
FOR_EDITORS = text_of("knowledge/README.md")
GUIDES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md"))
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "knowledge/README.md", *GUIDES]
FOR_USERS = text_of("README.md", *GUIDES)
# The day of the transcript: on a later one its page is due for review.
TODAY = "2026-11-22"
# What speaks to Slack says here what it lacks; tests/live/ has the tokens.
WITHOUT_TOKENS = {"doctor": 1, "serve": 2}


def code_spans(text: str) -> list[str]:
    """Return what stands between single backticks in *text*."""
    return re.findall(r"`([^`\n]+)`", text)


def table(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the table in *text* whose first cell is *heading*."""
    rest = text[text.index(f"| {heading} |") :]
    rows = rest.partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def mentions(text: str, word: str) -> bool:
    """Tell whether *word* stands in *text* and is not a part of a longer one."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


# Commands


def options() -> Iterator[tuple[str, str]]:
    """Yield each option's longest name with the command that takes it."""
    groups: list[click.Command] = [commands, *commands.commands.values()]
    for command in groups:
        for option in command.params:
            if isinstance(option, click.Option):
                yield command.name or "", max(option.opts, key=len)


@pytest.mark.parametrize("command", commands.commands)
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"guidance-bot {command}\b", FOR_USERS)


@pytest.mark.parametrize(
    ("command", "option"),
    [pytest.param(*given, id=" ".join(given)) for given in options()],
)
def test_every_option_is_documented(command: str, option: str) -> None:
    assert mentions(FOR_USERS, option), f"{command} {option}"


def shown_commands() -> list[str]:
    """Return the command lines that the documents show, without their program."""
    call = r"(?:\.venv/bin/)?guidance-bot ([^`\n]+)"
    text = text_of(*DOCUMENTS)
    spans = re.findall(rf"`{call}`", text)
    lines = re.findall(rf"^(?: {{4}}|\$ ){call}$", text, re.MULTILINE)
    return list(dict.fromkeys([*spans, *lines]))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all the commands of the documents."""
    return tmp_path_factory.mktemp("cache")


def run(cache: Path, *arguments: str) -> Result:
    """Run a command at 80 columns on the starter corpus."""
    env = {
        "COLUMNS": "80",
        "GUIDANCE_BOT_CACHE": str(cache),
        "GUIDANCE_BOT_KNOWLEDGE": None,
        "SLACK_BOT_TOKEN": None,
        "SLACK_APP_TOKEN": None,
        "SLACK_SIGNING_SECRET": None,
    }
    return CliRunner().invoke(commands, arguments, prog_name="guidance-bot", env=env)


def test_the_readme_shows_every_command() -> None:
    shown = {line.split()[0] for line in shown_commands()}

    assert set(commands.commands) <= shown


@pytest.mark.parametrize("line", shown_commands())
def test_every_command_line_in_the_documents_runs(
    line: str, cache: Path, tmp_path: Path
) -> None:
    asked = tmp_path / "questions.jsonl"
    asked.write_text(json.dumps({"id": 1, "question": "can I blog?"}), encoding="utf-8")
    instead = {"questions.jsonl": str(asked)}

    done = run(cache, *(instead.get(word, word) for word in shlex.split(line)))

    code = 2 if isinstance(done.exception, SettingsError) else done.exit_code
    assert code == WITHOUT_TOKENS.get(line.split(maxsplit=1)[0], 0), done.output
    assert done.stdout or line in {"chat", "check", "serve"}


@pytest.mark.parametrize("document", ["README.md", "docs/answers.md"])
def test_every_transcript_is_what_the_bot_says(
    document: str, cache: Path, request: pytest.FixtureRequest
) -> None:
    (asked,) = re.findall(r"^QUESTION \?= (.+)$", text_of("Makefile"), re.MULTILINE)
    calls = {"make ask": ["ask", asked, "--today", TODAY]}

    def transcript(shown: re.Match[str]) -> str:
        call = shown[1]
        arguments = calls.get(call) or shlex.split(call)[1:]
        return f"```console\n$ {call}\n{run(cache, *arguments).stdout}```"

    text = text_of(document)
    said = re.sub(
        r"```console\n\$ (.+)\n(?:.*\n)*?```", transcript, text, flags=re.MULTILINE
    )
    if request.config.getoption("--golden"):
        (ROOT / document).write_text(said, encoding="utf-8")
    else:
        assert said == text


# Paths and targets


@pytest.mark.parametrize(
    "path",
    [
        span
        for row in table(CONTRIBUTING, "To change")
        for span in code_spans(row[1])
        if "/" in span
    ],
)
def test_every_path_in_the_table_of_contributing_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_to_a_file_leads_to_one(document: str) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)\)", text_of(document))

    here = (ROOT / document).parent
    assert [link for link in links if not (here / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_in_the_documents_is_in_the_makefile(document: str) -> None:
    targets = re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE)
    named = re.findall(
        r"(?:^ {4}|^\$ |`)make ([a-z]+)", text_of(document), re.MULTILINE
    )

    assert set(named) <= set(targets)
    assert named or document not in {"README.md", "CONTRIBUTING.md"}


# What editors write


def example() -> str:
    """Return the example page of docs/editing.md."""
    (found,) = re.findall(r"```markdown\n(---\n.*?)```", EDITING, re.DOTALL)
    return str(found)


def test_the_example_page_reads_without_a_problem() -> None:
    found, problems = read_page("personal/example", "example.md", example())

    assert problems == []
    assert found is not None
    assert [section.id for section in found.sections] == ["short-answer"]


def worked_example(write: Callable[[Path, str], None], root: Path) -> list[Problem]:
    """Return what check says of the page that knowledge/README.md adds."""
    (text,) = re.findall(r"```markdown\n(---\n.*?)```", FOR_EDITORS, re.DOTALL)
    (name,) = re.findall(r"`([a-z-]+\.md)`: small letters", FOR_EDITORS)
    folder = root / "knowledge"
    shutil.copytree(ROOT / "knowledge", folder, dirs_exist_ok=True)
    path = folder / "guidance" / "platforms" / name
    assert not path.exists(), "there is such a page by now: choose another example"
    write(path, text)
    found = bootstrap.check([folder], date.fromisoformat(TODAY)).problems
    return [p for p in found if p.path == str(path) and p.level == "error"]


def test_the_worked_example_for_editors_is_a_sound_page(tmp_path: Path) -> None:
    def write(path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")

    assert worked_example(write, tmp_path) == []


def test_a_slip_in_the_worked_example_gets_the_words_that_editors_are_shown(
    tmp_path: Path,
) -> None:
    def write(path: Path, text: str) -> None:
        path.write_text(text.replace("@nz-toolbox", "@nz-tolbox"), encoding="utf-8")

    (problem,) = worked_example(write, tmp_path)
    assert f"`{problem.message}`" in FOR_EDITORS


def test_the_keys_of_a_page_are_documented_and_no_others() -> None:
    known = set(PageHead.model_fields)
    rows = table(EDITING, "key")
    explained = {span for row in rows for span in code_spans(row[0])}
    # A key that goes with another may be explained in the other's row.
    named = {span for row in rows for cell in row for span in code_spans(cell)}
    shown = set(re.findall(r"^([a-z_]+):", example(), re.MULTILINE))

    assert explained <= known
    assert shown <= known
    assert known - named == set()


def test_the_keys_of_a_source_are_documented_and_no_others() -> None:
    (sentence,) = re.findall(
        r"^Sources live in .*?\.$", EDITING, re.DOTALL | re.MULTILINE
    )
    without_values = re.sub(r"\([^)]*\)", "", sentence)

    keys = set(code_spans(without_values)) - {"sources.yaml"}

    assert keys == set(SourceEntry.model_fields)


# Settings


@pytest.mark.parametrize(
    "setting",
    sorted(
        set(
            re.findall(
                r"\"((?:GUIDANCE_BOT_|NO_)[A-Z_]+)\"",
                text_of("src/guidance_bot/settings.py"),
            )
        )
    ),
)
def test_every_setting_is_documented(setting: str) -> None:
    assert mentions(FOR_USERS, setting)
