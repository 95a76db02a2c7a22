import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance_bot.answering.tokens import Analysis, Related
from guidance_bot.knowledge.content import Vocabulary

PLAIN = Analysis()


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Can I blog anonymously?", ["blog", "anonym"]),
        ("What do the bloggers' blogs say", ["blogger", "blog", "say"]),
        ("the canteen's menu", ["canteen", "menu"]),
        ("I can't; they've; who's; don't", []),
        ("the canteen\u2019s", ["canteen"]),
        ("Te reo Māori", ["te", "reo", "maori"]),
        ("sign-off", ["sign", "off"]),
        ("２００８", ["2008"]),
        ("", []),
        ("anon\u00adymously in\u200bside", ["anonym", "insid"]),
        ("\x1b[31mred\x1b[0m", ["red"]),
        ("D'Arcy and O'Connor", ["darci", "oconnor"]),
    ],
)
def test_text_becomes_terms(text: str, terms: list[str]) -> None:
    assert list(PLAIN.terms(text)) == terms


def test_words_keep_what_was_typed_without_the_possessive() -> None:
    words = PLAIN.words("What is the Canteen's Menu?")
    assert [(w.typed, w.term) for w in words] == [
        ("Canteen", "canteen"),
        ("Menu", "menu"),
    ]


def test_a_synonym_stands_for_what_was_asked() -> None:
    analysis = Analysis.of(
        Vocabulary((("FOI", "freedom of information"), ("tweet", "post")))
    )
    words = ("freedom", "inform")
    assert analysis.related(["foi"]) == (Related(words, ("foi",)),)
    assert analysis.related(["ask", *words]) == (Related(("foi",), words),)
    assert analysis.related(["inform", "freedom"]) == ()
    assert analysis.related(["tweet", "post"]) == ()


def test_a_folder_may_declare_stop_words() -> None:
    assert Analysis.of(Vocabulary((), ("Dear",))).terms("dear blog") == ("blog",)


@given(st.text(alphabet="abtTSeE'’.,-é_ 1\x1b[m\u200d", max_size=40))
def test_terms_of_words_are_the_terms_of_the_text(text: str) -> None:
    analysis = Analysis()
    assert analysis.terms(text) == tuple(word.term for word in analysis.words(text))
