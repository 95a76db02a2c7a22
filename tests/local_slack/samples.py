"""Samples of what an app sends: texts, elements, blocks and modals."""

from typing import Any

from tests.local_slack.answers import Json


def plain(text: str = "Text") -> Json:
    """Return a plain text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "Text") -> Json:
    """Return a mrkdwn text object."""
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a", **more: Any) -> Json:
    """Return an option of a menu."""
    return {"text": plain(), "value": value, **more}


def select(*options: Json, **more: Any) -> Json:
    """Return a menu."""
    kind = {"type": "static_select", "action_id": "pick"}
    return {**kind, "options": list(options) or [option()], **more}


def confirm(**more: Any) -> Json:
    """Return a confirmation dialog."""
    return {"title": plain(), "text": mrkdwn(), **more}


def options(count: int) -> list[Json]:
    """Return *count* options with different values."""
    return [option(str(number)) for number in range(count)]


def marked(kind: str, count: int) -> Json:
    """Return an element of *kind* with *count* options."""
    return {"type": kind, "action_id": "mark", "options": options(count)}


def group(**more: Any) -> Json:
    """Return a group of options."""
    return {"label": plain(), "options": [option()], **more}


def feedback(**more: Any) -> Json:
    """Return a block with a pair of feedback buttons."""
    side = {"text": plain(), "value": "good", **more}
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "helpful",
                "positive_button": side,
                "negative_button": {"text": plain(), "value": "bad"},
            }
        ],
    }


def picture(**more: Any) -> Json:
    """Return an image."""
    return {
        "type": "image",
        "image_url": "https://example.gov.uk/a.png",
        "alt_text": "A chart",
        **more,
    }


def url(length: int) -> str:
    """Return an address of *length* characters."""
    return "https://example.gov.uk/".ljust(length, "a")


def section(text: str = "Hello") -> Json:
    """Return a block with *text*."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**more: object) -> Json:
    """Return a button."""
    label = {"type": "plain_text", "text": "Press"}
    return {"type": "button", "action_id": "press", "text": label, **more}


def actions(*elements: Json, **more: object) -> Json:
    """Return a block with *elements*."""
    return {"type": "actions", "elements": list(elements), **more}


def modal(*blocks: Json, **more: object) -> Json:
    """Return a modal with *blocks*."""
    title = {"type": "plain_text", "text": "Title"}
    return {"type": "modal", "title": title, "blocks": list(blocks), **more}


def written_input(**more: object) -> Json:
    """Return an input block in which a person writes."""
    element = {"type": "plain_text_input", "action_id": "text"}
    return {
        "type": "input",
        "block_id": "why",
        "label": {"type": "plain_text", "text": "Why?"},
        "element": element,
        **more,
    }


SUBMIT = {"type": "plain_text", "text": "Send"}
