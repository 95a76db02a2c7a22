"""Markdown to Slack: nothing is markup that should not be, no word is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance_bot.slack.blocks import (
    MESSAGE_CHARS,
    WINDOW_BLOCKS,
    Part,
    block,
    messages,
    window_blocks,
)
from guidance_bot.slack.mrkdwn import (
    SECTION_CHARS,
    cut,
    escape,
    fitted,
    joined,
    link,
    literal,
    said,
    said_inline,
)
from tests.slack.conftest import words_shown

# What an editor's hand, or a hostile one, may type.
MARKUP = st.text(
    st.sampled_from("ab .,!?&<>|*_~`[]()#-+1\n@:/\\\u20ac\U0001f600"), max_size=200
)


@pytest.mark.parametrize(
    ("markdown", "shown", "spoken"),
    [
        ("**bold** and *soft*", "*bold* and _soft_", "bold and soft"),
        ("`code <b>`", "`code &lt;b&gt;`", "code &lt;b&gt;"),
        (
            "[the Code](https://example.gov.uk/a?b=1&c)",
            "<https://example.gov.uk/a?b=1&amp;c|the Code>",
            "the Code",
        ),
        ("[the Code](http://example.gov.uk)", "the Code", "the Code"),
        ("Say so. [@code]", "Say so.", "Say so."),
        ("- one\n- two\n  - three", "• one\n• two\n\u2003• three", None),
        ("3. three\n4. four", "3. three\n4. four", None),
        ("> quoted\n> twice", ">quoted twice", "quoted twice"),
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;", None),
        ("a <!-- note --> b", "a  b", None),
        ("| a | b |\n|---|---|\n| c | d |", "a · b\nc · d", None),
        ("snake_case 5*3", "snake_case 5*3", None),
    ],
)
def test_markdown_becomes_what_slack_shows(
    markdown: str, shown: str, spoken: str | None
) -> None:
    words = said(markdown)

    assert words.shown == shown
    assert words.spoken == (shown if spoken is None else spoken)


def test_an_escaped_sign_stays_a_sign() -> None:
    words = said(r"\*not bold\* and \_not soft\_")

    assert words.spoken == "*not bold* and _not soft_"
    assert not re.search(r"\*not bold\*|_not soft_", words.shown)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://example.org",
        "https://user:password@example.org",
        "https://",
        "https://example.org/a|b",
        "https://example.org/a b",
        "https://[broken",
        f"https://example.org/{'a' * 2_000}",
        None,
    ],
)
def test_only_a_plain_https_address_is_linked(address: str | None) -> None:
    assert link(address, literal("here")).shown == "here"


@given(MARKUP)
def test_what_is_said_holds_no_markup_but_ours(markdown: str) -> None:
    for words in (said(markdown), said_inline(markdown), literal(markdown)):
        without_links = re.sub(r"<https://[^<>|]+\|[^<>]*>", "", words.shown)
        assert "<" not in without_links
        assert not re.search(r"(?<!^)>", without_links, re.MULTILINE)
        assert "<" not in words.spoken
        assert ">" not in words.spoken
        assert not re.search(r"&(?!amp;|lt;|gt;)", words.spoken)


@given(MARKUP, st.integers(40, 400))
def test_cutting_loses_no_word_and_never_passes_the_limit(
    markdown: str, limit: int
) -> None:
    whole = said(markdown * 3)

    pieces = list(cut(whole, limit))

    assert all(len(piece.shown) <= limit for piece in pieces)
    assert "".join(joined(pieces).shown.split()) == "".join(whole.shown.split())
    assert joined(pieces).spoken.split() == whole.spoken.split()


def test_a_cut_prefers_the_end_of_a_sentence_and_spares_links_and_entities() -> None:
    text = said(
        "One sentence that is there. And more: [a link](https://example.org/) & <more>."
    )

    pieces = [piece.shown for piece in cut(text, 65)]

    assert pieces == [
        "One sentence that is there. And more:",
        "<https://example.org/|a link> &amp; &lt;more&gt;.",
    ]


@given(st.text(max_size=300), st.integers(1, 60))
def test_what_is_fitted_fits(text: str, limit: int) -> None:
    assert len(fitted(text, limit)) <= limit
    assert fitted(text, len(text)) == text


def test_escaping_is_in_the_order_that_slack_asks_for() -> None:
    assert escape("<&>") == "&lt;&amp;&gt;"


@given(st.lists(MARKUP, min_size=1, max_size=30), st.integers(1, 200))
def test_messages_stay_within_what_slack_takes(texts: list[str], times: int) -> None:
    parts = [Part(said(text * times)) for text in texts]
    ending = Part(literal("The rest is left out."), quiet=True)

    sent = messages([part for part in parts if part.words], ending=ending)

    assert len(sent) <= 2
    for message in sent:
        assert len(message.blocks) <= 50
        assert len(message.text) <= 2 * MESSAGE_CHARS
        for shown in message.blocks:
            text = shown.get("text") or shown["elements"][0]
            assert len(text["text"]) <= SECTION_CHARS


def test_a_very_long_message_goes_on_in_a_second_and_says_where_it_stops() -> None:
    sentence = "A sentence of a dozen words that says nothing new at all. "
    parts = [Part(said(sentence * 100))]
    ending = Part(literal("The rest is left out."))

    two = messages(parts, ending=ending)
    more = messages([Part(said(sentence * 600))], ending=ending)

    assert [len(message.text) > 100 for message in two] == [True, True]
    assert " ".join(m.text for m in two).split() == (sentence * 100).split()
    assert len(more) == 2
    assert more[1].text.endswith("The rest is left out.")


def test_a_window_never_has_more_blocks_or_bytes_than_slack_takes() -> None:
    ending = Part(literal("The rest is left out."))
    many = [Part(literal(f"Line {number}")) for number in range(500)]
    much = [Part(said("word & " * 2_000)) for _ in range(30)]

    for parts in (many, much):
        blocks = window_blocks(parts, ending)
        assert len(blocks) <= WINDOW_BLOCKS + 1
        assert blocks[-1] == block(ending)


def test_the_words_shown_are_the_words_heard() -> None:
    whole = said("**One** [two](https://example.org) `three`\n\n- *four* 5 & <6>")

    assert words_shown([block(Part(whole))]) == whole.spoken.split()
