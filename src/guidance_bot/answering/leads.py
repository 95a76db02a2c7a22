"""The sentences of a passage that answer: what people read first.

Pages put the substance first, so a lead begins where its passage begins;
sentences that hold the question's words, and the exceptions to what has been
taken, come next while there is room.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
_MARKS: Final = re.compile(r"\s*\[(?:(?:see )?@[^\]\n]+|ours)\]")


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
    """A passage cut into sentences, and into paragraphs that are not to be cut."""

    paragraphs: tuple[Paragraph, ...]
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
        return cls(passage.paragraphs, tuple(cut), tuple(whole))


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
    where a sentence of it holds at least *from_start_below*, else at the start. Only
    paragraphs *among* count. With *whole_paragraphs* none is cut, so that a
    rule keeps its exception.
    """
    plays = list(map(among, passage.paragraphs))
    held = passage.whole if whole_paragraphs else passage.cut
    found = [sentence for sentence in held if plays[sentence.paragraph]]
    # "It does not:" says nothing without the list below it.
    found = [s for s in found if not s.is_stem] or found
    if not found:
        return ()
    weights = [weight(s.text) for s in found]
    highest = max(weights)
    first = found[0]
    if highest >= from_start_below:
        # From its paragraph's start: "He added …" says nothing on its own.
        best = found[weights.index(highest)].paragraph
        first = next(s for s in found if s.paragraph == best)
    own = [n for n, s in enumerate(found) if s.paragraph == first.paragraph]
    is_short = sum(found[n].words for n in own) < SHORT_WORDS
    most = max(weights[n] for n in own)
    order: list[tuple[int, float, int]] = []
    for n, sentence in enumerate(found):
        same = sentence.paragraph == first.paragraph
        if sentence is first or not (
            same or is_short or whole_paragraphs or weights[n] > most
        ):
            continue
        near = same and sentence.span[0] > first.span[0]
        keeps = sentence.is_exception and (same or whole_paragraphs)
        # Within the first paragraph the author's order, elsewhere the best match.
        order.append(
            (0 if keeps else 1 if near else 2, 0.0 if near else -weights[n], n)
        )
    taken = [first]
    room = words - first.words
    for _, _, n in sorted(order):
        if found[n].words <= room:
            taken.append(found[n])
            room -= found[n].words
    return _joined(sorted(taken, key=lambda s: s.span))


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
