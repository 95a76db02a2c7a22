"""What a person's words state about how they want to engage, so that nobody asks again.

A cue is written by an editor: words in order, ``word*`` with any ending, ``(a|b c)`` one of
these, ``[a]`` may be missing, ``<name>`` one of a list, ``...`` up to four words between,
``... ...`` up to twenty, ``^`` where a sentence starts.
``<word>`` is any word, ``<Name>`` one with a capital, ``<ACRONYM>`` one in capitals and
``<owner's>`` one with 's. A cue that takes back may be ``{other}``: what that other choice
of the prompt takes away by being stated. A cue that ends with ``!`` says it outright.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from guidance_bot.flows.cue_tree import (
    KINDS,
    PART,
    Beginning,
    Group,
    Key,
    Node,
    Openings,
    Reading,
    Said,
    Tree,
    said,
)

Texts: TypeAlias = Mapping[str, Mapping[str, Sequence[str]]]
"""Prompt → choice → the cues of that choice."""

_STRAY: Final = MappingProxyType(
    {
        "(": "a bracket “(” is not closed, or stands inside other brackets",
        ")": "a bracket “)” was not opened",
        "[": "a bracket “[” is not closed, or stands inside other brackets",
        "]": "a bracket “]” was not opened",
        "<": "the name of a list that begins with “<” is not closed with “>”",
        ">": "a “>” closes no name of a list",
        "|": "“|” stands only in brackets: “(this|that)”",
        "{": "“{” stands only alone under “unless”: “{internal}”",
        "}": "“}” stands only alone under “unless”: “{internal}”",
        "*": "“*” stands at the end of a word: “colleague*”",
    }
)


_YIELD: Final = re.compile(r"\{[\w-]+\}")


class Hit(NamedTuple):
    """A cue in a question: what it speaks for, or takes back, and where it stands."""

    prompt: str
    choice: str
    takes_back: bool
    is_outright: bool
    start: int
    end: int
    reach: int
    """Where the words end that the cue takes back: after ``...``, beyond its own end."""


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of all choices, ready to be looked for in a question."""

    _prompts: tuple[str, ...]
    _root: Node
    _groups: Sequence[Group]
    _openings: Openings
    _beginnings: Mapping[Key, Sequence[Beginning]]
    """Of the cues, by what they end with."""
    _yields: Set[tuple[str, str, str]]
    """Prompt, choice, and the choice that takes it away by being stated."""

    @classmethod
    def of(
        cls, words: Mapping[str, Sequence[str]], choices: Texts, unless: Texts
    ) -> "Cues":
        """Return the cues of *choices* and those that take one back.

        *words* are the lists, each made of words and of the lists before it. No cue has
        ``faults``; one that has may stand for less than was meant.
        """
        tree = Tree()
        yields: set[tuple[str, str, str]] = set()
        for name, listed in words.items():
            tree.add_list(name, listed)
        for takes_back, texts in ((False, choices), (True, unless)):
            for prompt, of_prompt in texts.items():
                for choice, cues in of_prompt.items():
                    for cue in cues:
                        if cue[:1] == "{":
                            yields.add((prompt, choice, cue.strip("{} ")))
                        else:
                            is_outright = cue[-1:] == "!"
                            tree.add(cue, (prompt, choice, takes_back, is_outright))
        openings = Openings.of(tree.groups)
        return cls(
            tuple(choices), tree.root, tree.groups, openings, tree.beginnings, yields
        )

    def stated(self, text: str) -> dict[str, str]:
        """Return the choices that *text* states, by prompt, in the order of the data.

        A cue inside a longer one for another choice counts for nothing: "not for the
        public" beats "the public". What is said outright beats what is not. Where two choices
        of a prompt are left, neither is stated but where one of them yields.
        """
        found: dict[str, set[str]] = {}
        hits = self.hits(text)
        outright = {hit.prompt for hit in hits if hit.is_outright}
        for hit in hits:
            if hit.is_outright or hit.prompt not in outright:
                found.setdefault(hit.prompt, set()).add(hit.choice)
        for prompt, choice, other in self._yields:
            if other in found.get(prompt, ()):
                found[prompt].discard(choice)
        return {
            prompt: next(iter(found[prompt]))
            for prompt in self._prompts
            if len(found.get(prompt, ())) == 1
        }

    def hits(self, text: str) -> list[Hit]:
        """Return the cues in *text* that count: none taken back, none inside a longer one."""
        found: dict[int, list[Hit]] = {}
        longest = 0
        for hit in dict.fromkeys(self._found(said(text))):
            found.setdefault(hit.start, []).append(hit)
            longest = max(longest, hit.reach - hit.start)
        return [
            hit
            for start, hits in found.items()
            for hit in hits
            if not hit.takes_back
            # Only those that begin near by: a long text has very many.
            and not any(
                self._beats(other, hit)
                for near in range(max(start - longest, 0), start + 1)
                for other in found.get(near, ())
            )
        ]

    def _beats(self, other: Hit, hit: Hit) -> bool:
        if other.prompt != hit.prompt:
            return False
        if other.takes_back:
            # "not ..." takes back what begins after it, and no cue that says "not" itself.
            is_after = other.start < hit.start < other.reach
            is_inside = other.start == hit.start and hit.end <= other.end
            return other.choice == hit.choice and (is_after or is_inside)
        if (hit.prompt, other.choice, hit.choice) in self._yields:
            return False
        if hit.is_outright and not other.is_outright:
            return False
        is_inside = other.start <= hit.start and hit.end <= other.end
        is_longer = other.end - other.start > hit.end - hit.start
        return other.choice != hit.choice and is_inside and is_longer

    def _found(self, text: Said) -> Iterator[Hit]:
        reading = Reading(text, self._groups, self._openings)
        keys, steps = reading.keys(), self._root.steps
        # Most cues have a word that is not in the question: they are not begun.
        root = Node(
            {
                first: steps[first]
                for end in keys & self._beginnings.keys()
                for firsts, needs in self._beginnings[end]
                if needs <= keys
                for first in firsts
            }
        )
        for start in range(len(text.words)):
            for node, end, reach in reading.ways(root, start):
                for mark in node.marks:
                    yield Hit(*mark, start, end, reach)


