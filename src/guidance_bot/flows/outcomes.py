"""A finished walk → its outcome: the flow's own lines and quoted paragraphs, put together."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from guidance_bot.flows.engine import Walk, walk
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import OFFICIAL, Knowledge, Paragraph, Passage
from guidance_bot.knowledge.flow import (
    TOGETHER,
    Choice,
    Flow,
    OutcomeForm,
    Prompt,
    Quote,
    Rule,
    Section,
)
from guidance_bot.knowledge.marks import plain

JURISDICTION: Final = "jurisdiction"
"""The prompt that says whose rules bind the asker; its choices are jurisdictions."""
CONTACT: Final = "contact"
SLOT: Final = re.compile(r"\{(?P<name>[a-z0-9_-]+)(?:\.(?P<key>[a-z0-9-]+))?\}")
_SENTENCE_END: Final = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)[.!?]$")
_ITEM: Final = re.compile(r"\s*(?P<marker>[-*+]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an outcome, in Markdown: the flow's own, or a paragraph of a passage.

    ``marker`` stands before it in a list: "• ", "1. " or nothing.
    """

    text: str
    marker: str = ""
    passage: Passage | None = None
    paragraph: Paragraph | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and its lines."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person is told in the end. ``page`` has the rest; ``cited`` are passage ids.

    ``alternatives`` are the outcomes side by side where something is unsure;
    ``neighbour`` the choices of the outcome to compare with.
    """

    id: str
    verdict: str
    says: str
    title: str
    form: OutcomeForm
    choices: Mapping[str, str]
    mode: str | None = None
    page: str | None = None
    parts: tuple[Part, ...] = ()
    cited: tuple[str, ...] = ()
    alternatives: tuple["Outcome", ...] = ()
    neighbour: Mapping[str, str] | None = None
    compare: str = field(default="")

    @property
    def words(self) -> int:
        """How many words a person reads, without what views say around it."""
        texts = [self.says, self.title, self.compare]
        for part in self.parts:
            texts += [part.heading, *(line.text for line in part.lines)]
        return sum(len(plain(text).split()) for text in texts)


class Filling:
    """Fills the slots of templates: ``{prompt}`` and ``{contact.role}``."""

    def __init__(
        self, plan: Plan, knowledge: Knowledge, choices: Mapping[str, str]
    ) -> None:
        self._plan = plan
        self._contacts = knowledge.organisation.contacts
        self._choices = choices

    def ids(self, template: str) -> str:
        """Return *template* with the ids of what was chosen."""
        return SLOT.sub(lambda slot: self._choices.get(slot["name"], ""), template)

    def words(self, template: str) -> str:
        """Return *template* with what was chosen in words, and contacts by name."""
        return SLOT.sub(self._begun, template)

    def _begun(self, slot: re.Match[str]) -> str:
        word = self._word(slot)
        before = slot.string[: slot.start()].rstrip("*_ “")
        # "the head of …" begins a line or a sentence with a capital letter.
        is_first = not before or _SENTENCE_END.search(before) is not None
        is_first = is_first and "@" not in word.partition(" ")[0]
        return f"{word[:1].upper()}{word[1:]}" if is_first else word

    def _word(self, slot: re.Match[str]) -> str:
        name, key = slot["name"], slot["key"]
        if name == CONTACT:
            person = self._contacts.get(key or "")
            if person is None:
                return key or ""
            return (
                f"{person.name} ({person.contact})" if person.contact else person.name
            )
        prompt = self._plan.flow.prompt(name)
        if prompt is None or name not in self._choices:
            return ""
        chosen = chosen_in(prompt, self._choices[name])
        return " and ".join(choice.short or choice.label for choice in chosen)


def chosen_in(prompt: Prompt, chosen: str) -> list[Choice]:
    """Return the choices that *chosen* names, in the prompt's order."""
    ids = chosen.split(TOGETHER)
    return [choice for choice in prompt.choices if choice.id in ids]


