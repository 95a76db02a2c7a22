"""A code: what it holds comes back, and no slip in it goes unnoticed."""

import re
import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidance_bot.errors import UsageError
from guidance_bot.flows.code import (
    DIGITS,
    MOST_CHARS,
    code_of,
    decision_of,
    is_codable,
    most_cited,
    print_of,
    tidied,
)
from guidance_bot.flows.engine import walk
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import Knowledge, Organisation, Vocabulary
from guidance_bot.knowledge.flow import Flow
from guidance_bot.wording import CONTROL
from tests.flows.conftest import (
    ASKER,
    BLOG,
    FILES,
    WORK,
    ReadFiles,
    edited,
    every,
    flows,
    given_to,
)

DAY = date(2026, 4, 2)
CHOICES = ASKER | WORK


@pytest.fixture
def code(knowledge: Knowledge) -> str:
    """The code of one decision."""
    prints = [print_of("one"), print_of("two")]
    return code_of(knowledge.flows["blog"], CHOICES, DAY, knowledge.version, prints)


def refused(code: str, knowledge: Knowledge) -> str:
    """Return the sentence that refuses *code*."""
    with pytest.raises(UsageError) as raised:
        decision_of(code, knowledge)
    return str(raised.value)


def is_refused(code: str, knowledge: Knowledge) -> bool:
    try:
        decision_of(code, knowledge)
    except UsageError as error:
        return bool(str(error))
    return False


def digits_of(code: str) -> Iterator[int]:
    """Yield the places of the digits that follow the flow's name."""
    yield from (place for place in range(len("blog-"), len(code)) if code[place] != "-")


def test_a_code_is_short_and_reads_aloud(code: str) -> None:
    name, *groups = code.split("-")
    assert name == "blog"
    assert {len(group) for group in groups[:-1]} == {6}
    assert set("".join(groups)) <= set(DIGITS)
    assert not {"I", "L", "O", "U"} & set(DIGITS)
    assert len(code) <= MOST_CHARS


def test_a_code_gives_back_what_it_was_made_of(code: str, knowledge: Knowledge) -> None:
    held = decision_of(code, knowledge)
    assert held.flow == knowledge.flows["blog"]
    assert dict(held.choices) == CHOICES
    assert list(held.choices) == list(CHOICES)
    assert (held.day, held.same_flow) == (DAY, True)
    assert held.version == knowledge.version[:8]
    assert held.prints == (print_of("one"), print_of("two"))


def test_the_code_of_every_combination_gives_it_back(knowledge: Knowledge) -> None:
    flow = knowledge.flows["blog"]
    made = set()
    for choices in every(Plan.of(flow)):
        code = code_of(flow, choices, DAY, knowledge.version, [1])
        assert dict(decision_of(code, knowledge).choices) == choices
        made.add(code)
    assert len(made) == 168


@settings(max_examples=60)
@given(st.data())
def test_the_choices_of_any_flow_come_back(data: st.DataObject) -> None:
    flow = replace(data.draw(flows()), name=data.draw(st.sampled_from(["any", "a-b"])))
    knowledge = a_knowledge(flow)
    at = walk(Plan.of(flow), data.draw(given_to(flow)))
    day = date(2020, 1, 1) + timedelta(days=data.draw(st.integers(0, 65_535)))
    room = most_cited(flow)
    prints = data.draw(st.lists(st.integers(0, 255), max_size=room))
    code = code_of(flow, at.choices, day, "0123456789abcdef" * 4, prints)
    assert len(code) <= MOST_CHARS
    held = decision_of(code, knowledge)
    assert dict(held.choices) == dict(at.choices)
    assert (held.day, held.version, held.prints) == (day, "01234567", tuple(prints))
    # One passage more would be too long.
    if len(prints) == room:
        assert len(code_of(flow, at.choices, day, "0" * 64, [*prints, 0])) > MOST_CHARS


def a_knowledge(*held: Flow) -> Knowledge:
    """Return a knowledge of flows alone."""
    return Knowledge(
        "0" * 64,
        {},
        (),
        {},
        Organisation(),
        Vocabulary(),
        flows={flow.name: flow for flow in held},
    )


def test_a_code_holds_the_days_from_2020_on_for_179_years() -> None:
    assert [is_codable(day) for day in (date(2019, 12, 31), date(2020, 1, 1))] == [
        False,
        True,
    ]
    assert [is_codable(day) for day in (date(2199, 6, 6), date(2199, 6, 7))] == [
        True,
        False,
    ]


def test_a_code_is_read_however_it_is_typed(code: str, knowledge: Knowledge) -> None:
    held = decision_of(code, knowledge)
    name, _, digits = code.partition("-")
    bare = digits.replace("-", "")
    for typed in (
        code.lower(),
        code.upper(),
        f"  {code}\n",
        f"{name}-{bare}",
        code.replace("-", "- "),
        f"{name}-{'-'.join(bare)}",
    ):
        assert decision_of(typed, knowledge) == held


# Slips


def test_every_single_wrong_character_is_refused(
    code: str, knowledge: Knowledge
) -> None:
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits
    accepted = [
        (place, letter)
        for place in range(len(code))
        for letter in letters
        if letter.casefold() != code[place].casefold()
        and not is_refused(f"{code[:place]}{letter}{code[place + 1 :]}", knowledge)
    ]
    assert accepted == []


