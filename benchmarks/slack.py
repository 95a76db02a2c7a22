"""How fast the bot acknowledges Slack's events, as a multiple of a bare Starlette route.

The bot is the real process, ``guidance-bot serve`` over HTTP; a stand-in for Slack's
Web API and the bare route have a process each, and this one only sends. Events fall
due at random moments of a fixed rate, whatever has been acknowledged by then, and
are timed from the moment they were due. First the highest rate is found that the bot
holds; at half of it the bot and the bare route take turns; then each of many
questions has to be answered once, in its place::

    python benchmarks/slack.py [--rate 100] [--questions 2000] [--seconds 10] [--json]
"""

import argparse
import asyncio
import hmac
import http.client
import json
import math
import os
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count, islice, product
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guidance_bot.slack.manifest import EVENTS_PATH, wanted_scopes

KNOWLEDGE: Final = Path(__file__).resolve().parents[1] / "knowledge"
HOST: Final = "127.0.0.1"
BOT: Final = "U0BOT00001"
SECRET: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105 - the stand-in's
HELD_MS: Final = 1_000
KEPT_UP_S: Final = 1
REPLY_S: Final = 60
STALLED_S: Final = 10
LOWEST: Final = 10.0
ROUNDS: Final = 5
# Servers close a connection that was idle for five seconds.
IDLE_S: Final = 2
# Said before a question, so that no two are the same.
WHO: Final = "I work in policy.|I run our accounts.|I am new here.|I manage a team.|I am in the press office.|I am on a secondment.|A colleague asked me.|I am a contractor.|I work in a regional office.|I am back from leave."
WHY: Final = "It came up today.|There is a meeting on it tomorrow.|No hurry.|We argued about this at lunch.|It is for our induction.|I could not find it."
HEAD: Final = (
    f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: {HOST}\r\nAccept: */*\r\n"
    "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"
    "Content-Type: application/json\r\nContent-Length: %d\r\n"
    "X-Slack-Request-Timestamp: %b\r\nX-Slack-Signature: v0=%b\r\n\r\n"
).encode()
REPORT: Final = """\
highest rate held: {highest:.0f} events/s; compared at {half:.0f}/s
bot:  median {bot[median_ms]:.2f} ms, p99 {bot[p99_ms]:.1f} ms
bare: median {bare[median_ms]:.2f} ms, p99 {bare[p99_ms]:.1f} ms
ratio {ratio:.2f}; by round {ratios}
{questions} questions at {highest:.0f}/s: p99 {p99_ms:.0f} ms, the last answer {late_s:.1f} s after the last event
not acknowledged {refused}, lost {lost}, doubled {doubled}; errors in the log {errors}"""

Times = NDArray[np.float64]
Line = tuple[float, asyncio.StreamReader, asyncio.StreamWriter]


class Asked(NamedTuple):
    """An event to send, and the place where its one answer belongs."""

    body: bytes
    place: str
    question: str


def main() -> None:
    """Print what was measured; exit 1 where a question was lost or answered twice."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rate", type=float, help="the highest rate: no search")
    options.add_argument("--questions", type=int, default=2_000)
    options.add_argument("--seconds", type=float, default=10, help="of each load")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    uvicorn = [sys.executable, "-m", "uvicorn", "--app-dir", str(Path(__file__).parent)]
    # As src/guidance_bot/slack/serving.py has it.
    uvicorn += ["--lifespan=off", "--no-access-log", "--no-server-header"]
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        slack = stack.enter_context(running([*uvicorn, "slack:slack_api"], scratch))
        bare = stack.enter_context(running([*uvicorn, "slack:bare_route"], scratch))
        serve = [sys.executable, "-m", "guidance_bot", "serve"]
        # The first start leaves a compiled form behind, as for every later one.
        with running(serve, scratch, slack):
            pass
        bot = stack.enter_context(running(serve, scratch, slack))
        found = measured(Bench(bot, bare, slack), given)
        log = (scratch / f"{bot}.log").read_text("utf-8")
    found["errors"] = log.count('"level": "error"')
    print(json.dumps(found) if given.json else REPORT.format(**found))
    if found["lost"] or found["doubled"] or found["errors"]:
        sys.exit(1)


class Bench:
    """The bot, the bare route and Slack's stand-in, each by its port."""

    def __init__(self, bot: int, bare: int, slack: int) -> None:
        self.bot, self.bare, self.slack = bot, bare, slack
        self._events = events()
        self._expected = 0
        # epoll would round every moment up to a whole millisecond.
        self._loop = asyncio.SelectorEventLoop(selectors.SelectSelector())

    def ask(self, port: int, rate: float, number: float) -> tuple[Times, list[Asked]]:
        """Send *number* events at *rate* a second, and return the times they took."""
        asked = list(islice(self._events, round(number)))
        times = self._loop.run_until_complete(sent(port, asked, rate))
        if port == self.bot:
            self._expected += int(np.isfinite(times).sum())
        return times, asked

    def last_answer(self) -> float:
        """Wait until everything is answered, or nothing more comes; return how long."""
        began = came = time.monotonic()
        before = -1
        while (found := self.posted("count")) < self._expected:
            if found > before:
                before, came = found, time.monotonic()
            elif time.monotonic() - came > STALLED_S:
                break
            time.sleep(0.02)
        self._expected = found
        return time.monotonic() - began

    def posted(self, what: str) -> Any:
        """Return what the stand-in knows of the bot's posts."""
        connection = http.client.HTTPConnection(HOST, self.slack)
        connection.request("GET", f"/{what}")
        return json.loads(connection.getresponse().read())

    def holds(self, rate: float, seconds: float) -> bool:
        """Tell whether all is acknowledged in time at *rate* and answers keep up."""
        times, _ = self.ask(self.bot, rate, rate * seconds)
        late, p99 = self.last_answer(), percentiles(times, 99)[0]
        held = bool(np.isfinite(times).all() and p99 < HELD_MS and late < KEPT_UP_S)
        found = f"p99 {p99:.0f} ms, last answer {late:.1f} s late"
        print(f"{rate:.0f}/s: {found}{'' if held else ': not held'}", file=sys.stderr)
        return held

    def highest(self, seconds: float) -> float:
        """Return the highest rate that is held in one of two tries, to a tenth."""
        held, failed = LOWEST, LOWEST * 2
        while any(self.holds(failed, seconds) for _ in range(2)):
            held, failed = failed, failed * 2
        while failed / held > 1.1:
            rate = (held * failed) ** 0.5
            is_held = any(self.holds(rate, seconds) for _ in range(2))
            held, failed = (rate, failed) if is_held else (held, rate)
        return held


def measured(bench: Bench, given: argparse.Namespace) -> dict[str, Any]:
    """Return the rates, the comparison and what became of the questions."""
    for port in (bench.bot, bench.bare):
        bench.ask(port, LOWEST, 50)
    bench.last_answer()
    highest = given.rate or bench.highest(given.seconds)
    half = highest / 2
    rounds = []
    for _ in range(ROUNDS):
        for port in (bench.bot, bench.bare):
            times, _ = bench.ask(port, half, half * given.seconds)
            bench.last_answer()
            rounds.append(percentiles(times, 50, 99))
    by_round = np.reshape(rounds, (ROUNDS, 2, 2))
    (bot, bot_p99), (bare, bare_p99) = np.median(by_round, axis=0).tolist()
    times, asked = bench.ask(bench.bot, highest, given.questions)
    late = bench.last_answer()
    time.sleep(1)  # for a second answer, if there is one
    lost, doubled = judged(asked, bench.posted("all"))
    return {
        "highest": highest,
        "half": half,
        "bot": {"median_ms": bot, "p99_ms": bot_p99},
        "bare": {"median_ms": bare, "p99_ms": bare_p99},
        "ratio": bot / bare,
        "ratios": np.round(by_round[:, 0, 0] / by_round[:, 1, 0], 2).tolist(),
        "questions": given.questions,
        "p99_ms": percentiles(times, 99)[0],
        "late_s": late,
        "refused": int(np.isinf(times).sum()),
        "lost": lost,
        "doubled": doubled,
    }


def percentiles(times: Times, *shares: float) -> list[float]:
    """Return one of *times* for each of *shares*; one that never came is infinite."""
    return [float(np.percentile(times, share, method="higher")) for share in shares]


def judged(asked: Sequence[Asked], posted: dict[str, list[str]]) -> tuple[int, int]:
    """Count the questions that were lost and those that were answered twice.

    A post whose buttons ask another question is no answer to this one.
    """
    found = [(one.question, posted.get(one.place, [])) for one in asked]
    lost = sum({question, ""}.isdisjoint(posts) for question, posts in found)
    return lost, sum(len(posts) > 1 for _, posts in found)


def events() -> Iterator[Asked]:
    """Yield events as Slack sends them, direct messages and mentions in turn."""
    listed = yaml.safe_load((KNOWLEDGE / "questions.yaml").read_text("utf-8"))
    openings = product(WHY.split("|"), WHO.split("|"))
    said = [f"{who} {why} {q['question']}" for why, who in openings for q in listed]
    for number in count(1):
        question, ts = said[number % len(said)], f"{1_700_000_000 + number}.000100"
        event: dict[str, Any] = {"user": f"U{number:010}", "ts": ts, "event_ts": ts}
        if number % 2:
            place, text = f"D{number:010} ", question
            event |= {"type": "message", "channel_type": "im"}
        else:
            place, text = f"C{number % 20:010} {ts}", f"<@{BOT}> {question}"
            event |= {"type": "app_mention"}
        words = {"type": "text", "text": text}
        section = {"type": "rich_text_section", "elements": [words]}
        blocks = [{"type": "rich_text", "block_id": "b", "elements": [section]}]
        payload = {
            "type": "event_callback",
            "team_id": "T1",
            "api_app_id": "A1",
            "event": {**event, "channel": place[:11], "text": text, "blocks": blocks},
            "event_id": f"Ev{number:010}",
            "event_time": 1_700_000_000 + number,
            "authorizations": [{"team_id": "T1", "user_id": BOT, "is_bot": True}],
        }
        yield Asked(json.dumps(payload).encode(), place, question)


async def sent(port: int, asked: Sequence[Asked], rate: float) -> Times:
    """Send *asked*, each when it is due; return what each took in milliseconds."""
    loop, idle = asyncio.get_running_loop(), list[Line]()

    async def ack(body: bytes, due: float) -> float:
        with suppress(OSError, EOFError, TimeoutError):
            async with asyncio.timeout(REPLY_S):
                if await acknowledged(port, body, idle):
                    return 1_000 * (loop.time() - due)
        return math.inf

    gaps = np.random.default_rng(len(asked)).exponential(1 / rate, len(asked))
    due_at = (loop.time() + np.cumsum(gaps)).tolist()
    sending = []
    for one, due in zip(asked, due_at, strict=True):
        await asyncio.sleep(due - loop.time())
        sending.append(loop.create_task(ack(one.body, due)))
    times = np.array(await asyncio.gather(*sending))
    for _, _, writer in idle:
        writer.close()
    return times


async def acknowledged(port: int, body: bytes, idle: list[Line]) -> bool:
    """Send *body*, signed now, over an *idle* connection; tell whether 200 came back."""
    while idle and time.monotonic() - idle[-1][0] > IDLE_S:
        idle.pop()[2].close()
    if idle:
        _, reader, writer = idle.pop()
    else:
        reader, writer = await asyncio.open_connection(HOST, port)
    stamp = b"%d" % time.time()
    signed = hmac.new(SECRET.encode(), b"v0:%b:%b" % (stamp, body), "sha256")
    writer.write(HEAD % (len(body), stamp, signed.hexdigest().encode()) + body)
    reply = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", reply)
    await reader.readexactly(int(length[1]) if length else 0)
    idle.append((time.monotonic(), reader, writer))
    return reply.startswith(b"HTTP/1.1 200 ")


posts: Final[dict[str, list[str]]] = defaultdict(list)
"""Place → of each message there the question that its buttons ask again, or ``""``."""


async def called(request: Request) -> Response:
    """Be Slack's Web API, as much of it as the bot calls, and remember its posts."""
    if request.url.path.endswith("auth.test"):
        who = {"ok": True, "user_id": BOT, "user": "guidance", "team_id": "T1"}
        scopes = ",".join(wanted_scopes())
        return JSONResponse(who, headers={"x-oauth-scopes": scopes})
    said = await request.json()
    if request.url.path.endswith("chat.postMessage"):
        buttons = [
            e for block in said.get("blocks", ()) for e in block.get("elements", ())
        ]
        held = [json.loads(button.get("value") or "{}") for button in buttons]
        question = next((one["question"] for one in held if "question" in one), "")
        posts[f"{said['channel']} {said.get('thread_ts') or ''}"].append(question)
    return JSONResponse({"ok": True, "channel": said["channel"], "ts": "1.1"})


async def counted(_: Request) -> Response:
    """Count the places; what is sent to a person is told of in its place too."""
    return JSONResponse(sum(not place.startswith("U") for place in posts))


async def everything(_: Request) -> Response:
    """Return every post."""
    return JSONResponse(posts)


async def read(request: Request) -> Response:
    """Do what no app can do without."""
    await request.body()
    return Response()


api: Final = Route("/api/{method}", called, methods=["POST"])
slack_api = Starlette(routes=[api, Route("/count", counted), Route("/all", everything)])
bare_route = Starlette(routes=[Route(EVENTS_PATH, read, methods=["POST"])])


@contextmanager
def running(command: Sequence[str], scratch: Path, slack: int = 0) -> Iterator[int]:
    """Run *command*, its log in *scratch*; give the port that it listens on.

    It has the bot's settings, with *slack* for Slack, and no others of ours.
    """
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    ours = ("SLACK_", "GUIDANCE_BOT_", "UVICORN_")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(ours)} | {
        "SLACK_BOT_TOKEN": "xoxb-1-1-benchmark",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"http://{HOST}:{slack or port}/api/",
        "GUIDANCE_BOT_KNOWLEDGE": str(KNOWLEDGE),
        "GUIDANCE_BOT_CACHE": str(scratch / "cache"),
        "GUIDANCE_BOT_PORT": str(port),
        "UVICORN_PORT": str(port),
    }
    log = scratch / f"{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=out)
    try:
        while process.poll() is None:
            with suppress(OSError), socket.create_connection((HOST, port)):
                break
            time.sleep(0.05)
        else:
            sys.exit(log.read_text("utf-8"))
        yield port
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
