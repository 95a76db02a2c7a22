"""What only whole processes show: locales, damaged caches, git, exit codes, pipes."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import DEPARTMENT, Write, page
from tests.live.command import STARTER, TIMEOUT_S, Done, environ, guidance_bot, python

QUESTION = "can I blog anonymously?"
# Nothing here is ASCII only: accents, dashes and typographic quotes.
AWKWARD = "Can I blog – anonymously – about the ‘Café’ in our ministry?"
QUESTIONS = (
    QUESTION,
    AWKWARD,
    "can i blgo anonimously",
    "Who signs off a reply, and may I use a pen name?",
    "what about Zürich",
    "how do I bake bread",
    "darf ich anonym bloggen",
    "hello",
    "🙂",
    "",
)
PARSERS = {
    "yaml",
    "pydantic",
    "markdown_it",
    "rich",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
}
AUTHOR = ("-c", "user.name=A", "-c", "user.email=a@example.org")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter corpus outside of anybody's repository."""
    folder = tmp_path_factory.mktemp("corpus") / "knowledge"
    # Without what people ask: it is built anew many times here.
    less = shutil.ignore_patterns("asked", "elsewhere.yaml")
    shutil.copytree(STARTER, folder, ignore=less)
    return folder


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> dict[str, str]:
    """An environment whose cache holds the corpus in compiled form."""
    env = environ(tmp_path_factory.mktemp("warm"))
    done = guidance_bot("ask", QUESTION, "--knowledge", corpus, env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    return env


@pytest.fixture
def kept(tmp_path: Path, warm: dict[str, str]) -> dict[str, str]:
    """An environment like the warm one, whose cache a test may spoil."""
    env = environ(tmp_path)
    shutil.copytree(warm["GUIDANCE_BOT_CACHE"], env["GUIDANCE_BOT_CACHE"])
    return env


@pytest.fixture(scope="module")
def expected(warm: dict[str, str], corpus: Path) -> bytes:
    """What ``ask --json`` prints where nothing is in its way."""
    done = guidance_bot("ask", QUESTION, "--json", "--knowledge", corpus, env=warm)
    assert done.returncode == 0
    return done.stdout


def printed(done: Done) -> bytes:
    """Return standard output of a process that had nothing to complain about."""
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout


def the_form(env: dict[str, str]) -> Path:
    """Return the one compiled form in the cache of *env*."""
    (form,) = Path(env["GUIDANCE_BOT_CACHE"]).iterdir()
    return form


# The same bytes everywhere


PLACES = {
    "LC_ALL=C": {"PYTHONHASHSEED": "0", "LC_ALL": "C"},
    "LC_ALL=C.utf8": {"PYTHONHASHSEED": "1", "LC_ALL": "C.utf8"},
    "POSIX": {"PYTHONHASHSEED": "2", "LANG": "POSIX", "LC_ALL": "POSIX"},
    "latin-1": {"PYTHONHASHSEED": "3", "PYTHONIOENCODING": "latin-1"},
}


@pytest.fixture(scope="module")
def everywhere(warm: dict[str, str], corpus: Path) -> Callable[[str], bytes]:
    """Answer AWKWARD in the first place of all, with or without ``--json``."""
    asked = {
        style: printed(
            guidance_bot(
                "ask", AWKWARD, *style.split(), "--knowledge", corpus, env=warm
            )
        )
        for style in ("", "--json")
    }
    return lambda style: asked[style]


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("style", ["", "--json"], ids=["text", "json"])
def test_an_answer_is_the_same_bytes_in_every_locale_cold_and_compiled(
    place: dict[str, str],
    style: str,
    everywhere: Callable[[str], bytes],
    tmp_path: Path,
    corpus: Path,
) -> None:
    env = environ(tmp_path, **place)
    ask = ("ask", AWKWARD, *style.split(), "--knowledge", str(corpus))

    cold = printed(guidance_bot(*ask, env=env))
    again = printed(guidance_bot(*ask, env=env))

    assert cold == again == everywhere(style)


def test_a_batch_is_the_same_bytes_under_every_hash_seed_cold_and_compiled(
    tmp_path: Path, corpus: Path
) -> None:
    batch = tmp_path / "questions.jsonl"
    lines = [
        json.dumps({"id": number, "question": question})
        for number, question in enumerate(QUESTIONS)
    ]
    batch.write_text("\n".join(lines), encoding="utf-8")
    ask = ("ask", "--batch", batch, "--knowledge", corpus)

    one = environ(tmp_path, PYTHONHASHSEED="1")
    two = environ(tmp_path, PYTHONHASHSEED="2") | {
        "GUIDANCE_BOT_CACHE": str(tmp_path / "another")
    }
    runs = [printed(guidance_bot(*ask, env=env)) for env in (one, two, two)]

    assert len(runs[0].splitlines()) == len(QUESTIONS)
    assert runs[0] == runs[1] == runs[2]


# Where something is missing


@pytest.mark.parametrize("setting", ["GUIDANCE_BOT_CACHE", "HOME"])
def test_a_cache_that_cannot_be_written_costs_one_line_of_warning_and_no_answer(
    setting: str, tmp_path: Path, corpus: Path, expected: bytes
) -> None:
    plain = tmp_path / "plain-file"  # below a file not even root can write
    plain.touch()
    env = environ(tmp_path)
    if setting == "HOME":
        del env["GUIDANCE_BOT_CACHE"]
    env[setting] = str(plain / "below")

    done = python(
        *("-m", "guidance_bot", "ask", QUESTION, "--json", "--knowledge", corpus),
        env=env,
        cwd=tmp_path,
    )

    assert done.returncode == 0
    assert done.stdout == expected
    (warning,) = done.stderr.decode().splitlines()
    assert warning.startswith(f"guidance-bot: the index cannot be kept in {plain}")


def test_without_git_an_answer_names_no_commit(
    tmp_path: Path, warm: dict[str, str], corpus: Path, expected: bytes
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    env = warm | {"PATH": str(empty)}
    done = guidance_bot("ask", QUESTION, "--json", "--knowledge", corpus, env=env)

    assert printed(done) == expected
    assert json.loads(done.stdout)["knowledge"]["commit"] is None


# Git


class Repository:
    """Somebody's repository with a copy of the corpus in ``knowledge/``."""

    def __init__(self, root: Path, corpus: Path, env: dict[str, str]) -> None:
        self.root, self.env = root, env
        self.knowledge = root / "knowledge"
        root.mkdir()
        self.git("init", "--quiet")
        self.commit("README", "Somebody else's work.\n")
        shutil.copytree(corpus, self.knowledge)

    def git(self, *arguments: str) -> str:
        """Run git here and return what it says."""
        command = ["git", "-C", str(self.root), *AUTHOR, *arguments]
        done = subprocess.run(
            command, env=self.env, capture_output=True, check=True, text=True
        )
        return done.stdout.strip()

    def commit(self, name: str, text: str | None = None) -> None:
        """Commit the file or folder *name*, written first where there is *text*."""
        if text is not None:
            (self.root / name).write_text(text, encoding="utf-8")
        self.git("add", "--", name)
        self.git("commit", "--quiet", "--message", name)

    def answered_commit(self) -> str | None:
        """Return the commit that an answer from the folder names."""
        ask = ("ask", QUESTION, "--json", "--knowledge", self.knowledge)
        document = json.loads(printed(guidance_bot(*ask, env=self.env)))
        found: str | None = document["knowledge"]["commit"]
        return found


@pytest.fixture
def repository(tmp_path: Path, corpus: Path, kept: dict[str, str]) -> Repository:
    """A repository that tracks one file, and not yet the knowledge beside it."""
    return Repository(tmp_path / "theirs", corpus, kept)


def test_a_folder_that_the_repository_around_it_does_not_track_has_no_commit(
    repository: Repository,
) -> None:
    assert repository.answered_commit() is None


def test_a_folder_that_the_repository_around_it_ignores_has_no_commit(
    repository: Repository,
) -> None:
    repository.commit(".gitignore", "/knowledge/\n")

    assert repository.answered_commit() is None


def test_a_tracked_folder_without_changes_is_known_by_its_commit(
    repository: Repository,
) -> None:
    repository.commit("knowledge")
    (repository.root / "README").write_text("Edited, but outside of the folder.\n")

    assert repository.answered_commit() == repository.git("rev-parse", "HEAD")


def test_a_tracked_folder_with_an_edited_page_has_no_commit(
    repository: Repository,
) -> None:
    repository.commit("knowledge")
    edited = repository.knowledge / "guidance/stages/listen.md"
    text = edited.read_text(encoding="utf-8")
    edited.write_text(f"{text}\nOne more sentence about listening.\n", encoding="utf-8")

    assert repository.answered_commit() is None


def test_a_tracked_folder_with_a_page_that_git_ignores_has_no_commit(
    repository: Repository,
) -> None:
    repository.commit(".gitignore", "mine.md\n")
    repository.commit("knowledge")
    mine = page("## Pens\n\nBring your own pens.\n")
    (repository.knowledge / "guidance/stages/mine.md").write_text(
        mine.replace("owner: comms", "owner: digital-communications")
    )

    assert repository.answered_commit() is None


def test_a_file_that_is_not_read_does_not_cost_the_commit(
    repository: Repository,
) -> None:
    repository.commit(".gitignore", ".DS_Store\n")
    repository.commit("knowledge")
    (repository.knowledge / ".DS_Store").touch()
    (repository.knowledge / "notes.txt").touch()

    assert repository.answered_commit() == repository.git("rev-parse", "HEAD")


# The compiled form


def _halved(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _garbage(path: Path) -> None:
    path.write_bytes(b"\xff" * path.stat().st_size)


def _removed(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [_halved, _garbage, _removed])
@pytest.mark.parametrize(
    "name", ["passages.jsonl", "small.json", "manifest.json", "words.term_bytes.npy"]
)
def test_a_damaged_form_is_built_anew_and_gives_the_same_answer(
    name: str,
    damage: Callable[[Path], None],
    kept: dict[str, str],
    corpus: Path,
    expected: bytes,
) -> None:
    file = the_form(kept) / name
    whole = file.stat().st_size
    damage(file)

    done = guidance_bot("ask", QUESTION, "--json", "--knowledge", corpus, env=kept)

    assert printed(done) == expected
    mended = the_form(kept) / name
    assert mended.stat().st_size == whole
    assert b"\xff" * whole != mended.read_bytes()


@pytest.mark.parametrize(
    "manifest",
    [
        "[]",
        "1",
        "null",
        "{}",
        '{"small.json": []}',
    ],
)
def test_a_manifest_that_is_another_document_is_built_anew(
    manifest: str, kept: dict[str, str], corpus: Path, expected: bytes
) -> None:
    (the_form(kept) / "manifest.json").write_text(manifest, encoding="utf-8")

    done = guidance_bot("ask", QUESTION, "--json", "--knowledge", corpus, env=kept)

    assert printed(done) == expected


def test_the_three_newest_forms_are_kept(tmp_path: Path, write: Write) -> None:
    env = environ(tmp_path)
    cache = Path(env["GUIDANCE_BOT_CACHE"])
    written: list[str] = []
    for number in range(4):
        own = page(f"## Pens\n\nThe cupboard on floor {number} holds the pens.\n")
        root = write(DEPARTMENT | {"guidance/office/pens.md": own})
        answer = printed(
            guidance_bot("ask", "where are pens", "--knowledge", root, env=env)
        )
        assert f"floor {number}" in answer.decode()
        written += [form.name for form in cache.iterdir() if form.name not in written]

    assert sorted(form.name for form in cache.iterdir()) == sorted(written[1:])


def test_processes_that_start_cold_at_once_all_answer(
    tmp_path: Path, corpus: Path, expected: bytes
) -> None:
    env = environ(tmp_path)
    command = [sys.executable, "-m", "guidance_bot", "ask", QUESTION, "--json"]
    started = [
        subprocess.Popen(
            [*command, "--knowledge", str(corpus)],
            env=env,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    printed_by = [process.communicate(timeout=TIMEOUT_S) for process in started]
    answers = [out for out, _ in printed_by]
    assert [complaint for _, complaint in printed_by] == [b"", b"", b""]

    assert [process.returncode for process in started] == [0, 0, 0]
    assert answers == [expected] * 3
    assert (the_form(env) / "manifest.json").is_file()


IMPORTED = f"""
import sys
from guidance_bot.cli import main
try:
    main()
finally:
    print(*sorted({PARSERS!r} & sys.modules.keys()), file=sys.stderr)
"""


def test_an_answer_from_the_compiled_form_imports_no_parser_and_no_service(
    tmp_path: Path, corpus: Path
) -> None:
    env = environ(tmp_path)
    ask = ("-c", IMPORTED, "ask", QUESTION, "--knowledge", corpus)

    cold = python(*ask, env=env, cwd=tmp_path)
    compiled = python(*ask, env=env, cwd=tmp_path)

    assert cold.stderr.decode().split() == ["markdown_it", "pydantic", "yaml"]
    assert compiled.stderr.decode().split() == []
    assert cold.stdout == compiled.stdout != b""


# Exit codes


def refused(done: Done, code: int) -> str:
    """Return the complaint of a process that ended with *code* and printed nothing."""
    complaint = done.stderr.decode()
    assert (done.returncode, done.stdout.decode()) == (code, ""), complaint
    assert "Traceback" not in complaint
    return complaint


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("ask", "x", "--for", "atlantis"), ("'atlantis'", "uk-health", "uk-police")),
        (("show", "no/page"), ("'no/page'", "guidance-bot topics")),
        (("show", "stages/listen#nowhere"), ("'stages/listen#nowhere'",)),
        (("ask",), ("QUESTION", "--batch")),
        (("ask", "x", "--batch", "questions.jsonl"), ("QUESTION", "--batch")),
        (("ask", "x", "--today", "nonsense"), ("--today", "'nonsense'")),
        (("ask", "x", "--today", "2026-02-30"), ("--today", "'2026-02-30'")),
        (("ask", "--batch", "not-there.jsonl"), ("not-there.jsonl",)),
        (("answer", "x"), ("'answer'",)),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else None,
)
def test_wrong_usage_exits_2_and_names_what_is_wrong(
    arguments: tuple[str, ...],
    names: tuple[str, ...],
    warm: dict[str, str],
    corpus: Path,
) -> None:
    chosen = warm | {"GUIDANCE_BOT_KNOWLEDGE": str(corpus)}

    complaint = refused(guidance_bot(*arguments, env=chosen), 2)

    assert [name for name in names if name not in complaint] == []


@pytest.mark.parametrize("kind", ["empty", "not-there"])
@pytest.mark.parametrize("named_by", ["option", "setting"])
def test_an_empty_folder_exits_1_and_an_absent_one_2(
    kind: str, named_by: str, tmp_path: Path
) -> None:
    folder = tmp_path / kind
    if kind == "empty":
        folder.mkdir()
    env = environ(tmp_path)
    option = ["--knowledge", str(folder)] if named_by == "option" else []
    if named_by == "setting":
        env["GUIDANCE_BOT_KNOWLEDGE"] = str(folder)

    code = 1 if kind == "empty" else 2
    complaint = refused(guidance_bot("ask", QUESTION, *option, env=env), code)

    assert kind in complaint
    assert ("\n1 problem\n" in complaint) is (code == 1)


def test_a_cache_that_is_not_absolute_exits_2_and_is_named(tmp_path: Path) -> None:
    env = environ(tmp_path, GUIDANCE_BOT_CACHE="here")

    assert "GUIDANCE_BOT_CACHE" in refused(guidance_bot("ask", "x", env=env), 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", QUESTION),
        ("ask", QUESTION, "--json"),
        ("sources",),
        ("--help",),
    ],
)
def test_a_reader_that_has_gone_away_is_not_met_with_a_traceback(
    arguments: tuple[str, ...], warm: dict[str, str], corpus: Path
) -> None:
    # As after ``| head -c 1``, but without a race: nobody reads from the start.
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "guidance_bot", *arguments],
            env=warm | {"GUIDANCE_BOT_KNOWLEDGE": str(corpus)},
            cwd=warm["HOME"],
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
            timeout=TIMEOUT_S,
        )
    finally:
        os.close(writer)

    assert done.stderr.decode() == ""


