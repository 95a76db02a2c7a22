"""What was asked before in a thread, and a Slack that does not tell, or not in time."""

import io
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from guidance_bot.slack.blocks import Json
from guidance_bot.slack.buttons import Asked, page_value
from guidance_bot.slack.sending import impatient_client
from guidance_bot.slack.threads import Threads, is_follow_up, questions_before
from guidance_bot.wording import MAX_QUESTION_CHARS

BOT = "U0GUIDE"
PRIVATE = "what nobody should see"
EVENT: Json = {
    "channel": "D0ANNA",
    "channel_type": "im",
    "user": "U0ANNA",
    "thread_ts": "1.000001",
    "ts": "1.000009",
    "text": "and for doctors?",
}
Answer = Callable[[], Awaitable[web.StreamResponse]]


def said(ts: int, text: Any, user: str = "U0ANNA", **more: Any) -> Json:
    """Return a message of the thread."""
    return {"type": "message", "user": user, "ts": f"1.{ts:06}", "text": text} | more


def before(*messages: Json) -> tuple[str, ...]:
    return questions_before(EVENT, messages, BOT)


# Which messages


def test_the_last_three_questions_are_taken_oldest_first() -> None:
    texts = [f"May I blog about topic {number}?" for number in range(5)]
    messages = [said(number, text) for number, text in enumerate(texts, 1)]

    assert before(*messages) == tuple(texts[2:])
    assert before(*reversed(messages)) == tuple(texts[2:])


def test_an_order_to_walk_through_a_flow_was_no_question() -> None:
    messages = [said(1, "Can I blog?"), said(2, "engage"), said(3, "flows")]

    found = questions_before(EVENT, messages, BOT, {"engage", "flows"}.__contains__)

    assert found == ("Can I blog?",)


def test_only_what_the_asker_wrote_before_is_taken() -> None:
    found = before(
        said(1, "Can I blog?"),
        said(2, "You may.", BOT, bot_id="B0GUIDE"),
        said(3, "May I?", "U0BEN"),
        said(4, "Posted by an app of mine", bot_id="B0OTHER"),
        said(5, "Gone", subtype="tombstone"),
        said(6, "And on film?", edited={"user": "U0ANNA", "ts": "1.000007"}),
        said(7, "And here?", subtype="thread_broadcast"),
        said(9, "and for doctors?"),
        said(10, "Which gifts may I keep?"),
    )

    assert found == ("Can I blog?", "And on film?", "And here?")


def test_a_thread_below_our_answer_begins_with_what_it_answers() -> None:
    asked = Asked("Can I blog?", None, ("Am I a doctor?",), "0.1.0-1-2")
    buttons = {
        "type": "actions",
        "elements": [
            {"type": "button", "value": page_value("a/b")},
            {"type": "button", "value": asked.value()},
        ],
    }
    blocks = [{"type": "section"}, buttons]
    answer = said(1, "You may.", BOT, bot_id="B0GUIDE", blocks=blocks)

    assert before(answer, said(3, "And on film?")) == (
        "Am I a doctor?",
        "Can I blog?",
        "And on film?",
    )
    # Below the person's own question it is there already.
    later = said(2, "You may.", BOT, bot_id="B0GUIDE", blocks=blocks)
    assert before(said(1, "Can I blog?"), later) == ("Can I blog?",)
    # Nobody else's message asks anything of us.
    forged = said(1, "You may.", "U0BEN", blocks=blocks)
    assert before(forged) == ()


def test_a_message_that_stands_in_two_pages_is_taken_once() -> None:
    root, reply = said(1, "Can I blog?"), said(2, "And on film?")

    assert before(root, reply, root) == ("Can I blog?", "And on film?")


def test_questions_are_cleaned_as_they_are_when_they_are_asked() -> None:
    text = f" <@{BOT}> Q&amp;A in <#C1|general>, <https://x.example|there>? "

    assert before(said(1, text)) == ("Q&A in #general, there?",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        None,
        f"<@{BOT}>",
        "why " * MAX_QUESTION_CHARS,
        "thanks!",
        "hello",
        "help",
    ],
)
def test_what_was_no_question_takes_no_room(text: str | None) -> None:
    questions = [said(number, f"Question {number}?") for number in (1, 2, 3)]

    found = before(*questions, said(4, text))

    assert found == ("Question 1?", "Question 2?", "Question 3?")


@pytest.mark.parametrize(
    ("more", "follows"),
    [
        ({}, True),
        ({"thread_ts": None}, False),
        ({"thread_ts": "1.000009"}, False),
        ({"channel_type": "channel"}, False),
        # As a mention comes.
        ({"channel_type": None}, False),
    ],
)
def test_only_a_reply_in_a_direct_message_is_a_follow_up(
    more: Json, follows: bool
) -> None:
    assert is_follow_up(EVENT | more) is follows


# Slack


@dataclass
class History:
    """Plays conversations.replies: gives the prepared answers, the last one for ever."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def will_answer(self, **response: Any) -> None:
        """Prepare the next answer."""

        async def answer() -> web.StreamResponse:
            return web.Response(**response)

        self.answers.append(answer)

    def will_tell(self, *messages: Any, cursor: str = "") -> None:
        """Prepare a page of a thread."""
        body: Json = {"ok": True, "messages": messages, "has_more": bool(cursor)}
        if cursor:
            body["response_metadata"] = {"next_cursor": cursor}
        self.will_answer(text=json.dumps(body), content_type="application/json")

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Give the next answer."""
        self.asked.append(dict(request.query))
        return await self.answers[min(len(self.asked), len(self.answers)) - 1]()


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
async def threads(history: History) -> AsyncIterator[Threads]:
    served = web.Application()
    served.router.add_get("/api/conversations.replies", history.serve)
    async with TestServer(served) as server, ClientSession() as session:
        url = str(server.make_url("/api/"))
        yield Threads(impatient_client(session, "xoxb-1", url), BOT)


