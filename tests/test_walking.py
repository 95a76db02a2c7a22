"""A walk is its lines and the replies to them; once somebody types them at a terminal."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guidance_bot.flows.engine import Walk, walk
from guidance_bot.flows.outcomes import outcome_of
from guidance_bot.flows.plan import Plan
from guidance_bot.flows.record import code_for, record_of, record_text
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Choice, Prompt
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import Read, read
from guidance_bot.terminal import Paper
from guidance_bot.terminal.flows import outcome_text, step_text
from guidance_bot.walking import Walking, chosen_in_words
from guidance_bot.wording import sentence
from tests.conftest import ORGANISATION, Write
from tests.flows.conftest import (
    BLOG,
    CONTACTS,
    FILES,
    HOBBY,
    NOTICE,
    STARTER,
    WORK,
    edited,
)
from tests.live.command import TIMEOUT_S, environ

TODAY = date(2026, 4, 2)
PAPER = Paper()
ReadFiles = Callable[[dict[str, str | bytes]], Read]


@pytest.fixture
def knowledge(read_files: ReadFiles) -> Knowledge:
    """The department with its flows."""
    return read_files(FILES).knowledge


def walking(
    knowledge: Knowledge, name: str = "blog", jurisdiction: str | None = None
) -> Walking:
    return Walking(
        knowledge.flows[name],
        knowledge,
        jurisdiction=jurisdiction,
        today=TODAY,
        paper=PAPER,
    )


def talk(knowledge: Knowledge, *lines: str) -> list[str]:
    """Return the replies to *lines*, after the opening."""
    opening, *replies = walking(knowledge).replies(lines)
    assert opening
    return replies


def after(knowledge: Knowledge, *lines: str) -> dict[str, str]:
    """Return what is chosen after *lines*."""
    held = walking(knowledge)
    list(held.replies(lines))
    return held.choices


def said(key: str, **values: object) -> str:
    return PAPER.wrap(sentence(key, {}, **values))


def at(knowledge: Knowledge, choices: dict[str, str], name: str = "blog") -> Walk:
    return walk(Plan.of(knowledge.flows[name]), choices)


def shown(knowledge: Knowledge, choices: dict[str, str]) -> str:
    """Return what is shown where *choices* lead."""
    here = at(knowledge, choices)
    outcome = outcome_of(here, knowledge)
    if outcome is None:
        return step_text(here, knowledge, PAPER)
    code = code_for(outcome, here, knowledge, TODAY)
    told = outcome_text(here, outcome, knowledge, PAPER, code=code)
    return f"{told}\n\n{said('flow-done')}"


# Through a flow


def test_a_walk_opens_with_what_it_is_how_to_choose_and_the_first_prompt(
    knowledge: Knowledge,
) -> None:
    (opening,) = walking(knowledge).replies([])
    assert opening == (
        f"Three choices, one minute.\n\n{said('flow-how')}\n\n{shown(knowledge, {})}"
    )


def test_each_line_leads_on_and_the_last_to_the_outcome(knowledge: Knowledge) -> None:
    assert talk(knowledge, "1", "1", "1") == [
        shown(knowledge, {"about": "work"}),
        shown(knowledge, {"about": "work", "name": "own"}),
        shown(knowledge, WORK),
    ]


@pytest.mark.parametrize(
    ("line", "chosen"),
    [
        ("1", "work"),
        ("2.", None),
        ("hobby", "hobby"),
        ("HOBBY", "hobby"),
        ("  hobby  ", "hobby"),
        ("my w", "work"),
        ("My friends", "friends"),
        ("something", "concern"),
        ("my", None),
        ("1 3", "work+friends"),
        ("1, 3", "work+friends"),
        ("1,3", "work+friends"),
        ("1+3", "work+friends"),
        ("1 and 3", "work+friends"),
        ("3 and 1", "work+friends"),
        ("hobby friends", "hobby+friends"),
        ("hobby and 1", "work+hobby"),
        ("my work and a hobby", None),
        ("1 2 3", None),
        ("1 4", None),
        ("4", "concern"),
        ("1 1", None),
        ("0", None),
        ("5", None),
        ("-1", None),
        ("1000", None),
        ("²", None),
        ("sport", None),
        ("=", None),
    ],
)
def test_a_line_is_a_choice_by_number_id_or_the_beginning_of_a_label(
    knowledge: Knowledge, line: str, chosen: str | None
) -> None:
    assert after(knowledge, line) == ({"about": chosen} if chosen else {})


@pytest.mark.parametrize("line", ["1, and 3", "1, 3,", "1 and, 3", "1,,3"])
def test_commas_and_ands_may_stand_together(knowledge: Knowledge, line: str) -> None:
    assert after(knowledge, line) == {"about": "work+friends"}


@pytest.mark.parametrize("line", ["about=1 3", "about = work and friends"])
def test_a_prompt_can_be_named_with_its_choice(knowledge: Knowledge, line: str) -> None:
    assert after(knowledge, line) == {"about": "work+friends"}


def test_choices_of_prompts_that_are_asked_can_be_made_in_any_order(
    knowledge: Knowledge,
) -> None:
    lines = ["about=work", "reader=public", "name=own"]
    assert talk(knowledge, *lines)[-1] == shown(knowledge, WORK)
    assert after(knowledge, *lines) == WORK


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        (["1 2 3"], "flow-choose-up-to"),
        (["1 4"], "flow-choose-up-to"),
        (["nonsense"], "flow-choose-up-to"),
        (["hobby", "1 2"], "flow-choose-one"),
        (["hobby", "4"], "flow-choose-one"),
        (["hobby", "own", "nonsense"], "flow-not-understood"),
    ],
)
def test_a_line_that_is_no_choice_is_told_what_is_and_changes_nothing(
    knowledge: Knowledge, lines: list[str], key: str
) -> None:
    count = 3 if key == "flow-choose-one" else 4
    assert talk(knowledge, *lines)[-1] == said(key, count=count, most=2)
    assert after(knowledge, *lines) == after(knowledge, *lines[:-1])


@pytest.mark.parametrize("line", ["colour=red", "=", "1=2"])
def test_a_prompt_that_there_is_not_is_told_with_those_that_there_are(
    knowledge: Knowledge, line: str
) -> None:
    (reply,) = talk(knowledge, line)
    assert "Everything is chosen" not in reply


def test_empty_lines_are_passed_over(knowledge: Knowledge) -> None:
    assert talk(knowledge, "", "  ", "\t", "2") == [
        shown(knowledge, {"about": "hobby"})
    ]


@pytest.mark.parametrize("word", ["quit", "exit", "q", "QUIT", " quit "])
def test_a_word_ends_the_walk(knowledge: Knowledge, word: str) -> None:
    assert talk(knowledge, "1", word, "1") == [shown(knowledge, {"about": "work"})]


# Back, change, again


def test_back_takes_back_one_choice_after_the_other(knowledge: Knowledge) -> None:
    replies = talk(knowledge, "1", "1", "1", "back", "back", "BACK", "back")
    assert replies[3:] == [
        shown(knowledge, {"about": "work", "name": "own"}),
        shown(knowledge, {"about": "work"}),
        shown(knowledge, {}),
        shown(knowledge, {}),
    ]


@pytest.mark.parametrize("word", ["again", "start again", "restart", "new", "Again."])
def test_again_begins_anew(knowledge: Knowledge, word: str) -> None:
    assert talk(knowledge, "1", "1", word)[-1] == shown(knowledge, {})
    assert after(knowledge, "1", word, "back", "2") == {"about": "hobby"}


def test_change_asks_a_prompt_again_and_keeps_the_other_choices(
    knowledge: Knowledge,
) -> None:
    asked, changed = talk(knowledge, *"111", "change name", "pen")[3:]
    assert asked.startswith("Step 2 of up to 3\nUnder which name?\n\n1. My own name")
    assert changed == shown(knowledge, {**WORK, "name": "pen"})


def test_until_it_is_answered_a_change_changes_nothing(knowledge: Knowledge) -> None:
    lines = ("1", "1", "1", "change name")
    assert after(knowledge, *lines) == WORK
    assert talk(knowledge, *lines, "back")[-1] == shown(knowledge, WORK)
    assert after(knowledge, *lines, "nonsense", "pen") == {**WORK, "name": "pen"}


@pytest.mark.parametrize("named", ["ABOUT", "what is", "What is it about? Up to two"])
def test_a_prompt_to_change_is_named_by_its_id_or_how_it_begins(
    knowledge: Knowledge, named: str
) -> None:
    assert "Up to two" in talk(knowledge, "1", f"change {named}")[-1]


@pytest.mark.parametrize("named", ["colour", "w", "?"])
def test_a_prompt_to_change_that_there_is_not_is_told(
    knowledge: Knowledge, named: str
) -> None:
    prompts = "jurisdiction, notice, about, name, reader"
    assert talk(knowledge, f"change {named}") == [
        said("flow-which-prompt", prompts=prompts)
    ]


def test_what_a_change_no_longer_asks_is_dropped_and_told_once(
    knowledge: Knowledge,
) -> None:
    dropped, later = talk(knowledge, *"111", "change about", "hobby", "name=pen")[4:]
    told = said("dropped-not-asked", choice="Anybody", prompt="Who may read it?")
    assert dropped == f"{told}\n\n{shown(knowledge, HOBBY)}"
    assert "left out" not in later
    lines = (*"111", "change about", "hobby")
    assert after(knowledge, *lines) == HOBBY
    # What was dropped is asked again, and not remembered.
    assert talk(knowledge, *lines, "about=work")[-1] == shown(
        knowledge, {"about": "work", "name": "own"}
    )


def test_what_a_change_asks_anew_is_asked(knowledge: Knowledge) -> None:
    assert talk(knowledge, "2", "1", "change about", "1")[-1] == shown(
        knowledge, {"about": "work", "name": "own"}
    )


def test_what_is_known_of_the_asker_is_not_told_as_left_out(
    read_files: ReadFiles,
) -> None:
    text = edited(
        BLOG,
        "    from_asker: true\n    default: none\n",
        "    from_asker: true\n    default: none\n    when: {name: own}\n",
    )
    held = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    opening, *replies = walking(held).replies(["2", "2"])
    assert "left out" not in "".join((opening, *replies))


def test_whose_rules_bind_can_be_changed_at_any_time(knowledge: Knowledge) -> None:
    replies = talk(knowledge, "2", "1", "change jurisdiction", "UK health")
    assert "What binds you (every employer)" in replies[1]
    assert "What binds you (UK health service)" in replies[3]


def test_a_notice_comes_into_force_with_the_jurisdiction_it_concerns(
    read_files: ReadFiles,
) -> None:
    text = ORGANISATION + CONTACTS + NOTICE
    held = read_files(FILES | {"organisation.yaml": text}).knowledge
    lines = ["2", "1", "jurisdiction=uk-civil-service"]
    *_, reply = walking(held, jurisdiction="uk-health").replies(lines)
    assert reply.startswith("Elections are near.\n\nAsk first")


# Record, help


def test_record_prints_the_record_of_a_finished_walk(knowledge: Knowledge) -> None:
    here = at(knowledge, WORK)
    outcome = outcome_of(here, knowledge)
    assert outcome is not None
    code = code_for(outcome, here, knowledge, TODAY)
    assert code is not None
    wanted = record_text(record_of(code, knowledge), knowledge)
    assert talk(knowledge, *"111", "record")[-1] == wanted
    assert after(knowledge, *"111", "record", "back") == {
        "about": "work",
        "name": "own",
    }


@pytest.mark.parametrize("lines", [[], ["1"], ["4"], ["2", "3"]])
def test_there_is_no_record_of_what_is_open_or_a_concern(
    knowledge: Knowledge, lines: list[str]
) -> None:
    assert talk(knowledge, *lines, "record")[-1] == said("flow-no-record")


def test_help_says_how_and_changes_nothing(knowledge: Knowledge) -> None:
    assert talk(knowledge, "1", "help")[-1] == said("flow-how")
    assert after(knowledge, "1", "help") == {"about": "work"}


# Properties

LINES = st.one_of(
    st.sampled_from(
        ["1", "2", "3", "1 2", "2 and 3", "back", "again", "record", "help", ""]
    ),
    st.sampled_from(["change about", "change name", "change x", "change", "nonsense"]),
    st.sampled_from(["about=work", "about=concern", "name=unsure", "reader=1", "x=1"]),
    st.sampled_from(["jurisdiction=uk-health", "notice=in-force", "name=", "=", "++"]),
    st.text(max_size=8),
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=14))
def test_any_lines_lead_where_the_choices_kept_lead(
    knowledge: Knowledge, lines: list[str]
) -> None:
    held = walking(knowledge)
    replies = list(held.replies(lines))
    assert all(replies)
    known = {"notice": "none"}
    fresh = at(knowledge, {**known, **held.choices})
    assert held.at() == fresh
    assert fresh.dropped == ()
    # Walking there anew, in the flow's order, comes to the same.
    again = walking(knowledge)
    flow = knowledge.flows["blog"]
    typed = [
        f"{p.id}={held.choices[p.id]}" for p in flow.prompts if p.id in held.choices
    ]
    list(again.replies(typed))
    assert again.choices == held.choices


@pytest.fixture(scope="module")
def starter() -> Knowledge:
    return read([read_folder(STARTER)]).knowledge


@settings(max_examples=40)
@pytest.mark.parametrize("name", ["engage", "should-we", "stage"])
@given(st.data())
def test_any_lines_lead_through_a_starter_flow(
    starter: Knowledge, name: str, data: st.DataObject
) -> None:
    flow = starter.flows[name]
    named = [
        f"{word}{prompt.id}{rest}"
        for prompt in flow.prompts
        for word, rest in (("change ", ""), ("", "=1"), ("", "=2"), ("", "=unsure"))
    ]
    line = st.one_of(
        st.sampled_from(["1", "2", "3", "4", "5"]),
        st.sampled_from([*named, "back", "again", "record", "1 2", "x"]),
    )
    held = walking(starter, name)
    lines = data.draw(st.lists(line, min_size=8, max_size=20))
    assert all(held.replies(lines))
    here = held.at()
    assert here.dropped == ()
    assert here == at(starter, dict(here.choices), name)


def test_every_choice_can_be_made_by_its_number_its_id_and_its_whole_label(
    starter: Knowledge,
) -> None:
    for flow in starter.flows.values():
        for prompt in flow.prompts:
            ids = [choice.id for choice in prompt.choices]
            for answer in prompt.answers():
                chosen = answer.split("+")
                numbers = [str(ids.index(one) + 1) for one in chosen]
                for joint in (" ", ", ", " and ", "+"):
                    assert chosen_in_words(prompt, joint.join(numbers)) == answer
                    backwards = joint.join(reversed(chosen))
                    if "-and-" not in backwards:
                        assert chosen_in_words(prompt, backwards) == answer
            for choice in prompt.choices:
                assert chosen_in_words(prompt, choice.label.upper()) == choice.id


@pytest.mark.parametrize("joint", [" ", ", ", " and ", "+"])
def test_an_id_with_and_in_it_can_stand_with_another(joint: str) -> None:
    choices = (Choice("learn-and-share", "Learn"), Choice("explain", "Explain"))
    prompt = Prompt("why", "Why?", choices, most=2)
    assert chosen_in_words(prompt, f"learn-and-share{joint}explain") == (
        "learn-and-share+explain"
    )


# At a terminal

STEERING = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
AT_A_TERMINAL = """
import fcntl, runpy, signal, sys, termios
# Where the tests run in the background, Ctrl-C is switched off for all they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("guidance_bot", run_name="__main__")
"""
CTRL_C, CTRL_D = "\x03", "\x04"
MOMENT_S = 0.01


class Terminal:
    """Somebody at a terminal, who walks through a flow."""

    def __init__(self, env: dict[str, str], *arguments: str) -> None:
        self._own, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        self.process = subprocess.Popen(
            [sys.executable, "-c", AT_A_TERMINAL, *arguments],
            env=env,
            cwd=env["HOME"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def type(self, text: str) -> None:
        """Type *text* once it is waited for."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        while stat.read_text("utf-8").rpartition(") ")[2][0] in "DR":
            time.sleep(MOMENT_S)
        os.write(self._own, text.encode())

    def read(self, until: str) -> str:
        """Return the text that is printed up to *until*."""
        raw = b""
        while True:
            text = STEERING.sub("", raw.decode("utf-8", "ignore")).replace("\r", "")
            if text.endswith(until):
                return text
            ready, _, _ = select.select([self._own], [], [], TIMEOUT_S)
            assert ready, f"{until!r} does not come after {text!r}"
            raw += os.read(self._own, 1 << 16)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(TIMEOUT_S)
        os.close(self._own)


@pytest.mark.parametrize("end", ["quit\r", CTRL_D, CTRL_C])
def test_a_flow_is_walked_at_a_terminal(
    end: str, write: Write, read_files: ReadFiles, tmp_path: Path
) -> None:
    knowledge = read_files(FILES).knowledge
    root = write(FILES)
    home = tmp_path / "home"
    home.mkdir()
    env = environ(home, GUIDANCE_BOT_KNOWLEDGE=str(root), NO_COLOR="1")
    terminal = Terminal(env, "flow", "blog", "--today", "2026-04-02")
    try:
        (opening,) = walking(knowledge).replies([])
        assert terminal.read("\n\n? ") == f"{opening}\n\n? "
        terminal.type("2\r")
        assert terminal.read("\n\n? ") == (
            f"2\n{shown(knowledge, {'about': 'hobby'})}\n\n? "
        )
        terminal.type("my own\r")
        assert terminal.read("\n\n? ") == f"my own\n{shown(knowledge, HOBBY)}\n\n? "
        terminal.type(end)
        assert terminal.process.wait(TIMEOUT_S) == 0
    finally:
        terminal.close()