# Batches


Batch = Callable[[str], Done]


@pytest.fixture
def ask_batch(tmp_path: Path, warm: dict[str, str], corpus: Path) -> Batch:
    """Write a file of questions and ask it."""

    def ask(text: str) -> Done:
        (tmp_path / "questions.jsonl").write_text(text, encoding="utf-8")
        return python(
            *("-m", "guidance_bot", "ask", "--batch", "questions.jsonl"),
            *("--knowledge", corpus),
            env=warm,
            cwd=tmp_path,
        )

    return ask


def test_a_batch_answers_in_order_and_gives_ids_back_as_they_came(
    ask_batch: Batch, expected: bytes
) -> None:
    asked: list[dict[str, Any]] = [
        {"id": 7, "question": "hello"},
        {"id": "seven", "question": QUESTION},
        {"id": "7", "question": "who replies?", "for": "uk-health", "after": QUESTION},
        {"id": -1, "question": "how do I bake bread"},
    ]

    done = ask_batch("\n\n".join(map(json.dumps, asked)))

    answers = [json.loads(line) for line in printed(done).splitlines()]
    assert [given["id"] for given in answers] == [7, "seven", "7", -1]
    assert [given["question"] for given in answers] == [
        given["question"] for given in asked
    ]
    assert {"id": "seven"} | json.loads(expected) == answers[1]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"id": 2}',
        '{"question": "x"}',
        '{"id": true, "question": "x"}',
        '{"id": 1, "question": "the same id again"}',
        '{"id": 2, "question": "x", "for": "atlantis"}',
        '{"id": 2, "question": "x", "after": 3}',
    ],
)
def test_a_bad_line_stops_a_batch_before_its_first_answer_and_is_named(
    line: str, ask_batch: Batch
) -> None:
    complaint = refused(ask_batch(f'{{"id": 1, "question": "hello"}}\n{line}\n'), 2)

    assert complaint.startswith("guidance-bot: questions.jsonl:2: ")
    assert len(complaint.splitlines()) == 1
