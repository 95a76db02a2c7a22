"""A flow walked at a terminal: lines in, replies out; the command line reads and prints them.

What was chosen is held here until the end, and nowhere else.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from guidance_bot.flows.asker import known_of, notices_for
from guidance_bot.flows.engine import Walk, walk
from guidance_bot.flows.outcomes import Outcome, outcome_of
from guidance_bot.flows.plan import Plan
from guidance_bot.flows.record import code_for, record_of, record_text
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import TOGETHER, Flow, Prompt
from guidance_bot.terminal import Paper
from guidance_bot.terminal.flows import outcome_text, step_text
from guidance_bot.wording import sentence

ENDS: Final = frozenset({"quit", "exit", "q"})
AGAIN: Final = frozenset({"again", "start again", "restart", "new"})
_CHANGE: Final = re.compile(r"change(?:\s+(?P<prompt>\S.*))?", re.IGNORECASE)
_SEVERAL: Final = re.compile(r"(?:\s*[,+]\s*|\s+)(?:and\s+)?")


class Walking:
    """One person's walk through a flow; ``choices`` are theirs so far."""

    def __init__(
        self,
        flow: Flow,
        knowledge: Knowledge,
        *,
        jurisdiction: str | None,
        today: date,
        paper: Paper,
    ) -> None:
        self._flow, self._knowledge = flow, knowledge
        self._plan = Plan.of(flow)
        self._today, self._paper = today, paper
        self._jurisdiction = jurisdiction
        self._made: list[str] = []
        self._again: Prompt | None = None
        self.choices: dict[str, str] = {}

    def replies(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield the first prompt, then the reply to each of *lines*, until one ends the walk."""
        yield self._opening()
        for line in lines:
            said = " ".join(line.split())
            if said.casefold() in ENDS:
                return
            if said:
                yield self._reply(said)

    def at(self) -> Walk:
        """Return where the choices lead."""
        organisation = self._knowledge.organisation
        known = known_of(
            self._flow, organisation, self._jurisdiction, self._today, self.choices
        )
        return walk(self._plan, self.choices, known)

    def _opening(self) -> str:
        parts = [self._flow.opening.strip(), self._say("flow-how")]
        told = (self._paper.wrap(part) for part in parts if part)
        return "\n\n".join((*told, self._here()))

    def _here(self) -> str:
        at = self.at()
        for lost in at.dropped:  # told once
            self._forget(lost.prompt)
        outcome = outcome_of(at, self._knowledge)
        if outcome is None:
            return step_text(at, self._knowledge, self._paper)
        organisation = self._knowledge.organisation
        told = outcome_text(
            at,
            outcome,
            self._knowledge,
            self._paper,
            notices=notices_for(self._flow, organisation, at.choices, self._today),
            code=self._code(at, outcome),
        )
        return f"{told}\n\n{self._paper.wrap(self._say('flow-done'))}"

    def _code(self, at: Walk, outcome: Outcome) -> str | None:
        return code_for(outcome, at, self._knowledge, self._today)

    def _reply(self, said: str) -> str:
        word = said.casefold().rstrip(".!")
        if word in AGAIN:
            self.choices, self._made, self._again = {}, [], None
            return self._here()
        if word == "back":
            return self._back()
        if word == "record":
            return self._record()
        if word == "help":
            return self._paper.wrap(self._say("flow-how"))
        if changed := _CHANGE.fullmatch(said):
            return self._change(changed["prompt"] or "")
        return self._choose(said)

    def _back(self) -> str:
        if self._again is None and self._made:
            self.choices.pop(self._made.pop(), None)
        self._again = None
        return self._here()

    def _change(self, named: str) -> str:
        """Ask a prompt again; until the new answer the old ones stay."""
        id_ = _named(named, {p.id: p.text for p in self._flow.prompts})
        self._again = self._flow.prompt(id_ or "")
        if self._again is None:
            return self._which_prompt()
        at = self.at()
        asked = [p.id for p in self._plan.asked(at.choices) if not p.from_asker]
        step = asked.index(id_) + 1 if id_ in asked else at.step
        at = replace(at, prompt=self._again, step=step, dropped=())
        return step_text(at, self._knowledge, self._paper)

    def _which_prompt(self) -> str:
        prompts = ", ".join(prompt.id for prompt in self._flow.prompts)
        return self._paper.wrap(self._say("flow-which-prompt", prompts=prompts))

    def _forget(self, prompt: str) -> None:
        self.choices.pop(prompt, None)
        self._made = [one for one in self._made if one != prompt]

    def _record(self) -> str:
        at = self.at()
        outcome = outcome_of(at, self._knowledge)
        code = self._code(at, outcome) if outcome else None
        if code is None:
            return self._paper.wrap(self._say("flow-no-record"))
        return record_text(record_of(code, self._knowledge), self._knowledge)

    def _choose(self, said: str) -> str:
        id_, is_set, value = said.partition("=")
        asked = self._again or self.at().prompt
        prompt = self._flow.prompt(id_.strip()) if is_set else asked
        if prompt is None and is_set:
            return self._which_prompt()
        if prompt is None:
            return self._paper.wrap(self._say("flow-not-understood"))
        chosen = chosen_in_words(prompt, value if is_set else said)
        if chosen is None:
            return self._paper.wrap(self._not_a_choice(prompt))
        self._again = None
        self._forget(prompt.id)
        self.choices[prompt.id] = chosen
        self._made.append(prompt.id)
        return self._here()

    def _not_a_choice(self, prompt: Prompt) -> str:
        key = "flow-choose-up-to" if prompt.most > 1 else "flow-choose-one"
        return self._say(key, count=len(prompt.choices), most=prompt.most)

    def _say(self, key: str, **values: object) -> str:
        return sentence(key, self._knowledge.organisation.wording, **values)


def chosen_in_words(prompt: Prompt, said: str) -> str | None:
    """Return the choice that *said* means: numbers, ids, or the beginning of a label."""
    labels = {choice.id: choice.label for choice in prompt.choices}
    whole = _choice(prompt, said, labels)
    if whole is not None:
        return whole
    pieces = [
        one for one in _SEVERAL.split(said.strip(" ,+")) if one not in {"", "and"}
    ]
    ids = [_choice(prompt, one, labels) for one in pieces]
    known = [one for one in ids if one is not None]
    if len(known) < len(ids):
        return None
    return prompt.canonical(TOGETHER.join(known))


def _choice(prompt: Prompt, said: str, labels: Mapping[str, str]) -> str | None:
    said = said.strip()
    if said.isdecimal() and len(said) < 3:  # noqa: PLR2004 - nobody offers a hundred choices
        number = int(said)
        within = 1 <= number <= len(prompt.choices)
        return prompt.choices[number - 1].id if within else None
    return _named(said, labels)


def _named(said: str, labels: Mapping[str, str]) -> str | None:
    """Return the key that *said* is, or whose label begins so, where it is only one."""
    word = said.strip().casefold()
    if word in labels:
        return word
    alike = [k for k, label in labels.items() if label.casefold().startswith(word)]
    return alike[0] if len(alike) == 1 and word else None
