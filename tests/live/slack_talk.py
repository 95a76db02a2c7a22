"""The bot's process and a local Slack's, and what the people in that Slack say and see."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from guidance_bot.wording import SENTENCES
from tests.live.command import ROOT

Json = dict[str, Any]
Transport = Literal["http", "socket"]

ANNA, BEN, BOT_USER = "U0ANNA", "U0BEN", "U0GUIDE"
GENERAL, ELSEWHERE, PRIVATE = "C0GENERAL", "C0ELSE", "G0PRIVATE"
DIRECT = {ANNA: "D0ANNA", BEN: "D0BEN"}
COMMAND = "/guidance"
EVENTS_PATH = "/slack/events"
SERVE = ("-m", "guidance_bot", "serve")

DEADLINE_S = 15
STOP_S = 40
CLOSE_S = 10
QUICK_RETRIES = [0, 0.2, 0.2]
MOST_WORDS, MOST_BUTTONS = 150, 3

_SIGNS = re.compile(r"[*_~`\u2060]|^>", re.MULTILINE)
_LINK = re.compile(r"<https://[^<>|]+\|([^<>]*)>")
# What Slack would make a mention, a link or a special word of.
_MARKUP = re.compile(r"<[^<>]*>")
_HARMLESS = re.compile(rf"<https://[^<>|]+\|[^<>]*>|<@(?:{BOT_USER}|{ANNA}|{BEN})>")
_AMPERSAND = re.compile(r"&(?!amp;|lt;|gt;)")
# Long enough to be somebody's, and not a word of our own logs.
_TELLING = re.compile(r"[a-z]{8,}")
_OUR_WORDS = frozenset({"guidance"})


def told(key: str, **values: str) -> str:
    """Return the bot's own sentence *key*, as Slack's text carries it."""
    return escaped(SENTENCES[key].format(**values))


def escaped(text: str) -> str:
    """Return plain *text* as Slack's mrkdwn carries it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


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
        self.greeting: Json = json.loads(self.process.stdout.readline())
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


@dataclass
class Talk:
    """A local Slack and the bot in it.

    ``refused`` are the errors with which Slack refused something, ``trouble``
    the warnings and errors in the log, that a test provokes.
    """

    slack: Slack
    transport: Transport
    env: dict[str, str]
    arguments: Sequence[str | Path] = SERVE
    refused: set[str] = field(default_factory=set)
    trouble: set[str] = field(default_factory=set)
    typed: list[str] = field(default_factory=list)
    greetings: set[str] = field(default_factory=set)
    most_words: int = MOST_WORDS
    from_line: int = 0

    def start(self) -> None:
        """Start the bot and wait until Slack reaches it."""
        self.bot = Bot(self.arguments, self.env)
        try:
            self.bot.address = self.bot.logged("serving")["address"]
            if self.transport == "socket":
                self.slack.until(lambda state: state["connections"])
                return
            url = f"http://{self.bot.address}{EVENTS_PATH}"
            self.wait_for_status("/healthz", 200)
            assert self.slack.control("settings", request_url=url)["verified"]
        except BaseException:
            self.bot.stop(signal.SIGKILL)
            raise

    def restart(self) -> None:
        """Stop the bot and start it anew, as an operator does after an edit."""
        assert self.bot.stop() == 0
        if self.transport == "socket":
            self.slack.until(lambda state: not state["connections"])
        self.start()

    # What people do

    def say(self, text: str, channel: str, user: str = ANNA, **more: Any) -> str:
        """Write into a channel and return the message's ts."""
        self.typed.append(text)
        said = self.slack.control("say", user=user, channel=channel, text=text, **more)
        ts: str = said["ts"]
        return ts

    def ask(
        self,
        text: str,
        channel: str = DIRECT[ANNA],
        user: str = ANNA,
        count: int = 1,
        **more: Any,
    ) -> Json:
        """Write into a channel and return the bot's message, or the last of *count*."""
        return self.heard(self.say(text, channel, user, **more), count)[-1]

    def command(self, text: str, channel: str = ELSEWHERE, user: str = ANNA) -> Json:
        """Give the slash command and return what the person is told."""
        before = self.last_ts()
        self.typed.append(text)
        outcome = self.slack.control(
            "command", user=user, channel=channel, command=COMMAND, text=text
        )
        assert outcome["acknowledged"], outcome
        return self.heard(before)[-1]

    def press(
        self, shown: Json, action: str, user: str = ANNA, option: Any = None
    ) -> None:
        """Press a button, or choose in a menu, of a message or a window."""
        where: Json = {"message": {name: shown.get(name) for name in ("channel", "ts")}}
        if "id" in shown:
            where = {"view": shown["id"]}
        outcome = self.slack.control(
            "click", user=user, action_id=action, option=option, **where
        )
        assert outcome["acknowledged"], outcome

    def pressed(
        self, shown: Json, action: str, user: str = ANNA, option: Any = None
    ) -> Json:
        """Press a button and return the message that follows."""
        before = self.last_ts()
        self.press(shown, action, user, option)
        return self.heard(before)[-1]

    def opened(self, shown: Json, action: str, user: str = ANNA) -> Json:
        """Press a button and return the window that opens, or that changes."""
        before = {view["hash"] for view in self.slack.state()["views"].get(user, [])}
        self.press(shown, action, user)

        def changed(state: Json) -> Any:
            stack = state["views"].get(user, [])
            return stack[-1:] if stack and stack[-1]["hash"] not in before else []

        (view,) = self.slack.until(changed)
        found: Json = view
        return found

    # What comes of it

    def last_ts(self) -> str:
        """Return the ts of the newest message."""
        return max((m["ts"] for m in self.slack.state()["messages"]), default="")

    def heard(self, after: str, count: int = 1) -> list[Json]:
        """Return the bot's messages after the ts *after*, as soon as there are *count*."""

        def enough(state: Json) -> list[Json]:
            found = by_bot(state, after)
            return found if len(found) >= count else []

        found: list[Json] = self.slack.until(enough)
        return found

    def settled(self, after: str = "") -> list[Json]:
        """Return the bot's messages once it has done all that it was given before.

        Ben says hello, twice: what the bot heard before the first it has begun
        by then, and what it had begun then it has sent before the second.
        """
        for _ in range(2):
            self.greetings.add(self.ask("hello", DIRECT[BEN], BEN)["ts"])
        found = by_bot(self.slack.state(), after)
        return [message for message in found if message["ts"] not in self.greetings]

    def probe(self, path: str) -> int:
        """Return the status of one of the bot's own addresses; 0: nobody listens."""
        try:
            return request(self.bot.address, "GET", path)[0]
        except ConnectionError:
            return 0

    def wait_for_status(self, path: str, status: int) -> None:
        """Return as soon as one of the bot's own addresses has this status."""
        deadline = time.monotonic() + DEADLINE_S
        while (found := self.probe(path)) != status:
            assert time.monotonic() < deadline, (path, found)

    # What is always so

    def renew(self) -> None:
        """Forget what was said and done; everything works again."""
        self.slack.control("reset")
        # Also in a Slack whose scopes a test has taken away.
        self.slack.control("settings", retry_delays=QUICK_RETRIES, ack_timeout=3)
        self.refused, self.trouble = set(), set()
        self.typed, self.greetings = [], set()
        self.most_words, self.from_line = MOST_WORDS, len(self.bot.lines)

    def verify(self) -> None:
        """Assert what holds of every conversation."""
        state = self.slack.state()
        assert state["warnings"] == []
        assert {refusal["error"] for refusal in state["refusals"]} == self.refused
        for message in by_bot(state):
            verify_message(message, self.most_words)
        for view in (view for stack in state["views"].values() for view in stack):
            verify_inert(shown(view["blocks"]))
        self.verify_log()

    def verify_log(self) -> None:
        """Assert that the log is JSON, keeps quiet, and holds nothing of anybody."""
        log = self.bot.log(self.from_line)
        assert all({"time", "level", "event", "logger"} <= line.keys() for line in log)
        events = {line["event"] for line in log if line["level"] != "info"}
        assert events <= self.trouble, log
        text = "\n".join(self.bot.lines).lower()
        assert [one for one in self.slack.secrets if one.lower() in text] == []
        questions = " ".join(self.typed).lower()
        private = set(_TELLING.findall(questions)) - _OUR_WORDS
        assert [word for word in sorted(private) if word in text] == []


