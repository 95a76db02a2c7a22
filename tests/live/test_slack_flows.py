"""How people walk through flows in Slack: the real bot, the strict local Slack."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.live.command import STARTER
from tests.live.conftest import Begin, write_folder
from tests.live.slack_processes import Json
from tests.live.slack_talk import (
    ANNA,
    BEN,
    DIRECT,
    ELSEWHERE,
    GENERAL,
    Talk,
    controls,
    place,
    told,
    words,
)
from tests.slack.walks import PARISH

OPEN, CHANGE, MORE, RECORD = "flow.open", "flow.change", "flow.more", "flow.record"
SHOW, COMPARE, KEEP, POST = "flow.show", "flow.compare", "flow.keep", "flow.post"
BACK, CHOOSE, PAGE = "flow.back", "flow.choose", "answer.page"
OUTCOME_WORDS = 220
CODE = re.compile(r"engage-[0-9A-Z]{1,6}(?:-[0-9A-Z]{1,6})+")

IN_PUBLIC = {"why": ["explain"], "audience": "external", "capacity": "official"}
YES = "Yes, for your organisation, in public."


@pytest.fixture(scope="module")
def parish(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("walks") / "parish", PARISH)


@pytest.fixture(scope="module")
def long_walk(begin: Begin, parish: Path) -> Iterator[Talk]:
    with begin("socket", knowledge=parish) as talk:
        yield talk


@pytest.fixture
def talk(long_walk: Talk) -> Iterator[Talk]:
    """A conversation over Socket Mode in which nothing was said yet."""
    long_walk.renew()
    long_walk.most_words = OUTCOME_WORDS
    yield long_walk
    close_all(long_walk)
    long_walk.verify()


def close_all(talk: Talk) -> None:
    """Close every window, as people do in the end."""
    for user in (ANNA, BEN):
        while stack := talk.slack.state()["views"].get(user):
            talk.slack.control("close", user=user, view=stack[-1]["id"])


# What people do


def engage(
    talk: Talk, text: str = "", channel: str = ELSEWHERE, user: str = ANNA
) -> None:
    """Give the slash command."""
    done = talk.slack.control(
        "command", user=user, channel=channel, command="/engage", text=text
    )
    assert done["acknowledged"], done


def window(talk: Talk, text: str = "", **where: str) -> Json:
    """Give the slash command and return the window that it opens."""
    before = hashes(talk)
    engage(talk, text, **where)
    return changed(talk, before, where.get("user", ANNA))


def hashes(talk: Talk) -> set[str]:
    stacks = talk.slack.state()["views"].values()
    return {view["hash"] for stack in stacks for view in stack}


def changed(talk: Talk, before: set[str], user: str = ANNA) -> Json:
    """Return the topmost window once it is another than those *before*."""

    def ready(state: Json) -> Any:
        stack = state["views"].get(user, [])
        return stack[-1:] if stack and stack[-1]["hash"] not in before else []

    (view,) = talk.slack.until(ready)
    found: Json = view
    return found


def inputs(view: Json) -> dict[str, Json]:
    """Return the inputs of a window in their order: prompt → block."""
    blocks = [block for block in view["blocks"] if block["type"] == "input"]
    return {block["block_id"].partition(".")[2]: block for block in blocks}


def filled(view: Json, choices: Mapping[str, Any]) -> Json:
    """Return what to submit for these *choices*."""
    held = inputs(view)
    return {held[p]["block_id"]: {CHOOSE: chosen} for p, chosen in choices.items()}


def submit(
    talk: Talk, view: Json, choices: Mapping[str, Any], user: str = ANNA
) -> None:
    done = talk.slack.control(
        "submit", user=user, view=view["id"], values=filled(view, choices)
    )
    assert done["acknowledged"], done
    assert done["ms"] < 1_000
    assert done["error"] is None


def outcome(
    talk: Talk, view: Json, choices: Mapping[str, Any], user: str = ANNA
) -> Json:
    """Submit and return the message with what follows."""
    before = talk.last_ts()
    submit(talk, view, choices, user)
    (message,) = talk.heard(before)
    assert talk.slack.state()["views"].get(user, []) == []
    return message


def errors(talk: Talk, user: str = ANNA) -> dict[str, str]:
    """Return what stands under the inputs of the topmost window."""
    top = talk.slack.state()["views"][user][-1]
    return {id_.partition(".")[2]: said for id_, said in top["errors"].items()}


def initial(block: Json) -> list[str]:
    """Return what an input starts with."""
    element = block["element"]
    one = element.get("initial_option")
    return [o["value"] for o in ([one] if one else element.get("initial_options", []))]


def text_of(view: Json) -> str:
    """Return the words of a window's sections and small print."""
    texts = []
    for block in view["blocks"]:
        if block["type"] in {"section", "header"}:
            texts.append(block["text"]["text"])
        elif block["type"] == "context":
            texts += [element["text"] for element in block["elements"]]
    return "\n".join(texts)


