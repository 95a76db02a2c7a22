"""Guidance as files that open at once; the only room that reads or writes them.

Passages and pages are JSON lines, decoded when they are asked for; the index
is arrays that are mapped, not read. A form is never trusted across content,
code or releases: all three are in its name.
"""

import json
import os
import re
import shutil
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, TypeVar
from zlib import crc32

import numpy as np
import Stemmer

from guidance_bot import __version__
from guidance_bot.answering.confidence import Thresholds
from guidance_bot.answering.guidance import Guidance
from guidance_bot.answering.ranking import Postings, Ranking
from guidance_bot.answering.tokens import Analysis
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

Item = TypeVar("Item")

FORMAT: Final = 1
KEPT: Final = 3
PAGE_BYTES: Final = 4096
STALE_S: Final = 3600
_INDEXES: Final = ("words", "pairs", "pages")
_ASIDE: Final = ".writing-"
_MANIFEST: Final = "manifest.json"
_NAME: Final = re.compile(r"[0-9a-f]{24}-\d+-[^/]+-[0-9a-f]{8}")


class NotCompiledError(Exception):
    """There is no usable form of this content here; it has to be built."""


def opened(cache: Path, version: str) -> Guidance:
    """Return the guidance of *version* from its compiled form in *cache*.

    Raises NotCompiledError where there is none, or one that was cut short or
    changed since it was written.
    """
    folder = cache / _name(version)
    try:
        _verify(folder)
        small = json.loads((folder / "small.json").read_bytes())
        return _guidance(folder, small)
    except (
        OSError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise NotCompiledError(str(error)) from error


def store(cache: Path, guidance: Guidance) -> None:
    """Write the compiled form of *guidance*, aside and then renamed.

    The last three forms are kept. Raises OSError where *cache* cannot be written.
    """
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=cache))
    try:
        _write(aside, guidance)
        _put(aside, cache, guidance.knowledge.version)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _prune(cache)


def _put(aside: Path, cache: Path, version: str) -> None:
    final = cache / _name(version)
    try:
        aside.rename(final)
    except OSError:
        if _is_good(cache, version):  # another process was faster
            return
        if final.is_dir():
            shutil.rmtree(final, ignore_errors=True)
        else:
            final.unlink(missing_ok=True)
        try:
            aside.rename(final)
        except OSError:
            if not _is_good(cache, version):
                raise


def _is_good(cache: Path, version: str) -> bool:
    try:
        opened(cache, version)
    except NotCompiledError:
        return False
    return True


def _name(version: str) -> str:
    return f"{version[:24]}-{FORMAT}-{__version__}-{_code_print()}"


def _code_print() -> str:
    # While the code is being worked on the release stays the same, so the
    # rooms that shape the form are known by size and time. The stemmer's own
    # release counts too: another one may cut words elsewhere.
    here = Path(__file__).parent
    rooms = (here / "answering", here / "knowledge")
    stats = (
        (entry.name, entry.stat().st_size, entry.stat().st_mtime_ns)
        for room in rooms
        for entry in os.scandir(room)
        if entry.name.endswith(".py")
    )
    held = f"{sorted(stats)}{Stemmer.version()}{np.__version__}"
    return f"{crc32(held.encode()):08x}"