def test_two_digits_that_changed_places_are_refused(
    code: str, knowledge: Knowledge
) -> None:
    digits = [*digits_of(code)]
    for one, two in pairwise(digits):
        swapped = [*code]
        swapped[one], swapped[two] = swapped[two], swapped[one]
        if code[one] != code[two]:
            assert is_refused("".join(swapped), knowledge), (one, two)


def test_a_missing_digit_is_refused(code: str, knowledge: Knowledge) -> None:
    for place in digits_of(code):
        assert is_refused(code[:place] + code[place + 1 :], knowledge), place
    for end in range(len(code)):
        assert is_refused(code[:end], knowledge), end


def test_a_digit_too_many_is_refused(code: str, knowledge: Knowledge) -> None:
    for place in [*digits_of(code), len(code)]:
        for digit in DIGITS:
            typed = f"{code[:place]}{digit}{code[place:]}"
            assert is_refused(typed, knowledge), (place, digit)


def test_the_digits_under_the_name_of_another_flow_are_refused(
    code: str, knowledge: Knowledge
) -> None:
    assert is_refused(code.replace("blog", "gift"), knowledge)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-",
        "blog",
        "blog-",
        "blog--",
        "blog-0",
        "blog-000",
        f"blog-{'0' * 50}",
        "engage-8K3M2X",
        "x" * 100_000,
        "blog-" + "0" * 100_000,
        "blog-\N{ARABIC-INDIC DIGIT ONE}\N{FULLWIDTH DIGIT TWO}",
        "blog-²³½",
        "blog-ß",
        "blog-🙂",
        "blog-\udc80",
        "\N{KELVIN SIGN}",
        "%s{0}{name}",
        "blog-{flows}",
        "../flows/blog",
    ],
    ids=range(21),
)
def test_what_is_no_code_is_refused_with_one_short_sentence(
    typed: str, knowledge: Knowledge
) -> None:
    told = refused(typed, knowledge)
    assert 0 < len(told) < 200
    assert "\n" not in told


@pytest.mark.parametrize("control", ["\0", "\x07", "\x1b[31m", "\x7f", "\x9b2J"])
def test_a_control_character_is_refused(control: str, knowledge: Knowledge) -> None:
    assert refused(f"blog-{control}8K3M", knowledge)


@pytest.mark.parametrize("control", ["\0", "\x07", "\x1b[31m", "\x7f", "\x9b2J"])
def test_a_control_character_is_not_told_back(
    control: str, knowledge: Knowledge
) -> None:
    assert not CONTROL.search(refused(f"blog-{control}8K3M", knowledge))


def test_a_letter_that_no_code_has_is_named(code: str, knowledge: Knowledge) -> None:
    told = refused(f"{code[:-1]}o", knowledge)
    assert told.startswith("A code has no “O” in it.")


def test_a_flow_that_is_not_there_is_told_with_those_that_are(
    code: str, knowledge: Knowledge
) -> None:
    assert refused(code.replace("blog", "engage"), knowledge).endswith(
        "begins with the name of its flow: blog-…, gift-…"
    )


@settings(max_examples=100)
@given(st.text(max_size=70))
def test_any_text_is_refused_and_never_fails(text: str) -> None:
    knowledge = a_knowledge()
    assert is_refused(text, knowledge)
    assert is_refused(f"blog-{text}", knowledge)


def test_a_name_that_begins_as_another_is_told_apart(blog: Flow) -> None:
    longer = replace(blog, name="blog-b")
    knowledge = a_knowledge(blog, longer)
    for flow in (blog, longer):
        code = code_of(flow, CHOICES, DAY, "0" * 64, [])
        assert decision_of(code, knowledge).flow.name == flow.name


# Flows that are others now


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"\breader\b", "readers"),
        (r"\bpen\b", "alias"),
        ("most: 2", "most: 3"),
        (r"      - {id: friends.*\n", ""),
    ],
    ids=["a prompt", "a choice", "how many", "a choice less"],
)
def test_the_code_of_a_flow_that_asks_other_things_now_is_refused(
    code: str, read_files: ReadFiles, old: str, new: str
) -> None:
    text = re.sub(old, new, BLOG)
    knowledge = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    assert "asks other things now" in refused(code, knowledge)


def test_the_code_of_a_flow_in_other_words_is_read_and_known_for_one(
    code: str, read_files: ReadFiles
) -> None:
    text = edited(BLOG, "label: A pen name", "label: Another name")
    knowledge = read_files(FILES | {"flows/blog.yaml": text}).knowledge
    held = decision_of(code, knowledge)
    assert (dict(held.choices), held.same_flow) == (CHOICES, False)


@pytest.mark.parametrize(
    "between", ["-", "\u2010", "\u2011", "\u2013", "\u2014", " ", " - ", "\n"]
)
def test_a_code_may_have_any_dash_or_blank_between_its_groups(
    code: str, between: str, knowledge: Knowledge
) -> None:
    typed = code.replace("-", between)
    assert decision_of(typed, knowledge) == decision_of(code, knowledge)
    assert tidied(typed, "blog") == code