# The window


def test_the_window_has_every_prompt_in_the_order_of_the_flow(talk: Talk) -> None:
    view = window(talk)

    blocks = inputs(view)
    assert list(blocks) == [
        "jurisdiction",
        "restricted_post",
        "why",
        "audience",
        "capacity",
    ]
    kinds = [block["element"]["type"] for block in blocks.values()]
    assert kinds == [
        "static_select",
        "radio_buttons",
        "checkboxes",
        *["radio_buttons"] * 2,
    ]
    assert [initial(block) for block in blocks.values()] == [
        ["unknown"],
        ["unknown"],
        [],
        [],
        [],
    ]
    assert view["title"]["text"] == "How to engage"
    assert view["submit"]["text"] == told("button-flow-submit")
    why = blocks["why"]
    assert why["hint"]["text"] == "Finish the sentence."
    assert why["element"]["options"][0]["text"]["text"] == "Explain & <educate>"
    assert why["element"]["options"][0]["description"]["text"] == "Nobody *knows* it"
    assert "Five choices" in text_of(view)


def test_submitting_closes_the_window_and_tells_the_person_alone(talk: Talk) -> None:
    message = outcome(talk, window(talk), IN_PUBLIC)

    assert place(message) == (ELSEWHERE, None, ANNA)
    assert message["text"].startswith(f"{YES}\nWriting for the public\nSettle first\n")
    assert (
        "The Code applies to whatever you write in public. (Rule, 2010)"
        in message["text"]
    )
    assert message["text"].endswith("The whole page: Writing for the public")
    assert controls(message) == [RECORD, CHANGE, MORE]


def test_what_is_missing_is_said_below_it_and_the_window_stays(talk: Talk) -> None:
    view = window(talk)

    submit(talk, view, {})
    assert errors(talk) == {"why": told("flow-missing-some")}
    submit(talk, view, {"why": ["explain"], "audience": "external"})
    assert errors(talk) == {"capacity": told("flow-missing")}

    message = outcome(talk, view, {"capacity": "official"})
    assert message["text"].startswith(YES)


@pytest.mark.parametrize(
    ("why", "key", "values"),
    [
        (["explain", "unsure"], "flow-alone", {"choice": "Not sure yet"}),
        (["explain", "listen", "barriers"], "flow-too-many", {"most": "2"}),
    ],
)
def test_choices_that_do_not_go_together_are_said_so(
    why: list[str], key: str, values: dict[str, str], talk: Talk
) -> None:
    view = window(talk)

    submit(talk, view, IN_PUBLIC | {"why": why})

    assert errors(talk)["why"] == told(key, **values)
    assert talk.settled() == []


def test_a_concern_needs_nothing_else_and_is_offered_neither_record_nor_channel(
    talk: Talk,
) -> None:
    message = outcome(talk, window(talk), {"why": ["concern"]})

    assert message["text"].startswith("Ask first, and not in public.\nA safer way\n")
    assert controls(message) == [CHANGE, MORE]
    assert controls(talk.opened(message, MORE)) == [PAGE, KEEP]


