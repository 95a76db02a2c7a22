from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from guidance_bot import bootstrap
from guidance_bot.answering.confidence import Thresholds
from guidance_bot.answering.guidance import Guidance
from guidance_bot.errors import UsageError
from guidance_bot.evaluation import evaluate, interval, question_problems, report_text
from guidance_bot.knowledge.content import EvaluationQuestion
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import Read
from guidance_bot.question_files import read_batch, read_evaluation
from tests.conftest import DEPARTMENT, Write, page


def question(id_: str, text: str, *pages: str) -> EvaluationQuestion:
    return EvaluationQuestion(id_, text, "answered" if pages else "nothing", pages)


def paths_of(guidance: Guidance) -> dict[str, str]:
    return {page.id: page.path for page in guidance.knowledge.pages.values()}


def test_the_report_counts_what_an_expert_would(guidance: Guidance) -> None:
    report = evaluate(
        guidance,
        [
            question("1", "may I blog anonymously?", "personal/blogging"),
            question("2", "gifts from suppliers", "personal/blogging"),
            question("3", "what is on the canteen menu", "personal/gifts"),
            question("4", "may I keep gifts and hospitality"),
            question("5", "what is on the canteen menu"),
        ],
    )
    document = report.as_json()
    assert document["answerable"] == 3
    assert document["right_first"] == pytest.approx(1 / 3, abs=1e-4)
    assert document["refused"] == pytest.approx(1 / 3, abs=1e-4)
    assert document["answered_for_nothing"] == 0.5
    assert document["wrong_but_confident"] == 0.4
    assert [(f["id"], f["fault"]) for f in document["failures"]] == [
        ("2", "no right page"),
        ("3", "refused"),
        ("4", "answered for nothing"),
    ]
    assert "right page first" in report_text(report, width=80)


def test_an_interval_narrows_with_more_questions() -> None:
    low, high = interval(8, 10)
    closer_low, closer_high = interval(80, 100)
    assert low < closer_low < 0.8 < closer_high < high
    assert interval(0, 0) == (0.0, 1.0)


def test_a_page_that_does_not_find_itself_is_told(guidance: Guidance) -> None:
    assert not [
        p for p in question_problems(guidance, paths_of(guidance)) if p.level == "error"
    ]
    pages = dict(guidance.knowledge.pages)
    blogging = pages["personal/blogging"]
    pages["personal/blogging"] = replace(
        blogging, must=("gifts from suppliers",), not_for=("may I blog anonymously?",)
    )
    changed = replace(guidance, knowledge=replace(guidance.knowledge, pages=pages))
    messages = [
        p.message
        for p in question_problems(changed, paths_of(changed))
        if p.level == "error"
    ]
    assert messages == [
        "must: 'gifts from suppliers' finds 'personal/gifts' first, not this page ('personal/blogging'); say it in this page's own words, or take another question",
        "not_for: 'may I blog anonymously?' is answered from this page ('personal/blogging')",
    ]


def test_an_indexed_question_does_not_prove_itself(
    read_files: Callable[[dict[str, str | bytes]], Read],
) -> None:
    """The page is found by its own question, but not with that left out."""
    text = page(
        "## Other\n\nOther words.\n",
        title="Other",
        more="questions:\n  other: [Which gifts do suppliers send?]\n",
    )
    found = read_files(DEPARTMENT | {"guidance/a/other.md": text})
    guidance = Guidance.of(found.knowledge)
    assert guidance.search("Which gifts do suppliers send?")[0].score > 0
    warnings = [
        p.message
        for p in question_problems(guidance, paths_of(guidance))
        if p.level == "warning"
    ]
    assert any("finds personal/gifts" in w for w in warnings), warnings


def test_thresholds_are_fitted_to_the_folders_own_questions(write: Write) -> None:
    answered = [
        f"- id: a{n}\n  question: may I blog anonymously\n"
        "  expect: answered\n  pages: [personal/blogging]\n"
        for n in range(25)
    ]
    nothing = [
        f"- id: n{n}\n  question: which canteen menu zebra gifts\n  expect: nothing\n"
        for n in range(10)
    ]
    root = write(DEPARTMENT | {"questions.yaml": "".join(answered + nothing)})
    guidance = bootstrap.build([read_folder(root)])
    assert guidance.thresholds != Thresholds()
    report = evaluate(guidance, guidance.knowledge.questions)
    assert report.failures == ()
    few = write(DEPARTMENT | {"questions.yaml": "".join(answered[:3] + nothing[:3])})
    assert bootstrap.build([read_folder(few)]).thresholds == Thresholds()


def lines(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_batch_is_read_in_order(tmp_path: Path) -> None:
    text = (
        '\ufeff{"id": "b", "question": "One?", "for": null, "style": "x"}\n\n'
        '{"id": 7, "question": "Two?", "for": "uk-police", "after": "One?"}\r\n'
        '{"id": "7", "question": "", "after": ["One?", "Two?"]}'
    )
    asked = read_batch(lines(tmp_path, text), ["uk-police"])
    assert [(a.id, a.question, a.jurisdiction, a.earlier) for a in asked] == [
        ("b", "One?", None, ()),
        (7, "Two?", "uk-police", ("One?",)),
        ("7", "", None, ("One?", "Two?")),
    ]


GOOD = '{"id": "a", "question": "x"}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD + '{"question": "x"}', ":2: 'id' is missing"),
        (GOOD + '{"id": null, "question": "x"}', ":2: 'id' is missing"),
        (GOOD + '{"id": true, "question": "x"}', ":2: 'id' is missing"),
        (GOOD + "\n" + GOOD, ":3: the id 'a' is already on line 1"),
        (GOOD + '{"id": "b"}', ":2: 'question' should be text"),
        (GOOD + '{"id": "b", "question": 3}', ":2: 'question' should be text"),
        (GOOD + '{"id": "b", "question": "x", "for": "uk"}', ":2: 'for' is 'uk'"),
        (GOOD + '{"id": "b", "question": "x", "after": 3}', ":2: 'after' should be"),
        (GOOD + "[]", ":2: a line is an object"),
        (GOOD + "{", ":2: not JSON"),
        (GOOD.encode() + b"\xff", ":2: not JSON"),
        ("[" * 100_000, ":1: not JSON"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_batch(lines(tmp_path, text), ["uk-police"])
    assert words in str(caught.value)


def test_an_evaluation_set_says_what_it_expects(tmp_path: Path) -> None:
    good = '{"id": "a", "question": "x", "expect": "answered", "pages": ["p/q"]}'
    (found,) = read_evaluation(lines(tmp_path, good), [])
    assert found == EvaluationQuestion("a", "x", "answered", ("p/q",), None)
    for bad in (
        good.replace("answered", "maybe"),
        good.replace('["p/q"]', "[]"),
        good.replace('["p/q"]', '"p/q"'),
        good.replace('"x"', "null"),
    ):
        with pytest.raises(UsageError, match=":1: "):
            read_evaluation(lines(tmp_path, bad), [])
    with pytest.raises(UsageError, match="cannot be read"):
        read_evaluation(tmp_path / "absent.jsonl", [])
