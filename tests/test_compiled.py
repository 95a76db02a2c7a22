from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from guidance_bot import bootstrap, compiled
from guidance_bot.answering.answers import Asker, answer
from guidance_bot.answering.documents import as_json
from guidance_bot.answering.guidance import Guidance
from guidance_bot.compiled.stored import FEW, StoredTerms
from guidance_bot.flows.engine import walk
from guidance_bot.flows.outcomes import outcome_of
from guidance_bot.flows.plan import Plan
from guidance_bot.flows.record import code_for, record_of
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import Read, read
from tests.conftest import ORGANISATION, Write, page
from tests.flows.conftest import FILES, HOBBY, STARTER

QUESTIONS = (
    "may I blog anonymously?",
    "gifts from suppliers",
    "bloging about a docter",
    "canteen",
    "hello",
    "",
)


def test_the_compiled_form_answers_as_the_built_one(
    guidance: Guidance, tmp_path: Path
) -> None:
    compiled.store(tmp_path, guidance)
    again = compiled.opened(tmp_path, guidance.knowledge.version)
    for question in QUESTIONS:
        for code in (None, "uk-health", "nz-public-service"):
            built = as_json(answer(guidance, question, Asker(code)))
            assert as_json(answer(again, question, Asker(code))) == built
    assert list(again.knowledge.passages) == list(guidance.knowledge.passages)
    assert dict(again.knowledge.pages) == dict(guidance.knowledge.pages)
    assert dict(again.written) == dict(guidance.written)
    assert dict(again.ranking.pages.vocabulary) == dict(
        guidance.ranking.pages.vocabulary
    )


def test_organisation_notices_and_questions_come_back_whole(
    read_files: Callable[[dict[str, str | bytes]], Read], tmp_path: Path
) -> None:
    organisation = ORGANISATION + (
        "policies:\n  - title: Policy\nnotices:\n  - text: Stop.\n"
        "    since: 2026-01-01\n    until: 2026-02-01\n    pages: [a]\n"
        "contacts:\n  legal: {name: Lawyers}\nwording: {greeting: Kia ora}\n"
    )
    questions = "- id: q\n  question: What?\n  expect: nothing\n"
    vocabulary = "abbreviations: {FOI: freedom of information}\n"
    found = read_files(
        {
            "guidance/a/b.md": page("## A\n\nText.\n"),
            "organisation.yaml": organisation,
            "questions.yaml": questions,
            "vocabulary.yaml": vocabulary,
        }
    )
    guidance = Guidance.of(found.knowledge)
    compiled.store(tmp_path, guidance)
    again = compiled.opened(tmp_path, found.knowledge.version)
    assert again.knowledge.organisation == found.knowledge.organisation
    assert tuple(again.knowledge.questions) == found.knowledge.questions
    assert again.knowledge.vocabulary == found.knowledge.vocabulary
    assert again.knowledge.sources == found.knowledge.sources
    assert again.analysis == guidance.analysis
    assert again.thresholds == guidance.thresholds


def test_flows_come_back_whole_but_for_the_lines_of_their_files(
    read_files: Callable[[dict[str, str | bytes]], Read], tmp_path: Path
) -> None:
    found = read_files(FILES).knowledge
    compiled.store(tmp_path, Guidance.of(found))
    again = compiled.opened(tmp_path, found.version).knowledge
    assert list(again.flows) == list(found.flows) == ["blog", "gift"]
    assert dict(again.flows) == dict(found.flows)
    assert "nowhere" not in again.flows
    assert found.flows["blog"].lines
    assert again.flows["blog"].lines == {}
    for knowledge in (found, again):
        at = walk(Plan.of(knowledge.flows["blog"]), HOBBY)
        outcome = outcome_of(at, knowledge)
        assert outcome is not None
        code = code_for(outcome, at, knowledge, date(2026, 4, 2))
        assert code is not None
        assert record_of(code, again).outcome == record_of(code, found).outcome


def test_the_starter_flows_come_back_whole(guidance: Guidance, tmp_path: Path) -> None:
    flows = read([read_folder(STARTER)]).knowledge.flows
    with_flows = replace(guidance.knowledge, flows=flows)
    compiled.store(tmp_path, replace(guidance, knowledge=with_flows))
    again = compiled.opened(tmp_path, guidance.knowledge.version).knowledge
    assert dict(again.flows) == dict(flows)


def test_an_edited_flow_is_another_version(write: Write, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    root = write(FILES)
    before = bootstrap.load([root], cache, pytest.fail).knowledge
    path = root / "flows/gift.yaml"
    path.write_text(path.read_text().replace("title: A gift", "title: Gifts"))
    now = bootstrap.load([root], cache, pytest.fail).knowledge
    assert before.version != now.version
    assert now.flows["gift"].title == "Gifts"
    assert bootstrap.load([root], cache, pytest.fail).knowledge.flows == now.flows


def test_another_version_is_not_compiled(guidance: Guidance, tmp_path: Path) -> None:
    with pytest.raises(compiled.NotCompiledError):
        compiled.opened(tmp_path, guidance.knowledge.version)
    compiled.store(tmp_path, guidance)
    with pytest.raises(compiled.NotCompiledError):
        compiled.opened(tmp_path, "f" * 64)


def test_every_damaged_file_is_noticed(guidance: Guidance, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    compiled.store(cache, guidance)
    (form,) = cache.iterdir()
    for name in sorted(path.name for path in form.iterdir()):
        path = form / name
        whole = path.read_bytes()
        path.write_bytes(bytes(len(whole)))
        with pytest.raises(compiled.NotCompiledError):
            compiled.opened(cache, guidance.knowledge.version)
        compiled.store(cache, guidance)
        path.unlink()
        with pytest.raises(compiled.NotCompiledError):
            compiled.opened(cache, guidance.knowledge.version)
        compiled.store(cache, guidance)
    assert compiled.opened(cache, guidance.knowledge.version)


def test_the_last_three_forms_are_kept_and_nothing_half_written(
    guidance: Guidance, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    for letter in "abcde":
        knowledge = replace(guidance.knowledge, version=letter * 64)
        compiled.store(cache, replace(guidance, knowledge=knowledge))
    names = sorted(path.name[:1] for path in cache.iterdir())
    assert names == ["c", "d", "e"]


def test_what_cannot_be_written_leaves_nothing_behind(
    guidance: Guidance, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(OSError, match="file"):
        compiled.store(blocked / "cache", guidance)
    assert blocked.read_text() == "in the way"
    assert not list(tmp_path.rglob(".writing-*"))


def test_words_are_found_alike_by_searching_and_once_they_are_held(
    tmp_path: Path,
) -> None:
    numbers = {word: number for number, word in enumerate(["zebra", "apfel", "māori"])}
    for name, held in StoredTerms.arrays(numbers).items():
        np.save(tmp_path / f"words.{name}.npy", held)
    few, many = StoredTerms(tmp_path, "words"), StoredTerms(tmp_path, "words")
    unknown = [many.get("unknown") for _ in range(FEW + 1)]

    assert set(unknown) == {None}
    for stored in (few, many):
        assert {word: stored[word] for word in numbers} == numbers
        assert "appl" not in stored
    assert list(few) == list(many) == list(numbers)
