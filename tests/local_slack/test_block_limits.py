"""The limits of Block Kit: at the limit accepted, one above refused."""

from collections.abc import Callable

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.answers import Json
from tests.local_slack.conftest import problems
from tests.local_slack.samples import (
    actions,
    button,
    confirm,
    feedback,
    group,
    marked,
    mrkdwn,
    option,
    options,
    picture,
    plain,
    section,
    select,
    url,
)

Made = Callable[[int], Json]
LENGTHS: list[tuple[str, int, Made, str]] = [
    ("section text", 3000, lambda n: section("a" * n), "/text/text"),
    (
        "section field",
        2000,
        lambda n: {"type": "section", "fields": [plain("a" * n)]},
        "/fields/0/text",
    ),
    (
        "header",
        150,
        lambda n: {"type": "header", "text": plain("a" * n)},
        "/text/text",
    ),
    (
        "block_id",
        255,
        lambda n: {"type": "divider", "block_id": "a" * n},
        "/block_id",
    ),
    (
        "button text",
        75,
        lambda n: actions(button(text=plain("a" * n))),
        "/elements/0/text/text",
    ),
    (
        "button value",
        2000,
        lambda n: actions(button(value="a" * n)),
        "/elements/0/value",
    ),
    ("button url", 3000, lambda n: actions(button(url=url(n))), "/elements/0/url"),
    (
        "button label",
        75,
        lambda n: actions(button(accessibility_label="a" * n)),
        "/elements/0/accessibility_label",
    ),
    (
        "action_id",
        255,
        lambda n: actions(button(action_id="a" * n)),
        "/elements/0/action_id",
    ),
    (
        "confirm title",
        100,
        lambda n: actions(button(confirm=confirm(title=plain("a" * n)))),
        "/elements/0/confirm/title/text",
    ),
    (
        "confirm text",
        300,
        lambda n: actions(button(confirm=confirm(text=mrkdwn("a" * n)))),
        "/elements/0/confirm/text/text",
    ),
    (
        "confirm button",
        30,
        lambda n: actions(button(confirm=confirm(confirm=plain("a" * n)))),
        "/elements/0/confirm/confirm/text",
    ),
    (
        "deny button",
        30,
        lambda n: actions(button(confirm=confirm(deny=plain("a" * n)))),
        "/elements/0/confirm/deny/text",
    ),
    (
        "option text",
        75,
        lambda n: actions(select(option(text=plain("a" * n)))),
        "/elements/0/options/0/text/text",
    ),
    (
        "option value",
        150,
        lambda n: actions(select(option("a" * n))),
        "/elements/0/options/0/value",
    ),
    (
        "option description",
        75,
        lambda n: actions(select(option(description=plain("a" * n)))),
        "/elements/0/options/0/description/text",
    ),
    (
        "placeholder",
        150,
        lambda n: actions(select(placeholder=plain("a" * n))),
        "/elements/0/placeholder/text",
    ),
    (
        "group label",
        75,
        lambda n: actions(
            {
                "type": "static_select",
                "option_groups": [group(label=plain("a" * n))],
            }
        ),
        "/elements/0/option_groups/0/label/text",
    ),
    ("image alt", 2000, lambda n: picture(alt_text="a" * n), "/alt_text"),
    ("image url", 3000, lambda n: picture(image_url=url(n)), "/image_url"),
    ("image title", 2000, lambda n: picture(title=plain("a" * n)), "/title/text"),
    (
        "feedback text",
        75,
        lambda n: feedback(text=plain("a" * n)),
        "/elements/0/positive_button/text/text",
    ),
    (
        "feedback value",
        2000,
        lambda n: feedback(value="a" * n),
        "/elements/0/positive_button/value",
    ),
    ("markdown", 12_000, lambda n: {"type": "markdown", "text": "a" * n}, "/text"),
]


