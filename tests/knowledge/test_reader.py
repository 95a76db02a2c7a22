from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from guidance_bot import bootstrap
from guidance_bot.errors import KnowledgeError
from guidance_bot.knowledge.folder import MAX_BYTES, read_folder, version
from guidance_bot.knowledge.reader import Read, read
from tests.conftest import ORGANISATION, SOURCES, Write, page

TODAY = date(2026, 1, 20)
ReadFiles = Callable[[dict[str, str | bytes]], Read]


def found(root: Path) -> list[tuple[str, int, str]]:
    """Return what ``check`` finds, paths relative to the folder."""
    report = bootstrap.check([root], TODAY)
    return [
        (p.path.removeprefix(f"{root}/"), p.line, p.message)
        for p in report.problems
        if p.level == "error"
    ]


def line_of(text: str, part: str) -> int:
    """Return the line of *text* that holds *part*."""
    return next(n for n, line in enumerate(text.split("\n"), 1) if part in line)


def test_twelve_mistakes_are_found_at_once_each_with_its_file_and_line(
    write: Write,
) -> None:
    good = page("## Kept {#kept}\n\nA page about keeping lists of what we keep.\n")
    unknown_key = page("## A\n\nText.\n", more="stagse: [listen]\n")
    missing_source = page("## A\n\nOne.\n\nTwo. [@cod]\n")
    mixed = page("## A\n\n- fine [@code]\n- Mixed [@code] and [@blog]\n  - sub\n")
    no_text = page("## A\n\nText.\n\n## Empty {#empty}\n\n## C\n\nText.\n")
    related = page("## A\n\nText.\n", more="related:\n  - topic/good\n  - topic/gone\n")
    broken_yaml = page("## A\n\nText.\n", more="modes: [external-*\nstages: []\n")
    bad_date = page("## A\n\nText.\n").replace("2026-01-15", "15 January 2026")
    must = page(
        "## Silence\n\nNothing to do with it.\n",
        title="Silence",
        more="must:\n  - What do we keep on our lists?\n",
    )
    repeated = page("## A {#same}\n\nText.\n\n## B {#same}\n\nText.\n")
    sources = SOURCES.replace("  in_force: historic\n", "  in_force: formerly\n")
    root = write(
        {
            "guidance/topic/good.md": good,
            "guidance/topic/unknown-key.md": unknown_key,
            "guidance/topic/missing-source.md": missing_source,
            "guidance/topic/mixed.md": mixed,
            "guidance/topic/no-text.md": no_text,
            "guidance/topic/related.md": related,
            "guidance/topic/broken-yaml.md": broken_yaml,
            "guidance/topic/bad-date.md": bad_date,
            "guidance/topic/must.md": must,
            "guidance/topic/repeated.md": repeated,
            "guidance/topic/latin.md": page("## A\n\nCafé.\n").encode("latin-1"),
            "guidance/topic/Good.md": good,
            "vocabulary.yaml": "synonyms:\n  - words: [one]\n    why: alone\n",
            "sources.yaml": sources,
        }
    )
    expected = {
        ("guidance/topic/unknown-key.md", line_of(unknown_key, "stagse")): "'stages'",
        (
            "guidance/topic/missing-source.md",
            line_of(missing_source, "@cod]"),
        ): "'code'",
        ("guidance/topic/mixed.md", line_of(mixed, "Mixed")): "together",
        ("guidance/topic/no-text.md", line_of(no_text, "Empty")): "no text",
        ("guidance/topic/related.md", line_of(related, "topic/gone")): "no page",
        ("guidance/topic/broken-yaml.md", line_of(broken_yaml, "modes")): "not closed",
        ("guidance/topic/bad-date.md", line_of(bad_date, "January")): "2026-11-20",
        ("guidance/topic/repeated.md", line_of(repeated, "## B")): "already on line",
        ("guidance/topic/latin.md", line_of(page("## A\n\nCafé.\n"), "Caf")): "UTF-8",
        ("guidance/topic/good.md", 1): "two pages have the id",
        ("vocabulary.yaml", 2): "too few",
        ("sources.yaml", line_of(sources, "formerly")): "'formerly'",
        ("guidance/topic/must.md", line_of(must, "  - What do we")): "'topic/good'",
    }
    problems = found(root)
    for (path, line), words in expected.items():
        assert [m for p, n, m in problems if (p, n) == (path, line) and words in m], (
            path,
            line,
            problems,
        )


