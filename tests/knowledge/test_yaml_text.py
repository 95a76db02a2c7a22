import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance_bot.knowledge.yaml_text import MAX_DEPTH, read_yaml


def test_scalars_stay_text() -> None:
    document, problems = read_yaml("a: no\nb: 2008\nc: 1.50\nd: 2026-01-02\ne:\n", "x")
    assert not problems
    assert document.value == {
        "a": "no",
        "b": "2008",
        "c": "1.50",
        "d": "2026-01-02",
        "e": None,
    }


def test_every_value_knows_its_line() -> None:
    text = "one: 1\nlist:\n  - a\n  - b: c\n    d: e\n"
    document, _ = read_yaml(text, "x", first_line=10)
    assert document.line(("one",)) == 10
    assert document.line(("list", 1)) == 13
    assert document.line(("list", 1, "d")) == 14
    assert document.line(("list", 1, "absent")) == 13


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: b: c\n", 1, "colon goes in quotes"),
        ("a: [one, two\nb: c\n", 1, "was not closed"),
        ('a: "one\nb: two\n', 1, "a quote was opened"),
        ("a: 1\n\tb: 2\n", 2, "spaces"),
        ("a: 1\nb: 2\na: 3\n", 3, "twice"),
        ("a: &x 1\nb: *x\n", 2, "alias *x"),
        ("a: [*-own]\n", 1, "starts with * goes in quotes"),
        ('a: "\\e[31m"\n', 1, "U+001B"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "tag"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("[a, b]: c\n", 1, "a key is plain text"),
    ],
)
def test_a_slip_is_named_with_its_line(text: str, line: int, words: str) -> None:
    document, problems = read_yaml(text, "file.yaml")
    assert document.value is None
    assert [(p.path, p.line) for p in problems] == [("file.yaml", line)]
    assert words in problems[0].message


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{one}: &{one} [*{two}, *{two}]\n"
        for two, one in zip("abcdefgh", "bcdefghi", strict=True)
    )
    _, problems = read_yaml(bomb, "x")
    assert len(problems) == 1
    assert "alias" in problems[0].message


def test_deep_nesting_is_refused() -> None:
    _, problems = read_yaml("[" * 5000 + "]" * 5000, "x")
    assert len(problems) == 1
    shallow, none = read_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH, "x")
    assert shallow.value is not None
    assert not none


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_one_problem(text: str) -> None:
    document, problems = read_yaml(text, "x")
    assert len(problems) <= 1
    assert not problems or document.value is None


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quote_that_runs_into_the_keys_below_is_told_where_it_opens(
    quote: str,
) -> None:
    text = f"one: {quote}#ask-people\ntwo:\n  three: {quote}x\n"
    _, (problem,) = read_yaml(text, "a.yaml")
    assert (problem.line, problem.message) == (
        1,
        "a quote opened here is closed 2 lines later; close it here",
    )


def test_a_quoted_sentence_may_run_over_lines() -> None:
    document, problems = read_yaml('one: "Ask first,\n  then post: no more."\n', "a")
    assert (document.value, problems) == ({"one": "Ask first, then post: no more."}, [])


def test_a_quoted_value_may_hold_what_looks_like_a_key() -> None:
    text = 'one: "We say one thing.\n  Note: and another."\ntwo: x\n'
    document, problems = read_yaml(text, "a.yaml")
    assert problems == []
    assert document.value == {"one": "We say one thing. Note: and another.", "two": "x"}
