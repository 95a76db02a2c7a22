"""How long a cold ``ask`` takes, as a multiple of ``python -c "import numpy"``.

Whole processes, run in turn so that a noisy machine slows both alike; medians.
The corpus is this repository's, and the same repeated to a thousand pages::

    python benchmarks/cold_ask.py [--runs 9] [--pages 1000]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STARTER = Path(__file__).resolve().parents[1] / "knowledge"
QUESTION = "can I blog anonymously?"


def main() -> None:
    """Print one line a corpus: first ask, later asks, numpy, and their ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=9)
    options.add_argument("--pages", type=int, default=1000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        generated = generate(Path(scratch) / "generated", given.pages)
        for name, corpus in (("starter", STARTER), (f"{given.pages} pages", generated)):
            print(f"{name}: {measure(corpus, Path(scratch) / 'cache', given.runs)}")


def generate(folder: Path, pages: int) -> Path:
    """Return a copy of the starter corpus grown to *pages* pages of its own text.

    Each copy gets words of its own, so that the vocabulary grows as well.
    """
    shutil.copytree(STARTER, folder)
    originals = sorted((folder / "guidance").glob("*/*.md"))
    (folder / "questions.yaml").unlink()
    for number in range(pages - len(originals)):
        original = originals[number % len(originals)]
        head, body = original.read_text(encoding="utf-8").split("\n---\n", 1)
        kept = [line for line in head.split("\n") if line.split(":")[0] in KEPT]
        own = " ".join(f"w{number * 7 + n}x" for n in range(7))
        text = "\n".join(["---", *kept, "---", body, f"\nOnly here: {own}.\n"])
        copy = original.with_name(f"{original.stem}-{number}.md")
        copy.write_text(text, encoding="utf-8")
    return folder


KEPT = ("title", "summary", "owner", "reviewed", "status")


def measure(corpus: Path, cache: Path, runs: int) -> str:
    """Return the first ask, the median of later ones and the ratio to numpy."""
    environ = os.environ | {"GUIDANCE_BOT_CACHE": str(cache)}
    command = [sys.executable, "-m", "guidance_bot", "ask", QUESTION]
    ask = [*command, "--knowledge", str(corpus)]
    numpy = [sys.executable, "-c", "import numpy"]
    first = seconds(ask, environ)
    asks, imports = [], []
    for _ in range(runs):
        imports.append(seconds(numpy, environ))
        asks.append(seconds(ask, environ))
    later, base = statistics.median(asks), statistics.median(imports)
    return (
        f"first ask {first:.2f} s, then {later * 1000:.0f} ms; "
        f"import numpy {base * 1000:.0f} ms; ratio {later / base:.2f}"
    )


def seconds(command: list[str], environ: dict[str, str]) -> float:
    """Return how long *command* takes as a whole process."""
    started = time.perf_counter()
    subprocess.run(command, env=environ, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
