"""The manifest asks for what somebody listens to, and for nothing else."""

from operator import attrgetter
from pathlib import Path
from typing import cast

import pytest
import yaml

from guidance_bot.slack.app import LISTENING
from guidance_bot.slack.listeners import Listeners
from guidance_bot.slack.manifest import manifest, wanted_scopes
from guidance_bot.slack.work import Desk

ROOT = Path(__file__).resolve().parents[2]


def test_the_manifest_in_deploy_is_the_one_that_is_printed() -> None:
    text = (ROOT / "deploy" / "slack-manifest.yaml").read_text(encoding="utf-8")

    assert yaml.safe_load(text) == manifest()


def test_everything_listened_to_is_in_the_manifest_and_nothing_more() -> None:
    made = manifest()

    heard = {e.subscribed or e.name for e in LISTENING if e.kind == "event"}
    commands = {e.name for e in LISTENING if e.kind == "command"}
    assert set(made["settings"]["event_subscriptions"]["bot_events"]) == heard
    assert {c["command"] for c in made["features"]["slash_commands"]} == commands
    assert made["oauth_config"]["scopes"]["bot"] == [
        "app_mentions:read",
        "chat:write",
        "commands",
        "im:history",
    ]


def test_each_entry_of_the_list_names_a_listener() -> None:
    listeners = Listeners(cast(Desk, None))

    names = [name for e in LISTENING for name in (e.listener, e.answered) if name]

    assert all(callable(attrgetter(name)(listeners)) for name in names)


def test_people_can_write_to_the_bot() -> None:
    home = manifest()["features"]["app_home"]

    assert home["messages_tab_enabled"] is True
    assert home["messages_tab_read_only_enabled"] is False


def test_with_an_address_slack_calls_it_and_socket_mode_is_off() -> None:
    made = manifest(url="https://bot.example.gov.uk/")

    address = "https://bot.example.gov.uk/slack/events"
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"]["request_url"] == address
    assert {c["url"] for c in made["features"]["slash_commands"]} == {address}
    assert made["settings"]["socket_mode_enabled"] is False


def test_without_one_no_address_is_in_it_and_socket_mode_is_on() -> None:
    made = manifest()

    assert "url" not in str(made)
    assert made["settings"]["socket_mode_enabled"] is True


def test_the_agent_view_is_the_new_one_and_brings_its_scope() -> None:
    made = manifest(agent=True)

    assert "assistant_view" not in made["features"]
    assert len(made["features"]["agent_view"]["suggested_prompts"]) <= 4
    assert wanted_scopes(agent=True) == sorted([*wanted_scopes(), "assistant:write"])
    assert "agent_view" not in manifest()["features"]


@pytest.mark.parametrize("agent", [True, False])
def test_labels_stay_within_what_slack_takes(agent: bool) -> None:
    made = manifest(agent=agent)
    features, about = made["features"], made["display_information"]

    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert len(features["bot_user"]["display_name"]) <= 80
    for command in features["slash_commands"]:
        assert len(command["command"]) <= 32
    if agent:
        assert len(features["agent_view"]["agent_description"]) <= 300