def test_a_page_with_a_broken_head_still_tells_the_mistakes_in_its_text(
    write: Write,
) -> None:
    text = page("## A\n\nOne. [@gone]\n\n## B {#b for=nobody}\n\nTwo.\n")
    text = text.replace("owner: comms\n", "")
    good = page("## A\n\nText.\n", more="related: [a/bad]\n")
    root = write({"guidance/a/bad.md": text, "guidance/a/good.md": good})
    assert [(path, line) for path, line, _ in found(root)] == [
        ("guidance/a/bad.md", 1),
        ("guidance/a/bad.md", line_of(text, "@gone")),
        ("guidance/a/bad.md", line_of(text, "## B")),
    ]


def test_a_file_that_does_not_parse_is_one_problem_and_not_many(write: Write) -> None:
    text = page("## A\n\nOne. [@code]\n\nTwo. [@blog]\n")
    root = write({"guidance/a/b.md": text, "sources.yaml": "- id: [code\n"})
    assert [path for path, _, _ in found(root)] == ["sources.yaml"]
    root = write({"organisation.yaml": "name: A: B\n", "sources.yaml": SOURCES})
    assert [path for path, _, _ in found(root)] == ["organisation.yaml"]


def test_wording_overrides_are_checked(write: Write) -> None:
    organisation = ORGANISATION + (
        "wording:\n  greting: Hi\n  nothing: We lack {thing}.\n  help: Ask {\n"
        "  thanks: Any time.\n"
    )
    root = write(
        {"guidance/a/b.md": page("## A\n\nText.\n"), "organisation.yaml": organisation}
    )
    assert [message for _, _, message in found(root)] == [
        "wording: no sentence 'greting'; did you mean 'greeting'?",
        "wording: {thing} is not filled in here; {words} can be",
        "wording: a { or } has no partner",
    ]


def overlay(tmp_path: Path, files: dict[str, str]) -> Path:
    """Write a second folder, which is to lie over the first."""
    for name, text in files.items():
        path = tmp_path / "ours" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "ours"


def test_a_later_folder_adds_owners_and_keeps_the_others(
    write: Write, tmp_path: Path
) -> None:
    starter = write({"guidance/a/one.md": page("## A\n\nTheirs.\n")})
    files = {
        "guidance/a/two.md": page("## A\n\nOurs.\n").replace(": comms", ": digital"),
        "organisation.yaml": "name: Us\nowners: {digital: {name: D}}\n",
    }
    ours = overlay(tmp_path, files)
    result = read([read_folder(starter), read_folder(ours)])
    assert result.knowledge.organisation.name == "Us"
    assert list(result.knowledge.organisation.owners) == ["comms", "digital"]
    assert bootstrap.check([starter, ours], TODAY).is_clean


def test_a_must_that_finds_another_page_names_both(write: Write) -> None:
    winner = page("## Lists\n\nA page about lists of gifts.\n", title="Lists of gifts")
    loser = page(
        "## Other\n\nOther words entirely.\n",
        title="Other",
        more="questions:\n  other: [Which gifts are on our lists?]\nmust:\n  - Which gifts are on our lists?\n",
    )
    root = write({"guidance/a/winner.md": winner, "guidance/a/loser.md": loser})
    ((path, line, message),) = found(root)
    assert (path, line) == ("guidance/a/loser.md", line_of(loser, "  - Which gifts"))
    assert "a/winner" in message
    assert "a/loser" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\0\1\2", "not a text file"),
        ("caf\xe9".encode("latin-1"), "UTF-8"),
        (b"x" * (MAX_BYTES + 1), "1 MB"),
        (b"---\ntitle: \x1b[31mred\n---\n", "U+001B"),
        (b"no front matter", "starts with a line of ---"),
        (b"---\ntitle: x\n", "not closed"),
        (b"", "starts with a line of ---"),
    ],
)
def test_a_file_that_is_no_page_is_refused_with_a_sentence(
    write: Write, content: bytes, words: str
) -> None:
    good = page("## A\n\nText.\n")
    root = write({"guidance/a/good.md": good, "guidance/a/bad.md": content})
    problems = found(root)
    assert [path for path, _, _ in problems] == ["guidance/a/bad.md"]
    assert words in problems[0][2]