@pytest.fixture
def log(log: io.StringIO) -> Iterator[io.StringIO]:
    """What our own loggers write, without anything that people wrote."""
    yield log
    assert PRIVATE not in log.getvalue()


async def test_a_thread_is_asked_for_once(threads: Threads, history: History) -> None:
    history.will_tell(said(1, "Can I blog?"), said(2, "You may.", BOT))

    assert await threads.earlier(EVENT) == ("Can I blog?",)

    assert history.asked == [
        {
            "channel": "D0ANNA",
            "ts": "1.000001",
            "latest": "1.000009",
            "limit": "200",
        }
    ]


async def test_a_long_thread_is_read_to_its_end(
    threads: Threads, history: History
) -> None:
    history.will_tell(said(1, "Question 1?"), said(2, "Question 2?"), cursor="b2==")
    history.will_tell(said(3, "Question 3?"), said(4, "Question 4?"))

    found = await threads.earlier(EVENT)

    assert found == ("Question 2?", "Question 3?", "Question 4?")
    assert [query.get("cursor") for query in history.asked] == [None, "b2=="]


async def test_a_message_outside_a_thread_asks_slack_nothing(
    threads: Threads, history: History
) -> None:
    assert await threads.earlier(EVENT | {"thread_ts": None}) == ()
    assert history.asked == []


def told(body: Any, **more: Any) -> Json:
    return {"text": json.dumps(body), "content_type": "application/json"} | more


LIMITED = {"ok": False, "error": "ratelimited"}
SCOPELESS = {"ok": False, "error": "missing_scope", "needed": "im:history"}
FAILURES: dict[str, tuple[Json, Json]] = {
    "a rate limit": (
        told(LIMITED, status=429, headers={"Retry-After": "60"}),
        {"slack": "ratelimited"},
    ),
    "no scope": (told(SCOPELESS), {"slack": "missing_scope"}),
    "an outage": ({"status": 503, "body": PRIVATE.encode()}, {"slack": "503"}),
    "a gateway": (
        {"status": 502, "text": f"<p>{PRIVATE}", "content_type": "text/html"},
        {"slack": "502"},
    ),
    "plain text": ({"text": PRIVATE}, {}),
    "half of JSON": (
        {"text": f'{{"ok": true, "{PRIVATE}', "content_type": "application/json"},
        {},
    ),
    "deep JSON": ({"text": "[" * 10_000, "content_type": "application/json"}, {}),
    "not UTF-8": ({"body": b'{"\xff": 1}', "content_type": "application/json"}, {}),
    "a list": (told([PRIVATE]), {}),
    "no messages": (told({"ok": True}), {}),
    "messages that are none": (told({"ok": True, "messages": [PRIVATE]}), {}),
    "a message without ts": (
        told({"ok": True, "messages": [{"user": "U0ANNA", "text": PRIVATE}]}),
        {},
    ),
    "a ts that is a number": (
        told({"ok": True, "messages": [said(1, PRIVATE) | {"ts": 1.5}]}),
        {},
    ),
    "no metadata": (
        told({"ok": True, "messages": [], "response_metadata": None}),
        {},
    ),
}


@pytest.mark.parametrize(("response", "logged"), FAILURES.values(), ids=FAILURES)
async def test_where_slack_fails_a_question_stands_alone_at_once(
    response: Json, logged: Json, threads: Threads, history: History, log: io.StringIO
) -> None:
    history.will_answer(**response)
    started = time.monotonic()

    assert await threads.earlier(EVENT) == ()

    assert time.monotonic() - started < 1
    assert len(history.asked) == 1
    (line,) = map(json.loads, log.getvalue().splitlines())
    assert (line["level"], line["event"]) == ("warning", "thread not read")
    assert logged.items() <= line.items()


async def test_a_page_that_fails_leaves_the_whole_thread_aside(
    threads: Threads, history: History, log: io.StringIO
) -> None:
    history.will_tell(said(1, PRIVATE), cursor="b2==")
    history.will_answer(status=500)

    assert await threads.earlier(EVENT) == ()

    assert len(log.getvalue().splitlines()) == 1


async def test_a_connection_that_is_lost_is_not_tried_again(
    threads: Threads, history: History, log: io.StringIO
) -> None:
    async def hang_up() -> web.StreamResponse:
        raise ConnectionResetError

    history.answers.append(hang_up)

    assert await threads.earlier(EVENT) == ()

    assert len(history.asked) == 1
    assert len(log.getvalue().splitlines()) == 1


async def test_slack_is_not_waited_for_longer_than_a_question_can_wait(
    threads: Threads,
    history: History,
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("guidance_bot.slack.threads.PATIENCE_S", 0.1)
    # However many pages it has, and whoever repeats them.
    history.will_tell(said(1, PRIVATE), cursor="b2==")

    assert await threads.earlier(EVENT) == ()

    (line,) = map(json.loads, log.getvalue().splitlines())
    assert line["error"] == "TimeoutError"
