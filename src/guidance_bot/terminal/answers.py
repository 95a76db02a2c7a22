"""Answers, pages and problems as text for people at a terminal."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guidance_bot.answering.answers import Answer, Citation
from guidance_bot.answering.labels import standing_of
from guidance_bot.answering.phrases import (
    ask_owner,
    check_first,
    closest,
    entry,
    facts,
    heading_of,
    is_jurisdiction_unknown,
    lead_paragraphs,
    marker,
    misses,
    nearest_pages,
    not_covered,
    not_these,
    nothing_particular,
    offered_flow,
    own_section,
    slips,
    titled,
    whom_it_binds,
)
from guidance_bot.errors import Problem
from guidance_bot.knowledge.content import Knowledge, Page, Paragraph, Passage, Source
from guidance_bot.knowledge.labels import source_label, standing
from guidance_bot.knowledge.marks import plain
from guidance_bot.terminal.paper import Paper
from guidance_bot.wording import printable, sentence


@dataclass(slots=True)
class _Notes:
    """Numbers of the sources, in the order in which the text names them."""

    sources: Mapping[str, Source]
    numbers: dict[str, int] = field(default_factory=dict)

    def marks(self, ids: Sequence[str]) -> str:
        known = [id_ for id_ in ids if id_ in self.sources]
        return "".join(
            f" [{self.numbers.setdefault(id_, len(self.numbers) + 1)}]" for id_ in known
        )


def answer_text(given: Answer, knowledge: Knowledge, paper: Paper) -> str:
    """Return *given* as people read it; the first line already answers."""
    if given.message is not None:
        return paper.wrap(given.message)
    blocks = [paper.wrap(notice) for notice in given.notices]
    if given.verdict == "nothing":
        blocks += _nothing(given, knowledge, paper)
    elif given.verdict == "unsure":
        blocks += _unsure(given, knowledge, paper)
    else:
        blocks += _answered(given, knowledge, paper)
    blocks.append(_flow_offer(given, knowledge, paper))
    return "\n\n".join(block for block in blocks if block)


def _flow_offer(given: Answer, knowledge: Knowledge, paper: Paper) -> str:
    """Return the command that goes on from what the question states, where that is enough."""
    stated = offered_flow(given)
    if stated is None:
        return ""
    made = [f"--choose {prompt}={choice}" for prompt, choice in stated.choices.items()]
    if given.asker.jurisdiction:
        made.insert(0, f"--for {given.asker.jurisdiction}")
    told = paper.wrap(sentence("flow-offer", knowledge.organisation.wording))
    # On a line of its own: it is there to be copied.
    return f"{told}\nguidance-bot flow {stated.name} {' '.join(made)}"


def _answered(given: Answer, knowledge: Knowledge, paper: Paper) -> Iterator[str]:
    overrides = knowledge.organisation.wording
    first, *others = given.citations
    notes = _Notes(knowledge.sources)
    yield _lead(first, notes, paper, overrides, bold=True)
    if given.is_sensitive:
        yield paper.wrap(sentence("sensitive", overrides))
    yield paper.wrap(whom_it_binds(first, given, knowledge))
    yield paper.wrap(nothing_particular(given, knowledge))
    same = [c for c in others if c.page.id == first.page.id]
    for citation in same:
        head = heading_of(citation, knowledge)
        heading = f"{head} ({standing_of(citation, knowledge)})"
        yield f"{paper.bold(paper.wrap(heading))}\n{_lead(citation, notes, paper, overrides)}"
    yield paper.wrap(misses(given, knowledge))
    yield paper.wrap(own_section(given, knowledge))
    yield _footer(first, knowledge, paper)
    if notes.numbers:
        yield _sources(notes, knowledge, paper)
    further = [c for c in others if c.page.id != first.page.id]
    if further:
        pointers = (_pointer(c, given, knowledge, paper, "• ") for c in further)
        yield "\n".join([paper.bold(sentence("see-also", overrides)), *pointers])
    yield from _asides(given, knowledge, paper)


def _asides(given: Answer, knowledge: Knowledge, paper: Paper) -> Iterator[str]:
    for slip in slips(given, knowledge):
        yield paper.wrap(slip)
    if is_jurisdiction_unknown(given, knowledge):
        yield _which_rules(given, knowledge, paper)


def _lead(
    citation: Citation,
    notes: _Notes,
    paper: Paper,
    overrides: Mapping[str, str],
    *,
    bold: bool = False,
) -> str:
    printed: list[str] = []
    for shown in lead_paragraphs(citation):
        words = " … ".join(map(plain, shown.pieces))
        words += _numbers(shown.paragraph, notes, overrides)
        rest = " " * len(shown.marker)
        wrapped = paper.wrap(words, first=shown.marker, rest=rest)
        printed.append(paper.bold(wrapped) if bold and not printed else wrapped)
    return "\n".join(printed)


def _numbers(paragraph: Paragraph, notes: _Notes, overrides: Mapping[str, str]) -> str:
    marks = notes.marks(paragraph.sources)
    if not marks or paragraph.says:
        return marks
    return f" ({sentence('based-on', overrides, numbers=marks.strip())})"


def _footer(citation: Citation, knowledge: Knowledge, paper: Paper) -> str:
    page = citation.page
    title = f"{page.title} ({page.id})"
    page_facts = facts(page, knowledge, is_overdue=citation.overdue, title=title)
    text = f"{standing_of(citation, knowledge)}. {page_facts}."
    if citation.page.sensitive:
        # Nobody in a hurry is sent to a policy first.
        return paper.dim(paper.wrap(text))
    permission = sentence("not-permission", knowledge.organisation.wording)
    line = paper.dim(paper.wrap(f"{text} {permission}"))
    policies = check_first(knowledge)
    return f"{paper.wrap(policies)}\n{line}" if policies else line


def _pointer(
    citation: Citation, given: Answer, knowledge: Knowledge, paper: Paper, mark: str
) -> str:
    # Of a list, the place that matched; of an answer, what else to read.
    named = entry if given.verdict == "unsure" else titled
    title = named(citation, given, knowledge)
    place = citation.passage if given.verdict == "unsure" else citation.page
    text = f"{title}: {citation.page.summary} ({place.id})"
    return paper.wrap(text, first=mark, rest=" " * len(mark))


def _which_rules(given: Answer, knowledge: Knowledge, paper: Paper) -> str:
    codes = given.citations[0].page.jurisdictions
    if not codes:
        return ""
    overrides = knowledge.organisation.wording
    listed = "; ".join(f"--for {code}" for code in codes)
    text = sentence("which-rules", overrides, codes=listed)
    return paper.wrap(text)


def _sources(notes: _Notes, knowledge: Knowledge, paper: Paper) -> str:
    names = knowledge.organisation.jurisdictions
    lines = [paper.bold(sentence("sources", knowledge.organisation.wording))]
    for id_, number in notes.numbers.items():
        source = knowledge.sources[id_]
        whose = names.get(source.jurisdiction, source.jurisdiction)
        label = source_label(source, knowledge.sources)
        mark = f"[{number}] "
        text = f"{label} ({whose}): {source.title}, {source.publisher}."
        lines.append(paper.wrap(text, first=mark, rest=" " * len(mark)))
        if source.url:
            lines.append(paper.dim(" " * len(mark) + printable(source.url)))
    return "\n".join(lines)


def _unsure(given: Answer, knowledge: Knowledge, paper: Paper) -> Iterator[str]:
    yield paper.bold(paper.wrap(closest(given, knowledge)))
    yield "\n".join(
        _pointer(citation, given, knowledge, paper, f"{number}. ")
        for number, citation in enumerate(given.citations, 1)
    )
    yield paper.wrap(not_these(given, knowledge))


def _nothing(given: Answer, knowledge: Knowledge, paper: Paper) -> Iterator[str]:
    yield paper.bold(paper.wrap(not_covered(given, knowledge)))
    pages = nearest_pages(given, knowledge)
    if pages:
        lines = (paper.wrap(f"• {p.title} ({p.id})", rest="  ") for p in pages)
        head = sentence("nearest-pages", knowledge.organisation.wording)
        yield "\n".join([head, *lines])
    yield paper.wrap(ask_owner(pages, knowledge))


def passages_named(
    name: str, knowledge: Knowledge
) -> tuple[Page, list[Passage]] | None:
    """Return the page *name* with its passages in order, or with the one it names.

    A section that was split is named as a whole or by its part.
    """
    page = knowledge.pages.get(name.split("#", maxsplit=1)[0])
    if page is None:
        return None
    place = {id_: n for n, id_ in enumerate(page.passages)}
    own = [p for p in knowledge.passages if p.page == page.id]
    own.sort(key=lambda passage: place[passage.id])
    if "#" in name:
        own = [p for p in own if name in (p.id, p.id.split("~")[0])]
    return (page, own) if own else None


def page_text(
    page: Page,
    passages: Sequence[Passage],
    knowledge: Knowledge,
    paper: Paper,
    *,
    is_overdue: bool = False,
) -> str:
    """Return a whole page or some of its passages, with each paragraph's authority."""
    notes = _Notes(knowledge.sources)
    names = knowledge.organisation.jurisdictions
    page_facts = facts(page, knowledge, is_overdue=is_overdue)
    blocks = [
        f"{paper.bold(paper.wrap(page.title))}\n{paper.wrap(page.summary)}",
        paper.dim(paper.wrap(f"{page_facts}. ({page.id})")),
    ]
    for passage in passages:
        whom = (
            f" (for: {names.get(passage.jurisdiction, passage.jurisdiction)})"
            if passage.jurisdiction
            else ""
        )
        anchor = f"#{passage.id.partition('#')[2]}" if "#" in passage.id else ""
        heading = f"{passage.heading}{whom} {anchor}".strip()
        lines = [paper.bold(paper.wrap(heading))] if heading else []
        for paragraph in passage.paragraphs:
            text = passage.text[paragraph.start : paragraph.end]
            before = marker(passage, paragraph)
            lines.append(_paragraph(paragraph, text, before, notes, knowledge, paper))
        blocks.append("\n".join(lines))
    if notes.numbers:
        blocks.append(_sources(notes, knowledge, paper))
    return "\n\n".join(blocks)


