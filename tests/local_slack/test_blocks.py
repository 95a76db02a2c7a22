"""Malformed blocks, and well-formed ones of every kind."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.conftest import problems
from tests.local_slack.samples import (
    actions,
    button,
    confirm,
    feedback,
    marked,
    mrkdwn,
    option,
    picture,
    plain,
    section,
    select,
    url,
    written_input,
)

REFUSED: list[tuple[str, Any, str]] = [
    ("no object", "text", "must provide an object [json-pointer:/blocks/0]"),
    ("no type", {}, "missing required field: type [json-pointer:/blocks/0]"),
    (
        "unknown block",
        {"type": "marquee"},
        "unsupported type: marquee [json-pointer:/blocks/0/type]",
    ),
    (
        "unknown field of a block",
        {"type": "divider", "color": "red"},
        "invalid additional property: color [json-pointer:/blocks/0]",
    ),
    (
        "unknown field of an element",
        actions(button(colour="red")),
        "invalid additional property: colour [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "unknown field of a text",
        section() | {"text": {**mrkdwn(), "size": 3}},
        "invalid additional property: size [json-pointer:/blocks/0/text]",
    ),
    (
        "emoji in mrkdwn",
        section() | {"text": {**mrkdwn(), "emoji": True}},
        "invalid additional property: emoji [json-pointer:/blocks/0/text]",
    ),
    (
        "empty text",
        section(""),
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        "text that is no string",
        section() | {"text": {"type": "mrkdwn", "text": 3}},
        "must be a string [json-pointer:/blocks/0/text/text]",
    ),
    (
        "text object that is a string",
        section() | {"text": "Hello"},
        "must provide an object [json-pointer:/blocks/0/text]",
    ),
    (
        "section of nothing",
        {"type": "section"},
        "must provide either text or fields [json-pointer:/blocks/0]",
    ),
    (
        "header in mrkdwn",
        {"type": "header", "text": mrkdwn()},
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    (
        "button in mrkdwn",
        actions(button(text=mrkdwn())),
        "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]",
    ),
    (
        "button without text",
        actions({"type": "button"}),
        "missing required field: text [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "button of no style",
        actions(button(style="big")),
        "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    (
        "button to nowhere",
        actions(button(url="example.gov.uk")),
        "must be a valid url [json-pointer:/blocks/0/elements/0/url]",
    ),
    (
        "confirm without text",
        actions(button(confirm={"title": plain()})),
        "missing required field: text [json-pointer:/blocks/0/elements/0/confirm]",
    ),
    (
        "no elements",
        actions(),
        "no less than 1 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        "elements that are no list",
        {"type": "actions", "elements": button()},
        "must provide an array [json-pointer:/blocks/0/elements]",
    ),
    (
        "text input among actions",
        actions({"type": "plain_text_input"}),
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    (
        "button in a context",
        {"type": "context", "elements": [button()]},
        "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
    ),
    (
        "input in a message",
        written_input(),
        "unsupported type: input [json-pointer:/blocks/0/type]",
    ),
    (
        "image without alt text",
        {"type": "image", "image_url": url(40)},
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    (
        "image without a source",
        {"type": "image", "alt_text": "A chart"},
        "must provide either image_url or slack_file [json-pointer:/blocks/0]",
    ),
    (
        "select without options",
        actions({"type": "static_select"}),
        "must provide either options or option_groups "
        "[json-pointer:/blocks/0/elements/0]",
    ),
    (
        "select that starts elsewhere",
        actions(select(initial_option=option("z"))),
        "initial option is not one of the options [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "address in a select's option",
        actions(select(option(url=url(40)))),
        "invalid additional property: url "
        "[json-pointer:/blocks/0/elements/0/options/0]",
    ),
    (
        "same action_id twice",
        actions(button(), button()),
        "`action_id` press already exists [json-pointer:/blocks/0/elements]",
    ),
    (
        "unknown rich text",
        {"type": "rich_text", "elements": [{"type": "rich_text_poem", "elements": []}]},
        "unsupported type: rich_text_poem [json-pointer:/blocks/0/elements/0/type]",
    ),
    (
        "list without style",
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "elements": [{"type": "rich_text_section", "elements": []}],
                }
            ],
        },
        "missing required field: style [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "number that is none",
        section()
        | {"accessory": {"type": "multi_users_select", "max_selected_items": "2"}},
        "must be an integer [json-pointer:/blocks/0/accessory/max_selected_items]",
    ),
    (
        "number out of bounds",
        section()
        | {"accessory": {"type": "multi_users_select", "max_selected_items": 0}},
        "must be between 1 and 100 "
        "[json-pointer:/blocks/0/accessory/max_selected_items]",
    ),
    (
        "flag that is none",
        section() | {"expand": "yes"},
        "must be a boolean [json-pointer:/blocks/0/expand]",
    ),
]


@pytest.mark.parametrize(
    ("block", "message"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
async def test_a_malformed_block_is_refused(
    client: AsyncWebClient, block: Any, message: str
) -> None:
    assert await problems(client, block) == ("invalid_blocks", [f"[ERROR] {message}"])


async def test_the_same_block_id_twice_is_refused(client: AsyncWebClient) -> None:
    error, messages = await problems(
        client, section() | {"block_id": "a"}, section() | {"block_id": "a"}
    )
    assert error == "invalid_blocks"
    assert messages == [
        f"[ERROR] `block_id` already exists [json-pointer:/blocks/{index}/block_id]"
        for index in (0, 1)
    ]


async def test_the_same_action_id_in_two_blocks_is_accepted(
    client: AsyncWebClient,
) -> None:
    twice = [actions(button()), actions(button())]
    posted = await client.chat_postMessage(channel="C0GENERAL", text="-", blocks=twice)
    assert len(posted["message"]["blocks"]) == 2


async def test_blocks_that_are_not_json_are_refused(client: AsyncWebClient) -> None:
    for blocks in ("[{", '{"type": "divider"}'):
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C0GENERAL", text="-", blocks=blocks)
        assert caught.value.response["error"] == "invalid_blocks_format"


async def test_every_kind_of_block_is_accepted(client: AsyncWebClient) -> None:
    leaves = [
        {"type": "text", "text": "Read ", "style": {"bold": True}},
        {"type": "link", "url": "https://example.gov.uk", "text": "this"},
        {"type": "user", "user_id": "U0ANNA"},
        {"type": "emoji", "name": "eyes"},
        {"type": "broadcast", "range": "here"},
    ]
    rich_section = {"type": "rich_text_section", "elements": leaves}
    rich = [
        rich_section,
        {"type": "rich_text_quote", "elements": leaves},
        {"type": "rich_text_preformatted", "elements": leaves[:1]},
        {"type": "rich_text_list", "style": "bullet", "elements": [rich_section]},
    ]
    elements = [
        button(confirm=confirm(style="danger"), style="primary", value="1"),
        select(option(), initial_option=option()),
        marked("overflow", 2) | {"action_id": "more"},
        marked("radio_buttons", 2) | {"action_id": "radio"},
        {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-22"},
        {"type": "users_select", "action_id": "who"},
        {"type": "multi_conversations_select", "action_id": "where"},
    ]
    blocks = [
        {"type": "header", "text": plain()},
        section() | {"accessory": picture(), "expand": True},
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn(), plain(), picture()]},
        actions(*elements),
        picture(title=plain()),
        {"type": "rich_text", "elements": rich},
        {"type": "markdown", "text": "# Title"},
        feedback(),
    ]
    answer = await client.chat_postMessage(
        channel="C0GENERAL", text="Everything", blocks=blocks
    )
    shown = answer["message"]["blocks"]
    assert [block["type"] for block in shown] == [block["type"] for block in blocks]
    assert all(block["block_id"] for block in shown)
    assert shown[0]["text"] == {**plain(), "emoji": True}
