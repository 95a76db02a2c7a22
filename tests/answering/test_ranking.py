import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Plus

from guidance_bot.answering.queries import Asked, Document, Query
from guidance_bot.answering.ranking import Postings, Ranking, best_first
from guidance_bot.answering.tokens import Related

Corpus = list[list[str]]
WORDS = st.sampled_from("blog name press code duty sign gift reply".split())
CORPORA = st.lists(st.lists(WORDS, min_size=1, max_size=12), min_size=2, max_size=12)


def bm25_plus(corpus: Corpus, asked: list[str], number: int) -> float:
    """Return BM25+ of one document by the formula (Lv and Zhai 2011), k1 1.5, b .75."""
    k1, b, delta = 1.5, 0.75, 1.0
    document = Counter(corpus[number])
    average = sum(map(len, corpus)) / len(corpus)
    score = 0.0
    for term in asked:
        having = sum(term in other for other in corpus)
        if having:
            norm = k1 * (1 - b + b * len(corpus[number]) / average)
            gain = document[term] * (k1 + 1) / (document[term] + norm)
            score += math.log((len(corpus) + 1) / having) * (delta + gain)
    return score


@given(CORPORA, st.lists(WORDS, min_size=1, max_size=5, unique=True))
def test_scores_equal_the_stock_class_and_the_formula(
    corpus: Corpus, asked: list[str]
) -> None:
    postings = Postings(corpus)
    ours = postings.scores(dict.fromkeys(asked, 1.0)) + postings.shift(asked)
    known = [term for term in asked if any(term in d for d in corpus)]
    stock = BM25Plus(corpus).get_scores(known) if known else np.zeros(len(corpus))
    formula = [bm25_plus(corpus, asked, n) for n in range(len(corpus))]
    np.testing.assert_allclose(ours, stock, atol=1e-9, rtol=0)
    np.testing.assert_allclose(ours, formula, atol=1e-9, rtol=0)


@given(CORPORA, st.lists(WORDS, min_size=1, max_size=5, unique=True))
def test_the_score_of_a_document_by_its_counts_is_its_score(
    corpus: Corpus, asked: list[str]
) -> None:
    postings = Postings(corpus)
    terms = dict.fromkeys(asked, 1.0)
    for number, score in enumerate(postings.scores(terms)):
        assert postings.score_of(terms, Counter(corpus[number])) == pytest.approx(score)


@given(CORPORA)
def test_postings_survive_being_taken_apart(corpus: Corpus) -> None:
    postings = Postings(corpus)
    again = Postings.from_arrays(postings.vocabulary, postings.arrays())
    terms = dict.fromkeys(postings.vocabulary, 1.0)
    np.testing.assert_array_equal(again.scores(terms), postings.scores(terms))


def asked(text: str) -> Asked:
    return Asked(tuple(text.split()), tuple(text.split()))


def document(text: str, *aliases: str, page: str = "p", title: str = "") -> Document:
    return Document(
        page,
        tuple(title.split()),
        (),
        tuple(text.split()),
        tuple(map(asked, aliases)),
    )


def test_only_passages_that_share_a_word_are_found() -> None:
    ranking = Ranking.of([document("blog"), document("gift"), document("blog gift")])
    assert [h.number for h in ranking.search(Query(("press",)), limit=9)] == []
    found = ranking.search(Query(("blog",)), limit=9)
    assert {hit.number for hit in found} == {0, 2}


def test_equal_scores_are_ordered_by_number() -> None:
    documents = [document("blog name", page=str(n)) for n in range(20)]
    hits = Ranking.of(documents).search(Query(("blog",)), limit=7)
    assert [hit.number for hit in hits] == [0, 1, 2, 3, 4, 5, 6]
    assert len({hit.score for hit in hits}) == 1


def test_a_title_counts_more_than_the_text() -> None:
    titled = document("x y z", page="a", title="blog")
    other = document("x y blog", page="b", title="z")
    hits = Ranking.of([other, titled]).search(Query(("blog",)), limit=2)
    assert [hit.number for hit in hits] == [1, 0]


def test_words_side_by_side_count_more_than_apart() -> None:
    documents = [
        document("sign the reply off", page="a"),
        document("sign off the reply", page="b"),
    ]
    hits = Ranking.of(documents).search(Query(("sign", "off")), limit=2)
    assert [hit.number for hit in hits] == [1, 0]


def test_the_signal_grows_with_the_share_of_the_question_that_matches() -> None:
    ranking = Ranking.of([document("blog name", page="a"), document("gift", page="b")])
    whole = ranking.search(Query(("blog", "name")), limit=1)[0].signal
    half = ranking.search(Query(("blog", "canteen")), limit=1)[0].signal
    assert 0 < half < whole


@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=2, max_size=6),
    st.lists(WORDS, min_size=1, max_size=4),
)
def test_leaving_an_alias_out_scores_its_passage_as_if_it_had_none(
    texts: Corpus, alias: list[str]
) -> None:
    """Only idf and mean length keep the alias; the passage's own counts do not."""
    documents = [document(" ".join(t), page=str(n)) for n, t in enumerate(texts)]
    aliased = [document(" ".join(texts[0]), " ".join(alias), page="0"), *documents[1:]]
    ranking = Ranking.of(aliased)
    query = Query(tuple(dict.fromkeys(alias)))
    hits = ranking.search_without(
        query, {0: aliased[0]}, asked(" ".join(alias)), limit=9
    )
    shares_a_word = bool(set(texts[0]) & set(alias))
    assert any(hit.number == 0 for hit in hits) is shares_a_word


def test_synonyms_and_earlier_questions_weigh_less() -> None:
    query = Query(("blog", "sign", "off"), ("press",), (Related(("post",), ("blog",)),))
    weights = query.weights()
    assert weights["blog"] == 1.0
    assert weights["press"] < 0.5
    assert weights["post"] < 0.5


def test_a_question_of_few_words_leans_on_the_earlier_ones() -> None:
    assert Query(("retir",), ("press",)).weights()["press"] == 1.0


@given(
    st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 7.25]), max_size=400),
    st.integers(1, 50),
)
def test_the_best_few_are_those_of_a_whole_sort(
    scores: list[float], limit: int
) -> None:
    given_scores = np.array(scores, np.float64)
    matched = np.flatnonzero(given_scores)
    sorted_all = matched[np.lexsort((matched, -given_scores[matched]))[:limit]]
    assert best_first(given_scores, limit).tolist() == sorted_all.tolist()
