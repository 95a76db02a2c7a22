"""A decision as a short code: bits in letters that people can read out, and a check of each.

``engage-8K3M2-…``: the flow's name, then digits of Crockford's base 32 (which has no
I, L, O or U) for, in this order: the shape and the digest of the flow, the day, the choices,
the knowledge version, eight bits of each cited passage, and a CRC-16 over all of it
and the name. CRC-16 finds every error within sixteen bits, so any wrong digit and any two
digits that changed places.
"""

import hashlib
import re
from binascii import crc_hqx
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from guidance_bot.errors import UsageError
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import Flow, Prompt
from guidance_bot.wording import sentence

MOST_CHARS: Final = 64
DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGIT_BITS: Final = 5
_GROUP: Final = 6
_BETWEEN: Final = re.compile(r"[\s\u2010-\u2015\u2212-]+")
_EPOCH: Final = date(2020, 1, 1)
_SHAPE_BITS, _DIGEST_BITS, _DAY_BITS, _VERSION_BITS = 16, 24, 16, 32
_PRINT_BITS, _CHECK_BITS = 8, 16


@dataclass(frozen=True, slots=True)
class Decision:
    """What a code holds. ``prints`` are of the passages that the outcome cited, in order;
    ``same_flow`` tells whether the flow's file is still the one it was made with.
    """

    flow: Flow
    choices: Mapping[str, str]
    day: date
    version: str
    prints: tuple[int, ...]
    same_flow: bool


