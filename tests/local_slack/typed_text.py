"""What a person types, as Slack encodes it for the app."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.local_slack.answers import Json

BROADCASTS = ("channel", "here", "everyone")
_TLDS = "com|org|net|uk|gov|edu|io|dev|eu|info"
_ADDRESS = (
    r"(?P<url>https?://[^\s<>|]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    rf"|(?P<bare>\b(?:[a-z0-9-]+\.)+(?:{_TLDS})\b(?:/[^\s<>|]*)?)"
)


@dataclass(frozen=True)
class Names:
    """Who and what can be mentioned: id by name in lower case."""

    people: Mapping[str, str]
    channels: Mapping[str, str]


def escaped(text: str) -> str:
    """Return *text* with the three characters that Slack escapes as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _address(found: str, **more: Any) -> tuple[Json, str]:
    # A full stop or bracket at the end belongs to the sentence, not the address.
    bare = found.rstrip(".,;:!?)'\"")
    return {"type": "link", "url": bare, **more}, found[len(bare) :]


def _mention(found: str, names: Names) -> Json:
    word = found[1:].lower()
    if found[0] == "#":
        return {"type": "channel", "channel_id": names.channels[word]}
    if word in BROADCASTS:
        return {"type": "broadcast", "range": word}
    return {"type": "user", "user_id": names.people[word]}


def _leaf(match: re.Match[str], names: Names) -> tuple[Json, str]:
    found = match.group()
    if match["url"]:
        return _address(found)
    if match["mail"]:
        return {"type": "link", "url": f"mailto:{found}", "text": found}, ""
    if match["bare"]:
        leaf, rest = _address(found)
        leaf["text"], leaf["url"] = leaf["url"], f"http://{leaf['url']}"
        return leaf, rest
    return _mention(found, names), ""


def _pattern(names: Names) -> re.Pattern[str]:
    def any_of(words: Iterable[str]) -> str:
        return "|".join(re.escape(one) for one in sorted(words, key=len, reverse=True))

    people = any_of([*names.people, *BROADCASTS])
    mentions = rf"(?<![\w@])@(?:{people})\b|(?<![\w#])#(?:{any_of(names.channels)})\b"
    return re.compile(f"{_ADDRESS}|{mentions}", re.IGNORECASE)


def leaves(text: str, names: Names) -> list[Json]:
    """Return the rich-text elements of what was typed, texts unescaped."""
    found: list[Json] = []
    pending = ""
    position = 0
    for match in _pattern(names).finditer(text):
        pending += text[position : match.start()]
        position = match.end()
        leaf, rest = _leaf(match, names)
        if pending:
            found.append({"type": "text", "text": pending})
        found.append(leaf)
        pending = rest
    pending += text[position:]
    if pending:
        found.append({"type": "text", "text": pending})
    return found


def _written(leaf: Json, channel_names: Mapping[str, str]) -> str:
    kind = leaf["type"]
    if kind == "user":
        return f"<@{leaf['user_id']}>"
    if kind == "broadcast":
        return f"<!{leaf['range']}>"
    if kind == "channel":
        return f"<#{leaf['channel_id']}|{channel_names[leaf['channel_id']]}>"
    if kind == "link":
        label = f"|{escaped(leaf['text'])}" if "text" in leaf else ""
        return f"<{escaped(leaf['url'])}{label}>"
    return escaped(leaf["text"])


def encoded(parts: list[Json], names: Names) -> str:
    """Return *parts* as the ``text`` that Slack sends to an app."""
    channel_names = {value: name for name, value in names.channels.items()}
    return "".join(_written(leaf, channel_names) for leaf in parts)


def rich_text(parts: list[Json], block_id: str) -> Json:
    """Return the block that Slack attaches to what a person typed."""
    section = {"type": "rich_text_section", "elements": parts}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def mentioned(text: str) -> Iterator[str]:
    """Yield the ids of the people that encoded *text* mentions."""
    yield from re.findall(r"<@([A-Z0-9]+)(?:\|[^>]*)?>", text)
