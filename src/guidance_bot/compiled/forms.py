"""The cache folder: one compiled form a content, written aside, verified, the last kept.

A form is never trusted across content, code or releases: all three are in
its name.
"""

import json
import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
import Stemmer

from guidance_bot import __version__
from guidance_bot.answering.guidance import Guidance
from guidance_bot.compiled import files

FORMAT: Final = 4
KEPT: Final = 3
STALE_S: Final = 3600
_ASIDE: Final = ".writing-"
_MANIFEST: Final = "manifest.json"
_NAME: Final = re.compile(r"[0-9a-f]{24}-\d+-[^/]+-[0-9a-f]{8}")


class NotCompiledError(Exception):
    """There is no usable form of this content here; it has to be built."""


def opened(cache: Path, version: str) -> Guidance:
    """Return the guidance of *version* from its compiled form in *cache*.

    Raises NotCompiledError where there is none, or one that was cut short or
    changed since it was written.
    """
    folder = cache / _name(version)
    try:
        _verify(folder)
        return files.read(folder)
    except (
        OSError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise NotCompiledError(str(error)) from error


def store(cache: Path, guidance: Guidance) -> None:
    """Write the compiled form of *guidance*, aside and then renamed.

    The last three forms are kept. Raises OSError where *cache* cannot be written.
    """
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=cache))
    try:
        files.write(aside, guidance)
        stats = {path.name: _stat(path) for path in sorted(aside.iterdir())}
        (aside / _MANIFEST).write_text(json.dumps(stats), encoding="utf-8")
        _put(aside, cache, guidance.knowledge.version)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _prune(cache)


def _put(aside: Path, cache: Path, version: str) -> None:
    final = cache / _name(version)
    try:
        aside.rename(final)
    except OSError:
        if _is_good(cache, version):  # another process was faster
            return
        if final.is_dir():
            shutil.rmtree(final, ignore_errors=True)
        else:
            final.unlink(missing_ok=True)
        try:
            aside.rename(final)
        except OSError:
            if not _is_good(cache, version):
                raise


def _is_good(cache: Path, version: str) -> bool:
    try:
        opened(cache, version)
    except NotCompiledError:
        return False
    return True


def _name(version: str) -> str:
    return f"{version[:24]}-{FORMAT}-{__version__}-{_code_print()}"


def _code_print() -> str:
    # While the code is being worked on the release stays the same, so the
    # rooms that shape the form are known by size and time. The stemmer's own
    # release counts too: another one may cut words elsewhere.
    house = Path(__file__).parents[1]
    rooms = (house / "answering", house / "compiled", house / "knowledge")
    stats = (
        (entry.name, entry.stat().st_size, entry.stat().st_mtime_ns)
        for room in rooms
        for entry in os.scandir(room)
        if entry.name.endswith(".py")
    )
    # It fits the thresholds.
    fitting = (house / "evaluation.py").stat()
    held = f"{sorted(stats)}{fitting.st_size}{fitting.st_mtime_ns}{Stemmer.version()}{np.__version__}"
    return f"{crc32(held.encode()):08x}"


def _prune(cache: Path) -> None:
    forms: list[tuple[int, Path]] = []
    for path in cache.iterdir():
        if _NAME.fullmatch(path.name) is None:
            continue  # not ours: the cache may be anybody's folder
        with suppress(OSError):  # another process may prune at the same time
            forms.append(((path / _MANIFEST).stat().st_mtime_ns, path))
    for _, path in sorted(forms, reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
    for path in cache.glob(f"{_ASIDE}*"):  # left by a process that was killed
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > STALE_S:
                shutil.rmtree(path, ignore_errors=True)


def _verify(folder: Path) -> None:
    stats = json.loads((folder / _MANIFEST).read_bytes())
    if {*stats, _MANIFEST} != set(os.listdir(folder)) or files.SMALL not in stats:
        raise ValueError("files are missing, or not ours")
    for name, written in stats.items():
        if _stat(folder / name) != written:
            raise ValueError(f"{name} has changed since it was written")


def _stat(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]
