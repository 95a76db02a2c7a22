"""The benchmarks as processes, on a tiny corpus; nothing is timed here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import DEPARTMENT, Write

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
DOCUMENTS = [
    ("gifts", "Gifts", "Refuse gifts from suppliers and write every offer down."),
    ("blog", "Blogging", "You may write a blog without your name."),
    ("pay", "Blogging", "Nobody is paid by a newspaper for a blog about work."),
    ("visa", "", "Apply for a visa before you travel to a conference abroad."),
]
QUESTIONS = [
    ("q1", "May I keep gifts from suppliers?", "gifts"),
    ("q2", "Do newspapers pay for a blog?", "pay"),
    ("q3", "Which visa do I need for a conferense?", "visa"),
]
ONLY_STOP_WORDS = {"id": "q4", "text": "can I do this?"}


def run(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / name), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=False
    )


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def written(path: Path, *objects: object) -> Path:
    path.write_text("".join(f"{json.dumps(o)}\n" for o in objects), "utf-8")
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Write three questions about four passages, each with the one that is right."""
    folder = tmp_path / "data"
    folder.mkdir()
    keys = ("id", "title", "text")
    written(
        folder / "corpus.jsonl", *(dict(zip(keys, d, strict=True)) for d in DOCUMENTS)
    )
    queries = ({"id": id_, "text": text} for id_, text, _ in QUESTIONS)
    written(folder / "queries.jsonl", *queries, ONLY_STOP_WORDS)
    judged = "".join(f"{id_}\t{right}\t1\n" for id_, _, right in QUESTIONS)
    (folder / "qrels.tsv").write_text(judged, "utf-8")
    return folder


@pytest.mark.parametrize("engine", ["ours", "rank-bm25", "fts5"])
def test_one_engine_ranks_a_corpus(corpus: Path, tmp_path: Path, engine: str) -> None:
    out = tmp_path / "run.jsonl"
    done = run("quality.py", "--data", corpus, "--engine", engine, "--run", out)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    ranked = lines(out)
    assert [sorted(line) for line in ranked] == [["id", "ranked", "signal"]] * 4
    assert [line["id"] for line in ranked] == [*(id_ for id_, _, _ in QUESTIONS), "q4"]
    assert ranked[-1]["ranked"] == []
    assert ranked[0]["ranked"][0] == "gifts"
    assert {line["signal"] is None for line in ranked} == {engine != "ours"}


def test_ours_reads_slips(corpus: Path, tmp_path: Path) -> None:
    only = written(tmp_path / "one.jsonl", {"id": "s", "text": "conferense"})
    out = tmp_path / "run.jsonl"
    options = ("--data", corpus, "--queries", only, "--engine", "ours", "--run", out)
    assert run("quality.py", *options).returncode == 0
    (line,) = lines(out)
    assert line["ranked"] == ["visa"]
    assert line["signal"] > 0


def test_all_engines_in_one_table(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.jsonl"
    done = run("quality.py", "--data", corpus, "--run", out)
    assert done.returncode == 0
    figures = {row.split()[0]: row.split()[1:] for row in done.stdout.splitlines()[2:]}
    assert figures["ours"] == ["1.0000", "1.0000", "1.0000"]
    assert figures.keys() >= {"rank-bm25", "rank-bm25-okapi", "fts5"}
    assert all(f"{name} is skipped" in done.stderr for name in ENGINES - figures.keys())
    assert len(lines(out)) == len(lines(tmp_path / "run.fts5.jsonl")) == 4


ENGINES = {"ours", "rank-bm25", "rank-bm25-okapi", "bm25s", "tantivy", "fts5"}


@pytest.mark.parametrize("engine", ["ours", "rank-bm25", "fts5"])
def test_a_question_set_on_a_folder(write: Write, tmp_path: Path, engine: str) -> None:
    asked = written(
        tmp_path / "questions.jsonl",
        {
            "id": "1",
            "question": "Which gifts from suppliers may I keep?",
            "expect": "answered",
            "pages": ["personal/gifts"],
        },
        {"id": "2", "question": "what is for lunch", "expect": "nothing", "pages": []},
    )
    folder = write(DEPARTMENT)
    options = ("--questions", asked, "--knowledge", folder, "--engine", engine)
    done = run("quality.py", *options)
    assert (done.returncode, done.stderr) == (0, "")
    head, _, row = done.stdout.splitlines()
    assert head == "questions.jsonl, 1 answerable questions"
    assert row.split() == [engine, "1.0000", "1.0000"]


def test_speed_has_a_row_an_engine(tmp_path: Path) -> None:
    passages = tmp_path / "passages.txt"
    passages.write_text("".join(f"{text}\n" for _, _, text in DOCUMENTS), "utf-8")
    options = ("--corpus", passages, "--passages", 4, "--questions", 3)
    engines = ("--engines", "ours,rank-bm25,fts5")
    done = run("speed.py", *map(str, options), *engines, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["passages"], found["questions"]) == (4, 3)
    names = [row.pop("engine") for row in found["rows"]]
    assert names == ["ours", "answer", "rank-bm25", "fts5"]
    for row in found["rows"]:
        assert row.keys() == {
            "p50_us",
            "p95_us",
            "build_cpu_s",
            "peak_build_mb",
            "open_first_ms",
            "to_plain",
        }
        assert row["p50_us"] > 0
    assert found["rows"][0]["to_plain"] == 1