def test_a_link_out_of_the_folder_is_refused(write: Write, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text(page("## A\n\nText.\n"))
    root = write({"guidance/a/good.md": page("## A\n\nText.\n")})
    (root / "guidance/a/link.md").symlink_to(secret)
    (root / "guidance/away").symlink_to(tmp_path)
    (root / "guidance/a/inside.md").symlink_to(root / "guidance/a/good.md")
    assert [(path, message.split(";")[0]) for path, _, message in found(root)] == [
        ("guidance/a/link.md", "this link leads out of the folder"),
        ("guidance/away", "this link leads out of the folder"),
    ]


def test_a_folder_with_nothing_in_it_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(KnowledgeError, match="no pages here"):
        read([read_folder(tmp_path / "empty")])
    with pytest.raises(KnowledgeError, match="no folder here"):
        read([read_folder(tmp_path / "absent")])


def test_bom_and_windows_line_ends_are_read(read_files: ReadFiles) -> None:
    text = "\ufeff" + page("## A\n\nOne.\n\nTwo.\n").replace("\n", "\r\n")
    passage = read_files({"guidance/a/b.md": text}).knowledge.passages[0]
    assert passage.text == "One.\n\nTwo."


def test_authority_is_that_of_the_strongest_source_that_says_it(
    read_files: ReadFiles,
) -> None:
    text = "## A\n\nRule. [@code; @old-principles]\n\nReading. [see @code]\n\nOurs.\n\nOpinion. [@blog]\n"
    passage = read_files({"guidance/a/b.md": page(text)}).knowledge.passages[0]
    assert [(p.authority, p.says, p.sources) for p in passage.paragraphs] == [
        ("rule", True, ("code", "old-principles")),
        ("house", False, ("code",)),
        ("house", False, ()),
        ("commentary", True, ("blog",)),
    ]
    assert [passage.text[p.start : p.end] for p in passage.paragraphs] == [
        "Rule. [@code; @old-principles]",
        "Reading. [see @code]",
        "Ours.",
        "Opinion. [@blog]",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[@code; @blog]",
        "[see @code; @blog]",
        "[@blog] so [see @code]",
        "[@code;\n@blog]",
    ],
)
def test_official_texts_and_other_kinds_never_share_a_paragraph(
    write: Write, text: str
) -> None:
    root = write({"guidance/a/b.md": page(f"## A\n\nX {text}.\n")})
    ((_, _, message),) = found(root)
    assert "together with another kind" in message


@pytest.mark.parametrize("slip", ["[code]", "[see code]", "[@code", "as @code says"])
def test_a_slip_in_a_citation_mark_is_named(write: Write, slip: str) -> None:
    root = write({"guidance/a/b.md": page(f"## A\n\nOne,\nand {slip}.\n")})
    ((_, line, message),) = found(root)
    assert line == 10
    assert message.endswith("is no citation; write [@code]")


def test_official_words_and_our_reading_do_not_share_a_paragraph(write: Write) -> None:
    root = write(
        {"guidance/a/b.md": page("## A\n\nX [@code] and so [see @old-principles].\n")}
    )
    ((_, _, message),) = found(root)
    assert "our reading" in message


def test_passage_ids_follow_page_heading_and_part(read_files: ReadFiles) -> None:
    long = "\n\n".join(["word " * 120] * 2)
    text = f"Before.\n\n## Long {{#long}}\n\n{long}\n"
    knowledge = read_files({"guidance/a/b.md": page(text)}).knowledge
    assert [p.id for p in knowledge.passages] == ["a/b", "a/b#long", "a/b#long~2"]
    assert knowledge.pages["a/b"].passages == ("a/b", "a/b#long", "a/b#long~2")


def test_a_later_folder_replaces_pages_and_sources(
    write: Write, tmp_path: Path
) -> None:
    starter = write({"guidance/a/one.md": page("## A\n\nTheirs.\n")})
    files = {
        "guidance/a/one.md": page("## A\n\nOurs.\n"),
        "guidance/a/two.md": page("## A\n\nAdded. [@code]\n"),
    }
    ours = overlay(tmp_path, files)
    result = read([read_folder(starter), read_folder(ours)])
    assert not result.problems
    assert [p.text for p in result.knowledge.passages] == ["Ours.", "Added. [@code]"]
    assert len(result.knowledge.replaced) == 1
    assert "a/one" in result.knowledge.replaced[0]


