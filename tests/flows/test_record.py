"""A decision on paper: the same bytes again, or what has changed since."""

import random
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from guidance_bot.errors import UsageError
from guidance_bot.flows.engine import Walk, walk
from guidance_bot.flows.outcomes import Outcome, outcome_of
from guidance_bot.flows.plan import Plan
from guidance_bot.flows.record import (
    Record,
    code_for,
    record_json,
    record_of,
    record_text,
    since_then,
)
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.wording import sentence
from tests.conftest import DEPARTMENT, ORGANISATION, Write, page
from tests.flows.conftest import (
    ASKER,
    BLOG,
    CONTACTS,
    FILES,
    HOBBY,
    NOTICE,
    WORK,
    ReadFiles,
    edited,
    every,
)
from tests.live.command import environ, guidance_bot

DAY = date(2026, 4, 2)
BLOGGING = str(DEPARTMENT["guidance/personal/blogging.md"])
GIFTS = str(DEPARTMENT["guidance/personal/gifts.md"])
RECORD = """\
# Decision record: Before you blog

**Yes, once your line manager knows.**

Blogging anonymously

Decided on 2 Apr 2026, with version {version} of the guidance. Code:  \n`{code}`

## What was chosen

- Whose rules bind you? **Another employer**
- Is a dated notice in force? **No, none today**
- What is it about? Up to two **My work · A hobby**
- Under which name? **My own name**
- Who may read it? **Anybody**

## Settle first

- ☐ Tell the press office (#press).
- ☐ Write down what it is about: your work and a hobby.

## What binds you (every employer)

- The Code applies to every blog of a civil servant. (Rule, 2010)

## Sources

- Rule, 2010: The Code, Cabinet Office. https://www.example.gov.uk/code

## To fill in by hand

- What this is for: ______________________________
- Agreed by: ______________________________
- Date: ______________________________
- Look again on: ______________________________

---

Guidance, not approval. Nothing of this is stored here; a copy that you keep or post may be disclosable.
"""


def ended(
    choices: Mapping[str, str], knowledge: Knowledge, flow: str = "blog"
) -> tuple[Walk, Outcome]:
    at = walk(Plan.of(knowledge.flows[flow]), choices)
    outcome = outcome_of(at, knowledge)
    assert outcome is not None
    return at, outcome


def code_of(choices: Mapping[str, str], knowledge: Knowledge) -> str:
    """Return the code of the decision that *choices* lead to."""
    at, outcome = ended(choices, knowledge)
    code = code_for(outcome, at, knowledge, DAY)
    assert code is not None
    return code


def told_since(record: Record, knowledge: Knowledge) -> list[str]:
    """Return the keys of the sentences that tell what has changed."""
    keys = ["other-version", "other-flow", "other-passages", "unchanged"]
    known = {sentence(f"record-{key}", {}): key for key in keys}
    return [known.get(told, told) for told in since_then(record, knowledge)]


# The same guidance


def test_a_record_is_one_page_in_the_flows_own_words(knowledge: Knowledge) -> None:
    code = code_of({**WORK, "about": "work+hobby"}, knowledge)
    record = record_of(code, knowledge)
    assert record.current
    assert record_text(record, knowledge) == RECORD.format(
        version=knowledge.version[:8], code=code
    )


def test_the_record_of_every_combination_tells_its_choices_and_outcome(
    knowledge: Knowledge,
) -> None:
    for choices in every(Plan.of(knowledge.flows["blog"])):
        at, outcome = ended(choices, knowledge)
        code = code_for(outcome, at, knowledge, DAY)
        if code is None:
            assert outcome.id in {"both-ways", "raise"}
            continue
        record = record_of(code, knowledge)
        assert dict(record.at.choices) == choices
        assert record.outcome == outcome
        assert (record.code, record.day, record.current) == (code, DAY, True)
        assert since_then(record, knowledge) == []
        assert f"**{outcome.says}**" in record_text(record, knowledge)


def test_a_code_typed_in_small_letters_gives_the_same_record(
    knowledge: Knowledge,
) -> None:
    code = code_of(WORK, knowledge)
    whole = record_text(record_of(code, knowledge), knowledge)
    for typed in (code.lower(), f" {code} ", code.replace("-", "")):
        if typed == code.replace("-", ""):
            typed = f"blog-{typed.removeprefix('blog')}"  # noqa: PLW2901 - the name's own hyphen stays
        assert record_text(record_of(typed, knowledge), knowledge) == whole


def test_two_processes_print_the_same_bytes_for_a_code(
    write: Write, read_files: ReadFiles, tmp_path: Path
) -> None:
    knowledge = read_files(FILES).knowledge
    root = write(FILES)
    code = code_of(WORK, knowledge)
    printed = set()
    for seed in ("1", "2"):
        home = tmp_path / f"home{seed}"
        home.mkdir()
        env = environ(home, PYTHONHASHSEED=seed)
        for _ in range(2):  # built, then from the compiled form
            done = guidance_bot("decision", code, "--knowledge", root, env=env)
            assert (done.returncode, done.stderr) == (0, b""), sys.executable
            printed.add(done.stdout)
    assert printed == {record_text(record_of(code, knowledge), knowledge).encode()}


