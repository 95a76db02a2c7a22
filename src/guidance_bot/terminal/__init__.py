"""Answers, outcomes, reports and problems as text for people at a terminal.

Plain functions from values to text; ``Paper`` knows the width and whether
colours are welcome. Colour never carries meaning: every word is there without it.
"""

from guidance_bot.terminal.answers import (
    answer_text,
    coverage_text,
    page_text,
    passages_named,
    problems_text,
)
from guidance_bot.terminal.paper import MAX_WIDTH, Paper

__all__ = [
    "MAX_WIDTH",
    "Paper",
    "answer_text",
    "coverage_text",
    "page_text",
    "passages_named",
    "problems_text",
]