@pytest.mark.parametrize(
    ("limit", "made", "pointer"),
    [case[1:] for case in LENGTHS],
    ids=[case[0] for case in LENGTHS],
)
async def test_a_text_one_above_its_limit_is_refused(
    client: AsyncWebClient, limit: int, made: Made, pointer: str
) -> None:
    fits = [made(limit)]
    await client.chat_postMessage(channel="C0GENERAL", text="-", blocks=fits)
    assert await problems(client, made(limit + 1)) == (
        "invalid_blocks",
        [
            f"[ERROR] must be less than {limit + 1} characters "
            f"[json-pointer:/blocks/0{pointer}]"
        ],
    )


COUNTS: list[tuple[str, int, Made, str]] = [
    (
        "fields",
        10,
        lambda n: {"type": "section", "fields": [plain()] * n},
        "/fields",
    ),
    (
        "context",
        10,
        lambda n: {"type": "context", "elements": [mrkdwn()] * n},
        "/elements",
    ),
    (
        "actions",
        25,
        lambda n: actions(*[button(action_id=str(i)) for i in range(n)]),
        "/elements",
    ),
    (
        "overflow",
        5,
        lambda n: actions(marked("overflow", n)),
        "/elements/0/options",
    ),
    (
        "radio buttons",
        10,
        lambda n: actions(marked("radio_buttons", n)),
        "/elements/0/options",
    ),
    (
        "checkboxes",
        10,
        lambda n: actions(marked("checkboxes", n)),
        "/elements/0/options",
    ),
    (
        "options",
        100,
        lambda n: actions(select(*options(n))),
        "/elements/0/options",
    ),
    (
        "option groups",
        100,
        lambda n: actions({"type": "static_select", "option_groups": [group()] * n}),
        "/elements/0/option_groups",
    ),
    (
        "options of a group",
        100,
        lambda n: actions(
            {"type": "static_select", "option_groups": [group(options=options(n))]}
        ),
        "/elements/0/option_groups/0/options",
    ),
    (
        "context actions",
        5,
        lambda n: {
            "type": "context_actions",
            "elements": [
                {
                    "type": "icon_button",
                    "icon": "trash",
                    "text": plain(),
                    "action_id": str(i),
                }
                for i in range(n)
            ],
        },
        "/elements",
    ),
    (
        "table rows",
        100,
        lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]] * n},
        "/rows",
    ),
    (
        "table cells",
        20,
        lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * n]},
        "/rows/0",
    ),
]


@pytest.mark.parametrize(
    ("limit", "made", "pointer"),
    [case[1:] for case in COUNTS],
    ids=[case[0] for case in COUNTS],
)
async def test_a_list_one_above_its_limit_is_refused(
    client: AsyncWebClient, limit: int, made: Made, pointer: str
) -> None:
    fits = [made(limit)]
    await client.chat_postMessage(channel="C0GENERAL", text="-", blocks=fits)
    assert await problems(client, made(limit + 1)) == (
        "invalid_blocks",
        [
            f"[ERROR] no more than {limit} items allowed "
            f"[json-pointer:/blocks/0{pointer}]"
        ],
    )


async def test_fifty_one_blocks_are_refused(client: AsyncWebClient) -> None:
    divider = {"type": "divider"}
    await client.chat_postMessage(channel="C0GENERAL", text="-", blocks=[divider] * 50)
    assert await problems(client, *[divider] * 51) == (
        "invalid_blocks",
        ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"],
    )


async def test_too_much_text_over_all_blocks_is_refused(
    client: AsyncWebClient,
) -> None:
    full = [section("a" * 3000)] * 4
    fits = [*full, section("a" * 1200)]
    await client.chat_postMessage(channel="C0GENERAL", text="-", blocks=fits)
    assert await problems(client, *full, section("a" * 1201)) == (
        "msg_blocks_too_long",
        [],
    )


async def test_markdown_blocks_share_one_limit(client: AsyncWebClient) -> None:
    halves = [{"type": "markdown", "text": "a" * 6000}] * 2
    await client.chat_postMessage(channel="C0GENERAL", text="-", blocks=halves)
    more = {"type": "markdown", "text": "a"}
    assert await problems(client, *halves, more) == ("msg_blocks_too_long", [])
