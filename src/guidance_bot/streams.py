"""Standard input, output and error: the same bytes in every locale, at any width."""

import io
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

from guidance_bot import settings
from guidance_bot.terminal import Paper
from guidance_bot.wording import printable

PROMPT: Final = "? "


def prepare() -> None:
    """Make the streams of this process fit for what is read and printed."""
    if sys.stdout is None:  # closed by whoever started us
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for as long as we run
    # The same bytes in every locale: a pipe under LC_ALL=C gets UTF-8 too.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    # What some programs put before the first line of UTF-8 is no part of it.
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")


def paper() -> Paper:
    """Return the width of the terminal, and whether it takes colour."""
    width = shutil.get_terminal_size().columns
    return Paper(width, settings.current().colour and sys.stdout.isatty())


def complain(text: str) -> None:
    """Print *text* to standard error, where there is one."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """Print *value* as one line of JSON."""
    # ASCII only: the same bytes whatever the reader's encoding.
    print(json.dumps(value))


def print_table(heads: tuple[str, str], rows: Iterable[tuple[str, str]]) -> None:
    """Print two columns that fill the width."""
    from rich.console import Console  # noqa: PLC0415 - an answer needs no tables
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    on = paper()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(heads[0], overflow="fold", ratio=2)
    table.add_column(heads[1], overflow="fold", ratio=3)
    for one, two in rows:
        table.add_row(Text(printable(one)), Text(printable(two)))
    Console(width=on.width, no_color=not on.colour, highlight=False).print(table)


def is_typed() -> bool:
    """Tell whether somebody types what is read."""
    return sys.stdin is not None and sys.stdin.isatty()


def lines() -> Iterator[str]:
    """Return the lines that are read, each after a prompt where somebody types them.

    There Ctrl-C ends them as Ctrl-D does; and a line can be edited and an earlier
    one recalled, where Python has readline, which keeps them in memory alone.
    """
    # Not "yield from": a generator that is left early would close standard input.
    return _typed_lines() if is_typed() else iter(sys.stdin or ())


def _typed_lines() -> Iterator[str]:
    with suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - input() uses it once it is there
    try:
        while True:
            yield _typed_line()
    except (EOFError, KeyboardInterrupt):
        complain("")  # the line of the prompt ends here


def _typed_line() -> str:
    if sys.stdout.isatty():
        return input(PROMPT)
    # Into a file go answers alone.
    print(PROMPT, end="", file=sys.stderr, flush=True)
    return input()
