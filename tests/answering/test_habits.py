"""What people's ways of asking tell of the page they want."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance_bot.answering.habits import Habits, features
from guidance_bot.answering.queries import Asked

WORDS = st.sampled_from("who signs may i blog reply bridge".split())
QUESTIONS = st.lists(st.lists(WORDS, min_size=1, max_size=5), max_size=4)
PAGES = st.lists(QUESTIONS, min_size=1, max_size=5)


def asked(words: list[str]) -> Asked:
    return Asked(tuple(w for w in words if w not in {"who", "may", "i"}), tuple(words))


def component(pages: list[list[Asked]], page: int, feature: str) -> float:
    """Return the information component by its formula."""
    everything = [features(question) for of_page in pages for question in of_page]
    everywhere = sum(feature in question for question in everything)
    if everywhere < (2 if " " in feature else 1):
        return 0.0
    here = sum(feature in features(question) for question in pages[page])
    expected = everywhere * len(pages[page]) / len(everything)
    return math.log((here + 0.5) / (expected + 0.5))


@given(PAGES, st.lists(WORDS, min_size=1, max_size=5))
def test_a_page_scores_the_information_components_of_what_is_asked(
    given_pages: list[list[list[str]]], question: list[str]
) -> None:
    pages = [list(map(asked, of_page)) for of_page in given_pages]
    wanted = dict.fromkeys(features(asked(question)), 1.5)
    scores = Habits.of(pages).scores(wanted)
    mean = sum(map(len, pages)) / len(pages)
    for page in range(len(pages)):
        expected = sum(1.5 * component(pages, page, feature) for feature in wanted)
        assert scores[page] == pytest.approx(expected * mean / (mean + 20))


@given(PAGES, st.lists(WORDS, min_size=1, max_size=5))
def test_habits_survive_being_taken_apart(
    given_pages: list[list[list[str]]], question: list[str]
) -> None:
    habits = Habits.of([list(map(asked, of_page)) for of_page in given_pages])
    wanted = dict.fromkeys(features(asked(question)), 1.0)
    again = Habits(habits.vocabulary, habits.arrays())
    np.testing.assert_array_equal(again.scores(wanted), habits.scores(wanted))


def test_what_is_asked_of_every_page_alike_says_nothing() -> None:
    pages = [[asked(["bridge", word])] * 9 for word in ("blog", "reply")]
    habits = Habits.of(pages)
    np.testing.assert_allclose(habits.scores({"bridge": 1.0})[:2], 0.0, atol=1e-9)
    blog = habits.scores({"blog": 1.0})
    assert blog[0] > 0 > blog[1]


def test_a_word_seen_once_says_less_than_one_seen_often() -> None:
    once = Habits.of([[asked(["blog"])], [asked(["reply"])] * 9])
    often = Habits.of([[asked(["blog"])] * 10, [asked(["reply"])] * 90])
    assert 0 < once.scores({"blog": 1.0})[0] < often.scores({"blog": 1.0})[0]


def test_elsewhere_stands_behind_the_pages() -> None:
    habits = Habits.of([[asked(["blog"])]] * 2, [asked(["canteen"])] * 3)
    scores = habits.scores({"canteen": 1.0})
    assert habits.knows_elsewhere
    assert scores[2] > 0 > scores[0] == scores[1]
    assert not Habits.of([[asked(["blog"])]]).knows_elsewhere


def test_leaving_a_question_out_takes_its_own_evidence_away() -> None:
    one = asked(["who", "signs", "reply"])
    other = asked(["may", "i", "blog"])
    habits = Habits.of([[one, other], [other, other]])
    wanted = dict.fromkeys(features(one), 1.0)
    whole = habits.scores(wanted)[0]
    assert habits.score_without(wanted, 0, one, 0) == pytest.approx(whole)
    assert habits.score_without(wanted, 0, one, 1) < 0 < whole


def test_a_folder_without_questions_has_no_habits() -> None:
    assert Habits.of([[], []]).scores({"blog": 1.0, "may i": 1.0}).tolist() == [0, 0, 0]
