"""Question sets through the same ``answer()``: how good it is, and what went wrong."""

import math
import textwrap
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from guidance_bot.answering.answers import Answer, Asker, answer
from guidance_bot.answering.choosing import choose
from guidance_bot.answering.confidence import fitted
from guidance_bot.answering.guidance import HITS, Guidance, document
from guidance_bot.answering.ranking import Hit
from guidance_bot.errors import Problem
from guidance_bot.knowledge.content import EvaluationQuestion, Page, Passage
from guidance_bot.wording import printable

Fault = Literal["wrong page first", "no right page", "refused", "answered for nothing"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that did not get what an expert expects."""

    question: EvaluationQuestion
    fault: Fault
    verdict: str
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How a question set fared; shares are 0 to 1, of the questions they concern.

    ``wrong_but_confident``: ``answered`` with no right page among three, or
    where nothing was expected; its share is of all questions.
    """

    questions: int
    answerable: int
    right_first: int
    right_in_three: int
    refused: int
    wrong_but_confident: int
    failures: tuple[Failure, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON document: counts, shares, failures."""
        unanswerable = self.questions - self.answerable
        wrong = sum(f.fault == "answered for nothing" for f in self.failures)
        return {
            "questions": self.questions,
            "answerable": self.answerable,
            "unanswerable": unanswerable,
            "right_first": share(self.right_first, self.answerable),
            "right_in_three": share(self.right_in_three, self.answerable),
            "refused": share(self.refused, self.answerable),
            "answered_for_nothing": share(wrong, unanswerable),
            "wrong_but_confident": share(self.wrong_but_confident, self.questions),
            "failures": [
                {
                    "id": failure.question.id,
                    "question": failure.question.question,
                    "fault": failure.fault,
                    "verdict": failure.verdict,
                    "expected": list(failure.question.pages),
                    "pages": list(failure.pages),
                }
                for failure in self.failures
            ],
        }


def share(count: int, of: int) -> float | None:
    """Return *count* as a share of *of*, or ``None`` of nothing."""
    return round(count / of, 4) if of else None


def evaluate(guidance: Guidance, questions: Sequence[EvaluationQuestion]) -> Report:
    """Return how *guidance* answers *questions*, each asked on its own."""
    failures: list[Failure] = []
    first = in_three = refused = confident = 0
    answerable = [q for q in questions if q.expect == "answered"]
    for question in questions:
        given = answer(guidance, question.question, Asker(question.jurisdiction))
        pages = _pages(given)
        is_answerable = question.expect == "answered"
        is_first = is_answerable and pages[:1] != () and pages[0] in question.pages
        is_right = is_answerable and any(page in question.pages for page in pages)
        first += is_first
        in_three += is_right
        refused += is_answerable and given.verdict == "nothing"
        confident += given.verdict == "answered" and not is_right
        fault = _fault(question, given, is_first, is_right)
        if fault is not None:
            failures.append(Failure(question, fault, given.verdict, pages))
    return Report(
        len(questions),
        len(answerable),
        first,
        in_three,
        refused,
        confident,
        tuple(failures),
    )


def calibrated(guidance: Guidance) -> Guidance:
    """Return *guidance* with thresholds fitted to its own evaluation questions."""
    right: list[float] = []
    lost: list[float] = []
    nothing: list[float] = []
    for question in guidance.knowledge.questions:
        hits = guidance.search(question.question)
        signal = hits[0].signal if hits else 0.0
        if question.expect == "nothing":
            nothing.append(signal)
        elif _finds(guidance, question, hits):
            right.append(signal)
        else:
            lost.append(signal)
    return replace(guidance, thresholds=fitted(right, lost, nothing))


def _finds(
    guidance: Guidance, question: EvaluationQuestion, hits: Sequence[Hit]
) -> bool:
    """Tell whether a right page is among those that would be shown."""
    if not hits:
        return False
    whose = question.jurisdiction or guidance.knowledge.organisation.jurisdiction
    chosen = choose(guidance.knowledge, hits, whose, alone=True)
    passages = guidance.knowledge.passages
    return any(passages[c.hit.number].page in question.pages for c in chosen)


def question_problems(guidance: Guidance, paths: Mapping[str, str]) -> list[Problem]:
    """Return the pages' own questions that do not find them; *paths* are by page id.

    ``must`` that finds another page first, and ``not_for`` that is answered
    from its page, are errors; ``questions`` that another page wins are
    a warning, one a page: a true paraphrase may well share no word with
    the text. Each is asked with that very question left out of the index,
    or it would prove nothing.
    """
    found: list[Problem] = []
    for page in guidance.knowledge.pages.values():
        path = paths[page.id]
        errors = (*_must_faults(guidance, page), *_not_for_faults(guidance, page))
        for key, message in errors:
            found.append(Problem(path, page.lines.get(key, 1), message))
        lost = list(_alias_faults(guidance, page))
        if lost:
            message = (
                f"questions: without itself here, {'; '.join(wins for _, wins in lost)}"
            )
            line = page.lines.get(lost[0][0], 1)
            found.append(Problem(path, line, message, "warning"))
    return sorted(found)


def _must_faults(guidance: Guidance, page: Page) -> Iterator[tuple[str, str]]:
    for number, question in enumerate(page.must):
        winner = _winner(guidance, question, page)
        if winner != page.id:
            finds = f"finds {winner!r} first" if winner else "finds nothing"
            message = (
                f"must: {question!r} {finds}, not this page ({page.id!r}); say it in "
                "this page's own words, or take another question"
            )
            yield f"must.{number}", message


def _not_for_faults(guidance: Guidance, page: Page) -> Iterator[tuple[str, str]]:
    for number, question in enumerate(page.not_for):
        given = answer(guidance, question, Asker())
        if given.verdict == "answered" and _pages(given)[0] == page.id:
            message = f"not_for: {question!r} is answered from this page ({page.id!r})"
            yield f"not_for.{number}", message


def _alias_faults(guidance: Guidance, page: Page) -> Iterator[tuple[str, str]]:
    own = _own_passages(guidance, page)
    for place in page.lines:
        section, _, number = place.removeprefix("questions.").rpartition(".")
        if not place.startswith("questions.") or not number.isdecimal():
            continue
        name = f"{page.id}#{section}"
        asked = [p for _, p in own if p.id == name] if section else [own[0][1]]
        if not asked:  # told as a question for a section that is not there
            continue
        # The page's own questions follow those of its first section.
        skipped = (
            _count_below(page, own[0][1].id.partition("#")[2]) if not section else 0
        )
        question = asked[0].questions[skipped + int(number)]
        winner = _winner(guidance, question, page)
        if winner != page.id:
            yield place, f"{question!r} finds {winner or 'nothing'}"


def _count_below(page: Page, section: str) -> int:
    if not section:
        return 0
    start = f"questions.{section}."
    return sum(
        place.startswith(start) and place.removeprefix(start).isdecimal()
        for place in page.lines
    )


def _own_passages(guidance: Guidance, page: Page) -> list[tuple[int, Passage]]:
    """Return the passages of *page* with their numbers, in the page's order."""
    ids = [passage.id for passage in guidance.knowledge.passages]
    numbers = (bisect_left(ids, id_) for id_ in page.passages)
    return [(n, guidance.knowledge.passages[n]) for n in numbers]


def _winner(guidance: Guidance, question: str, page: Page) -> str | None:
    called = guidance.called(question)
    if called is not None:
        return guidance.knowledge.passages[called].page
    hits = _search_without(guidance, question, page)
    if not hits or guidance.thresholds.verdict(hits[0].signal) == "nothing":
        return None
    # Asked by somebody whom the page binds: an organisation may well set
    # another jurisdiction over pages that it did not write.
    whose = page.applies_to[0] if page.applies_to else None
    chosen = choose(guidance.knowledge, hits, whose, alone=True)
    return guidance.knowledge.passages[chosen[0].hit.number].page


def _search_without(guidance: Guidance, question: str, page: Page) -> list[Hit]:
    query = guidance.query(question)
    indexed = {
        number: document(guidance.knowledge, guidance.analysis, passage)
        for number, passage in _own_passages(guidance, page)
    }
    holding = {n: one for n, one in indexed.items() if query.terms in one.aliases}
    if not holding:
        return guidance.ranking.search(query, limit=HITS)
    return guidance.ranking.search_without(query, holding, query.terms, limit=HITS)


def _pages(given: Answer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(citation.page.id for citation in given.citations))


def _fault(
    question: EvaluationQuestion, given: Answer, is_first: bool, is_right: bool
) -> Fault | None:
    if question.expect == "nothing":
        return "answered for nothing" if given.verdict == "answered" else None
    if given.verdict == "nothing":
        return "refused"
    if not is_right:
        return "no right page"
    return None if is_first else "wrong page first"


def interval(count: int, of: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of *count* among *of* (Wilson 1927, JASA 22)."""
    if not of:
        return 0.0, 1.0
    z, p = 1.96, count / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def report_text(report: Report, *, width: int) -> str:
    """Return an evaluation as figures with their 95 % intervals, then the failures."""
    unanswerable = report.questions - report.answerable
    wrong = sum(failure.fault == "answered for nothing" for failure in report.failures)
    rows = [
        ("right page first", report.right_first, report.answerable),
        ("right page among three", report.right_in_three, report.answerable),
        ("refused (answerable, nothing found)", report.refused, report.answerable),
        ("answered where nothing was expected", wrong, unanswerable),
        ("wrong but confident", report.wrong_but_confident, report.questions),
    ]
    lines = [f"{report.questions} questions, {report.answerable} answerable"]
    for label, count, of in rows:
        low, high = interval(count, of)
        figure = f"{count / of:6.1%}" if of else "   n/a"
        lines.append(f"  {label:<38}{figure}  {count}/{of}  ({low:.0%} to {high:.0%})")
    for failure in report.failures:
        got = ", ".join(failure.pages) or "none"
        text = (
            f"{failure.question.id} {failure.fault}: {failure.question.question} "
            f"[{failure.verdict}: {got}; expected: "
            f"{', '.join(failure.question.pages) or 'nothing'}]"
        )
        lines.append(textwrap.fill(printable(text), width, subsequent_indent="    "))
    return "\n".join(lines)