def test_a_starter_decision_comes_back_whole(starter: Knowledge) -> None:
    flow = starter.flows["engage"]
    plan, chance = Plan.of(flow), random.Random(16)  # noqa: S311 - the same walks each time
    made = 0
    while made < 50:
        chosen = {p.id: chance.choice([*p.answers()]) for p in flow.prompts}
        at = walk(plan, chosen)
        outcome = outcome_of(at, starter)
        assert outcome is not None
        code = code_for(outcome, at, starter, DAY)
        if code is None:
            continue
        made += 1
        record = record_of(code, starter)
        assert record.outcome == outcome
        text = record_text(record, starter)
        assert text == record_text(record_of(code, starter), starter)
        assert f"`{code}`" in text
        assert "[@" not in text
        assert "{" not in text


def test_what_is_not_certain_or_not_for_a_record_has_no_code(
    knowledge: Knowledge, starter: Knowledge
) -> None:
    open_ = [
        ({"about": "concern"}, knowledge, "blog"),
        ({"about": "hobby", "name": "unsure"}, knowledge, "blog"),
        ({"why": "concern"}, starter, "engage"),
        ({"why": "unsure"}, starter, "engage"),
    ]
    engage = {
        "why": "learn-and-share",
        "audience": "external",
        "activity": "communicate",
        "platform": "own",
        "capacity": "official",
        "stage": "create",
    }
    at, outcome = ended(engage, starter, "engage")
    assert code_for(outcome, at, starter, DAY) is not None
    for axis in ("audience", "activity", "platform", "capacity"):
        open_.append(({**engage, axis: "unsure"}, starter, "engage"))
    for choices, held, name in open_:
        at, outcome = ended(choices, held, name)
        assert code_for(outcome, at, held, DAY) is None


# Notices


def test_a_notice_of_the_decisions_day_is_in_the_record(read_files: ReadFiles) -> None:
    organisation = ORGANISATION + CONTACTS + NOTICE
    knowledge = read_files(FILES | {"organisation.yaml": organisation}).knowledge

    def text_of(choices: Mapping[str, str], day: date = DAY) -> str:
        at, outcome = ended(choices, knowledge)
        code = code_for(outcome, at, knowledge, day)
        assert code is not None
        return record_text(record_of(code, knowledge), knowledge)

    in_force = {**HOBBY, "notice": "in-force", "jurisdiction": "uk-civil-service"}
    lines = text_of(in_force).split("\n\n")
    assert lines[1:3] == [
        "**Elections are near.**",
        "**Ask first: a notice is in force. The press office (#press) knows it.**",
    ]
    assert "Elections are near" not in text_of(in_force, date(2026, 5, 7))
    assert "Elections are near" not in text_of(HOBBY)
    other = {**in_force, "jurisdiction": "uk-health"}
    assert "Elections are near" not in text_of(other)


# Other guidance


def test_an_edited_passage_is_named(
    knowledge: Knowledge, read_files: ReadFiles
) -> None:
    code = code_of(WORK, knowledge)
    text = edited(BLOGGING, "applies to every blog", "applies to each blog")
    now = read_files(FILES | {"guidance/personal/blogging.md": text}).knowledge

    record = record_of(code, now)

    assert not record.current
    assert (record.same_flow, record.same_cited) == (True, True)
    assert record.changed == ("personal/blogging#official",)
    assert record.version == knowledge.version[:8] != now.version[:8]
    assert told_since(record, now) == [
        "other-version",
        "Changed since: Blogging anonymously, “What official texts say” "
        "(personal/blogging#official). (A code notices an edit 255 times in 256.)",
    ]
    shown = record_text(record, now)
    assert "> **This is the text of today." in shown
    assert "(personal/blogging#official)" in shown
    assert "applies to each blog" in shown
    assert f"with version {knowledge.version[:8]}" in shown
    assert f"`{code}`" in shown
    assert record_json(record, now)["changed"] == ["personal/blogging#official"]


def test_two_edited_passages_are_both_named(
    knowledge: Knowledge, read_files: ReadFiles
) -> None:
    code = code_of(WORK, knowledge)
    text = edited(BLOGGING, "applies to every blog", "applies to each blog")
    text = edited(text, "Your duties stay the same.", "Your duties stay.")
    now = read_files(FILES | {"guidance/personal/blogging.md": text}).knowledge
    assert record_of(code, now).changed == (
        "personal/blogging#short-answer",
        "personal/blogging#official",
    )


def test_an_edit_elsewhere_changes_none_of_the_passages(
    knowledge: Knowledge, read_files: ReadFiles
) -> None:
    code = code_of(WORK, knowledge)
    text = edited(GIFTS, "Refuse gifts", "Refuse all gifts")
    now = read_files(FILES | {"guidance/personal/gifts.md": text}).knowledge
    record = record_of(code, now)
    assert told_since(record, now) == ["other-version", "unchanged"]
    assert (record.changed, record.same_flow) == ((), True)


