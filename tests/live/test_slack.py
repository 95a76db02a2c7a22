"""What people ask the bot in Slack, and what they see and press, over both transports."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from guidance_bot.wording import MAX_QUESTION_CHARS
from tests.conftest import ORGANISATION
from tests.live.command import STARTER, environ, guidance_bot
from tests.live.conftest import LONG_CHARS, LONG_SENTENCE, TOWN, Begin, write_folder
from tests.live.slack_processes import Json, RefusedError
from tests.live.slack_talk import (
    ANNA,
    BEN,
    BOT_USER,
    COMMAND,
    DIRECT,
    ELSEWHERE,
    GENERAL,
    PRIVATE,
    Talk,
    Transport,
    by_bot,
    controls,
    old_message,
    old_window,
    place,
    shown,
    told,
    words,
)

QUESTION = "can I blog anonymously?"
LEAD = "You may write a blog without your name."
NEW_LEAD = "You may not blog at all."
FROM_THE_CODE = "The Code applies to every blog of a civil servant."
UNSURE = "which blog names a supplier of zebras"
NOTHING = "what is on the canteen menu?"
GIFTS, GIFTS_LEAD = "Which gifts may I keep?", "Refuse gifts from suppliers"
# Says nothing without what was asked before.
WHY = "why?"
THREAT = "what comes first after a threat?"
PAGE, KEEP, MORE = "answer.page", "answer.keep", "answer.more"
POST, RULES = "answer.post", "answer.rules"


def rooted(talk: Talk) -> Json:
    """Return Anna's question as Slack keeps it."""
    root: Json = talk.slack.state()["messages"][0]
    return root


# Asking


def test_a_direct_message_is_answered_beside_it(talk: Talk) -> None:
    answer = talk.ask(QUESTION)

    assert place(answer) == (DIRECT[ANNA], None, None)
    assert answer["text"].startswith(LEAD)
    assert FROM_THE_CODE in answer["text"]
    assert len(talk.settled()) == 1


def test_a_direct_message_in_a_thread_is_answered_in_that_thread(talk: Talk) -> None:
    first = talk.ask(QUESTION)

    answer = talk.ask("Which gifts may I keep?", thread_ts=first["ts"])

    assert place(answer) == (DIRECT[ANNA], first["ts"], None)


def test_a_question_in_a_thread_is_answered_with_those_asked_there_before(
    talk: Talk,
) -> None:
    alone = talk.ask(WHY)
    root = talk.say(GIFTS, DIRECT[ANNA])
    talk.heard(root)
    # What is asked outside of the thread is not read with it.
    talk.ask(QUESTION)

    answer = talk.ask(WHY, thread_ts=root)

    assert alone["text"].startswith(told("nothing-unnamed"))
    assert place(answer) == (DIRECT[ANNA], root, None)
    assert answer["text"].startswith(GIFTS_LEAD)
    assert json.loads(value_of(answer, MORE))["after"] == [GIFTS]
    calls = [call["method"] for call in talk.slack.state()["calls"]]
    assert calls.count("conversations.replies") == 1


def test_a_question_below_an_answer_is_read_with_what_it_answers(talk: Talk) -> None:
    below = talk.ask(GIFTS)["ts"]

    answer = talk.ask(WHY, thread_ts=below)

    assert place(answer) == (DIRECT[ANNA], below, None)
    assert answer["text"].startswith(GIFTS_LEAD)
    assert json.loads(value_of(answer, MORE))["after"] == [GIFTS]


def test_a_mention_in_a_thread_is_answered_on_its_own(talk: Talk) -> None:
    root = talk.say(f"@guidance {GIFTS}", GENERAL)
    talk.heard(root)

    answer = talk.ask(f"@guidance {WHY}", GENERAL, thread_ts=root)

    assert answer["text"].startswith(told("nothing-unnamed"))
    calls = [call["method"] for call in talk.slack.state()["calls"]]
    assert "conversations.replies" not in calls