def test_the_version_follows_the_content_and_nothing_else(write: Write) -> None:
    root = write({"guidance/a/b.md": page("## A\n\nText.\n")})
    before = version([read_folder(root)])
    (root / "guidance/a/.b.md.swp").write_text("an editor's")
    (root / "notes.txt").write_text("not read")
    (root / "guidance/a/b.md").touch()
    assert version([read_folder(root)]) == before
    (root / "guidance/a/b.md").write_text(page("## A\n\nText!\n"))
    assert version([read_folder(root)]) != before


def test_questions_stand_at_their_section_and_for_the_page_at_the_first(
    read_files: ReadFiles,
) -> None:
    more = 'questions:\n  b: [Is this b?]\n  "": [Is this the page?]\n'
    text = "## A {#a}\n\nText.\n\n## B {#b}\n\nText.\n"
    knowledge = read_files({"guidance/a/b.md": page(text, more=more)}).knowledge
    assert [p.questions for p in knowledge.passages] == [
        ("Is this the page?",),
        ("Is this b?",),
    ]


def test_references_between_files_are_checked(write: Write) -> None:
    text = page(
        "## A\n\nText.\n\n## B {#b for=uk-helth}\n\nText.\n",
        more="applies_to: [uk-polise]\nquestions:\n  bb: [What?]\nstatus: adopted\n",
    ).replace("owner: comms", "owner: coms")
    organisation = ORGANISATION + (
        "jurisdiction: uk\nsubjects: {a: nobody}\nnotices:\n"
        "  - text: Stop.\n    since: 2026-02-01\n    until: 2026-01-01\n    pages: [gone]\n"
    )
    questions = "- id: q1\n  question: What?\n  expect: answered\n  pages: [a/gone]\n"
    root = write(
        {
            "guidance/a/b.md": text,
            "organisation.yaml": organisation,
            "questions.yaml": questions,
        }
    )
    messages = " | ".join(message for _, _, message in found(root))
    for words in (
        "for=uk-helth is not a jurisdiction; did you mean 'uk-health'?",
        "'uk-polise' is not a jurisdiction; did you mean 'uk-police'?",
        "no section 'bb'",
        "add 'reviewed_by'",
        "owner: 'coms' is not in organisation.yaml; did you mean 'comms'?",
        "no jurisdiction 'uk'",
        "'nobody' is not one of the owners",
        "'until' comes before 'since'",
        "no page or topic 'gone'",
        "q1: no page 'a/gone'",
    ):
        assert words in messages


def test_a_misnamed_file_is_a_warning_that_names_the_right_one(write: Write) -> None:
    root = write(
        {"guidance/a/b.md": page("## A\n\nText.\n"), "source.yaml": "- id: x\n"}
    )
    report = bootstrap.check([root], TODAY)
    assert report.is_clean
    assert [p.message for p in report.problems if p.path.endswith("/source.yaml")] == [
        "this file is not read; did you mean 'sources.yaml'?"
    ]


def test_reviews_that_are_due_or_still_to_come_are_told(write: Write) -> None:
    due = page("## A\n\nText.\n", more="review_every: 1 day\n")
    future = page("## A\n\nText.\n").replace("2026-01-15", "2026-01-21")
    root = write({"guidance/a/due.md": due, "guidance/a/future.md": future})
    problems = bootstrap.check([root], TODAY).problems
    told = [p for p in problems if "/a/" in p.path]
    assert [(p.line, p.level, p.message.split(":")[0]) for p in told] == [
        (5, "warning", "this page is due for review"),
        (5, "error", "reviewed"),
    ]


def test_one_slip_in_organisation_leaves_its_other_keys(write: Write) -> None:
    organisation = ORGANISATION + "jurisdictions: {mars: Mars}\nnotcies: []\n"
    text = page("## A {#a for=mars}\n\nText.\n").replace(
        "owner: comms", "owner: nobody"
    )
    root = write({"guidance/a/b.md": text, "organisation.yaml": organisation})
    assert [(path, message.split(";")[0]) for path, _, message in found(root)] == [
        ("guidance/a/b.md", "owner: 'nobody' is not in organisation.yaml"),
        ("organisation.yaml", "unknown key 'notcies'"),
    ]


def test_modes_are_globs_over_the_sixteen(read_files: ReadFiles) -> None:
    more = "modes: [external-*-own-personal, internal-collaborate-others-official]\n"
    text = page("## A\n\nText.\n", more=more)
    assert read_files({"guidance/a/b.md": text}).knowledge.pages["a/b"].modes == (
        "external-communicate-own-personal",
        "external-collaborate-own-personal",
        "internal-collaborate-others-official",
    )