def test_an_edit_of_the_flows_wording_is_told(
    knowledge: Knowledge, read_files: ReadFiles
) -> None:
    code = code_of(WORK, knowledge)
    text = edited(BLOG, '"Yes, once {contact.boss} knows."', '"Yes, once told."')
    now = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    record = record_of(code, now)
    assert told_since(record, now) == ["other-version", "other-flow", "unchanged"]
    assert "**Yes, once told.**" in record_text(record, now)
    document = record_json(record, now)
    assert (document["current"], document["flow_changed"]) == (False, True)


def test_a_record_of_an_edited_flow_has_the_same_code_however_it_is_typed(
    knowledge: Knowledge, read_files: ReadFiles
) -> None:
    code = code_of(WORK, knowledge)
    text = edited(BLOG, '"Yes, once {contact.boss} knows."', '"Yes, once told."')
    now = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    assert record_of(code, now).code == code


def test_a_code_in_small_letters_is_printed_as_the_others_once_the_flow_is_edited(
    knowledge: Knowledge, read_files: ReadFiles
) -> None:
    code = code_of(WORK, knowledge)
    text = edited(BLOG, '"Yes, once {contact.boss} knows."', '"Yes, once told."')
    now = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    for typed in (code.lower(), code.replace("-", "\n- ", 1)):
        assert record_of(typed, now).code == code


def test_an_outcome_that_rests_on_more_passages_now_says_so(
    knowledge: Knowledge, read_files: ReadFiles
) -> None:
    code = code_of(WORK, knowledge)
    rule = '    says: "Yes, once {contact.boss} knows."\n    passages: personal/'
    text = edited(
        BLOG,
        f"{rule}blogging#short-answer\n",
        '    says: "Yes, once {contact.boss} knows."\n'
        "    passages: [personal/blogging#short-answer, personal/blogging#sides]\n",
    )
    now = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    record = record_of(code, now)
    assert told_since(record, now) == ["other-version", "other-flow", "other-passages"]
    assert record.changed == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "  - id: reader\n",
            "  - id: colour\n    text: Which?\n    choices: [{id: red, label: Red}]\n"
            "  - id: reader\n",
        ),
        ("    when: {about: work}\n    choices:", "    choices:"),
        (
            "    when: {about: work}\n    choices:",
            "    when: {about: hobby}\n    choices:",
        ),
    ],
    ids=["a prompt more", "a prompt asked of everybody", "a prompt not asked"],
)
def test_a_flow_that_asks_other_things_now_has_no_record_of_old(
    knowledge: Knowledge, read_files: ReadFiles, old: str, new: str
) -> None:
    choices = WORK if "about: hobby" in new else HOBBY
    code = code_of(choices, knowledge)
    text = edited(BLOG, old, new)
    now = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    with pytest.raises(UsageError, match="“Before you blog” asks other things now"):
        record_of(code, now)


def test_a_passage_that_was_taken_out_leaves_a_record_of_what_is_left(
    knowledge: Knowledge, read_files: ReadFiles
) -> None:
    code = code_of({**HOBBY, "jurisdiction": "uk-health"}, knowledge)
    start = BLOGGING.index("## If you work for the health service")
    now = read_files(
        FILES | {"guidance/personal/blogging.md": BLOGGING[:start]}
    ).knowledge
    record = record_of(code, now)
    assert not record.current
    assert record.outcome.cited[-1] == "personal/blogging#official"
    # As many as before, and the second is another one.
    assert record.changed == ("personal/blogging#official",)


def test_another_day_and_another_version_make_another_code(
    knowledge: Knowledge, read_files: ReadFiles
) -> None:
    at, outcome = ended(WORK, knowledge)
    codes = {
        code_for(outcome, at, knowledge, DAY),
        code_for(outcome, at, knowledge, date(2026, 4, 3)),
    }
    more = FILES | {"guidance/a/b.md": page("## A\n\nText.\n")}
    now = read_files(more).knowledge
    codes.add(code_of(WORK, now))
    assert len(codes) == 3


# As a document


def test_a_record_as_a_document(knowledge: Knowledge) -> None:
    code = code_of(WORK, knowledge)
    document = record_json(record_of(code, knowledge), knowledge)
    assert list(document) == [
        "code",
        "flow",
        "day",
        "choices",
        "current",
        "made_with",
        "flow_changed",
        "passages_changed",
        "changed",
        "notices",
        "outcome",
        "knowledge",
    ]
    assert document["code"] == code
    assert (document["flow"], document["day"]) == ("blog", "2026-04-02")
    assert document["choices"] == {**ASKER, **WORK}
    assert document["outcome"]["id"] == "blog-own"
    assert (document["current"], document["flow_changed"], document["changed"]) == (
        True,
        False,
        [],
    )
