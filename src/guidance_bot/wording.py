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
    "thanks": "You're welcome. Ask me anything else about using social media at work.",
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
    "choose-shorter": "Rules differ by employer: ask in fewer words to choose yours.",
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
    "sensitive": "A sensitive subject: only you see this answer.",
    "check-first": "Check first: {policies}.",
    "based-on": "our advice, based on {numbers}",
    "choose-rules": "Choose whose rules bind you.",
    "choose-rules-label": "Your employer",
    "answered-privately": "I've answered you privately.",
    "changed": "The guidance has changed since that answer. This is the answer now.",
    "kept": "Kept: the answer is in your messages with me.",
    "posted": "Posted to the channel.",
    "not-posted": "Slack did not let me post there. Copy the answer, or ask me in the channel with a mention.",
    "shared-by": "Shared by {person}.",
    "will-be-posted": "Post to channel shows the answer and your question to everyone there, and names you.",
    "asked": "The question was: {question}",
    "nothing-particular": "Nothing here is for {jurisdiction} in particular.",
    "entry": "{title} (“{heading}”)",
    "own-section": "The page also has a section for {jurisdiction}: “{heading}”.",
    "official-texts": "What official texts say",
    "receipt": "Receipt: {receipt}. Quote it when you report a wrong answer.",
    "read-there": "Read this page in your browser",
    "edit-there": "Suggest a change to this page",
    "message-ends": "The answer goes on; read the whole page for the rest.",
    "window-ends": "The page is longer than a window in Slack can be; the rest is left out here.",
    "page-gone": "That page is no longer in the guidance. Please ask again.",
    "old-button": "That button belongs to an older message of mine. Please ask again.",
    "apology": "Something went wrong on my side. Please try again in a minute. If it happens again, give the people who run me this reference: {reference}.",
    "slack-help": (
        "Send me a direct message, or mention {person} in a channel: I answer in a thread there.\n"
        "Type {command} and your question for an answer that only you see.\n"
        "Type /engage, or write engage to me, to work out how to engage and what to settle first.\n"
        "Under an answer you can read the whole page and keep the answer in your messages. More has its sources and, where only you see the answer, posts it to the channel.\n"
        "In a thread of direct messages I read a question with your earlier ones there; anywhere else I read each message by itself. I do not keep what you ask; Slack keeps messages as your workspace decides."
    ),
    "chat-opening": "Ask about using social media at work, a question a line; help says what else you can type.",
    "chat-help": (
        "I remember your last three questions, so you can go on with “and for councils?”. Nothing is kept after we finish.\n"
        "help: what you can type\n"
        "more: the whole passage that the last answer cites first, with its sources\n"
        "new: forget what you asked before\n"
        "for CODE: say whose rules bind you, with one of: {codes}\n"
        "for nobody: forget whose rules bind you\n"
        "quit or exit: finish, as Ctrl-D and Ctrl-C do"
    ),
    "chat-new": "Forgotten. What would you like to ask?",
    "chat-for": "From now on I answer for: {jurisdiction}.",
    "chat-for-nobody": "From now on I answer as if you had not said whose rules bind you.",
    "chat-which-code": "After “for” I know only: {codes}; or nobody.",
    "chat-no-more": "No passage was cited, so there is no more to show.",
    "chat-end": "Goodbye.",
    "button-page": "Read the whole page",
    "button-keep": "Keep in my messages",
    "button-more": "More",
    "button-post": "Post to channel",
    "button-open": "Open {number}",
    "button-open-spoken": "Open {number}: {title}",
    "button-close": "Close",
    "window-page": "The whole page",
    "window-more": "More on this answer",
    "whose": "{authority}, {jurisdictions}",
    "code-unknown": "That is no code of a record. One begins with the name of its flow: {flows}",
    "code-character": "A code has no “{character}” in it. It is written with digits and letters, but without I, L, O and U: look whether it is a 1 or a 0.",
    "code-wrong": "A character of that code is wrong or missing. Compare it with the record.",
    "code-flow-changed": "“{flow}” asks other things now than when this record was made, so its choices cannot be read. Walk through it again.",
    "dropped-no-prompt": "“{choice}” is left out: nothing of the name {prompt} is asked any more.",
    "dropped-no-choice": "“{choice}” is left out: it can no longer be chosen at “{prompt}”.",
    "dropped-not-asked": "“{choice}” is left out: with your other choices, “{prompt}” is not asked.",
    "flow-changed": "This flow has changed since. What could be kept is filled in; look at it again.",
    "flow-gone": "That flow is no longer in the guidance.",
    "flow-ways": "{count} ways are still open.",
    "flow-either-way": "What follows either way",
    "flow-offer": "To work out how to engage, from what you say:",
    "flow-foot": "Guidance, not approval. Lines that name no source are our advice.",
    "flow-unknown-rules": "Say whose rules bind you and the outcome gets more exact.",
    "flow-rest": "The whole page: {title}",
    "flow-step": "Step {step} of up to {of}",
    "flow-code": "To see this again, and what has changed:",
    "flow-how": "Choose by number. Also: back, change and the name of a prompt, again, quit.",
    "flow-done": "Also: record, change and the name of a prompt, back, again, quit.",
    "flow-which-prompt": "Change what? There are: {prompts}.",
    "flow-no-record": "There is no record to make yet: only of a finished and certain outcome.",
    "flow-not-understood": "Everything is chosen. Type change and the name of a prompt, record, back, again or quit.",
    "flow-choose-one": "Type one of the numbers from 1 to {count}.",
    "flow-choose-up-to": "Type up to {most} of the numbers from 1 to {count}; some stand alone.",
    "flow-help": (
        "{command} opens the questions, {command} NAME those of another flow; {command} flows lists them all.\n"
        "{command} decision CODE shows the record that a code stands for.\n"
        "Nothing that you choose is kept. In threads, mention {person} instead and write engage, flows or decision CODE."
    ),
    "flow-list": "What you can walk through:",
    "flow-unknown": "There is no flow “{name}”. There are:",
    "flow-none": "This guidance has no flow to walk through.",
    "flow-missing": "Please choose an answer here.",
    "flow-missing-some": "Please choose at least one.",
    "flow-too-many": "Please choose at most {most}.",
    "flow-alone": "“{choice}” stands alone: choose either that or the others.",
    "flow-left-out": "Left out, because your other choices do not ask for it: {choices}.",
    "flow-first-of": "{count} ways are still open, and these come first. Find one thing out, then change your answer.",
    "flow-rest-in-more": "There is more; it is under More.",
    "flow-from": "From: {flow}.",
    "flow-shown": "It is in the conversation now, behind this window.",
    "flow-kept": "Kept: the outcome is in your messages with me.",
    "flow-recorded": "Your record is in your messages with me.",
    "flow-outcome-changed": "The guidance has changed since you saw this outcome. This is the outcome now.",
    "flow-add": "A project may engage in several ways: walk through it again, with what you said first filled in.",
    "flow-keep": "Keep it where you find it again: in your messages with me.",
    "flow-will-be-posted": "Post to channel shows the outcome to everyone there, and names you.",
    "flow-change": "You have found something out, or want to choose differently.",
    "record-title": "Decision record: {flow}",
    "record-made": "Decided on {date}, with version {version} of the guidance. Code:",
    "record-chosen": "What was chosen",
    "record-by-hand": "To fill in by hand",
    "record-purpose": "What this is for: {blank}",
    "record-agreed-by": "Agreed by: {blank}",
    "record-agreed-on": "Date: {blank}",
    "record-look-again": "Look again on: {blank}",
    "record-foot": "Guidance, not approval. Nothing of this is stored here; a copy that you keep or post may be disclosable.",
    "record-other-version": "This is the text of today. The record was made with another version of the guidance.",
    "record-other-flow": "The flow itself has been edited since.",
    "record-other-passages": "The outcome rests on other passages now.",
    "record-changed": "Changed since: {passages}. (A code notices an edit 255 times in 256.)",
    "record-unchanged": "None of the passages that it rests on seems to have changed. (A code notices an edit 255 times in 256.)",
    "button-flow": "Work out how to engage",
    "button-flow-open": "Open: {flow}",
    "button-flow-go-on": "Go on: {flow}",
    "button-flow-submit": "See what follows",
    "button-flow-next": "Next",
    "button-flow-back": "Back",
    "button-flow-record": "Make a record",
    "button-flow-change": "Change an answer",
    "button-flow-show": "Show: {choice}",
    "button-flow-compare": "Compare",
    "button-flow-another": "Add another way",
    "window-flow-more": "More on this outcome",
    "window-flow-compare": "The other way",
    "sources-of": "Sources of “{heading}”",
}

# How long Slack lets a label be, in characters.
LABEL_CHARS: Final[Mapping[str, int]] = {
    "button-page": 75,
    "button-keep": 75,
    "button-more": 75,
    "button-post": 75,
    "button-open": 73,
    "button-close": 24,
    "window-page": 24,
    "window-more": 24,
    "choose-rules-label": 150,
    "button-flow": 75,
    "button-flow-open": 75,
    "button-flow-go-on": 75,
    "button-flow-submit": 24,
    "button-flow-next": 24,
    "button-flow-back": 75,
    "button-flow-record": 75,
    "button-flow-change": 75,
    "button-flow-show": 75,
    "button-flow-compare": 75,
    "button-flow-another": 75,
    "window-flow-more": 24,
    "window-flow-compare": 24,
    "flow-step": 24,
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
