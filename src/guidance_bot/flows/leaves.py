"""One combination of choices after the other: what it leads to, and what is wrong with that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from guidance_bot.flows.code import most_cited
from guidance_bot.flows.engine import deciding
from guidance_bot.flows.findings import Findings
from guidance_bot.flows.limits import no_passage
from guidance_bot.flows.outcomes import (
    JURISDICTION,
    SLOT,
    Filling,
    cited_by,
    compare_words,
    other_choice,
    section_part,
    source_passages,
    title_of,
    to_find_out,
    unsure_at,
)
from guidance_bot.flows.phrases import label
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Conditions, OutcomeForm, Rule
from guidance_bot.knowledge.marks import plain

MOST_WORDS: Final = 209
"""Of an outcome; what is said around it makes it 220 at most."""


@dataclass(frozen=True, slots=True)
class Path:
    """One combination of choices, and what it leads to."""

    choices: Mapping[str, str]
    outcome: str
    verdict: str
    mode: str | None
    cited: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the row that ``--all-paths`` prints."""
        return {
            "choices": self.choices,
            "outcome": self.outcome,
            "verdict": self.verdict,
            "mode": self.mode,
            "citations": self.cited,
        }


@dataclass(frozen=True, slots=True)
class _Held:
    """A section for some choices: the passages it cites, and its length in words."""

    cited: tuple[str, ...]
    words: int


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands above an outcome's sections, and its length in words."""

    id: str
    verdict: str
    mode: str | None
    cited: tuple[str, ...]
    words: int


@dataclass(frozen=True, slots=True)
class _Reach:
    """What a part of an outcome depends on: bits of conditions, and prompts it names."""

    bits: int
    prompts: tuple[str, ...]

    def key(self, choices: Mapping[str, str], satisfied: int) -> tuple[object, ...]:
        return (satisfied & self.bits, *[choices.get(one) for one in self.prompts])


