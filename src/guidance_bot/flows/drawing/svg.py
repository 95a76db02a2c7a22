"""A flow as an SVG to print: prompts from the top down, outcomes, rules.

Choices stand beside their prompt, and beside a choice where it leads, if that is not
to the next prompt.
"""

from collections.abc import Mapping
from typing import Final

from guidance_bot.flows.drawing.parts import (
    comes_before,
    details_of,
    filled,
    in_words,
    name_of,
    rules_by_verdict,
    word_of,
)
from guidance_bot.flows.drawing.sheet import (
    FULL,
    GAP,
    MARGIN,
    PAD,
    PAPER,
    QUIET,
    WIDTH,
    Sheet,
    Words,
    box_height,
    height_of,
)
from guidance_bot.flows.drawing.ways import Ways
from guidance_bot.knowledge.flow import Choice, Conditions, Flow, Prompt, Rule

_HOW_TO_READ: Final = (
    "Choose from the top down. An arrow to the right shows where a choice leaves to; "
    "without one, go on with the next. Words in [brackets] are your organisation's "
    "contacts, or what you chose."
)
_HOW_RULES_DECIDE: Final = (
    "Start at the top: the first verdict with a rule that holds is yours, "
    "and its rule is the first line of the outcome."
)
_ASKED, _CHOSEN, _LEFT_TO, _KNOWN = "#e8f0f8", "#f7f7f5", "#fff6dc", "#eeeeec"
_VERDICTS: Final = ("#8c2f1b", "#84480a", "#5b4a8a", "#1f5f8b", "#1b6b3a")
"""From the most cautious to the least, under white words."""
_PROMPT_X, _PROMPT_W = MARGIN, 500
_CHOICE_X, _CHOICE_W = 580, 460
_LEAVE_X, _LEAVE_W = 1090, WIDTH - MARGIN - 1090
_NUMBER_W, _WHEN_W = 44, 740
_RULE_X: Final = (MARGIN, MARGIN + _NUMBER_W, MARGIN + _NUMBER_W + _WHEN_W)
_RULE_W: Final = (_NUMBER_W, _WHEN_W, FULL - _NUMBER_W - _WHEN_W)


def svg(flow: Flow) -> str:
    """Return *flow* as an SVG, to be read on a light or a dark screen and on paper."""
    ways = Ways.of(flow)
    sheet = Sheet()
    top = [Words(flow.title, 30, bold=True), Words(flow.summary, 17)]
    top.append(Words(_HOW_TO_READ, 13.5, colour=QUIET))
    sheet.words(MARGIN, sheet.y, FULL, top)
    sheet.y += height_of(top, FULL) + 24
    _draw_prompts(sheet, flow, ways)
    _draw_outcomes(sheet, flow)
    _draw_rules(sheet, flow)
    return sheet.document(flow.title, _described(flow, ways))


def _draw_prompts(sheet: Sheet, flow: Flow, ways: Ways) -> None:
    known = [prompt for prompt in flow.prompts if prompt.from_asker]
    if known:
        sheet.heading(
            "Known about you", "Taken from your workspace; you can change it."
        )
        for prompt in known:
            _draw_known(sheet, prompt)
        sheet.y += 20
    sheet.heading("What you choose")
    before: Conditions = ()
    for number, prompt in enumerate(ways.prompts, 1):
        when = "" if prompt.when == before else in_words(flow, prompt.when)
        before = prompt.when
        if number > 1 or when:
            _draw_way_down(sheet, f"only if {when}" if when else "")
        leaves = {
            choice.id: text
            for choice in prompt.choices
            if (text := _leaves(flow, ways, number, choice))
        }
        name = f"{number} · {word_of(prompt.id)}"
        _draw_prompt(sheet, prompt, name, leaves)
    _draw_way_down(sheet, "")
    sheet.y += 6


def _draw_known(sheet: Sheet, prompt: Prompt) -> None:
    asked = _asked(prompt, word_of(prompt.id))
    labels = [Words(" · ".join(choice.label for choice in prompt.choices))]
    width = FULL + MARGIN - _CHOICE_X
    high = max(box_height(asked, _PROMPT_W), box_height(labels, width))
    middle = sheet.y + high / 2
    sheet.line((_PROMPT_X + _PROMPT_W, middle), (_CHOICE_X, middle))
    sheet.box((_PROMPT_X, sheet.y, _PROMPT_W, high), asked, _KNOWN)
    sheet.box((_CHOICE_X, sheet.y, width, high), labels, _CHOSEN, centred=True)
    sheet.y += high + GAP


def _asked(prompt: Prompt, name: str) -> list[Words]:
    held = [Words(name, 12.5, bold=True, colour=QUIET)]
    held += [Words(prompt.text, 16, bold=True), Words(prompt.help, 13)]
    if prompt.most > 1:
        held.append(Words(f"Choose up to {prompt.most}.", 13, colour=QUIET))
    return held


def _draw_way_down(sheet: Sheet, label: str) -> None:
    held = [Words(label, 13, colour=QUIET)]
    x, y = _PROMPT_X + 24, sheet.y
    width = FULL - 24 - 16
    sheet.y += max(26, height_of(held, width) + 14)
    sheet.line((x, y), (x, sheet.y), arrow=True)
    sheet.words(x + 16, y + 5, width, held)


