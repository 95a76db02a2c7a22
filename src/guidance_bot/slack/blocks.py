"""Said words → blocks of Slack and the text that is heard, in as many messages as it takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)

from guidance_bot.slack.mrkdwn import HEADER_CHARS, SECTION_CHARS, Said, cut, fitted
from guidance_bot.wording import printable

Json = dict[str, Any]

# Slack's recommendation for a text; four such stay below what blocks may hold.
MESSAGE_CHARS: Final = 3_900
MESSAGE_BLOCKS: Final = 45
# More would bury a channel.
MOST_MESSAGES: Final = 2
WINDOW_BLOCKS: Final = 95
# Of the 250 kB that a view may take; bytes, since Slack counts them.
WINDOW_BYTES: Final = 150_000
LABEL_CHARS: Final = 75
OPTION_VALUE_CHARS: Final = 150
MENU_OPTIONS: Final = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One block's worth of words.

    ``quiet`` is small print; ``title`` is the same as plain text, for a header;
    ``beside`` is a control that stands next to it.
    """

    words: Said
    quiet: bool = False
    title: str = ""
    beside: Json | None = None
    block_id: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent once: ``text`` is what a screen reader hears, all of it."""

    text: str
    blocks: tuple[Json, ...] = field(default=())


def messages(
    parts: Sequence[Part], controls: Sequence[Json] = (), *, ending: Part | None = None
) -> tuple[Message, ...]:
    """Return *parts* as one message, or as two where Slack would refuse one.

    What does not fit in two is left out, and *ending* says so. The *controls*
    stand below the last part.
    """
    groups = _groups(parts)
    if len(groups) > MOST_MESSAGES:
        groups = groups[:MOST_MESSAGES]
        groups[-1] += list(_cut_to_size([ending]))[:1] if ending else []
    last = [ActionsBlock(elements=list(controls)).to_dict()] if controls else []
    return tuple(
        Message(
            "\n".join(part.words.spoken for part in group if part.words.spoken),
            (*map(block, group), *(last if group is groups[-1] else ())),
        )
        for group in groups
    )


def _groups(parts: Sequence[Part]) -> list[list[Part]]:
    groups: list[list[Part]] = [[]]
    chars = 0
    for part in _cut_to_size(parts):
        taken = max(len(part.words.shown), len(part.words.spoken))
        if groups[-1] and (
            chars + taken > MESSAGE_CHARS or len(groups[-1]) >= MESSAGE_BLOCKS
        ):
            groups.append([])
            chars = 0
        groups[-1].append(part)
        chars += taken
    return groups


def window_blocks(parts: Sequence[Part], ending: Part) -> list[Json]:
    """Return *parts* as the blocks of a modal; where they are too many or too
    much for one, the first of them and *ending*.
    """
    found: list[Json] = []
    size = 0
    for part in _cut_to_size(parts):
        size += len(part.words.shown.encode())
        if len(found) >= WINDOW_BLOCKS or size > WINDOW_BYTES:
            return [*found, *map(block, list(_cut_to_size([ending]))[:1])]
        found.append(block(part))
    return found


def block(part: Part) -> Json:
    """Return *part* as a block: a header, small print or a section."""
    if part.title:
        text = fitted(printable(part.title), HEADER_CHARS)
        return HeaderBlock(text=PlainTextObject(text=text, emoji=False)).to_dict()
    text_object = MarkdownTextObject(text=part.words.shown)
    if part.quiet:
        return ContextBlock(elements=[text_object]).to_dict()
    return SectionBlock(
        text=text_object, accessory=part.beside, block_id=part.block_id
    ).to_dict()


def button(label: str, action: str, value: str, *, spoken: str | None = None) -> Json:
    """Return a button; *spoken* is its name for a screen reader where longer helps."""
    return ButtonElement(
        text=PlainTextObject(text=fitted(label, LABEL_CHARS), emoji=False),
        action_id=action,
        value=value,
        accessibility_label=fitted(spoken, LABEL_CHARS) if spoken else None,
    ).to_dict()


def fits_menu(options: Sequence[tuple[str, str]]) -> bool:
    """Tell whether Slack takes *options*, each a value and a name, as one menu."""
    values = [value for value, _ in options]
    longest = max(map(len, values), default=0)
    return 0 < len(values) <= MENU_OPTIONS and longest <= OPTION_VALUE_CHARS


def select(label: str, action: str, options: Sequence[tuple[str, str]]) -> Json:
    """Return a menu of *options*, each a value and what it is called."""
    return StaticSelectElement(
        placeholder=PlainTextObject(text=fitted(label, 150), emoji=False),
        action_id=action,
        options=[
            Option(
                text=PlainTextObject(
                    text=fitted(printable(name), LABEL_CHARS), emoji=False
                ),
                value=value,
            )
            for value, name in options
        ],
    ).to_dict()


def _cut_to_size(parts: Sequence[Part]) -> Iterator[Part]:
    for part in parts:
        if part.title or len(part.words.shown) <= SECTION_CHARS:
            yield part
        else:
            yield from (
                Part(words, part.quiet) for words in cut(part.words, SECTION_CHARS)
            )