def test_whose_rules_bind_changes_what_is_quoted(talk: Talk) -> None:
    view = window(talk)
    submit(talk, view, {"why": []})

    message = outcome(talk, view, IN_PUBLIC | {"jurisdiction": "uk-health"})

    assert "A doctor's words in public" in message["text"]
    assert "What binds you (UK health service)" in message["text"]
    assert told("flow-unknown-rules") not in message["text"]


# Changing


def test_an_answer_is_changed_in_a_new_message(talk: Talk) -> None:
    first = outcome(talk, window(talk), IN_PUBLIC | {"why": ["explain", "listen"]})

    view = talk.opened(first, CHANGE)

    assert [initial(block) for block in inputs(view).values()] == [
        ["unknown"],
        ["unknown"],
        ["explain", "listen"],
        ["external"],
        ["official"],
    ]
    second = outcome(talk, view, {"capacity": "personal"})
    assert second["text"].startswith("Yes, as yourself, in public.")
    assert place(second) == place(first)
    old, _ = talk.settled()
    assert (old["ts"], old["text"]) == (first["ts"], first["text"])
    assert old["edited"] is None


def test_what_no_longer_applies_is_named_in_one_line(talk: Talk) -> None:
    first = outcome(talk, window(talk), IN_PUBLIC)

    message = outcome(talk, talk.opened(first, CHANGE), {"why": ["concern"]})

    line = told("flow-left-out", choices="Anybody; For my organisation")
    assert message["text"].splitlines()[-1] == line


# Both ways


def test_what_is_unsure_is_shown_both_ways_and_each_in_full(talk: Talk) -> None:
    message = outcome(talk, window(talk), IN_PUBLIC | {"audience": "unsure"})

    lines = message["text"].splitlines()
    assert lines[0] == "Cannot tell yet: this is how to find out."
    assert "Who can read it? Ask the &lt;!channel&gt; boss (#boss)." in message["text"]
    either = lines.index(told("flow-either-way"))
    assert lines[either + 1 : either + 3] == [
        f"Anybody: {YES}",
        "Only colleagues: Yes, among colleagues.",
    ]
    assert controls(message) == [f"{SHOW}.1", f"{SHOW}.2", MORE]

    shown = talk.pressed(message, f"{SHOW}.2")

    assert shown["text"].startswith("Yes, among colleagues.\nWriting for colleagues")
    assert controls(shown) == [RECORD, CHANGE, MORE]


def test_more_than_two_ways_are_counted_and_all_are_under_more(talk: Talk) -> None:
    unsure = {"why": ["listen"], "audience": "unsure", "capacity": "unsure"}
    message = outcome(talk, window(talk), unsure)

    assert told("flow-ways", count="4") in message["text"]
    assert "Only colleagues, As myself: Yes, among colleagues." in message["text"]
    assert controls(message) == [CHANGE, MORE]

    view = talk.opened(message, MORE)

    assert controls(view) == [*(f"{SHOW}.{n}" for n in range(1, 5)), CHANGE, KEEP]
    shown = talk.pressed(view, f"{SHOW}.4")
    assert shown["text"].startswith("Yes, among colleagues.")
    assert place(shown) == place(message)


# Records


def record_of(talk: Talk, message: Json) -> tuple[Json, Json]:
    """Make a record; return it and what is said of it."""
    talk.most_words = 600
    before = talk.last_ts()
    talk.press(message, RECORD)
    record, said = talk.heard(before, 2)
    return record, said


def test_a_record_goes_to_the_direct_messages_and_its_code_brings_it_back(
    talk: Talk,
) -> None:
    record, said = record_of(talk, outcome(talk, window(talk), IN_PUBLIC))

    assert place(record) == (DIRECT[ANNA], None, None)
    assert place(said) == (ELSEWHERE, None, ANNA)
    assert said["text"] == told("flow-recorded")
    code = CODE.search(record["text"])
    assert code is not None
    assert f"```{code[0]}```" in text_of(record)
    assert "For my organisation" in record["text"]

    before = talk.last_ts()
    engage(talk, f"decision {code[0]}")
    (again,) = talk.heard(before)
    assert place(again) == (ELSEWHERE, None, ANNA)
    assert again["text"] == record["text"]
    assert talk.ask(f"decision `{code[0]}`")["text"] == record["text"]


