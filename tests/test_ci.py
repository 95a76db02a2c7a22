"""The report on a proposed change of the guidance, and the two services that ask for it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.conftest import Write, page
from tests.live.command import ROOT, environ

REPORT: Final = ROOT / ".ci" / "knowledge-report"
GITHUB: Final = ROOT / ".github" / "workflows" / "knowledge.yml"
GITLAB: Final = ROOT / ".gitlab-ci.yml"
TOOLS: Final = Path(sys.executable).parent
QUESTIONS: Final = """\
- {id: q1, question: What do we keep?, expect: answered, pages: [a/keeping]}
- {id: q2, question: May I bring a dog?, expect: nothing}
"""
KEEPING: Final = page(
    "## Keeping {#keeping}\n\nWe keep what we post.\n", title="What we keep"
)


def report(
    folder: Path, home: Path, cwd: Path | None = None, **settings: str
) -> tuple[int, str]:
    """Return what the report on *folder* says, and its exit code."""
    path = f"{TOOLS}{os.pathsep}{os.environ['PATH']}"
    found = subprocess.run(
        [REPORT, str(folder)],
        env=environ(home, PATH=path, **settings),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stderr == ""
    return found.returncode, found.stdout


def test_a_sound_change_is_told_with_figures_and_failures(
    write: Write, tmp_path: Path
) -> None:
    root = write({"guidance/a/keeping.md": KEEPING, "questions.yaml": QUESTIONS})
    code, said = report(root, tmp_path)
    assert code == 0
    assert said.startswith("## Guidance: nothing wrong\n")
    assert "right page first                      100.0%  1/1" in said


def test_a_mistake_is_told_with_file_and_line_before_the_warnings(
    write: Write, tmp_path: Path
) -> None:
    root = write({"guidance/a/keeping.md": KEEPING + "\nYou must ask first.\n"})
    code, said = report(root, tmp_path)
    assert code == 1
    assert said.startswith("## Guidance: mend these first\n")
    errors, _, warnings = said.partition("<details>")
    assert f"{root}/guidance/a/keeping.md:11: this paragraph says 'must'" in errors
    assert "no page cites this source" in warnings
    assert "How the whole folder answers" not in said


def test_hostile_text_in_a_page_stays_in_its_place_and_in_bounds(
    write: Write, tmp_path: Path
) -> None:
    long = "é" * 400
    more = "must:\n" + "".join(f"  - 'what: warning: {long} {n}'\n" for n in range(90))
    root = write({"guidance/a/keeping.md": page("## A {#a}\n\nText.\n", more=more)})
    code, said = report(root, tmp_path)
    assert code == 1
    errors, _, _ = said.partition("<details>")
    assert errors.count("what: warning:") == 60
    assert "… and 30 more" in errors
    assert len(said) < 65_536


def test_a_folder_that_is_not_there_fails_the_run(tmp_path: Path) -> None:
    code, said = report(tmp_path / "gone", tmp_path)
    assert code == 2
    assert "there is no folder" in said


def test_warnings_are_about_what_changed(write: Write, tmp_path: Path) -> None:
    kept = KEEPING.replace("What we keep", "What I keep")
    root = write({"guidance/a/keeping.md": KEEPING, "guidance/a/kept.md": kept})
    home = tmp_path

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        call = ["git", "-C", str(root), *who, *arguments]
        subprocess.run(call, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "First")
    git("checkout", "-qb", "change")
    wordy = KEEPING.replace("we post.", "we post, " + "and more " * 20 + ".")
    write({"guidance/a/keeping.md": wordy})
    git("commit", "-qam", "Say more")
    code, said = report(Path(), home, cwd=root, BASE="main")
    assert code == 0
    told = said.partition("<details>")[2]
    assert "guidance/a/keeping.md" in told
    assert "sources.yaml" not in told
    assert "warnings are about files that this change leaves alone" in said


def document(path: Path) -> Any:
    """Return a YAML file as it is meant to be read: `on` is a word there."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        (GITHUB, ["vendor.github-workflows"]),
        (GITLAB, ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ],
    ids=["github", "gitlab"],
)
def test_each_service_accepts_its_file_and_runs_the_report(
    path: Path, schema: list[str]
) -> None:
    check: list[str | Path] = [TOOLS / "check-jsonschema", "--builtin-schema"]
    subprocess.run([*check, *schema, path], check=True, capture_output=True)
    text = path.read_text(encoding="utf-8")
    assert f"{REPORT.relative_to(ROOT)} knowledge >report.md" in text
    assert "-c constraints.txt" in text


def test_what_the_report_depends_on_starts_it() -> None:
    on_github = document(GITHUB)["on"]["pull_request"]["paths"]
    on_gitlab = document(GITLAB)["workflow"]["rules"][0]["changes"]
    for paths in (on_github, on_gitlab):
        assert ".ci/knowledge-report" in paths
        assert {path.split("/")[0] for path in paths} >= {"knowledge", "src"}


def test_a_comment_needs_the_right_to_write_and_nothing_else() -> None:
    rights = document(GITHUB)["permissions"]
    assert rights == {"contents": "read", "pull-requests": "write"}
    assert "pull_request_target" not in GITHUB.read_text(encoding="utf-8")