def _draw_prompt(
    sheet: Sheet, prompt: Prompt, name: str, leaves: Mapping[str, str]
) -> None:
    held = _asked(prompt, name)
    y = sheet.y
    for choice in prompt.choices:
        said = [Words(choice.label), Words(choice.help, 12.5, colour=QUIET)]
        leave = [Words(leaves.get(choice.id, ""), 13)]
        high = max(box_height(said, _CHOICE_W), box_height(leave, _LEAVE_W))
        middle = y + high / 2
        sheet.line((_PROMPT_X + _PROMPT_W, middle), (_CHOICE_X, middle))
        sheet.box((_CHOICE_X, y, _CHOICE_W, high), said, _CHOSEN, centred=True)
        if choice.id in leaves:
            sheet.line((_CHOICE_X + _CHOICE_W, middle), (_LEAVE_X, middle), arrow=True)
            sheet.box((_LEAVE_X, y, _LEAVE_W, high), leave, _LEFT_TO, centred=True)
        y += high + GAP
    high = max(y - GAP - sheet.y, box_height(held, _PROMPT_W))
    sheet.box((_PROMPT_X, sheet.y, _PROMPT_W, high), held, _ASKED)
    sheet.y += high


def _leaves(flow: Flow, ways: Ways, number: int, choice: Choice) -> str:
    """Say where *choice* leads, if that is not just to the next prompt."""
    prompt = ways.prompts[number - 1]
    key = (prompt.id, choice.id)
    onward, ends = ways.next.get(key, ()), ways.ends.get(key, ())
    names = {f"o{n}": name_of(n, form) for n, form in enumerate(flow.outcomes, 1)}
    every = {
        end for one in prompt.choices for end in ways.ends.get((prompt.id, one.id), ())
    }
    said = []
    steps = [one[1:] for one in onward if one[0] == "p"]
    if steps and steps[0] != str(number + 1):
        said.append(f"Go to {' or '.join(steps)}")
    if len(ends) == 1 < len(every):
        said.append(f"{'In the end' if steps else 'Ends here'}: {names[ends[0]]}")
    return ". ".join(said)


def _draw_outcomes(sheet: Sheet, flow: Flow) -> None:
    sheet.heading("Where it ends")
    width = (FULL - 20) / 2
    boxes = [
        [
            Words(name_of(number, form), 15, bold=True),
            *(Words(text, 13) for text in details_of(flow, form)),
        ]
        for number, form in enumerate(flow.outcomes, 1)
    ]
    for first in range(0, len(boxes), 2):
        row = boxes[first : first + 2]
        high = max(box_height(held, width) for held in row)
        for place, held in enumerate(row):
            x = MARGIN + place * (width + 20)
            sheet.box((x, sheet.y, width, high), held, _LEFT_TO)
        sheet.y += high + 12
    sheet.y += 18


def _draw_rules(sheet: Sheet, flow: Flow) -> None:
    if not flow.rules:
        return
    sheet.heading("What decides the verdict", _HOW_RULES_DECIDE)
    last = max(len(flow.verdicts) - 1, 1)
    for verdict, rules in rules_by_verdict(flow):
        shade = flow.verdicts.index(verdict) * (len(_VERDICTS) - 1) // last
        band = [Words(verdict.label, 16, bold=True, colour=PAPER)]
        high = box_height(band, FULL)
        sheet.box((MARGIN, sheet.y, FULL, high), band, _VERDICTS[shade])
        sheet.y += high + 4
        for number, rule in rules:
            _draw_rule(sheet, flow, number, rule)
        sheet.y += 14


def _draw_rule(sheet: Sheet, flow: Flow, number: int, rule: Rule) -> None:
    when = in_words(flow, rule.when)
    cells = [
        [Words(str(number), 13, bold=True)],
        [
            Words(f"If {when}." if when else "If nothing else holds.", 13),
            Words(comes_before(flow, rule), 12.5, colour=QUIET),
        ],
        [Words(filled(rule.says), 13, bold=True)],
    ]
    high = 0.0
    for x, width, held in zip(_RULE_X, _RULE_W, cells, strict=True):
        sheet.words(x + PAD, sheet.y + 5, width - 2 * PAD, held)
        high = max(high, height_of(held, width - 2 * PAD))
    sheet.y += high + 12
    sheet.line((MARGIN, sheet.y), (WIDTH - MARGIN, sheet.y))


def _described(flow: Flow, ways: Ways) -> str:
    """Return the drawing in words, for somebody who hears it."""
    said = [flow.summary]
    for number, prompt in enumerate(ways.prompts, 1):
        when = f", asked only if {in_words(flow, prompt.when)}" if prompt.when else ""
        said.append(f"{number}, {word_of(prompt.id)}{when}: {prompt.text}")
        for choice in prompt.choices:
            leave = _leaves(flow, ways, number, choice)
            said.append(f"{choice.label}{f' ({leave})' if leave else ''}.")
    for number, form in enumerate(flow.outcomes, 1):
        said.append(f"Outcome {name_of(number, form)}.")
        said += details_of(flow, form)
    for verdict, rules in rules_by_verdict(flow):
        said.append(f"Verdict {verdict.label}:")
        for number, rule in rules:
            when = in_words(flow, rule.when) or "nothing else holds"
            said.append(f"{number}, if {when}: {filled(rule.says)}")
    return " ".join(said)