def outcome_of(at: Walk, knowledge: Knowledge) -> Outcome | None:
    """Return the outcome of a finished walk, or None where it has none."""
    form = at.form
    if form is None or at.verdict is None:
        return None
    filling = Filling(at.plan, knowledge, at.choices)
    parts = [*to_find_out(at.plan.flow, at.choices, filling)] if form.both else []
    for section in form.sections:
        if at.plan.holds(section.when, at.satisfied):
            part = section_part(section, at.plan, at.satisfied, knowledge, at.choices)
            parts += [part] if part.lines else []
    rule = at.rules[0] if form.verdict is None else None
    unsure = unsure_at(at.plan.flow, at.choices) if form.both else []
    quoted = [line.passage.id for part in parts for line in part.lines if line.passage]
    mode = filling.ids(form.mode) if form.mode else None
    neighbour = _neighbour(at, form)
    other = other_choice(at.plan.flow, form, at.choices)
    return Outcome(
        id=filling.ids(form.id),
        verdict=at.verdict,
        says=filling.words(at.says),
        title=title_of(form, knowledge, filling),
        form=form,
        choices=at.choices,
        mode=mode,
        page=filling.ids(form.page) if form.page else None,
        parts=tuple(parts),
        cited=tuple(cited_by(rule, unsure, quoted)),
        alternatives=tuple(_alternatives(at, knowledge)) if form.both else (),
        neighbour=neighbour,
        compare=compare_words(form, other, filling) if neighbour else "",
    )


def title_of(form: OutcomeForm, knowledge: Knowledge, filling: Filling) -> str:
    """Return the title of an outcome; ``{page}`` in it is the title of its page."""
    page = knowledge.pages.get(filling.ids(form.page)) if form.page else None
    return filling.words(form.title.replace("{page}", page.title if page else ""))


def cited_by(
    rule: Rule | None, unsure: Sequence[Prompt], quoted: Sequence[str]
) -> list[str]:
    """Return the ids of the passages that an outcome rests on: those of the *rule* that
    decides, of the prompts that are *unsure*, then what is *quoted*.
    """
    ids = [*rule.passages] if rule else []
    ids += [id_ for prompt in unsure for id_ in prompt.passages]
    return list(dict.fromkeys([*ids, *quoted]))


def unsure_at(flow: Flow, choices: Mapping[str, str]) -> list[Prompt]:
    """Return the prompts at which *choices* hold an unsure one."""
    return [
        prompt
        for prompt in flow.prompts
        if prompt.id in choices
        and any(choice.unsure for choice in chosen_in(prompt, choices[prompt.id]))
    ]


def to_find_out(
    flow: Flow, choices: Mapping[str, str], filling: Filling
) -> Iterator[Part]:
    """Yield what to find out at each unsure choice, and from whom."""
    for prompt in unsure_at(flow, choices):
        chosen = chosen_in(prompt, choices[prompt.id])
        found = [choice.find_out for choice in chosen if choice.find_out]
        lines = tuple(Line(filling.words(text)) for text in found)
        if lines:
            yield Part(prompt.text, lines)


def _alternatives(at: Walk, knowledge: Knowledge) -> Iterator[Outcome]:
    prompts = unsure_at(at.plan.flow, at.choices)
    if not prompts:
        return
    certain = [
        [choice.id for choice in prompt.choices if not choice.unsure]
        for prompt in prompts
    ]
    for ids in product(*certain):
        chosen = dict(zip((prompt.id for prompt in prompts), ids, strict=True))
        found = outcome_of(walk(at.plan, {**at.choices, **chosen}), knowledge)
        if found is not None:
            yield found


def _neighbour(at: Walk, form: OutcomeForm) -> Mapping[str, str] | None:
    """Return the choices of the outcome to compare with, where all is chosen for it."""
    other = other_choice(at.plan.flow, form, at.choices)
    if other is None:
        return None
    prompt = form.compare or ""
    there = walk(at.plan, {**at.choices, prompt: other.id})
    is_other = there.choices.get(prompt) == other.id
    return there.choices if there.form and is_other else None


