"""``guidance-bot chat`` as people use it: over a pipe, and at a terminal."""

import codecs
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from guidance_bot.wording import MAX_QUESTION_CHARS, SENTENCES
from tests.conftest import page
from tests.live.command import TIMEOUT_S, Done, environ, guidance_bot
from tests.live.conftest import TOWN, write_folder

BLOG = "may I blog without my name?"
DOCTORS = "and for doctors?"
LEAD = "You may write a blog without your name."
CTRL_C, CTRL_D, UP, LEFT = "\x03", "\x04", "\x1b[A", "\x1b[D"
COLUMNS = 80
MOMENT_S = 0.01
CHAT = (sys.executable, "-m", "guidance_bot", "chat")
# What moves the cursor, colours and marks; not the text.
STEERING = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
BOLD = "\x1b[1m"
# A session of its own, which what is typed at its terminal can end.
AT_A_TERMINAL = """
import fcntl, runpy, signal, sys, termios
# Where the tests run in the background, Ctrl-C is switched off for all they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("guidance_bot", run_name="__main__")
"""


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment that answers from the town's guidance, in compiled form."""
    home = tmp_path_factory.mktemp("home")
    town = write_folder(tmp_path_factory.mktemp("guidance") / "town", TOWN)
    found = environ(home, GUIDANCE_BOT_KNOWLEDGE=str(town))
    printed(guidance_bot("ask", BLOG, env=found))
    return found


def printed(done: Done) -> str:
    """Return standard output of a process that had nothing to complain about."""
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout.decode()


# Over a pipe


@pytest.mark.parametrize("locale", ["C", "C.utf8"])
def test_over_a_pipe_each_line_is_answered_as_ask_answers_it(
    locale: str, env: dict[str, str]
) -> None:
    here = env | {"LC_ALL": locale, "NO_COLOR": "1"}
    first = printed(guidance_bot("ask", BLOG, env=here))
    second = printed(guidance_bot("ask", DOCTORS, "--after", BLOG, env=here))
    typed = f"\n{BLOG}\r\n\n{DOCTORS}".encode()

    assert printed(guidance_bot("chat", env=here, piped=typed)) == f"{first}\n{second}"


