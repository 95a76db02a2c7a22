"""What quality.py and speed.py compare: passages as our knowledge, and the peers.

Every peer is given our terms, and ranks with its own defaults. It writes its index
into a folder and opens it from there, except rank_bm25, which has no form on disk.
"""

import importlib
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np

from guidance_bot.knowledge.content import (
    Knowledge,
    Organisation,
    Page,
    Paragraph,
    Passage,
    Vocabulary,
)

Terms = Sequence[str]

UNVERSIONED: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Row:
    """A passage of a corpus; rows that share a title are sections of one page."""

    id: str
    title: str
    text: str
    heading: str = ""


def knowledge_of(rows: Sequence[Row]) -> Knowledge:
    """Return *rows* as knowledge, in their order; a row without a title is a page."""
    sections: dict[str, list[str]] = {}
    passages = []
    for number, row in enumerate(rows):
        page = f"title {row.title}" if row.title else f"row {row.id}"
        # Ties go by id: in the order of the rows.
        name = f"{number:09}"
        sections.setdefault(page, []).append(name)
        whole = Paragraph(0, len(row.text), "house", (), says=False)
        passages.append(Passage(name, page, row.heading, row.text, (whole,)))
    pages = {
        page: Page(
            page,
            rows[int(own[0])].title,
            summary="",
            owner="",
            reviewed=date.min,
            path="",
            passages=tuple(own),
        )
        for page, own in sections.items()
    }
    return Knowledge(UNVERSIONED, pages, passages, {}, Organisation(), Vocabulary())


class Peer:
    """An engine that ranks passages, known by their numbers, for our terms."""

    is_stored: ClassVar = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, corpus: Sequence[Terms]) -> None:
        """Index *corpus* into the folder."""
        raise NotImplementedError

    def open(self) -> None:
        """Open what ``build`` wrote, maybe in another process."""

    def top(self, terms: Terms, limit: int) -> list[int]:
        """Return the numbers of the best passages, best first."""
        raise NotImplementedError


class RankBM25(Peer):
    """Stock rank_bm25; a passage without a shared word may be among its best."""

    is_stored = False

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder)
        self._class = getattr(importlib.import_module("rank_bm25"), name)

    def build(self, corpus: Sequence[Terms]) -> None:
        """Index *corpus* in memory."""
        self._index = self._class(corpus)

    def top(self, terms: Terms, limit: int) -> list[int]:
        """Return the best by ``get_scores``; ties by number."""
        if not terms:
            return []
        scores = self._index.get_scores(terms)
        limit = min(limit, len(scores))
        near = np.flatnonzero(scores >= np.partition(scores, -limit)[-limit])
        best: list[int] = near[np.lexsort((near, -scores[near]))[:limit]].tolist()
        return best


class BM25s(Peer):
    """bm25s, over numpy or compiled by numba at the first question."""

    def __init__(self, folder: Path, backend: str) -> None:
        super().__init__(folder)
        if backend == "numba":
            importlib.import_module("numba")
        self._module = importlib.import_module("bm25s")
        self._backend = backend

    def build(self, corpus: Sequence[Terms]) -> None:
        """Index *corpus* and save it."""
        index = self._module.BM25(backend=self._backend)
        index.index([list(terms) for terms in corpus], show_progress=False)
        index.save(self.folder, show_progress=False)

    def open(self) -> None:
        """Load the arrays into memory."""
        self._index = self._module.BM25.load(self.folder)
        self._size = int(self._index.scores["num_docs"])

    def top(self, terms: Terms, limit: int) -> list[int]:
        """Return what ``retrieve`` does, less the passages that score nothing."""
        if not terms:
            return []
        numbers, scores = self._index.retrieve(
            [list(terms)], k=min(limit, self._size), show_progress=False
        )
        best: list[int] = numbers[0][scores[0] > 0].tolist()
        return best


class Tantivy(Peer):
    """tantivy, one segment, without positions; a question is an OR of its terms."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._module = importlib.import_module("tantivy")

    def build(self, corpus: Sequence[Terms]) -> None:
        """Index *corpus* with one thread, so that a document's number is its row."""
        schema = self._module.SchemaBuilder()
        schema.add_text_field("text", tokenizer_name="spaces", index_option="freq")
        index = self._prepared(self._module.Index(schema.build(), str(self.folder)))
        writer = index.writer(heap_size=2_000_000_000, num_threads=1)
        for terms in corpus:
            writer.add_document(self._module.Document(text=" ".join(terms)))
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        """Open the index and take a searcher."""
        index = self._prepared(self._module.Index.open(str(self.folder)))
        self._schema, self._searcher = index.schema, index.searcher()
        if self._searcher.num_segments > 1:
            raise RuntimeError("tantivy wrote several segments: numbers are not rows")

    def top(self, terms: Terms, limit: int) -> list[int]:
        """Return what ``search`` does, which counts nothing."""
        query, should = self._module.Query, self._module.Occur.Should
        words = dict.fromkeys(terms)
        one_of = [
            (should, query.term_query(self._schema, "text", word, "freq"))
            for word in words
        ]
        found = self._searcher.search(query.boolean_query(one_of), limit, count=False)
        return [address.doc for _, address in found.hits]

    def _prepared(self, index: Any) -> Any:
        spaces = self._module.Tokenizer.whitespace()
        analyzer = self._module.TextAnalyzerBuilder(spaces).build()
        index.register_tokenizer("spaces", analyzer)
        return index


class FTS5(Peer):
    """SQLite's full-text index; a question is an OR of its terms."""

    def build(self, corpus: Sequence[Terms]) -> None:
        """Index *corpus* without keeping its text."""
        with sqlite3.connect(self.folder / "fts5.db") as database:
            # Terms hold letters and digits only, so this splits at spaces.
            words = "tokenize=\"unicode61 remove_diacritics 0\", content=''"
            database.execute(f"CREATE VIRTUAL TABLE passages USING fts5(text, {words})")
            rows = ((number, " ".join(terms)) for number, terms in enumerate(corpus))
            database.executemany(
                "INSERT INTO passages(rowid, text) VALUES (?, ?)", rows
            )
        database.close()

    def open(self) -> None:
        """Open the database."""
        self._database = sqlite3.connect(self.folder / "fts5.db")

    def top(self, terms: Terms, limit: int) -> list[int]:
        """Return the best by ``rank``, which is SQLite's BM25."""
        if not terms:
            return []
        query = (
            "SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?"
        )
        one_of = " OR ".join(f'"{word}"' for word in dict.fromkeys(terms))
        return [row[0] for row in self._database.execute(query, (one_of, limit))]


PEERS: Final[Mapping[str, Callable[[Path], Peer]]] = {
    "rank-bm25": lambda folder: RankBM25(folder, "BM25Plus"),
    "rank-bm25-okapi": lambda folder: RankBM25(folder, "BM25Okapi"),
    "bm25s": lambda folder: BM25s(folder, "numpy"),
    "bm25s-numba": lambda folder: BM25s(folder, "numba"),
    "tantivy": Tantivy,
    "fts5": FTS5,
}


def installed(names: Sequence[str], scratch: Path) -> Iterator[tuple[str, Peer]]:
    """Yield the peers of *names*, each with a folder in *scratch*; tell of missing ones."""
    for name in names:
        folder = scratch / name
        folder.mkdir(exist_ok=True)
        try:
            yield name, PEERS[name](folder)
        except ImportError as error:
            print(f"{name} is skipped: {error}", file=sys.stderr)
