"""The environment, read once into frozen settings; no other room reads it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from platformdirs import user_cache_path

from guidance_bot.errors import SettingsError

SLACK_API: Final = "https://slack.com/api/"
HOST: Final = "127.0.0.1"
PORT: Final = 3000
HIGHEST_PORT: Final = 65_535


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


class Secret(str):
    """A token or secret; it shows itself only where it is used as text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """What ``serve`` and ``doctor`` need. An empty secret is one that is not set.

    With ``app_token`` the bot calls Slack (Socket Mode); without, Slack calls
    ``host``:``port`` and signs with ``signing_secret``. ``api_url`` ends in ``/``.
    """

    bot_token: Secret
    app_token: Secret
    signing_secret: Secret
    api_url: str
    host: str
    port: int

    @property
    def is_socket_mode(self) -> bool:
        """Tell whether the bot calls Slack, and needs no address of its own."""
        return bool(self.app_token)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "tuple[SlackSettings, list[str]]":
        """Return the settings in *environ*, with the default where one cannot be
        used, and what is wrong: each names its variable and what it takes.
        """
        problems: list[str] = []
        settings = cls(
            bot_token=_secret(environ, "SLACK_BOT_TOKEN", problems),
            app_token=_secret(environ, "SLACK_APP_TOKEN", problems),
            signing_secret=_secret(environ, "SLACK_SIGNING_SECRET", problems),
            api_url=_api_url(environ, problems),
            host=environ.get("GUIDANCE_BOT_HOST") or HOST,
            port=_port(environ, problems),
        )
        return settings, problems


def current() -> Settings:
    """Return the settings of this process."""
    return Settings.from_environ(os.environ)


def current_slack() -> tuple[SlackSettings, list[str]]:
    """Return this process's settings for Slack, and what is wrong with them."""
    return SlackSettings.read(os.environ)


@contextmanager
def hidden_from_bolt() -> Iterator[None]:
    """Take Slack's variables out of the environment for a while.

    Bolt reads them itself while an app is made, whatever it is given: with
    SLACK_CLIENT_ID and SLACK_CLIENT_SECRET it would keep installations in
    files and serve ``/slack/install``.
    """
    held = {name: os.environ.pop(name) for name in _slack_names()}
    try:
        yield
    finally:
        os.environ.update(held)


def _slack_names() -> list[str]:
    return [name for name in os.environ if name.startswith("SLACK_")]


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


def _secret(environ: Mapping[str, str], name: str, problems: list[str]) -> Secret:
    given, path = environ.get(name, "").strip(), environ.get(f"{name}_FILE", "")
    if given and path:
        problems.append(f"{name} and {name}_FILE are both set; keep one of them")
    if given or not path:
        return Secret(given)
    try:
        return Secret(Path(path).read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        problems.append(f"{name}_FILE is {path!r}, which cannot be read: {reason}")
        return Secret("")


def _api_url(environ: Mapping[str, str], problems: list[str]) -> str:
    given = environ.get("SLACK_API_URL", "").strip()
    if not given:
        return SLACK_API
    try:
        parts = urlsplit(given)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        usable = usable and not (parts.query or parts.fragment) and parts.port != 0
    except ValueError:
        usable, parts = False, urlsplit("")
    if parts.username is not None:
        # Whoever reads the error need not read the password.
        problems.append(
            f"SLACK_API_URL has a name or password in it; it takes an address such as {SLACK_API}"
        )
        return SLACK_API
    if not usable:
        problems.append(
            f"SLACK_API_URL is {given!r}; it takes an address such as {SLACK_API}"
        )
        return SLACK_API
    return given if given.endswith("/") else f"{given}/"


def _port(environ: Mapping[str, str], problems: list[str]) -> int:
    given = environ.get("GUIDANCE_BOT_PORT", "").strip()
    if not given:
        return PORT
    if given.isascii() and given.isdigit() and int(given) <= HIGHEST_PORT:
        return int(given)
    problems.append(
        f"GUIDANCE_BOT_PORT is {given!r}; it takes a number from 0 to {HIGHEST_PORT}, "
        f"{PORT} unless you say otherwise"
    )
    return PORT
