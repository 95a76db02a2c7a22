"""What a decision flow holds once it is read: plain frozen values, standard library only.

A flow is a decision table: prompts offer choices, rules turn the choices into a
verdict, and outcomes are put together from what was chosen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final, Literal, TypeAlias

Cues: TypeAlias = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Prompt → choice → what people write."""
TOGETHER: Final = "+"
"""Joins the ids of several choices at one prompt: ``better-policy+remove-barriers``."""

Take: TypeAlias = Literal["text", "list", "official"]


@dataclass(frozen=True, slots=True)
class Test:
    """One prompt's part of a condition: any of ``choices`` was chosen, or none was."""

    prompt: str
    choices: tuple[str, ...]
    negated: bool = False

    def holds(self, chosen: str) -> bool:
        """Tell whether *chosen*, one or several ids, passes."""
        among = any(one in self.choices for one in chosen.split(TOGETHER))
        return among is not self.negated


Condition: TypeAlias = tuple[Test, ...]
"""Every test has to hold; a prompt without a choice passes none."""
Conditions: TypeAlias = tuple[Condition, ...]
"""One of them has to hold; none at all holds always."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a prompt.

    ``short`` stands for it inside a sentence. ``alone``: never together with another.
    ``unsure``: it leaves the others open; ``find_out`` then says what to find out, and
    from whom.
    """

    id: str
    label: str
    short: str = ""
    help: str = ""
    alone: bool = False
    unsure: bool = False
    find_out: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to choose. ``most``: how many choices may be made together.

    With ``from_asker`` it is not asked: it starts with ``default`` and can be changed.
    """

    id: str
    text: str
    choices: tuple[Choice, ...]
    help: str = ""
    most: int = 1
    from_asker: bool = False
    default: str | None = None
    when: Conditions = ()
    passages: tuple[str, ...] = ()

    def choice(self, id_: str) -> Choice | None:
        """Return the choice with this id, or None."""
        return next((choice for choice in self.choices if choice.id == id_), None)

    def answers(self) -> Iterator[str]:
        """Yield every answer: each choice, then those that may stand together."""
        yield from (choice.id for choice in self.choices)
        free = [choice.id for choice in self.choices if not choice.alone]
        for count in range(2, self.most + 1):
            yield from map(TOGETHER.join, combinations(free, count))

    def canonical(self, chosen: str) -> str | None:
        """Return *chosen* with its ids in the prompt's order, or None where it is no answer."""
        ids = chosen.split(TOGETHER)
        ordered = [choice for choice in self.choices if choice.id in ids]
        is_known = len(ordered) == len(ids) == len(set(ids))
        stand_together = len(ids) == 1 or not any(choice.alone for choice in ordered)
        if not is_known or not stand_together or len(ids) > self.most:
            return None
        return TOGETHER.join(choice.id for choice in ordered)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of a flow's verdicts; the first in the flow is the most cautious."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What decides the verdict where ``when`` holds: ``says`` is the outcome's first line.

    The more cautious verdict wins; of two with the same one, the rule that names
    the other in ``over``. With ``governed`` an official text must be among its passages.
    """

    id: str
    when: Conditions
    verdict: str
    says: str
    over: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    governed: bool = False


@dataclass(frozen=True, slots=True)
class NoneNeeded:
    """A pair of prompts that no rule has to decide together, and why."""

    prompts: tuple[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a section, shown where ``when`` holds."""

    text: str
    when: Conditions = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """Paragraphs of a passage, at most ``words`` of them, never cut inside one.

    With ``own`` the page's section for the asker's jurisdiction comes instead,
    where it has one. ``take``: everything in order, list items alone, or of a section
    for one jurisdiction its first paragraph and official ones.
    """

    passage: str
    words: int = 60
    take: Take = "text"
    own: bool = False
    when: Conditions = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an outcome: a heading, then text, items and quotes, in this order."""

    heading: str
    text: str = ""
    items: tuple[Item, ...] = ()
    most: int = 9
    numbered: bool = False
    quotes: tuple[Quote, ...] = ()
    when: Conditions = ()


@dataclass(frozen=True, slots=True)
class OutcomeForm:
    """How outcomes are put together where ``when`` holds.

    ``{prompt}`` in ``id``, ``mode``, ``page`` and passages stands for what was
    chosen. Without a ``verdict`` the rules decide. ``both``: what is still unsure
    is shown both ways. ``goes_to`` names the flow that goes on from here,
    ``compare`` the prompt whose other choice is the neighbouring outcome.
    """

    id: str
    title: str
    when: Conditions = ()
    mode: str | None = None
    page: str | None = None
    verdict: str | None = None
    says: str = ""
    sections: tuple[Section, ...] = ()
    both: bool = False
    recorded: bool = True
    goes_to: str | None = None
    compare: str | None = None
    compare_text: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """A decision flow. ``screen``: all prompts at once, or one step after the other.

    ``cues`` are the words that state a choice (prompt → choice → cues), ``unless``
    those that take it back, ``words`` the lists that cues name. ``digest`` is of
    the file; ``lines`` says where things stand in it, by keys such as ``rules.3.when``.
    """

    name: str
    title: str
    summary: str
    prompts: tuple[Prompt, ...]
    verdicts: tuple[Verdict, ...]
    outcomes: tuple[OutcomeForm, ...]
    rules: tuple[Rule, ...] = ()
    none_needed: tuple[NoneNeeded, ...] = ()
    opening: str = ""
    screen: Literal["one", "steps"] = "steps"
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cues: Cues = field(default_factory=dict)
    unless: Cues = field(default_factory=dict)
    digest: str = ""
    path: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def prompt(self, id_: str) -> Prompt | None:
        """Return the prompt with this id, or None."""
        return next((prompt for prompt in self.prompts if prompt.id == id_), None)


def flow_of(given: Mapping[str, Any]) -> Flow:
    """Return the flow in *given*: plain values, shaped as ``dataclasses.asdict`` shapes them."""
    return Flow(
        **{
            **given,
            "prompts": tuple(map(_prompt, given["prompts"])),
            "verdicts": tuple(Verdict(**one) for one in given["verdicts"]),
            "outcomes": tuple(map(_outcome, given["outcomes"])),
            "rules": tuple(
                Rule(**_tuples(one) | {"when": _when(one)}) for one in given["rules"]
            ),
            "none_needed": tuple(
                NoneNeeded(**_tuples(one)) for one in given["none_needed"]
            ),
            "words": {name: tuple(cues) for name, cues in given["words"].items()},
            "cues": _cues(given["cues"]),
            "unless": _cues(given["unless"]),
        }
    )


def _tuples(given: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}


def _when(given: Mapping[str, Any]) -> Conditions:
    return tuple(
        tuple(Test(**_tuples(test)) for test in condition)
        for condition in given["when"]
    )


def _prompt(given: Mapping[str, Any]) -> Prompt:
    choices = tuple(Choice(**one) for one in given["choices"])
    return Prompt(**_tuples(given) | {"choices": choices, "when": _when(given)})


def _outcome(given: Mapping[str, Any]) -> OutcomeForm:
    sections = tuple(map(_section, given["sections"]))
    return OutcomeForm(**_tuples(given) | {"sections": sections, "when": _when(given)})


def _section(given: Mapping[str, Any]) -> Section:
    items = tuple(Item(one["text"], _when(one)) for one in given["items"])
    quotes = tuple(Quote(**one | {"when": _when(one)}) for one in given["quotes"])
    return Section(
        **_tuples(given) | {"items": items, "quotes": quotes, "when": _when(given)}
    )


def _cues(given: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        prompt: {choice: tuple(cues) for choice, cues in choices.items()}
        for prompt, choices in given.items()
    }