def code_of(
    flow: Flow,
    choices: Mapping[str, str],
    day: date,
    version: str,
    prints: Sequence[int],
) -> str:
    """Return the code of a decision, at most 64 characters.

    *version* is the knowledge version, *prints* are ``print_of`` each cited passage.
    """
    fields = [
        (_shape(flow), _SHAPE_BITS),
        (_digest(flow), _DIGEST_BITS),
        ((day - _EPOCH).days, _DAY_BITS),
        (_number(flow, choices), _choice_bits(flow)),
        (int(version[: _VERSION_BITS // 4], 16), _VERSION_BITS),
        *((one, _PRINT_BITS) for one in prints),
    ]
    bits = "".join(f"{value:0{width}b}" for value, width in fields)
    bits += "0" * (-(len(bits) + _CHECK_BITS) % _DIGIT_BITS)
    bits += f"{_check(flow.name, bits):0{_CHECK_BITS}b}"
    digits = "".join(
        DIGITS[int(bits[at : at + _DIGIT_BITS], 2)]
        for at in range(0, len(bits), _DIGIT_BITS)
    )
    return _grouped(flow.name, digits)


def is_codable(day: date) -> bool:
    """Tell whether a code can hold *day*: of the years from 2020 to 2199."""
    return 0 <= (day - _EPOCH).days < 1 << _DAY_BITS


def tidied(code: str, name: str) -> str:
    """Return *code* of the flow *name* as it was given out: its groups, its capitals."""
    digits = _hyphened(code)[len(name) :].replace("-", "")
    return _grouped(name, digits.upper())


def _hyphened(code: str) -> str:
    """Return *code* with hyphens for what mail programs and people put in their place."""
    return _BETWEEN.sub("-", code.strip())


def _grouped(name: str, digits: str) -> str:
    groups = (digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))
    return "-".join((name, *groups))


def print_of(text: str) -> int:
    """Return eight bits of *text*: an edit goes unnoticed once in 256 times."""
    return hashlib.sha256(text.encode()).digest()[0]


def most_cited(flow: Flow) -> int:
    """Return how many passages an outcome of *flow* may cite so that its code fits."""
    chars = MOST_CHARS - len(flow.name)
    digits = chars - -(-chars // (_GROUP + 1))
    fixed = _SHAPE_BITS + _DIGEST_BITS + _DAY_BITS + _VERSION_BITS + _CHECK_BITS
    return (digits * _DIGIT_BITS - fixed - _choice_bits(flow)) // _PRINT_BITS


def decision_of(code: str, knowledge: Knowledge) -> Decision:
    """Return what *code* holds. Raises UsageError where it is none, where a character is
    wrong, and where the flow's prompts are others now.
    """
    overrides = knowledge.organisation.wording
    name, bits = _read(code, knowledge)
    flow = knowledge.flows[name]
    at = iter(_fields(bits, flow))
    shape, digest, day, number, version = (next(at) for _ in range(5))
    if shape != _shape(flow):
        raise UsageError(sentence("code-flow-changed", overrides, flow=flow.title))
    choices = _choices(flow, number)
    return Decision(
        flow,
        choices,
        _EPOCH + timedelta(days=day),
        f"{version:0{_VERSION_BITS // 4}x}",
        tuple(at),
        digest == _digest(flow),
    )


def _read(code: str, knowledge: Knowledge) -> tuple[str, str]:
    """Return the flow's name and the bits before the check, or raise UsageError."""
    overrides = knowledge.organisation.wording
    typed = _hyphened(code).lower()
    names = sorted(knowledge.flows, key=len, reverse=True)
    name = next((one for one in names if typed.startswith(f"{one}-")), None)
    if name is None or len(typed) > MOST_CHARS:
        known = ", ".join(f"{one}-…" for one in sorted(names))
        raise UsageError(sentence("code-unknown", overrides, flows=known or "-"))
    digits = typed[len(name) :].replace("-", "").upper()
    strange = next((digit for digit in digits if digit not in DIGITS), None)
    if strange is not None:
        shown = strange if strange.isprintable() else f"U+{ord(strange[0]):04X}"
        raise UsageError(sentence("code-character", overrides, character=shown))
    bits = "".join(f"{DIGITS.index(digit):0{_DIGIT_BITS}b}" for digit in digits)
    held, check = bits[:-_CHECK_BITS], bits[-_CHECK_BITS:]
    if len(held) < _fixed_bits(knowledge.flows[name]) or int(check, 2) != _check(
        name, held
    ):
        raise UsageError(sentence("code-wrong", overrides))
    return name, held


def _fixed_bits(flow: Flow) -> int:
    widths = (_SHAPE_BITS, _DIGEST_BITS, _DAY_BITS, _choice_bits(flow), _VERSION_BITS)
    return sum(widths)


def _fields(bits: str, flow: Flow) -> Iterator[int]:
    at = 0
    for width in (
        _SHAPE_BITS,
        _DIGEST_BITS,
        _DAY_BITS,
        _choice_bits(flow),
        _VERSION_BITS,
    ):
        yield int(bits[at : at + width], 2)
        at += width
    while at + _PRINT_BITS <= len(bits):
        yield int(bits[at : at + _PRINT_BITS], 2)
        at += _PRINT_BITS


def _check(name: str, bits: str) -> int:
    held = f"{name}:{len(bits)}:".encode() + int(f"1{bits}", 2).to_bytes(
        len(bits) // 8 + 1, "big"
    )
    return crc_hqx(held, 0xFFFF)


def _shape(flow: Flow) -> int:
    """Return a print of what the choices are numbered by: prompts and their choices."""
    parts = [[p.id, p.most, [c.id for c in p.choices]] for p in flow.prompts]
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()
    return int(digest[: _SHAPE_BITS // 4], 16)


def _digest(flow: Flow) -> int:
    return int(flow.digest[: _DIGEST_BITS // 4], 16)


def _answers(prompt: Prompt) -> list[str]:
    return ["", *prompt.answers()]


def _choice_bits(flow: Flow) -> int:
    total = 1
    for prompt in flow.prompts:
        total *= len(_answers(prompt))
    return (total - 1).bit_length()


def _number(flow: Flow, choices: Mapping[str, str]) -> int:
    number = 0
    for prompt in flow.prompts:
        answers = _answers(prompt)
        number = number * len(answers) + answers.index(choices.get(prompt.id, ""))
    return number


def _choices(flow: Flow, number: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for prompt in reversed(flow.prompts):
        answers = _answers(prompt)
        number, place = divmod(number, len(answers))
        if answers[place]:
            found[prompt.id] = answers[place]
    return {p.id: found[p.id] for p in flow.prompts if p.id in found}
