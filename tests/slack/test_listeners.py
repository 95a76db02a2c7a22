"""What the bot does with a payload, with Slack played by a sender that notes what is sent."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from guidance_bot.answering.answers import Answer, Asker, answer
from guidance_bot.answering.guidance import Guidance
from guidance_bot.slack.blocks import Json, Message
from guidance_bot.slack.buttons import Asked
from guidance_bot.slack.incoming import Payload, Place
from guidance_bot.slack.listeners import Listeners
from guidance_bot.slack.sending import Sender
from guidance_bot.slack.threads import Threads
from guidance_bot.slack.work import Desk

QUESTION = "Can I blog anonymously?"
HIDDEN = "what nobody should see"


@dataclass
class NotingSender(Sender):
    """Notes what would be sent; ``broken`` says what fails, and with what."""

    sent: list[tuple[str, Place | str, str]] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)
    broken: dict[str, Exception] = field(default_factory=dict)

    def _note(self, how: str, where: Place | str, messages: Sequence[Message]) -> None:
        if how in self.broken:
            raise self.broken.pop(how)
        self.sent += [(how, where, message.text) for message in messages]

    async def send(self, place: Place, messages: Sequence[Message]) -> None:
        self._note("send", place, messages)

    async def post_through(self, place: Place, messages: Sequence[Message]) -> None:
        self._note("post", place, messages)

    async def direct(self, user: str, messages: Sequence[Message]) -> None:
        self._note("direct", user, messages)

    async def open_view(self, trigger: str, view: Json) -> None:
        self.views.append(view)

    async def push_view(self, trigger: str, view: Json) -> None:
        self.views.append(view)

    async def update_view(self, view_id: str, view: Json) -> None:
        self.views.append(view)


@dataclass
class KnownThreads(Threads):
    """Tells that *questions* came before, and notes the texts that it was asked about."""

    questions: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    async def earlier(self, event: Payload) -> tuple[str, ...]:
        self.asked.append(event["text"])
        return self.questions


@pytest.fixture
def sender() -> NotingSender:
    return NotingSender()


@pytest.fixture
def threads() -> KnownThreads:
    return KnownThreads()


@pytest.fixture
def listeners(
    department: Guidance, sender: NotingSender, threads: KnownThreads
) -> Listeners:
    def answered(question: str, asker: Asker, earlier: Sequence[str]) -> Answer:
        if "explode" in question:
            raise RuntimeError(f"cannot read {question!r} with {HIDDEN}")
        return answer(department, question, asker, earlier)

    return Listeners(
        Desk(
            knowledge=department.knowledge,
            answer=answered,
            today=lambda: date(2026, 6, 1),
            sender=sender,
            threads=threads,
            bot_user="U0GUIDE",
        )
    )


def lines(log: io.StringIO) -> list[Json]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def event(text: str = QUESTION, **more: Any) -> Json:
    channel = {"channel": "D0ANNA", "channel_type": "im"}
    message = {"type": "message", "user": "U0ANNA", "ts": "1.0", "text": text}
    return {"event_id": "Ev1", "event": message | channel | more}


def press(value: str, action: str = "answer.keep", **more: Any) -> Json:
    return {
        "user": {"id": "U0ANNA"},
        "trigger_id": "t",
        "response_url": "https://hooks.example/1",
        "container": {"channel_id": "C1", "is_ephemeral": True},
        "actions": [{"action_id": action, "value": value}],
    } | more


async def test_a_listener_that_fails_apologises_in_its_place(
    listeners: Listeners, sender: NotingSender, log: io.StringIO
) -> None:
    mention = event("explode", channel="C1", channel_type="channel", ts="7.0")

    await listeners.mentioned(mention)

    ((_, place, text),) = sender.sent
    (failed,) = lines(log)
    assert place == Place("C1", "U0ANNA", "7.0")
    assert failed["reference"] in text
    assert len(failed["reference"]) == 8
    assert (failed["event"], failed["error"]) == ("failed", "RuntimeError")
    assert any("answered" in frame for frame in failed["at"])
    assert listeners.in_hand == 0


async def test_no_log_holds_what_was_asked(
    listeners: Listeners, sender: NotingSender, log: io.StringIO
) -> None:
    await listeners.messaged(event("explode my blog"))
    await listeners.messaged(event(ts="2.0", event_id="Ev2"))

    assert "blog" not in log.getvalue()
    assert HIDDEN not in log.getvalue()
    assert [line["event"] for line in lines(log)] == ["failed"]


async def test_an_answer_is_logged_with_its_verdict_and_how_long_it_took(
    listeners: Listeners, log: io.StringIO
) -> None:
    await listeners.messaged(event())

    (line,) = lines(log)
    assert line["event"] == "answered"
    assert line["verdict"] == "answered"
    assert line["ms"] >= 0
    assert set(line) <= {
        "time",
        "level",
        "event",
        "logger",
        "reference",
        "verdict",
        "ms",
        "decided_ms",
    }


async def test_an_apology_that_fails_too_is_only_logged(
    listeners: Listeners, sender: NotingSender, log: io.StringIO
) -> None:
    sender.broken["send"] = OSError("no network")

    await listeners.messaged(event("explode"))

    assert sender.sent == []
    assert [line["listener"] for line in lines(log)] == ["messaged", "apologise"]


async def test_the_same_message_is_answered_once(
    listeners: Listeners, sender: NotingSender
) -> None:
    await listeners.messaged(event())
    await listeners.messaged(event())
    await listeners.mentioned(event() | {"event_id": "Ev2"})

    assert len(sender.sent) == 1


async def test_only_direct_messages_need_no_mention(
    listeners: Listeners, sender: NotingSender
) -> None:
    await listeners.messaged(event(channel="C1", channel_type="channel"))

    assert sender.sent == []


async def test_a_follow_up_is_answered_with_the_questions_before_it(
    listeners: Listeners, sender: NotingSender, threads: KnownThreads
) -> None:
    await listeners.messaged(event("why?", thread_ts="0.5"))
    threads.questions = ("Which gifts may I keep?",)
    again = event("why?", thread_ts="0.5", ts="2.0")
    await listeners.messaged(again | {"event_id": "Ev2"})

    alone, followed = sender.sent
    assert alone[2].startswith("Our guidance has nothing on that.")
    assert followed[1] == Place("D0ANNA", "U0ANNA", "0.5")
    assert followed[2].startswith("Refuse gifts from suppliers")


@pytest.mark.parametrize("text", ["thanks!", "help", "", "why " * 1_000])
async def test_no_thread_is_read_for_what_is_no_question(
    text: str, listeners: Listeners, sender: NotingSender, threads: KnownThreads
) -> None:
    await listeners.messaged(event(text, thread_ts="0.5"))

    assert len(sender.sent) == 1
    assert threads.asked == []


async def test_a_sensitive_answer_to_a_mention_is_private(
    listeners: Listeners, sender: NotingSender
) -> None:
    asked = "somebody says they want to die"
    mention = event(asked, channel="C1", channel_type="channel", ts="7.0")

    await listeners.mentioned(mention)

    kept, alone, public = sender.sent
    assert kept[:2] == ("direct", "U0ANNA")
    assert alone[1] == Place("C1", "U0ANNA", "7.0", private=True)
    assert public[1] == Place("C1", "U0ANNA", "7.0")
    assert "999" in kept[2]
    assert kept[2] == alone[2]
    assert public[2] == "I've answered you privately."


async def test_an_answer_is_kept_once_however_often_the_button_is_pressed(
    listeners: Listeners, sender: NotingSender, department: Guidance
) -> None:
    value = Asked.of(answer(department, QUESTION, Asker())).value()

    await listeners.kept(press(value))
    await listeners.kept(press(value))

    assert [how for how, _, _ in sender.sent] == ["direct", "send", "send"]


async def test_keeping_can_be_tried_again_after_it_failed(
    listeners: Listeners, sender: NotingSender, department: Guidance
) -> None:
    value = Asked.of(answer(department, QUESTION, Asker())).value()
    sender.broken["direct"] = OSError("no network")

    await listeners.kept(press(value))
    await listeners.kept(press(value))

    assert [how for how, _, _ in sender.sent] == ["send", "direct", "send"]
    assert "went wrong" in sender.sent[0][2]


async def test_posting_names_who_shared_the_answer_and_happens_once(
    listeners: Listeners, sender: NotingSender, department: Guidance
) -> None:
    value = Asked.of(answer(department, QUESTION, Asker())).value()
    place = Place("C1", "U0ANNA", None, "https://hooks.example/1", private=True)
    view = {"id": "V1", "private_metadata": place.metadata()}

    await listeners.posted(press(value, "answer.post", view=view))
    await listeners.posted(press(value, "answer.post", view=view))

    ((how, where, text),) = sender.sent
    assert (how, where) == ("post", place)
    assert "Shared by <@U0ANNA>." in text
    assert text.endswith(f"The question was: {QUESTION}")
    assert len(sender.views) == 2


async def test_an_answer_that_changed_is_shown_privately_instead_of_posted(
    listeners: Listeners, sender: NotingSender
) -> None:
    value = Asked(QUESTION, None, (), "0.1.0-00000000-00000000").value()
    view = {"id": "V1", "private_metadata": Place("C1", "U0ANNA").metadata()}

    await listeners.posted(press(value, "answer.post", view=view))

    assert sender.sent == []
    (window,) = sender.views
    assert "The guidance has changed" in window["blocks"][0]["text"]["text"]
    again = window["blocks"][-1]["elements"][0]
    assert again["action_id"] == "answer.post"
    assert "00000000-00000000" not in again["value"]


async def test_a_sensitive_answer_is_never_posted(
    listeners: Listeners, sender: NotingSender, department: Guidance
) -> None:
    asked = answer(department, "somebody says they want to die", Asker())
    view = {"id": "V1", "private_metadata": Place("C1", "U0ANNA").metadata()}

    await listeners.posted(press(Asked.of(asked).value(), "answer.post", view=view))

    assert sender.sent == []


async def test_choosing_whose_rules_bind_asks_again_for_them(
    listeners: Listeners, sender: NotingSender, department: Guidance
) -> None:
    asked = Asked.of(answer(department, QUESTION, Asker())).value()
    chosen = {"block_id": asked, "selected_option": {"value": "uk-health"}}

    await listeners.rules_chosen(press("") | {"actions": [chosen]})

    ((_, place, text),) = sender.sent
    assert isinstance(place, Place)
    assert place.private
    assert text.startswith("A doctor's blog follows the regulator's rules")


@pytest.mark.parametrize("code", ["x-nobody", None])
async def test_a_choice_that_is_no_more_is_an_old_button(
    code: str | None, listeners: Listeners, sender: NotingSender, department: Guidance
) -> None:
    asked = Asked.of(answer(department, QUESTION, Asker())).value()
    chosen = {"block_id": asked, "selected_option": code and {"value": code}}

    await listeners.rules_chosen(press("") | {"actions": [chosen]})

    assert "older message" in sender.sent[0][2]


@pytest.mark.parametrize("value", ["", "v0|x", '{"page": "gone/away"}'])
async def test_a_button_of_another_time_says_so(
    value: str, listeners: Listeners, sender: NotingSender
) -> None:
    await listeners.kept(press(value))
    await listeners.page_opened(press(value, "answer.page"))
    await listeners.more_opened(press(value, "answer.more"))
    await listeners.unknown_pressed(press(value, "answer.helpful"))

    assert all("older message" in text for _, _, text in sender.sent)
    shown = [view["blocks"][0]["text"]["text"] for view in sender.views]
    assert all("Please ask again" in text for text in shown)
    assert len(shown) == 2
