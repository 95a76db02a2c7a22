"""Guidance ↔ the files of one compiled form: passages as JSON lines, arrays as ``.npy``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from guidance_bot.answering.choosing import Traits
from guidance_bot.answering.confidence import Thresholds
from guidance_bot.answering.guidance import Guidance
from guidance_bot.answering.habits import ARRAYS as HABITS
from guidance_bot.answering.habits import Habits
from guidance_bot.answering.ranking import ARRAYS as POSTINGS
from guidance_bot.answering.ranking import Pages, Postings, Ranking
from guidance_bot.answering.tokens import Analysis
from guidance_bot.compiled.stored import (
    StoredFlows,
    StoredItems,
    StoredPages,
    StoredTerms,
    array,
)
from guidance_bot.knowledge.content import (
    EvaluationQuestion,
    Knowledge,
    Notice,
    Organisation,
    Page,
    Paragraph,
    Passage,
    Person,
    Policy,
    Source,
    Vocabulary,
)

SMALL: Final = "small.json"
_INDEXES: Final = ("words", "pages", "habits")


def write(folder: Path, guidance: Guidance) -> None:
    """Write *guidance* into the empty *folder*."""
    knowledge = guidance.knowledge
    starts = {
        "passages": _write_lines(folder / "passages.jsonl", knowledge.passages),
        "pages": _write_lines(folder / "pages.jsonl", list(knowledge.pages.values())),
        "questions": _write_lines(folder / "questions.jsonl", knowledge.questions),
    }
    small = {
        "version": knowledge.version,
        "page_ids": list(knowledge.pages),
        "sources": [asdict(source) for source in knowledge.sources.values()],
        "organisation": asdict(knowledge.organisation),
        "vocabulary": asdict(knowledge.vocabulary),
        "flows": list(knowledge.flows),
        "replaced": knowledge.replaced,
        "phrases": knowledge.phrases,
        "titles": [[sorted(terms), n] for terms, n in guidance.titles.items()],
        "codes": guidance.traits.codes,
        "thresholds": asdict(guidance.thresholds),
        "stop_words": sorted(guidance.analysis.stop_words),
        "synonyms": guidance.analysis.synonyms,
    }
    (folder / SMALL).write_text(_json(small), encoding="utf-8")
    for name, flow in knowledge.flows.items():
        # Where things stand in the file is the editor's, who has the file.
        given = asdict(flow) | {"lines": {}}
        (folder / f"flow.{name}.json").write_text(_json(given), encoding="utf-8")
    for name, held in starts.items():
        np.save(folder / f"{name}.lines.npy", held)
    np.save(folder / "page_of.npy", guidance.ranking.page_of)
    np.save(folder / "bound.npy", guidance.traits.bound)
    np.save(folder / "traits.npy", guidance.traits.table)
    ranking = guidance.ranking
    np.save(folder / "pages.said.npy", ranking.pages.said)
    for name in _INDEXES:
        index: Postings | Habits = getattr(ranking, name)
        arrays = index.arrays() | StoredTerms.arrays(index.vocabulary)
        for key, held in arrays.items():
            np.save(folder / f"{name}.{key}.npy", held)
    for key, held in StoredTerms.arrays(guidance.written).items():
        np.save(folder / f"written.{key}.npy", held)


def _write_lines(path: Path, items: Sequence[Any]) -> np.ndarray[Any, Any]:
    lines = [_json(asdict(item)).encode() + b"\n" for item in items]
    path.write_bytes(b"".join(lines))
    return np.cumsum([0, *map(len, lines)]).astype(np.int64)


def _json(value: Any) -> str:
    def plain(other: Any) -> Any:
        if isinstance(other, date):
            return other.isoformat()
        raise TypeError(f"{type(other)} is not JSON")

    return json.dumps(value, default=plain, ensure_ascii=False, separators=(",", ":"))


def read(folder: Path) -> Guidance:
    """Return the guidance in *folder*; passages and pages are decoded when needed."""
    small = json.loads((folder / SMALL).read_bytes())
    passages = StoredItems(folder, "passages", _passage)
    pages = StoredItems(folder, "pages", _page)
    numbers = {page: number for number, page in enumerate(small["page_ids"])}
    knowledge = Knowledge(
        version=small["version"],
        pages=StoredPages(pages, numbers),
        passages=passages,
        sources={given["id"]: Source(**given) for given in small["sources"]},
        organisation=_organisation(small["organisation"]),
        vocabulary=Vocabulary(
            tuple(map(tuple, small["vocabulary"]["synonyms"])),
            tuple(small["vocabulary"]["stop_words"]),
        ),
        questions=StoredItems(folder, "questions", _question),
        replaced=tuple(small["replaced"]),
        phrases=tuple(map(tuple, small["phrases"])),
        flows=StoredFlows(folder, small["flows"]),
    )
    analysis = Analysis(
        frozenset(small["stop_words"]),
        tuple(tuple(map(tuple, group)) for group in small["synonyms"]),
    )
    pages = Pages.from_arrays(*_index(folder, "pages", POSTINGS))
    pages.said = array(folder, "pages.said")
    ranking = Ranking(
        Postings.from_arrays(*_index(folder, "words", POSTINGS)),
        pages,
        Habits(*_index(folder, "habits", HABITS)),
        array(folder, "page_of"),
    )
    return Guidance(
        knowledge,
        ranking,
        analysis,
        StoredTerms(folder, "written"),
        Traits(tuple(small["codes"]), array(folder, "bound"), array(folder, "traits")),
        {frozenset(terms): number for terms, number in small["titles"]},
        Thresholds(**small["thresholds"]),
    )


def _index(
    folder: Path, name: str, keys: Sequence[str]
) -> tuple[StoredTerms, dict[str, Any]]:
    arrays = {key: array(folder, f"{name}.{key}") for key in keys}
    return StoredTerms(folder, name), arrays


def _tuples(given: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}


def _passage(given: dict[str, Any]) -> Passage:
    paragraphs = tuple(Paragraph(**_tuples(item)) for item in given.pop("paragraphs"))
    return Passage(**_tuples(given), paragraphs=paragraphs)


def _question(given: dict[str, Any]) -> EvaluationQuestion:
    return EvaluationQuestion(**_tuples(given))


def _page(given: dict[str, Any]) -> Page:
    reviewed = date.fromisoformat(given.pop("reviewed"))
    return Page(**_tuples(given), reviewed=reviewed)


def _organisation(given: dict[str, Any]) -> Organisation:
    notices = tuple(
        Notice(
            **{
                **_tuples(notice),
                "since": date.fromisoformat(notice["since"]),
                "until": date.fromisoformat(notice["until"]),
            }
        )
        for notice in given.pop("notices")
    )
    policies = tuple(Policy(**policy) for policy in given.pop("policies"))
    people: dict[str, Any] = {
        key: {name: Person(**person) for name, person in given.pop(key).items()}
        for key in ("owners", "contacts")
    }
    return Organisation(**given, **people, notices=notices, policies=policies)
