"""One Markdown file → a page and its passages, with every problem in it."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from guidance_bot.errors import Problem
from guidance_bot.knowledge.content import (
    AUTHORITIES,
    OFFICIAL,
    Authority,
    Page,
    Paragraph,
    Passage,
    Source,
)
from guidance_bot.knowledge.markdown import (
    Block,
    Section,
    is_source_id,
    parts,
    sections,
)
from guidance_bot.knowledge.marks import ANY_MARK, without_code
from guidance_bot.knowledge.schema import PageHead, did_you_mean, validate
from guidance_bot.knowledge.yaml_text import YamlText, read_yaml

_FENCE: Final = "---"
_SLIP: Final = re.compile(
    r"\[(?:see )?(?P<id>[\w.-]+)\](?!\()|(?<![\w\\])@(?P<id2>[\w.-]*\w)"
)
_ID: Final = re.compile(r"[\w-]+")
_PHRASE: Final = re.compile(r"[\w'\u2019]+(?: [\w'\u2019]+)+|\w{6,}")


@dataclass(frozen=True, slots=True)
class PageFile:
    """A page as its file says it, before the sources it cites are known."""

    id: str
    path: str
    head: PageHead | None
    yaml: YamlText
    body_line: int
    sections: tuple[Section, ...]

    def line(self, section: Section, offset: int) -> int:
        """Return the file's line of the character *offset* into a section's text."""
        before = section.text[:offset].count("\n")
        return self.body_line + section.text_line - 1 + before


def read_page(page: str, path: str, text: str) -> tuple[PageFile | None, list[Problem]]:
    """Return the page in *text*, and what is wrong with it on its own.

    A page whose front matter is at fault comes back without its head, so
    that the mistakes in its text are told as well.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        message = "a page starts with a line of --- and its title, summary and owner"
        return None, [Problem(path, 1, message)]
    ends = (n for n, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE)
    end = next(ends, None)
    if end is None:
        message = "the keys at the top are not closed by a second line of ---"
        return None, [Problem(path, 1, message)]
    yaml, problems = read_yaml("\n".join(lines[1:end]), path, first_line=2)
    head = None
    if not problems:
        yaml.lines[()] = 1
        head, problems = validate(PageHead, yaml, path)
    found = tuple(sections("\n".join(lines[end + 1 :])))
    body_line = end + 2
    problems += _heading_problems(found, path, body_line)
    if head is not None:
        problems += _question_problems(head, yaml, found, path)
    return PageFile(page, path, head, yaml, body_line, found), problems


def text_problems(
    file: PageFile, sources: Mapping[str, Source], jurisdictions: Set[str]
) -> Iterator[Problem]:
    """Yield what is wrong with the citations and jurisdictions in a page's text."""
    for section in file.sections:
        yield from _citation_problems(file, section, sources)
        if section.jurisdiction is not None:
            yield from _jurisdiction_problems(file, section, jurisdictions)


def finish(
    file: PageFile,
    head: PageHead,
    sources: Mapping[str, Source],
    asked: Mapping[str, tuple[str, ...]],
) -> tuple[Page, list[Passage]]:
    """Return the page and its passages, with the authority of each paragraph.

    *asked* are more questions by section id, after those of the page itself.
    """
    passages = [
        passage
        for section in file.sections
        if section.blocks
        for passage in _passages(file, section, sources, asked)
    ]
    page = Page(
        id=file.id,
        title=head.title,
        summary=head.summary,
        owner=head.owner,
        reviewed=head.reviewed,
        path=f"guidance/{file.id}.md",
        status=head.status,
        reviewed_by=head.reviewed_by,
        review_every_days=head.review_every,
        applies_to=head.applies_to,
        modes=head.modes,
        stages=head.stages,
        purposes=head.purposes,
        principles=head.principles,
        sensitive=head.sensitive,
        must=head.must,
        not_for=head.not_for,
        related=head.related,
        passages=tuple(passage.id for passage in passages),
        jurisdictions=tuple(
            sorted({p.jurisdiction for p in passages if p.jurisdiction is not None})
        ),
        lines={
            ".".join(str(step) for step in place): line
            for place, line in file.yaml.lines.items()
        },
    )
    return page, passages


def _passages(
    file: PageFile,
    section: Section,
    sources: Mapping[str, Source],
    more: Mapping[str, tuple[str, ...]],
) -> Iterator[Passage]:
    asked = file.head.questions if file.head else {}
    for number, (start, end) in enumerate(parts(section), 1):
        name = f"{file.id}#{section.id}" if section.id else file.id
        questions: tuple[str, ...] = ()
        if number == 1:
            questions = asked.get(section.id, ()) if section.id else ()
            if section is _first_with_text(file.sections):
                questions = (*questions, *asked.get("", ()))
                questions = (*questions, *more.get("", ()))
            if section.id:
                questions = (*questions, *more.get(section.id, ()))
        yield Passage(
            id=name if number == 1 else f"{name}~{number}",
            page=file.id,
            heading=section.heading,
            text=section.text[start:end],
            paragraphs=tuple(
                _paragraph(block, start, sources)
                for block in section.blocks
                if start <= block.start < end
            ),
            jurisdiction=section.jurisdiction,
            questions=questions,
        )


def _first_with_text(found: Sequence[Section]) -> Section | None:
    return next((section for section in found if section.blocks), None)