def test_a_follow_up_gets_the_answer_that_a_terminal_gives_after_the_same_question(
    begin: Begin, tmp_path: Path
) -> None:
    follow_up = "and for doctors?"
    with begin("socket", knowledge=STARTER) as talk:
        root = talk.say("Can I blog anonymously?", DIRECT[ANNA])
        talk.heard(root)

        answer = talk.ask(follow_up, thread_ts=root)

        assert answer["text"] != talk.ask(follow_up)["text"]
        asked = json.loads(value_of(answer, MORE))
    assert asked["after"] == ["Can I blog anonymously?"]
    env = environ(tmp_path, GUIDANCE_BOT_KNOWLEDGE=str(STARTER))
    after = ("--after", "Can I blog anonymously?", "--json")
    given = json.loads(guidance_bot("ask", follow_up, *after, env=env).stdout)
    assert asked["receipt"] == given["receipt"]
    assert given["citations"][0]["page"] == "personal/blogging-anonymously"


def test_a_direct_message_with_a_file_is_answered(talk: Talk) -> None:
    assert talk.ask(QUESTION, files=True)["text"].startswith(LEAD)


def test_a_mention_is_answered_in_a_thread_under_it(talk: Talk) -> None:
    answer = talk.ask(f"@guidance {QUESTION}", GENERAL)

    assert place(answer) == (GENERAL, rooted(talk)["ts"], None)
    assert answer["text"].startswith(LEAD)
    assert len(talk.settled()) == 1


def test_a_mention_in_a_thread_is_answered_in_that_thread(talk: Talk) -> None:
    root = talk.say("Let us talk about blogs.", GENERAL)
    talk.say("I would like one.", GENERAL, BEN, thread_ts=root)

    answer = talk.ask(f"so @guidance {QUESTION}", GENERAL, thread_ts=root)

    assert place(answer) == (GENERAL, root, None)
    assert len(talk.settled()) == 1


@pytest.mark.parametrize("channel", [ELSEWHERE, PRIVATE, GENERAL, DIRECT[ANNA]])
def test_a_command_is_answered_to_the_person_alone_wherever_it_is_given(
    channel: str, talk: Talk
) -> None:
    answer = talk.command(QUESTION, channel)

    assert place(answer) == (channel, None, ANNA)
    assert answer["text"].startswith(LEAD)
    assert len(talk.settled()) == 1


@pytest.mark.parametrize("way", ["mention", "command", "direct"])
def test_help_says_in_each_place_how_the_bot_is_asked(way: str, talk: Talk) -> None:
    ways: dict[str, Callable[[], Json]] = {
        "mention": lambda: talk.ask("@guidance help", GENERAL),
        "command": lambda: talk.command("help"),
        "direct": lambda: talk.ask("help"),
    }

    answer = ways[way]()

    assert f"<@{BOT_USER}>" in answer["text"]
    assert COMMAND in answer["text"]
    assert told("help") in answer["text"]


def test_a_mention_that_asks_nothing_is_told_what_to_ask(talk: Talk) -> None:
    answer = talk.ask("@guidance", GENERAL)

    assert answer["text"] == told("empty")


def test_a_question_that_no_button_can_carry_is_answered_without_them(
    talk: Talk,
) -> None:
    quotes = '"' * (MAX_QUESTION_CHARS - len(QUESTION) - 1)

    answer = talk.command(f"{QUESTION} {quotes}")

    assert answer["text"].startswith(LEAD)
    assert controls(answer) == [PAGE]


@pytest.mark.parametrize("length", [MAX_QUESTION_CHARS + 1, 40_000])
def test_a_question_that_is_too_long_is_told_so(length: int, talk: Talk) -> None:
    question = f"{QUESTION} {'why ' * length}"[:length]

    answer = talk.ask(question.strip().ljust(length, "?"))

    limit = str(MAX_QUESTION_CHARS)
    assert answer["text"] == told("over-long", length=str(length), limit=limit)


# What an answer is


def test_nothing_found_names_what_was_not_found_and_whom_to_ask(talk: Talk) -> None:
    answer = talk.ask(NOTHING)

    assert "canteen" in answer["text"]
    assert "menu" in answer["text"]
    assert "Comms team (#ask-comms)" in answer["text"]
    assert LEAD not in answer["text"]


