"""What text is printed on: its width, and whether it takes colour."""

import textwrap
from dataclasses import dataclass
from typing import Final

from guidance_bot.wording import printable

MAX_WIDTH: Final = 88


@dataclass(frozen=True, slots=True)
class Paper:
    """Where text is printed: its width in columns, and whether it takes colour."""

    width: int = 80
    colour: bool = False

    def bold(self, text: str) -> str:
        """Return *text* in bold where colour is welcome."""
        return f"\x1b[1m{text}\x1b[0m" if self.colour and text else text

    def dim(self, text: str) -> str:
        """Return *text* dimmed where colour is welcome."""
        return f"\x1b[2m{text}\x1b[0m" if self.colour and text else text

    def wrap(self, text: str, *, first: str = "", rest: str | None = None) -> str:
        """Return *text* folded to the width, never inside a word or an address."""
        return textwrap.fill(
            printable(text),
            min(self.width, MAX_WIDTH),
            initial_indent=first,
            subsequent_indent=first if rest is None else rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