@pytest.mark.parametrize(
    "line",
    [
        "may a caf\xe9 blog – without a name?".encode(),
        b"may a caf\xe9 blog \xff\xfe without a name?",
        b"\x1b[31mmay I blog?\x07",
        b"blog " * (MAX_QUESTION_CHARS // 5 + 1),
        "\N{ZERO WIDTH NO-BREAK SPACE}".encode() + BLOG.encode(),
    ],
    ids=["UTF-8", "not UTF-8", "steering", "over-long", "byte order mark"],
)
def test_a_strange_line_is_treated_as_by_ask(line: bytes, env: dict[str, str]) -> None:
    alone = line.decode("utf-8-sig", "surrogateescape")
    asked = printed(guidance_bot("ask", alone, env=env))

    assert printed(guidance_bot("chat", env=env, piped=line + b"\n")) == asked


def test_every_reply_fits_80_columns_and_takes_no_colour(env: dict[str, str]) -> None:
    words = (BLOG, "more", "help", "for atlantis", "for uk-health", "new", "for nobody")

    out = printed(guidance_bot("chat", env=env, piped="\n".join(words).encode()))

    text = [line for line in out.splitlines() if "https://" not in line]
    assert max(map(len, text)) <= COLUMNS
    assert "\x1b" not in out
    assert "? " not in out.replace("? Ask", "")


def test_a_folder_with_a_mistake_answers_no_line(
    env: dict[str, str], tmp_path: Path
) -> None:
    slip = page("## A\n\nText. [@cod]\n")
    root = write_folder(tmp_path, TOWN | {"guidance/personal/slip.md": slip})

    done = guidance_bot("chat", "--knowledge", root, env=env, piped=BLOG.encode())

    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().endswith("1 problem\n")


def test_an_answer_comes_before_the_next_line_and_an_interrupt_ends_well(
    env: dict[str, str],
) -> None:
    with subprocess.Popen(
        CHAT,
        env=env,
        cwd=env["HOME"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{BLOG}\n".encode())
        process.stdin.flush()
        assert process.stdout.readline().decode().startswith(LEAD)

        process.send_signal(signal.SIGINT)

        _, complaint = process.communicate(timeout=TIMEOUT_S)
        assert (process.returncode, complaint.decode()) == (0, "")


# At a terminal


class Terminal:
    """Somebody at a terminal of 80 columns, who chats."""

    def __init__(self, env: dict[str, str]) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._own, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, COLUMNS))
        self._process = subprocess.Popen(
            [sys.executable, "-c", AT_A_TERMINAL, "chat"],
            env=env,
            cwd=env["HOME"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.raw = ""

    def type(self, text: str) -> None:
        """Type *text*, once the prompt is being waited at: an interrupt just before
        would be heard at the next key.
        """
        stat = Path(f"/proc/{self._process.pid}/stat")
        while stat.read_text("utf-8").rpartition(") ")[2][0] in "DR":
            time.sleep(MOMENT_S)
        os.write(self._own, text.encode())

    def read(self, until: str) -> str:
        """Return the text that is printed up to *until*."""
        start = len(self.raw)
        while not (text := self._text(start)).endswith(until):
            more = self._more()
            assert more, f"{until!r} does not come after {text!r}"
            self.raw += self._decoder.decode(more)
        return text

    def _text(self, start: int) -> str:
        return STEERING.sub("", self.raw[start:]).replace("\r", "")

    def end(self) -> int:
        """Return the exit code of a conversation that ended."""
        return self._process.wait(TIMEOUT_S)

    def close(self) -> None:
        """End the conversation where it did not end."""
        self._process.kill()
        self._process.wait(TIMEOUT_S)
        os.close(self._own)

    def _more(self) -> bytes:
        if not select.select([self._own], [], [], TIMEOUT_S)[0]:
            return b""
        try:
            return os.read(self._own, 1 << 16)
        except OSError:  # nobody is left at the other end
            return b""


Sit = Callable[[dict[str, str]], Terminal]


@pytest.fixture
def sit() -> Iterator[Sit]:
    """Sit down at terminals, which are left at the end of a test."""
    with ExitStack() as stack:

        def at(env: dict[str, str]) -> Terminal:
            terminal = Terminal(env)
            stack.callback(terminal.close)
            return terminal

        yield at


def files(root: str) -> dict[str, int]:
    """Return the files below *root*, each with the time of its last change."""
    return {
        str(path): path.stat().st_mtime_ns
        for path in Path(root).rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("end", [CTRL_D, CTRL_C, "quit\r", "exit\r"])
def test_at_a_terminal_a_prompt_waits_for_each_line_until_the_end(
    end: str, env: dict[str, str], sit: Sit
) -> None:
    terminal = sit(env | {"NO_COLOR": "1"})
    before = files(env["HOME"])
    assert " ".join(terminal.read("? ").split()) == f"{SENTENCES['chat-opening']} ?"

    terminal.type(f"{BLOG}\r")
    shown = terminal.read("\n\n? ")
    terminal.type(end)

    asked = printed(guidance_bot("ask", BLOG, env=env))
    assert shown == f"{BLOG}\n{asked}\n? "
    assert terminal.read("Goodbye.\n")
    assert terminal.end() == 0
    assert files(env["HOME"]) == before
    assert BOLD not in terminal.raw


def test_a_line_is_edited_and_an_earlier_one_recalled(
    env: dict[str, str], sit: Sit
) -> None:
    pytest.importorskip("readline")
    terminal = sit(env | {"TERM": "xterm"})
    terminal.read("? ")

    terminal.type(f"for uk-helth{LEFT * 3}a\r")
    assert "UK health service" in terminal.read("\n\n? ")
    terminal.type("new\r")
    terminal.read("\n\n? ")
    terminal.type(f"{UP}{UP}\r")

    assert "UK health service" in terminal.read("\n\n? ")
    terminal.type(f"{BLOG}\r")
    terminal.read("\n\n? ")
    assert BOLD in terminal.raw
