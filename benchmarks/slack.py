"""How fast the bot acknowledges Slack's events, as a multiple of a bare Starlette route.

The bot is the real process (``guidance-bot serve`` over HTTP). Slack is a stand-in
in a process of its own; this process only sends. Events are due at random moments
of a fixed rate, whatever has been acknowledged by then, and an acknowledgement's
time counts from the moment its event was due. First the highest rate is found that
the bot holds; at half of it the bot and the bare route take turns; then every one
of many questions has to be answered once, in its place::

    python benchmarks/slack.py [--rate 100] [--questions 2000] [--seconds 10] [--json]
"""

import argparse
import asyncio
import hmac
import http.client
import json
import math
import multiprocessing
import os
import random
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count, cycle, islice, product
from pathlib import Path
from typing import Any, Final

import uvicorn
import yaml
from aiohttp import web
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guidance_bot.slack.manifest import EVENTS_PATH, wanted_scopes

STARTER: Final = Path(__file__).resolve().parents[1] / "knowledge"
HOST: Final = "127.0.0.1"
BOT: Final = "U0BOT00001"
SECRET: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105 - the stand-in's
HELD_S: Final = 1.0
KEPT_UP_S: Final = 2.0
DRAINED_S: Final = 120.0
REPLY_S: Final = 30.0
# Servers close a connection that is not used for five seconds.
IDLE_S: Final = 2.0
LOWEST: Final = 8.0
CLOSE_ENOUGH: Final = 1.1
ROUNDS: Final = 5
CHANNELS: Final = 20
# Said before a question, so that no two are the same.
WHO: Final = "I work in policy.|I run our accounts.|New here.|I manage a team.|In the press office:|I am on a secondment.|For a colleague:|I am a contractor.|From our regional office:|I am back from leave.".split("|")
WHEN: Final = "It came up today.|There is a meeting on it tomorrow.|No hurry.|We argued about this at lunch.|It is for our induction.|I could not find it.".split("|")


@dataclass(frozen=True, slots=True)
class Asked:
    """An event to send, and the place where its one answer belongs."""

    body: bytes
    place: str
    question: str


@dataclass(frozen=True, slots=True)
class Load:
    """What came of sending: seconds to each acknowledgement, and what went wrong."""

    acks: tuple[float, ...]
    refused: int

    @property
    def median(self) -> float:
        """The median in milliseconds."""
        return statistics.median(self.acks) * 1_000

    @property
    def p99(self) -> float:
        """The 99th percentile in milliseconds."""
        return sorted(self.acks)[math.ceil(0.99 * len(self.acks)) - 1] * 1_000