def _paragraph(block: Block, start: int, sources: Mapping[str, Source]) -> Paragraph:
    # What is cited and not there is told by text_problems; an answer leaves it out.
    known = [
        (mark.says, id_) for mark in block.marks for id_ in mark.ids if id_ in sources
    ]
    said = [id_ for says, id_ in known if says]
    read = [id_ for says, id_ in known if not says]
    kinds: list[Authority] = [sources[id_].kind for id_ in said]
    return Paragraph(
        start=block.start - start,
        end=block.end - start,
        authority=min(kinds, key=AUTHORITIES.index, default="house"),
        sources=tuple(dict.fromkeys([*said, *read])),
        says=bool(said),
    )


def _citation_problems(
    file: PageFile, section: Section, sources: Mapping[str, Source]
) -> Iterator[Problem]:
    for block in section.blocks:
        for mark in block.marks:
            line = file.line(section, block.start + mark.start)
            for id_ in mark.ids:
                if not is_source_id(id_):
                    message = f"[@{id_}] is not a source id; write [@one; @two]"
                    yield Problem(file.path, line, message)
                elif id_ not in sources:
                    hint = did_you_mean(id_, list(sources))
                    message = f"the source {id_!r} is not in sources.yaml{hint}"
                    yield Problem(file.path, line, message)
        for offset, message in _slips(block, sources):
            yield Problem(file.path, file.line(section, block.start + offset), message)
        line = file.line(section, block.start)
        mixture = _mixture(block, sources)
        if mixture is not None:
            yield Problem(file.path, line, mixture)


def _slips(block: Block, sources: Mapping[str, Source]) -> Iterator[tuple[int, str]]:
    """Yield what looks like a citation mark and is none, with its offset."""
    if block.is_code:
        return
    rest = ANY_MARK.sub(lambda m: " " * len(m.group()), without_code(block.text))
    for match in _SLIP.finditer(rest):
        name = match["id"] or match["id2"]
        if name in sources:
            yield match.start(), f"{match.group()!r} is no citation; write [@{name}]"


def _mixture(block: Block, sources: Mapping[str, Source]) -> str | None:
    cited = [
        (id_, sources[id_].kind, mark.says)
        for mark in block.marks
        for id_ in mark.ids
        if id_ in sources and sources[id_].kind != "house"  # has a mistake in it
    ]
    official = next((id_ for id_, kind, _ in cited if kind in OFFICIAL), None)
    other = next((c for c in cited if c[1] not in OFFICIAL), None)
    if official is not None and other is not None:
        return (
            f"this paragraph cites an official text ({official}) together with "
            f"another kind ({other[0]}, {other[1]}); give each its own"
        )
    said = next((id_ for id_, _, says in cited if says), None)
    read = next((id_ for id_, _, says in cited if not says), None)
    if official is not None and said is not None and read is not None:
        return (
            f"this paragraph mixes what {said} says with our reading of {read} "
            "([see …]); give each its own"
        )
    return None


def _heading_problems(
    found: Sequence[Section], path: str, body_line: int
) -> Iterator[Problem]:
    if not any(section.blocks for section in found):
        yield Problem(path, max(body_line - 1, 1), "the page has no text")
        return
    seen: dict[str, int] = {}
    followed_by = [*found[1:], None]
    for section, following in zip(found, followed_by, strict=True):
        line = body_line + section.line - 1
        if section.level:
            for message in _heading_faults(section, following, seen):
                yield Problem(path, line, message)
            seen.setdefault(section.id, line)


def _heading_faults(
    section: Section, following: Section | None, seen: Mapping[str, int]
) -> Iterator[str]:
    groups = following is not None and following.level > section.level
    if not section.heading:
        yield "this heading has no words"
    elif not section.blocks and not groups:
        yield f"the heading {section.heading!r} has no text below it"
    for attribute in section.unknown_attributes:
        yield f"{{{attribute}}} is not known here; write {{#id for=uk-health}}"
    if not section.id:
        yield "this heading needs an id: write {#a-name} after it"
    elif section.id in seen:
        yield f"the heading id {section.id!r} is already on line {seen[section.id]}"
    elif not _ID.fullmatch(section.id):
        yield f"the heading id {section.id!r} may hold letters, digits and hyphens"


def _question_problems(
    head: PageHead, yaml: YamlText, found: Sequence[Section], path: str
) -> Iterator[Problem]:
    known = [section.id for section in found if section.id and section.text]
    for key, names in (("questions", head.questions), ("phrases", head.phrases)):
        for name in names:
            if (name or key == "phrases") and name not in known:
                hint = did_you_mean(name, known)
                message = f"{key}: no section {name!r} on this page{hint}"
                yield Problem(path, yaml.line((key, name)), message)
    for section, phrases in head.phrases.items():
        for number, phrase in enumerate(phrases):
            if not _PHRASE.fullmatch(phrase):
                message = (
                    f"phrases: {phrase!r} would match too much or nothing; "
                    "write two words or more, or one of six letters"
                )
                line = yaml.line(("phrases", section, number))
                yield Problem(path, line, message)
    if head.phrases and not head.sensitive:
        message = (
            "phrases lead whatever else is asked: only for a page with sensitive: true"
        )
        yield Problem(path, yaml.line(("phrases",)), message)


def _jurisdiction_problems(
    file: PageFile, section: Section, known: Set[str]
) -> Iterator[Problem]:
    if section.jurisdiction not in known:
        line = file.body_line + section.line - 1
        hint = did_you_mean(str(section.jurisdiction), sorted(known))
        message = f"for={section.jurisdiction} is not a jurisdiction{hint}"
        yield Problem(file.path, line, message)
