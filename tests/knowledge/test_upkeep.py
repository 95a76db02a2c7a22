from collections.abc import Callable
from datetime import date

import pytest

from guidance_bot import bootstrap
from guidance_bot.errors import Problem
from guidance_bot.knowledge import upkeep
from guidance_bot.knowledge.content import MODES
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import Read
from tests.conftest import Write, page

TODAY = date(2026, 1, 20)
ReadFiles = Callable[[dict[str, str | bytes]], Read]
TOLD = "and no mark says who stands behind it"


def told(found: Read, words: str) -> list[Problem]:
    """Return the problems whose message holds *words*."""
    return [p for p in upkeep.problems(found) if words in p.message]


@pytest.mark.parametrize(
    ("paragraph", "claim"),
    [
        ("The rule of 2014 holds.", "names the year '2014'"),
        ("A follower costs £3 a year.", "holds the figure '£3'"),
        ("Call 999 first.", "holds the figure '999'"),
        ("Half, or 50%, never reply.", "holds the figure '50%'"),
        ("You must ask first.", "says 'must'"),
        ("The policy requires a name.", "says 'requires'"),
        (
            "See the Civil Service Code on that.",
            "names the source 'Civil Service Code'",
        ),
        ("- An item.\n- You must ask.", "says 'must'"),
    ],
)
def test_a_claim_without_a_mark_is_an_error_at_its_line(
    read_files: ReadFiles, paragraph: str, claim: str
) -> None:
    sources = SOURCE.format(title="Civil Service Code")
    text = page(f"## A {{#a}}\n\nFirst.\n\n{paragraph}\n")
    found = read_files({"guidance/a/b.md": text, "sources.yaml": sources})
    (problem,) = told(found, TOLD)
    assert claim in problem.message
    assert problem.level == "error"
    last = paragraph.rsplit("\n", maxsplit=1)[-1]
    assert text.split("\n")[problem.line - 1] == last
    marked = text.replace(last, f"{last} [ours]")
    found = read_files({"guidance/a/b.md": marked, "sources.yaml": sources})
    assert told(found, TOLD) == []


@pytest.mark.parametrize(
    "paragraph",
    [
        "Paste: “You must ask, as the 2014 text says.”",
        'Say "you must log in".',
        "The rule of 2014 holds. [@code]",
        "We conclude that it must hold. [see @code]",
        "Answer within 24 hours, in 3 steps.",
        "See our code on that.",
    ],
)
def test_words_to_paste_and_marked_claims_are_no_claims_of_ours(
    read_files: ReadFiles, paragraph: str
) -> None:
    found = read_files({"guidance/a/b.md": page(f"## A\n\n{paragraph}\n")})
    assert told(found, TOLD) == []


SOURCE = """\
- {{id: code, title: {title}, publisher: Cabinet Office, kind: rule, jurisdiction: uk-civil-service, year: "2015", in_force: "yes"}}
"""
SECTION = (
    "Before you answer, read what was asked, look for the page that covers it, check who "
    "owns that page, and only then write two sentences of your own with a link below them. "
    "Keep a copy of what you wrote."
)


def test_a_section_that_repeats_another_is_told_at_the_second(
    read_files: ReadFiles,
) -> None:
    changed = SECTION.replace("two sentences of your own", "three lines")
    other = (
        "Ask the press office about anything that a newspaper may print tomorrow, however "
        "small it looks, and tell your manager what they said before you go home."
    )
    found = read_files(
        {
            "guidance/a/one.md": page(f"## One {{#one}}\n\n{SECTION}\n"),
            "guidance/a/three.md": page(f"## Three {{#three}}\n\n{other}\n"),
            "guidance/a/two.md": page(f"## Two {{#two}}\n\n{changed}\n"),
        }
    )
    (problem,) = told(found, "of this section stands in")
    assert problem.path.endswith("a/two.md")
    assert "'a/one#one'" in problem.message


def test_a_source_that_no_page_cites_is_told_where_it_stands(
    read_files: ReadFiles,
) -> None:
    found = read_files(
        {"guidance/a/b.md": page("## A\n\nOne. [@code]\n\nTwo. [@blog]\n")}
    )
    (problem,) = told(found, "no page cites")
    assert problem.message.startswith("old-principles:")
    assert problem.path.endswith("sources.yaml")
    assert problem.line > 1


