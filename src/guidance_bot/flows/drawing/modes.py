"""The modes of a flow as a table in Markdown."""

import re
from collections.abc import Mapping

from guidance_bot.flows.drawing.parts import label_of
from guidance_bot.flows.drawing.ways import modes_of, with_ids
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Flow, Prompt
from guidance_bot.knowledge.marks import plain


def matrix(flow: Flow, knowledge: Knowledge) -> str:
    """Return the modes of *flow* as a Markdown table, for a page in docs/; nothing where
    no outcome has a mode.
    """
    rows = list(modes_of(flow, [form for form in flow.outcomes if form.mode]))
    named = [
        prompt for prompt in flow.prompts if any(prompt.id in one for _, one in rows)
    ]
    if not rows:
        return ""
    heads = [*(prompt.text for prompt in named), "Page", "In short"]
    lines = ["| " + " | ".join(map(_cell, heads)) + " |", "|---" * len(heads) + "|"]
    for form, chosen in rows:
        mode = with_ids(form.mode or "", chosen)
        page = knowledge.pages.get(with_ids(form.page or f"modes/{mode}", chosen))
        cells = [_cell(_chosen_label(prompt, chosen)) for prompt in named]
        if page is None:
            cells += [f"`{mode}`", ""]
        else:
            link = f"[{_cell(page.title)}](../knowledge/guidance/{page.id}.md)"
            cells += [link, _cell(plain(page.summary))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _chosen_label(prompt: Prompt, chosen: Mapping[str, str]) -> str:
    choice = prompt.choice(chosen.get(prompt.id, ""))
    return label_of(prompt, choice) if choice else ""


def _cell(text: str) -> str:
    return re.sub(r"([\\|\[\]*_`<>&~])", r"\\\1", " ".join(text.split()))