def main() -> None:
    """Print what was measured; exit 1 where a question was lost or answered twice."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rate", type=float, help="the highest rate: no search")
    options.add_argument("--questions", type=int, default=2_000)
    options.add_argument("--seconds", type=float, default=10, help="of each load")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        slack = stack.enter_context(in_a_process(stand_in))
        bare = stack.enter_context(in_a_process(bare_route))
        bot = stack.enter_context(the_bot(slack, scratch))
        found = measured(Bench(bot, bare, slack), given)
        logged = (scratch / "log").read_text("utf-8").count('"level": "error"')
    found["errors_logged"] = logged
    print(json.dumps(found) if given.json else TEXT.format(**found))
    if found["lost"] or found["doubled"] or found["misplaced"] or logged:
        sys.exit(1)


TEXT: Final = """\
highest rate {highest:.0f} events/s; compared at {compared_at:.1f}/s
bot   median {bot_median:.2f} ms, p99 {bot_p99:.1f} ms
bare  median {bare_median:.2f} ms, p99 {bare_p99:.1f} ms
ratio {ratio:.2f}
{questions} questions at {highest:.0f}/s: p99 {many_p99:.0f} ms, last answer {last_answer:.1f} s after the last event
lost {lost}, doubled {doubled}, misplaced {misplaced}, not acknowledged {refused}; errors logged {errors_logged}"""


class Bench:
    """The bot, the bare route and Slack's stand-in, by port, and what they are asked."""

    def __init__(self, bot: int, bare: int, slack: int) -> None:
        self.bot, self.bare, self.slack = bot, bare, slack
        self._asked = events()
        self._sent = 0
        self._runner = asyncio.Runner(loop_factory=fine_loop)

    def ask(self, port: int, rate: float, number: int) -> tuple[Load, list[Asked]]:
        """Send *number* events at *rate* a second."""
        asked = list(islice(self._asked, number))
        load = self._runner.run(sent(port, asked, rate))
        self._sent += number if port == self.bot else 0
        return load, asked

    def last_answer(self) -> float:
        """Wait until everything is answered; return how long that took."""
        began = time.monotonic()
        while fetched(self.slack, "/answered") < self._sent:
            if time.monotonic() - began > DRAINED_S:
                break
            time.sleep(0.02)
        return time.monotonic() - began

    def holds(self, rate: float, seconds: float) -> bool:
        """Tell whether all is acknowledged in time at *rate* and answers keep up."""
        load, _ = self.ask(self.bot, rate, round(rate * seconds))
        late = self.last_answer()
        held = not load.refused and load.p99 < HELD_S * 1_000 and late < KEPT_UP_S
        print(
            f"{rate:.0f}/s: p99 {load.p99:.0f} ms, last answer {late:.1f} s later"
            f" - {'held' if held else 'not held'}",
            file=sys.stderr,
        )
        return held


def measured(bench: Bench, given: argparse.Namespace) -> dict[str, Any]:
    """Return the rates, the comparison and what became of the questions."""
    bench.ask(bench.bot, LOWEST, 40)
    bench.ask(bench.bare, LOWEST, 40)
    bench.last_answer()
    highest = given.rate or highest_rate(bench, given.seconds)
    rate, rounds = highest / 2, []
    for _ in range(ROUNDS):
        ours, _ = bench.ask(bench.bot, rate, round(rate * given.seconds))
        bench.last_answer()
        bare, _ = bench.ask(bench.bare, rate, round(rate * given.seconds))
        rounds.append((ours.median, bare.median, ours.p99, bare.p99))
    bot, plain, bot_p99, bare_p99 = map(statistics.median, zip(*rounds, strict=True))
    many, asked = bench.ask(bench.bot, highest, given.questions)
    last = bench.last_answer()
    time.sleep(1)  # for a second answer, if there is one
    return {
        "highest": highest,
        "compared_at": rate,
        "bot_median": bot,
        "bot_p99": bot_p99,
        "bare_median": plain,
        "bare_p99": bare_p99,
        "ratio": bot / plain,
        "questions": given.questions,
        "many_p99": many.p99,
        "last_answer": last,
        "refused": many.refused,
        **judged(asked, fetched(bench.slack, "/posts")),
    }


def highest_rate(bench: Bench, seconds: float) -> float:
    """Return the highest rate that is held, to a tenth: in one of two tries."""

    def holds(rate: float) -> bool:
        return bench.holds(rate, seconds) or bench.holds(rate, seconds)

    held, failed = LOWEST, LOWEST * 2
    while holds(failed):
        held, failed = failed, failed * 2
    while failed / held > CLOSE_ENOUGH:
        between = math.sqrt(held * failed)
        held, failed = (between, failed) if holds(between) else (held, between)
    return held


def judged(asked: Sequence[Asked], posts: dict[str, list[str]]) -> dict[str, int]:
    """Count the questions without an answer, with two, and with another's.

    A post tells its question only where it has a button that asks it again.
    """
    found = [(one, posts.get(one.place, [])) for one in asked]
    return {
        "lost": sum(not posted for _, posted in found),
        "doubled": sum(len(posted) > 1 for _, posted in found),
        "misplaced": sum(any({*p} - {"", one.question}) for one, p in found),
    }


