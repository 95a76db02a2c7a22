"""The commands in this process; ``tests/live`` runs them as processes of their own."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from guidance_bot import cli
from guidance_bot.settings import Settings
from tests.conftest import DEPARTMENT, Write, page

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run the command line and return its exit code, output and error output."""
    monkeypatch.setenv("GUIDANCE_BOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GUIDANCE_BOT_KNOWLEDGE", raising=False)

    def run_command(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["guidance-bot", *map(str, arguments)])
        code: str | int | None = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = stopped.code
        assert isinstance(code, int)
        return code, *capsys.readouterr()

    return run_command


def test_ask_prints_the_answer(run: Run, write: Write) -> None:
    root = write(DEPARTMENT)
    code, out, err = run("ask", "may I blog anonymously?", "--knowledge", root)
    assert (code, err) == (0, "")
    assert out.startswith("You may write a blog without your name.")


def test_chat_answers_each_line_as_ask_does(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog, doctor = "may I blog anonymously?", "and for a doctor?"
    common = ("--knowledge", write(DEPARTMENT), "--for", "uk-health", "--today")
    first = run("ask", blog, *common, "2027-02-01")[1]
    second = run("ask", doctor, "--after", blog, *common, "2027-02-01")[1]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{blog}\n\n{doctor}\nquit\n"))

    assert run("chat", *common, "2027-02-01") == (0, f"{first}\n{second}", "")
    assert "due for review" in first


def test_chat_shows_what_show_shows(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(DEPARTMENT)
    shown = run("show", "personal/blogging#short-answer", "--knowledge", root)[1]
    monkeypatch.setattr("sys.stdin", io.StringIO("may I blog anonymously?\nmore"))

    _, out, _ = run("chat", "--knowledge", root)

    assert out.endswith(f"\n\n{shown}")


@pytest.mark.parametrize("stdin", [io.StringIO(), None], ids=["empty", "closed"])
def test_chat_without_a_line_says_nothing(
    stdin: io.StringIO | None,
    run: Run,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", stdin)

    assert run("chat", "--knowledge", write(DEPARTMENT)) == (0, "", "")


def test_chat_does_not_begin_with_wrong_usage_or_a_mistake_in_the_folder(
    run: Run, write: Write
) -> None:
    code, out, err = run("chat", "--for", "atlantis", "--knowledge", write(DEPARTMENT))
    assert (code, out) == (2, "")
    assert "--for is 'atlantis'; it can be one of: " in err
    root = write({"guidance/a/b.md": page("## A\n\nText. [@cod]\n")})
    code, out, err = run("chat", "--knowledge", root)
    assert (code, out) == (1, "")
    assert err.endswith("1 problem\n")


def test_today_decides_what_is_due_for_review(run: Run, write: Write) -> None:
    root = write(DEPARTMENT)
    common = ("ask", "may I blog anonymously?", "--knowledge", root, "--today")
    assert "due for review" not in run(*common, "2026-02-01")[1]
    assert "due for review" in run(*common, "2027-02-01")[1]
    assert run(*common, "soon")[0] == 2


def test_check_prints_path_line_message(run: Run, write: Write) -> None:
    root = write(
        {
            "guidance/a/b.md": page(
                "## A\n\nText. [@cod]\n\nMore. [@old-principles; @code]\n"
            )
        }
    )
    code, out, err = run("check", "--knowledge", root)
    assert code == 1
    assert out.startswith(
        f"{root}/guidance/a/b.md:9: the source 'cod' is not in sources.yaml; did you mean 'code'?\n"
    )
    assert err.startswith("1 error")
    code, out, _ = run("check", "--format", "github", "--knowledge", root)
    assert out.startswith(f"::error file={root}/guidance/a/b.md,line=9::the source")
    code, out, _ = run("check", "--format", "json", "--knowledge", root)
    document = json.loads(out)
    assert list(document) == ["problems", "coverage", "proof"]
    assert document["problems"][0] == {
        "path": f"{root}/guidance/a/b.md",
        "line": 9,
        "level": "error",
        "message": "the source 'cod' is not in sources.yaml; did you mean 'code'?",
    }
    assert code == 1


def test_a_folder_with_a_mistake_answers_nothing_and_says_why(
    run: Run, write: Write
) -> None:
    root = write({"guidance/a/b.md": page("## A\n\nText. [@cod]\n")})
    code, out, err = run("ask", "text", "--knowledge", root)
    assert (code, out) == (1, "")
    assert ":9: the source 'cod'" in err
    assert err.endswith("1 problem\n")


def test_show_prints_a_page_or_one_passage(run: Run, write: Write) -> None:
    root = write(DEPARTMENT)
    code, whole, _ = run("show", "personal/blogging", "--knowledge", root)
    assert code == 0
    assert "Where people disagree #sides" in whole
    assert "(Official guidance, 2008, in use until 2012 [2])" in " ".join(whole.split())
    code, part, _ = run("show", "personal/blogging#sides", "--knowledge", root)
    assert "The short answer" not in part
    code, out, _ = run("show", "personal/blogging", "--json", "--knowledge", root)
    document = json.loads(out)
    assert [p["id"].split("#")[1] for p in document["passages"]] == [
        "short-answer",
        "official",
        "sides",
        "health",
    ]
    code, out, err = run("show", "personal/absent", "--knowledge", root)
    assert (code, out) == (2, "")
    assert "no page or passage 'personal/absent'" in err


def test_topics_and_sources_list_what_there_is(run: Run, write: Write) -> None:
    root = write(DEPARTMENT)
    _, out, _ = run("topics", "--knowledge", root)
    assert "personal/blogging" in out
    _, out, _ = run("topics", "--json", "--knowledge", root)
    assert [p["id"] for p in json.loads(out)] == [
        "abroad/new-zealand",
        "personal/blogging",
        "personal/gifts",
    ]
    _, out, _ = run("sources", "--knowledge", root)
    assert "in use until 2012" in " ".join(out.split())
    _, out, _ = run("sources", "--json", "--knowledge", root)
    assert json.loads(out)[0]["id"] == "blog"


def test_evaluate_asks_the_folders_own_questions_or_a_file(
    run: Run, write: Write, tmp_path: Path
) -> None:
    root = write(DEPARTMENT)
    code, _, err = run("evaluate", "--knowledge", root)
    assert code == 2
    assert "questions.yaml" in err
    path = tmp_path / "set.jsonl"
    path.write_text(
        '{"id": "1", "question": "may I blog anonymously?", "expect": "answered", "pages": ["personal/blogging"]}'
    )
    code, out, _ = run("evaluate", path, "--knowledge", root)
    assert code == 0
    assert "1 questions, 1 answerable" in out
    code, out, _ = run("evaluate", path, "--json", "--knowledge", root)
    assert json.loads(out)["right_first"] == 1.0


def test_an_unwritable_cache_costs_one_warning(
    run: Run, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("GUIDANCE_BOT_CACHE", str(blocked / "cache"))
    code, out, err = run("ask", "may I blog?", "--knowledge", write(DEPARTMENT))
    assert code == 0
    assert out
    assert err.count("\n") == 1
    assert "GUIDANCE_BOT_CACHE" in err


def test_a_relative_cache_is_a_settings_error(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUIDANCE_BOT_CACHE", "here")
    code, out, err = run("ask", "may I blog?")
    assert (code, out) == (2, "")
    assert "GUIDANCE_BOT_CACHE is 'here'" in err


def test_settings_come_from_the_mapping_alone(tmp_path: Path) -> None:
    cache = str(tmp_path)
    plain = Settings.from_environ({"GUIDANCE_BOT_CACHE": cache})
    assert plain.knowledge == ()
    assert plain.colour
    given = {
        "GUIDANCE_BOT_CACHE": cache,
        "GUIDANCE_BOT_KNOWLEDGE": "a::b",
        "NO_COLOR": "1",
    }
    found = Settings.from_environ(given)
    assert found.knowledge == (Path("a"), Path("b"))
    assert not found.colour
    assert not Settings.from_environ({"TERM": "dumb"}).colour
