"""The manifest: what Slack takes, with no scope that nothing needs and none missing."""

import json
import re
from pathlib import Path
from types import MappingProxyType

import pytest

from adapters.slack.manifest import EVENTS, MOST_COMMANDS, SCOPES, manifest_of
from adapters.slack.shapes import Json
from tests.fakes.slack import schema
from tests.unit.workflows.samples import LIBRARY_CATALOG, TXT2IMG
from workflows.catalog import Catalog

_HOUSE = Path(__file__).parents[3]
_ADDRESS = "https://paint.example"
_ASKED = re.compile(r'"((?:apps|auth|chat|conversations|files|oauth|team|usergroups|users|views)(?:\.\w+)+)"')


def _sound(body: Json) -> Json:
    """Assert what the schema of github.com/slackapi/manifest-schema asks, version 2.0.0 of 2026."""
    shown, features = body["display_information"], body["features"]
    assert 1 <= len(shown["name"]) <= 35
    assert 1 <= len(shown["description"]) <= 140
    assert 1 <= len(features["bot_user"]["display_name"]) <= 80
    assert 1 <= len(features["shortcuts"]) <= 10
    for each in features["shortcuts"]:
        assert each["type"] in ("global", "message")
        assert 1 <= len(each["name"]) <= 24
        assert 1 <= len(each["description"]) <= 150
    assert 1 <= len(features["slash_commands"]) <= 50
    for each in features["slash_commands"]:
        assert re.fullmatch(r"/\S{1,31}", each["command"])
        assert 1 <= len(each["description"]) <= 2000
        assert 1 <= len(each["usage_hint"]) <= 1000
        assert re.match("https?://", each.get("url", "https://"))
    names = [each["command"] for each in features["slash_commands"]]
    assert len(set(names)) == len(names)
    assert all(len(each) <= 50 for each in (*body["oauth_config"]["scopes"]["bot"], *EVENTS))
    assert body["settings"]["interactivity"]["is_enabled"] is True
    assert json.loads(json.dumps(body)) == body
    return body


def test_every_workflow_has_its_command_beside_our_own() -> None:
    manifest = manifest_of(LIBRARY_CATALOG)
    names = {each["command"] for each in _sound(manifest.body)["features"]["slash_commands"]}
    assert names == {"/imagine", "/fairbrush", *(f"/{name}" for name in LIBRARY_CATALOG.workflows)}
    assert manifest.left_out == ()


def test_socket_mode_needs_no_address() -> None:
    body = _sound(manifest_of(LIBRARY_CATALOG).body)
    assert body["settings"]["socket_mode_enabled"] is True
    assert "https://" not in json.dumps(body)


def test_without_socket_mode_everything_goes_to_one_address() -> None:
    body = _sound(manifest_of(LIBRARY_CATALOG, address=f"{_ADDRESS}/").body)
    assert body["settings"]["socket_mode_enabled"] is False
    assert body["settings"]["event_subscriptions"]["request_url"] == "https://paint.example/slack/events"
    assert body["settings"]["interactivity"]["message_menu_options_url"] == "https://paint.example/slack/events"
    assert {each["url"] for each in body["features"]["slash_commands"]} == {"https://paint.example/slack/events"}
    assert "redirect_urls" not in body["oauth_config"]


@pytest.mark.parametrize("address", [None, _ADDRESS])
def test_where_many_workspaces_install_the_app_their_browsers_come_back(address: str | None) -> None:
    body = _sound(manifest_of(LIBRARY_CATALOG, address=address, installed_at=f"{_ADDRESS}/").body)
    assert body["oauth_config"]["redirect_urls"] == ["https://paint.example/slack/oauth_redirect"]
    assert body["settings"]["socket_mode_enabled"] is (address is None)


@pytest.mark.parametrize("address", ["", "paint.example", "http://paint.example", "https://", "https://a.b/?x=1"])
def test_an_address_that_slack_cannot_reach_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="Slack takes an address"):
        manifest_of(LIBRARY_CATALOG, address=address)
    with pytest.raises(ValueError, match="Slack takes an address"):
        manifest_of(LIBRARY_CATALOG, installed_at=address)


def test_what_slack_cannot_take_is_left_out_and_said() -> None:
    crowd = {f"w{number}": TXT2IMG for number in range(60)}
    catalog = Catalog(workflows=MappingProxyType({"imagine": TXT2IMG, "a" * 32: TXT2IMG, **crowd}))
    manifest = manifest_of(catalog, name="x" * 90)
    _sound(manifest.body)
    assert len(manifest.body["features"]["slash_commands"]) == MOST_COMMANDS
    said = {each.what: each.reason for each in manifest.left_out}
    assert "of that name" in said["/imagine"]
    assert "32 characters" in said["/" + "a" * 32]
    assert said["/w59"] == "Slack takes 50 commands; it can be had by /fairbrush NAME."


def test_every_scope_and_every_event_has_its_reason() -> None:
    assert all(map(str.strip, (*SCOPES.values(), *EVENTS.values())))


@pytest.mark.skipif(not schema.is_at_hand(), reason="Slack's description of its methods is not beside the project")
def test_whatever_is_called_has_its_scope() -> None:
    sources = "\n".join(path.read_text() for path in (_HOUSE / "adapters" / "slack").glob("*.py"))
    asked = set(_ASKED.findall(sources)) & schema.methods().keys()
    assert "chat.update" in asked
    for method in asked:
        found = set(schema.methods()[method].get("scope", {}).get("bot", ()))
        assert not found or found & SCOPES.keys(), f"{method} needs one of {found}"