def events() -> Iterator[Asked]:
    """Yield events as Slack sends them, direct messages and mentions in turn.

    Each is from another person; a direct message has its own conversation.
    """
    listed = yaml.safe_load((STARTER / "questions.yaml").read_text("utf-8"))
    openings = [" ".join(both) for both in product(WHO, WHEN)]
    random.Random(1).shuffle(openings)  # noqa: S311 - the same each time
    said = ((q["question"], opening) for opening in openings for q in listed)
    for number, (asked, opening) in zip(count(1), cycle(said), strict=False):
        question = f"{opening} {asked}"
        ts = f"{1_700_000_000 + number}.{number % 1_000_000:06}"
        user, is_direct = f"U{number:010}", number % 2
        event: dict[str, Any] = {"user": user, "ts": ts, "event_ts": ts, "team": "T1"}
        if is_direct:
            channel, text = f"D{number:010}", question
            event |= {"type": "message", "channel_type": "im"}
        else:
            channel, text = f"C{number % CHANNELS:010}", f"<@{BOT}> {question}"
            event["type"] = "app_mention"
        words = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        event |= {
            "channel": channel,
            "text": text,
            "client_msg_id": f"00000000-0000-4000-8000-{number:012}",
            "blocks": [{"type": "rich_text", "block_id": "b1", "elements": [words]}],
        }
        payload = {
            "token": "unused",
            "team_id": "T1",
            "api_app_id": "A1",
            "type": "event_callback",
            "event": event,
            "event_id": f"Ev{number:010}",
            "event_time": 1_700_000_000 + number,
            "authorizations": [{"team_id": "T1", "user_id": BOT, "is_bot": True}],
            "is_ext_shared_channel": False,
        }
        place = channel if is_direct else f"{channel} {ts}"
        yield Asked(json.dumps(payload).encode(), place, question)


# Sending


