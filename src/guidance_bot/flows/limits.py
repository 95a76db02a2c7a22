"""What a flow's file shows without walking it: loops, pairs that nobody decided, slots,
passages, and labels that Slack would cut.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import combinations
from typing import Final

from guidance_bot.flows.cues import faults as cue_faults
from guidance_bot.flows.outcomes import CONTACT, SLOT
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import JURISDICTIONS, OFFICIAL, Knowledge
from guidance_bot.knowledge.flow import Choice, Flow, OutcomeForm

Fault = tuple[str, str]
"""Where something stands in the file, as ``rules.3.when``, and what is wrong with it."""

# A modal's title; the label of an option and its description; what stands below an input.
TITLE_CHARS: Final = 24
LABEL_CHARS: Final = 75
HELP_CHARS: Final = 75
PROMPT_CHARS: Final = 2_000
MOST_CHOICES: Final = 10
# Of the 2,000 that a button's value may have; and the signs around a prompt and a choice.
CHOICES_CHARS: Final = 1_800
QUOTES: Final = 6
# What stands for something else than a choice: the page's title, the other way.
_MORE: Final[Mapping[str, set[str]]] = {"title": {"page"}, "compare_text": {"other"}}


def faults(plan: Plan, knowledge: Knowledge) -> Iterator[Fault]:
    """Yield what is wrong with a flow before anybody walks it."""
    flow = plan.flow
    if plan.circle:
        number = next(n for n, p in enumerate(flow.prompts) if p.id == plan.circle[0])
        waits = " waits for ".join(f"“{one}”" for one in plan.circle)
        yield f"prompts.{number}.when", f"a loop: {waits}"
    yield from _pairs(flow)
    yield from _both_ways(flow)
    yield from _button(flow)
    yield from _labels(flow)
    yield from _passages(flow, knowledge)
    yield from _slots(flow, knowledge)
    yield from _onward(flow, knowledge)
    yield from _cues(flow)


def _pairs(flow: Flow) -> Iterator[Fault]:
    """Yield the pairs of prompts that neither a rule nor a reason decides, or both do."""
    if not flow.rules:
        return
    decided = _decided(flow)
    for number, one_pair in enumerate(flow.none_needed):
        if len(set(one_pair.prompts)) == 1:
            yield f"none_needed.{number}", "a pair is of two prompts"
    excused = {frozenset(one.prompts): n for n, one in enumerate(flow.none_needed)}
    for one, other in combinations((prompt.id for prompt in flow.prompts), 2):
        pair = frozenset((one, other))
        if pair not in decided and pair not in excused:
            message = (
                f"an undecided interaction: no rule names “{one}” together with "
                f"“{other}”; add one, or say under 'none_needed' why there is none"
            )
            yield "rules", message
        if pair in decided and pair in excused:
            message = f"a rule does name “{one}” together with “{other}”; take this out"
            yield f"none_needed.{excused[pair]}", message


def _button(flow: Flow) -> Iterator[Fault]:
    """Yield that a button in Slack could not carry all the choices."""
    longest = sum(
        len(prompt.id) + max(map(len, prompt.answers())) + QUOTES
        for prompt in flow.prompts
    )
    if longest > CHOICES_CHARS:
        message = f"the ids of all choices take {longest} characters; a button in Slack carries {CHOICES_CHARS}"
        yield "prompts", message


def _both_ways(flow: Flow) -> Iterator[Fault]:
    """Yield the prompts that are asked after one of the ways alone: the others could not
    be shown beside it.
    """
    open_ = [(p, c) for p in flow.prompts for c in p.choices if c.unsure]
    for number, asked in enumerate(flow.prompts):
        tests = [test for condition in asked.when for test in condition]
        for prompt, unsure in open_:
            certain = [choice.id for choice in prompt.choices if not choice.unsure]
            own = [test for test in tests if test.prompt == prompt.id]
            if any(
                t.holds(unsure.id) is not t.holds(id_) for t in own for id_ in certain
            ):
                message = (
                    f"“{asked.id}” is not asked alike after “{unsure.id}” and the other "
                    f"choices of “{prompt.id}”, so that both ways cannot be shown"
                )
                yield f"prompts.{number}.when", message


def _decided(flow: Flow) -> set[frozenset[str]]:
    """Return the pairs of prompts that some rule names together."""
    decided: set[frozenset[str]] = set()
    for rule in flow.rules:
        for condition in rule.when:
            named = sorted({test.prompt for test in condition})
            decided |= set(map(frozenset, combinations(named, 2)))
    return decided


def _labels(flow: Flow) -> Iterator[Fault]:
    yield from _too_long("title", flow.title, TITLE_CHARS)
    for number, prompt in enumerate(flow.prompts):
        here = f"prompts.{number}"
        yield from _too_long(f"{here}.text", prompt.text, 150)
        yield from _too_long(f"{here}.help", prompt.help, PROMPT_CHARS)
        if len(prompt.choices) > MOST_CHOICES:
            message = f"{len(prompt.choices)} choices; Slack shows {MOST_CHOICES}"
            yield f"{here}.choices", message
        for place, choice in enumerate(prompt.choices):
            there = f"{here}.choices.{place}"
            yield from _choice_labels(choice, there)


def _choice_labels(choice: Choice, place: str) -> Iterator[Fault]:
    yield from _too_long(f"{place}.label", choice.label, LABEL_CHARS)
    yield from _too_long(f"{place}.help", choice.help, HELP_CHARS)


def _too_long(place: str, text: str, limit: int) -> Iterator[Fault]:
    if len(text) > limit:
        yield place, f"{len(text)} characters; Slack shows {limit}"


def _passages(flow: Flow, knowledge: Knowledge) -> Iterator[Fault]:
    known = {passage.id: passage for passage in knowledge.passages}
    for number, rule in enumerate(flow.rules):
        here = f"rules.{number}.passages"
        for passage in rule.passages:
            if passage not in known:
                yield here, no_passage(passage, known)
        cited = [known[one] for one in rule.passages if one in known]
        if rule.governed and not any(one.strongest in OFFICIAL for one in cited):
            message = f"“{rule.id}” is governed by a rule: cite an official passage"
            yield f"rules.{number}", message
    for number, prompt in enumerate(flow.prompts):
        for passage in prompt.passages:
            if passage not in known:
                yield f"prompts.{number}.passages", no_passage(passage, known)


def no_passage(passage: str, known: Iterable[str]) -> str:
    """Return that there is no such passage, with the nearest one."""
    near = get_close_matches(passage, sorted(known), 1)
    hint = f"; did you mean “{near[0]}”?" if near else ""
    return f"there is no passage “{passage}”{hint}"


def _slots(flow: Flow, knowledge: Knowledge) -> Iterator[Fault]:
    prompts = {prompt.id for prompt in flow.prompts}
    contacts = knowledge.organisation.contacts
    for place, text, more in _templates(flow):
        for slot in SLOT.finditer(text):
            name, key = slot["name"], slot["key"]
            if name == CONTACT and key is None:
                yield place, "write {contact.role}, with a role of organisation.yaml"
            elif name == CONTACT and key not in contacts:
                roles = ", ".join(contacts) or "none"
                message = f"no contact “{key}” in organisation.yaml; there are: {roles}"
                yield place, message
            elif name != CONTACT and (key or name not in prompts | more):
                yield place, f"{slot.group()} is no prompt of this flow"
        if re.search(r"[{}]", SLOT.sub("", text)):
            message = "a brace stands only around the id of a prompt, or contact.role"
            yield place, message


def _templates(flow: Flow) -> Iterator[tuple[str, str, set[str]]]:
    for number, prompt in enumerate(flow.prompts):
        for place, choice in enumerate(prompt.choices):
            there = f"prompts.{number}.choices.{place}.find_out"
            yield there, choice.find_out, set()
    for number, rule in enumerate(flow.rules):
        yield f"rules.{number}.says", rule.says, set()
    for number, form in enumerate(flow.outcomes):
        yield from _outcome_templates(f"outcomes.{number}", form)


def _outcome_templates(
    here: str, form: OutcomeForm
) -> Iterator[tuple[str, str, set[str]]]:
    texts: Mapping[str, str | None] = {
        "id": form.id,
        "title": form.title,
        "mode": form.mode,
        "page": form.page,
        "says": form.says,
        "compare_text": form.compare_text,
    }
    more = (
        _MORE if form.page else {key: names - {"page"} for key, names in _MORE.items()}
    )
    for key, text in texts.items():
        yield f"{here}.{key}", text or "", more.get(key, set())
    for number, section in enumerate(form.sections):
        there = f"{here}.sections.{number}"
        yield f"{there}.heading", section.heading, set()
        yield f"{there}.text", section.text, set()
        for n, item in enumerate(section.items):
            yield f"{there}.items.{n}.text", item.text, set()
        for n, quote in enumerate(section.quotes):
            yield f"{there}.quotes.{n}.passage", quote.passage, set()


def _onward(flow: Flow, knowledge: Knowledge) -> Iterator[Fault]:
    for number, form in enumerate(flow.outcomes):
        if form.goes_to is not None and form.goes_to not in knowledge.flows:
            names = ", ".join(knowledge.flows)
            message = f"there is no flow “{form.goes_to}”; there are: {names}"
            yield f"outcomes.{number}.goes_to", message
    jurisdiction = flow.prompt("jurisdiction")
    for number, choice in enumerate(jurisdiction.choices if jurisdiction else ()):
        known = {*knowledge.organisation.jurisdictions, *JURISDICTIONS, "unknown"}
        if choice.id not in known:
            place = flow.prompts.index(jurisdiction) if jurisdiction else 0
            message = f"“{choice.id}” is no jurisdiction of organisation.yaml"
            yield f"prompts.{place}.choices.{number}.id", message


def _cues(flow: Flow) -> Iterator[Fault]:
    above: list[str] = []
    for name, cues in flow.words.items():
        # A list can use those above it; one below it is not there yet.
        yield from _cue_faults(f"cues.words.{name}", cues, above)
        above.append(name)
    for start, held in (("cues", flow.cues), ("cues.unless", flow.unless)):
        for prompt, choices in held.items():
            for choice, cues in choices.items():
                yield from _cue_faults(f"{start}.{prompt}.{choice}", cues, above)
    yield from _yields(flow)


def _cue_faults(
    place: str, cues: Sequence[str], names: Collection[str]
) -> Iterator[Fault]:
    for number, cue in enumerate(cues):
        fault = cue_faults(cue, names)
        if fault is not None:
            yield f"{place}.{number}", f"the cue “{cue}”: {fault}"


def _yields(flow: Flow) -> Iterator[Fault]:
    """Yield the cues like ``{internal}`` that name no choice of their prompt."""
    for id_, choices in flow.unless.items():
        prompt = flow.prompt(id_)
        known = [choice.id for choice in prompt.choices] if prompt else []
        for choice, cues in choices.items():
            for number, cue in enumerate(cues):
                if cue[:1] == "{" and cue.strip("{} ") not in known:
                    there = ", ".join(known)
                    message = (
                        f"the cue “{cue}”: no choice of “{id_}”; there are: {there}"
                    )
                    yield f"cues.unless.{id_}.{choice}.{number}", message
