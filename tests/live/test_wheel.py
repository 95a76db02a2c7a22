"""The wheel: what a person who never sees the repository installs."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.live.command import ROOT, STARTER, Done, environ, python

QUESTION = "can I blog anonymously?"


def succeeded(done: Done) -> bytes:
    """Return what a process printed that ended well."""
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree by the back end that is installed here."""
    home = tmp_path_factory.mktemp("built")
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", home / "dist")
    succeeded(python(*build, ROOT, env=environ(home), cwd=home))
    (found,) = (home / "dist").iterdir()
    return found


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed in it, and nothing else."""
    home = tmp_path_factory.mktemp("installed")
    pip = ("-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    options = ("--no-deps", "--no-index", "--target", home / "site", wheel)
    succeeded(python(*pip, *options, env=environ(home), cwd=home))
    return home / "site"


def ask(cwd: Path, *arguments: str, **more: str) -> Any:
    """Return the document that ``guidance-bot`` prints, started in *cwd*."""
    command = ("-m", "guidance_bot", *arguments, "--json")
    return json.loads(succeeded(python(*command, env=environ(cwd, **more), cwd=cwd)))


def test_the_wheel_holds_the_starter_corpus_and_its_licence_and_no_tests(
    wheel: Path,
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    corpus = {
        path.relative_to(STARTER).as_posix()
        for path in STARTER.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    assert "sources.yaml" in corpus
    assert {f"guidance_bot/_corpus/{name}" for name in corpus} <= names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"guidance_bot"}


def test_the_installed_wheel_answers_from_its_own_corpus_as_the_source_tree_does(
    site: Path, tmp_path: Path
) -> None:
    installed = ask(tmp_path, "ask", QUESTION, PYTHONPATH=str(site))
    here = ask(tmp_path, "ask", QUESTION)
    shown = ask(tmp_path, "show", "personal/blogging-anonymously", PYTHONPATH=str(site))

    assert installed["citations"] == here["citations"] != []
    assert installed["receipt"] == here["receipt"]
    assert installed["knowledge"]["version"] == here["knowledge"]["version"]
    own = site / "guidance_bot" / "_corpus"
    assert (own / shown["path"]).read_bytes() == (STARTER / shown["path"]).read_bytes()
    kept = (own / "vocabulary.yaml").read_bytes()
    (own / "vocabulary.yaml").write_bytes(kept + b"\n# changed\n")
    changed = ask(tmp_path, "ask", QUESTION, PYTHONPATH=str(site))
    (own / "vocabulary.yaml").write_bytes(kept)
    assert changed["knowledge"]["version"] != installed["knowledge"]["version"]


def test_a_folder_named_knowledge_where_one_stands_is_not_read(
    site: Path, tmp_path: Path
) -> None:
    (tmp_path / "knowledge").mkdir()

    assert ask(tmp_path, "ask", QUESTION, PYTHONPATH=str(site))["citations"] != []


def test_the_installed_wheel_runs_none_of_the_source_tree(
    site: Path, tmp_path: Path
) -> None:
    env = environ(tmp_path, PYTHONPATH=os.fspath(site))
    where = ("-c", "import guidance_bot.cli as cli; print(cli.__file__, end='')")

    found = succeeded(python(*where, env=env, cwd=tmp_path)).decode()

    assert Path(found) == site / "guidance_bot" / "cli.py"
