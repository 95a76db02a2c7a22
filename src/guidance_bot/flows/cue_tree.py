"""The tree in which cues grow, and the reading of a question along it.

Cues that begin alike share their beginning; a group of alternatives has a tree of its own,
which all cues that use it share. A compiled pattern for each cue would take a hundred times
as long to make.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

Mark: TypeAlias = tuple[str, str, bool, bool]
"""Prompt, choice, whether the cue takes that choice back, and whether it says it outright."""
Key: TypeAlias = str | int
"""What a cue goes on with: a word, or the number of a group."""

BETWEEN: Final = 4
"""So many words may stand where a cue has ``...``."""
FAR: Final = 20
"""So many where it has two of them."""
_FEW: Final = 6
"""So many steps are looked through one by one."""
_END: Final = "."
_NO_PHRASES: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})
_STRAIGHT: Final = str.maketrans({"\u2019": "'", "\u02bc": "'", "\n": ". "})
# A full stop ends a sentence only before a space: "gov.uk" goes on.
_WORD: Final = re.compile(
    r"[^\W_]+(?:'[^\W_]+)*(?:(?<=[sS])'(?= ))?|[.!?;](?=[\s\"'”)]|$)"
)
_NO_OWNER: Final = frozenset(
    "it that there here what who where how let he she this when why".split()
)
KINDS: Final = ("<word>", "<Name>", "<ACRONYM>", "<owner's>")
"""What a cue may say of any word: that there is one, how it is written, that it owns."""
_ANY, _NAME, _ACRONYM, _OWNER = range(len(KINDS))
PART: Final = re.compile(
    r"(?P<word>[^\W_]+(?:['\u2019][^\W_]+)*\*?)|(?P<gap>\.\.\.|…)|(?P<start>\^)|(?P<name><[^<>]*>)"
    r"|\((?P<one>[^()\[\]]*)\)|\[(?P<maybe>[^()\[\]]*)\]"
)


class Said(NamedTuple):
    """A question as it is compared with cues."""

    words: list[str]
    """In lower case; with a full stop before and after each sentence."""
    kinds: list[tuple[int, ...]]
    """Of each word, which of ``KINDS`` it is."""


def said(text: str) -> Said:
    """Return the words of *text*: "trust's" is "trust" and "isn't" is "isnt"."""
    words: list[str] = [_END, *_WORD.findall(text.translate(_STRAIGHT))]
    kinds: list[tuple[int, ...]] = []
    # What is shouted from end to end says nothing with its capitals.
    has_capitals = not text.isupper()
    is_first = True
    for at, written in enumerate(words):
        if written in ".!?;":
            words[at], is_first = _END, True
            kinds.append(())
            continue
        word = written.lower().replace("n't", "nt")
        kind: tuple[int, ...] = (_ANY,)
        if word[-1] == "'" or word.endswith("'s"):
            word = word.removesuffix("'").removesuffix("'s")
            if word not in _NO_OWNER:
                kind += (_OWNER,)
        if has_capitals and written[0].isupper() and written[:2] not in ("I", "I'"):
            if len(word) > 1 and written[: len(word)].isupper():
                kind += (_NAME, _ACRONYM)
            elif not is_first:
                kind += (_NAME,)
        words[at], is_first = word, False
        kinds.append(kind)
    return Said(words, kinds)


class Beginning(NamedTuple):
    """What a cue may begin with, and all that a question needs for it to be there."""

    firsts: list[Key]
    needs: frozenset[Key]


class Node:
    """Where cues stand after the same beginning, and where they go on to.

    ``maybe`` goes on by what may be missing; ``is_end`` where an alternative of a group ends.
    """

    __slots__ = ("after_gap", "is_end", "marks", "maybe", "steps")

    def __init__(self, steps: "dict[Key, Node] | None" = None) -> None:
        self.steps: dict[Key, Node] = {} if steps is None else steps
        self.maybe: dict[Key, Node] | None = None
        self.after_gap: Node | None = None
        self.marks: tuple[Mark, ...] = ()
        self.is_end = False


Way: TypeAlias = tuple[Node, int, int]
"""Where a path ends: the end of its words, and of the words that ``...`` reaches."""


class Group:
    """Alternatives of which one has to stand here.

    Single words, the beginnings of words with any ending, several plain words by the first
    of them, and a tree of all others.
    """

    __slots__ = ("begun", "phrases", "tree", "words")

    def __init__(self, words: Collection[str] = ()) -> None:
        self.words = frozenset(words)
        self.begun: tuple[str, ...] = ()
        self.phrases: Mapping[str, Sequence[str]] = _NO_PHRASES
        self.tree: Node | None = None


@dataclass(frozen=True, slots=True)
class Openings:
    """The groups that a word may begin: without these, each would be tried at each word."""

    words: Mapping[str, Sequence[int]]
    begun: Mapping[str, Sequence[int]]
    above: Sequence[Set[Key]]
    """Of each group, itself and those that begin with it."""
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, groups: Sequence[Group]) -> "Openings":
        """Return what may begin *groups*, each of which uses older ones only."""
        words: dict[str, list[int]] = defaultdict(list)
        begun: dict[str, list[int]] = defaultdict(list)
        # What begins a group also begins the groups that begin with that one, which
        # are younger.
        above: list[set[Key]] = [{number} for number in range(len(groups))]
        for number in range(len(groups) - 1, -1, -1):
            group = groups[number]
            for key in group.tree.steps if group.tree else ():
                if isinstance(key, int):
                    above[key] |= above[number]
                else:
                    words[key].append(number)
            for word in group.words:
                words[word].append(number)
            for word in group.phrases:
                words[word].append(number)
            for part in group.begun:
                begun[part].append(number)
        sizes = tuple(sorted({len(part) for part in begun}))
        return cls(dict(words), dict(begun), above, sizes)

    def at(self, word: str, kinds: Sequence[int]) -> set[Key]:
        """Return *word* itself and the groups of which an alternative may begin with it."""
        above = self.above
        numbers = [*kinds, *self.words.get(word, ())]
        for size in self.sizes:
            if size > len(word):
                break
            numbers += self.begun.get(word[:size], ())
        keys: set[Key] = {word}
        return keys.union(*[above[number] for number in numbers])


class Reading:
    """One question, followed along the tree; a group is tried once at each word."""

    def __init__(self, text: Said, groups: Sequence[Group], openings: Openings) -> None:
        self._words = text.words
        self._groups = groups
        self._open = [openings.at(*one) for one in zip(*text, strict=True)]
        self._ends: list[dict[Key, Collection[int]]] = [
            dict.fromkeys((word, *kinds), (at + 1,))
            for at, (word, kinds) in enumerate(zip(*text, strict=True))
        ]
        self._places: dict[Key, Sequence[int]] = {}

    def keys(self) -> Set[Key]:
        """Return the words of the question and the groups that one of them may begin."""
        return frozenset[Key]().union(*self._open)

    def ways(self, root: Node, start: int) -> list[Way]:
        """Return the ends of all paths from *root* that begin at the word *start*."""
        found: list[Way] = []
        ahead = [(root, start)]
        # What may be missing leads to the same place on several ways.
        seen: set[tuple[Node, int]] = set()
        count = len(self._words)
        while ahead:
            place = ahead.pop()
            if place in seen:
                continue
            seen.add(place)
            node, at = place
            if node.marks or node.is_end:
                found.append((node, at, at))
            if at < count and node.steps:
                self._step(node.steps, at, ahead)
            if node.maybe:
                self._skip(node.maybe, at, ahead)
            if node.after_gap is not None:
                self._leap(node.after_gap, at, at + BETWEEN, ahead, found)
        return found

    def _step(
        self, steps: Mapping[Key, Node], at: int, ahead: list[tuple[Node, int]]
    ) -> None:
        opened, known = self._open[at], self._ends[at]
        for key in steps if len(steps) < _FEW else opened & steps.keys():
            if key in opened:
                ends = known.get(key)
                for end in self._ends_of(key, at) if ends is None else ends:
                    ahead.append((steps[key], end))

    def _skip(
        self, maybe: Mapping[Key, Node], at: int, ahead: list[tuple[Node, int]]
    ) -> None:
        if at < len(self._words):
            self._step(maybe, at, ahead)
        for after in maybe.values():
            ahead.append((after, at))

    def _leap(
        self,
        gap: Node,
        at: int,
        limit: int,
        ahead: list[tuple[Node, int]],
        found: list[Way],
    ) -> None:
        if gap.after_gap is not None:
            self._leap(gap.after_gap, at, at + FAR, ahead, found)
        last = self._last(at, limit)
        if gap.marks or gap.is_end:
            found.append((gap, at, last))
        for key, after in gap.steps.items():
            for place in self._places_of(key, at, last):
                for end in self._ends_of(key, place):
                    ahead.append((after, end))
        if gap.maybe:
            for place in range(at, min(last + 1, len(self._words))):
                self._skip(gap.maybe, place, ahead)

    def _last(self, at: int, limit: int) -> int:
        limit = min(limit, len(self._words))
        while at < limit and self._words[at] != _END:
            at += 1
        return at

    def _places_of(self, key: Key, first: int, last: int) -> Sequence[int]:
        """Return where *key* may stand: without this, each word after a gap would be tried."""
        places = self._places.get(key)
        if places is None:
            places = [at for at, opened in enumerate(self._open) if key in opened]
            self._places[key] = places
        return places[bisect_left(places, first) : bisect_right(places, last)]

    def _ends_of(self, key: Key, at: int) -> Collection[int]:
        known = self._ends[at].get(key)
        if known is not None or isinstance(key, str):
            return known or ()
        group, word = self._groups[key], self._words[at]
        is_one = word in group.words or word.startswith(group.begun)
        ends = {at + 1} if is_one else set()
        for phrase in group.phrases.get(word, ()):
            rest = phrase.split()
            if self._words[at : at + len(rest)] == rest:
                ends.add(at + len(rest))
        tree = group.tree
        if tree is not None and not self._open[at].isdisjoint(tree.steps):
            ends.update(end for _, end, _ in self.ways(tree, at))
        self._ends[at][key] = ends
        return ends


class Tree:
    """The tree while it grows, and the groups that cues share."""

    def __init__(self) -> None:
        self.root = Node()
        self.groups = [Group() for _ in KINDS]
        self.beginnings: dict[Key, list[Beginning]] = {}
        # What a list alone leads to; nothing grows from it.
        self._end = Node()
        self._numbers = {kind: number for number, kind in enumerate(KINDS)}

    def add_list(self, name: str, listed: Sequence[str]) -> None:
        """Take in the list *name*, in which lists before it may stand."""
        self._numbers[f"<{name}>"] = self._group_of(listed)

    def add(self, cue: str, mark: Mark) -> None:
        """Take in *cue*, which speaks for *mark*."""
        nodes, firsts, needs = self._grow(self.root, cue)
        for node in nodes:
            if mark not in node.marks:
                node.marks += (mark,)
        beginning = Beginning(firsts, frozenset(needs))
        self.beginnings.setdefault(needs[-1] if needs else "", []).append(beginning)

    def _group_of(self, alternatives: Sequence[str]) -> int:
        plain = list(filter(str.isalpha, alternatives))
        group = Group(" ".join(plain).lower().split())
        if len(plain) < len(alternatives):
            self._fill(group, [text for text in alternatives if not text.isalpha()])
        self.groups.append(group)
        return len(self.groups) - 1

    def _fill(self, group: Group, alternatives: Sequence[str]) -> None:
        """Give *group* the *alternatives* that are no plain words."""
        begun, tree = [], Node()
        phrases: dict[str, list[str]] = {}
        lists = [self._numbers[text] for text in alternatives if text in self._numbers]
        for text in alternatives:
            if text.replace(" ", "").isalpha():
                phrase = text.lower()
                first = phrase.split(maxsplit=1)[0]
                phrases.setdefault(first, []).append(phrase)
            elif text[-1:] == "*" and text[:-1].isalpha():
                begun.append(text[:-1].lower())
            elif text not in self._numbers:
                for node in self._grow(tree, text)[0]:
                    node.is_end = True
        for number in lists:
            tree.steps.setdefault(number, self._end).is_end = True
        group.begun = tuple(begun)
        group.phrases = phrases
        group.tree = tree if tree.steps else None

    def _grow(self, root: Node, text: str) -> tuple[list[Node], list[Key], list[Key]]:
        """Return where *text* ends in the tree of *root*, which grows as it has to.

        With it what it may begin with, and what may not be missing.
        """
        nodes, firsts, needs = [root], list[Key](), list[Key]()
        for word, gap, start, name, one, maybe in PART.findall(text):
            if gap:
                nodes = [_leap(node) for node in nodes]
                continue
            if word.isalpha():
                key: Key = word.lower()
            elif word or start:
                key = self._word(word) if word else _END
            else:
                key = self._alternatives(name or one or maybe, is_list=bool(name))
            begins = nodes[-1] is root
            if begins:
                firsts.append(key)
            if maybe:
                # What begins a cue is found by its first word: nothing is skipped there.
                nodes = [_into(_skipped(n, root), key) for n in nodes]
                nodes += [root] if begins else []
            else:
                nodes = [_into(node.steps, key) for node in nodes]
                needs.append(key)
        return [node for node in nodes if node is not root], firsts, needs

    def _word(self, written: str) -> Key:
        if written[-1] == "*":
            return self._alternatives(written, is_list=False)
        return _plain(written)

    def _alternatives(self, written: str, *, is_list: bool) -> int:
        number = self._numbers.get(written)
        if number is None:
            # A list that is not there is empty: no question says one of its words.
            texts = [] if is_list else written.split("|")
            number = self._numbers[written] = self._group_of(texts)
        return number


def _into(nodes: dict[Key, Node], key: Key) -> Node:
    """Return the node under *key*, a new one where there is none."""
    node = nodes.get(key)
    if node is None:
        node = nodes[key] = Node()
    return node


def _skipped(node: Node, root: Node) -> dict[Key, Node]:
    if node is root:
        return node.steps
    if node.maybe is None:
        node.maybe = {}
    return node.maybe


def _leap(node: Node) -> Node:
    if node.after_gap is None:
        node.after_gap = Node()
    return node.after_gap


def _plain(written: str) -> str:
    word = written.translate(_STRAIGHT).lower().replace("n't", "nt")
    return word.removesuffix("'s")
