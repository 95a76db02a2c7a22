"""The sentences of a passage that answer: what people read first.

Pages put the substance first, so a lead begins where its passage begins;
sentences that hold the question's words, and the exceptions to what has been
taken, come next while there is room.
"""

import re
from collections.abc import Callable, Iterator, Sequence
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
    """A sentence of a passage: where it stands and how well it matches."""

    span: Span
    paragraph: int
    words: int
    weight: float
    is_exception: bool
    is_stem: bool


def lead(
    passage: Passage,
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
    found = list(_sentences(passage, weight, among, whole_paragraphs))
    # "It does not:" says nothing without the list below it.
    found = [s for s in found if not s.is_stem] or found
    if not found:
        return ()
    best = max(found, key=lambda s: (s.weight, -s.span[0]))
    first = found[0]
    if best.weight >= from_start_below:
        # From its paragraph's start: "He added …" says nothing on its own.
        first = next(s for s in found if s.paragraph == best.paragraph)
    taken = [first]
    room = words - first.words
    own = [s for s in found if s.paragraph == first.paragraph]
    is_short = sum(s.words for s in own) < SHORT_WORDS
    most = max(s.weight for s in own)
    for sentence in sorted(found, key=lambda s: _priority(s, first, whole_paragraphs)):
        adds = sentence in own or is_short or whole_paragraphs or sentence.weight > most
        if sentence is not first and adds and sentence.words <= room:
            taken.append(sentence)
            room -= sentence.words
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


def _priority(
    sentence: Sentence, first: Sentence, whole_paragraphs: bool
) -> tuple[int, float, int]:
    same = sentence.paragraph == first.paragraph
    near = same and sentence.span[0] > first.span[0]
    keeps = sentence.is_exception and (same or whole_paragraphs)
    rank = 0 if keeps else 1 if near else 2
    # Within the first paragraph the author's order, elsewhere the best match.
    return rank, 0.0 if near else -sentence.weight, sentence.span[0]


def _sentences(
    passage: Passage,
    weight: Callable[[str], float],
    among: Callable[[Paragraph], bool],
    whole_paragraphs: bool,
) -> Iterator[Sentence]:
    for number, paragraph in enumerate(passage.paragraphs):
        if not among(paragraph):
            continue
        spans = list(sentences(passage.text, paragraph.start, paragraph.end))
        if whole_paragraphs and spans:
            spans = [(spans[0][0], spans[-1][1])]
        for start, end in spans:
            text = _MARKS.sub("", passage.text[start:end])
            yield Sentence(
                (start, end),
                number,
                words_in(text),
                weight(text),
                EXCEPTION.search(text) is not None,
                text.rstrip().endswith(":"),
            )


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