def test_unsure_shows_titles_and_summaries_and_no_passage(talk: Talk) -> None:
    answer = talk.ask(UNSURE)

    summaries = {
        "Blogging in New Zealand": "Ask your agency first.",
        "Blogging anonymously": "You may, with the same duties.",
        "Gifts and hospitality": "Refuse and record.",
    }
    for title, summary in summaries.items():
        assert re.search(f"{title}.*: {summary}", answer["text"])
    passages = (
        "Your duties stay",
        "Refuse gifts from suppliers",
        "Ask your agency bef",
    )
    assert [one for one in passages if one in answer["text"]] == []
    assert controls(answer) == [f"{PAGE}.1", f"{PAGE}.2", f"{PAGE}.3"]


def test_each_page_of_an_unsure_answer_opens(talk: Talk) -> None:
    answer = talk.ask(UNSURE)

    for number in (1, 2, 3):
        (title,) = re.findall(rf"^{number}\. ([^(:\n]+)", answer["text"], re.MULTILINE)
        window = talk.opened(answer, f"{PAGE}.{number}")
        assert window["blocks"][0]["text"]["text"] == title.strip()


def test_a_sensitive_answer_to_a_mention_is_for_the_asker_alone(talk: Talk) -> None:
    root = talk.say(f"@guidance {THREAT}", GENERAL)

    talk.heard(root, 3)

    by_place = {place(message): message for message in talk.settled()}
    alone = (GENERAL, root, ANNA)
    assert set(by_place) == {(GENERAL, root, None), (DIRECT[ANNA], None, None), alone}
    in_channel = by_place.pop((GENERAL, root, None))
    assert in_channel["text"] == told("answered-privately")
    for message in by_place.values():
        assert "Tell your line manager about a threat at once." in message["text"]
        assert told("sensitive") in message["text"]


@pytest.mark.parametrize("way", ["command", "mention"])
def test_a_sensitive_answer_is_not_offered_for_posting(way: str, talk: Talk) -> None:
    if way == "command":
        answer = talk.command(THREAT)
    else:
        talk.ask(f"@guidance {THREAT}", GENERAL, count=3)
        (answer,) = [m for m in talk.settled() if m["ephemeral_to"]]

    window = talk.opened(answer, MORE)

    assert controls(window) == []


def test_one_line_asks_for_the_employer_and_a_menu_takes_the_choice(talk: Talk) -> None:
    answer = talk.ask(f"@guidance {QUESTION}", GENERAL)
    assert controls(answer).count(RULES) == 1
    assert answer["text"].count(told("choose-rules")) == 1

    new = talk.pressed(answer, RULES, BEN, option="uk-health")

    assert place(new) == (GENERAL, rooted(talk)["ts"], BEN)
    assert "A doctor's blog follows the regulator's rules" in new["text"]
    assert RULES not in controls(new)


def test_choosing_an_employer_in_private_is_answered_in_private(talk: Talk) -> None:
    by_command = talk.command(QUESTION)
    new = talk.pressed(by_command, RULES, option="uk-health")
    assert place(new) == (ELSEWHERE, None, ANNA)

    direct = talk.ask(QUESTION)
    new = talk.pressed(direct, RULES, option="uk-health")
    assert new["channel"] == DIRECT[ANNA]
    assert "A doctor's blog follows the regulator's rules" in new["text"]


def test_an_organisation_that_names_its_jurisdiction_asks_nobody(
    begin: Begin, tmp_path: Path
) -> None:
    named = f"{ORGANISATION}jurisdiction: uk-health\n"
    root = write_folder(tmp_path / "named", TOWN | {"organisation.yaml": named})

    with begin("http", knowledge=root) as talk:
        answer = talk.ask(QUESTION)

    assert "A doctor's blog follows the regulator's rules" in answer["text"]
    assert RULES not in controls(answer)
    assert told("choose-rules") not in answer["text"]


# Buttons