class Leaves:
    """Takes one combination after the other; what depends on a part of the choices
    alone is put together once for that part.
    """

    def __init__(self, plan: Plan, knowledge: Knowledge, found: Findings) -> None:
        flow = plan.flow
        self._plan, self._knowledge, self._found = plan, knowledge, found
        self.ids: set[str] = set()
        self.count = self.longest = self.most_cited = 0
        self._room = most_cited(flow)
        self._ids = [passage.id for passage in knowledge.passages]
        self._asked: set[str] = set()
        self._reached: set[str] = set()
        self._deciding: set[str] = set()
        self._form_bits = _bits(plan, (form.when for form in flow.outcomes))
        self._rule_bits = _bits(plan, (rule.when for rule in flow.rules))
        self._forms: dict[int, list[OutcomeForm]] = {}
        self._rules: dict[int, tuple[Rule, ...]] = {}
        self._parts: dict[tuple[object, ...], _Held] = {}
        self._reaches = {form.id: _reaches(plan, form) for form in flow.outcomes}
        self._heads: dict[tuple[object, ...], _Head] = {}
        self._unsure = [
            (prompt.id, {choice.id for choice in prompt.choices if choice.unsure})
            for prompt in flow.prompts
            if any(choice.unsure for choice in prompt.choices)
        ]
        self._named = {form.id: _named(plan, form) for form in flow.outcomes}

    def take(self, choices: Mapping[str, str], satisfied: int) -> None:
        """Prove one combination."""
        self.count += 1
        self._asked |= choices.keys()
        forms = self._forms_at(satisfied)
        if len(forms) != 1:
            self._say_forms(forms, choices)
            self._reached |= {form.id for form in forms}
            return
        form = forms[0]
        self._reached.add(form.id)
        rules = self._rules_at(satisfied)
        if form.verdict is None:
            if not rules:
                self._found.add("rules", "no rule decides the verdict", choices)
                return
            self._check_rules(rules, choices)
        self._check_unsure(form, choices)
        path, words = self._told(form, rules, choices, satisfied)
        self.ids.add(path.outcome)
        self.most_cited = max(self.most_cited, len(path.cited))
        self.longest = max(self.longest, words)
        self._check_told(form, path, words)

    def _check_unsure(self, form: OutcomeForm, choices: Mapping[str, str]) -> None:
        """Add where both ways are shown of nothing, and where what is unsure is not told."""
        is_unsure = any(choices.get(prompt) in ids for prompt, ids in self._unsure)
        if is_unsure is form.both or not (form.both or form.recorded):
            return
        place = f"outcomes.{self._plan.flow.outcomes.index(form)}"
        message = f"“{form.id}” shows both ways where nothing is unsure"
        if is_unsure:
            message = f"“{form.id}” is one outcome where something is unsure; one with 'both' belongs here"
        self._found.add(place, message, choices)

    def path(self, choices: Mapping[str, str], satisfied: int) -> Path | None:
        """Return what one combination leads to."""
        forms = self._forms_at(satisfied)
        rules = self._rules_at(satisfied)
        if len(forms) != 1 or not (forms[0].verdict or rules):
            return None
        path, _ = self._told(forms[0], rules, dict(choices), satisfied)
        return path

    def say_what_nobody_reaches(self) -> None:
        """Add what no combination led to; the last thing of a proof."""
        flow, add = self._plan.flow, self._found.add
        for number, prompt in enumerate(flow.prompts):
            if prompt.id not in self._asked:
                add(f"prompts.{number}", f"no choices lead to the prompt “{prompt.id}”")
        for number, form in enumerate(flow.outcomes):
            if form.id not in self._reached:
                add(f"outcomes.{number}", f"no choices lead to the outcome “{form.id}”")
        decided = any(
            form.verdict is None and form.id in self._reached for form in flow.outcomes
        )
        for number, rule in enumerate(flow.rules):
            if decided and rule.id not in self._deciding:
                message = f"the rule “{rule.id}” decides nothing: it never holds, or another one always comes first"
                add(f"rules.{number}", message)

    def _forms_at(self, satisfied: int) -> list[OutcomeForm]:
        key = satisfied & self._form_bits
        if key not in self._forms:
            self._forms[key] = [
                form
                for form in self._plan.flow.outcomes
                if self._plan.holds(form.when, satisfied)
            ]
        return self._forms[key]

    def _rules_at(self, satisfied: int) -> tuple[Rule, ...]:
        key = satisfied & self._rule_bits
        if key not in self._rules:
            self._rules[key] = deciding(self._plan, satisfied)
        return self._rules[key]

    def _say_forms(self, forms: list[OutcomeForm], choices: Mapping[str, str]) -> None:
        if not forms:
            self._found.add("outcomes", "a dead end: no outcome", choices)
            return
        number = self._plan.flow.outcomes.index(forms[-1])
        names = " and ".join(f"“{form.id}”" for form in forms)
        message = f"the outcomes {names} both fit; one combination has one outcome"
        self._found.add(f"outcomes.{number}.when", message, choices)

    def _check_rules(self, rules: tuple[Rule, ...], choices: Mapping[str, str]) -> None:
        self._deciding.add(rules[0].id)
        outranked = {other for rule in rules for other in rule.over}
        first = [
            rule
            for rule in rules
            if rule.verdict == rules[0].verdict and rule.id not in outranked
        ]
        if len(first) == 1:
            return
        # Where each names the other in 'over', none is left.
        alike = first or [rule for rule in rules if rule.verdict == rules[0].verdict]
        names = " and ".join(f"“{rule.id}”" for rule in alike)
        message = f"the rules {names} both hold with the same verdict; say in 'over' which comes first"
        number = self._plan.flow.rules.index(alike[-1])
        self._found.add(f"rules.{number}.when", message, choices)

    def _told(
        self,
        form: OutcomeForm,
        rules: tuple[Rule, ...],
        choices: Mapping[str, str],
        satisfied: int,
    ) -> tuple[Path, int]:
        rule = rules[0] if form.verdict is None else None
        head = self._head(form, rule, choices)
        held = [
            self._held(form, number, choices, satisfied)
            for number in range(len(form.sections))
        ]
        cited = dict.fromkeys(head.cited)
        for one in held:
            cited |= dict.fromkeys(one.cited)
        path = Path(choices, head.id, head.verdict, head.mode, tuple(cited))
        return path, head.words + sum(one.words for one in held)

    def _head(
        self, form: OutcomeForm, rule: Rule | None, choices: Mapping[str, str]
    ) -> _Head:
        names = self._named[form.id]
        key = (form.id, rule and rule.id, *[choices.get(name) for name in names])
        if key not in self._heads:
            self._heads[key] = self._put_on_top(form, rule, choices)
        return self._heads[key]

    def _put_on_top(
        self, form: OutcomeForm, rule: Rule | None, choices: Mapping[str, str]
    ) -> _Head:
        filling = Filling(self._plan, self._knowledge, choices)
        unsure = unsure_at(self._plan.flow, choices) if form.both else []
        flow = self._plan.flow
        texts = [
            filling.words(rule.says if rule else form.says),
            title_of(form, self._knowledge, filling),
            compare_words(form, other_choice(flow, form, choices), filling),
        ]
        for part in to_find_out(flow, choices, filling) if form.both else ():
            texts += [part.heading, *(line.text for line in part.lines)]
        place = f"outcomes.{flow.outcomes.index(form)}"
        says = rule.says if rule else form.says
        self._check_slots([form.id, form.title, says, form.mode or ""], place, choices)
        page = filling.ids(form.page) if form.page else None
        if page is not None and page not in self._knowledge.pages:
            self._found.add(f"{place}.page", f"there is no page “{page}”", choices)
        return _Head(
            filling.ids(form.id),
            rule.verdict if rule else form.verdict or "",
            filling.ids(form.mode) if form.mode else None,
            tuple(cited_by(rule, unsure, ())),
            sum(map(_words, texts)),
        )

    def _held(
        self,
        form: OutcomeForm,
        number: int,
        choices: Mapping[str, str],
        satisfied: int,
    ) -> _Held:
        reach = self._reaches[form.id][number]
        key = (form.id, number, *reach.key(choices, satisfied))
        if key not in self._parts:
            self._parts[key] = self._put_together(form, number, choices, satisfied)
        return self._parts[key]

    def _put_together(
        self,
        form: OutcomeForm,
        number: int,
        choices: Mapping[str, str],
        satisfied: int,
    ) -> _Held:
        plan, section = self._plan, form.sections[number]
        if not plan.holds(section.when, satisfied):
            return _Held((), 0)
        place = f"outcomes.{plan.flow.outcomes.index(form)}.sections.{number}"
        filling = Filling(plan, self._knowledge, choices)
        for n, quote in enumerate(section.quotes):
            passage = filling.ids(quote.passage)
            if plan.holds(quote.when, satisfied) and not source_passages(
                quote, passage, self._knowledge, choices
            ):
                message = no_passage(passage, self._ids)
                self._found.add(f"{place}.quotes.{n}.passage", message, choices)
                return _Held((passage,), 0)
        held = [i.text for i in section.items if plan.holds(i.when, satisfied)]
        self._check_slots([section.heading, section.text, *held], place, choices)
        part = section_part(section, plan, satisfied, self._knowledge, choices)
        if not part.lines:
            message = f"the section “{part.heading}” is empty"
            self._found.add(place, message, choices)
        cited = [line.passage.id for line in part.lines if line.passage]
        texts = [part.heading, *(line.text for line in part.lines)]
        texts += [label(line, self._knowledge) for line in part.lines]
        return _Held(tuple(cited), sum(map(_words, texts)))

    def _check_slots(
        self, texts: Iterable[str], place: str, choices: Mapping[str, str]
    ) -> None:
        """Add the prompts that *texts* name and that are not asked: nothing would stand there."""
        for text in texts:
            for slot in SLOT.finditer(text):
                name = slot["name"]
                if name not in choices and self._plan.flow.prompt(name) is not None:
                    message = f"nothing is chosen for {{{name}}} here"
                    self._found.add(place, message, choices)

    def _check_told(self, form: OutcomeForm, path: Path, words: int) -> None:
        place = f"outcomes.{self._plan.flow.outcomes.index(form)}"
        choices = path.choices
        if not path.cited:
            message = f"the outcome “{path.outcome}” cites no passage"
            self._found.add(place, message, choices)
        if len(path.cited) > self._room and form.recorded and not form.both:
            message = f"more than the {self._room} passages that a code has room for"
            self._found.add(place, message, choices)
        if words > MOST_WORDS:
            message = f"an outcome of more than {MOST_WORDS} words"
            self._found.add(place, message, choices)


