"""Every sentence the bot says in its own voice; guidance speaks for itself.

``{braces}`` are filled by the caller. A folder may override a sentence under
``wording:`` in organisation.yaml by its key in ``SENTENCES``.
"""

from collections.abc import Mapping
from typing import Final

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
    "which-rules": "Rules differ by employer. For yours, add --for and one of: {codes}.",
    "binds": "This page is for: {jurisdictions}.",
    "page": "Page: {title}",
    "owner": "owner: {name}",
    "starter": "starter text",
    "adopted": "reviewed {date} by {person}",
    "reviewed": "reviewed {date}",
    "overdue": "due for review",
    "not-permission": "Guidance, not permission.",
    "sensitive": "A sensitive subject: keep this answer between us.",
    "check-first": "Check first: {policies}.",
    "based-on": "Our advice, based on",
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

NUMBERS: Final = ("No", "One", "Two", "Three")
MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def sentence(key: str, overrides: Mapping[str, str], **values: object) -> str:
    """Return the sentence *key* with its values filled in, overridden or ours."""
    return overrides.get(key, SENTENCES[key]).format(**values)


def quoted(words: tuple[str, ...], *, joint: str = "or") -> str:
    """Return up to four words in quotation marks, as one phrase."""
    marked = [f"“{word}”" for word in words[:4]]
    *others, last = marked or [""]
    return f"{', '.join(others)} {joint} {last}" if others else last
