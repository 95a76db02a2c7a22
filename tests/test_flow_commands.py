"""``flow`` and ``decision`` in this process, and the flow that an answer leads to."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guidance_bot import cli
from guidance_bot.flows.drawing import mermaid
from guidance_bot.knowledge.reader import Read
from tests.conftest import DEPARTMENT, ORGANISATION, Write
from tests.flows.conftest import ASKER, CONTACTS, FILES, NOTICE

Run = Callable[..., tuple[int, str, str]]
ReadFiles = Callable[[dict[str, str | bytes]], Read]
CHOSEN = ("--choose", "about=work", "--choose", "name=own", "--choose", "reader=public")
COLUMNS = 60


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    write: Write,
) -> Run:
    """Run the command line over the department and return code, output, error output."""
    root = write(FILES)
    monkeypatch.setenv("GUIDANCE_BOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GUIDANCE_BOT_KNOWLEDGE", str(root))
    monkeypatch.setattr("sys.stdin", io.StringIO())

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


def printed(done: tuple[int, str, str]) -> str:
    """Return what a command printed that had nothing to complain about."""
    code, out, err = done
    assert (code, err) == (0, "")
    return out


def document(done: tuple[int, str, str]) -> Any:
    """Return the one line of JSON that a command printed."""
    out = printed(done)
    assert out.count("\n") == 1
    return json.loads(out)


# The list


def test_flow_alone_lists_the_flows(run: Run) -> None:
    assert printed(run("flow")) == (
        "blog: Before you blog. Whether to blog, and under which name.\n"
        "gift: A gift. Whether to keep it.\n"
    )
    assert [one["flow"] for one in document(run("flow", "--json"))] == ["blog", "gift"]


def test_a_folder_without_flows_lists_none(run: Run, write: Write) -> None:
    for path in (write(FILES) / "flows").iterdir():
        path.unlink()
    assert document(run("flow", "--json")) == []
    code, out, err = run("flow", "blog")
    assert (code, out) == (2, "")
    assert err == "guidance-bot: no flow 'blog'; there are: none\n"


# A step


def test_a_flow_begins_with_its_first_prompt(run: Run) -> None:
    assert printed(run("flow", "blog")) == (
        "Step 1 of up to 3\n"
        "What is it about? Up to two\n\n"
        "Choose what most posts are about.\n\n"
        "1. My work (work)\n"
        "2. A hobby: Anything that is not work (hobby)\n"
        "3. My friends (friends)\n"
        "4. Something is wrong at work (concern)\n"
    )


def test_choices_lead_to_an_outcome_with_its_code(run: Run) -> None:
    out = printed(run("flow", "blog", *CHOSEN))
    assert out.startswith("Yes, once your line manager knows.\nBlogging anonymously\n")
    assert "\n1. Tell the press office (#press).\n" in out
    assert "(Rule, 2010)" in out
    assert re.search(r"\nguidance-bot decision blog-[0-9A-Z-]+\n$", out)


@pytest.mark.parametrize(
    "chosen",
    [
        ("--choose", "about=work", "--choose", "about=hobby"),
        ("--choose", "about=work,hobby"),
        ("--choose", "about=work+hobby"),
        ("--choose", "about=hobby+work"),
        ("--choose", " about = work , hobby "),
        ("--choose", "about= work + hobby"),
    ],
)
def test_several_choices_at_a_prompt_are_given_in_any_way(
    run: Run, chosen: tuple[str, ...]
) -> None:
    found = document(run("flow", "blog", *chosen, "--json"))
    assert found["choices"] == {**ASKER, "about": "work+hobby"}


def test_the_order_of_choices_does_not_matter(run: Run) -> None:
    backwards = [part for one in reversed(CHOSEN[1::2]) for part in ("--choose", one)]
    assert run("flow", "blog", *backwards) == run("flow", "blog", *CHOSEN)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("blgo",), "no flow 'blgo'; there are: blog, gift"),
        (("",), "no flow ''; there are: blog, gift"),
        (
            ("blog", "--choose", "abuot=work"),
            "no prompt 'abuot'; there are: jurisdiction, notice, about, name, reader",
        ),
        (
            ("blog", "--choose", "about=sport"),
            "about cannot be 'sport'; it can be one of: work, hobby, friends, concern; "
            "up to 2 together",
        ),
        (
            ("blog", "--choose", "name=own", "--choose", "name=pen"),
            "name cannot be 'own, pen'; it can be one of: own, pen, unsure",
        ),
        (
            ("blog", "--choose", "about=work,hobby,friends"),
            "up to 2 together",
        ),
        (("blog", "--choose", "about=work,concern"), "about cannot be 'work, concern'"),
        (("blog", "--choose", "about=work,"), "about cannot be 'work, '"),
        (("blog", "--choose", "about=work,work"), "about cannot be 'work, work'"),
        (("blog", "--choose", "about"), "write it as prompt=choice"),
        (("blog", "--choose", "about="), "write it as prompt=choice"),
        (("blog", "--choose", "=work"), "no prompt ''; there are: "),
        (("blog", "--for", "atlantis"), "--for is 'atlantis'; it can be one of: "),
        (("blog", "--draw", "--as", "png"), "'png' is not one of"),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(
    run: Run, arguments: tuple[str, ...], told: str
) -> None:
    code, out, err = run("flow", *arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err


def test_a_choice_that_is_not_asked_is_told_and_the_walk_goes_on(run: Run) -> None:
    chosen = ("--choose", "about=hobby", "--choose", "reader=staff")
    found = document(run("flow", "blog", *chosen, "--json"))
    assert found["dropped"] == ["reader"]
    assert found["prompt"]["id"] == "name"
    out = " ".join(printed(run("flow", "blog", *chosen)).split())
    assert out.startswith(
        "“Colleagues alone” is left out: with your other choices, "
        "“Who may read it?” is not asked. Step 2 of up to 2"
    )


def test_a_step_as_a_document(run: Run) -> None:
    found = document(run("flow", "blog", "--json"))
    assert list(found) == [
        "flow",
        "version",
        "step",
        "of",
        "choices",
        "prompt",
        "outcome",
        "dropped",
        "code",
        "notices",
        "knowledge",
    ]
    assert (found["outcome"], found["code"], found["dropped"]) == (None, None, [])
    assert found["prompt"]["most"] == 2
    end = document(run("flow", "blog", *CHOSEN, "--json"))
    assert list(end) == list(found)
    assert end["prompt"] is None
    assert end["outcome"]["mode"] == "own"
    assert end["code"].startswith("blog-")


def test_an_unsure_choice_has_no_mode_no_code_and_its_ways(run: Run) -> None:
    chosen = ("--choose", "about=hobby", "--choose", "name=unsure")
    found = document(run("flow", "blog", *chosen, "--json"))
    assert (found["code"], found["outcome"]["mode"]) == (None, None)
    assert [one["mode"] for one in found["outcome"]["alternatives"]] == ["own", "pen"]
    out = printed(run("flow", "blog", *chosen))
    assert "What follows either way\n• My own name: Yes, under your own name." in out
    assert "guidance-bot decision" not in out


def test_an_outcome_that_leads_on_names_the_next_command(run: Run) -> None:
    out = printed(run("flow", "blog", "--choose", "about=concern"))
    assert "\nguidance-bot flow gift\n" in out
    assert "guidance-bot decision" not in out


def test_for_and_today_are_known_without_being_asked(run: Run, write: Write) -> None:
    text = ORGANISATION + CONTACTS + NOTICE
    write(FILES | {"organisation.yaml": text})
    chosen = ("--choose", "about=hobby", "--choose", "name=own")
    asked = ("flow", "blog", *chosen, "--for", "uk-civil-service", "--today")
    before = document(run(*asked, "2026-03-31", "--json"))
    during = document(run(*asked, "2026-04-01", "--json"))
    assert before["choices"]["jurisdiction"] == "uk-civil-service"
    assert (before["choices"]["notice"], before["outcome"]["verdict"]) == (
        "none",
        "yes",
    )
    assert (during["choices"]["notice"], during["outcome"]["verdict"]) == (
        "in-force",
        "ask-first",
    )
    out = printed(run(*asked, "2026-05-06"))
    assert out.startswith(
        "Elections are near.\n\nAsk first: a notice is in force. The press office"
    )
    assert "Elections" not in printed(run(*asked, "2026-05-07"))
    # What is known can be said otherwise.
    said = (*asked, "2026-04-01", "--choose", "notice=none", "--json")
    assert document(run(*said))["outcome"]["verdict"] == "yes"


@pytest.mark.parametrize(
    ("given", "chosen", "notice"),
    [
        ("uk-health", "uk-civil-service", "in-force"),
        ("uk-civil-service", "uk-health", "none"),
        (None, "uk-health", "none"),
    ],
)
def test_a_notice_is_in_force_for_the_jurisdiction_that_was_chosen(
    run: Run, write: Write, given: str | None, chosen: str, notice: str
) -> None:
    write(FILES | {"organisation.yaml": ORGANISATION + CONTACTS + NOTICE})
    whose = ("--for", given) if given else ()
    choose = ("--choose", f"jurisdiction={chosen}", "--today", "2026-04-01")
    found = document(run("flow", "blog", *whose, *choose, "--json"))
    assert found["choices"] == {"jurisdiction": chosen, "notice": notice}


# Every combination


def test_all_paths_as_a_document_has_a_row_for_each_combination(run: Run) -> None:
    rows = json.loads(printed(run("flow", "blog", "--all-paths", "--json")))
    assert len(rows) == 168
    assert {tuple(row) for row in rows} == {
        ("choices", "outcome", "verdict", "mode", "citations")
    }
    assert len({json.dumps(row["choices"]) for row in rows}) == 168
    row = next(row for row in rows if row["choices"].get("reader") == "public")
    chosen = [f"--choose={prompt}={one}" for prompt, one in row["choices"].items()]
    found = document(run("flow", "blog", *chosen, "--json"))
    assert found["choices"] == row["choices"]
    outcome = found["outcome"]
    assert (outcome["id"], outcome["verdict"], outcome["mode"]) == (
        row["outcome"],
        row["verdict"],
        row["mode"],
    )
    assert [one["passage"] for one in outcome["citations"]] == row["citations"]


def test_all_paths_counts_outcomes_and_verdicts(run: Run) -> None:
    out = printed(run("flow", "blog", "--all-paths"))
    rows = [line.split() for line in out.splitlines()]
    assert rows[0] == ["Outcome", "and", "verdict", "Combinations"]
    assert ["raise:", "Ask", "first", "6"] in rows
    assert out.endswith("\n168 combinations\n")
    counts = [int(row[-1]) for row in rows[1:-1]]
    assert sum(counts) == 168


# Drawings


def test_draw_prints_the_flow_as_a_chart_or_a_picture(
    run: Run, read_files: ReadFiles
) -> None:
    flow = read_files(FILES).knowledge.flows["blog"]
    drawn = printed(run("flow", "blog", "--draw"))
    assert drawn.strip() == mermaid(flow).strip()
    picture = printed(run("flow", "blog", "--draw", "--as", "svg"))
    assert picture.lstrip().startswith("<svg")
    assert picture.rstrip().endswith("</svg>")


# On paper of any kind


def test_an_outcome_fits_sixty_columns_without_colour(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    monkeypatch.setenv("NO_COLOR", "1")
    for arguments in (
        ("flow",),
        ("flow", "blog"),
        ("flow", "blog", *CHOSEN),
        ("flow", "blog", "--choose", "about=work,hobby", "--choose", "name=unsure"),
        ("flow", "blog", "--all-paths"),
    ):
        out = printed(run(*arguments))
        lines = [line for line in out.splitlines() if "blog-" not in line]
        assert max(map(len, lines)) <= COLUMNS, arguments
        assert "\x1b" not in out


# Decisions


def test_decision_prints_the_record_of_a_code(run: Run) -> None:
    found = document(run("flow", "blog", *CHOSEN, "--today", "2026-04-02", "--json"))
    code = found["code"]
    out = printed(run("decision", code))
    assert out.startswith("# Decision record: Before you blog\n")
    assert (
        f"Decided on 2 Apr 2026, with version {found['knowledge']['version'][:8]}"
        in out
    )
    assert out.count(f"`{code}`") == 1
    assert printed(run("decision", code.lower())) == out
    assert printed(run("decision", f" {code} ")) == out
    as_json = document(run("decision", code, "--format", "json"))
    assert as_json == document(run("decision", code, "--json"))
    assert (as_json["code"], as_json["day"]) == (code, "2026-04-02")
    assert as_json["choices"] == found["choices"]
    assert as_json["outcome"] == found["outcome"]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", "That is no code of a record."),
        ("blog", "That is no code of a record."),
        ("engage-8K3M", "begins with the name of its flow: blog-…, gift-…"),
        ("blog-8K3M", "A character of that code is wrong or missing."),
        ("blog-8K3!", "A code has no “!” in it."),
        ("x" * 5_000, "That is no code of a record."),
        ("blog-\udcff", "A code has no “\N{REPLACEMENT CHARACTER}” in it."),
    ],
    ids=range(7),
)
def test_a_wrong_code_is_wrong_usage_told_in_one_sentence(
    run: Run, code: str, told: str
) -> None:
    exit_code, out, err = run("decision", code)
    assert (exit_code, out) == (2, "")
    assert told in err
    assert err.startswith("guidance-bot: ")
    assert err.count("\n") == 1


def test_decision_tells_what_has_changed_since(run: Run, write: Write) -> None:
    code = document(run("flow", "blog", *CHOSEN, "--json"))["code"]
    page = str(DEPARTMENT["guidance/personal/blogging.md"])
    changed = page.replace("applies to every blog", "applies to each blog")
    write(FILES | {"guidance/personal/blogging.md": changed})
    out = printed(run("decision", code))
    assert "> **This is the text of today." in out
    assert "(personal/blogging#official)" in out
    found = document(run("decision", code, "--json"))
    assert (found["current"], found["changed"]) == (
        False,
        ["personal/blogging#official"],
    )


# The flow that an answer leads to


def flow_of(run: Run, question: str) -> Any:
    return document(run("ask", question, "--json"))["flow"]


def test_a_question_that_states_choices_leads_to_their_flow(run: Run) -> None:
    assert flow_of(run, "may I blog about my job under a pen name?") == {
        "name": "blog",
        "choices": {"about": "work", "name": "pen"},
    }
    assert flow_of(run, "a blog on my hobby") == {
        "name": "blog",
        "choices": {"about": "hobby"},
    }


@pytest.mark.parametrize(
    "question",
    ["may I blog?", "hello", "thanks!", "help", "", "pen name " * 500, "canteen"],
    ids=["no cue", "greeting", "thanks", "help", "empty", "over-long", "nothing"],
)
def test_a_question_that_states_none_leads_to_no_flow(run: Run, question: str) -> None:
    assert flow_of(run, question) is None


def test_an_answer_leads_to_the_same_flow_in_a_batch_and_from_the_compiled_form(
    run: Run, tmp_path: Path
) -> None:
    question = "may I blog about my work under a pen name?"
    built, opened = flow_of(run, question), flow_of(run, question)
    batch = tmp_path / "batch.jsonl"
    batch.write_text(json.dumps({"id": "1", "question": question}))
    assert document(run("ask", "--batch", batch))["flow"] == built == opened
    assert built["choices"] == {"about": "work", "name": "pen"}


def test_an_answer_ends_with_the_command_that_goes_on_where_enough_is_stated(
    run: Run,
) -> None:
    question = "may I blog about my job under a pen name?"
    going_on = "guidance-bot flow blog --choose about=work --choose name=pen\n"
    assert printed(run("ask", question)).endswith(f"\n{going_on}")
    for_some = printed(run("ask", question, "--for", "uk-health"))
    assert for_some.endswith(
        "flow blog --for uk-health --choose about=work --choose name=pen\n"
    )
    # One choice is no way of engaging yet.
    assert "guidance-bot flow" not in printed(run("ask", "a blog on my hobby"))
    line = going_on.split()[1:]
    assert printed(run(*line)).startswith("Step 3 of up to 3\n")
