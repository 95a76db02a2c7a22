"""The options that several commands take; the only room that reads the clock."""

from datetime import date, datetime
from pathlib import Path

import click

from guidance_bot import bootstrap, settings
from guidance_bot.errors import UsageError


def named_folders(given: tuple[str, ...]) -> list[Path]:
    """Return the folders to read where ``--knowledge`` was *given* so, or not at all."""
    named = [path for text in given for path in settings.folders(text)]
    if given and not named:
        raise UsageError("--knowledge is empty; it names a folder of guidance")
    return bootstrap.knowledge_folders(named, settings.current().knowledge)


def day_of(given: datetime | None) -> date:
    """Return the day that ``--today`` names, otherwise the day it is."""
    return given.date() if given else date.today()  # noqa: DTZ011, TID251 - the day where the asker is


def _folders(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> list[Path]:
    return named_folders(given)


def _day(
    _context: click.Context, _option: click.Parameter, given: datetime | None
) -> date:
    return day_of(given)


KNOWLEDGE_OPTION = click.option(
    "--knowledge",
    "folders",
    multiple=True,
    metavar="FOLDER[:FOLDER]",
    callback=_folders,
    help="Folder(s) of guidance; a later one replaces pages of an earlier one.",
)
TODAY_OPTION = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_day,
    metavar="DATE",
    help="The day of asking, as 2026-11-22.",
)
FOR_OPTION = click.option(
    "--for", "jurisdiction", metavar="CODE", help="Whose rules bind you."
)
JSON_OPTION = click.option("--json", "as_document", is_flag=True, help="Print JSON.")
