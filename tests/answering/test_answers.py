import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from guidance_bot import bootstrap
from guidance_bot.answering.answers import Asker, answer
from guidance_bot.answering.documents import as_json
from guidance_bot.answering.guidance import Guidance
from guidance_bot.knowledge.content import Notice
from guidance_bot.knowledge.labels import source_label
from guidance_bot.knowledge.reader import Read
from guidance_bot.terminal import Paper, answer_text
from tests.conftest import DEPARTMENT, page

NOBODY = Asker()


def passages(guidance: Guidance, question: str, asker: Asker = NOBODY) -> list[str]:
    return [c.passage.id for c in answer(guidance, question, asker).citations]


def test_the_answer_leads_then_the_official_text_then_the_other_side(
    guidance: Guidance,
) -> None:
    given = answer(guidance, "may I blog anonymously without my name?", NOBODY)
    assert given.verdict == "answered"
    assert [(c.passage.id.split("#")[1], c.role, c.authority) for c in given.citations][
        :3
    ] == [
        ("short-answer", "main", "house"),
        ("official", "official", "guidance"),
        ("sides", "other side", "commentary"),
    ]
    official = given.citations[1]
    quoted = " ".join(official.passage.text[a:b] for a, b in official.lead)
    assert "except where your safety is at risk" in quoted


def test_a_section_for_the_asker_leads_and_what_holds_for_all_follows(
    guidance: Guidance,
) -> None:
    question = "may a doctor blog without a name?"
    doctor = passages(guidance, question, Asker("uk-health"))
    assert doctor[0] == "personal/blogging#health"
    assert "personal/blogging#short-answer" in doctor
    others = passages(guidance, question, Asker("uk-police"))
    assert others[0] != "personal/blogging#health"


def test_a_page_that_binds_others_comes_after_and_says_whom_it_binds(
    guidance: Guidance,
) -> None:
    question = "may a blog name my agency?"
    assert passages(guidance, question, Asker("nz-public-service"))[0] == (
        "abroad/new-zealand#blogging-in-new-zealand"
    )
    given = answer(guidance, question, Asker("uk-police"))
    pages = [citation.page.id for citation in given.citations]
    assert pages[0] == "personal/blogging"
    assert pages[-1] == "abroad/new-zealand"
    text = answer_text(given, guidance.knowledge, Paper())
    assert "(for: New Zealand public service)" in text


def test_nothing_names_the_words_it_did_not_find(guidance: Guidance) -> None:
    given = answer(guidance, "what is the canteen's menu?", NOBODY)
    assert given.verdict == "nothing"
    assert given.confidence == 0
    assert given.unmatched == ("canteen", "menu")
    assert not given.citations
    assert answer_text(given, guidance.knowledge, Paper()) == snapshot("""\
Our guidance does not cover “canteen” or “menu”. It is about using social media
at work.

To ask a person: Comms team (#ask-comms).\
""")


def test_unsure_shows_titles_and_summaries_never_a_passage(guidance: Guidance) -> None:
    wary = replace(
        guidance, thresholds=replace(guidance.thresholds, unsure=0.01, answered=9.0)
    )
    given = answer(wary, "who keeps gifts in the canteen", NOBODY)
    assert given.verdict == "unsure"
    text = answer_text(given, wary.knowledge, Paper())
    assert "Gifts and hospitality: Refuse and record." in text
    assert "Refuse gifts from suppliers" not in text
    assert "“canteen”" in text


def test_the_whole_answer_as_people_read_it(guidance: Guidance) -> None:
    given = answer(guidance, "may I blog without my name?", Asker("uk-civil-service"))
    given = bootstrap.dated(given, guidance, date(2026, 11, 20))
    assert answer_text(given, guidance.knowledge, Paper()) == snapshot("""\
You may write a blog without your name. Your duties stay the same.

What official texts say (Official guidance, 2008, in use until 2012)
• The Code applies to every blog of a civil servant. [1]
• Say on the blog who you are, except where your safety is at risk. [2]

Where people disagree (Commentary)
Some bloggers hide their name from the press; others call that unwise. [3]

Our advice. Page: Blogging anonymously (personal/blogging); owner: Comms team;
reviewed 15 Jan 2026; starter text; due for review. Guidance, not permission.

Sources
[1] Rule, 2010 (UK civil service): The Code, Cabinet Office.
    https://www.example.gov.uk/code
[2] Official guidance, 2008, in use until 2012 (UK civil service): Old
    principles, Cabinet Office.
[3] Commentary, 2009, historic (UK civil service): A blog post, A blogger.

See also
• Blogging in New Zealand (for: New Zealand public service): Ask your agency
  first. (abroad/new-zealand)\
""")


def test_the_json_has_the_fields_that_scripts_rely_on(guidance: Guidance) -> None:
    document = as_json(answer(guidance, "may I blog anonymously?", NOBODY))
    assert list(document) == [
        "question",
        "verdict",
        "confidence",
        "citations",
        "unmatched",
        "read_as",
        "also",
        "notices",
        "message",
        "flow",
        "receipt",
        "knowledge",
    ]
    citation = document["citations"][0]
    assert list(citation) == [
        "passage",
        "page",
        "title",
        "heading",
        "text",
        "lead",
        "authority",
        "paragraphs",
        "sources",
        "applies_to",
        "status",
        "owner",
        "reviewed",
        "overdue",
        "score",
    ]
    assert list(citation["paragraphs"][0]) == [
        "start",
        "end",
        "authority",
        "sources",
        "says",
    ]
    source = document["citations"][1]["sources"][0]
    assert list(source) == [
        "id",
        "title",
        "publisher",
        "year",
        "url",
        "kind",
        "jurisdiction",
        "in_force",
    ]
    assert json.loads(json.dumps(document)) == document


