"""What a file of flows/ may say, as pydantic models; ``plain`` gives what ``flow_of`` takes."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from guidance_bot.knowledge.schema import Entry, Text

ID_CHARS: Final = 60
PROMPT_ID: Final = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_NOT: Final = "not"
_WHEN: Final = "write 'when' as prompt: choice, or as prompt: {not: [choice]}"


def _id(value: Any) -> Any:
    if not isinstance(value, str) or not PROMPT_ID.fullmatch(value):
        raise ValueError(
            f"{value!r} is no id; write lower-case letters, digits, hyphens"
        )
    if len(value) > ID_CHARS:
        raise ValueError(f"an id of {len(value)} characters; {ID_CHARS} fit")
    return value


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _when(value: Any) -> Any:
    """Return conditions as rows of tests; an editor writes mappings."""
    if not value:
        raise ValueError(_WHEN)
    conditions = value if isinstance(value, list) else [value]
    return tuple(_condition(condition) for condition in conditions)


def _condition(value: Any) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, dict) or not value:
        raise ValueError(_WHEN)
    return tuple(_test(str(prompt), chosen) for prompt, chosen in value.items())


def _test(prompt: str, chosen: Any) -> dict[str, Any]:
    negated = isinstance(chosen, dict) and set(chosen) == {_NOT}
    choices = _listed(chosen[_NOT] if negated else chosen)
    if not isinstance(choices, list) or not choices:
        raise ValueError(_WHEN)
    if not all(isinstance(one, str) for one in choices):
        raise ValueError(_WHEN)
    return {"prompt": prompt, "choices": choices, "negated": negated}


Id = Annotated[str, BeforeValidator(_id)]
When = Annotated[tuple[tuple[dict[str, Any], ...], ...], BeforeValidator(_when)]
Listed = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
Count = Annotated[int, Field(ge=1, le=200)]


class ChoiceEntry(Entry):
    """One choice at a prompt."""

    id: Id
    label: Text
    short: str = ""
    help: str = ""
    alone: bool = False
    unsure: bool = False
    find_out: str = ""


class PromptEntry(Entry):
    """One prompt of a flow."""

    id: Id
    text: Text
    choices: tuple[ChoiceEntry, ...] = Field(min_length=1)
    help: str = ""
    most: Annotated[int, Field(ge=1, le=3)] = 1
    from_asker: bool = False
    default: Text | None = None
    when: When = ()
    passages: Listed = ()


class RuleEntry(Entry):
    """One rule for the verdict."""

    id: Id
    when: When = ()
    verdict: Text
    says: Text
    over: Listed = ()
    passages: Listed = ()
    governed: bool = False


class NoneNeededEntry(Entry):
    """A pair of prompts that needs no rule."""

    prompts: tuple[Text, Text]
    reason: Text


class ItemEntry(Entry):
    """A line of a section."""

    text: Text
    when: When = ()


class QuoteEntry(Entry):
    """What a section quotes."""

    passage: Text
    words: Count = 60
    take: Literal["text", "list", "official"] = "text"
    own: bool = False
    when: When = ()


class SectionEntry(Entry):
    """A part of an outcome."""

    heading: Text
    text: str = ""
    items: tuple[ItemEntry, ...] = ()
    most: Count = 9
    numbered: bool = False
    quotes: tuple[QuoteEntry, ...] = ()
    when: When = ()


class OutcomeEntry(Entry):
    """How outcomes are put together."""

    id: Text
    title: Text
    when: When = ()
    mode: Text | None = None
    page: Text | None = None
    verdict: Text | None = None
    says: str = ""
    sections: tuple[SectionEntry, ...] = ()
    both: bool = False
    recorded: bool = True
    goes_to: Text | None = None
    compare: Text | None = None
    compare_text: str = ""


class CuesEntry(BaseModel):
    """The words that state a choice; every key but these two is a prompt."""

    model_config = ConfigDict(extra="allow", frozen=True)

    words: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    unless: dict[str, dict[str, tuple[Text, ...]]] = Field(default_factory=dict)

    __pydantic_extra__: dict[str, dict[str, tuple[Text, ...]]]


def _no_cues() -> CuesEntry:
    return CuesEntry.model_validate({})


class FlowFile(Entry):
    """A file of flows/ as a whole."""

    title: Text
    summary: Text
    opening: str = ""
    screen: Literal["one", "steps"] = "steps"
    verdicts: dict[Id, Text] = Field(min_length=1)
    prompts: tuple[PromptEntry, ...] = Field(min_length=1)
    rules: tuple[RuleEntry, ...] = ()
    none_needed: tuple[NoneNeededEntry, ...] = ()
    outcomes: tuple[OutcomeEntry, ...] = Field(min_length=1)
    cues: CuesEntry = Field(default_factory=_no_cues)


def plain(entry: FlowFile) -> dict[str, Any]:
    """Return *entry* as ``flow_of`` takes it, without the file's name and lines."""
    given = entry.model_dump()
    verdicts = [{"id": id_, "label": label} for id_, label in entry.verdicts.items()]
    return given | {
        "verdicts": verdicts,
        "words": entry.cues.words,
        "unless": entry.cues.unless,
        "cues": entry.cues.__pydantic_extra__,
    }
