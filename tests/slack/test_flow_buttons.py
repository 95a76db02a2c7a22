"""What a flow's buttons and windows carry is read back, or politely not."""

import json

import pytest

from guidance_bot.slack.flow_buttons import Chosen, Walking, prompt_in
from guidance_bot.slack.incoming import Place

CHOSEN = Chosen("engage", "d1", {"why": "a+b", "audience": "external"}, "5een")
WALKING = Walking(CHOSEN, Place("C1", "U1", "7.0", "https://x", private=True), "why", 3)


def test_choices_come_back_from_a_button() -> None:
    assert Chosen.read(CHOSEN.value()) == CHOSEN
    assert CHOSEN.fits()
    assert not Chosen("engage", "d1", {"why": "x" * 2_000}).fits()


def test_a_window_carries_choices_place_and_step() -> None:
    assert Walking.read(WALKING.metadata(), "U1") == WALKING
    assert Place.of_window(WALKING.metadata(), "U1") == WALKING.place
    assert prompt_in(WALKING.block_id("why")) == "why"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "[]",
        "null",
        "{}",
        '{"flow":1,"digest":"","seen":"","choices":{}}',
        '{"flow":"e","digest":"","seen":"","choices":[]}',
        '{"flow":"e","digest":"","seen":"","choices":{"a":1}}',
        '{"flow":"e","digest":"","choices":{}}',
        "[" * 100_000,
    ],
)
def test_a_value_that_is_not_ours_holds_nothing(value: str) -> None:
    assert Chosen.read(value) is None
    assert Walking.read(value, "U1") is None


@pytest.mark.parametrize("more", [{"at": 1, "turn": 0}, {"turn": "0"}, {}])
def test_a_window_with_another_step_is_not_ours(more: dict[str, object]) -> None:
    assert Walking.read(json.dumps({**CHOSEN.held(), **more}), "U1") is None


@pytest.mark.parametrize("place", [None, [], ["C1"], "C1", {"x": 1}, 7])
def test_a_window_without_a_place_leads_to_the_direct_messages(place: object) -> None:
    held = {**CHOSEN.held(), "place": place, "at": None, "turn": 0}

    walking = Walking.read(json.dumps(held), "U1")

    assert walking is not None
    assert walking.place == Place("U1", "U1")
