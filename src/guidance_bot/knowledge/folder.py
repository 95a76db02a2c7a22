"""The bytes of a knowledge folder, read once and safely.

Standard library only: a question needs the digest, not the parsers.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guidance_bot.errors import Problem

MAX_BYTES: Final = 1_000_000
FOLDERS: Final = ("guidance", "asked", "flows")
HIDDEN: Final = (".", "~", "#")
ENDINGS: Final = (".yaml", ".yml", ".md", ".markdown")
ROOT_FILES: Final = (
    "elsewhere.yaml",
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

    def closed(path: str, error: OSError) -> None:
        message = f"this folder cannot be opened: {error.strerror}"
        problems.append(Problem(os.path.join(shown, path), 1, message))

    entries = _entries(str(root), "", closed)
    for name, entry in sorted(entries, key=lambda found: found[0]):
        content = _content(entry, inside)
        if isinstance(content, bytes):
            files[name] = content
        else:
            problems.append(Problem(os.path.join(shown, name), 1, content))
    return Folder(shown, files, tuple(problems))


def is_knowledge(name: str) -> bool:
    """Tell whether the file *name*, relative to its folder, would be read."""
    *folders, file = name.split("/")
    if any(part.startswith(HIDDEN) for part in (*folders, file)):
        return False
    if not folders:
        return file.lower().endswith(ENDINGS[:2])
    # A read-me beside the flows is the editors' own.
    endings = ENDINGS[:2] if folders[0] == "flows" else ENDINGS
    return folders[0] in FOLDERS and file.lower().endswith(endings)


def version(folders: Sequence[Folder]) -> str:
    """Return the knowledge version: a digest of the folders' names and bytes.

    It is 64 hexadecimal digits; the order of the folders counts, because a
    later one replaces pages of an earlier one.
    """
    digest = hashlib.sha256()
    for folder in folders:
        for name, content in folder.files.items():
            digest.update(os.fsencode(name) + f"\0{len(content)}\0".encode())
            digest.update(content)
        digest.update(b"\0layer")
    return digest.hexdigest()


def _entries(
    root: str, below: str, closed: Callable[[str, OSError], None]
) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    try:
        with os.scandir(root) as listed:
            found = list(listed)
    except OSError as error:
        closed(below, error)
        return
    for entry in found:
        name = f"{below}{entry.name}"
        top = name.split("/", 1)[0]
        if entry.name.startswith(HIDDEN):
            continue
        if entry.is_dir(follow_symlinks=False):
            if top in FOLDERS:
                yield from _entries(entry.path, f"{name}/", closed)
        elif is_knowledge(name) or (entry.is_symlink() and top in FOLDERS):
            yield name, entry


def _content(entry: "os.DirEntry[str]", inside: str) -> bytes | str:
    """Return the bytes of *entry*, or the sentence that refuses it."""
    refusal = _link_refusal(entry.path, inside) if entry.is_symlink() else None
    if refusal is not None:
        return refusal
    if not entry.is_file():
        return "this is not a plain file"
    try:
        file = os.open(entry.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            # Sized by what is there: a thousand buffers of 1 MB cost 20 ms.
            size = os.fstat(file).st_size
            too_large = "this file is larger than 1 MB; split it"
            return os.read(file, size) if size <= MAX_BYTES else too_large
        finally:
            os.close(file)
    except OSError as error:
        return f"this file cannot be opened: {error.strerror}"


def _link_refusal(path: str, inside: str) -> str | None:
    target = os.path.realpath(path)
    if os.path.commonpath([inside, target]) != inside:
        return "this link leads out of the folder; put the file itself here"
    if os.path.isdir(target):
        return "this is a link to a folder; put the files themselves here"
    return None if os.path.exists(target) else "this link leads nowhere"


def _from_here(root: Path) -> str:
    try:
        here = os.getcwd()
    except FileNotFoundError:  # the working directory is gone
        return str(root)
    absolute = os.path.abspath(root)
    if absolute == here:
        return "."
    return os.path.relpath(root) if absolute.startswith(here + os.sep) else str(root)