def test_a_record_asked_for_with_a_mention_is_private(talk: Talk) -> None:
    record, _ = record_of(talk, outcome(talk, window(talk), IN_PUBLIC))
    code = CODE.search(record["text"])
    assert code is not None

    root = talk.say(f"@guidance decision {code[0]}", GENERAL)
    told_privately, said = talk.heard(root, 2)

    assert place(told_privately) == (DIRECT[ANNA], None, None)
    assert told_privately["text"] == record["text"]
    assert place(said) == (GENERAL, root, None)
    assert said["text"] == told("answered-privately")


def test_a_code_with_one_wrong_character_is_refused_as_such(talk: Talk) -> None:
    record, _ = record_of(talk, outcome(talk, window(talk), IN_PUBLIC))
    code = CODE.search(record["text"])
    assert code is not None
    last = code[0][-1]
    wrong = code[0][:-1] + ("7" if last != "7" else "8")

    before = talk.last_ts()
    engage(talk, f"decision {wrong}")

    assert talk.heard(before)[0]["text"] == told("code-wrong")
    assert talk.ask(f"decision {wrong}")["text"] == told("code-wrong")


def test_a_record_is_sent_once_however_often_the_button_is_pressed(talk: Talk) -> None:
    message = outcome(talk, window(talk), IN_PUBLIC)
    record_of(talk, message)

    said = talk.pressed(message, RECORD)

    assert said["text"] == told("flow-recorded")
    sent = [m for m in talk.settled() if m["channel"] == DIRECT[ANNA]]
    assert len(sent) == 1


# In direct messages


def test_in_direct_messages_outcome_and_record_stay(talk: Talk) -> None:
    offered = talk.ask("engage")
    assert (
        offered["text"]
        == "Which way of taking part is yours. Five choices, about a minute."
    )

    message = outcome(talk, talk.opened(offered, OPEN), IN_PUBLIC)

    assert place(message) == (DIRECT[ANNA], None, None)
    assert KEEP not in controls(talk.opened(message, MORE))
    close_all(talk)
    talk.most_words = 600
    record = talk.pressed(message, RECORD)
    assert place(record) == (DIRECT[ANNA], None, None)
    assert CODE.search(record["text"])
    by_command = outcome(talk, window(talk, channel=DIRECT[ANNA]), IN_PUBLIC)
    assert place(by_command) == (DIRECT[ANNA], None, None)


# In channels


def test_a_mention_is_answered_in_its_thread_with_a_button_for_whoever_presses(
    talk: Talk,
) -> None:
    root = talk.say("@guidance engage", GENERAL)
    (offered,) = talk.heard(root)
    assert place(offered) == (GENERAL, root, None)
    assert controls(offered) == [OPEN]

    view = talk.opened(offered, OPEN, BEN)
    message = outcome(talk, view, IN_PUBLIC, BEN)

    assert place(message) == (GENERAL, root, BEN)


def test_the_flow_that_is_named_opens(talk: Talk) -> None:
    root = talk.say("@guidance engage should-we", GENERAL)
    (offered,) = talk.heard(root)

    assert offered["text"].startswith("Whether to go ahead at all.")
    view = talk.opened(offered, OPEN)
    assert view["title"]["text"] == told("flow-step", step="1", of="3")


def test_flows_are_listed_with_a_button_each(talk: Talk) -> None:
    listed = talk.ask("flows")

    lines = listed["text"].splitlines()
    assert lines == [
        told("flow-list"),
        "How to engage: Which way of taking part is yours.",
        "Should we?: Whether to go ahead at all.",
    ]
    view = talk.opened(listed, f"{OPEN}.2")
    assert view["title"]["text"] == told("flow-step", step="1", of="3")