def _prune(cache: Path) -> None:
    forms: list[tuple[int, Path]] = []
    for path in cache.iterdir():
        if _NAME.fullmatch(path.name) is None:
            continue  # not ours: the cache may be anybody's folder
        with suppress(OSError):  # another process may prune at the same time
            forms.append(((path / _MANIFEST).stat().st_mtime_ns, path))
    for _, path in sorted(forms, reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
    for path in cache.glob(f"{_ASIDE}*"):  # left by a process that was killed
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > STALE_S:
                shutil.rmtree(path, ignore_errors=True)


def _write(folder: Path, guidance: Guidance) -> None:
    knowledge = guidance.knowledge
    starts = {
        "passages": _write_lines(folder / "passages.jsonl", knowledge.passages),
        "pages": _write_lines(folder / "pages.jsonl", list(knowledge.pages.values())),
    }
    small = {
        "version": knowledge.version,
        "page_ids": list(knowledge.pages),
        "sources": [asdict(source) for source in knowledge.sources.values()],
        "organisation": asdict(knowledge.organisation),
        "vocabulary": asdict(knowledge.vocabulary),
        "questions": [asdict(question) for question in knowledge.questions],
        "replaced": knowledge.replaced,
        "thresholds": asdict(guidance.thresholds),
        "stop_words": sorted(guidance.analysis.stop_words),
        "synonyms": guidance.analysis.synonyms,
    }
    (folder / "small.json").write_text(_json(small), encoding="utf-8")
    for name, array in starts.items():
        np.save(folder / f"{name}.lines.npy", array)
    np.save(folder / "page_of.npy", guidance.ranking.page_of)
    for name in _INDEXES:
        postings: Postings = getattr(guidance.ranking, name)
        arrays = postings.arrays() | StoredTerms.arrays(postings.vocabulary)
        for key, array in arrays.items():
            np.save(folder / f"{name}.{key}.npy", array)
    for key, array in StoredTerms.arrays(guidance.written).items():
        np.save(folder / f"written.{key}.npy", array)
    stats = {path.name: _stat(path) for path in sorted(folder.iterdir())}
    (folder / _MANIFEST).write_text(_json(stats), encoding="utf-8")


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


def _verify(folder: Path) -> None:
    stats = json.loads((folder / _MANIFEST).read_bytes())
    if {*stats, _MANIFEST} != set(os.listdir(folder)) or "small.json" not in stats:
        raise ValueError("files are missing, or not ours")
    for name, written in stats.items():
        if _stat(folder / name) != written:
            raise ValueError(f"{name} has changed since it was written")


def _stat(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _guidance(folder: Path, small: Mapping[str, Any]) -> Guidance:
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
        questions=tuple(
            EvaluationQuestion(**{**given, "pages": tuple(given["pages"])})
            for given in small["questions"]
        ),
        replaced=tuple(small["replaced"]),
    )
    analysis = Analysis(
        frozenset(small["stop_words"]),
        tuple(tuple(map(tuple, group)) for group in small["synonyms"]),
    )
    ranking = Ranking(
        _postings(folder, "words"),
        _postings(folder, "pairs"),
        _postings(folder, "pages"),
        _array(folder, "page_of"),
    )
    return Guidance(
        knowledge,
        ranking,
        analysis,
        StoredTerms(folder, "written"),
        Thresholds(**small["thresholds"]),
    )


def _postings(folder: Path, name: str) -> Postings:
    keys = ("settings", "lengths", "number", "count", "start", "weight", "gain")
    arrays = {key: _array(folder, f"{name}.{key}") for key in keys}
    return Postings.from_arrays(StoredTerms(folder, name), arrays)


def _array(folder: Path, name: str) -> Any:
    path = folder / f"{name}.npy"
    # Small arrays are read: an empty one cannot be mapped, a page is 4 kB.
    mode: Literal["r"] | None = "r" if path.stat().st_size > PAGE_BYTES else None
    # As a plain array: slicing a memmap costs ten times as much.
    return np.asarray(np.load(path, mmap_mode=mode, allow_pickle=False))


class StoredTerms(Mapping[str, int]):
    """Word → number by binary search in sorted bytes, so that opening costs nothing."""

    def __init__(self, folder: Path, name: str) -> None:
        self._bytes = _array(folder, f"{name}.term_bytes")
        self._start = _array(folder, f"{name}.term_start")
        self._number = _array(folder, f"{name}.term_number")

    @staticmethod
    def arrays(vocabulary: Mapping[str, int]) -> dict[str, np.ndarray[Any, Any]]:
        """Return *vocabulary* as the arrays that this class reads."""
        held = sorted((term.encode(), number) for term, number in vocabulary.items())
        terms = [term for term, _ in held]
        return {
            "term_bytes": np.frombuffer(b"".join(terms), np.uint8),
            "term_start": np.cumsum([0, *map(len, terms)]).astype(np.int64),
            "term_number": np.array([number for _, number in held], np.int32),
        }

    def _term(self, place: int) -> bytes:
        return bytes(self._bytes[self._start[place] : self._start[place + 1]])

    def __getitem__(self, term: str) -> int:
        wanted = term.encode("utf-8", "surrogatepass")
        place = bisect_left(range(len(self)), wanted, key=self._term)
        if place == len(self) or self._term(place) != wanted:
            raise KeyError(term)
        return int(self._number[place])

    def __len__(self) -> int:
        return len(self._number)

    def __iter__(self) -> Iterator[str]:
        order = np.argsort(self._number)
        return (self._term(int(place)).decode() for place in order)


class StoredItems(Sequence[Item]):
    """JSON lines, decoded one at a time when they are asked for."""

    def __init__(
        self, folder: Path, name: str, decode: Callable[[dict[str, Any]], Item]
    ) -> None:
        self._start = _array(folder, f"{name}.lines")
        self._decode = decode
        self._file = np.asarray(np.memmap(folder / f"{name}.jsonl", np.uint8, "r"))
        self._held: dict[int, Item] = {}

    def __len__(self) -> int:
        return len(self._start) - 1

    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            return [self[n] for n in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        number %= len(self)
        if number not in self._held:
            line = self._file[self._start[number] : self._start[number + 1]].tobytes()
            self._held[number] = self._decode(json.loads(line))
        return self._held[number]


class StoredPages(Mapping[str, Page]):
    """Pages by id over JSON lines."""

    def __init__(self, pages: Sequence[Page], numbers: Mapping[str, int]) -> None:
        self._pages, self._numbers = pages, numbers

    def __getitem__(self, page: str) -> Page:
        return self._pages[self._numbers[page]]

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)


def _tuples(given: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}


def _passage(given: dict[str, Any]) -> Passage:
    paragraphs = tuple(Paragraph(**_tuples(item)) for item in given.pop("paragraphs"))
    return Passage(**_tuples(given), paragraphs=paragraphs)


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
