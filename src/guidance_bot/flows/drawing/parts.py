"""What the parts of a flow are called in a drawing: choices, conditions, outcomes, rules."""

import re
from collections.abc import Iterator
from string import ascii_uppercase

from guidance_bot.flows.drawing.ways import modes_of
from guidance_bot.flows.outcomes import SLOT
from guidance_bot.knowledge.flow import (
    Choice,
    Conditions,
    Flow,
    OutcomeForm,
    Prompt,
    Rule,
    Verdict,
)
from guidance_bot.knowledge.marks import plain


def label_of(prompt: Prompt, choice: Choice) -> str:
    """Return the choice's label up to its colon, or all of it where others start alike."""
    heads = [one.label.split(": ", maxsplit=1)[0] for one in prompt.choices]
    head = choice.label.split(": ", maxsplit=1)[0]
    return head if head and heads.count(head) == 1 else choice.label


def word_of(prompt_id: str) -> str:
    """Return a prompt's id as a word."""
    return prompt_id.replace("_", " ").replace("-", " ")


def filled(template: str) -> str:
    """Return *template* in words, its slots as [brackets]."""
    return SLOT.sub(
        lambda slot: f"[{word_of(slot['key'] or slot['name'])}]", plain(template)
    )


def in_words(flow: Flow, conditions: Conditions) -> str:
    """Return *conditions* as they would be said after "if"; nothing where there are none."""
    said = []
    for condition in conditions:
        tests = []
        for test in condition:
            prompt = flow.prompt(test.prompt)
            verb = "is not" if test.negated else "is"
            if prompt is None:
                continue
            if prompt.most > 1:
                verb = "does not include" if test.negated else "includes"
            held = [one for one in prompt.choices if one.id in test.choices]
            names = " or ".join(f"“{label_of(prompt, one)}”" for one in held)
            tests.append(f"{word_of(prompt.id)} {verb} {names}")
        said.append(" and ".join(filter(None, (", ".join(tests[:-1]), *tests[-1:]))))
    return "; or ".join(said)


def _title(form: OutcomeForm) -> str:
    return filled(form.title.replace("{page}", "The page of what you chose"))


def name_of(number: int, form: OutcomeForm) -> str:
    """Return what an outcome is called: its letter and its title."""
    return f"{letter(number)} · {_title(form)}"


def details_of(flow: Flow, form: OutcomeForm) -> Iterator[str]:
    """Yield the lines below an outcome's title."""
    said = [in_words(flow, (one,)) for one in form.when]
    if len(said) == 1:
        yield f"If {said[0]}."
    elif said:
        yield "If one of these holds:"
        yield from (f"– {one}." for one in said)
    names = [word_of(slot["name"]) for slot in SLOT.finditer(form.mode or "")]
    if names:
        count = len(list(modes_of(flow, [form])))
        yield f"One page for each of {count} ways, by {', '.join(names)}."
    verdicts = {verdict.id: verdict.label for verdict in flow.verdicts}
    if form.verdict is None:
        yield "Verdict: as the rules below decide."
    else:
        yield f"Verdict: {verdicts[form.verdict]}."
    if form.says:
        yield f"“{filled(form.says)}”"
    if form.goes_to:
        yield f"It goes on with the flow “{form.goes_to}”."


def rules_by_verdict(flow: Flow) -> Iterator[tuple[Verdict, list[tuple[int, Rule]]]]:
    """Yield each verdict that rules decide, with its rules and their numbers."""
    number = 0
    for verdict in flow.verdicts:
        held = [rule for rule in flow.rules if rule.verdict == verdict.id]
        if held:
            yield verdict, list(enumerate(held, number + 1))
        number += len(held)


def comes_before(flow: Flow, rule: Rule) -> str:
    """Say which rules *rule* comes before, by their numbers; nothing where it is none."""
    numbers = {one.id: n for _, rules in rules_by_verdict(flow) for n, one in rules}
    after = sorted(numbers[one] for one in rule.over if one in numbers)
    return f" Comes before {', '.join(map(str, after))}." if after else ""


def letter(number: int) -> str:
    """Return A for 1, and so on; AA after Z."""
    before, place = divmod(number - 1, len(ascii_uppercase))
    return (letter(before) if before else "") + ascii_uppercase[place]


def printable(text: str) -> str:
    """Return *text* with a space for each sign that XML cannot hold."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", text)