def by_bot(state: Json, after: str = "") -> list[Json]:
    """Return the messages of our bot in *state* after the ts *after*."""
    return [
        message
        for message in state["messages"]
        if message["user"] == BOT_USER and message["ts"] > after
    ]


def shown(blocks: Sequence[Json]) -> str:
    """Return the words that *blocks* show, labels of buttons and menus apart."""
    texts: list[str] = []
    for block in blocks:
        if block["type"] == "header":
            texts.append(escaped(block["text"]["text"]))
        elif block["type"] == "section":
            texts.append(block["text"]["text"])
        elif block["type"] == "context":
            texts += [element["text"] for element in block["elements"]]
        else:
            assert block["type"] == "actions", block
    return "\n".join(texts)


def words(text: str) -> list[str]:
    """Return the words in *text*, without Slack's markup."""
    return _SIGNS.sub("", _LINK.sub(r"\1", text)).split()


def controls(content: Json) -> list[str]:
    """Return the ids of the buttons and menus of a message or a window."""
    found: list[str] = []
    for block in content["blocks"]:
        parts = [block.get("accessory"), *block.get("elements", [])]
        found += [part["action_id"] for part in parts if part and "action_id" in part]
    return found


def verify_message(message: Json, most_words: int) -> None:
    """Assert what holds of every message of the bot's."""
    assert words(message["text"]) == words(shown(message["blocks"]))
    assert len(words(message["text"])) <= most_words
    buttons = [
        element
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert len(buttons) <= MOST_BUTTONS
    verify_inert(message["text"])
    verify_inert(shown(message["blocks"]))


def verify_inert(text: str) -> None:
    """Assert that *text* mentions nobody but who is in the conversation."""
    found = _MARKUP.findall(text)
    assert [one for one in found if not _HARMLESS.fullmatch(one)] == []
    assert _AMPERSAND.search(text) is None


@contextmanager
def talking(
    transport: Transport,
    home: Path,
    manifest: Path,
    env: Mapping[str, str],
    *,
    arguments: Sequence[str | Path] = SERVE,
    scopes: Sequence[str] = (),
) -> Iterator[Talk]:
    """Run a local Slack with our app in it, and the bot, for a while."""
    more = ("--scopes", ",".join(scopes)) if scopes else ()
    slack = Slack(home, "--manifest", manifest, *more)
    try:
        told_of = {"http": ("SIGNING_SECRET",), "socket": ("APP_TOKEN",)}[transport]
        tokens = {
            f"SLACK_{name}": slack.greeting[name.lower()]
            for name in ("BOT_TOKEN", *told_of)
        }
        own = {"SLACK_API_URL": slack.greeting["api"], "GUIDANCE_BOT_PORT": "0"}
        talk = Talk(slack, transport, {**own, **tokens, **env}, arguments)
        talk.start()
        try:
            talk.renew()
            yield talk
            talk.verify()
        finally:
            code = talk.bot.stop()
        assert code == 0
        # Nothing is kept: no installation, no state, no question.
        assert list(home.iterdir()) == []
    finally:
        slack.stop()
