"""The proof walks every combination: what a broken flow is told, and where."""

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from guidance_bot import bootstrap, cli
from guidance_bot.errors import KnowledgeError
from guidance_bot.flows import phrases, proof
from guidance_bot.flows.code import MOST_CHARS, decision_of, most_cited
from guidance_bot.flows.engine import walk
from guidance_bot.flows.leaves import MOST_WORDS
from guidance_bot.flows.leaves import Path as OnePath
from guidance_bot.flows.outcomes import outcome_of
from guidance_bot.flows.plan import Plan
from guidance_bot.flows.proof import all_paths, every_combination, prove
from guidance_bot.flows.record import code_for, record_of
from guidance_bot.knowledge.content import MODES, Knowledge
from guidance_bot.knowledge.flow import Flow
from guidance_bot.knowledge.folder import read_folder
from tests.conftest import ORGANISATION, Write, page
from tests.flows.conftest import (
    BLOG,
    CONTACTS,
    FILES,
    GIFT,
    ReadFiles,
    edited,
    every,
    flows,
    line_of,
)

COMBINATIONS = 168
ENGAGE_COMBINATIONS = 306_252
SAMPLE = 3_000
Check = Callable[..., tuple[int, str, str]]


@pytest.fixture
def check(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Check:
    """Run ``guidance-bot check`` over a folder."""
    monkeypatch.setenv("GUIDANCE_BOT_CACHE", str(tmp_path / "cache"))

    def run_check(root: Path, *options: str) -> tuple[int, str, str]:
        arguments = ["guidance-bot", "check", "--knowledge", str(root), *options]
        arguments += ["--today", "2026-02-01"]
        monkeypatch.setattr("sys.argv", arguments)
        code: str | int | None = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = stopped.code
        assert isinstance(code, int)
        return code, *capsys.readouterr()

    return run_check


# A flow that is proved


def test_a_small_flow_is_proved_and_its_figures_are_exact(
    knowledge: Knowledge,
) -> None:
    found = prove(knowledge.flows["blog"], knowledge)
    assert found.problems == ()
    assert found.as_json() == {
        "flow": "blog",
        "proved": True,
        "combinations": COMBINATIONS,
        "outcomes": 4,
        "rules": 5,
        "pairs": 10,
        "longest": found.longest,
        "most_cited": 2,
        "seconds": 0.0,
    }
    gift = prove(knowledge.flows["gift"], knowledge)
    assert (gift.combinations, gift.outcomes, gift.rules, gift.pairs) == (2, 2, 0, 0)
    assert gift.longest == len(
        "Keep it. Keep it Why Refuse gifts from suppliers, and write every offer down.".split()
    )


def test_check_tells_the_proofs_figures(check: Check, write: Write) -> None:
    root = write(FILES)
    code, out, err = check(root)
    assert (code, "error:" in out) == (0, False)
    assert (
        "flow blog: proved; 168 combinations, 4 outcomes, 5 rules, 10 pairs of prompts"
        in err
    )
    code, out, _ = check(root, "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert [one["flow"] for one in document["proof"]] == ["blog", "gift"]
    blog = document["proof"][0]
    assert list(blog) == [
        "flow",
        "proved",
        "combinations",
        "outcomes",
        "rules",
        "pairs",
        "longest",
        "most_cited",
        "seconds",
    ]
    assert (blog["proved"], blog["combinations"]) == (True, COMBINATIONS)
    assert 0 <= blog["seconds"] < 5


def test_all_paths_has_a_row_for_every_combination(knowledge: Knowledge) -> None:
    flow = knowledge.flows["blog"]
    rows = list(all_paths(flow, knowledge))
    assert len(rows) == COMBINATIONS
    assert len({tuple(row.choices.items()) for row in rows}) == COMBINATIONS
    assert Counter(row.outcome for row in rows) == {
        "blog-own": 6 * (3 * 2 + 3),
        "blog-pen": 6 * (3 * 2 + 3),
        "both-ways": 6 * (3 * 2 + 3),
        "raise": 6,
    }
    assert rows[0].as_json() == {
        "choices": dict(rows[0].choices),
        "outcome": rows[0].outcome,
        "verdict": rows[0].verdict,
        "mode": rows[0].mode,
        "citations": rows[0].cited,
    }


@settings(max_examples=60)
@given(flows())
def test_the_proof_walks_every_combination_once_and_no_other(flow: Flow) -> None:
    plan = Plan.of(flow)
    walked = [
        (tuple(sorted(choices.items())), satisfied)
        for choices, satisfied in every_combination(plan)
    ]
    wanted = {tuple(sorted(choices.items())) for choices in every(plan)}
    assert Counter(choices for choices, _ in walked) == Counter(wanted)
    for choices, satisfied in walked:
        assert satisfied == plan.satisfied(dict(choices))


def test_the_longest_outcome_is_the_longest_that_anybody_reads(
    knowledge: Knowledge,
) -> None:
    plan = Plan.of(knowledge.flows["blog"])
    assert prove(plan.flow, knowledge).longest == max(
        words_read(choices, plan, knowledge) for choices in every(plan)
    )


def words_read(choices: dict[str, str], plan: Plan, knowledge: Knowledge) -> int:
    """Return how many words of an outcome and its labels somebody reads."""
    outcome = outcome_of(walk(plan, choices), knowledge)
    assert outcome is not None
    labels = (
        phrases.label(line, knowledge) for part in outcome.parts for line in part.lines
    )
    return outcome.words + sum(len(label.split()) for label in labels)


# Flows that are not


def one_page(sections: int) -> str:
    """Return a page of many sections."""
    return page("\n".join(f"## S{n} {{#s{n}}}\n\nWord {n}.\n" for n in range(sections)))


RAISE = BLOG[BLOG.index("  - id: raise") : BLOG.index("cues:")]
PAIR = "  - {prompts: [notice, reader], reason: a notice comes first}\n"
MANY = ", ".join(f"a/b#s{number}" for number in range(20))
LONG = "word " * MOST_WORDS
WAITS = "    text: What is it about? Up to two\n"
READER = "  - id: reader\n"

# What is written → what is written instead, the line that is told, and the words.
BROKEN: dict[str, tuple[str, str, str, str]] = {
    "an outcome is gone": (RAISE, "", "outcomes:", "a dead end: no outcome: "),
    "two outcomes fit": (
        "    when: {name: unsure}\n",
        "    when: {name: [unsure, pen]}\n",
        "    when: {name: [unsure, pen]}",
        "the outcomes “blog-{name}” and “both-ways” both fit",
    ),
    "two rules of one verdict hold": (
        "    over: [pen-at-work]\n",
        "",
        "    when: {about: work, name: pen}",
        "the rules “notice-in-force” and “pen-at-work” both hold with the same verdict",
    ),
    "no rule holds": (
        "name: [own, pen]}",
        "name: own}",
        "rules:",
        "no rule decides the verdict",
    ),
    "a prompt waits for itself": (
        "    when: {about: work}\n    choices:",
        "    when: {reader: staff}\n    choices:",
        "    when: {reader: staff}",
        "a loop: “reader” waits for “reader”",
    ),
    "two prompts wait for each other": (
        "    when: {about: {not: concern}}\n    passages",
        "    when: {reader: staff}\n    passages",
        "    when: {reader: staff}",
        "a loop: “name” waits for “reader” waits for “name”",
    ),
    "three prompts wait for each other": (
        WAITS,
        f"{WAITS}    when: {{reader: staff}}\n",
        "    when: {reader: staff}",
        "a loop: “about” waits for “reader” waits for “name” waits for “about”",
    ),
    "nobody reaches a prompt": (
        READER,
        """\
  - id: colour
    text: Which colour?
    when: {about: concern, name: own}
    choices: [{id: red, label: Red}]
  - id: reader
""",
        "  - id: colour",
        "no choices lead to the prompt “colour”",
    ),
    "nobody reaches an outcome": (
        "  - id: raise\n",
        """\
  - id: nowhere
    title: Nowhere
    when: {about: concern, name: own}
    verdict: ask-first
    says: Nothing.
  - id: raise
""",
        "  - id: nowhere",
        "no choices lead to the outcome “nowhere”",
    ),
    "a rule never holds": (
        "  - id: no-work\n",
        """\
  - id: idle
    when: {about: concern, name: own}
    verdict: ask-first
    says: Nothing.
    over: [notice-in-force, pen-at-work]
  - id: no-work
""",
        "  - id: idle",
        "the rule “idle” decides nothing",
    ),
    "a rule is always outranked": (
        "  - id: no-work\n",
        """\
  - id: second
    when: {notice: in-force, about: work}
    verdict: yes-once
    says: Nothing.
    over: [work-in-public]
  - id: no-work
""",
        "  - id: second",
        "the rule “second” decides nothing",
    ),
    "an outcome cites nothing": (
        "        quotes: [{passage: personal/gifts#the-short-answer}]\n\ncues",
        "        text: Nothing.\n\ncues",
        "  - id: raise",
        "the outcome “raise” cites no passage",
    ),
    "a quoted passage does not exist": (
        "        quotes: [{passage: personal/gifts#the-short-answer}]\n\ncues",
        "        quotes: [{passage: personal/gifts#gone}]\n\ncues",
        "        quotes: [{passage: personal/gifts#gone}]",
        "there is no passage “personal/gifts#gone”",
    ),
    "a passage of a rule does not exist": (
        "    passages: personal/blogging#official\n",
        "    passages: [personal/blogging#official, personal/gone]\n",
        "    passages: [personal/blogging#official, personal/gone]",
        "there is no passage “personal/gone”",
    ),
    "a passage of a prompt does not exist": (
        "    passages: personal/blogging#sides\n",
        "    passages: personal/blogging#side\n",
        "    passages: personal/blogging#side",
        "there is no passage “personal/blogging#side”",
    ),
    "a page does not exist": (
        "    page: personal/blogging\n",
        "    page: personal/{name}\n",
        "    page: personal/{name}",
        "there is no page “personal/own”",
    ),
    "a governed rule cites nothing official": (
        "    passages: personal/blogging#official\n",
        "    passages: personal/blogging#sides\n",
        "  - id: notice-in-force",
        "“notice-in-force” is governed by a rule: cite an official passage",
    ),
    "an interaction is undecided": (
        PAIR,
        "",
        "rules:",
        "an undecided interaction: no rule names “notice” together with “reader”",
    ),
    "a pair needs no rule and has one": (
        PAIR,
        f"{PAIR}  - {{prompts: [name, reader], reason: none}}\n",
        "  - {prompts: [name, reader]",
        "a rule does name “name” together with “reader”; take this out",
    ),
    "a contact is unknown": (
        '"Yes, once {contact.boss} knows."',
        '"Yes, once {contact.chief} knows."',
        '"Yes, once {contact.chief} knows."',
        "no contact “chief” in organisation.yaml; there are: press, boss",
    ),
    "a contact to find out from is unknown": (
        "Ask {contact.boss}.",
        "Ask {contact.chief}.",
        "{id: unsure",
        "no contact “chief” in organisation.yaml",
    ),
    "a slot names no prompt": (
        '"Yes, under {name}."',
        '"Yes, under {nmae}."',
        '"Yes, under {nmae}."',
        "{nmae} is no prompt of this flow",
    ),
    "a slot of the comparison stands elsewhere": (
        '"Yes, under {name}."',
        '"Yes, under {other}."',
        '"Yes, under {other}."',
        "{other} is no prompt of this flow",
    ),
    "a label is too long": (
        "label: A pen name",
        f"label: {'A pen name' * 8}",
        "{id: pen",
        "80 characters; Slack shows 75",
    ),
    "a choice's help is too long": (
        '"Anything that is not work"',
        f'"{"x" * 76}"',
        "{id: hobby",
        "76 characters; Slack shows 75",
    ),
    "a title is too long": (
        "title: Before you blog\n",
        f"title: {'x' * 25}\n",
        "title: ",
        "25 characters; Slack shows 24",
    ),
    "a prompt's text is too long": (
        "    text: Under which name?\n",
        f"    text: {'x' * 151}\n",
        "    text: xxx",
        "151 characters; Slack shows 150",
    ),
    "a prompt has eleven choices": (
        "      - {id: friends, label: My friends, short: your friends}\n",
        "".join(f"      - {{id: more-{n}, label: More}}\n" for n in range(9)),
        "    choices:",
        "12 choices; Slack shows 10",
    ),
    "an outcome cites more than a code has room for": (
        "    passages: personal/blogging#official\n",
        f"    passages: [personal/blogging#official, {MANY}]\n",
        '  - id: "blog-{name}"',
        "passages that a code has room for",
    ),
    "an outcome has too many words": (
        '"Yes, under {name}."',
        f'"Yes, under {{name}}. {LONG}"',
        '  - id: "blog-{name}"',
        f"an outcome of more than {MOST_WORDS} words",
    ),
    "an outcome goes to no flow": (
        "    goes_to: gift\n",
        "    goes_to: gifts\n",
        "    goes_to: gifts",
        "there is no flow “gifts”; there are: blog, gift",
    ),
    "a section is empty": (
        "        quotes: [{passage: personal/gifts#the-short-answer}]\n\ncues",
        "        quotes: [{passage: personal/gifts#the-short-answer, take: list}]\n\ncues",
        "      - heading: Before anything else",
        "the section “Before anything else” is empty",
    ),
    "a jurisdiction is unknown": (
        "{id: uk-health, label: UK health service}",
        "{id: atlantis, label: Atlantis}",
        "{id: atlantis",
        "“atlantis” is no jurisdiction of organisation.yaml",
    ),
    "a cue names no list": (
        '["about my <job>"]',
        '["about my <jobs>"]',
        '["about my <jobs>"]',
        "the cue “about my <jobs>”: there is no list “jobs”",
    ),
    "a cue yields to no choice": (
        "    pen: [pen name]\n",
        '    pen: [pen name]\n  unless:\n    about:\n      hobby: ["{play}"]\n',
        '      hobby: ["{play}"]',
        "the cue “{play}”: no choice of “about”; there are: work, hobby",
    ),
}


def broken_files(name: str) -> tuple[str, dict[str, str | bytes]]:
    """Return the flow with one thing broken, and the folder with it."""
    old, new, _, _ = BROKEN[name]
    text = edited(BLOG, old, new)
    if "prompts wait for each other" in name:
        text = edited(text, "    when: {about: work}\n", "    when: {name: own}\n")
    return text, FILES | {"flows/blog.yaml": text, "guidance/a/b.md": one_page(20)}


@pytest.mark.parametrize("name", BROKEN)
def test_a_flow_with_one_thing_broken_is_told_its_file_and_line(
    name: str, check: Check, write: Write
) -> None:
    _, _, part, words = BROKEN[name]
    text, files = broken_files(name)
    root = write(files)

    code, out, err = check(root)

    assert code == 1
    told = [line for line in out.splitlines() if words in line]
    assert told, out
    wanted = [n for n, line in enumerate(text.split("\n"), 1) if line.startswith(part)]
    wanted = wanted or [n for n, line in enumerate(text.split("\n"), 1) if part in line]
    places = {line.split(": ", maxsplit=1)[0] for line in told}
    assert places <= {f"{root}/flows/blog.yaml:{number}" for number in wanted}
    assert "flow blog: not proved" in err
    assert "flow gift: proved" in err


@pytest.mark.parametrize(
    "name", ["an outcome is gone", "two prompts wait for each other"]
)
def test_a_broken_flow_never_replaces_a_good_one(
    name: str, write: Write, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    root = write(FILES)
    assert "blog" in bootstrap.load([root], cache, pytest.fail).knowledge.flows
    before = sorted(cache.iterdir())

    write(broken_files(name)[1])

    with pytest.raises(KnowledgeError) as raised:
        bootstrap.load([root], cache, pytest.fail)
    assert any(BROKEN[name][3] in problem.message for problem in raised.value.problems)
    with pytest.raises(KnowledgeError):
        bootstrap.build([read_folder(root)])
    assert sorted(cache.iterdir()) == before


def test_of_many_alike_the_first_example_is_told_and_how_many_more(
    read_files: ReadFiles,
) -> None:
    _, files = broken_files("an outcome is gone")
    knowledge = read_files(files).knowledge
    found = prove(knowledge.flows["blog"], knowledge)
    (problem,) = found.problems
    assert problem.message == (
        "a dead end: no outcome: jurisdiction=uk-civil-service, notice=in-force, "
        "about=concern (and 5 more combinations)"
    )
    assert found.as_json()["proved"] is False


def test_one_more_combination_is_told_in_the_singular(read_files: ReadFiles) -> None:
    keep = GIFT[GIFT.index("  - id: keep") :]
    friend = "      - {id: friend, label: A friend}\n"
    text = edited(GIFT, keep, "")
    text = edited(text, friend, f"{friend}{friend.replace('friend', 'fan')}")
    knowledge = read_files(FILES | {"flows/gift.yaml": text}).knowledge
    (problem,) = prove(knowledge.flows["gift"], knowledge).problems
    assert problem.message.endswith("(and 1 more combination)")


def test_the_other_problems_of_a_folder_are_told_beside_the_proofs(
    check: Check, write: Write
) -> None:
    _, files = broken_files("two outcomes fit")
    slip = page("## A\n\nText. [@cod]\n")
    root = write(files | {"guidance/a/slip.md": slip})
    code, out, _ = check(root, "--format", "json")
    paths = {
        problem["path"].removeprefix(f"{root}/")
        for problem in json.loads(out)["problems"]
        if problem["level"] == "error"
    }
    assert code == 1
    assert paths == {"flows/blog.yaml", "guidance/a/slip.md"}


def test_a_broken_organisation_is_one_problem_and_not_one_for_each_contact(
    check: Check, write: Write
) -> None:
    root = write(FILES | {"organisation.yaml": "name: A: B\n"})
    code, out, _ = check(root)
    errors = [line for line in out.splitlines() if "warning:" not in line]
    assert code == 1
    assert len(errors) == 1


def test_a_page_that_cannot_be_read_is_not_told_again_by_the_flows_that_quote_it(
    check: Check, write: Write
) -> None:
    slip = page("## The short answer\n\nRefuse.\n").replace("owner: comms\n", "")
    root = write(FILES | {"guidance/personal/gifts.md": slip})
    code, out, _ = check(root)
    assert code == 1
    assert "flows/" not in out


def test_a_flow_with_a_slip_is_not_told_again_by_the_flow_that_goes_to_it(
    check: Check, write: Write
) -> None:
    root = write(FILES | {"flows/gift.yaml": edited(GIFT, "title: A", "titel: A")})
    code, out, _ = check(root)
    assert code == 1
    assert "flows/blog.yaml" not in out


@pytest.mark.parametrize(
    "slip", ["{Contact.boss}", "{contact.the boss}", "{name }", "{Name}", "{name"]
)
def test_a_brace_that_fills_nothing_is_told(slip: str, read_files: ReadFiles) -> None:
    text = edited(BLOG, '"Yes, under {name}."', f'"Yes, under {slip}."')
    knowledge = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    problems = prove(knowledge.flows["blog"], knowledge).problems
    assert [problem.line for problem in problems] == [line_of(text, f"under {slip}")]


def test_a_pair_of_one_prompt_is_told(read_files: ReadFiles) -> None:
    text = edited(BLOG, PAIR, f"{PAIR}  - {{prompts: [name, name], reason: none}}\n")
    knowledge = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    assert prove(knowledge.flows["blog"], knowledge).problems


def test_an_open_outcome_of_too_many_words_is_told(read_files: ReadFiles) -> None:
    text = edited(BLOG, "Ask {contact.boss}.", f"Ask. {LONG}")
    knowledge = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    assert prove(knowledge.flows["blog"], knowledge).problems


def test_a_contact_of_the_organisations_own_mends_a_flow(
    check: Check, write: Write
) -> None:
    _, files = broken_files("a contact is unknown")
    contacts = f"{ORGANISATION}{CONTACTS}  chief: {{name: the chief}}\n"
    assert check(write(files | {"organisation.yaml": contacts}))[0] == 0


# The starter corpus


@pytest.fixture(scope="module")
def paths(starter: Knowledge) -> list[OnePath]:
    """Every combination of the starter's flow ``engage``."""
    return list(all_paths(starter.flows["engage"], starter))


def test_every_combination_of_engage_leads_to_one_of_sixteen_ways_or_says_why_not(
    paths: list[OnePath],
) -> None:
    assert len(paths) == ENGAGE_COMBINATIONS
    assert {path.mode for path in paths} == {*MODES, None}
    assert {path.outcome for path in paths if path.mode is None} == {
        "both-ways",
        "purpose-first",
        "raise-a-concern",
    }
    for path in paths:
        axes = [
            path.choices.get(one, "unsure")
            for one in ("audience", "activity", "platform", "capacity")
        ]
        assert path.mode == (None if "unsure" in axes else "-".join(axes))
        assert path.cited


@pytest.mark.parametrize("name", ["engage", "should-we", "stage"])
def test_each_starter_flow_is_proved(starter: Knowledge, name: str) -> None:
    found = prove(starter.flows[name], starter)
    assert found.problems == ()
    assert 0 < found.longest <= MOST_WORDS
    assert found.most_cited <= most_cited(starter.flows[name])


def test_the_proof_and_the_replay_tell_the_same_of_any_combination(
    starter: Knowledge, paths: list[OnePath]
) -> None:
    plan = Plan.of(starter.flows["engage"])
    chance = random.Random(306)  # noqa: S311 - the same sample each time
    for path in chance.sample(paths, SAMPLE):
        at = walk(plan, path.choices)
        outcome = outcome_of(at, starter)
        assert outcome is not None
        assert (at.dropped, dict(at.choices)) == ((), dict(path.choices))
        told = OnePath(
            path.choices, outcome.id, outcome.verdict, outcome.mode, outcome.cited
        )
        assert told == path
        open_ = bool(outcome.alternatives)
        assert open_ == (outcome.mode is None and outcome.id == "both-ways")
        assert all(one.verdict for one in outcome.alternatives)


def test_the_code_of_any_combination_is_short_and_holds_what_was_chosen(
    starter: Knowledge, paths: list[OnePath]
) -> None:
    plan = Plan.of(starter.flows["engage"])
    chance = random.Random(64)  # noqa: S311 - the same sample each time
    codes: dict[str, tuple[tuple[str, str], ...]] = {}
    for path in chance.sample([one for one in paths if one.mode], SAMPLE):
        at = walk(plan, path.choices)
        outcome = outcome_of(at, starter)
        assert outcome is not None
        day = some_day(chance)
        code = code_for(outcome, at, starter, day)
        assert code is not None
        assert len(code) <= MOST_CHARS
        held = decision_of(code, starter)
        assert (held.flow.name, dict(held.choices)) == ("engage", dict(path.choices))
        assert (held.day, held.same_flow) == (day, True)
        assert starter.version.startswith(held.version)
        assert len(held.prints) == len(path.cited)
        codes[code] = tuple(path.choices.items())
    assert len(codes) == len({*codes.values()})
    code = next(iter(codes))
    assert record_of(code, starter).current


def some_day(chance: random.Random) -> date:
    return date(2026, 1, 1) + timedelta(days=chance.randrange(20_000))


def test_a_flow_of_too_many_combinations_is_told_and_not_walked_to_the_end(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "MOST_COMBINATIONS", COMBINATIONS - 1)
    found = prove(knowledge.flows["blog"], knowledge)
    (problem,) = found.problems
    assert (problem.line, found.combinations) == (
        line_of(BLOG, "prompts:"),
        COMBINATIONS - 1,
    )
    assert problem.message == "more than 167 combinations; make two flows of it"
    monkeypatch.setattr(proof, "MOST_COMBINATIONS", COMBINATIONS)
    assert prove(knowledge.flows["blog"], knowledge).problems == ()


# What a person would meet broken


MET_BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "both ways of nothing": (
        {
            "name: {not: unsure}}\n    compare: name": "name: own}\n    compare: name",
            "    when: {name: unsure}\n    verdict": "    when: {name: [unsure, pen]}\n    verdict",
        },
        "“both-ways” shows both ways where nothing is unsure",
    ),
    "an unsure choice that is decided": (
        {
            "    when: {name: unsure}\n    verdict": "    when: {name: unsure, about: {not: friends}}\n    verdict",
            "  - id: raise\n": "  - id: decided\n"
            "    title: Decided\n"
            "    when: {name: unsure, about: friends}\n"
            '    verdict: "yes"\n'
            "    says: Yes.\n"
            "  - id: raise\n",
        },
        "“decided” is one outcome where something is unsure; one with 'both' belongs here",
    ),
    "a slot of what is not asked": (
        {'says: "Yes, under {name}."': 'says: "Yes, under {name}, for {reader}."'},
        "nothing is chosen for {reader} here",
    ),
    "the title of no page": (
        {"    title: A safer way than a post": '    title: "{page}"'},
        "{page} is no prompt of this flow",
    ),
    "a key on a prompt": (
        {'says: "Yes, under {name}."': 'says: "Yes, under {name.own}."'},
        "{name.own} is no prompt of this flow",
    ),
}


@pytest.mark.parametrize("case", MET_BROKEN)
def test_what_a_person_would_meet_broken_is_not_proved(
    case: str, read_files: ReadFiles
) -> None:
    edits, message = MET_BROKEN[case]
    text = BLOG
    for old, new in edits.items():
        text = edited(text, old, new)
    knowledge = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    told = prove(knowledge.flows["blog"], knowledge).problems
    assert [one for one in told if one.message.startswith(message)], told


def test_a_flow_that_names_what_could_not_be_read_is_not_called_proved(
    check: Check, write: Write
) -> None:
    broken = edited(GIFT, "verdict: refuse\n", "verdict: refus\n")
    undecided = BLOG.replace(
        "  - {prompts: [notice, reader], reason: a notice comes first}\n", ""
    )
    root = write(FILES | {"flows/gift.yaml": broken, "flows/blog.yaml": undecided})
    _, out, err = check(root)
    assert "no rule names “notice” together with “reader”" in out
    assert "flow blog: not proved" in err
    (root / "flows" / "blog.yaml").write_text(BLOG, encoding="utf-8")
    _, out, err = check(root)
    assert "flows/blog.yaml" not in out
    assert "flow blog: not proved" in err


def test_more_choices_than_a_button_carries_are_told(read_files: ReadFiles) -> None:
    long = "a-very-long-id-of-a-prompt-that-nobody-would-want-to-type-ever"[:60]
    prompts = "".join(
        f"  - id: {long[:-2]}{n:02}\n    text: T\n    choices: [{{id: {long}, label: L}}]\n"
        for n in range(15)
    )
    text = edited(GIFT, "outcomes:\n", f"{prompts}outcomes:\n".replace("prompts:", ""))
    text = text.replace("outcomes:\n", "outcomes:\n", 1)
    knowledge = read_files(FILES | {"flows/gift.yaml": text}).knowledge
    told = prove(knowledge.flows["gift"], knowledge).problems
    assert [one for one in told if "a button in Slack carries" in one.message]


def test_a_list_of_cues_that_names_one_below_it_is_told(read_files: ReadFiles) -> None:
    text = edited(
        BLOG, "    job: [work, job]\n", "    jobs: [our <job>]\n    job: [work, job]\n"
    )
    knowledge = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    (problem,) = prove(knowledge.flows["blog"], knowledge).problems
    assert problem.line == line_of(text, "    jobs: [our <job>]")
    assert "<job>" in problem.message
