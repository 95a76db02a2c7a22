"""How fast a question is ranked, next to stock engines that are given our terms.

FILE has a passage a line. Questions are runs of 5 to 14 words from the passages; all
engines get the same tokens, stop words left out, and the time includes making them. Engines take turns in one process, one question at a time, the ten best each. Each
has had every question once before it is timed, as a bot that has been up for a day.
Indexes are built before, each in a process of its own, from terms that are there:
CPU time and how far the memory rose, writing included. Then the form on disk is opened
and asked a first question; for rank_bm25, which has none, it is built again::

    python benchmarks/speed.py --corpus FILE --passages N [--questions 300] [--json]
        [--engines ours,rank-bm25,bm25s,bm25s-numba,tantivy,fts5]

"ours" is one BM25 over the text, through the arrays of the compiled form: what the
others are compared with. "answer" is all of ``answer()`` on the passages as pages of
eight sections, built from the text, so that its build includes making the terms.
"""

import argparse
import gc
import json
import multiprocessing
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from engines import PEERS, UNVERSIONED, Peer, Row, Terms, installed, knowledge_of

from guidance_bot import compiled
from guidance_bot.answering.answers import Asker, answer
from guidance_bot.answering.guidance import Guidance
from guidance_bot.answering.ranking import Postings, best_first
from guidance_bot.answering.tokens import Analysis
from guidance_bot.compiled.stored import StoredTerms, array

ENGINES: Final = ("ours", "rank-bm25", "bm25s", "bm25s-numba", "tantivy", "fts5")
LIMIT: Final = 10
SECTIONS: Final = 8
WORDS: Final = (5, 14)
TURN: Final = 20
SEED: Final = 7
ARRAYS: Final = ("settings", "lengths", "number", "count", "start", "weight", "gain")
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_RSS: Final = re.compile(r"Vm(HWM|RSS):\s*(\d+) kB")

Ask = Callable[[str], object]


def main() -> None:
    """Print a row an engine, or the same as JSON."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--corpus", type=Path, required=True, metavar="FILE")
    options.add_argument("--passages", type=int, required=True, metavar="N")
    options.add_argument("--engines", default=",".join(ENGINES))
    options.add_argument("--questions", type=int, default=300)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    names = given.engines.split(",")
    if unknown := set(names) - set(ENGINES):
        options.error(f"no such engine: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as scratch:
        rows = measured(given, names, Path(scratch))
    if not rows:
        sys.exit(1)
    document = {"passages": given.passages, "questions": given.questions, "rows": rows}
    print(json.dumps(document) if given.json else table(document))


class Plain(Peer):
    """One BM25 of ours, through arrays as the compiled form has them."""

    def build(self, corpus: Sequence[Terms]) -> None:
        """Index *corpus* and write the arrays."""
        postings = Postings(corpus)
        arrays = postings.arrays() | StoredTerms.arrays(postings.vocabulary)
        for name, held in arrays.items():
            np.save(self.folder / f"words.{name}.npy", held)

    def open(self) -> None:
        """Map the arrays."""
        arrays = {name: array(self.folder, f"words.{name}") for name in ARRAYS}
        self._postings = Postings.from_arrays(StoredTerms(self.folder, "words"), arrays)

    def top(self, terms: Terms, limit: int) -> list[int]:
        """Return the best passages, put in order as ``Ranking`` does it."""
        scores = self._postings.scores(dict.fromkeys(terms, 1.0))
        best: list[int] = best_first(scores, limit).tolist()
        return best


class Whole:
    """The bot's answer, from a question to the sentences that are shown."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, passages: Sequence[str]) -> None:
        """Make guidance of *passages* and store its compiled form."""
        rows = []
        for number, text in enumerate(passages):
            first = passages[number - number % SECTIONS]
            title = f"{number // SECTIONS}: {' '.join(first.split()[:5])}"
            heading = " ".join(text.split()[:4])
            rows.append(Row(str(number), title, text, heading))
        guidance = Guidance.of(knowledge_of(rows))
        compiled.store(self.folder, guidance)

    def open(self) -> None:
        """Open the compiled form."""
        self._guidance = compiled.opened(self.folder, UNVERSIONED)

    def ask(self, question: str) -> object:
        """Return the answer to *question*."""
        return answer(self._guidance, question, Asker())


def measured(
    given: argparse.Namespace, names: Sequence[str], scratch: Path
) -> list[dict[str, Any]]:
    """Return a row for each of *names* that is installed, and one for the answer."""
    engines = prepared(names, scratch)
    rows = {name: built_apart(name, given, scratch) for name in engines}
    passages = first_lines(given.corpus, given.passages)
    asked = questions(passages, given.questions)
    asks: dict[str, Ask] = {}
    for name, engine in engines.items():
        corpus = () if is_stored(engine) else terms_of(passages)
        started = time.perf_counter()
        asks[name] = opened(engine, corpus)
        asks[name](asked[0])
        rows[name]["open_first_ms"] = (time.perf_counter() - started) * 1e3
    for ask in asks.values():
        for question in asked:
            ask(question)
    times = in_turns(asks, asked)
    plain = float(np.median(times["ours"])) if "ours" in times else None
    for name, row in rows.items():
        p50, p95 = np.percentile(times[name], [50, 95]).tolist()
        row |= {"p50_us": p50, "p95_us": p95, "to_plain": plain and p50 / plain}
    return [{"engine": name, **row} for name, row in rows.items()]


