"""Words and items over mapped files: nothing is read before it is asked for."""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import numpy as np

from guidance_bot.knowledge.content import Page
from guidance_bot.knowledge.flow import Flow, flow_of

Item = TypeVar("Item")

PAGE_BYTES: Final = 4096
# One question looks up a hundred words or two.
FEW: Final = 500


def array(folder: Path, name: str) -> Any:
    """Return the array *name* of *folder*, mapped where it is worth it."""
    path = folder / f"{name}.npy"
    # Small arrays are read: an empty one cannot be mapped, a page is 4 kB.
    mode: Literal["r"] | None = "r" if path.stat().st_size > PAGE_BYTES else None
    # As a plain array: slicing a memmap costs ten times as much.
    return np.asarray(np.load(path, mmap_mode=mode, allow_pickle=False))


class StoredTerms(Mapping[str, int]):
    """Word → number by binary search in sorted bytes, so that opening costs nothing.

    Held as a dict once more than a few words have been asked for, or all of
    them: a process that stays would otherwise search half of its time.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._bytes = array(folder, f"{name}.term_bytes")
        self._start = array(folder, f"{name}.term_start")
        self._number = array(folder, f"{name}.term_number")
        self._held: dict[str, int] | None = None
        self._searched = 0

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

    def _all(self) -> dict[str, int]:
        if self._held is None:
            text, start = self._bytes.tobytes(), self._start.tolist()
            self._held = {
                text[start[place] : start[place + 1]].decode(): int(self._number[place])
                for place in np.argsort(self._number).tolist()
            }
        return self._held

    def __getitem__(self, term: str) -> int:
        self._searched += 1
        if self._held is not None or self._searched > FEW:
            return self._all()[term]
        wanted = term.encode("utf-8", "surrogatepass")
        place = bisect_left(range(len(self)), wanted, key=self._term)
        if place == len(self) or self._term(place) != wanted:
            raise KeyError(term)
        return int(self._number[place])

    def get(self, term: str, default: Any = None) -> Any:
        """Return the number of *term*, or *default*."""
        if self._held is not None:
            return self._held.get(term, default)
        try:
            return self[term]
        except KeyError:
            return default

    def __contains__(self, term: object) -> bool:
        return self.get(str(term)) is not None

    def __len__(self) -> int:
        return len(self._number)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())


class StoredItems(Sequence[Item]):
    """JSON lines, decoded one at a time when they are asked for."""

    def __init__(
        self, folder: Path, name: str, decode: Callable[[dict[str, Any]], Item]
    ) -> None:
        self._start = array(folder, f"{name}.lines")
        self._decode = decode
        path = folder / f"{name}.jsonl"
        is_empty = path.stat().st_size == 0  # nothing cannot be mapped
        mapped = [] if is_empty else np.memmap(path, np.uint8, "r")
        self._file = np.asarray(mapped, np.uint8)
        self._held: dict[int, Item] = {}

    def __len__(self) -> int:
        return len(self._start) - 1

    def __getitem__(self, number: Any) -> Any:
        # Asked some hundred times an answer, nearly always for what is held.
        if (
            not isinstance(number, slice)
            and (item := self._held.get(number)) is not None
        ):
            return item
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


class StoredFlows(Mapping[str, Flow]):
    """Flows by name, each from a JSON file of its own, read when it is asked for."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder = folder
        self._held: dict[str, Flow | None] = dict.fromkeys(names)

    def __getitem__(self, name: str) -> Flow:
        flow = self._held[name]
        if flow is None:
            path = self._folder / f"flow.{name}.json"
            flow = self._held[name] = flow_of(json.loads(path.read_bytes()))
        return flow

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)