def _paragraph(
    paragraph: Paragraph,
    text: str,
    before: str,
    notes: _Notes,
    knowledge: Knowledge,
    paper: Paper,
) -> str:
    overrides = knowledge.organisation.wording
    own, *below = re.split(r"\n(?=\s*(?:[-*+]|\d{1,3}[.)]) )", text)
    cited = [knowledge.sources[id_] for id_ in paragraph.sources]
    label = standing(paragraph.authority, cited, knowledge.sources)
    numbers = notes.marks(paragraph.sources)
    if paragraph.says or not numbers:
        label = f"{label}{numbers}"
    else:
        label = sentence("based-on", overrides, numbers=numbers.strip())
    rest = " " * len(before)
    lines = [paper.wrap(f"{plain(own)} ({label})", first=before, rest=rest)]
    for item in below:
        lines.append(paper.wrap(plain(item), first=f"{rest}• ", rest=f"{rest}  "))
    return "\n".join(lines)


def coverage_text(coverage: Mapping[str, Any]) -> str:
    """Return how many modes, stages, purposes and principles have a page of their own."""
    counts = [
        f"{len(coverage[topic]) - len(missing)} of {len(coverage[topic])} {topic}"
        for topic, missing in coverage.get("without_a_page", {}).items()
    ]
    return f"with a page of their own: {', '.join(counts)}" if counts else ""


def problems_text(problems: Sequence[Problem], style: str) -> str:
    """Return problems one a line: ``path:line: message``, or GitHub's annotations."""
    if style == "github":
        return "\n".join(
            f"::{p.level} file={_property(p.path)},line={p.line}::{_github(p.message)}"
            for p in problems
        )
    return "\n".join(printable(" ".join(str(p).split())) for p in problems)


def _property(path: str) -> str:
    return _github(path).replace(":", "%3A").replace(",", "%2C")


def _github(message: str) -> str:
    escaped = message.replace("%", "%25").replace("\r", "%0D")
    return printable(escaped.replace("\n", "%0A"))
