from hypothesis import given
from hypothesis import strategies as st

from guidance_bot.knowledge.markdown import (
    WORDS_IN_A_PASSAGE,
    blocks,
    parts,
    sections,
    slug,
)
from guidance_bot.knowledge.marks import plain


def test_a_section_runs_to_the_next_heading_of_any_level() -> None:
    body = (
        "before\n\n## One {#first}\n\ntext\n\n### Two\nmore\n\n\nSetext\n======\nlast\n"
    )
    found = sections(body)
    assert [(s.heading, s.id, s.text, s.line) for s in found] == [
        ("", "", "before", 1),
        ("One", "first", "text", 3),
        ("Two", "two", "more", 7),
        ("Setext", "setext", "last", 11),
    ]


def test_blank_lines_at_both_ends_are_dropped_and_nothing_else() -> None:
    (found,) = sections("## A\n\n   \n    indented\n\n  two\n \n\n")
    assert found.text == "    indented\n\n  two"
    assert found.text_line == 4


def test_a_heading_in_a_code_block_or_list_is_text() -> None:
    found = sections("## A\n\n```\n# not one\n```\n\n- # nor this\n")
    assert [s.heading for s in found] == ["A"]


def test_heading_attributes_name_the_id_and_the_jurisdiction() -> None:
    (found,) = sections("## Doctors {#doctors for=uk-health .big}\ntext")
    assert (found.id, found.jurisdiction) == ("doctors", "uk-health")
    assert found.unknown_attributes == (".big",)


def test_a_sub_list_belongs_to_its_item() -> None:
    found = blocks("Intro.\n\n- one\n  - sub [@a]\n- two [see @b; @c]\n\n> quoted\n")
    assert [b.text for b in found] == [
        "Intro.",
        "- one\n  - sub [@a]",
        "- two [see @b; @c]",
        "> quoted",
    ]
    assert [(m.says, m.ids) for b in found for m in b.marks] == [
        (True, ("a",)),
        (False, ("b", "c")),
    ]


def test_a_long_section_is_split_between_paragraphs() -> None:
    paragraph = ("word " * 100).strip()
    text = "\n\n".join([paragraph] * 3)
    (section,) = sections(f"## A\n\n{text}\n")
    assert [text[a:b] for a, b in parts(section)] == [paragraph] * 3
    (one,) = sections("## A\n\n" + "word " * (WORDS_IN_A_PASSAGE * 2))
    assert len(parts(one)) == 1


def test_a_section_that_is_not_split_is_quoted_whole() -> None:
    (section,) = sections("## A\n\n  indented\n\n---\n")
    assert [section.text[a:b] for a, b in parts(section)] == ["  indented\n\n---"]


def test_a_mark_in_code_or_a_comment_is_none() -> None:
    text = "```\n[@a]\n```\n\nSee `[@b]` <!-- [@c] --> \\[@d] and [@e;\n@f]\n"
    assert [m.ids for b in blocks(text) for m in b.marks] == [("e", "f")]


def test_slugs_are_githubs() -> None:
    assert slug("What's new? (2026)") == "whats-new-2026"
    assert slug("A  b_c-d") == "a--b_c-d"


def test_plain_text_loses_the_signs_of_markdown() -> None:
    text = "- **Bold** and `code`, [a link](https://x.example) [@id]."
    assert plain(text) == "Bold and code, a link."
    assert (
        plain("snake_case_name stays, *this* not") == "snake_case_name stays, this not"
    )


@given(st.text(alphabet="ab .#-*>\n`[]@{}|1", max_size=120))
def test_blocks_are_slices_in_order(text: str) -> None:
    end = 0
    for block in blocks(text):
        assert text[block.start : block.end] == block.text
        assert block.start >= end
        assert block.text == block.text.strip()
        end = block.end


@given(st.text(alphabet="ab #\n-={}", max_size=120))
def test_section_texts_stand_in_the_body_at_their_lines(body: str) -> None:
    lines = body.split("\n")
    for section in sections(body):
        if section.text:
            size = section.text.count("\n") + 1
            start = section.text_line - 1
            assert "\n".join(lines[start : start + size]) == section.text