def test_the_whole_page_opens_with_the_authority_and_sources_of_each_paragraph(
    talk: Talk,
) -> None:
    answer = talk.ask(f"@guidance {QUESTION}", GENERAL)

    window = talk.opened(answer, PAGE, BEN)

    text = shown(window["blocks"])
    assert window["blocks"][0]["text"]["text"] == "Blogging anonymously"
    labelled = {
        "Your duties stay the same.": r"Our advice",
        "The Code applies to every blog of a civil servant.": r"Rule.* \[1\]",
        "except where your safety is at risk.": r"Official guidance.* \[2\]",
        "others call that unwise.": r"Commentary.* \[3\]",
        "name included.": r"Our advice",
    }
    for paragraph, label in labelled.items():
        assert re.search(rf"{re.escape(paragraph)} _\({label}\)_", text)
    assert "<https://www.example.gov.uk/code|The Code>, Cabinet Office" in text
    for source in ("[1]", "Old principles, Cabinet Office", "A blog post, A blogger"):
        assert source in text
    assert window["private_metadata"] == ""


def test_an_answer_is_kept_once_and_each_press_confirmed(talk: Talk) -> None:
    answer = talk.ask(f"@guidance {QUESTION}", GENERAL)

    for _ in range(2):
        talk.press(answer, KEEP, BEN)
    talk.heard(answer["ts"], 3)

    sent = talk.settled(answer["ts"])
    thread = answer["thread_ts"]
    kept = [message for message in sent if message["channel"] == DIRECT[BEN]]
    assert [message["text"].startswith(LEAD) for message in kept] == [True]
    assert KEEP not in controls(kept[0])
    confirmed = [message for message in sent if message not in kept]
    assert [place(message) for message in confirmed] == [(GENERAL, thread, BEN)] * 2
    assert {message["text"] for message in confirmed} == {told("kept")}


def test_an_answer_in_direct_messages_needs_no_keeping(talk: Talk) -> None:
    assert KEEP not in controls(talk.ask(QUESTION))


def test_more_shows_the_receipt_and_the_sources(talk: Talk) -> None:
    answer = talk.ask(f"@guidance {QUESTION}", GENERAL)

    window = talk.opened(answer, MORE)

    text = shown(window["blocks"])
    assert re.search(r"\d+\.\d+\.\d+-[0-9a-f]{8}-[0-9a-f]{8}", text)
    assert "<https://www.example.gov.uk/code|The Code>" in text
    # It stands in the channel already.
    assert controls(window) == []


@pytest.mark.parametrize("channel", [ELSEWHERE, GENERAL])
def test_an_answer_is_posted_to_the_channel_and_names_who_shared_it(
    channel: str, talk: Talk
) -> None:
    answer = talk.command(QUESTION, channel)
    window = talk.opened(answer, MORE)
    assert controls(window) == [POST]

    done = talk.opened(window, POST)

    assert told("posted") in shown(done["blocks"])
    (posted,) = talk.settled(answer["ts"])
    assert place(posted) == (channel, None, None)
    assert posted["text"].startswith(LEAD)
    assert f"<@{ANNA}>" in posted["text"]


def test_an_answer_chosen_in_a_thread_is_posted_to_that_thread(talk: Talk) -> None:
    answer = talk.ask(f"@guidance {QUESTION}", GENERAL)
    new = talk.pressed(answer, RULES, BEN, option="uk-health")

    talk.opened(talk.opened(new, MORE, BEN), POST, BEN)

    (posted,) = talk.settled(new["ts"])
    assert place(posted) == (GENERAL, answer["thread_ts"], None)
    assert f"<@{BEN}>" in posted["text"]


def test_an_answer_that_has_changed_since_is_shown_and_not_posted(
    transport: Transport, begin: Begin, tmp_path: Path
) -> None:
    root = write_folder(tmp_path / "edited", TOWN)
    with begin(transport, knowledge=root) as talk:
        answer = talk.command(QUESTION)
        window = talk.opened(answer, MORE)
        edit(root / "guidance/personal/blogging.md", LEAD, NEW_LEAD)
        talk.restart()

        changed = talk.opened(window, POST)

        assert told("changed") in shown(changed["blocks"])
        assert NEW_LEAD in shown(changed["blocks"])
        assert talk.settled(answer["ts"]) == []
        # To post what is shown now is another press.
        talk.opened(changed, POST)
        (posted,) = talk.settled(answer["ts"])
        assert posted["text"].startswith(NEW_LEAD)
        # What is kept is the new answer as well, and says so.
        kept, _ = after_keeping(talk, answer)
        assert kept["channel"] == DIRECT[ANNA]
        assert kept["text"].startswith(f"{told('changed')}\n{NEW_LEAD}")


