"""The bytes of a knowledge folder, read once and safely.

Standard library only: a question needs the digest, not the parsers.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guidance_bot.errors import Problem

MAX_BYTES: Final = 1_000_000
ROOT_FILES: Final = (
    "organisation.yaml",
    "questions.yaml",
    "sources.yaml",
    "vocabulary.yaml",
)


@dataclass(frozen=True, slots=True)
class Folder:
    """One layer of knowledge: relative path → bytes, in sorted order.

    ``shown`` turns a relative path into the one that people see in messages.
    """

    root: str
    files: Mapping[str, bytes]
    problems: tuple[Problem, ...]

    def shown(self, path: str) -> str:
        """Return *path* as people find it from where they stand."""
        return os.path.join(self.root, path) if path else self.root


def read_folder(root: Path) -> Folder:
    """Return the files of *root* that knowledge is made of.

    Refused, each with a problem: files over 1 MB, links that lead out of the
    folder, files that cannot be opened. Hidden files and editors' backups are
    passed over.
    """
    shown = _from_here(root)
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    if not root.is_dir():
        message = "there is no folder here; --knowledge names a folder of guidance"
        return Folder(shown, files, (Problem(shown, 1, message),))
    inside = os.path.realpath(root)
    for path in sorted(_paths(str(root))):
        name = os.path.relpath(path, root).replace(os.sep, "/")
        refusal = _refusal(path, inside)
        if refusal is None:
            try:
                with open(path, "rb") as file:
                    files[name] = file.read(MAX_BYTES + 1)
            except OSError as error:
                refusal = f"this file cannot be opened: {error.strerror}"
        if name in files and len(files[name]) > MAX_BYTES:
            del files[name]
            refusal = "this file is larger than 1 MB; split it into pages"
        if refusal is not None:
            problems.append(Problem(os.path.join(shown, name), 1, refusal))
    return Folder(shown, files, tuple(problems))


def version(folders: Sequence[Folder]) -> str:
    """Return the knowledge version: a digest of the folders' names and bytes.

    It is 64 hexadecimal digits; the order of the folders counts, because a
    later one replaces pages of an earlier one.
    """
    digest = hashlib.sha256()
    for folder in folders:
        for name, content in folder.files.items():
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        digest.update(b"\0layer")
    return digest.hexdigest()


def _paths(root: str) -> Iterator[str]:
    for name in sorted(os.listdir(root)):
        path = os.path.join(root, name)
        if name in {"guidance", "flows"} and os.path.isdir(path):
            yield from _below(path, (".md", ".markdown", ".yaml", ".yml"))
        elif not name.startswith(".") and name.endswith((".yaml", ".yml")):
            yield path


def _below(folder: str, endings: tuple[str, ...]) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda found: found.name):
            if entry.name.startswith((".", "~", "#")):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path, endings)
            elif entry.is_symlink() or entry.name.lower().endswith(endings):
                yield entry.path


def _refusal(path: str, inside: str) -> str | None:
    if os.path.islink(path):
        target = os.path.realpath(path)
        if os.path.commonpath([inside, target]) != inside:
            return "this link leads out of the folder; put the file itself here"
        if os.path.isdir(target):
            return "this is a link to a folder; put the files themselves here"
    if not os.path.exists(path):
        return "this link leads nowhere"
    if not os.path.isfile(path):
        return "this is not a plain file"
    return None


def _from_here(root: Path) -> str:
    here = os.getcwd()
    absolute = os.path.abspath(root)
    if absolute == here:
        return "."
    return os.path.relpath(root) if absolute.startswith(here + os.sep) else str(root)
