"""What a person types, as Slack encodes it."""

import pytest

from tests.local_slack.typed_text import Names, encoded, leaves, mentioned

NAMES = Names(
    {"guidance": "U0GUIDE", "anna": "U0ANNA", "anna lee": "U0LEE"},
    {"general": "C0GENERAL"},
)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("@guidance help", "<@U0GUIDE> help"),
        ("@Guidance, help", "<@U0GUIDE>, help"),
        ("ask @Anna.", "ask <@U0ANNA>."),
        ("ask @Anna Lee", "ask <@U0LEE>"),
        ("ask @Annabel", "ask @Annabel"),
        ("ask @nobody", "ask @nobody"),
        ("see #general", "see <#C0GENERAL|general>"),
        ("see #none", "see #none"),
        ("@here @channel @everyone", "<!here> <!channel> <!everyone>"),
        ("<@U0GUIDE>", "&lt;@U0GUIDE&gt;"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("https://a.gov.uk/?x=1&y=2.", "<https://a.gov.uk/?x=1&amp;y=2>."),
        ("(http://a.gov.uk)", "(<http://a.gov.uk>)"),
        ("see gov.uk/help", "see <http://gov.uk/help|gov.uk/help>"),
        ("anna@a.gov.uk", "<mailto:anna@a.gov.uk|anna@a.gov.uk>"),
        ("two\nlines", "two\nlines"),
        ("", ""),
    ],
)
def test_typed_text_is_encoded(typed: str, sent: str) -> None:
    assert encoded(leaves(typed, NAMES), NAMES) == sent


def test_the_rich_text_is_not_escaped() -> None:
    assert leaves("@anna: a < b", NAMES) == [
        {"type": "user", "user_id": "U0ANNA"},
        {"type": "text", "text": ": a < b"},
    ]


def test_mentions_are_found_with_and_without_a_label() -> None:
    assert list(mentioned("<@U0ANNA> and <@U0BEN|ben>, not &lt;@U0LEE&gt;")) == [
        "U0ANNA",
        "U0BEN",
    ]
