"""The two processes of a conversation: a local Slack and the bot, with what they say."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.live.command import ROOT

Json = dict[str, Any]

DEADLINE_S = 15
STOP_S = 40
CLOSE_S = 10


def request(
    address: str,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Send one request to *address* and return status and body."""
    with closing(HTTPConnection(address, timeout=DEADLINE_S + STOP_S)) as connection:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.read().decode()


class RefusedError(Exception):
    """What Slack's client does not let a person do, or Slack an app."""

    def __init__(self, status: int, answer: Json) -> None:
        self.status = status
        self.answer = answer
        super().__init__(f"{status} {answer}")


class Slack:
    """A local Slack in a process of its own."""

    def __init__(self, home: Path, *options: str | Path) -> None:
        self._log = home.with_suffix(".log").open("w", encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.local_slack", *map(str, options)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"the local Slack did not start; see {self._log.name}")
        self.greeting: Json = json.loads(line)
        self.address = urlsplit(self.greeting["url"]).netloc

    def stop(self) -> None:
        """End the process."""
        try:
            self.process.terminate()
            self.process.wait(CLOSE_S)
        finally:
            self.process.kill()
            self.process.communicate()
            self._log.close()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what only the bot and Slack know."""
        names = ("bot_token", "app_token", "signing_secret")
        return tuple(self.greeting[name] for name in names)

    def control(self, action: str, **body: Any) -> Json:
        """Play a person, or Slack itself; raise RefusedError where that cannot be."""
        status, answer = request(
            self.address, "POST", f"/control/{action}", json.dumps(body).encode()
        )
        given: Json = json.loads(answer)
        if status != 200:
            raise RefusedError(status, given)
        return given

    def call(self, method: str, **arguments: Any) -> Json:
        """Call a method of the Web API with the bot's token."""
        headers = {
            "Authorization": f"Bearer {self.greeting['bot_token']}",
            "Content-Type": "application/json",
        }
        body = json.dumps(arguments).encode()
        _, answer = request(self.address, "POST", f"/api/{method}", body, headers)
        given: Json = json.loads(answer)
        if not given["ok"]:
            raise RefusedError(200, given)
        return given

    def state(self) -> Json:
        """Return everything that is and was."""
        found: Json = json.loads(request(self.address, "GET", "/control/state")[1])
        return found

    def until(self, ready: Callable[[Json], Any], timeout_s: float = DEADLINE_S) -> Any:
        """Return what *ready* makes of the state as soon as that is something."""
        deadline = time.monotonic() + timeout_s
        while True:
            state = self.state()
            if found := ready(state):
                return found
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise AssertionError(f"not in {timeout_s} s; {_summary(state)}")
            query = urlencode({"revision": state["revision"], "timeout": left_s})
            request(self.address, "GET", f"/control/wait?{query}")


def _summary(state: Json) -> str:
    kept = {name: state[name] for name in ("refusals", "warnings", "notices")}
    kept["calls"] = [(c["method"], c["error"]) for c in state["calls"]]
    kept["messages"] = [(m["channel"], m["via"], m["text"]) for m in state["messages"]]
    kept["deliveries"] = [(d["what"], d["attempts"]) for d in state["deliveries"]]
    return json.dumps(kept, ensure_ascii=False, indent=1)


class Bot:
    """``guidance-bot serve`` in a process of its own; its log is read as it comes."""

    def __init__(self, arguments: Sequence[str | Path], env: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            env=dict(env),
            cwd=env["HOME"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.address = ""
        self.code: int | None = None

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def log(self, after: int = 0) -> list[Json]:
        """Return the log from line *after* on; every line of it is JSON."""
        with self._news:
            return [json.loads(line) for line in self.lines[after:]]

    def logged(
        self, event: str, *, after: int = 0, count: int = 1, **facts: Any
    ) -> Json:
        """Return the log's line of *event*, as soon as there are *count* of them."""

        def found() -> list[Json]:
            return [
                line
                for line in map(json.loads, self.lines[after:])
                if line["event"] == event and facts.items() <= line.items()
            ]

        with self._news:
            self._news.wait_for(
                lambda: self._ended or len(found()) >= count, DEADLINE_S
            )
            lines = found()
        assert len(lines) >= count, (event, facts, self.lines)
        return lines[count - 1]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code; nothing was ever printed."""
        if self.code is not None:
            return self.code
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        try:
            self.process.send_signal(number)
            self.code = self.process.wait(STOP_S)
            assert self.process.stdout.read() == ""
            return self.code
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join(CLOSE_S)
            self.process.stdout.close()
            self.process.stderr.close()