def test_a_name_that_is_none_gets_the_list_and_help_says_how(talk: Talk) -> None:
    before = talk.last_ts()
    engage(talk, "nowhere & <more>")
    (listed,) = talk.heard(before)
    assert listed["text"].startswith(told("flow-unknown", name="nowhere & <more>"))
    assert controls(listed) == [f"{OPEN}.1", f"{OPEN}.2"]

    before = talk.last_ts()
    engage(talk, "help")
    (helped,) = talk.heard(before)
    assert "/engage flows" in helped["text"]


@pytest.mark.parametrize(
    "question", ["engage with the public?", "decision on flags", "flows of people"]
)
def test_a_question_that_begins_like_an_order_is_a_question(
    question: str, talk: Talk
) -> None:
    assert OPEN not in controls(talk.ask(question))


def test_an_outcome_is_posted_to_the_channel_and_names_who_shared_it(
    talk: Talk,
) -> None:
    message = outcome(talk, window(talk, channel=GENERAL), IN_PUBLIC)
    view = talk.opened(message, MORE)
    assert controls(view) == [PAGE, COMPARE, f"{OPEN}.1", KEEP, POST]

    done = talk.opened(view, POST)

    assert text_of(done).startswith(told("posted"))
    (posted,) = talk.settled(message["ts"])
    assert place(posted) == (GENERAL, None, None)
    assert posted["text"].startswith(YES)
    assert f"Shared by <@{ANNA}>." in posted["text"]
    assert controls(posted) == [OPEN]
    assert "official" not in json.dumps(posted["blocks"])
    view = talk.opened(posted, OPEN, BEN)
    starts = [initial(block) for block in inputs(view).values()]
    assert starts == [["unknown"], ["unknown"], [], [], []]


def test_an_outcome_is_kept_once_in_the_direct_messages(talk: Talk) -> None:
    message = outcome(talk, window(talk), IN_PUBLIC)

    for _ in range(2):
        done = talk.opened(talk.opened(message, MORE), KEEP)
        assert text_of(done).startswith(told("flow-kept"))

    (kept,) = talk.settled(message["ts"])
    assert place(kept) == (DIRECT[ANNA], None, None)
    assert kept["text"].startswith(YES)
    assert told("flow-from", flow="How to engage") in kept["text"]


# From a question


STATING = "what binds me writing for the public for my organisation?"


def test_a_question_that_states_a_way_opens_the_flow_filled_in(talk: Talk) -> None:
    answer = talk.ask(f"@guidance {STATING}", GENERAL)
    assert answer["text"].startswith("The Code applies to whatever")
    assert [one for one in controls(answer) if one != "answer.rules"] == [
        PAGE,
        OPEN,
        "answer.more",
    ]

    view = talk.opened(answer, OPEN, BEN)

    starts = {prompt: initial(block) for prompt, block in inputs(view).items()}
    assert starts == {
        "jurisdiction": ["unknown"],
        "restricted_post": ["unknown"],
        "why": [],
        "audience": ["external"],
        "capacity": ["official"],
    }
    message = outcome(talk, view, {"why": ["explain"]}, BEN)
    assert place(message) == (GENERAL, answer["thread_ts"], BEN)


def test_such_an_answer_is_kept_from_the_window_with_more(talk: Talk) -> None:
    answer = talk.ask(f"@guidance {STATING}", GENERAL)

    done = talk.opened(talk.opened(answer, "answer.more"), "answer.keep")

    assert text_of(done).startswith(told("kept"))
    (kept,) = talk.settled(answer["ts"])
    assert place(kept) == (DIRECT[ANNA], None, None)


# Windows on top


def test_page_and_neighbour_open_on_top_of_more(talk: Talk) -> None:
    message = outcome(talk, window(talk), IN_PUBLIC)
    more = talk.opened(message, MORE)

    page = talk.opened(more, PAGE)
    assert page["previous_view_id"] == more["id"]
    assert page["blocks"][0]["text"]["text"] == "Writing for the public"
    talk.slack.control("close", user=ANNA, view=page["id"])
    other = talk.opened(more, COMPARE)

    assert other["previous_view_id"] == more["id"]
    assert other["blocks"][0]["text"]["text"] == "Only colleagues"
    assert "Yes, among colleagues." in text_of(other)


