"""The real content: it reads, its questions find their pages, its answers hold."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from guidance_bot import bootstrap
from guidance_bot.answering.answers import Answer, Asker, answer
from guidance_bot.answering.guidance import Guidance
from guidance_bot.bootstrap import build
from guidance_bot.evaluation import evaluate
from guidance_bot.knowledge.content import OFFICIAL
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.labels import source_label
from guidance_bot.slack.views import answer_messages
from guidance_bot.terminal import Paper, answer_text

STARTER = Path(__file__).resolve().parents[1] / "knowledge"
WORDS_BEFORE_SOURCES = 150
PAGES = 115
FLOOR_FIRST, FLOOR_IN_THREE = 0.86, 0.94
CEILING_REFUSED, CEILING_CONFIDENT = 0.02, 0.02


@pytest.fixture(scope="module")
def starter() -> Guidance:
    return build([read_folder(STARTER)])


def ask(starter: Guidance, question: str, code: str | None = None) -> Answer:
    given = answer(starter, question, Asker(code))
    return bootstrap.dated(given, starter, date(2026, 11, 22))


def first_screen(starter: Guidance, given: Answer) -> str:
    text = answer_text(given, starter.knowledge, Paper())
    return re.split(r"\n(?:Sources|See also)\n", text)[0]


@pytest.fixture(scope="module")
def checked() -> bootstrap.CheckReport:
    return bootstrap.check([STARTER], date(2026, 11, 22))


def test_the_starter_corpus_has_no_error(checked: bootstrap.CheckReport) -> None:
    assert [p for p in checked.problems if p.level == "error"] == []


def test_what_is_left_to_warn_of_is_paraphrases_and_near_misses(
    checked: bootstrap.CheckReport, starter: Guidance
) -> None:
    told = [p for p in checked.problems if not p.message.startswith("questions:")]
    near = [p for p in told if p.path.endswith("elsewhere.yaml")]
    assert told == near
    misses = sum(problem.message.count(" is answered from ") for problem in near)
    asked = sum(map(len, starter.knowledge.elsewhere.values()))
    assert misses <= CEILING_CONFIDENT * asked


def test_every_mode_stage_purpose_and_principle_has_a_page(
    checked: bootstrap.CheckReport,
) -> None:
    assert checked.coverage["pages"] >= PAGES
    assert checked.coverage["without_a_page"] == {
        "modes": [],
        "stages": [],
        "purposes": [],
        "principles": [],
    }


def test_can_i_blog_anonymously(starter: Guidance) -> None:
    given = ask(starter, "can I blog anonymously?")
    assert given.verdict == "answered"
    assert given.citations[0].page.id == "personal/blogging-anonymously"
    text = " ".join(first_screen(starter, given).split())
    assert text.startswith("We found no UK-wide rule that bans it.")
    for part in (
        "the Civil Service Code applies online in an official and a personal capacity",
        "in use until 2012",
        "exceptions: for example, a threat to your safety",
        "Where people disagree",
        "owner: Digital communications",
        "reviewed 22 Nov 2026",
    ):
        assert part in text
    assert len(text.split()) <= WORDS_BEFORE_SOURCES
    principles = starter.knowledge.sources["uk-principles-2008"]
    label = source_label(principles, starter.knowledge.sources)
    assert label.startswith("Official guidance, 2008")
    assert label.endswith("in use until 2012")


@pytest.mark.parametrize(
    ("code", "opening"),
    [
        ("uk-health", "For doctors, the General Medical Council"),
        ("uk-local-government", "What official texts say about anonymous blogs was"),
        (
            "nz-public-service",
            "In New Zealand, the part of the official guidance on personal use that we read",
        ),
    ],
)
def test_the_same_question_leads_differently_for_others(
    starter: Guidance, code: str, opening: str
) -> None:
    given = ask(starter, "can I blog anonymously?", code)
    assert " ".join(first_screen(starter, given).split()).startswith(opening)
    assert "We found no UK-wide rule" in first_screen(starter, given)


def test_the_canteen_is_not_covered(starter: Guidance) -> None:
    given = ask(starter, "what is the canteen's menu?")
    assert given.verdict == "nothing"
    assert given.unmatched == ("canteen", "menu")


@pytest.mark.parametrize(
    "question",
    [
        "I don't want to live any more",
        "i want to end it all, what does it matter",
        "Someone on our page says she wants to die. It is 6pm and I'm alone here.",
        "he commented that he'll kill himself on the bridge tonight",
    ],
)
@pytest.mark.parametrize("code", [None, "uk-police", "nz-public-service"])
def test_whoever_may_be_in_danger_gets_the_numbers_first(
    starter: Guidance, question: str, code: str | None
) -> None:
    given = ask(starter, question, code)
    assert given.verdict == "answered"
    assert given.citations[0].page.sensitive
    assert "call 999 in the UK or 111 in New Zealand" in " ".join(
        first_screen(starter, given).split()
    )


def test_no_answer_to_the_folders_own_questions_is_longer_than_a_screen(
    starter: Guidance,
) -> None:
    for question in starter.knowledge.questions:
        given = ask(starter, question.question, question.jurisdiction)
        # Bullets, numbers of sources and notes on them are not what is read first.
        screen = first_screen(starter, given)
        signs = r"•|^\d+\.|\(our advice[^)]*\)|\[\d+\]"
        words = re.sub(signs, "", screen, flags=re.MULTILINE).split()
        assert len(words) <= WORDS_BEFORE_SOURCES, (question.question, " ".join(words))


def test_no_answer_in_slack_to_those_questions_is_longer_either(
    starter: Guidance,
) -> None:
    for question in starter.knowledge.questions:
        given = ask(starter, question.question, question.jurisdiction)
        said = answer_messages(given, starter.knowledge)
        words = " ".join(message.text for message in said).split()
        assert len(words) <= WORDS_BEFORE_SOURCES, question.question


def test_quality_does_not_fall_below_its_floor(starter: Guidance) -> None:
    """The floor is what was reached when the questions were last reviewed."""
    report = evaluate(starter, starter.knowledge.questions)
    assert report.right_first >= FLOOR_FIRST * report.answerable
    assert report.right_in_three >= FLOOR_IN_THREE * report.answerable
    assert report.refused <= CEILING_REFUSED * report.answerable
    assert report.wrong_but_confident <= CEILING_CONFIDENT * report.questions


def sections_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield id and text of each section, by the rules of docs/editing.md alone."""
    body = text.split("\n---\n", 1)[1]
    heading, lines = None, []
    for line in [*body.split("\n"), "# end {#end}"]:
        match = re.match(r"#{1,6} .*\{#([\w-]+)[^}]*\}$", line)
        if match is None:
            lines.append(line)
            continue
        if heading is not None:
            yield heading, "\n".join(lines).strip("\n")
        heading, lines = match[1], []


