"""What git knows of a knowledge folder: the commit that it was read at."""

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from guidance_bot.knowledge.folder import is_knowledge, read_folder, version

GIT_TIMEOUT_S: Final = 5
SHA1_DIGITS: Final = 40


def commit(folders: Sequence[Path], read: str) -> str | None:
    """Return the commit of the one folder whose version *read* is, or ``None``.

    Only where that commit holds every file as it was read, and no other
    page. Without git, or in a repository that knows nothing of the folder,
    there is none.
    """
    if len(folders) != 1 or shutil.which("git") is None:
        return None
    # Content is compared here and not by "git status": that would run the
    # filters of whatever repository this is, and write to its index.
    listed = _git(folders[0], "ls-tree", "-r", "-z", "HEAD")
    head = _git(folders[0], "rev-parse", "HEAD")
    folder = read_folder(folders[0])
    # An edit since the answer: it did not come from what lies here now.
    if not listed or head is None or version([folder]) != read:
        return None
    files = folder.files
    entries = (entry.partition("\t") for entry in listed.split("\0") if entry)
    tracked = {name: meta.split()[-1] for meta, _, name in entries}
    missing = (name for name in tracked if is_knowledge(name) and name not in files)
    same = all(
        tracked.get(name) == _blob(content, head) for name, content in files.items()
    )
    return head if same and next(missing, None) is None else None


def _blob(content: bytes, like: str) -> str:
    """Return git's name for *content*, in the hash that names *like*."""
    held = f"blob {len(content)}\0".encode() + content
    if len(like) == SHA1_DIGITS:
        return hashlib.sha1(held, usedforsecurity=False).hexdigest()
    return hashlib.sha256(held).hexdigest()


def _git(folder: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; the folder is the operator's
            command,
            capture_output=True,
            check=False,
            timeout=GIT_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None
    return done.stdout.decode("utf-8", "replace").strip()