def test_a_greeting_gets_a_fixed_sentence(guidance: Guidance) -> None:
    given = answer(guidance, "hello", NOBODY)
    assert (given.verdict, given.confidence) == ("nothing", 0)
    assert given.message is not None
    assert given.message.startswith("Ask me about using social media at work")


def test_a_folder_may_override_a_sentence(
    read_files: Callable[[dict[str, str | bytes]], Read],
) -> None:
    organisation = "name: X\nwording:\n  greeting: Kia ora!\n"
    files = DEPARTMENT | {"organisation.yaml": organisation}
    guidance = Guidance.of(read_files(files).knowledge)
    assert answer(guidance, "hello", NOBODY).message == "Kia ora!"


def test_the_receipt_changes_with_question_asker_and_answer(guidance: Guidance) -> None:
    first = answer(guidance, "may I blog?", NOBODY)
    assert answer(guidance, "may I blog?", NOBODY).receipt == first.receipt
    others = {
        answer(guidance, "may I blog??", NOBODY).receipt,
        answer(guidance, "may I blog?", Asker("uk-police")).receipt,
        answer(guidance, "may I blog?", NOBODY, ["And before?"]).receipt,
        replace(first, verdict="nothing").receipt,
    }
    assert len(others | {first.receipt}) == 5
    release, version, digest = first.receipt.rsplit("-", 2)
    assert version == guidance.knowledge.version[:8]
    assert (len(digest), release) == (8, "0.1.0")


def test_a_misspelt_word_is_read_and_said(guidance: Guidance) -> None:
    given = answer(guidance, "may I bloggg withot my name on hospitallity", NOBODY)
    assert dict(given.read_as) == {"hospitallity": "hospitality"}


def test_notices_come_first_on_their_days_and_for_their_pages(
    guidance: Guidance,
) -> None:
    notice = Notice(
        "Election: ask first.",
        date(2026, 5, 1),
        date(2026, 5, 31),
        ("uk-police",),
        ("personal",),
    )
    knowledge = guidance.knowledge
    organisation = replace(knowledge.organisation, notices=(notice,))
    noticed = replace(guidance, knowledge=replace(knowledge, organisation=organisation))

    def notices(asker: Asker, today: date, question: str = "may I blog?") -> int:
        given = answer(noticed, question, asker)
        return len(bootstrap.dated(given, noticed, today).notices)

    police = Asker("uk-police")
    assert notices(police, date(2026, 5, 1)) == 1
    assert notices(police, date(2026, 5, 31)) == 1
    assert notices(police, date(2026, 6, 1)) == 0
    assert notices(NOBODY, date(2026, 5, 1)) == 1
    assert notices(Asker("uk-health"), date(2026, 5, 1)) == 0
    assert notices(police, date(2026, 5, 1), "canteen menu") == 0
    given = bootstrap.dated(
        answer(noticed, "may I blog?", police), noticed, date(2026, 5, 2)
    )
    text = answer_text(given, noticed.knowledge, Paper())
    assert text.startswith("Election: ask first.")


def test_a_page_is_due_for_review_after_its_interval(guidance: Guidance) -> None:
    given = answer(guidance, "may I blog anonymously?", NOBODY)

    def overdue(today: date) -> bool:
        return bootstrap.dated(given, guidance, today).citations[0].overdue

    assert not overdue(date(2026, 7, 15))
    assert overdue(date(2026, 7, 20))


def test_a_sensitive_page_marks_the_answer(
    read_files: Callable[[dict[str, str | bytes]], Read],
) -> None:
    text = page("## Grief\n\nTalk to us about grief.\n", more="sensitive: true\n")
    files: dict[str, str | bytes] = {"guidance/a/grief.md": text}
    guidance = Guidance.of(read_files(files).knowledge)
    given = answer(guidance, "grief", NOBODY)
    assert given.is_sensitive
    assert "only you see" in answer_text(given, guidance.knowledge, Paper())


def test_a_source_says_its_state_and_how_it_was_read(guidance: Guidance) -> None:
    sources = guidance.knowledge.sources
    labels = {id_: source_label(source, sources) for id_, source in sources.items()}
    assert labels == snapshot(
        {
            "blog": "Commentary, 2009, historic",
            "code": "Rule, 2010",
            "new-principles": "Official guidance, 2012, not checked whether in force, as reported by lawyers.example",
            "old-principles": "Official guidance, 2008, in use until 2012",
        }
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from("may I blog without name gifts doctor zealand canteen".split()),
        max_size=8,
    ).map(" ".join)
)
def test_any_question_gets_an_answer_within_its_limits(
    guidance: Guidance, question: str
) -> None:
    given = answer(guidance, question, NOBODY)
    assert given == answer(guidance, question, NOBODY)
    assert len(given.citations) <= 6
    assert len({c.page.id for c in given.citations}) <= 3
    assert len(given.also) <= 5
    assert 0 <= given.confidence <= 1
    assert bool(given.citations) is (given.verdict != "nothing")
    text = answer_text(given, guidance.knowledge, Paper())
    assert text
    assert all(c.isprintable() or c == "\n" for c in text)
