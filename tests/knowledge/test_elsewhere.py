"""elsewhere.yaml: what people ask that no page covers."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from guidance_bot import bootstrap
from guidance_bot.answering.answers import Asker, answer
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import Read, read
from tests.conftest import Write, page

ReadFiles = Callable[[dict[str, str | bytes]], Read]
BLOG = "## Blogs {#first}\n\nYou may keep a blog. Tell your manager about the blog first.\n"
ASKED = "b:\n  first:\n" + "".join(
    f"    - may I keep a {kind} blog about {topic}\n"
    for kind in ("private", "quiet", "daily", "weekly")
    for topic in ("bridges", "birds", "tax", "music", "trains", "law")
)
HR = "hr:\n" + "".join(
    f"  - how do I book {what} {when}\n"
    for what in ("leave", "holidays", "parental leave", "a sick day")
    for when in ("for May", "next week", "for my sister's wedding")
)


def test_subjects_are_read_with_their_questions(read_files: ReadFiles) -> None:
    found = read_files({"guidance/a/b.md": page(BLOG), "elsewhere.yaml": HR})
    assert found.problems == ()
    assert list(found.knowledge.elsewhere) == ["hr"]
    assert found.knowledge.elsewhere["hr"][0] == "how do I book leave for May"


def test_slips_are_told_where_they_stand(read_files: ReadFiles) -> None:
    text = "hr:\n  - how do I book leave\nit: how do I log in\n"
    found = read_files({"guidance/a/b.md": page(BLOG), "elsewhere.yaml": text})
    (problem,) = found.problems
    assert (problem.line, problem.message) == (
        3,
        "it: write a list of questions below it",
    )
    listed = read_files({"guidance/a/b.md": page(BLOG), "elsewhere.yaml": "- hm?\n"})
    (problem,) = listed.problems
    assert problem.message == (
        "this file names subjects, and below each a list of questions"
    )


def test_a_later_folder_replaces_a_subject(write: Write) -> None:
    starter = write({"guidance/a/b.md": page(BLOG), "elsewhere.yaml": HR})
    ours = starter.parent / "ours"
    (ours / "guidance/a").mkdir(parents=True)
    (ours / "guidance/a/c.md").write_text(page("## Leave {#x}\n\nBook leave here.\n"))
    (ours / "elsewhere.yaml").write_text("hr: []\nit: [how do I log in]\n")
    found = read([read_folder(starter), read_folder(ours)])
    assert found.knowledge.elsewhere == {"hr": (), "it": ("how do I log in",)}


def test_what_belongs_elsewhere_is_not_answered(write: Write) -> None:
    """The page shares "book" and "May" with the question, and no other page does."""
    text = BLOG + "\nBook time in May to write the blog and leave a note.\n"
    files: dict[str, str | bytes] = {
        "guidance/a/b.md": page(text),
        "asked/a.yaml": ASKED,
    }
    question = "how do I book leave in May"

    def verdict(question: str) -> str:
        guidance = bootstrap.build([read_folder(write(files))])
        return answer(guidance, question, Asker()).verdict

    assert verdict(question) != "nothing"
    files["elsewhere.yaml"] = HR
    assert verdict(question) == "nothing"
    assert verdict("may I keep a blog about birds") == "answered"


def test_check_tells_what_is_said_to_be_in_both_places(write: Write) -> None:
    both = HR + "  - May I keep a private blog about bridges?\n"
    root = write(
        {
            "guidance/a/b.md": page(BLOG),
            "asked/a.yaml": ASKED,
            "elsewhere.yaml": both,
        }
    )
    told = [
        problem
        for problem in bootstrap.check([Path(root)], date(2026, 2, 1)).problems
        if problem.path.endswith("elsewhere.yaml")
    ]
    assert [(problem.line, problem.level) for problem in told] == [(14, "warning")] * 2
    assert "is also asked of a/b" in told[0].message
    assert "is answered from a/b" in told[1].message


def test_a_page_of_a_later_folder_may_answer_what_the_starter_sends_elsewhere(
    write: Write,
) -> None:
    starter = write(
        {
            "guidance/a/b.md": page(BLOG),
            "asked/a.yaml": ASKED,
            "elsewhere.yaml": HR,
        }
    )
    ours = starter.parent / "ours"
    (ours / "guidance/a").mkdir(parents=True)
    text = page("## Leave {#x}\n\nBook leave in the calendar.\n", title="Leave")
    question = "how do I book leave for May"
    head = f"questions:\n  x: [{question}]\n---\n"
    (ours / "guidance/a/leave.md").write_text(text.replace("---\n## ", f"{head}## "))
    guidance = bootstrap.build([read_folder(starter), read_folder(ours)])
    given = answer(guidance, question, Asker())
    assert (given.verdict, given.citations[0].page.id) == ("answered", "a/leave")