def other_choice(
    flow: Flow, form: OutcomeForm, choices: Mapping[str, str]
) -> Choice | None:
    """Return the choice that makes the neighbour of an outcome, where it has one."""
    prompt = flow.prompt(form.compare or "")
    if prompt is None or prompt.id not in choices:
        return None
    others = (
        choice
        for choice in prompt.choices
        if choice.id != choices.get(prompt.id) and not choice.unsure
    )
    return next(others, None)


def compare_words(form: OutcomeForm, other: Choice | None, filling: Filling) -> str:
    """Return the line that points to the neighbour: ``{other}`` is what makes it one."""
    if other is None:
        return ""
    words = other.short or other.label
    return filling.words(form.compare_text.replace("{other}", words))


def section_part(
    section: Section,
    plan: Plan,
    satisfied: int,
    knowledge: Knowledge,
    choices: Mapping[str, str],
) -> Part:
    """Return what *section* holds for these *choices*."""
    filling = Filling(plan, knowledge, choices)
    lines = [Line(filling.words(section.text))] if section.text else []
    items = [i for i in section.items if plan.holds(i.when, satisfied)][: section.most]
    for number, item in enumerate(items, 1):
        marker = f"{number}. " if section.numbered else "• "
        lines.append(Line(filling.words(item.text), marker))
    for quote in section.quotes:
        if plan.holds(quote.when, satisfied):
            lines += quotation(quote, filling.ids(quote.passage), knowledge, choices)
    return Part(filling.words(section.heading), tuple(lines))


def quotation(
    quote: Quote, passage: str, knowledge: Knowledge, choices: Mapping[str, str]
) -> list[Line]:
    """Return the paragraphs that *quote* takes of *passage*, or of the section that the
    page has for the asker's own jurisdiction.
    """
    found = source_passages(quote, passage, knowledge, choices)
    held = [(one, paragraph) for one in found for paragraph in one.paragraphs]
    if quote.take == "list":
        held = [(one, p) for one, p in held if _ITEM.match(one.text, p.start, p.end)]
    is_own = any(one.jurisdiction is not None for one in found)
    if quote.take == "official" and is_own:
        taken = _with_official(held, quote.words)
        return [_line(*held[number], in_order=False) for number in taken]
    lines: list[Line] = []
    room = quote.words
    for one, paragraph in held:
        line = _line(one, paragraph)
        room -= _words(one, paragraph)
        if lines and room < 0:
            break  # neither a list nor a text has gaps
        lines.append(line)
    return lines


def _with_official(held: Sequence[tuple[Passage, Paragraph]], room: int) -> list[int]:
    """Return the places of the paragraphs to quote: the first, which the others lean on,
    then official ones as far as *room* words go, one of them in any case.
    """
    sizes = [_words(*pair) for pair in held]
    official = [n for n, (_, p) in enumerate(held) if p.authority in OFFICIAL]
    taken = [0]
    room -= sizes[0]
    for number in official:
        if number and sizes[number] <= room:
            taken.append(number)
            room -= sizes[number]
    if official and not set(official) & set(taken):
        taken.append(min(official, key=lambda number: sizes[number]))
    return sorted(taken)


def _words(passage: Passage, paragraph: Paragraph) -> int:
    return len(plain(passage.text[paragraph.start : paragraph.end]).split())


def source_passages(
    quote: Quote, passage: str, knowledge: Knowledge, choices: Mapping[str, str]
) -> list[Passage]:
    """Return the section *passage* in all its parts, or the asker's own one."""
    page = passage.split("#", maxsplit=1)[0]
    if page not in knowledge.pages:
        return []
    passages = list(knowledge.passages_of(page))
    if quote.own:
        whose = choices.get(JURISDICTION)
        own = [one for one in passages if one.jurisdiction == whose and whose]
        if own:
            return own
    return [one for one in passages if one.id.split("~", maxsplit=1)[0] == passage]


def _line(passage: Passage, paragraph: Paragraph, *, in_order: bool = True) -> Line:
    text = passage.text[paragraph.start : paragraph.end]
    match = _ITEM.match(text)
    if match is None:
        return Line(text, "", passage, paragraph)
    marker = match["marker"]
    shown = f"{marker} " if marker[0].isdigit() and in_order else "• "
    return Line(text[match.end() :], shown, passage, paragraph)
