"""How often the right passage is found, next to stock engines that are given our terms.

Ours reads and ranks questions as the bot does, corrections of slips included. The
peers index title and text as one field. A corpus is DIR/corpus.jsonl (id, title,
text; rows that share a title are sections of one page) with DIR/queries.jsonl (id,
text, maybe long) and maybe DIR/qrels.tsv (question, document, gain). ``--run`` has a
line a question: ``{"id", "ranked": [10 ids], "signal"}``. Without ``--engine`` all
engines run, OUT.jsonl is ours, a peer's is OUT.NAME.jsonl beside it, and a table is
printed where there are qrels::

    python benchmarks/quality.py --data DIR [--queries FILE] [--field text|long]
        [--engine ours|NAME] [--run OUT.jsonl] [--sample N]

A question set (id, question, pages, expect, maybe for) is put to a folder of guidance
instead. Ours is ``answer()``, which may also refuse and knows whom a question is for;
a peer ranks the folder's passages (page title, heading, text, editors' questions)
and shows the pages of the best::

    python benchmarks/quality.py --questions FILE.jsonl [--knowledge FOLDER]
        [--engine ours|NAME] [--sample N]
"""

import argparse
import json
import math
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from engines import Peer, Row, installed, knowledge_of

from guidance_bot import bootstrap
from guidance_bot.answering.guidance import HITS, Guidance
from guidance_bot.answering.tokens import Analysis
from guidance_bot.evaluation import evaluate
from guidance_bot.knowledge.content import EvaluationQuestion
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.question_files import read_evaluation

KNOWLEDGE: Final = Path(__file__).resolve().parents[1] / "knowledge"
ENGINES: Final = ("ours", "rank-bm25", "rank-bm25-okapi", "bm25s", "tantivy", "fts5")
LIMIT: Final = 10
PAGES: Final = 3
SEED: Final = 7

Item = TypeVar("Item")


class Ranked(NamedTuple):
    """The best documents for a question, and how sure ours is of the first."""

    ids: list[str]
    signal: float | None


Rank = Callable[[str], Ranked]