def _bits(plan: Plan, conditions: Iterable[Conditions]) -> int:
    held = 0
    for one in conditions:
        held |= plan.bits[one]
    return held


def _reaches(plan: Plan, form: OutcomeForm) -> list[_Reach]:
    found = []
    for section in form.sections:
        conditions = [section.when, *(item.when for item in section.items)]
        conditions += [quote.when for quote in section.quotes]
        bits = _bits(plan, conditions)
        texts = [section.heading, section.text]
        texts += [item.text for item in section.items]
        texts += [quote.passage for quote in section.quotes]
        names = {slot["name"] for text in texts for slot in SLOT.finditer(text)}
        if any(quote.own for quote in section.quotes):
            names.add(JURISDICTION)
        found.append(_Reach(bits, tuple(sorted(names))))
    return found


def _named(plan: Plan, form: OutcomeForm) -> tuple[str, ...]:
    """Return the prompts that the head of *form* names, or of which it tells the unsure."""
    texts = [form.id, form.title, form.says, form.compare_text]
    texts += [form.mode or "", form.page or ""]
    for rule in plan.flow.rules:
        texts.append(rule.says)
    names = {slot["name"] for text in texts for slot in SLOT.finditer(text)}
    names |= {form.compare} if form.compare else set()
    if form.both:
        unsure = (p.id for p in plan.flow.prompts if any(c.unsure for c in p.choices))
        names.update(unsure)
    return tuple(sorted(names))


def _words(text: str) -> int:
    return len(plain(text).split())
