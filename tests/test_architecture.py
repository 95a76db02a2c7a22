"""The floors of the house hold: a forbidden import is noticed, and by its contract."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the package and its contracts."""
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(house: Path) -> tuple[int, str]:
    """Return the exit code and the report of import-linter on *house*."""
    done = subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"],
        cwd=house,
        env=os.environ | {"PYTHONPATH": str(house / "src"), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout


def broken(report: str) -> list[str]:
    """Return the names of the contracts that *report* calls broken."""
    parts = (line.partition(" BROKEN") for line in report.splitlines())
    return [name for name, broken, _ in parts if broken]


def test_the_house_as_it_stands_breaks_no_contract(house: Path) -> None:
    code, report = lint_imports(house)

    assert (code, broken(report)) == (0, []), report
    assert " KEPT" in report


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("answering/leads.py", "import os", "Deciding touches no disk"),
        ("knowledge/content.py", "import pathlib", "Deciding touches no disk"),
        ("terminal/answers.py", "import slack_sdk", "Only slack/ speaks Slack"),
        ("evaluation.py", "import sqlite3", "Only storage/ speaks SQL"),
        ("conversation.py", "import pathlib", "Deciding touches no disk"),
        ("conversation.py", "import sqlite3", "Only storage/ speaks SQL"),
        ("streams.py", "import slack_sdk", "Only slack/ speaks Slack"),
        ("doctor/findings.py", "import slack_sdk", "Only slack/ speaks Slack"),
        ("doctor/report.py", "from guidance_bot import slack", "Imports point down"),
        ("slack/listeners.py", "import sqlalchemy", "Only storage/ speaks SQL"),
        ("slack/views.py", "import logging", "Deciding touches no disk"),
        (
            "slack/serving.py",
            "from guidance_bot import settings",
            "Settings are handed",
        ),
        ("answering/guidance.py", "import rank_bm25", "Only ranking knows"),
        (
            "terminal/answers.py",
            "from guidance_bot import settings",
            "Settings are handed",
        ),
        ("conversation.py", "from guidance_bot import settings", "Settings are handed"),
        (
            "knowledge/content.py",
            "from guidance_bot import cli",
            "Imports point down the house",
        ),
    ],
)
def test_a_forbidden_import_breaks_the_contract_that_forbids_it(
    room: str, line: str, contract: str, house: Path
) -> None:
    path = house / "src" / "guidance_bot" / room
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n{line}\n", encoding="utf-8")

    code, report = lint_imports(house)

    assert code != 0
    assert any(name.startswith(contract) for name in broken(report)), report


def test_a_module_without_a_floor_breaks_the_layers(house: Path) -> None:
    (house / "src" / "guidance_bot" / "attic.py").write_text('"""Unplanned."""\n')

    code, report = lint_imports(house)

    assert code != 0
    assert "guidance_bot.attic" in report
