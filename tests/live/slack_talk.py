"""What people in a local Slack say to the bot, see and press, and what is always so."""

import re
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from guidance_bot.wording import SENTENCES
from tests.live.slack_processes import DEADLINE_S, Bot, Json, Slack, request

Transport = Literal["http", "socket"]

ANNA, BEN, BOT_USER = "U0ANNA", "U0BEN", "U0GUIDE"
GENERAL, ELSEWHERE, PRIVATE = "C0GENERAL", "C0ELSE", "G0PRIVATE"
DIRECT = {ANNA: "D0ANNA", BEN: "D0BEN"}
COMMAND = "/guidance"
EVENTS_PATH = "/slack/events"
SERVE = ("-m", "guidance_bot", "serve")

QUICK_RETRIES = [0, 0.2, 0.2]
MOST_WORDS, MOST_BUTTONS = 150, 3

_SIGNS = re.compile(r"[*_~`\u2060]|^>", re.MULTILINE)
_LINK = re.compile(r"<https://[^<>|]+\|([^<>]*)>")
# What Slack would make a mention, a link or a special word of.
_MARKUP = re.compile(r"<[^<>]*>")
_HARMLESS = re.compile(rf"<https://[^<>|]+\|[^<>]*>|<@(?:{BOT_USER}|{ANNA}|{BEN})>")
_AMPERSAND = re.compile(r"&(?!amp;|lt;|gt;)")
# Long enough to be somebody's, and not a word of our own logs.
_TELLING_CHARS = 8


def _telling(typed: str) -> set[str]:
    """Return the pairs of adjacent words of *typed* that a log has no reason to hold."""
    words = re.findall(r"[a-z]+", typed.lower())
    pairs = {f"{one} {two}" for one, two in pairwise(words)} if words[1:] else {*words}
    return {said for said in pairs if len(said) > _TELLING_CHARS}


def told(key: str, **values: str) -> str:
    """Return the bot's own sentence *key*, as Slack's text carries it."""
    return escaped(SENTENCES[key].format(**values))


def escaped(text: str) -> str:
    """Return plain *text* as Slack's mrkdwn carries it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


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
        leaked = [said for said in self.typed if any(p in text for p in _telling(said))]
        assert leaked == []


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


def place(message: Json) -> tuple[str, str | None, str | None]:
    """Return where *message* stands, in which thread, and who alone sees it."""
    return message["channel"], message["thread_ts"], message["ephemeral_to"]


def controls(content: Json) -> list[str]:
    """Return the ids of the buttons and menus of a message or a window."""
    found: list[str] = []
    for block in content["blocks"]:
        parts = [block.get("accessory"), *block.get("elements", [])]
        found += [part["action_id"] for part in parts if part and "action_id" in part]
    return found


def old_message(talk: Talk, action: str, value: str | None) -> Json:
    """Return a message with one button, as an older version of the bot posted it."""
    label = {"type": "plain_text", "text": "Old"}
    button: Json = {"type": "button", "text": label, "action_id": action}
    if value is not None:
        button["value"] = value
    text = "An older answer."
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "elements": [button]},
    ]
    said = talk.slack.call(
        "chat.postMessage", channel=GENERAL, text=text, blocks=blocks
    )
    return {"channel": GENERAL, "ts": said["ts"]}


def old_window(talk: Talk, value: str, metadata: str) -> Json:
    """Return a window that offers to post, as an older version of the bot opened it."""
    message = old_message(talk, "answer.helpful", "yes")
    before = talk.last_ts()
    outcome = talk.slack.control(
        "click", user=ANNA, action_id="answer.helpful", message=message
    )
    talk.heard(before)
    label = {"type": "plain_text", "text": "Old"}
    button = {
        "type": "button",
        "text": label,
        "action_id": "answer.post",
        "value": value,
    }
    view = {
        "type": "modal",
        "title": label,
        "blocks": [{"type": "actions", "elements": [button]}],
        "private_metadata": metadata,
    }
    opened = talk.slack.call("views.open", trigger_id=outcome["trigger_id"], view=view)
    found: Json = opened["view"]
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
