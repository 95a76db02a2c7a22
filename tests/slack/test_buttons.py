"""What a button carries is read back, or politely not."""

import json

import pytest

from guidance_bot.slack.buttons import Asked, page_in, page_value

ASKED = Asked("can I “blog”?\n", "uk-health", ("and before?",), "0.1.0-aa-bb")


def test_what_is_asked_comes_back_from_a_button() -> None:
    assert Asked.read(ASKED.value()) == ASKED
    assert set(json.loads(ASKED.value())) == {"question", "for", "after", "receipt"}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "[]",
        "null",
        "{}",
        '{"question": 1, "receipt": "r"}',
        '{"question": "q"}',
        '{"question": "q", "receipt": "r", "for": 7}',
        '{"question": "q", "receipt": "r", "after": "q0"}',
        '{"question": "q", "receipt": "r", "after": [1]}',
        "[" * 100_000,
    ],
)
def test_a_value_that_is_not_ours_asks_nothing(value: str) -> None:
    assert Asked.read(value) is None
    assert page_in(value) is None


def test_a_value_fits_up_to_two_thousand_characters() -> None:
    room = 2_000 - len(Asked("", None, (), "r").value())

    assert Asked("x" * room, None, (), "r").fits()
    assert not Asked("x" * (room + 1), None, (), "r").fits()


def test_a_page_comes_back_from_a_button() -> None:
    assert page_in(page_value("personal/blogging")) == "personal/blogging"
