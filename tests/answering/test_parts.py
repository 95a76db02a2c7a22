"""Confidence, leads, spelling and small talk: the smaller rooms of answering."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance_bot.answering.confidence import Thresholds, fitted
from guidance_bot.answering.leads import STEPS_WORDS, Sentences, authority_of, lead
from guidance_bot.answering.small_talk import occasion
from guidance_bot.answering.spelling import Spelling
from guidance_bot.knowledge.content import Authority, Paragraph, Passage
from guidance_bot.knowledge.markdown import blocks
from guidance_bot.wording import MAX_QUESTION_CHARS


def passage(text: str, *authorities: Authority) -> Passage:
    found = blocks(text)
    house: Authority = "house"
    given = authorities or (house,) * len(found)
    paragraphs = tuple(
        Paragraph(block.start, block.end, authority, (), says=False)
        for block, authority in zip(found, given, strict=True)
    )
    return Passage("a/b#c", "a/b", "C", text, paragraphs)


def lead_text(
    given: Passage, words: int, *asked: str, at_start: bool = True
) -> list[str]:
    spans = lead(
        Sentences.of(given),
        lambda text: float(sum(word in text for word in asked)),
        words=words,
        from_start_below=99.0 if at_start else 1.0,
    )
    return [given.text[start:end] for start, end in spans]


def test_a_lead_begins_where_the_passage_begins() -> None:
    text = "One two three. Four five six. Seven eight nine."
    assert lead_text(passage(text), 6) == ["One two three. Four five six."]
    assert lead_text(passage(text), 1) == ["One two three."]


def test_an_exception_is_taken_before_other_sentences() -> None:
    text = "Say who you are. It is polite to do so. Except where it is unsafe to."
    assert lead_text(passage(text), 10) == [
        "Say who you are.",
        "Except where it is unsafe to.",
    ]


def test_a_matching_item_of_a_list_may_begin_the_lead() -> None:
    text = "- Apples are green.\n- Blogs are signed. They are long."
    assert lead_text(passage(text), 3, "Blogs", at_start=False) == ["Blogs are signed."]


ITEMS = (
    "Do these.\n\n- Stop and look first.\n- Tell the press office now.\n"
    "- Ask before you delete blogs.\n- Write it down.\n"
)


def test_a_list_is_taken_in_its_order_and_without_gaps() -> None:
    assert lead_text(passage(ITEMS), 12, "blogs") == [
        "Do these.",
        "Stop and look first.",
        "Tell the press office now.",
    ]
    # From the item that matches, behind the sentence that says what the list is.
    assert lead_text(passage(ITEMS), 12, "blogs", at_start=False) == [
        "Do these.",
        "Ask before you delete blogs.",
        "Write it down.",
    ]


def test_steps_below_a_sentence_are_taken_while_the_screen_holds_them() -> None:
    steps = "".join(f"{number}. Do this and then that.\n" for number in range(1, 30))
    lead_of = lead_text(passage(f"When it happens, act.\n\n{steps}"), 12)
    assert len(lead_of) == 1 + (STEPS_WORDS - 4) // 5
    assert sum(len(text.split()) for text in lead_of) <= STEPS_WORDS


def test_what_follows_the_steps_is_none_of_them() -> None:
    text = f"Act.\n\n1. Stop.\n2. Ask.\n\n{'Sea walls are old. ' * 5}"
    assert lead_text(passage(text), 12, "Act", "Stop") == ["Act.", "Stop.", "Ask."]


def test_a_paragraph_is_taken_from_its_start() -> None:
    text = "Posts are public.\n\nBen was sacked. That changed nothing about blogs."
    assert lead_text(passage(text), 12, "changed", at_start=False) == [
        "Posts are public.",
        "Ben was sacked. That changed nothing about blogs.",
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Ask e.g. a manager. Then go.", "Ask e.g. a manager."),
        ("Wait. [@code] Then go.", "Wait. [@code]"),
        ('He said "no." Then went.', 'He said "no."'),
        ("Version 2.1 works. Older does not.", "Version 2.1 works."),
        ("No stop here", "No stop here"),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, first: str) -> None:
    assert lead_text(passage(text), 1) == [first]


def test_a_leads_authority_is_the_weakest_it_touches() -> None:
    given = passage("Rule here.\n\nAdvice here.", "rule", "house")
    assert authority_of(given, [(0, 5)]) == "rule"
    assert authority_of(given, [(0, 5), (14, 20)]) == "house"


@given(st.text(alphabet="ab. [@]\n-", min_size=1, max_size=80), st.integers(1, 30))
def test_leads_are_offsets_in_order_inside_paragraphs(text: str, words: int) -> None:
    given = passage(text)
    spans = lead(Sentences.of(given), len, words=words, from_start_below=5.0)
    assert list(spans) == sorted(spans)
    assert bool(spans) is bool(given.paragraphs)
    for start, end in spans:
        assert start < end
        assert any(p.start <= start and end <= p.end for p in given.paragraphs)


def test_thresholds_part_the_answerable_from_the_rest() -> None:
    answered = [0.4 + n / 100 for n in range(30)]
    nothing = [n / 100 for n in range(10)]
    found = fitted(answered, [], nothing)
    assert max(nothing) < found.answered <= min(answered)
    assert 0 < found.unsure <= found.answered / 2
    assert all(found.verdict(signal) == "answered" for signal in answered)


def test_questions_that_find_wrong_pages_raise_the_bar_for_an_answer() -> None:
    right = [float(n) for n in range(10, 40)]
    nothing = [float(n) / 10 for n in range(10)]
    lost = [8.0, 9.0, 9.5, 11.5]
    alone, warned = fitted(right, [], nothing), fitted(right, lost, nothing)
    assert alone.answered < min(lost)
    assert warned.answered > sorted(lost)[2]


def test_too_few_questions_leave_the_defaults() -> None:
    assert fitted([0.5] * 5, [], [0.1]) == Thresholds()


@given(st.floats(0, 50), st.floats(0, 50))
def test_confidence_is_in_step_with_the_signal(one: float, two: float) -> None:
    thresholds = Thresholds()
    low, high = sorted((one, two))
    assert 0 <= thresholds.confidence(low) <= thresholds.confidence(high) <= 1


KNOWN = {
    "anonymous": 3,
    "anonymously": 5,
    "blogs": 4,
    "department": 9,
    "fund": 40,
    "largest": 2,
    "latest": 30,
    "other": 50,
    "refund": 9,
    "send": 4,
    "survey": 1,
}


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("anonymosly", "anonymously"),
        ("deparment", "department"),
        ("depatrment", "department"),
        ("bolgs", "blogs"),
        ("shoud", "should"),
        # A letter left out is likelier than one that stands for another.
        ("lagest", "largest"),
        # ... and than one too many, however often the other word is written.
        ("efund", "refund"),
        ("snd", "send"),
        # English words, whatever they are near to.
        ("mother", None),
        ("anonymise", None),
        ("organiser", None),
        ("overwriting", None),
        ("menu", None),
        # Nothing near.
        ("ico", None),
        ("x9y8z", None),
    ],
)
def test_a_slip_is_read_as_the_likeliest_word(word: str, read: str | None) -> None:
    assert Spelling(KNOWN, {"should"}).nearest(word) == read


@pytest.mark.parametrize(
    ("name", "read"),
    [("Deprtment", "department"), ("Depaqtment", "department"), ("Pennine", None)],
)
def test_a_name_is_no_slip_of_a_rare_word(name: str, read: str | None) -> None:
    spelling = Spelling({**KNOWN, "penning": 2}, frozenset())
    assert spelling.nearest(name.lower(), is_name=True) == read


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("...", "empty"),
        ("?", "help"),
        ("hi", "greeting"),
        ("Good morning all!", "greeting"),
        ("thanks, great help", "thanks"),
        ("thx ur a star xx", "thanks"),
        ("Help", "help"),
        ("what can you do?", "help"),
        ("x" * (MAX_QUESTION_CHARS + 1), "over-long"),
        ("Est-ce que je peux bloguer anonymement ?", "other-language"),
        ("Darf ich anonym bloggen?", "other-language"),
        ("¿Puedo tener un blog anónimo?", "other-language"),
        ("Beth allaf i ysgrifennu yn gyhoeddus?", "other-language"),
        ("Можно ли мне вести блог анонимно?", "other-language"),
        ("我可以匿名写博客吗", "other-language"),
    ],
)
def test_what_guidance_cannot_answer_is_known_by_its_form(
    question: str, key: str
) -> None:
    assert occasion(question) == key


@pytest.mark.parametrize(
    "question",
    [
        "can I blog anonymously?",
        "x" * MAX_QUESTION_CHARS,
        "thanks, but can I blog anonymously?",
        "hello, may I tweet",
        "is a déjà vu post ok in the café",
        "blog anonymous civil servant",
        "Te Kawa Mataaho guidance on social media",
        "can I post about Mein Kampf",
        "help with trolls",
        "2008 principles",
        "90-9-1",
        "EU referendum tweets",
        "Met Office blog comments",
        "Les tweeted department secrets",
        "schedule posts Mon Wed Fri",
        "Las Vegas trip tweets",
    ],
)
def test_a_question_is_a_question(question: str) -> None:
    assert occasion(question) is None
