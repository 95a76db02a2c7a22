"""Text → the terms that are matched.

Lower case, accents folded, stop words left out, Snowball English stems.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import Stemmer

from guidance_bot.knowledge.content import Vocabulary

# Function words, question words, auxiliaries, politeness. "own", "off" and
# "like" stay terms: own platform, sign off and likes are subjects here.
STOP_WORDS: Final = frozenset(
    """
    a about above after again all also am an and another any anybody anyone anything are
    aren as at be became because been before being below between both but by came
    can cannot cant come could couldn d did didn do does doesn doing don done dont
    down during each either else ever every everybody everyone everything few for
    from further get gets getting go goes going gonna got had hadn has hasn have
    haven having he her here hers herself him himself his how however i id if ill im
    in into is isn isnt it its itself ive just kind let lets ll m many may maybe me
    might mine more most much must my myself need needn neither no nor not nothing
    now of ok okay on once one ones only or other our ours ourselves out over please
    pls quite rather re really s same shall shan she should shouldn since so some
    somebody someone something sort still such t than thanks that thats the their
    theirs them themselves then there theres these they thing things this those
    though through to too u under until up upon ur us use ve very via wanna want
    wants was wasn we well were weren what whats whatever when whenever where
    wherever whether which while who whoever whom whose why will with within without
    won wont would wouldn ya yes yet you your yours yourself yourselves
    """.split()
)

# Soft hyphens, joiners and terminals' escape sequences stand inside words.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u200b-\u200d\u2060\ufeff]|\x1b\\[[0-9;]*[A-Za-z]"
)
_DOTTED: Final = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019\u02bc][^\W_]+)*")
_APOSTROPHES: Final = str.maketrans("", "", "'\u2019\u02bc")
_STRAIGHT: Final = str.maketrans("\u2019\u02bc", "''")
_ENDINGS: Final = frozenset("d ll m re s t ve".split())
_POSSESSIVE: Final = re.compile(r"['\u2019\u02bc]s?$", re.IGNORECASE)


class Word(NamedTuple):
    """A content word: as typed without its possessive, folded, and its term."""

    typed: str
    folded: str
    term: str


@dataclass(frozen=True, slots=True)
class Related:
    """Terms that mean the same as the ones that were asked."""

    terms: tuple[str, ...]
    asked: tuple[str, ...]


def fold(text: str) -> str:
    """Return *text* in lower case without accents: ``Māori`` becomes ``maori``."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def as_said(text: str) -> str:
    """Return the words of *text* as they are said: folded, none left out, single spaces.

    ``Don't!`` becomes ``dont``, as it is often typed.
    """
    if text.isascii():
        words = _WORD.findall(_INVISIBLE.sub("", text).lower())
        return " ".join(words).replace("'", "")
    words = _WORD.findall(_INVISIBLE.sub("", text))
    return " ".join(fold(word).translate(_APOSTROPHES) for word in words)


@dataclass(frozen=True, slots=True)
class Analysis:
    """How one folder's text becomes terms: the language's rules and its vocabulary.

    The stemmer is not safe to share between threads; every caller runs in one.
    """

    stop_words: frozenset[str] = STOP_WORDS
    synonyms: tuple[tuple[tuple[str, ...], ...], ...] = ()
    declared: frozenset[str] = field(init=False, repr=False, compare=False)
    """The terms that the vocabulary names; an editor vouches for them."""
    _stemmer: Stemmer.Stemmer = field(
        default_factory=lambda: Stemmer.Stemmer("english"), repr=False, compare=False
    )
    _groups: Mapping[str, tuple[int, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        members = [(n, m) for n, group in enumerate(self.synonyms) for m in group]
        groups: dict[str, tuple[int, ...]] = {}
        for number, member in members:
            groups[member[0]] = (*groups.get(member[0], ()), number)
        declared = frozenset(term for _, member in members for term in member)
        # Frozen for everybody else.
        object.__setattr__(self, "declared", declared)
        object.__setattr__(self, "_groups", groups)

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> "Analysis":
        """Return the analysis for a folder with *vocabulary*."""
        plain = cls(STOP_WORDS | {fold(word) for word in vocabulary.stop_words})
        groups = (
            tuple(dict.fromkeys(filter(None, map(plain.terms, group))))
            for group in vocabulary.synonyms
        )
        return cls(plain.stop_words, tuple(group for group in groups if len(group) > 1))

    def terms(self, text: str) -> tuple[str, ...]:
        """Return the terms of *text* in order, repetitions included."""
        return tuple(self._stemmer.stemWords(self._folded(text)))

    def said(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return *words* as they are said, stemmed, stop words too."""
        return tuple(self._stemmer.stemWords(list(words)))

    def words(self, text: str) -> tuple[Word, ...]:
        """Return the content words of *text* in order, each with its term."""
        kept = list(self._kept(text))
        stems = self._stemmer.stemWords([word for _, word in kept])
        return tuple(
            Word(_POSSESSIVE.sub("", typed), folded, term)
            for (typed, folded), term in zip(kept, stems, strict=True)
        )

    def term(self, folded: str) -> str:
        """Return the term of one folded word."""
        return str(self._stemmer.stemWord(folded))

    def written(self, text: str) -> tuple[str, ...]:
        """Return the folded content words of *text* in order, not yet stemmed."""
        return tuple(self._folded(text))

    def related(self, terms: Sequence[str]) -> tuple[Related, ...]:
        """Return what the vocabulary adds to *terms*.

        A member of several words counts when its terms stand side by side.
        """
        added: list[Related] = []
        held = frozenset(terms)
        # A group is asked for where the first word of a member is.
        near = {number for term in held for number in self._groups.get(term, ())}
        for group in (self.synonyms[number] for number in sorted(near)):
            whole = (m for m in group if held.issuperset(m))
            asked = next((m for m in whole if _stands_in(m, terms)), None)
            others = group if asked is not None else ()
            added += [
                Related(m, asked or ()) for m in others if not set(m) <= set(terms)
            ]
        return tuple(added)

    def _kept(self, text: str) -> Iterator[tuple[str, str]]:
        for typed in _words(text):
            folded = fold(typed)
            if not folded.isalnum():
                if self._is_contraction(folded):
                    continue
                folded = _POSSESSIVE.sub("", folded).translate(_APOSTROPHES)
            if folded and folded not in self.stop_words:
                yield typed, folded

    def _folded(self, text: str) -> list[str]:
        straight = text.translate(_STRAIGHT)
        if not straight.isascii():
            return [folded for _, folded in self._kept(text)]
        # Most text: folded at once, three times as fast as word by word.
        stop_words = self.stop_words
        kept: list[str] = []
        for word in _words(straight.lower()):
            if word in stop_words:
                continue
            if "'" in word:
                kept += (folded for _, folded in self._kept(word))
            else:
                kept.append(word)
        return kept

    def _is_contraction(self, folded: str) -> bool:
        # "can't", "they've", "who's": a stop word and its ending. A possessive
        # such as "canteen's" is none, because "canteen" is not a stop word.
        joined = folded.translate(_APOSTROPHES)
        first, _, rest = folded.translate(_STRAIGHT).partition("'")
        return joined in self.stop_words or (
            first in self.stop_words and rest in _ENDINGS
        )


def _words(text: str) -> list[str]:
    text = _DOTTED.sub(lambda m: m.group().replace(".", ""), text)
    return _WORD.findall(_INVISIBLE.sub("", text))


def _stands_in(member: Sequence[str], terms: Sequence[str]) -> bool:
    size = len(member)
    spans = range(len(terms) - size + 1)
    return any(tuple(terms[n : n + size]) == tuple(member) for n in spans)
