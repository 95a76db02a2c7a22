"""The environment, read once into frozen settings; no other room reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from guidance_bot.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can set.

    ``knowledge``: the folders of guidance, later ones over earlier ones;
    empty means the corpus that came with the package. ``cache``: where the
    compiled form is kept. ``colour``: whether a terminal may be coloured.
    """

    knowledge: tuple[Path, ...]
    cache: Path
    colour: bool

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Return the settings in *environ*, or raise SettingsError naming the variable."""
        return cls(
            knowledge=folders(environ.get("GUIDANCE_BOT_KNOWLEDGE", "")),
            cache=_cache(environ),
            # https://no-color.org: present and not empty, whatever its value.
            colour=not environ.get("NO_COLOR") and environ.get("TERM") != "dumb",
        )


def current() -> Settings:
    """Return the settings of this process."""
    return Settings.from_environ(os.environ)


def folders(text: str) -> tuple[Path, ...]:
    """Return the folders named in *text*, which are joined as in PATH (``:``)."""
    return tuple(Path(part) for part in text.split(os.pathsep) if part)


def _cache(environ: Mapping[str, str]) -> Path:
    given = environ.get("GUIDANCE_BOT_CACHE")
    if given:
        path = Path(given)
        if not path.is_absolute():
            raise SettingsError(
                f"GUIDANCE_BOT_CACHE is {given!r}; it takes an absolute path, "
                "such as /var/cache/guidance-bot"
            )
        return path
    return user_cache_path("guidance-bot", appauthor=False)