def edit(path: Path, old: str, new: str) -> None:
    """Put *new* in place of *old* in the page at *path*."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def after_keeping(talk: Talk, answer: Json) -> list[Json]:
    """Keep *answer* and return what the bot sends then."""
    before = talk.last_ts()
    talk.press(answer, KEEP)
    talk.heard(before, 2)
    return talk.settled(before)


# Buttons of older messages


OLD_BUTTONS: dict[str, Any] = {
    "unknown id": ("answer.helpful", "yes"),
    "no value": (KEEP, None),
    "no JSON": (KEEP, "{"),
    "a list": (KEEP, "[1]"),
    "a number for a question": (KEEP, '{"question": 1, "receipt": "x"}'),
    "earlier that are none": (KEEP, '{"question": "x", "receipt": "x", "after": 7}'),
}


@pytest.mark.parametrize(("action", "value"), OLD_BUTTONS.values(), ids=OLD_BUTTONS)
def test_an_old_or_garbled_button_says_so_to_the_person_alone(
    action: str, value: str | None, talk: Talk
) -> None:
    message = old_message(talk, action, value)

    said = talk.pressed(message, action, BEN)

    assert place(said) == (GENERAL, None, BEN)
    assert said["text"] == told("old-button")


@pytest.mark.parametrize(
    ("action", "value", "key"),
    [
        (PAGE, "{", "old-button"),
        (PAGE, '{"page": "personal/no-more"}', "page-gone"),
        (f"{PAGE}.2", '{"page": ["personal/blogging"]}', "old-button"),
        (MORE, '{"receipt": "x"}', "old-button"),
    ],
)
def test_an_old_button_that_opens_a_window_says_so_there(
    action: str, value: str, key: str, talk: Talk
) -> None:
    message = old_message(talk, action, value)

    window = talk.opened(message, action)

    assert told(key) in shown(window["blocks"])


def value_of(message: Json, action: str) -> str:
    """Return what the button *action* of *message* carries."""
    (value,) = [
        element["value"]
        for block in message["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == action
    ]
    return str(value)


def test_an_old_window_cannot_post(talk: Talk) -> None:
    window = talk.opened(old_window(talk, "{", "garbled"), POST)

    assert told("old-button") in shown(window["blocks"])


def test_an_old_window_cannot_post_a_sensitive_answer(talk: Talk) -> None:
    answer = talk.command(THREAT, GENERAL)
    metadata = json.dumps([GENERAL, None, None])
    window = old_window(talk, value_of(answer, MORE), metadata)
    before = talk.last_ts()

    talk.opened(window, POST)

    assert talk.settled(before) == []


def test_a_window_that_was_closed_in_the_meantime_is_no_error(talk: Talk) -> None:
    talk.refused, talk.trouble = {"not_found"}, {"window gone"}
    answer = talk.command(QUESTION)
    window = talk.opened(answer, MORE)
    talk.slack.control("fault", method="response_url", kind="slow", seconds=0.5)

    talk.press(window, POST)
    talk.slack.control("close", user=ANNA, view=window["id"])

    talk.bot.logged("window gone", after=talk.from_line)
    (posted,) = talk.settled(answer["ts"])
    assert place(posted) == (ELSEWHERE, None, None)


def test_a_code_that_is_no_jurisdiction_any_more_is_an_old_button(talk: Talk) -> None:
    message = talk.ask(f"@guidance {QUESTION}", GENERAL)
    (block,) = [b for b in message["blocks"] if b.get("accessory")]
    gone = {"text": {"type": "plain_text", "text": "Atlantis"}, "value": "atlantis"}
    menu = {**block["accessory"], "options": [gone]}
    older = talk.slack.call(
        "chat.postMessage",
        channel=GENERAL,
        text=block["text"]["text"],
        blocks=[{**block, "accessory": menu}],
    )

    said = talk.pressed(
        {"channel": GENERAL, "ts": older["ts"]}, RULES, option="atlantis"
    )

    assert said["text"] == told("old-button")
    assert said["ephemeral_to"] == ANNA


# What is no question


def test_an_edited_a_deleted_and_an_unfurled_message_are_left_alone(talk: Talk) -> None:
    first = talk.ask(QUESTION)
    asked = rooted(talk)["ts"]

    talk.slack.control(
        "edit", channel=DIRECT[ANNA], ts=asked, text="Which gifts may I keep?"
    )
    talk.slack.control("unfurl", channel=DIRECT[ANNA], ts=asked)
    talk.slack.control("unfurl", channel=DIRECT[ANNA], ts=first["ts"])
    talk.slack.control("delete", channel=DIRECT[ANNA], ts=asked)

    assert len(talk.settled()) == 1
    heard = [delivery["what"] for delivery in talk.slack.state()["deliveries"]]
    assert heard.count("message.im:message_changed") == 3
    assert heard.count("message.im:message_deleted") == 1


def test_a_mention_that_is_edited_is_not_answered_again(talk: Talk) -> None:
    talk.ask(f"@guidance {QUESTION}", GENERAL)
    asked = rooted(talk)["ts"]

    talk.slack.control(
        "edit", channel=GENERAL, ts=asked, text="@guidance Which gifts may I keep?"
    )

    assert len(talk.settled()) == 1


@pytest.mark.parametrize("mention", ["", f"<@{BOT_USER}> "])
def test_another_bot_is_not_answered(mention: str, talk: Talk) -> None:
    talk.slack.control("other-bot", channel=GENERAL, text=f"{mention}{QUESTION}")

    assert talk.settled() == []


def test_a_channel_is_not_listened_to_without_a_mention(talk: Talk) -> None:
    talk.say(QUESTION, GENERAL)
    talk.say("guidance says that <@U0BEN> may blog", GENERAL, raw=True)

    assert talk.settled() == []


# What people type does nothing


SPOOFS = (
    "what does AT&T's R&D say of Q&A, &amp; and <b>?",
    "<!channel> <@U0BEN> *bold* [x](http://evil) <http://evil|spoof> zqzqzq",
    "&lt;!channel&gt; &lt;http://evil|spoof&gt; &amp;lt;!here&amp;gt; _zqzqzq_",
    "what does <!everyone|zqzqzq> say of <!subteam^S1|*zqzqzq*> and <javascript:x|zqzq>",
)


@pytest.mark.parametrize("text", SPOOFS)
@pytest.mark.parametrize("raw", [False, True], ids=["typed", "encoded"])
def test_markup_in_a_question_is_inert_in_the_answer(
    raw: bool, text: str, talk: Talk
) -> None:
    messages = [
        talk.ask(text, raw=raw),
        talk.ask(f"<@{BOT_USER}> {text}", GENERAL, raw=True),
        talk.command(text),
        talk.ask(f"{QUESTION} {text}", raw=raw),
        talk.command(f"{QUESTION} {text}"),
    ]

    # No mention and no link, which talk.verify() asserts of everything sent.
    for message in messages:
        for said in (message["text"], shown(message["blocks"])):
            assert "http:" not in said
            assert "*bold*" not in said


def test_markup_in_the_guidance_is_inert_in_answer_and_window(talk: Talk) -> None:
    answer = talk.ask("@guidance whom may a crier call?", GENERAL)

    window = talk.opened(answer, PAGE)

    for said in (answer["text"], *map(shown, (answer["blocks"], window["blocks"]))):
        assert "&lt;!channel&gt;" in said
        assert "&lt;@U0BEN&gt;" in said
        assert "Q&amp;A" in said


# Long pages


def test_a_page_of_twelve_thousand_characters_opens_whole(talk: Talk) -> None:
    archive = talk.ask("@guidance what does the archive keep?", GENERAL)
    assert archive["text"].startswith("Rule 0 says that box 0 stays shut.")

    window = talk.opened(archive, PAGE)

    text = " ".join(words(shown(window["blocks"])))
    for number in range(300):
        assert f"Rule {number} says that box {number} stays shut." in text


def test_a_sentence_of_twelve_thousand_characters_fits_message_and_window(
    talk: Talk,
) -> None:
    assert len(LONG_SENTENCE) > LONG_CHARS
    talk.most_words = 1_500

    answer = talk.ask("what does the style sheet list?", count=2)

    assert told("message-ends") in answer["text"]
    assert PAGE in controls(answer)
    first, _ = talk.settled()
    assert first["text"].startswith("The style sheet lists word0, word1,")
    window = talk.opened(answer, PAGE)
    listed = set(words(shown(window["blocks"])))
    assert {f"word{number}," for number in range(1_399)} <= listed


# The starter corpus


def test_every_question_and_every_page_of_the_starter_corpus_fits_slack(
    begin: Begin,
) -> None:
    written = yaml.safe_load((STARTER / "questions.yaml").read_text("utf-8"))
    questions = [QUESTION, *(entry["question"] for entry in written)]
    guidance = STARTER / "guidance"
    pages = [path.relative_to(guidance) for path in guidance.rglob("*.md")]

    with begin("socket", knowledge=STARTER) as talk:
        for question in questions:
            talk.say(question, DIRECT[ANNA], wait=False)
        talk.heard("", len(questions))
        assert len(talk.settled()) == len(questions)
        for path in pages:
            value = json.dumps({"page": path.with_suffix("").as_posix()})
            window = talk.opened(old_message(talk, PAGE, value), PAGE)
            assert told("page-gone") not in shown(window["blocks"])


# Scopes


def not_heard(talk: Talk, text: str, channel: str) -> None:
    """Assert that a message does not even reach the bot."""
    before = len(talk.slack.state()["deliveries"])
    talk.say(text, channel)
    assert len(talk.slack.state()["deliveries"]) == before


def without_mentions(talk: Talk) -> None:
    not_heard(talk, f"@guidance {QUESTION}", GENERAL)
    assert talk.ask(QUESTION)["text"].startswith(LEAD)


def without_direct_messages(talk: Talk) -> None:
    not_heard(talk, QUESTION, DIRECT[ANNA])
    answer = talk.ask(f"@guidance {QUESTION}", GENERAL)
    assert answer["text"].startswith(LEAD)


def without_commands(talk: Talk) -> None:
    with pytest.raises(RefusedError) as refused:
        talk.command(QUESTION)
    assert refused.value.status == 403
    assert talk.ask(QUESTION)["text"].startswith(LEAD)


def without_writing(talk: Talk) -> None:
    talk.refused, talk.trouble = {"missing_scope"}, {"failed"}
    talk.say(QUESTION, DIRECT[ANNA])
    line = talk.bot.logged("failed", after=talk.from_line)
    assert line["slack"] == "missing_scope"
    # What a person asks for themselves needs no right to write.
    assert talk.command(QUESTION)["text"].startswith(LEAD)
    assert len(by_bot(talk.slack.state())) == 1


WITHOUT: dict[str, Callable[[Talk], None]] = {
    "app_mentions:read": without_mentions,
    "chat:write": without_writing,
    "commands": without_commands,
    "im:history": without_direct_messages,
}


@pytest.mark.parametrize("scope", WITHOUT)
def test_each_scope_is_missed(scope: str, talk: Talk) -> None:
    granted = talk.slack.state()["settings"]["scopes"]
    left = [one for one in granted if one != scope]
    assert len(left) == len(granted) - 1
    talk.slack.control("settings", scopes=left)
    try:
        WITHOUT[scope](talk)
    finally:
        talk.slack.control("settings", scopes=granted)


def test_the_manifest_asks_for_no_scope_that_is_not_missed(talk: Talk) -> None:
    assert set(talk.slack.state()["settings"]["scopes"]) == set(WITHOUT)


def test_in_the_agent_view_a_direct_message_is_answered_in_its_thread(
    begin: Begin,
) -> None:
    with begin("socket", scopes=[*WITHOUT, "assistant:write"]) as talk:
        answer = talk.ask(QUESTION)

        assert place(answer) == (DIRECT[ANNA], rooted(talk)["ts"], None)
        again = talk.ask(GIFTS, thread_ts=answer["thread_ts"])
        assert again["thread_ts"] == answer["thread_ts"]
        talk.ask(GIFTS)
        followed = talk.ask(WHY, thread_ts=talk.ask(GIFTS)["thread_ts"])
        assert followed["text"].startswith(GIFTS_LEAD)
