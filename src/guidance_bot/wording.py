"""Every sentence the bot says in its own voice; guidance speaks for itself.

``{braces}`` are filled by the caller. A folder may override a sentence under
``wording:`` in organisation.yaml by its key in ``SENTENCES``.
"""

import re
from collections.abc import Mapping
from typing import Final

# What steers a terminal, a reader or a chat; tab and newline are text.
CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
MAX_QUESTION_CHARS: Final = 1_500

SENTENCES: Final[Mapping[str, str]] = {
    "empty": "Ask me about using social media at work, for example: can I blog anonymously?",
    "greeting": "Ask me about using social media at work, for example: can I blog anonymously?",
    "thanks": "Glad that helped. Ask me anything else about using social media at work.",
    "help": (
        "I find the passage of our guidance that answers your question, and say who stands behind it. "
        "Ask in your own words, for example: who signs off a reply?"
    ),
    "over-long": (
        "That is longer than I can read: {length} characters, and I take {limit}. "
        "Ask the question in a sentence or two."
    ),
    "other-language": "I can only read English. Please ask your question in English.",
    "nothing": "Our guidance does not cover {words}. It is about using social media at work.",
    "nothing-unnamed": "Our guidance has nothing on that. It is about using social media at work.",
    "misses": "Nothing here mentions {words}.",
    "sources": "Sources",
    "see-also": "See also",
    "nearest-pages": "The nearest pages",
    "ask-owner": "To ask a person: {owner}.",
    "unsure-one": "One page comes close{missing}.",
    "unsure-many": "{count} pages come close{missing}.",
    "missing-one": "; it does not mention {words}",
    "missing-two": "; neither mentions {words}",
    "missing-many": "; none mentions {words}",
    "not-these": "Not these? Ask {owner}.",
    "which-rules": "Rules differ by employer. This page also has a section for: {codes}.",
    "binds": "This page is for: {jurisdictions}.",
    "section-binds": "This section is for: {jurisdictions}.",
    "read-as": "Read {word} as {known}.",
    "page": "Page: {title}",
    "owner": "owner: {name}",
    "starter": "starter text",
    "adopted": "reviewed {date} by {person}",
    "reviewed": "reviewed {date}",
    "overdue": "due for review",
    "not-permission": "Guidance, not permission.",
    "sensitive": "A sensitive subject: keep this answer between us.",
    "check-first": "Check first: {policies}.",
    "based-on": "our advice, based on {numbers}",
}

AUTHORITY: Final[Mapping[str, str]] = {
    "rule": "Rule",
    "decision": "Decision",
    "guidance": "Official guidance",
    "toolkit": "Toolkit",
    "case-study": "Case study",
    "commentary": "Commentary",
    "house": "Our advice",
}

STATE: Final[Mapping[str, str]] = {
    "replaced": "since replaced",
    "historic": "historic",
    "unknown": "not checked whether in force",
    "undated": "undated",
    "some": "partly in force",
    "none": "not confirmed in force",
}

NUMBERS: Final = ("No", "One", "Two", "Three")
MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def sentence(key: str, overrides: Mapping[str, str], **values: object) -> str:
    """Return the sentence *key* with its values filled in, overridden or ours."""
    return overrides.get(key, SENTENCES[key]).format(**values)


def printable(text: str) -> str:
    """Return *text* without the characters that would steer a terminal."""
    return CONTROL.sub("", text)


def quoted(words: tuple[str, ...], *, joint: str = "or") -> str:
    """Return up to four words in quotation marks, as one phrase."""
    marked = [f"“{word}”" for word in words[:4]]
    *others, last = marked or [""]
    return f"{', '.join(others)} {joint} {last}" if others else last