def test_a_link_should_lead_back_unless_many_lead_there(
    read_files: ReadFiles,
) -> None:
    files: dict[str, str | bytes] = {
        "guidance/a/hub.md": page("## A\n\nText.\n", more="related: [a/p1]\n"),
        "guidance/a/quiet.md": page("## A\n\nText.\n"),
    }
    for number in range(upkeep.HUB + 1):
        more = "related: [a/hub]\n" if number else "related: [a/hub, a/quiet]\n"
        files[f"guidance/a/p{number}.md"] = page("## A\n\nText.\n", more=more)
    (problem,) = told(read_files(files), "lead here")
    assert problem.path.endswith("a/quiet.md")
    assert "a/p0 lead here" in problem.message


def test_modes_without_a_page_of_their_own_are_named_where_the_folder_keeps_modes(
    read_files: ReadFiles,
) -> None:
    assert told(read_files({"guidance/a/b.md": page("## A\n\nText.\n")}), "own") == []
    names = ["overview", *MODES[1:]]
    files: dict[str, str | bytes] = {
        f"guidance/modes/{name}.md": page("## A\n\nText.\n") for name in names
    }
    (problem,) = told(read_files(files), "no page of its own")
    assert problem.message == f"modes: no page of its own for {MODES[0]}"


def test_long_sentences_heavy_words_and_bare_abbreviations_are_warnings(
    read_files: ReadFiles,
) -> None:
    long = " ".join(["word"] * (upkeep.SENTENCE_WORDS + 1))
    vocabulary = (
        "everyday: [UK]\nplain_words: {in order to: to}\n"
        "abbreviations: {FOI: freedom of information}\n"
    )
    text = (
        f"## A\n\nA label: short. {long}.\n\nWe act In order to help the UK.\n\n"
        "Ask the PRO, the NMC (nurses) or GOV.UK about freedom of information (FOI).\n"
    )
    found = read_files({"guidance/a/b.md": page(text), "vocabulary.yaml": vocabulary})
    messages = [p.message for p in upkeep.problems(found) if "/a/" in p.path]
    assert messages == [
        f"{upkeep.SENTENCE_WORDS + 1} words without a stop; split them ({long[:40]}…)",
        "'In order to': write 'to'",
        "PRO is not spelled out on this page",
    ]
    levels = {p.level for p in upkeep.problems(found) if "/a/" in p.path}
    assert levels == {"warning"}


def test_check_tells_upkeep_and_answers_go_on(write: Write) -> None:
    root = write({"guidance/a/b.md": page("## A\n\nYou must ask first.\n")})
    report = bootstrap.check([root], TODAY)
    assert not report.is_clean
    assert bootstrap.build([read_folder(root)]).knowledge.pages.keys() == {"a/b"}


def test_boilerplate_on_every_page_is_told_once_a_page(read_files: ReadFiles) -> None:
    many = 3 * upkeep.COMMON
    files: dict[str, str | bytes] = {
        f"guidance/a/p{n}.md": page(f"## A {{#a}}\n\n{SECTION}\n") for n in range(many)
    }
    problems = told(read_files(files), "of this section stands in")
    assert 0 < len(problems) < upkeep.COMMON


def test_odd_letters_and_empty_words_do_not_stop_the_check(
    read_files: ReadFiles,
) -> None:
    vocabulary = "plain_words: {utilise: use, '': nothing}\n"
    text = page("## A\n\nWe utili\u017fe it. [ours]\n")
    found = read_files({"guidance/a/b.md": text, "vocabulary.yaml": vocabulary})
    assert len(told(found, "write 'use'")) == 1


def test_code_and_tables_are_not_read_as_sentences(read_files: ReadFiles) -> None:
    row = " | ".join(["some words here"] * 12)
    text = f"## A\n\n```text\nYou must ask in 2014.\n```\n\n| {row} |\n|{'---|' * 12}\n| {row} |\n"
    found = read_files({"guidance/a/b.md": page(text)})
    assert [p for p in upkeep.problems(found) if "/a/" in p.path] == []
