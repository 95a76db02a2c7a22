"""Settings, tokens, scopes, knowledge: each problem with its mend."""

from guidance_bot.doctor.findings import (
    Corpus,
    Examination,
    Finding,
    Reply,
    UnreachableError,
    examine,
)
from guidance_bot.doctor.mends import Fault
from guidance_bot.doctor.report import findings_text, report_text

__all__ = [
    "Corpus",
    "Examination",
    "Fault",
    "Finding",
    "Reply",
    "UnreachableError",
    "examine",
    "findings_text",
    "report_text",
]
