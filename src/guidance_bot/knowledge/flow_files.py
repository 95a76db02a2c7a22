"""flows/<name>.yaml → a Flow, and what is wrong with the file on its own.

What only shows when every combination is walked is the proof's to find.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from guidance_bot.errors import Problem
from guidance_bot.knowledge import flow_schema, schema
from guidance_bot.knowledge.flow import Conditions, Cues, Flow, Prompt, flow_of
from guidance_bot.knowledge.yaml_text import YamlText, read_yaml

NAME_CHARS: Final = 12
DIGEST_CHARS: Final = 16
_PATH: Final = re.compile(r"flows/(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)\.ya?ml")
Place: TypeAlias = tuple[str | int, ...]
Slip: TypeAlias = tuple[Place, str]
# Where ids have to differ from one another.
_LISTS: Final = ("prompts", "rules", "outcomes")


def read_flow(name: str, path: str, text: str) -> tuple[Flow | None, list[Problem]]:
    """Return the flow in *text*, the file *name* of its folder, or None where it has mistakes."""
    match = _PATH.fullmatch(name)
    if match is None or len(match["name"]) > NAME_CHARS:
        message = (
            f"a flow lies at flows/<name>.yaml; its name has lower-case letters, digits "
            f"and hyphens, at most {NAME_CHARS}"
        )
        return None, [Problem(path, 1, message)]
    document, problems = read_yaml(text, path)
    if problems:
        return None, problems
    if document.value is None:
        return None, [Problem(path, 1, "this flow is empty; it needs a title")]
    entry, problems = schema.validate(flow_schema.FlowFile, document, path)
    if entry is None:
        return None, problems
    given = flow_schema.plain(entry)
    problems += _doubles(given, document, path)
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGEST_CHARS]
    flow = flow_of(
        {**given, "name": match["name"], "digest": digest}
        | {"path": path, "lines": _lines(document)}
    )
    problems += [
        Problem(path, document.line(place), message)
        for place, message in _references(flow)
    ]
    return (None if problems else flow), sorted(problems)


def _lines(document: YamlText) -> dict[str, int]:
    return {".".join(map(str, place)): line for place, line in document.lines.items()}


def _doubles(
    given: Mapping[str, Any], document: YamlText, path: str
) -> Iterator[Problem]:
    lists: list[tuple[Place, Any]] = [((name,), given[name]) for name in _LISTS]
    lists += [
        (("prompts", number, "choices"), prompt["choices"])
        for number, prompt in enumerate(given["prompts"])
    ]
    for place, entries in lists:
        seen: dict[str, int] = {}
        for number, entry in enumerate(entries):
            line = document.line((*place, number, "id"))
            if entry["id"] in seen:
                message = (
                    f"the id {entry['id']!r} is already on line {seen[entry['id']]}"
                )
                yield Problem(path, line, message)
            seen.setdefault(entry["id"], line)


def _references(flow: Flow) -> Iterator[Slip]:
    """Yield what names a prompt, choice, rule or verdict that the flow does not have."""
    for number in range(len(flow.prompts)):
        yield from _in_prompt(flow, number)
    if all(prompt.from_asker for prompt in flow.prompts):
        yield ("prompts",), "nothing is asked: every prompt is 'from_asker'"
    for number in range(len(flow.rules)):
        yield from _in_rule(flow, number)
    for number, pair in enumerate(flow.none_needed):
        for place, one in enumerate(pair.prompts):
            spot: Place = ("none_needed", number, "prompts", place)
            yield from _unknown(one, _prompts(flow), "no prompt", spot)
    for number in range(len(flow.outcomes)):
        yield from _in_outcome(flow, number)
    yield from _in_cues(flow)


def _in_prompt(flow: Flow, number: int) -> Iterator[Slip]:
    prompt, here = flow.prompts[number], ("prompts", number)
    yield from _in_conditions(flow, prompt.when, (*here, "when"))
    if prompt.default is not None and prompt.default not in prompt.answers():
        message = f"default: {prompt.id!r} has no choice {prompt.default!r}"
        yield (*here, "default"), message
    if prompt.from_asker is (prompt.default is None):
        yield here, f"{prompt.id!r}: 'from_asker' and 'default' go together"
    if prompt.most > len([choice for choice in prompt.choices if not choice.alone]):
        yield (*here, "most"), f"most: {prompt.most} of these cannot stand together"
    for place in range(len(prompt.choices)):
        yield from _in_choice(flow, prompt, place, (*here, "choices", place))
    ids = {choice.id for choice in prompt.choices}
    if prompt.id == "notice" and (ids != {"in-force", "none"} or not prompt.from_asker):
        message = "the prompt 'notice' is 'from_asker', with the choices 'in-force' and 'none'"
        yield here, message


def _in_choice(flow: Flow, prompt: Prompt, number: int, place: Place) -> Iterator[Slip]:
    choice = prompt.choices[number]
    if choice.unsure is not bool(choice.find_out):
        message = (
            f"{choice.id!r}: 'unsure' and 'find_out' go together: what to find out, "
            "and from whom"
        )
        yield place, message
    if choice.unsure and not any(outcome.both for outcome in flow.outcomes):
        yield place, f"{choice.id!r} is unsure: an outcome has to show 'both'"
    if choice.unsure and prompt.most > 1 and not choice.alone:
        message = (
            f"{choice.id!r} is unsure: no other choice goes with it: 'alone: true'"
        )
        yield place, message


def _in_rule(flow: Flow, number: int) -> Iterator[Slip]:
    rule, here = flow.rules[number], ("rules", number)
    yield from _in_conditions(flow, rule.when, (*here, "when"))
    yield from _unknown(rule.verdict, _verdicts(flow), "no verdict", (*here, "verdict"))
    others = {one.id: one for one in flow.rules if one.id != rule.id}
    for place, other in enumerate(rule.over):
        yield from _unknown(other, list(others), "no rule", (*here, "over", place))
        if other in others and others[other].verdict != rule.verdict:
            message = (
                f"over: {other!r} has another verdict, and the more cautious comes "
                "first by itself; take it out"
            )
            yield (*here, "over", place), message


def _prompts(flow: Flow) -> list[str]:
    return [prompt.id for prompt in flow.prompts]


def _verdicts(flow: Flow) -> list[str]:
    return [verdict.id for verdict in flow.verdicts]


def _in_outcome(flow: Flow, number: int) -> Iterator[Slip]:
    outcome, here = flow.outcomes[number], ("outcomes", number)
    yield from _in_conditions(flow, outcome.when, (*here, "when"))
    if outcome.compare is not None:
        where = (*here, "compare")
        yield from _unknown(outcome.compare, _prompts(flow), "no prompt", where)
        compared = flow.prompt(outcome.compare)
        if compared is not None and compared.most > 1:
            yield (
                where,
                "compare: two choices can stand together there; there is no other one",
            )
    if outcome.verdict is not None:
        where = (*here, "verdict")
        yield from _unknown(outcome.verdict, _verdicts(flow), "no verdict", where)
    if (outcome.verdict is None) is bool(outcome.says):
        message = f"{outcome.id!r}: 'verdict' and 'says' go together; without them the rules decide"
        yield here, message
    if outcome.compare_text and outcome.compare is None:
        yield (*here, "compare_text"), "compare_text needs 'compare', a prompt"
    for place, section in enumerate(outcome.sections):
        there = (*here, "sections", place)
        yield from _in_conditions(flow, section.when, (*there, "when"))
        whens = [("items", n, one.when) for n, one in enumerate(section.items)]
        whens += [("quotes", n, one.when) for n, one in enumerate(section.quotes)]
        for kind, n, when in whens:
            yield from _in_conditions(flow, when, (*there, kind, n, "when"))


def _in_conditions(flow: Flow, conditions: Conditions, place: Place) -> Iterator[Slip]:
    for condition in conditions:
        for test in condition:
            prompt = flow.prompt(test.prompt)
            if prompt is None:
                yield from _unknown(test.prompt, _prompts(flow), "no prompt", place)
                continue
            ids = [choice.id for choice in prompt.choices]
            for one in test.choices:
                yield from _unknown(one, ids, f"{prompt.id!r} has no choice", place)


def _unknown(
    word: str, known: Sequence[str], says: str, place: Place
) -> Iterator[Slip]:
    if word not in known:
        hint = schema.did_you_mean(word, known) or f"; there are {', '.join(known)}"
        yield place, f"{says} {word!r}{hint}"


def _in_cues(flow: Flow) -> Iterator[Slip]:
    starts: list[tuple[Place, Cues]] = [
        (("cues",), flow.cues),
        (("cues", "unless"), flow.unless),
    ]
    for start, held in starts:
        for prompt_id, choices in held.items():
            here: Place = (*start, prompt_id)
            prompt = flow.prompt(prompt_id)
            if prompt is None:
                yield from _unknown(prompt_id, _prompts(flow), "no prompt", here)
                continue
            ids = [choice.id for choice in prompt.choices]
            for choice in choices:
                says = f"{prompt_id!r} has no choice"
                yield from _unknown(choice, ids, says, (*here, choice))
