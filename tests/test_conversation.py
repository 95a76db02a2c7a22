"""A conversation is its lines and the replies to them; ``tests/live`` types them."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from guidance_bot.answering.answers import Answer, Asker, answer
from guidance_bot.answering.guidance import Guidance
from guidance_bot.conversation import Conversation
from guidance_bot.knowledge.reader import Read
from guidance_bot.terminal import Paper, answer_text, page_text, passages_named
from guidance_bot.wording import MAX_QUESTION_CHARS, sentence
from tests.conftest import DEPARTMENT, page

TODAY = date(2026, 2, 1)
PAPER = Paper()
BLOG, GIFTS = "may I blog anonymously?", "which gifts may I keep?"
ID_CHARS = 20
Asked = tuple[str, str | None, Sequence[str]]


class Talk:
    """A conversation about *guidance*, and what was asked of it."""

    def __init__(self, guidance: Guidance, asker: Asker) -> None:
        self.guidance = guidance
        self.asked: list[Asked] = []
        self.conversation = Conversation(
            guidance.knowledge, self.answered, asker, today=TODAY, paper=Paper
        )

    def answered(self, question: str, asker: Asker, earlier: Sequence[str]) -> Answer:
        self.asked.append((question, asker.jurisdiction, list(earlier)))
        return answer(self.guidance, question, asker, earlier)

    def __call__(self, *lines: str) -> list[str]:
        """Return the replies to *lines*."""
        return list(self.conversation.replies(lines))

    def ask(self, question: str, *earlier: str, jurisdiction: str | None = None) -> str:
        """Return what one question alone would be answered."""
        given = answer(self.guidance, question, Asker(jurisdiction), earlier)
        return answer_text(given, self.guidance.knowledge, PAPER)


@pytest.fixture
def talk(guidance: Guidance) -> Talk:
    """A conversation with somebody who did not say whose rules bind them."""
    return Talk(guidance, Asker())


def said(key: str, **values: object) -> str:
    """Return the sentence *key* as it is folded."""
    return PAPER.wrap(sentence(key, {}, **values))


# Questions


def test_each_line_is_answered_as_one_question_is(talk: Talk) -> None:
    assert talk(f"{BLOG}\n", f"  {GIFTS}\r\n") == [
        talk.ask(BLOG),
        talk.ask(GIFTS, BLOG),
    ]


def test_the_three_questions_before_are_given_oldest_first(talk: Talk) -> None:
    questions = [BLOG, GIFTS, "who signs?", "and for councils?", "and now?"]

    talk(*questions)

    assert [earlier for _, _, earlier in talk.asked] == [
        questions[max(0, number - 3) : number] for number in range(5)
    ]


def test_a_question_is_understood_from_the_one_before(talk: Talk) -> None:
    follow_up = "and for doctors?"

    _, after = talk(BLOG, follow_up)

    assert after == talk.ask(follow_up, BLOG) != talk.ask(follow_up)


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "thanks!",
        "?",
        "darf ich anonym bloggen",
        "x" * (MAX_QUESTION_CHARS + 1),
    ],
    ids=lambda line: line[:ID_CHARS],
)
def test_what_is_no_question_gets_its_sentence_and_is_not_gone_on_from(
    line: str, talk: Talk
) -> None:
    _, reply, _ = talk(BLOG, line, GIFTS)

    assert reply == talk.ask(line)
    assert talk.asked[-1] == (GIFTS, None, [BLOG])


@pytest.mark.parametrize("line", ["", "\n", " \t\r\n"])
def test_an_empty_line_is_passed_over(line: str, talk: Talk) -> None:
    assert talk(line, BLOG, line) == [talk.ask(BLOG)]


# Whose rules bind


@pytest.mark.parametrize("line", ["for uk-health", "For  UK-Health", "--for uk-health"])
def test_for_says_whose_rules_bind_from_then_on(line: str, talk: Talk) -> None:
    before, told, after = talk(BLOG, line, BLOG)

    assert told == said("chat-for", jurisdiction="UK health service")
    assert before == talk.ask(BLOG)
    assert after == talk.ask(BLOG, BLOG, jurisdiction="uk-health") != before


def test_for_nobody_takes_it_back(guidance: Guidance) -> None:
    talk = Talk(guidance, Asker("uk-health"))

    _, told, _ = talk(BLOG, "for nobody", BLOG)

    assert told == said("chat-for-nobody")
    assert [whose for _, whose, _ in talk.asked] == ["uk-health", None]


@pytest.mark.parametrize("line", ["for atlantis", "for", "for now."])
def test_an_unknown_code_says_which_there_are_and_changes_nothing(
    line: str, guidance: Guidance
) -> None:
    talk = Talk(guidance, Asker("uk-police"))
    codes = ", ".join(guidance.knowledge.organisation.jurisdictions)

    told, _ = talk(line, BLOG)

    assert told == said("chat-which-code", codes=codes)
    assert talk.asked == [(BLOG, "uk-police", [])]


@pytest.mark.parametrize("line", ["for councils?", "for a doctor", "forget it"])
def test_a_question_may_begin_with_for(line: str, talk: Talk) -> None:
    talk(BLOG, line)

    assert talk.asked[-1] == (line, None, [BLOG])


# The other words


@pytest.mark.parametrize("line", ["more", "More", "more!"])
def test_more_shows_the_passage_that_the_last_answer_cites_first(
    line: str, talk: Talk
) -> None:
    knowledge = talk.guidance.knowledge
    found = passages_named("personal/blogging#short-answer", knowledge)
    assert found is not None

    assert talk(BLOG, "thanks", line)[-1] == page_text(*found, knowledge, PAPER)
    assert len(talk.asked) == 2


def test_more_says_when_the_page_is_due_for_review(guidance: Guidance) -> None:
    talk = Talk(guidance, Asker())
    later = Conversation(
        guidance.knowledge,
        talk.answered,
        Asker(),
        today=date(2027, 2, 1),
        paper=Paper,
    )

    assert "due for review" not in talk(BLOG, "more")[1]
    assert "due for review" in list(later.replies([BLOG, "more"]))[1]


@pytest.mark.parametrize("before", [[], ["how do I bake bread"], [BLOG, "new"]])
def test_without_a_cited_passage_there_is_no_more(
    before: list[str], talk: Talk
) -> None:
    assert talk(*before, "more")[-1] == said("chat-no-more")


def test_new_forgets_what_was_asked_but_not_whose_rules_bind(talk: Talk) -> None:
    assert talk("for uk-health", BLOG, "new", GIFTS)[2] == said("chat-new")

    assert talk.asked[-1] == (GIFTS, "uk-health", [])


@pytest.mark.parametrize("line", ["quit", "exit", "Quit.", " exit\n"])
def test_nothing_is_read_after_the_end(line: str, talk: Talk) -> None:
    lines = iter([BLOG, line, GIFTS])

    assert list(talk.conversation.replies(lines)) == [talk.ask(BLOG)]
    assert list(lines) == [GIFTS]


def test_help_tells_every_word_and_code_within_the_width(talk: Talk) -> None:
    (reply,) = talk("help")

    listed = [line[2:] for line in reply.splitlines() if line.startswith("• ")]
    words = [line.partition(":")[0] for line in listed]
    assert words == ["help", "more", "new", "for CODE", "for nobody", "quit or exit"]
    folded = " ".join(reply.split())
    codes = talk.guidance.knowledge.organisation.jurisdictions
    assert f"one of: {', '.join(codes)} •" in folded
    assert max(map(len, reply.splitlines())) <= PAPER.width
    assert talk.asked == []


def test_a_folder_has_its_own_words_for_them(
    read_files: Callable[[dict[str, str | bytes]], Read],
) -> None:
    organisation = "wording:\n  chat-new: All forgotten.\n"
    files = DEPARTMENT | {
        "organisation.yaml": f"name: A town\nowners:\n  comms: {{name: Comms}}\n{organisation}"
    }
    talk = Talk(Guidance.of(read_files(files).knowledge), Asker())

    assert talk("new") == ["All forgotten."]


def test_more_of_a_section_that_was_split_is_the_part_that_is_cited(
    read_files: Callable[[dict[str, str | bytes]], Read],
) -> None:
    parts = [
        " ".join(f"The {word} goes on shelf {n}." for n in range(90))
        for word in ("ladder", "bucket")
    ]
    text = "## What goes where {#shelves}\n\n" + "\n\n".join(parts) + "\n"
    files = DEPARTMENT | {"guidance/office/shelves.md": page(text)}
    talk = Talk(Guidance.of(read_files(files).knowledge), Asker())

    reply = talk("where does the bucket go?", "more")[1]

    assert "The bucket goes on shelf 89." in " ".join(reply.split())
    assert "ladder" not in reply
