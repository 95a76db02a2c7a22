"""What a proof finds: problems by their place in the flow's file."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from guidance_bot.errors import Problem
from guidance_bot.knowledge.flow import Flow


@dataclass(slots=True)
class Findings:
    """Problems by place and message; of many alike the first example is told, and the count."""

    flow: Flow
    examples: dict[tuple[str, str], str] = field(default_factory=dict)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, place: str, message: str, example: Mapping[str, str] = {}) -> None:
        """Add what is wrong at *place*, with the choices that show it."""
        key = place, message
        self.counts[key] += 1
        if key not in self.examples:
            shown = ", ".join(f"{prompt}={one}" for prompt, one in example.items())
            before = " With" if message.endswith("?") else ":"
            self.examples[key] = f"{before} {shown}" if shown else ""

    def problems(self) -> tuple[Problem, ...]:
        """Return what was added, sorted by line."""
        return tuple(
            sorted(
                Problem(
                    self.flow.path,
                    self.line(place),
                    f"{message}{example}{self._more(place, message)}",
                )
                for (place, message), example in self.examples.items()
            )
        )

    def _more(self, place: str, message: str) -> str:
        count = self.counts[place, message]
        more = count - 1
        noun = "combination" if more == 1 else "combinations"
        return f" (and {more} more {noun})" if more else ""

    def line(self, place: str) -> int:
        """Return the line of *place*, or of the nearest thing that encloses it."""
        while place not in self.flow.lines and "." in place:
            place = place.rpartition(".")[0]
        return self.flow.lines.get(place, 1)
