"""A flow as a Mermaid flowchart, whatever signs its labels hold."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from guidance_bot.flows.drawing.parts import (
    details_of,
    filled,
    in_words,
    label_of,
    letter,
    name_of,
    printable,
    rules_by_verdict,
    word_of,
)
from guidance_bot.flows.drawing.ways import Ways
from guidance_bot.knowledge.flow import Flow, Prompt


def mermaid(flow: Flow) -> str:
    """Return *flow* as a Mermaid flowchart."""
    ways = Ways.of(flow)
    lines = [
        '%%{init: {"flowchart": {"wrappingWidth": 460, "htmlLabels": true}}}%%',
        "flowchart TD",
        f"  accTitle: {_letters(flow.title)}",
        f"  accDescr: {_letters(flow.summary)}",
    ]
    known = [prompt for prompt in flow.prompts if prompt.from_asker]
    if known:
        lines.append(
            f'  subgraph known["{_quoted("Known about you; can be changed")}"]'
        )
        for number, prompt in enumerate(known, 1):
            labels = " · ".join(label_of(prompt, one) for one in prompt.choices)
            lines.append(f"    {_node(f'k{number}', [prompt.text, labels])}")
        lines += ["  end", "  known --> p1"] if ways.prompts else ["  end"]
    for number, prompt in enumerate(ways.prompts, 1):
        texts = [f"{number} · {word_of(prompt.id)}", prompt.text]
        if prompt.when:
            texts.append(f"if {in_words(flow, prompt.when)}")
        lines.append(f"  {_node(f'p{number}', texts)}")
    for number, form in enumerate(flow.outcomes, 1):
        texts = [name_of(number, form), *details_of(flow, form)]
        lines.append(f"  {_node(f'o{number}', texts)}")
    for number, prompt in enumerate(ways.prompts, 1):
        lines += _edges(flow, ways, number, prompt)
    lines += _verdict_lines(flow)
    return "\n".join(lines) + "\n"


def _edges(flow: Flow, ways: Ways, number: int, prompt: Prompt) -> Iterator[str]:
    alike: dict[tuple[str, ...], list[str]] = {}
    for choice in prompt.choices:
        ends = ways.next.get((prompt.id, choice.id), ())
        alike.setdefault(ends, []).append(label_of(prompt, choice))
    for ends, labels in alike.items():
        for end in ends:
            proviso = [_proviso(flow, ways, end)] if len(ends) > 1 else []
            texts = [*labels, *proviso]
            yield f'  p{number} -->|"{_lines(texts)}"| {end}'


def _proviso(flow: Flow, ways: Ways, node: str) -> str:
    """Say when a choice leads to *node* rather than elsewhere."""
    at = int(node[1:])
    if node[0] == "o":
        return f"as {letter(at)} says"
    when = ways.prompts[at - 1].when
    return f"if {in_words(flow, when)}" if when else "otherwise"


def _verdict_lines(flow: Flow) -> Iterator[str]:
    if not flow.rules:
        return
    yield f'  subgraph verdicts["{_quoted("What decides the verdict, in this order")}"]'
    yield "    direction TB"
    nodes = []
    for place, (verdict, rules) in enumerate(rules_by_verdict(flow), 1):
        nodes.append(f"v{place}")
        texts = [verdict.label]
        for number, rule in rules:
            when = in_words(flow, rule.when) or "nothing else holds"
            texts.append(f"{number} · if {when}: “{filled(rule.says)}”")
        yield f"    {_node(nodes[-1], texts)}:::listed"
    for one, other in pairwise(nodes):
        yield f'    {one} -->|"no rule holds"| {other}'
    yield "  end"
    yield "  classDef listed text-align:left"
    for number, form in enumerate(flow.outcomes, 1):
        if form.verdict is None:
            yield f"  o{number} --> verdicts"


def _node(id_: str, texts: Iterable[str]) -> str:
    return f'{id_}["{_lines(texts)}"]'


def _lines(texts: Iterable[str]) -> str:
    return "<br/>".join(_quoted(text) for text in texts)


def _quoted(text: str) -> str:
    """Return *text* for a quoted label: whatever Mermaid or Markdown could read as a
    sign is a number, a full stop too where it would make a list item or a link.
    """
    one_line = " ".join(printable(text).replace("ﬂ", "fl").split())
    # Mermaid looks for formulas ($$) and icons (fa:fa-car) once more after it has put
    # the signs back: a space of no width keeps them apart.
    apart = re.sub(r"(?<=\$)(?=\$)|(?<=:)(?=\w)", "\u200b", one_line)
    return re.sub(
        r"[^\w ,.?!'“”‘’–·]|_|(?<=\d)\.|\.(?=\w)",
        lambda sign: f"#{ord(sign.group())};",
        apart,
    )


def _letters(text: str) -> str:
    # What follows accTitle and accDescr is read to the line's end, without numbers.
    return " ".join(re.sub(r"[^\w ,.?!“”‘’–]|_", " ", text).split())