def fine_loop() -> asyncio.AbstractEventLoop:
    """Return a loop that wakes to the tenth of a millisecond: epoll rounds to one."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


async def sent(port: int, asked: Sequence[Asked], rate: float) -> Load:
    """Send *asked*, each when it is due, over as many connections as it takes."""
    loop, chance = asyncio.get_running_loop(), random.Random(len(asked))  # noqa: S311
    idle: list[Line] = []

    async def ack(one: Asked, due: float) -> tuple[float, bool]:
        line = idle.pop() if idle else None
        if line is None or loop.time() - line.used > IDLE_S:
            _, line = await loop.create_connection(Line, HOST, port)
        try:
            async with asyncio.timeout(REPLY_S):
                status = await line.post(one.body)
        except (OSError, TimeoutError):
            return loop.time() - due, False
        line.used = loop.time()
        idle.append(line)
        return loop.time() - due, status == 200

    due, sending = loop.time() + 0.2, []
    for one in asked:
        due += chance.expovariate(rate)
        await asyncio.sleep(due - loop.time())
        sending.append(loop.create_task(ack(one, due)))
    done = await asyncio.gather(*sending)
    for line in idle:
        line.transport.close()
    refused = sum(not is_ok for _, is_ok in done)
    return Load(tuple(seconds for seconds, _ in done), refused)


class Line(asyncio.Protocol):
    """A connection that is kept, for one request at a time; it costs next to nothing."""

    transport: asyncio.Transport
    used: float

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to write."""
        self.transport = transport  # type: ignore[assignment]  # a Transport over TCP
        self._received = b""
        self._replied: asyncio.Future[int] | None = None

    async def post(self, body: bytes) -> int:
        """Send *body*, signed now, and return the status of the reply."""
        self._replied = asyncio.get_running_loop().create_future()
        stamp = str(int(time.time()))
        signed = hmac.new(SECRET.encode(), b"v0:%b:%b" % (stamp.encode(), body), "sha256")
        head = (
            f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: {HOST}\r\n"
            "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\nAccept: */*\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"X-Slack-Request-Timestamp: {stamp}\r\n"
            f"X-Slack-Signature: v0={signed.hexdigest()}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        return await self._replied

    def data_received(self, data: bytes) -> None:
        """Take the reply once all of it is here."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        _, _, length = head.lower().partition(b"content-length:")
        if end and len(body) >= int(length.split()[0]) and self._replied:
            self._received = b""
            self._replied.set_result(int(head.split()[1]))

    def connection_lost(self, error: Exception | None) -> None:
        """Tell who waits for a reply that none will come."""
        if self._replied and not self._replied.done():
            self._replied.set_exception(error or ConnectionError("closed"))


# The processes


def stand_in(port: int) -> None:
    """Be Slack, as much as the bot needs: say who it is, and count its posts."""
    posts: dict[str, list[str]] = defaultdict(list)
    who = {"ok": True, "user_id": BOT, "user": "guidance", "bot_id": "B1", "team_id": "T1"}

    async def call(request: web.Request) -> web.Response:
        if request.path.endswith("auth.test"):
            scopes = ",".join(wanted_scopes())
            return web.json_response(who, headers={"x-oauth-scopes": scopes})
        said = await request.json()
        if request.path.endswith("chat.postMessage"):
            place = f"{said['channel']} {said.get('thread_ts') or ''}".strip()
            posts[place].append(asked_again(said.get("blocks") or []))
        return web.json_response({"ok": True, "ts": "1.1", "channel": said["channel"]})

    async def answered(_: web.Request) -> web.Response:
        # A sensitive answer is told of in its place, and given to the person.
        return web.json_response(sum(place[0] != "U" for place in posts))

    async def everything(_: web.Request) -> web.Response:
        return web.json_response(posts)

    app = web.Application()
    app.router.add_get("/answered", answered)
    app.router.add_get("/posts", everything)
    app.router.add_post("/api/{method}", call)
    web.run_app(app, host=HOST, port=port, print=None, access_log=None)


def asked_again(blocks: Sequence[dict[str, Any]]) -> str:
    """Return the question that a button in *blocks* would ask again, or nothing."""
    values = [e.get("value", "") for b in blocks for e in b.get("elements", ())]
    held = [json.loads(value) for value in values if value.startswith("{")]
    return next((one["question"] for one in held if "question" in one), "")


def bare_route(port: int) -> None:
    """Serve what no bot can do without: a route that reads the body and says 200."""

    async def read(request: Request) -> Response:
        await request.body()
        return Response()

    app = Starlette(routes=[Route(EVENTS_PATH, read, methods=["POST"])])
    # As src/guidance_bot/slack/serving.py has it.
    uvicorn.run(
        app,
        host=HOST,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )


@contextmanager
def in_a_process(serve: Callable[[int], None]) -> Iterator[int]:
    """Run *serve* in a process of its own; give the port that it listens on."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port,))
    process.start()
    try:
        wait_for(port, process.is_alive)
        yield port
    finally:
        process.kill()
        process.join()


@contextmanager
def the_bot(slack: int, scratch: Path) -> Iterator[int]:
    """Run ``guidance-bot serve``; give its port. Its log is in *scratch*."""
    port = free_port()
    ours = ("SLACK_", "GUIDANCE_BOT_")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(ours)} | {
        "SLACK_BOT_TOKEN": "xoxb-1-1-benchmark",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"http://{HOST}:{slack}/api/",
        "GUIDANCE_BOT_PORT": str(port),
        "GUIDANCE_BOT_KNOWLEDGE": str(STARTER),
        "GUIDANCE_BOT_CACHE": str(scratch / "cache"),
    }
    with (scratch / "log").open("wb") as log:
        command = [sys.executable, "-m", "guidance_bot", "serve"]
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        try:
            wait_for(port, lambda: process.poll() is None)
            yield port
            process.terminate()
            process.wait(30)
        finally:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, is_alive: Callable[[], bool]) -> None:
    while is_alive():
        with suppress(OSError), socket.create_connection((HOST, port)):
            return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


def fetched(port: int, path: str) -> Any:
    line = http.client.HTTPConnection(HOST, port)
    line.request("GET", path)
    return json.loads(line.getresponse().read())


if __name__ == "__main__":
    main()
