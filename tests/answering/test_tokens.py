import pytest

from guidance_bot.answering.tokens import Analysis
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


def test_a_synonym_related_what_was_asked() -> None:
    analysis = Analysis.of(
        Vocabulary((("FOI", "freedom of information"), ("tweet", "post")))
    )
    assert analysis.related(["foi"]) == {"freedom": ("foi",), "inform": ("foi",)}
    asked = ("freedom", "inform")
    assert analysis.related(["ask", *asked]) == {"foi": asked}
    assert analysis.related(["inform", "freedom"]) == {}
    assert analysis.related(["tweet", "post"]) == {}


def test_a_folder_may_declare_stop_words() -> None:
    assert Analysis.of(Vocabulary((), ("Dear",))).terms("dear blog") == ("blog",)
