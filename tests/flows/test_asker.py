"""What is known of the asker before anything is asked."""

from datetime import date

import pytest

from guidance_bot.flows.asker import known_of, notices_for, notices_of
from guidance_bot.knowledge.content import Knowledge
from tests.conftest import ORGANISATION
from tests.flows.conftest import BLOG, CONTACTS, FILES, NOTICE, ReadFiles

BEFORE, FIRST, LAST, AFTER = (
    date(2026, 3, 31),
    date(2026, 4, 1),
    date(2026, 5, 6),
    date(2026, 5, 7),
)
TOLD = ("Elections are near.",)
HELD = {"notice": "in-force"}


def reading(read_files: ReadFiles, organisation: str = "") -> Knowledge:
    text = f"{organisation}{ORGANISATION}{CONTACTS}{NOTICE}"
    return read_files(FILES | {"organisation.yaml": text}).knowledge


@pytest.fixture
def noticed(read_files: ReadFiles) -> Knowledge:
    """The department with a notice for civil servants in April."""
    return reading(read_files)


@pytest.mark.parametrize(
    ("day", "held"),
    [(BEFORE, "none"), (FIRST, "in-force"), (LAST, "in-force"), (AFTER, "none")],
)
def test_a_notice_is_in_force_from_its_first_day_to_its_last(
    noticed: Knowledge, day: date, held: str
) -> None:
    flow, organisation = noticed.flows["blog"], noticed.organisation
    known = known_of(flow, organisation, "uk-civil-service", day)
    assert known == {"jurisdiction": "uk-civil-service", "notice": held}


def test_a_notice_for_others_is_not_in_force(noticed: Knowledge) -> None:
    flow, organisation = noticed.flows["blog"], noticed.organisation
    known = known_of(flow, organisation, "uk-health", FIRST)
    assert known == {"jurisdiction": "uk-health", "notice": "none"}


def test_a_notice_may_concern_somebody_of_whom_nothing_is_known(
    noticed: Knowledge,
) -> None:
    flow, organisation = noticed.flows["blog"], noticed.organisation
    assert known_of(flow, organisation, None, FIRST) == {"notice": "in-force"}


def test_the_organisations_own_rules_are_known_where_nobody_said(
    read_files: ReadFiles,
) -> None:
    found = reading(read_files, "jurisdiction: uk-health\n")
    flow, organisation = found.flows["blog"], found.organisation
    assert known_of(flow, organisation, None, FIRST) == {
        "jurisdiction": "uk-health",
        "notice": "none",
    }
    known = known_of(flow, organisation, "uk-civil-service", FIRST)
    assert known["jurisdiction"] == "uk-civil-service"


def test_a_jurisdiction_that_the_flow_does_not_offer_is_not_known_to_it(
    noticed: Knowledge,
) -> None:
    flow, organisation = noticed.flows["blog"], noticed.organisation
    assert known_of(flow, organisation, "nz-public-service", FIRST) == {
        "notice": "none"
    }


def test_a_flow_without_such_prompts_knows_nothing(noticed: Knowledge) -> None:
    flow, organisation = noticed.flows["gift"], noticed.organisation
    assert known_of(flow, organisation, "uk-civil-service", FIRST) == {}
    assert notices_of(flow, organisation, "uk-civil-service", FIRST) == ()
    assert notices_for(flow, organisation, HELD, FIRST) == ()


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        ("[personal]", TOLD),
        ("[personal/blogging]", TOLD),
        ("[personal/gifts]", ()),
        ("[abroad]", ()),
        ("[person]", ()),
    ],
)
def test_a_notice_concerns_a_flow_whose_rule_about_notices_rests_on_its_pages(
    read_files: ReadFiles, pages: str, told: tuple[str, ...]
) -> None:
    text = (ORGANISATION + CONTACTS + NOTICE).replace("[personal]", pages)
    found = read_files(FILES | {"organisation.yaml": text}).knowledge
    flow, organisation = found.flows["blog"], found.organisation
    assert notices_of(flow, organisation, "uk-civil-service", FIRST) == told


def test_a_notice_without_pages_concerns_every_flow_that_asks_of_notices(
    read_files: ReadFiles,
) -> None:
    text = (ORGANISATION + CONTACTS + NOTICE).replace("    pages: [personal]\n", "")
    rule = BLOG.replace("    passages: personal/blogging#official\n", "")
    rule = rule.replace("    governed: true\n", "")
    files = FILES | {"organisation.yaml": text, "flows/blog.yaml": rule}
    found = read_files(files).knowledge
    flow = found.flows["blog"]
    assert notices_of(flow, found.organisation, "uk-civil-service", FIRST) == TOLD


def test_notices_are_shown_where_the_choices_say_that_one_is_in_force(
    noticed: Knowledge,
) -> None:
    flow, organisation = noticed.flows["blog"], noticed.organisation
    service = {"jurisdiction": "uk-civil-service"}
    unknown, health = {"jurisdiction": "unknown"}, {"jurisdiction": "uk-health"}
    assert notices_for(flow, organisation, HELD | service, FIRST) == TOLD
    assert notices_for(flow, organisation, HELD | unknown, FIRST) == TOLD
    assert notices_for(flow, organisation, HELD, FIRST) == TOLD
    assert notices_for(flow, organisation, HELD | health, FIRST) == ()
    assert notices_for(flow, organisation, HELD | service, AFTER) == ()
    assert notices_for(flow, organisation, {"notice": "none"}, FIRST) == ()
    assert notices_for(flow, organisation, {}, FIRST) == ()