def main() -> None:
    """Write the runs and print the table; exit 1 where no engine is installed."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    subject = options.add_mutually_exclusive_group(required=True)
    subject.add_argument("--data", type=Path, metavar="DIR")
    subject.add_argument("--questions", type=Path, metavar="FILE.jsonl")
    options.add_argument("--queries", type=Path, help="instead of DIR/queries.jsonl")
    options.add_argument("--field", choices=("text", "long"), default="text")
    options.add_argument("--engine", choices=ENGINES)
    options.add_argument("--run", type=Path, metavar="OUT.jsonl")
    options.add_argument("--knowledge", type=Path, default=KNOWLEDGE)
    options.add_argument("--sample", type=int, help="so many of the questions")
    given = options.parse_args()
    if given.data and given.engine and not given.run:
        options.error("--engine needs --run: where to write what it ranks")
    with tempfile.TemporaryDirectory() as scratch:
        (of_corpus if given.data else of_folder)(given, Path(scratch))


def of_corpus(given: argparse.Namespace, scratch: Path) -> None:
    """Rank a corpus with each engine, write the runs, print the table."""
    rows = [
        Row(row["id"], row.get("title", ""), row["text"])
        for row in objects(given.data / "corpus.jsonl")
    ]
    queries = objects(given.queries or given.data / "queries.jsonl")
    queries = sampled(queries, given.sample)
    # A set without long questions has them as they are.
    asked = {q["id"]: q.get(given.field) or q["text"] for q in queries}
    judged = qrels(given.data / "qrels.tsv")
    scored = [id_ for id_ in asked if id_ in judged]
    table = [f"{given.data.name}, {len(scored)} questions ({given.field})"]
    table.append(f"{'':<16}nDCG@10   MRR@10  first hit right")
    is_any = False
    for name, rank in of_rows(given.engine, rows, scratch):
        is_any = True
        found = {id_: rank(question) for id_, question in asked.items()}
        if given.run:
            is_main = name in {"ours", given.engine}
            beside = given.run.with_suffix(f".{name}{given.run.suffix}")
            write_run(given.run if is_main else beside, found)
        figures = [measures(found[id_].ids, judged[id_]) for id_ in scored]
        means = [
            math.fsum(column) / len(column) for column in zip(*figures, strict=True)
        ]
        table.append(name.ljust(16) + "  ".join(f"{mean:7.4f}" for mean in means))
    if not is_any:
        sys.exit(1)
    if scored and not given.engine:
        print("\n".join(table))


def of_folder(given: argparse.Namespace, scratch: Path) -> None:
    """Ask a question set of each engine and print how often a right page is shown."""
    guidance = bootstrap.build([read_folder(given.knowledge)])
    codes = guidance.knowledge.organisation.jurisdictions
    questions = sampled(read_evaluation(given.questions, codes), given.sample)
    asked = [q for q in questions if q.expect == "answered"]
    lines: list[tuple[str, int, int]] = []
    if given.engine in {None, "ours"}:
        report = evaluate(guidance, asked)
        lines.append(("ours", report.right_first, report.right_in_three))
    corpus = [
        guidance.analysis.terms("\n".join((title, p.heading, p.text, *p.questions)))
        for p in guidance.knowledge.passages
        for title in [guidance.knowledge.pages[p.page].title]
    ]
    for name, peer in built(given.engine, corpus, scratch):
        lines.append((name, *right(peer, guidance, asked)))
    if not lines:
        sys.exit(1)
    print(f"{given.questions.name}, {len(asked)} answerable questions")
    print(f"{'':<16}right first  right in three")
    for name, first, in_three in lines:
        shares = (f"{count / max(len(asked), 1):11.4f}" for count in (first, in_three))
        print(name.ljust(16) + "     ".join(shares))


def right(
    peer: Peer, guidance: Guidance, asked: Sequence[EvaluationQuestion]
) -> tuple[int, int]:
    """Return how many of *asked* find a right page first, and among three."""
    passages = guidance.knowledge.passages
    first = in_three = 0
    for question in asked:
        numbers = peer.top(guidance.analysis.terms(question.question), HITS)
        pages = list(dict.fromkeys(passages[number].page for number in numbers))
        first += any(page in question.pages for page in pages[:1])
        in_three += any(page in question.pages for page in pages[:PAGES])
    return first, in_three


def of_rows(
    engine: str | None, rows: Sequence[Row], scratch: Path
) -> Iterator[tuple[str, Rank]]:
    """Yield *engine*, or all, each with how it ranks *rows*."""
    ids = [row.id for row in rows]
    if engine in {None, "ours"}:
        guidance = Guidance.of(knowledge_of(rows))

        def ours(question: str) -> Ranked:
            hits = guidance.search(question, limit=LIMIT)
            return Ranked(
                [ids[hit.number] for hit in hits], hits[0].signal if hits else 0.0
            )

        yield "ours", ours
    terms = Analysis().terms
    corpus = [terms(f"{row.title}\n{row.text}") for row in rows]
    for name, peer in built(engine, corpus, scratch):

        def theirs(question: str, peer: Peer = peer) -> Ranked:
            return Ranked([ids[n] for n in peer.top(terms(question), LIMIT)], None)

        yield name, theirs


def built(
    engine: str | None, corpus: Sequence[Sequence[str]], scratch: Path
) -> Iterator[tuple[str, Peer]]:
    """Yield the peer *engine*, or all that are installed, with *corpus* indexed."""
    names = [name for name in ENGINES if name != "ours" and engine in {None, name}]
    for name, peer in installed(names, scratch):
        peer.build(corpus)
        peer.open()
        yield name, peer


def measures(ranked: Sequence[str], gains: Mapping[str, int]) -> list[float]:
    """Return nDCG@10 with linear gains, the reciprocal rank, and first hit right."""
    got = [gains.get(id_, 0) for id_ in dict.fromkeys(ranked)][:LIMIT]
    best = sorted(gains.values(), reverse=True)[:LIMIT]
    first = next((1 / place for place, gain in enumerate(got, 1) if gain > 0), 0.0)
    return [dcg(got) / (dcg(best) or 1.0), first, float(first == 1)]


def dcg(gains: Sequence[int]) -> float:
    """Return the discounted sum of *gains* (Järvelin and Kekäläinen 2002)."""
    return math.fsum(gain / math.log2(n) for n, gain in enumerate(gains, 2))


def objects(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a JSON Lines file."""
    lines = path.read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]


def qrels(path: Path) -> dict[str, dict[str, int]]:
    """Return question → document → gain; nothing where there is no file."""
    judged: dict[str, dict[str, int]] = {}
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            question, document, gain = line.split("\t")
            judged.setdefault(question, {})[document] = int(gain)
    return judged


def sampled(items: list[Item], number: int | None) -> list[Item]:
    """Return *number* of *items* in their order, the same ones every time."""
    if number is None or number >= len(items):
        return items
    # Nothing here is secret.
    kept = random.Random(SEED).sample(range(len(items)), number)  # noqa: S311
    return [items[n] for n in sorted(kept)]


def write_run(path: Path, found: Mapping[str, Ranked]) -> None:
    """Write what one engine ranked, a line a question."""
    lines = (
        json.dumps({"id": id_, "ranked": ranked.ids, "signal": ranked.signal})
        for id_, ranked in found.items()
    )
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()
