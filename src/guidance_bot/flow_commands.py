"""What the command ``flow`` prints: the list, a step, every path, a drawing, or a walk."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date

from guidance_bot import streams
from guidance_bot.errors import UsageError
from guidance_bot.flows import drawing
from guidance_bot.flows.asker import known_of, notices_for
from guidance_bot.flows.documents import flow_json, step_json
from guidance_bot.flows.engine import Walk, walk
from guidance_bot.flows.outcomes import outcome_of
from guidance_bot.flows.phrases import verdict_label
from guidance_bot.flows.plan import Plan
from guidance_bot.flows.proof import all_paths
from guidance_bot.flows.record import code_for
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import TOGETHER, Flow
from guidance_bot.terminal.flows import flows_text, outcome_text, step_text
from guidance_bot.walking import Walking
from guidance_bot.wording import sentence


def print_flows(knowledge: Knowledge, *, as_document: bool) -> None:
    """Print the flows there are, a line each."""
    flows = list(knowledge.flows.values())
    if as_document:
        streams.print_json([flow_json(flow) for flow in flows])
    elif not flows:
        print(sentence("flow-none", knowledge.organisation.wording))
    else:
        print(flows_text(flows, streams.paper()))


class Deciding:
    """The flow *name*, for somebody from *jurisdiction*, *today*."""

    def __init__(
        self, name: str, knowledge: Knowledge, jurisdiction: str | None, today: date
    ) -> None:
        if name not in knowledge.flows:
            names = ", ".join(knowledge.flows) or "none"
            raise UsageError(f"no flow {name!r}; there are: {names}")
        self._flow: Flow = knowledge.flows[name]
        self._knowledge, self._today = knowledge, today
        self._jurisdiction = jurisdiction

    def print_step(self, chosen: Sequence[str], *, as_document: bool) -> None:
        """Print where the choices lead: the next prompt, or the outcome."""
        knowledge, paper = self._knowledge, streams.paper()
        at = self._at(chosen)
        outcome = outcome_of(at, knowledge)
        code = code_for(outcome, at, knowledge, self._today) if outcome else None
        organisation = knowledge.organisation
        notices = notices_for(self._flow, organisation, at.choices, self._today)
        if as_document:
            streams.print_json(step_json(at, outcome, knowledge, code, notices))
        elif outcome is None:
            print(step_text(at, knowledge, paper))
        else:
            told = outcome_text(
                at, outcome, knowledge, paper, notices=notices, code=code
            )
            print(told)

    def _at(self, chosen: Sequence[str]) -> Walk:
        choices = self._choices(chosen)
        known = known_of(
            self._flow,
            self._knowledge.organisation,
            self._jurisdiction,
            self._today,
            choices,
        )
        return walk(Plan.of(self._flow), choices, known)

    def _choices(self, chosen: Sequence[str]) -> dict[str, str]:
        """Return the choices as they were typed; UsageError for one that there is not."""
        typed: dict[str, list[str]] = {}
        for one in chosen:
            id_, sign, ids = one.partition("=")
            if not sign or not ids.strip():
                raise UsageError(f"--choose is {one!r}; write it as prompt=choice")
            typed.setdefault(id_.strip(), []).extend(
                ids.replace(",", TOGETHER).split(TOGETHER)
            )
        found: dict[str, str] = {}
        for id_, parts in typed.items():
            prompt = self._flow.prompt(id_)
            if prompt is None:
                prompts = ", ".join(prompt.id for prompt in self._flow.prompts)
                raise UsageError(f"no prompt {id_!r}; there are: {prompts}")
            canonical = prompt.canonical(TOGETHER.join(part.strip() for part in parts))
            if canonical is None:
                choices = ", ".join(choice.id for choice in prompt.choices)
                up_to = f"; up to {prompt.most} together" if prompt.most > 1 else ""
                raise UsageError(
                    f"{id_} cannot be {', '.join(parts)!r}; it can be one of: {choices}{up_to}"
                )
            found[id_] = canonical
        return found

    def print_all_paths(self, *, as_document: bool) -> None:
        """Print every combination of choices: a row each, or a count of each outcome."""
        paths = all_paths(self._flow, self._knowledge)
        if as_document:
            before = "["
            for path in paths:
                print(before, json.dumps(path.as_json()), sep="", end="")
                before = ",\n"
            print("]" if before != "[" else "[]")
            return
        counts = Counter((path.outcome, path.verdict) for path in paths)
        rows = (
            (f"{outcome}: {verdict_label(self._flow, verdict)}", f"{count:,}")
            for (outcome, verdict), count in sorted(counts.items())
        )
        streams.print_table(("Outcome and verdict", "Combinations"), rows)
        print(f"{sum(counts.values()):,} combinations")

    def print_drawing(self, kind: str) -> None:
        """Print the flow as Mermaid or SVG, or its modes as a table."""
        if kind == "matrix":
            drawn = drawing.matrix(self._flow, self._knowledge)
            if not drawn.strip():
                raise UsageError(f"the flow {self._flow.name!r} has no modes to list")
        else:
            draw = drawing.svg if kind == "svg" else drawing.mermaid
            drawn = draw(self._flow)
        print(drawn.rstrip("\n"))

    def walk(self) -> None:
        """Walk with somebody who types."""
        walking = Walking(
            self._flow,
            self._knowledge,
            jurisdiction=self._jurisdiction,
            today=self._today,
            paper=streams.paper(),
        )
        try:
            for reply in walking.replies(streams.lines()):
                print(reply, end="\n\n", flush=True)
        except KeyboardInterrupt:
            streams.complain("")
