"""How the live tests start ``guidance-bot``: a process of its own, a bare environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "knowledge"
TIMEOUT_S = 60

Done = subprocess.CompletedProcess[bytes]


def environ(home: Path, **more: str) -> dict[str, str]:
    """Return an environment that holds nothing of the machine's but PATH."""
    own = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "GUIDANCE_BOT_CACHE": str(home / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    return own | more


def python(
    *arguments: str | Path, env: Mapping[str, str], cwd: Path, piped: bytes = b""
) -> Done:
    """Run this Python with *arguments* and what is *piped* in; return what came of it."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=dict(env),
        cwd=cwd,
        input=piped,
        capture_output=True,
        check=False,
        timeout=TIMEOUT_S,
    )


def guidance_bot(
    *arguments: str | Path, env: Mapping[str, str], piped: bytes = b""
) -> Done:
    """Run ``guidance-bot`` with *arguments* from the home in *env*."""
    command = ("-m", "guidance_bot", *arguments)
    return python(*command, env=env, cwd=Path(env["HOME"]), piped=piped)
