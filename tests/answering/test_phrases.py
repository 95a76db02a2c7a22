from collections.abc import Callable

import pytest

from guidance_bot.answering.answers import Answer, Asker, answer
from guidance_bot.answering.guidance import Guidance
from guidance_bot.knowledge.reader import Read
from tests.conftest import page

ReadFiles = Callable[[dict[str, str | bytes]], Read]
URGENT = page(
    "## What to do first {#danger}\n\nCall 999 now. [ours]\n",
    title="When somebody may be in danger",
    more=(
        "sensitive: true\nquestions:\n  danger: [somebody is in danger]\n"
        "phrases:\n  danger: [want to die, Don't want to live]\n"
        "applies_to: [uk-health]\n"
    ),
)
COURT = page(
    "## Live cases {#live}\n\nPost nothing about a live court case you want to see end well.\n",
    title="Live court cases",
)


@pytest.fixture
def guidance(read_files: ReadFiles) -> Guidance:
    found = read_files({"guidance/a/court.md": COURT, "guidance/a/urgent.md": URGENT})
    assert found.problems == ()
    return Guidance.of(found.knowledge)


def asked(guidance: Guidance, question: str) -> Answer:
    return answer(guidance, question, Asker("uk-police"))


@pytest.mark.parametrize(
    "question",
    [
        "I want to die",
        "i dont want to live with this live court case any more",
        "I DON\u2019T WANT TO LIVE!!!",
        "She says: “want to  die”. Live court case?",
        "qwzx want to die",
        "I want to die. " + "The day was long. " * 200,
        "I want to die, ich weiss nicht, wie ich das noch aushalten soll",
    ],
)
def test_a_phrase_leads_whatever_else_is_said_and_whoever_asks(
    guidance: Guidance, question: str
) -> None:
    given = asked(guidance, question)
    assert given.verdict == "answered"
    assert given.citations[0].passage.id == "a/urgent#danger"


@pytest.mark.parametrize(
    "question", ["I want to diet", "We want to live stream a court case"]
)
def test_words_that_only_look_alike_do_not(guidance: Guidance, question: str) -> None:
    given = asked(guidance, question)
    assert "a/urgent#danger" not in {c.passage.id for c in given.citations[:1]}


@pytest.mark.parametrize("phrase", ["the", "!!!", "suicid*", "want to die!"])
def test_a_phrase_that_would_match_too_much_or_nothing_is_told(
    read_files: ReadFiles, phrase: str
) -> None:
    text = URGENT.replace("want to die", f"'{phrase}'")
    found = read_files({"guidance/a/urgent.md": text})
    (problem,) = found.problems
    assert problem.message.startswith(f"phrases: {phrase!r} would match")
    assert (
        "phrases"
        in text.split("\n")[problem.line - 2] + text.split("\n")[problem.line - 3]
    )


def test_phrases_are_for_sensitive_pages_and_sections_that_are_there(
    read_files: ReadFiles,
) -> None:
    text = URGENT.replace("sensitive: true\n", "").replace(
        "phrases:\n  danger", "phrases:\n  dangre"
    )
    found = read_files({"guidance/a/urgent.md": text})
    assert [p.message.split(";")[0] for p in found.problems] == [
        "phrases lead whatever else is asked: only for a page with sensitive: true",
        "phrases: no section 'dangre' on this page",
    ]