def faults(cue: str, names: Collection[str]) -> str | None:
    """Return what is wrong with *cue* in one sentence, or ``None``.

    *names* are the lists that it may use.
    """
    if _YIELD.fullmatch(cue):
        return None
    parts = list(PART.finditer(cue))
    odd = next((mark for mark in PART.sub(" ", cue) if mark in _STRAY), None)
    if odd is not None:
        return _STRAY[odd]
    fault = _fault_of_gaps(["." if part["gap"] else "w" for part in parts])
    if fault is None and all(
        part["gap"] or part["maybe"] is not None for part in parts
    ):
        return "a cue needs a word that may not be left out"
    return fault or next(filter(None, (_fault_in(part, names) for part in parts)), None)


def _fault_of_gaps(parts: Sequence[str]) -> str | None:
    if "w" not in parts:
        return "a cue needs a word"
    if parts[0] == ".":
        return "a cue begins with a word, not with “...”"
    if "..." in "".join(parts):
        return "“...” stands more than twice in a row"
    return None


def _fault_in(part: re.Match[str], names: Collection[str]) -> str | None:
    if part["name"]:
        name = part["name"][1:-1]
        is_known = name in names or part["name"] in KINDS
        return None if is_known else f"there is no list “{name}”"
    inner = part["one"] if part["one"] is not None else part["maybe"]
    if inner is None:
        return None
    for alternative in inner.split("|"):
        if "..." in alternative or "…" in alternative:
            return f"“...” does not stand in brackets: “{part[0]}”"
        fault = faults(alternative, names) if alternative.strip() else "empty"
        if fault is not None:
            is_empty = fault in {"empty", "a cue needs a word"}
            return f"an empty choice in “{part[0]}”" if is_empty else fault
    return None
