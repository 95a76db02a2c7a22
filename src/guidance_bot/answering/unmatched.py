"""Which words of a question the guidance does not say, and which of them are worth naming."""

from collections.abc import Sequence
from typing import Final

from guidance_bot.answering.guidance import Guidance, Reading
from guidance_bot.answering.ranking import SAID
from guidance_bot.answering.spelling import is_common, is_english
from guidance_bot.answering.tokens import Word
from guidance_bot.knowledge.content import Passage

MENTIONED: Final = 2
MUCH: Final = 0.25
"""From this share of the question's weight on, words are named below an answer."""


def unmatched(
    guidance: Guidance, reading: Reading, passages: Sequence[Passage]
) -> tuple[str, ...]:
    """Return the content words of a question, as typed, that stand in none of *passages*."""
    said = [guidance.said_in(passage) for passage in passages]
    related = reading.query.related

    def is_said(term: str) -> bool:
        return any(term in held for held in said) or any(
            term in member.asked and held.issuperset(member.terms)
            for member in related
            for held in said
        )

    missing = [word for word in reading.words if not is_said(word.term)]
    typed = {word.term: word.typed for word in reversed(missing)}
    return tuple(dict.fromkeys(typed[word.term] for word in missing))


def worth_naming(
    guidance: Guidance,
    reading: Reading,
    words: Sequence[str],
    numbers: Sequence[int],
    *,
    is_answered: bool,
) -> tuple[str, ...]:
    """Return those of the unmatched *words* to name as missing, at most MENTIONED.

    *numbers* are the passages shown. The words stand in the question proper, on none of
    their pages (on no page at all where none is shown) and in no question of the first
    passage; they are no everyday words, and no slips that nobody can read. Below an
    answer they are named only where they carry a good part of the question.
    """
    asked = {w.term: w for w in reading.words if w.term not in reading.query.background}
    missing = {t: w for t, w in asked.items() if w.typed in words}
    if not missing:
        return ()
    ranking = guidance.ranking
    questions = guidance.knowledge.passages[numbers[0]].questions if numbers else ()
    pages = list({int(ranking.page_of[number]) for number in numbers})
    weight_of = ranking.words.highest_weight

    def is_telling(word: Word) -> bool:
        said = ranking.pages.row(word.term, ranking.pages.said)
        # A refusal speaks of the whole folder.
        on_pages = said[pages] if pages else said
        vouched = any(word.term in guidance.terms_in(q) for q in questions)
        is_readable = is_english(word.folded) or not word.typed.islower()
        return is_readable and not (
            (on_pages == SAID).any() or vouched or is_common(word.folded)
        )

    missing = {term: word for term, word in missing.items() if is_telling(word)}
    share = sum(map(weight_of, missing))
    if is_answered and share < MUCH * sum(map(weight_of, asked)):
        return ()
    rarest = sorted(missing, key=lambda term: -weight_of(term))[:MENTIONED]
    return tuple(word.typed for term, word in missing.items() if term in rarest)