def prepared(names: Sequence[str], scratch: Path) -> dict[str, Peer | Whole]:
    """Return the engines of *names* that are installed, the whole answer after ours."""
    engines: dict[str, Peer | Whole] = {}
    if "ours" in names:
        for name, kind in (("ours", Plain), ("answer", Whole)):
            folder = scratch / name
            folder.mkdir(exist_ok=True)
            engines[name] = kind(folder)
    return engines | dict(installed([n for n in names if n in PEERS], scratch))


def built_apart(
    name: str, given: argparse.Namespace, scratch: Path
) -> dict[str, float | None]:
    """Build the engine *name* in a process of its own, and return what it took."""
    processes = multiprocessing.get_context("spawn")
    with processes.Pool(1) as pool:
        return pool.apply(build, (name, given.corpus, given.passages, scratch))


def build(
    name: str, corpus: Path, number: int, scratch: Path
) -> dict[str, float | None]:
    """Build the engine *name* here; return CPU seconds and how far memory rose."""
    engine = prepared(["ours" if name == "answer" else name], scratch)[name]
    passages = first_lines(corpus, number)
    run: Callable[[], None]
    if isinstance(engine, Whole):
        run = partial(engine.build, passages)
    else:
        run = partial(engine.build, terms_of(passages))
    gc.collect()
    before = memory_kb(forget_peak=True)["RSS"]
    started = time.process_time()
    run()
    cpu = time.process_time() - started
    peak = memory_kb()["HWM"]
    rose = (peak - before) / 1024 if peak and before else None
    return {"build_cpu_s": cpu, "peak_build_mb": rose}


def memory_kb(*, forget_peak: bool = False) -> dict[str, int]:
    """Return the resident memory (RSS) and its peak (HWM), 0 where Linux does not say."""
    status, peak = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not peak.exists():
        return {"RSS": 0, "HWM": 0}
    if forget_peak:
        peak.write_text("5", "ascii")
    return {name: int(kb) for name, kb in _RSS.findall(status.read_text("utf-8"))}


def is_stored(engine: Peer | Whole) -> bool:
    """Tell whether *engine* has a form on disk."""
    return isinstance(engine, Whole) or engine.is_stored


def opened(engine: Peer | Whole, corpus: Sequence[Terms]) -> Ask:
    """Return how a question is put to *engine*, open or built again from *corpus*."""
    if isinstance(engine, Peer):
        if not engine.is_stored:
            engine.build(corpus)
        engine.open()
        terms = Analysis().terms
        return lambda question: engine.top(terms(question), LIMIT)
    engine.open()
    return engine.ask


def terms_of(passages: Sequence[str]) -> list[Terms]:
    """Return the terms that all engines index."""
    terms = Analysis().terms
    return [terms(passage) for passage in passages]


def in_turns(asks: Mapping[str, Ask], asked: Sequence[str]) -> dict[str, list[float]]:
    """Return the µs of each question for each engine.

    Each engine has a few questions before the next one has the same, so that none
    is timed only with what another left in the processor's caches; the order turns.
    """
    times: dict[str, list[float]] = {name: [] for name in asks}
    order = list(asks)
    for start in range(0, len(asked), TURN):
        for name in order:
            for question in asked[start : start + TURN]:
                started = time.perf_counter_ns()
                asks[name](question)
                times[name].append((time.perf_counter_ns() - started) / 1e3)
        order = [*order[1:], order[0]]
    return times


def questions(passages: Sequence[str], number: int) -> list[str]:
    """Return *number* runs of words from *passages*, the same ones every time."""
    draw = random.Random(SEED)  # noqa: S311 - nothing here is secret
    terms = Analysis().terms
    asked: list[str] = []
    while len(asked) < number:
        words = _WORD.findall(draw.choice(passages))
        size = draw.randint(*WORDS)
        start = draw.randrange(max(len(words) - size, 0) + 1)
        question = f"{' '.join(words[start : start + size])}?"
        if len(words) >= size and terms(question):
            asked.append(question)
    return asked


def first_lines(path: Path, number: int) -> list[str]:
    """Return the first *number* passages of the corpus that are not blank."""
    with path.open(encoding="utf-8") as lines:
        passages = list(
            islice((line.strip() for line in lines if line.strip()), number)
        )
    if len(passages) < number:
        sys.exit(f"{path} has only {len(passages)} passages")
    return passages


def table(document: Mapping[str, Any]) -> str:
    """Return the rows as people read them."""
    lines = [
        f"{document['passages']} passages, {document['questions']} questions",
        f"{'':<14}{'p50 µs':>10}{'p95 µs':>10}{'build CPU s':>13}"
        f"{'peak build MB':>15}{'open + first ms':>17}{'× ours':>9}",
    ]
    for row in document["rows"]:
        shown = (
            (row["p50_us"], 10, 0),
            (row["p95_us"], 10, 0),
            (row["build_cpu_s"], 13, 2),
            (row["peak_build_mb"], 15, 0),
            (row["open_first_ms"], 17, 1),
            (row["to_plain"], 9, 2),
        )
        figures = (
            f"{'–':>{width}}" if value is None else f"{value:{width},.{places}f}"
            for value, width, places in shown
        )
        lines.append(row["engine"].ljust(14) + "".join(figures))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
