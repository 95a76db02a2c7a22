"""Questions that guidance cannot answer by their form: the key of a fixed sentence."""

import re
import unicodedata
from typing import Final, Literal

from guidance_bot.answering.tokens import STOP_WORDS, fold
from guidance_bot.wording import MAX_QUESTION_CHARS

Occasion = Literal["empty", "over-long", "greeting", "thanks", "help", "other-language"]

# The first code point after the Latin letters and their extensions.
LATIN_ENDS: Final = 0x250
ENOUGH_FOREIGN: Final = 2
_WORD: Final = re.compile(r"[^\W\d_]+")
_GREETINGS: Final = frozenset(
    "hi hiya hello hey heya yo morning afternoon evening greetings howdy kia ora".split()
)
_THANKS: Final = frozenset("thanks thank thx ta ty cheers tysm".split())
# What may surround a greeting or thanks without making it a question.
_POLITE: Final = _GREETINGS | _THANKS
_FILLERS: Final = frozenset(
    """good day there bot guidance guidancebot all everyone anyone folks team mate you u
    ur r a an are is s the so very lot lots many star legend great brilliant perfect
    lovely helpful helped really useful amazing again for that this it your help quick
    reply answer got anyway no how x xx xxx ok okay cool nice one bye goodbye much""".split()
)
_HELP: Final = frozenset(
    {
        "help",
        "help me",
        "help please",
        "please help",
        "what can you do",
        "what do you do",
        "what can i ask",
        "what can i ask you",
        "how do you work",
        "how does this work",
        "can you help",
        "can you help me",
        "i need help please",
        "what do you cover",
        "what topics do you cover",
        "are you a robot",
        "i need help",
        "what do you know",
        "how do i use this",
        "are you a bot",
        "who are you",
        "what are you",
        "commands",
        "usage",
    }
)
# Function words that English does not have: French, German, Spanish, Italian,
# Portuguese, Dutch, Polish, Welsh, Irish.
_FOREIGN: Final = frozenset(
    """je tu il elle nous vous ils est suis peux puis dois les des une dans pour avec
    sur qui que quoi comment quel quelle mon ma mes ich du er wir ihr sie ist sind kann
    darf muss der das ein eine einen und oder nicht auf wie warum mein meine meinem was
    el la los las una uno puedo debo como donde para por mi mis yo es soy estoy publicar
    io posso devo sono che gli della nel perche eu posso voce nao uma ik mag het een niet
    hoe waar wat mijn czy jest moge nie jak gdzie allaf alla gallaf ydw ydy mae beth pwy
    sut rwy fy yn gyda conas bhfuil feidir liom un um ter quem chi quien wer sy jag jeg som ka taea ahau te he aha ki au""".split()
)
_ENGLISH: Final = STOP_WORDS - _FOREIGN
_EMOJI: Final = re.compile(r":[a-z0-9_+-]{2,40}:")
_OPENING: Final = re.compile(
    # "Hi-res photos" and "Cheers emoji" are no greetings.
    r"^\s*(?:(?:(?:hi|hiya|hello|hey|dear all|kia ora|good (?:morning|afternoon|evening))"
    r"\b(?!-)|(?:thanks|thank you|thx|cheers)(?=\s*(?:[,.!:;]|[-–]\s|$)))[\s,.!:;–-]*)+",
    re.IGNORECASE,
)


def occasion(question: str) -> Occasion | None:
    """Return which fixed sentence answers *question*, or ``None``: search for it."""
    stripped = (_EMOJI.sub("", question) if ":" in question else question).strip()
    if len(stripped) > MAX_QUESTION_CHARS:
        return "over-long"
    words = _WORD.findall(fold(stripped))
    if not words:
        return None if re.search(r"\d", stripped) else _wordless(stripped)
    said = " ".join(words)
    if said in _HELP:
        return "help"
    rest = [word for word in words if word not in _FILLERS]
    if rest and all(word in _POLITE for word in rest):
        return "thanks" if any(word in _THANKS for word in rest) else "greeting"
    return "other-language" if _is_foreign(stripped, words) else None


def _wordless(stripped: str) -> Occasion:
    return "help" if stripped == "?" else "empty"


def without_greeting(question: str) -> str:
    """Return *question* without the greeting or thanks that it opens with."""
    return _OPENING.sub("", question, count=1)


def _is_foreign(text: str, words: list[str]) -> bool:
    if not text.isascii():
        letters = [c for c in unicodedata.normalize("NFKC", text) if c.isalpha()]
        latin = sum(ord(c) < LATIN_ENDS for c in letters)
        if latin < len(letters) / 2:
            return True
    # A single hit may be a name or an abbreviation: MIT, Las Vegas, Des.
    foreign = {word for word in words if word in _FOREIGN}
    if not foreign:
        return False
    english = {word for word in words if word in _ENGLISH}
    telling = len(foreign) + any(mark in text for mark in "¿¡")
    return telling >= ENOUGH_FOREIGN and telling > len(english)
