"""What a person is told in the end, put together from what was chosen."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from guidance_bot.flows import phrases
from guidance_bot.flows.engine import walk
from guidance_bot.flows.outcomes import Line, Outcome, outcome_of, quotation
from guidance_bot.flows.plan import Plan
from guidance_bot.flows.proof import prove
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Item, Quote, Take
from guidance_bot.knowledge.marks import plain
from tests.conftest import page
from tests.flows.conftest import (
    ASKER,
    BLOG,
    FILES,
    HOBBY,
    WORK,
    ReadFiles,
    edited,
    every,
    line_of,
)

MOST_ON_SCREEN = 220
LISTS = """\
## Steps {#steps}

Do this in order.

1. First, ask. [@code]
2. Then write
   and read it. [@blog]

A word between. [@old-principles]

- Last, [look](https://example.org) again.

## Words alone {#words}

Nothing is listed here.

## For the police {#police for=uk-police}

Police first.

- Ask them again, in writing. [@code]
- Ask nobody. [@blog]
- Ask the chief. [@code]
"""


def told(
    choices: Mapping[str, str], knowledge: Knowledge, flow: str = "blog"
) -> Outcome:
    """Return the outcome that *choices* lead to."""
    outcome = outcome_of(walk(Plan.of(knowledge.flows[flow]), choices), knowledge)
    assert outcome is not None
    return outcome


def lines(outcome: Outcome) -> list[tuple[str, list[str]]]:
    """Return what an outcome says below its head."""
    return [
        (part.heading, [f"{line.marker}{line.text}" for line in part.lines])
        for part in outcome.parts
    ]


def test_an_outcome_is_put_together_from_the_choices(knowledge: Knowledge) -> None:
    outcome = told(WORK, knowledge)
    assert (outcome.id, outcome.verdict, outcome.mode) == (
        "blog-own",
        "yes-once",
        "own",
    )
    assert outcome.says == "Yes, once your line manager knows."
    assert outcome.title == "Blogging anonymously"
    assert outcome.page == "personal/blogging"
    assert lines(outcome) == [
        (
            "Settle first",
            [
                "1. Tell the press office (#press).",
                "2. Write down what it is about: your work.",
            ],
        ),
        (
            "What binds you (every employer)",
            ["• The Code applies to every blog of a civil servant. [@code]"],
        ),
    ]
    assert outcome.cited == (
        "personal/blogging#short-answer",
        "personal/blogging#official",
    )
    assert outcome.choices == {**ASKER, **WORK}
    assert outcome.alternatives == ()


def test_an_open_walk_has_no_outcome(knowledge: Knowledge) -> None:
    plan = Plan.of(knowledge.flows["blog"])
    assert outcome_of(walk(plan, {"about": "work"}), knowledge) is None


def test_an_item_stands_only_where_its_condition_holds_and_the_numbers_close_up(
    knowledge: Knowledge,
) -> None:
    assert lines(told(HOBBY, knowledge))[0] == (
        "Settle first",
        ["1. Write down what it is about: a hobby."],
    )


def test_several_choices_are_joined_by_and(knowledge: Knowledge) -> None:
    outcome = told({**WORK, "about": "work+friends", "name": "pen"}, knowledge)
    assert outcome.says == (
        "Ask your line manager first: your work and your friends and a pen name go badly together."
    )


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{contact.boss} knows.", "Your line manager knows."),
        ("Done. {contact.boss} knows.", "Done. Your line manager knows."),
        ("**{contact.boss}** knows.", "**Your line manager** knows."),
        ("Ask {contact.boss}.", "Ask your line manager."),
        ("{about}: {name}", "Your work: your own name"),
        ("Open {jurisdiction}", "Open every employer"),
        ("{reader}{reader}", "The publicthe public"),
    ],
)
def test_a_slot_begins_a_sentence_with_a_capital_letter(
    read_files: ReadFiles, template: str, filled: str
) -> None:
    text = edited(BLOG, '"Yes, once {contact.boss} knows."', f'"{template}"')
    knowledge = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    assert told(WORK, knowledge).says == filled


def test_of_the_items_that_hold_no_more_are_shown_than_the_section_says(
    knowledge: Knowledge,
) -> None:
    flow = knowledge.flows["blog"]
    section = replace(
        flow.outcomes[0].sections[0],
        items=tuple(Item(f"Line {number}.") for number in range(5)),
        most=3,
    )
    form = replace(flow.outcomes[0], sections=(section,))
    few = replace(flow, outcomes=(form, *flow.outcomes[1:]))
    outcome = outcome_of(walk(Plan.of(few), WORK), knowledge)
    assert outcome is not None
    assert lines(outcome)[0][1] == ["1. Line 0.", "2. Line 1.", "3. Line 2."]


def test_the_section_for_the_askers_own_employer_is_quoted_where_there_is_one(
    knowledge: Knowledge,
) -> None:
    health = told({**HOBBY, "jurisdiction": "uk-health"}, knowledge)
    assert lines(health)[1] == (
        "What binds you (UK health service)",
        ["A doctor's blog follows the regulator's rules, name included."],
    )
    assert "personal/blogging#health" in health.cited
    service = told({**HOBBY, "jurisdiction": "uk-civil-service"}, knowledge)
    assert service.cited[-1] == "personal/blogging#official"


def test_what_is_unsure_is_shown_both_ways_with_how_to_find_out(
    knowledge: Knowledge,
) -> None:
    choices = {**WORK, "name": "unsure"}
    outcome = told(choices, knowledge)
    assert (outcome.id, outcome.verdict, outcome.mode) == (
        "both-ways",
        "cannot-tell",
        None,
    )
    assert lines(outcome) == [
        ("Under which name?", ["**Which name?** Ask your line manager."])
    ]
    assert outcome.cited == ("personal/blogging#sides",)
    assert [one.id for one in outcome.alternatives] == ["blog-own", "blog-pen"]
    assert list(outcome.alternatives) == [
        told({**choices, "name": name}, knowledge) for name in ("own", "pen")
    ]
    plan_flow = knowledge.flows["blog"]
    assert [
        phrases.difference(outcome.choices, one, plan_flow)
        for one in outcome.alternatives
    ] == ["My own name", "A pen name"]


def test_an_open_way_that_asks_something_more_is_refused_since_it_could_not_be_shown(
    read_files: ReadFiles,
) -> None:
    text = edited(
        BLOG,
        "    when: {about: work}\n    choices:",
        "    when: {about: work, name: own}\n    choices:",
    )
    knowledge = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    problems = prove(knowledge.flows["blog"], knowledge).problems
    (problem,) = [one for one in problems if "both ways" in one.message]
    assert problem.line == line_of(text, "    when: {about: work, name: own}")


def test_the_neighbour_differs_in_the_one_choice_that_the_flow_compares(
    knowledge: Knowledge,
) -> None:
    outcome = told(WORK, knowledge)
    assert outcome.neighbour == {**ASKER, **WORK, "name": "pen"}
    assert outcome.compare == "Or under a pen name?"
    other = told(outcome.neighbour, knowledge)
    assert other.compare == "Or under your own name?"
    assert other.neighbour == outcome.choices


def test_a_neighbour_holds_no_choice_that_it_does_not_ask(
    read_files: ReadFiles,
) -> None:
    text = edited(
        BLOG,
        "    when: {about: work}\n    choices:",
        "    when: {about: work, name: own}\n    choices:",
    )
    knowledge = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    outcome = told(WORK, knowledge)
    assert outcome.neighbour is not None
    assert walk(Plan.of(knowledge.flows["blog"]), outcome.neighbour).dropped == ()


def test_an_outcome_that_compares_nothing_has_no_neighbour(
    knowledge: Knowledge,
) -> None:
    outcome = told({"about": "concern"}, knowledge)
    assert (outcome.neighbour, outcome.compare) == (None, "")
    assert outcome.form.goes_to == "gift"


def test_a_neighbour_leads_to_an_outcome_in_every_starter_flow(
    starter: Knowledge,
) -> None:
    for flow in starter.flows.values():
        plan = Plan.of(flow)
        if not any(form.compare for form in flow.outcomes):
            continue
        for number, choices in enumerate(every(plan)):
            if number % 997:
                continue
            outcome = outcome_of(walk(plan, choices), starter)
            assert outcome is not None
            if outcome.neighbour is not None:
                at = walk(plan, outcome.neighbour)
                assert at.dropped == ()
                assert outcome_of(at, starter) is not None


# Quotations


@pytest.fixture
def lists(read_files: ReadFiles) -> Knowledge:
    """The department with a page of lists."""
    return read_files(FILES | {"guidance/a/b.md": page(LISTS)}).knowledge


def quoted(
    knowledge: Knowledge,
    passage: str,
    *,
    words: int = 60,
    take: Take = "text",
) -> list[str]:
    found = quotation(Quote(passage, words, take), passage, knowledge, {})
    assert all(
        line.passage is not None
        and line.paragraph is not None
        and line.text in line.passage.text[line.paragraph.start : line.paragraph.end]
        for line in found
    )
    return [f"{line.marker}{plain(line.text)}" for line in found]


def test_a_text_is_quoted_paragraph_by_paragraph_as_far_as_the_words_go(
    lists: Knowledge,
) -> None:
    whole = quoted(lists, "a/b#steps")
    assert whole == [
        "Do this in order.",
        "1. First, ask.",
        "2. Then write and read it.",
        "A word between.",
        "• Last, look again.",
    ]
    assert quoted(lists, "a/b#steps", words=7) == whole[:2]
    # A text has no gaps, and never less than one paragraph.
    assert quoted(lists, "a/b#steps", words=8) == whole[:2]
    assert quoted(lists, "a/b#steps", words=1) == whole[:1]


def test_a_list_is_quoted_without_what_stands_around_it(lists: Knowledge) -> None:
    steps = ["1. First, ask.", "2. Then write and read it.", "• Last, look again."]
    assert quoted(lists, "a/b#steps", take="list") == steps
    assert quoted(lists, "a/b#steps", take="list", words=2) == steps[:1]
    assert quoted(lists, "a/b#words", take="list") == []


def test_of_a_section_for_one_employer_the_first_paragraph_and_official_ones_are_quoted(
    lists: Knowledge,
) -> None:
    whole = ["Police first.", "• Ask them again, in writing.", "• Ask the chief."]
    assert quoted(lists, "a/b#police", take="official") == whole
    # One that does not fit is passed over, but one official text there is.
    assert quoted(lists, "a/b#police", take="official", words=5) == [
        whole[0],
        whole[2],
    ]
    assert quoted(lists, "a/b#police", take="official", words=1) == [
        whole[0],
        whole[2],
    ]


def test_of_a_section_for_everybody_official_paragraphs_keep_their_place(
    lists: Knowledge,
) -> None:
    assert quoted(lists, "a/b#steps", take="official") == quoted(lists, "a/b#steps")


def test_a_passage_that_does_not_exist_quotes_nothing(lists: Knowledge) -> None:
    assert quoted(lists, "a/b#gone") == []
    assert quoted(lists, "gone/page#steps") == []


def test_a_quoted_line_is_labelled_with_its_authority_and_advice_is_not(
    lists: Knowledge,
) -> None:
    quote = Quote("a/b#steps", 60)
    found = quotation(quote, quote.passage, lists, {})
    assert [phrases.label(line, lists) for line in found] == [
        "",
        "Rule, 2010",
        "Commentary",
        "Official guidance, 2008, in use until 2012",
        "",
    ]
    assert phrases.label(Line("Ours."), lists) == ""


# Lengths


def test_the_words_counted_are_those_read(knowledge: Knowledge) -> None:
    outcome = told(WORK, knowledge)
    read = [outcome.says, outcome.title, outcome.compare]
    for heading, shown in lines(outcome):
        read += [heading, *shown]
    text = " ".join(read).replace("[@code]", "").replace("• ", "")
    text = text.replace("1. ", "").replace("2. ", "")
    assert outcome.words == len(text.split())


def labelled_words(outcome: Outcome, knowledge: Knowledge) -> int:
    """Return the words of an outcome with those of its labels."""
    told_of = [
        phrases.label(line, knowledge) for part in outcome.parts for line in part.lines
    ]
    return outcome.words + sum(len(label.split()) for label in told_of)


@pytest.mark.parametrize("name", ["engage", "should-we", "stage"])
def test_every_outcome_of_the_starter_flows_fits_with_its_labels(
    starter: Knowledge, name: str
) -> None:
    plan = Plan.of(starter.flows[name])
    too_long = []
    for number, choices in enumerate(every(plan)):
        if number % 211 and name == "engage":
            continue
        outcome = outcome_of(walk(plan, choices), starter)
        assert outcome is not None
        words = labelled_words(outcome, starter)
        if words > MOST_ON_SCREEN and not outcome.alternatives:
            too_long.append((words, outcome.id, choices))
    assert too_long == []