def test_another_way_keeps_who_asks_and_why(talk: Talk) -> None:
    message = outcome(
        talk, window(talk), IN_PUBLIC | {"jurisdiction": "uk-civil-service"}
    )

    view = talk.opened(talk.opened(message, MORE), f"{OPEN}.1")

    starts = [initial(block) for block in inputs(view).values()]
    assert starts == [["uk-civil-service"], ["unknown"], ["explain"], [], []]
    another = outcome(talk, view, {"audience": "internal", "capacity": "official"})
    assert another["text"].startswith("Yes, among colleagues.")


def test_who_does_not_know_why_goes_on_in_the_other_flow(talk: Talk) -> None:
    unsure = {"why": ["unsure"], "restricted_post": "yes"}
    message = outcome(talk, window(talk), unsure)
    assert controls(message) == [OPEN, CHANGE, MORE]

    view = talk.opened(message, OPEN)

    assert view["title"]["text"] == told("flow-step", step="1", of="3")
    assert initial(inputs(view)["restricted_post"]) == ["yes"]


# In steps


def stepped(talk: Talk, view: Json, choices: Mapping[str, Any]) -> Json:
    """Submit a step and return the window with the next one."""
    before = hashes(talk)
    submit(talk, view, choices)
    return changed(talk, before)


def test_a_flow_in_steps_goes_on_and_back_in_one_window(talk: Talk) -> None:
    view = window(talk, "should-we")
    assert list(inputs(view)) == ["restricted_post", "audience"]
    assert view["submit"]["text"] == told("button-flow-next")
    assert BACK not in controls(view)

    submit(talk, view, {})
    assert errors(talk) == {"audience": told("flow-missing")}
    view = stepped(talk, view, {"audience": "external"})
    assert view["title"]["text"] == told("flow-step", step="2", of="3")
    assert "Who is it for? *Anybody*" in text_of(view)
    view = stepped(talk, view, {"hours": "somebody"})
    assert list(inputs(view)) == ["answers"]
    assert view["submit"]["text"] == told("button-flow-submit")
    talk.slack.control(
        "click",
        user=ANNA,
        action_id=CHOOSE,
        option="none",
        view=view["id"],
    )

    for expected in ({"hours": "somebody"}, {"audience": "external"}):
        view = talk.opened(view, BACK)
        for prompt, chosen in expected.items():
            assert initial(inputs(view)[prompt]) == [chosen]
    assert BACK not in controls(view)
    # Other choices lead elsewhere: the third step is not asked, and that is told.
    view = stepped(talk, view, {"audience": "internal"})
    assert view["submit"]["text"] == told("button-flow-submit")
    message = outcome(talk, view, {})

    assert message["text"].startswith("Go ahead.\nThe case so far\n")
    lost = told("dropped-not-asked", choice="None yet", prompt="Who answers people?")
    assert message["text"].splitlines()[-1] == lost


def test_changing_an_answer_walks_the_steps_again_filled_in(talk: Talk) -> None:
    view = stepped(talk, window(talk, "should-we"), {"audience": "internal"})
    message = outcome(talk, view, {"hours": "nobody"})
    assert message["text"].startswith("Not yet: find the hours.")

    view = talk.opened(message, CHANGE)
    assert initial(inputs(view)["audience"]) == ["internal"]
    view = stepped(talk, view, {})
    assert initial(inputs(view)["hours"]) == ["nobody"]

    again = outcome(talk, view, {"hours": "somebody"})
    assert again["text"].startswith("Go ahead.")


# Restarts, edits, time


@pytest.fixture
def own(begin: Begin, tmp_path: Path) -> Iterator[tuple[Talk, Path]]:
    """A conversation of a test's own, over HTTP, and its folder to edit."""
    root = write_folder(tmp_path / "parish", PARISH)
    with begin("http", knowledge=root) as talk:
        talk.most_words = OUTCOME_WORDS
        yield talk, root
        close_all(talk)


def edit(root: Path, name: str, *pairs: tuple[str, str]) -> None:
    path = root / name
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


