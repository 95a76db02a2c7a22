"""What can go wrong, by whose it is to mend; sentences for people live elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["error", "warning"]


class GuidanceBotError(Exception):
    """The root of every error this package raises on purpose."""


class SettingsError(GuidanceBotError):
    """The operator's: a setting or a path that cannot be used."""


class UsageError(GuidanceBotError):
    """The caller's: a page, jurisdiction or batch line that does not exist or parse."""


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing an editor can mend: where it stands and what to do."""

    path: str
    line: int
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        mark = "warning: " if self.level == "warning" else ""
        return f"{self.path}:{self.line}: {mark}{self.message}"


class KnowledgeError(GuidanceBotError):
    """The editor's: a folder that cannot be read as knowledge, with *all* its problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
