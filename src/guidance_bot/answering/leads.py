"""The sentences of a passage that answer: what people read first.

Pages put the substance first, so a lead begins where its passage begins;
what its paragraph says next, or the list below it, follows while there is room.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from guidance_bot.knowledge.content import (
    AUTHORITIES,
    Authority,
    Paragraph,
    Passage,
)
from guidance_bot.knowledge.marks import Span, sentences

EXCEPTION: Final = re.compile(
    r"\b(?:unless|except|exception|exceptions|however|only if|but not|even if)\b", re.I
)
_ITEM: Final = re.compile(r"\s*(?P<mark>[-*+]|\d{1,3}[.)])\s")
_MARKS: Final = re.compile(r"\s*\[(?:(?:see )?@[^\]\n]+|ours)\]")


STEPS_WORDS: Final = 88
"""Numbered steps right below a first sentence may take nearly all of the screen."""
HEADLINE: Final = 0.5
"""A passage's first sentence comes along where it takes no more of the room than this."""
SHORT_WORDS: Final = 25
"""A first paragraph below this is followed by others even if they match no better."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, or a paragraph as one: where it stands, what it says."""

    span: Span
    paragraph: int
    text: str
    words: int
    is_exception: bool
    is_stem: bool


@dataclass(frozen=True, slots=True)
class Sentences:
    """A passage cut into sentences, and into paragraphs that are not to be cut.

    ``items`` are the numbers of the paragraphs that are items of a list, ``steps`` those of
    a numbered one.
    """

    paragraphs: tuple[Paragraph, ...]
    items: frozenset[int]
    steps: frozenset[int]
    cut: tuple[Sentence, ...]
    whole: tuple[Sentence, ...]

    @classmethod
    def of(cls, passage: Passage) -> "Sentences":
        """Return *passage*, cut."""
        cut: list[Sentence] = []
        whole: list[Sentence] = []
        for number, paragraph in enumerate(passage.paragraphs):
            spans = list(sentences(passage.text, paragraph.start, paragraph.end))
            cut += [_sentence(passage, number, span) for span in spans]
            if spans:
                span = (spans[0][0], spans[-1][1])
                whole.append(_sentence(passage, number, span))
        marks = {
            number: match["mark"]
            for number, paragraph in enumerate(passage.paragraphs)
            if (match := _ITEM.match(passage.text, paragraph.start))
        }
        steps = frozenset(n for n, mark in marks.items() if mark[0].isdigit())
        return cls(
            passage.paragraphs, frozenset(marks), steps, tuple(cut), tuple(whole)
        )


def lead(
    passage: Sentences,
    weight: Callable[[str], float],
    *,
    words: int,
    among: Callable[[Paragraph], bool] = lambda _: True,
    from_start_below: float,
    whole_paragraphs: bool = False,
) -> tuple[Span, ...]:
    """Return offsets into the passage's text, in order, of about *words* words.

    At least one sentence is returned, however long. *weight* tells how much
    of the question a sentence holds; the lead begins with the best paragraph
    where a sentence of it holds at least *from_start_below*, behind the passage's first sentence
    if there is room, else at the start. A paragraph is taken from its own start, and a
    list in its own order and without gaps: a step or a condition that is left out is a wrong
    answer. Only paragraphs *among* count. With *whole_paragraphs* none is cut, so that
    a rule keeps its exception.
    """
    plays = list(map(among, passage.paragraphs))
    held = passage.whole if whole_paragraphs else passage.cut
    found = [sentence for sentence in held if plays[sentence.paragraph]]
    # "It does not:" says nothing without the list below it.
    found = [s for s in found if not s.is_stem] or found
    if not found:
        return ()
    weights = {s.span: weight(s.text) for s in found}
    best = max(found, key=lambda s: (weights[s.span], -s.span[0]))
    start = found[0].paragraph
    if weights[best.span] >= from_start_below:
        start = best.paragraph
    steps = start + 1 in passage.steps
    taking = _Taking(
        max(words, STEPS_WORDS) if steps and not whole_paragraphs else words
    )
    if start != found[0].paragraph and found[0].words <= words * HEADLINE:
        taking.add(found[0])
    own = [s for s in found if s.paragraph == start]
    exceptions = [s for s in own if s.is_exception]
    # The first sentence, then what takes something back from it, then the rest.
    is_whole = taking.run([own[0], *exceptions]) and taking.run(own)
    is_short = sum(s.words for s in own) < SHORT_WORDS
    most = max(weights[s.span] for s in own)
    for paragraph, group in groupby(found, key=lambda s: s.paragraph):
        if paragraph <= start:
            continue
        others = list(group)
        is_item = paragraph in passage.items
        goes_on = whole_paragraphs or (
            paragraph in passage.steps if steps else is_short
        )
        goes_on |= is_item and start in passage.items
        goes_on |= any(weights[s.span] > most for s in others)
        # Half an item is none, and what comes after a gap is out of order.
        if goes_on and is_whole and sum(s.words for s in others) <= taking.room:
            taking.run(others)
        elif is_item:
            is_whole = False
    return _joined(taking.taken)


class _Taking:
    """The sentences taken so far, and the *room* that is left, in words."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._spans: dict[Span, Sentence] = {}

    @property
    def taken(self) -> list[Sentence]:
        """The sentences taken, in the passage's order."""
        return [self._spans[span] for span in sorted(self._spans)]

    def add(self, sentence: Sentence) -> bool:
        """Take *sentence* if there is room, or nothing yet; tell whether it is taken."""
        if sentence.span in self._spans:
            return True
        if self._spans and sentence.words > self.room:
            return False
        self._spans[sentence.span] = sentence
        self.room -= sentence.words
        return True

    def run(self, sentences: Iterable[Sentence]) -> bool:
        """Take *sentences* up to the first that does not fit; tell whether all are taken."""
        return all(map(self.add, sentences))


def words_in(text: str) -> int:
    """Return how many words people read in *text*; citation marks are none."""
    return len(_MARKS.sub("", text).split())


def authority_of(passage: Passage, spans: Sequence[Span]) -> Authority:
    """Return the weakest authority of the paragraphs in which *spans* lie."""
    touched = [
        paragraph.authority
        for paragraph in passage.paragraphs
        if any(start < paragraph.end and end > paragraph.start for start, end in spans)
    ]
    return max(touched, key=AUTHORITIES.index, default="house")


def _sentence(passage: Passage, paragraph: int, span: Span) -> Sentence:
    text = _MARKS.sub("", passage.text[slice(*span)])
    is_exception = EXCEPTION.search(text) is not None
    is_stem = text.rstrip().endswith(":")
    return Sentence(span, paragraph, text, words_in(text), is_exception, is_stem)


def _joined(sentences: Sequence[Sentence]) -> tuple[Span, ...]:
    spans: list[tuple[Span, int]] = []
    for sentence in sentences:
        start, end = sentence.span
        if (
            spans
            and spans[-1][1] == sentence.paragraph
            and start - spans[-1][0][1] <= 1
        ):
            spans[-1] = ((spans[-1][0][0], end), sentence.paragraph)
        else:
            spans.append(((start, end), sentence.paragraph))
    return tuple(span for span, _ in spans)
