"""Question sets through the same ``answer()``: how good it is, and what went wrong."""

import math
import textwrap
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from guidance_bot.answering.answers import Answer, Asker, answer
from guidance_bot.answering.choosing import choose
from guidance_bot.answering.confidence import fitted
from guidance_bot.answering.guidance import HITS, Guidance, asked, document
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
class PageReport:
    """How the questions that a page should answer fared: how many there are, how many
    found a right page first and among three, and which pages came first ``instead``.
    """

    page: str
    asked: int
    right_first: int
    right_in_three: int
    instead: tuple[tuple[str, int], ...]


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
    asked: Mapping[str, int]

    def by_page(self) -> list[PageReport]:
        """Return the pages whose questions failed, those that failed most first."""
        of_page: dict[str, list[Failure]] = {}
        for failure in self.failures:
            for page in failure.question.pages:
                of_page.setdefault(page, []).append(failure)
        reports = [
            PageReport(
                page,
                self.asked[page],
                self.asked[page] - len(failed),
                self.asked[page] - sum(f.fault != "wrong page first" for f in failed),
                _instead(failed),
            )
            for page, failed in of_page.items()
        ]
        return sorted(
            reports,
            key=lambda r: (r.right_in_three - r.asked, r.right_first - r.asked, r.page),
        )

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
            "by_page": [
                {
                    "page": report.page,
                    "questions": report.asked,
                    "right_first": report.right_first,
                    "right_in_three": report.right_in_three,
                    "instead": dict(report.instead),
                }
                for report in self.by_page()
            ],
        }


def share(count: int, of: int) -> float | None:
    """Return *count* as a share of *of*, or ``None`` of nothing."""
    return round(count / of, 4) if of else None


def evaluate(guidance: Guidance, questions: Sequence[EvaluationQuestion]) -> Report:
    """Return how *guidance* answers *questions*, each in its own conversation."""
    failures: list[Failure] = []
    first = in_three = refused = confident = 0
    answerable = [q for q in questions if q.expect == "answered"]
    for question in questions:
        asker = Asker(question.jurisdiction)
        given = answer(guidance, question.question, asker, question.earlier)
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
        Counter(page for question in questions for page in question.pages),
    )


def _instead(failed: Sequence[Failure]) -> tuple[tuple[str, int], ...]:
    firsts = Counter(failure.pages[0] for failure in failed if failure.pages)
    return tuple(sorted(firsts.items(), key=lambda found: (-found[1], found[0])))


def calibrated(guidance: Guidance) -> Guidance:
    """Return *guidance* with thresholds fitted to its own evaluation questions."""
    right: list[float] = []
    lost: list[float] = []
    nothing: list[float] = []
    alone = (q for q in guidance.knowledge.questions if not q.earlier)
    for question in alone:
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
    chosen = choose(guidance.traits, hits, whose, alone=True)
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


def elsewhere_problems(
    guidance: Guidance, places: Mapping[str, tuple[str, int]]
) -> list[Problem]:
    """Return the questions that are said to belong elsewhere and that are answered all
    the same, a warning a subject; *places* are where they stand.
    """
    found: list[Problem] = []
    for subject, questions in guidance.knowledge.elsewhere.items():
        told: list[tuple[int, str]] = []
        for number, question in enumerate(questions):
            hits = guidance.search(question)
            if hits and guidance.thresholds.verdict(hits[0].signal) == "answered":
                page = guidance.knowledge.passages[hits[0].number].page
                told.append((number, f"{question!r} is answered from {page}"))
        if told:
            path, line = places[f"elsewhere:{subject}.{told[0][0]}"]
            message = f"{subject}: {'; '.join(text for _, text in told)}"
            found.append(Problem(path, line, message, "warning"))
    return found


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
    if called is None:
        called = guidance.named(guidance.query(question))
    if called is not None:
        return guidance.knowledge.passages[called].page
    hits = _search_without(guidance, question, page)
    if not hits or guidance.thresholds.verdict(hits[0].signal) == "nothing":
        return None
    # Asked by somebody whom the page binds: an organisation may well set
    # another jurisdiction over pages that it did not write.
    whose = page.applies_to[0] if page.applies_to else None
    chosen = choose(guidance.traits, hits, whose, alone=True)
    return guidance.knowledge.passages[chosen[0].hit.number].page


def _search_without(guidance: Guidance, question: str, page: Page) -> list[Hit]:
    query = guidance.query(question)
    holding = {
        number: document(guidance.knowledge, guidance.analysis, passage)
        for number, passage in _own_passages(guidance, page)
        if question in passage.questions
    }
    if not holding:
        return guidance.ranking.search(query, limit=HITS)
    written = asked(guidance.analysis, question)
    return guidance.ranking.search_without(query, holding, written, limit=HITS)


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
    """Return an evaluation as figures with their 95 % intervals, then the failures, by
    page and by question.
    """
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
    pages = report.by_page()
    if pages:
        lines += ["", "By page: questions, right first, right among three, instead"]
    for page in pages:
        instead = ", ".join(
            other if count == 1 else f"{other} ({count})"
            for other, count in page.instead
        )
        text = (
            f"{page.page}: {page.asked}, {page.right_first}, {page.right_in_three}"
            f"{'; ' + instead if instead else ''}"
        )
        lines.append(textwrap.fill(text, width, subsequent_indent="    "))
    if report.failures:
        lines += ["", "By question"]
    for failure in report.failures:
        got = ", ".join(failure.pages) or "none"
        text = (
            f"{failure.question.id} {failure.fault}: {failure.question.question} "
            f"[{failure.verdict}: {got}; expected: "
            f"{', '.join(failure.question.pages) or 'nothing'}]"
        )
        lines.append(textwrap.fill(printable(text), width, subsequent_indent="    "))
    return "\n".join(lines)
