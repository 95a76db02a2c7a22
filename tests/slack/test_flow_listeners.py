"""What is done once where a flow is walked, and where it is said to have gone."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from slack_sdk.errors import SlackApiError

from guidance_bot.answering.answers import answer
from guidance_bot.answering.guidance import Guidance
from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.reader import Read
from guidance_bot.slack.blocks import Json
from guidance_bot.slack.flow_buttons import RECORD, SHOW, Chosen, Walking
from guidance_bot.slack.flow_listeners import FlowListeners
from guidance_bot.slack.flow_windows import flow_window
from guidance_bot.slack.incoming import Place
from guidance_bot.slack.listeners import Listeners
from guidance_bot.slack.sending import ResponseUrlError
from guidance_bot.slack.work import Desk
from guidance_bot.wording import SENTENCES
from tests.slack.conftest import texts_in
from tests.slack.test_flow_windows import with_state
from tests.slack.test_listeners import KnownThreads, NotingSender, press
from tests.slack.walks import PARISH

TODAY = date(2026, 6, 1)
IN_PUBLIC = {"why": "explain", "audience": "external", "capacity": "official"}
PLACE = Place("C1", "U0ANNA", None, "https://hooks.example/1", private=True)
NOTHING_CHOSEN: dict[str, str] = {}


@pytest.fixture
def knowledge(read_files: Callable[[dict[str, str | bytes]], Read]) -> Knowledge:
    return read_files(PARISH).knowledge


@pytest.fixture
def sender() -> NotingSender:
    return NotingSender()


@pytest.fixture
def flows(knowledge: Knowledge, sender: NotingSender) -> FlowListeners:
    guidance = Guidance.of(knowledge)
    desk = Desk(
        knowledge=knowledge,
        answer=lambda *asked: answer(guidance, *asked),
        today=lambda: TODAY,
        sender=sender,
        threads=KnownThreads(),
        bot_user="U0GUIDE",
    )
    return Listeners(desk).flows


def submit(
    knowledge: Knowledge,
    hash_: str = "1.a",
    place: Place = PLACE,
    **choices: str,
) -> Json:
    """Return the payload of a submitted window in which all is chosen."""
    flow = knowledge.flows["engage"]
    chosen = Chosen.of(flow, IN_PUBLIC | choices)
    view = flow_window(Plan.of(flow), Walking(chosen, place), knowledge, TODAY)
    held = with_state(view, NOTHING_CHOSEN) | {"id": "V1", "hash": hash_}
    return {"user": {"id": "U0ANNA"}, "trigger_id": "t", "view": held}


def show(knowledge: Knowledge, message: str = "1.0", **choices: str) -> Json:
    """Return the payload of a press on "Show" below an outcome."""
    chosen = Chosen.of(knowledge.flows["engage"], IN_PUBLIC | choices)
    where = {"channel_id": "C1", "message_ts": message, "is_ephemeral": True}
    return press(chosen.value(), f"{SHOW}.1", container=where)


def in_window(body: Json, place: Place = PLACE, id_: str = "V1") -> Json:
    """Return *body* as a press in a window."""
    container = {"type": "view", "view_id": id_}
    view = {"id": id_, "private_metadata": place.metadata()}
    return body | {"view": view, "container": container}


def refused(code: str) -> SlackApiError:
    response = SimpleNamespace(data={"ok": False, "error": code})
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call]


# Once


async def test_an_outcome_is_told_once_however_often_its_window_is_submitted(
    flows: FlowListeners, sender: NotingSender, knowledge: Knowledge
) -> None:
    await flows.submitted(submit(knowledge))
    await flows.submitted(submit(knowledge))
    assert len(sender.sent) == 1

    # Other choices, and a window that was shown anew, are no repetition.
    await flows.submitted(submit(knowledge, capacity="personal"))
    await flows.submitted(submit(knowledge, "2.b"))
    assert len(sender.sent) == 3


async def test_a_submission_that_failed_is_taken_again(
    flows: FlowListeners, sender: NotingSender, knowledge: Knowledge
) -> None:
    sender.broken["send"] = OSError("no network")

    await flows.submitted(submit(knowledge))
    await flows.submitted(submit(knowledge))

    apology, outcome = [text for _, _, text in sender.sent]
    assert "went wrong" in apology
    assert outcome.startswith("Yes, for your organisation, in public.")


async def test_a_way_is_shown_once_for_each_message_and_person(
    flows: FlowListeners, sender: NotingSender, knowledge: Knowledge
) -> None:
    await flows.shown(show(knowledge))
    await flows.shown(show(knowledge))
    assert len(sender.sent) == 1

    await flows.shown(show(knowledge, "2.0"))
    await flows.shown(show(knowledge, capacity="personal"))
    await flows.shown(show(knowledge) | {"user": {"id": "U0BEN"}})
    assert len(sender.sent) == 4


async def test_a_way_is_shown_once_from_a_window(
    flows: FlowListeners, sender: NotingSender, knowledge: Knowledge
) -> None:
    for id_ in ("V1", "V1", "V2"):
        await flows.shown(in_window(show(knowledge), id_=id_))

    assert len(sender.sent) == 2


async def test_showing_a_way_can_be_tried_again_after_it_failed(
    flows: FlowListeners, sender: NotingSender, knowledge: Knowledge
) -> None:
    sender.broken["send"] = OSError("no network")

    await flows.shown(show(knowledge))
    await flows.shown(show(knowledge))

    apology, outcome = [text for _, _, text in sender.sent]
    assert "went wrong" in apology
    assert outcome.startswith("Yes, for your organisation, in public.")


async def test_a_record_from_a_window_goes_to_the_direct_messages_once(
    flows: FlowListeners, sender: NotingSender, knowledge: Knowledge
) -> None:
    chosen = Chosen.of(knowledge.flows["engage"], IN_PUBLIC)
    pressed = press(chosen.value(), RECORD)

    await flows.recorded(in_window(pressed))
    count = len(sender.sent)
    await flows.recorded(in_window(pressed, id_="V2"))

    assert {(how, where) for how, where, _ in sender.sent} == {("direct", "U0ANNA")}
    assert len(sender.sent) == count
    for view in sender.views:
        assert texts_in(view["blocks"])[0] == SENTENCES["flow-recorded"]


# Where it went


@pytest.mark.parametrize(
    ("place", "broken", "note"),
    [
        (PLACE, None, "flow-shown"),
        (PLACE, ResponseUrlError("404 expired"), "flow-kept"),
        (PLACE, refused("user_not_in_channel"), "flow-kept"),
        (Place("D1", "U0ANNA"), None, "flow-shown"),
        (Place("D1", "U0ANNA"), refused("channel_not_found"), "flow-shown"),
        (Place("U0ANNA", "U0ANNA"), None, "flow-kept"),
    ],
)
async def test_a_window_says_where_the_way_went_that_it_showed(
    place: Place,
    broken: Exception | None,
    note: str,
    flows: FlowListeners,
    sender: NotingSender,
    knowledge: Knowledge,
) -> None:
    if broken:
        sender.broken["send"] = broken

    await flows.shown(in_window(show(knowledge), place))

    (view,) = sender.views
    assert texts_in(view["blocks"])[0] == SENTENCES[note]
    assert len(sender.sent) == 1