WITHOUT_LISTENING = (
    "      - {id: listen, label: Listen to people, short: listening}\n",
    "",
)


def test_a_restart_in_the_middle_loses_nothing(own: tuple[Talk, Path]) -> None:
    talk, _ = own
    one, steps = window(talk), None
    talk.restart()
    message = outcome(talk, one, IN_PUBLIC)
    assert message["text"].startswith(YES)

    steps = stepped(talk, window(talk, "should-we"), {"audience": "internal"})
    talk.restart()
    decided = outcome(talk, steps, {"hours": "somebody"})
    assert decided["text"].startswith("Go ahead.")
    talk.restart()
    assert RECORD in controls(message)
    view = talk.opened(message, CHANGE)
    assert initial(inputs(view)["audience"]) == ["external"]


def test_a_button_from_before_an_edit_of_the_flow_says_so_and_keeps_what_it_can(
    own: tuple[Talk, Path],
) -> None:
    talk, root = own
    message = outcome(talk, window(talk), IN_PUBLIC | {"why": ["listen"]})
    edit(root, "flows/engage.yaml", WITHOUT_LISTENING)
    talk.restart()

    for action in (CHANGE, RECORD, MORE):
        view = talk.opened(message, action)
        text = text_of(view)
        assert told("flow-changed") in text
        lost = {"choice": "listen", "prompt": "Why? Up to two reasons"}
        assert told("dropped-no-choice", **lost) in text
        starts = [initial(block) for block in inputs(view).values()]
        assert starts == [["unknown"], ["unknown"], [], ["external"], ["official"]]

    again = outcome(talk, view, {"why": ["explain"]})
    assert again["text"].startswith(YES)


def test_a_window_from_before_an_edit_is_shown_anew(own: tuple[Talk, Path]) -> None:
    talk, root = own
    view = window(talk)
    edit(root, "flows/engage.yaml", ("Five choices", "Five better choices"))
    talk.restart()

    again = stepped(talk, view, IN_PUBLIC)

    assert again["id"] == view["id"]
    assert told("flow-changed") in text_of(again)
    assert initial(inputs(again)["why"]) == ["explain"]
    assert outcome(talk, again, {})["text"].startswith(YES)


def test_a_flow_that_is_gone_is_said_to_be(own: tuple[Talk, Path]) -> None:
    talk, root = own
    view = stepped(talk, window(talk, "should-we"), {"audience": "internal"})
    message = outcome(talk, view, {"hours": "somebody"})
    open_window = window(talk, "should-we")
    edit(root, "flows/engage.yaml", ("    goes_to: should-we\n", ""))
    (root / "flows/should-we.yaml").unlink()
    talk.restart()

    gone = stepped(talk, open_window, {"audience": "internal"})
    assert text_of(gone) == told("flow-gone")
    assert text_of(talk.opened(message, CHANGE)) == told("flow-gone")
    assert text_of(talk.opened(message, RECORD)) == told("flow-gone")


def test_an_outcome_that_has_changed_is_shown_and_not_posted(
    own: tuple[Talk, Path],
) -> None:
    talk, root = own
    message = outcome(talk, window(talk), IN_PUBLIC)
    view = talk.opened(message, MORE)
    old = ("The Code applies to whatever", "The Code governs whatever")
    edit(root, "guidance/ways/external.md", old)
    talk.restart()

    new = talk.opened(view, POST)

    assert text_of(new).startswith(f"*{told('flow-outcome-changed')}*")
    assert "The Code governs whatever" in text_of(new)
    assert talk.settled(message["ts"]) == []
    talk.opened(new, POST)
    (posted,) = talk.settled(message["ts"])
    assert "The Code governs whatever" in posted["text"]


def test_a_notice_in_force_is_the_first_line(own: tuple[Talk, Path]) -> None:
    talk, root = own
    notice = "notices: [{text: A vote is near & <!here>., since: 2020-01-01, until: 2099-01-01}]\n"
    path = root / "organisation.yaml"
    path.write_text(path.read_text("utf-8") + notice, encoding="utf-8")
    talk.restart()

    message = outcome(talk, window(talk), IN_PUBLIC)

    assert message["text"].splitlines()[:2] == [
        "A vote is near &amp; &lt;!here&gt;.",
        "Ask first: the notice above is in force.",
    ]


