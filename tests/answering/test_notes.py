"""What is said beside an answer: missing words, the asker's own section, nearest pages."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from guidance_bot.answering.answers import Asker, answer
from guidance_bot.answering.confidence import Thresholds
from guidance_bot.answering.guidance import Guidance
from guidance_bot.answering.phrases import heading_of, nearest_pages, own_section
from guidance_bot.knowledge.reader import Read
from tests.conftest import page

ReadFiles = Callable[[dict[str, str | bytes]], Read]
BLOGS = page(
    "## The short answer {#short}\n\nYou may keep a blog under a pen name, unless it names patients.\n\n"
    "## If you work for a council {#council for=uk-local-government}\n\nAsk the monitoring officer.\n\n"
    "## The first steps with a blog {#steps}\n\n1. Choose a name for the blog.\n\n"
    "The Code says who you are when you blog. [@code]\n",
    title="Blogging under a pen name",
)
GRIEF = page(
    "## Being bullied {#first}\n\nIf a manager bullies you, tell somebody today.\n",
    title="When you are bullied",
    more="sensitive: true\n",
)
RULES = page(
    "## Managers {#first}\n\nA manager reads a blog before a manager judges it.\n",
    title="Managers and blogs",
)


PENS = page(
    "## Ink {#ink}\n\nInk dries.\n",
    title="Pens and blogs",
    more="applies_to: [uk-police]\n",
)


@pytest.fixture
def guidance(read_files: ReadFiles) -> Guidance:
    found = read_files(
        {
            "guidance/a/blogs.md": BLOGS,
            "guidance/a/grief.md": GRIEF,
            "guidance/a/pens.md": PENS,
            "guidance/a/rules.md": RULES,
        }
    )
    assert found.problems == ()
    return Guidance.of(found.knowledge)


def test_words_are_named_from_the_question_proper_and_no_everyday_ones(
    guidance: Guidance,
) -> None:
    question = (
        "My cousin's scones went mouldy two weeks ago. May I keep a marmalade blog?"
    )
    assert answer(guidance, question, Asker()).missing == ("marmalade",)
    # In the order typed, the two that say most.
    given = answer(guidance, "two marmalade otters went to a seaside fair", Asker())
    assert given.verdict == "nothing"
    assert len(given.missing) == 2
    assert not {"two", "went"} & set(given.missing)


def test_a_title_leads_to_its_page_if_it_binds_who_asks(guidance: Guidance) -> None:
    def first(guidance: Guidance, asker: Asker) -> tuple[str, str]:
        given = answer(guidance, "Pens and the blogs?", asker)
        return given.verdict, given.citations[0].page.id

    careful = replace(guidance, thresholds=Thresholds(unsure=1.0, answered=50.0))
    unnamed = replace(careful, titles={})
    for asker in (Asker(), Asker("uk-police")):
        assert first(careful, asker) == ("answered", "a/pens")
        assert first(unnamed, asker)[0] == "unsure"
    other = Asker("uk-health")
    assert first(careful, other) == first(unnamed, other)


def test_somebodys_own_section_is_pointed_to_where_it_is_not_shown(
    guidance: Guidance,
) -> None:
    council = Asker("uk-local-government")
    given = answer(guidance, "keep a pen name that names no patients", council)
    assert given.citations[0].passage.id == "a/blogs#short"
    assert own_section(given, guidance.knowledge) == (
        "The page also has a section for UK local government: “If you work for a council”."
    )
    nobody = answer(guidance, "blogging under a pen name", Asker())
    assert own_section(nobody, guidance.knowledge) == ""


def test_an_official_remark_from_the_end_of_a_section_does_not_bear_its_heading(
    guidance: Guidance,
) -> None:
    given = answer(guidance, "blogging under a pen name", Asker())
    (official,) = (c for c in given.citations if c.role == "official")
    assert official.passage.id == "a/blogs#steps"
    assert heading_of(official, guidance.knowledge) == "What official texts say"
    first = given.citations[0]
    assert heading_of(first, guidance.knowledge) == "The short answer"


def test_a_sensitive_page_leads_where_it_is_nearly_as_good(guidance: Guidance) -> None:
    question = "who reads and judges a manager who bullies me"
    hits = guidance.search(question)
    pages = [guidance.knowledge.passages[hit.number].page for hit in hits]
    assert pages[:2] == ["a/rules", "a/grief"]
    assert hits[1].score >= 0.85 * hits[0].score
    assert answer(guidance, question, Asker()).citations[0].page.id == "a/grief"


def test_beside_a_no_stand_only_pages_that_are_near_and_not_sensitive(
    guidance: Guidance,
) -> None:
    knowledge = guidance.knowledge
    near = answer(guidance, "what is on the canteen menu for the managers", Asker())
    assert near.verdict == "nothing"
    far = replace(near, confidence=0.2)
    near = replace(near, confidence=0.27, also=("a/rules#first", "a/grief#first"))
    assert [page.id for page in nearest_pages(near, knowledge)] == ["a/rules"]
    assert nearest_pages(far, knowledge) == []