def test_every_passage_is_the_slice_of_its_page_that_its_id_names(
    starter: Guidance,
) -> None:
    of_id = {passage.id: passage for passage in starter.knowledge.passages}
    for page in starter.knowledge.pages.values():
        text = (STARTER / "guidance" / f"{page.id}.md").read_text(encoding="utf-8")
        for id_, section in sections_of(text):
            passage = of_id[f"{page.id}#{id_}"]
            if f"{page.id}#{id_}~2" in of_id:
                assert section.startswith(passage.text)
            else:
                assert section == passage.text
        assert {id_.split("~")[0] for id_ in page.passages} == {
            f"{page.id}#{id_}" for id_, _ in sections_of(text)
        }


def test_sections_stand_alone_in_150_words(starter: Guidance) -> None:
    for page in starter.knowledge.pages.values():
        text = (STARTER / "guidance" / f"{page.id}.md").read_text(encoding="utf-8")
        for id_, section in sections_of(text):
            words = re.sub(r"\[(?:see )?@[^\]]+\]|\[ours\]", "", section).split()
            assert len(words) <= 150, f"{page.id}#{id_}"


def test_what_is_shown_as_official_cites_an_official_text(starter: Guidance) -> None:
    sources = starter.knowledge.sources
    for passage in starter.knowledge.passages:
        for paragraph in passage.paragraphs:
            kinds = {sources[id_].kind for id_ in paragraph.sources}
            if paragraph.authority in OFFICIAL:
                assert paragraph.says
                assert kinds <= OFFICIAL
            else:
                assert not (paragraph.says and kinds & OFFICIAL)


def test_links_of_sources_are_addresses(starter: Guidance) -> None:
    for source in starter.knowledge.sources.values():
        for address in (source.url, source.read_at):
            assert address is None or re.match(r"https?://[\w.-]+\.[a-z]+", address)