def test_a_window_that_was_open_for_hours_is_answered_in_direct_messages(
    talk: Talk,
) -> None:
    talk.trouble = {"failed"}
    talk.refused = {refused_after_hours(talk)}


def refused_after_hours(talk: Talk) -> str:
    """Submit after the command's address has expired; return Slack's refusal."""
    view = window(talk)
    talk.slack.control("clock", advance=3 * 3_600)

    message = outcome(talk, view, IN_PUBLIC)

    assert place(message) == (DIRECT[ANNA], None, None)
    assert message["text"].startswith(YES)
    (refusal,) = {one["error"] for one in talk.slack.state()["refusals"]}
    return str(refusal)


# Garbled


@pytest.mark.parametrize("value", ["{", "[]", '{"flow": 1}', '{"flow": "engage"}'])
@pytest.mark.parametrize("action", [OPEN, CHANGE, MORE, RECORD, f"{SHOW}.1"])
def test_a_garbled_button_is_an_old_one(action: str, value: str, talk: Talk) -> None:
    label = {"type": "plain_text", "text": "Old"}
    button = {"type": "button", "text": label, "action_id": action, "value": value}
    sent = talk.slack.call(
        "chat.postMessage",
        channel=GENERAL,
        text="Old",
        blocks=[
            {"type": "section", "text": {"type": "mrkdwn", "text": "Old"}},
            {"type": "actions", "elements": [button]},
        ],
    )

    view = talk.opened({"channel": GENERAL, "ts": sent["ts"]}, action)

    assert text_of(view) == told("old-button")


def test_nothing_that_was_chosen_is_in_the_log(talk: Talk) -> None:
    outcome(talk, window(talk), {"why": ["concern"]})
    talk.settled()

    log = json.dumps(talk.bot.log(talk.from_line))
    assert "concern" not in log
    assert words(log)


def test_a_conversation_of_two_that_is_not_ours_is_answered_to_the_person_alone(
    talk: Talk,
) -> None:
    view = window(talk, channel=DIRECT[ANNA])
    talk.slack.control("fault", method="chat.postMessage", error="channel_not_found")

    message = outcome(talk, view, IN_PUBLIC)

    assert place(message) == (DIRECT[ANNA], None, ANNA)


# The starter corpus


def test_the_flows_of_the_starter_corpus_can_be_walked(begin: Begin) -> None:
    with begin("http", knowledge=STARTER) as talk:
        talk.most_words = OUTCOME_WORDS
        for line in talk.ask("flows")["text"].splitlines()[1:]:
            assert ": " in line
        example = {
            "jurisdiction": "uk-local-government",
            "why": ["remove-barriers"],
            "audience": "external",
            "activity": "collaborate",
            "platform": "others",
            "capacity": "official",
            "stage": "listen",
        }
        message = outcome(talk, window(talk), example)
        assert message["text"].startswith("Yes")
        record, _ = record_of(talk, message)
        assert CODE.search(record["text"])
        for name in ("should-we", "stage"):
            walked_to_the_end(talk, name)


def walked_to_the_end(talk: Talk, name: str) -> None:
    """Take the first choice at every step until the outcome comes."""
    view, before = window(talk, name), talk.last_ts()
    for _ in range(20):
        known = hashes(talk)
        open_ = {p: block for p, block in inputs(view).items() if not initial(block)}
        firsts = {p: b["element"]["options"][0]["value"] for p, b in open_.items()}
        choices = {
            p: [firsts[p]] if b["element"]["type"] == "checkboxes" else firsts[p]
            for p, b in open_.items()
        }
        submit(talk, view, choices)
        if not talk.slack.state()["views"].get(ANNA):
            break
        view = changed(talk, known)
    (message,) = talk.heard(before)
    assert MORE in controls(message)
