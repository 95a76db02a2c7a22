"""What is an order to walk through a flow, and what is a question that begins like one."""

import pytest

from guidance_bot.slack.flow_orders import Order, order_in, order_of_command

FLOWS = ("engage", "should-we")
CODE = "engage-8k3m2a-000000-000000"


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("engage", Order("open", "engage")),
        (" Engage\n", Order("open", "engage")),
        ("engage should-we", Order("open", "should-we")),
        ("engage “Should-We”", Order("open", "should-we")),
        ("engage help", Order("help")),
        ("flows", Order("list")),
        (f"decision {CODE.upper()}", Order("record", CODE)),
        (f"decision `{CODE}`", Order("record", CODE)),
        ("decision engage-oops", Order("record", "engage-oops")),
        ("decision engags-8k3m2a-000000", Order("record", "engags-8k3m2a-000000")),
    ],
)
def test_an_order_is_told_from_a_question(text: str, order: Order) -> None:
    assert order_in(text, FLOWS) == order
    assert order_of_command(text, FLOWS) == order


@pytest.mark.parametrize(
    "text",
    [
        "",
        "engage?",
        "engage with the public",
        "engage stage",
        "How do we engage?",
        "flows of people",
        "decision",
        "decision making",
        "decision record-keeping",
        "decision about covid-19 and a very long line",
        "should-we",
    ],
)
def test_a_question_is_no_order(text: str) -> None:
    assert order_in(text, FLOWS) is None


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", Order("open", "engage")),
        ("should-we", Order("open", "should-we")),
        ("nowhere at all", Order("open", "nowhere at all")),
        ("help", Order("help")),
        ("flows", Order("list")),
        ("decision", Order("record", "")),
        ("decision x y", Order("record", "x y")),
    ],
)
def test_a_command_always_orders_something(text: str, order: Order) -> None:
    assert order_of_command(text, FLOWS) == order
