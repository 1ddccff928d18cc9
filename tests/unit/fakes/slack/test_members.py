"""What Slack's own client lets members do, and how what they type and choose is sent."""

from typing import Any

import pytest

from tests.fakes.slack import orders, pressing
from tests.fakes.slack.asks import NoAnswer
from tests.fakes.slack.orders import Picture
from tests.fakes.slack.pressing import CannotAsk
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.shapes import Json
from tests.fakes.slack.subscribing import Subscriptions

MANIFEST: Json = {
    "features": {
        "slash_commands": [
            {"command": "/imagine", "should_escape": False},
            {"command": "/draw", "should_escape": True},
        ],
        "shortcuts": [
            {"name": "New picture", "type": "global", "callback_id": "new_picture"},
            {"name": "Reimagine this picture", "type": "message", "callback_id": "reimagine"},
        ],
    },
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {"bot_events": ["app_mention", "message.im"]},
    },
}


def text(shown: str) -> Json:
    return {"type": "plain_text", "text": shown}


def option(name: str) -> Json:
    return {"text": text(name.title()), "value": name}


def field(block_id: str, element: Json, **more: Any) -> Json:
    label = text(block_id.replace("_", " ").title())
    return {"type": "input", "block_id": block_id, "label": label, "element": {"action_id": "it", **element}, **more}


PROMPT = field("prompt", {"type": "plain_text_input", "min_length": 2, "max_length": 10})
STEPS = field(
    "steps", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "50"}, optional=True
)
SIZE = field("size", {"type": "static_select", "options": [option("small"), option("large")]}, optional=True)
STYLES = field(
    "styles",
    {"type": "multi_static_select", "options": [option("oil"), option("ink"), option("pen")], "max_selected_items": 2},
    optional=True,
)
PICTURE = field("picture", {"type": "file_input"}, optional=True)


def filled(**values: Any) -> Json:
    return pressing.state_of([PROMPT, STEPS, SIZE, STYLES, PICTURE], values, is_checked=True)


def test_a_form_is_sent_with_all_its_fields():
    sent = filled(Prompt="a cat", steps=30, size="Large", styles=["oil", "ink"])

    assert sent["prompt"]["it"] == {"type": "plain_text_input", "value": "a cat"}
    assert sent["steps"]["it"]["value"] == "30"
    assert sent["size"]["it"]["selected_option"] == option("large")
    assert sent["styles"]["it"]["selected_options"] == [option("oil"), option("ink")]
    assert sent["picture"]["it"] == {"type": "file_input", "files": []}


def test_what_is_left_out_is_sent_as_nothing():
    sent = filled(prompt="a cat")

    assert sent["steps"]["it"]["value"] is None
    assert sent["size"]["it"]["selected_option"] is None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"prompt": ""},
        {"prompt": "a"},
        {"prompt": "far too long for it"},
        {"prompt": "a cat", "steps": 51},
        {"prompt": "a cat", "steps": 1.5},
        {"prompt": "a cat", "steps": "many"},
        {"prompt": "a cat", "size": "huge"},
        {"prompt": "a cat", "styles": ["oil", "ink", "pen"]},
        {"prompt": "a cat", "seed": 1},
    ],
)
def test_a_form_that_is_not_filled_in_well_cannot_be_sent(given: Json):
    with pytest.raises(CannotAsk):
        filled(**given)


def test_several_presses_name_what_was_pressed():
    button = {"type": "button", "text": text("Cancel"), "action_id": "cancel", "value": "job-1", "style": "danger"}
    more = {"type": "overflow", "action_id": "more", "options": [option("delete"), option("report")]}
    blocks = [{"type": "actions", "block_id": "job", "elements": [button, more]}]

    pressed = pressing.pressed(pressing.find(blocks, "Cancel"), (), "1.0")
    chosen = pressing.pressed(pressing.find(blocks, "more"), ("Report",), "1.0")

    assert pressed == {**button, "block_id": "job", "action_ts": "1.0"}
    assert chosen["selected_option"] == option("report")
    with pytest.raises(CannotAsk, match="there is no Reroll among"):
        pressing.find(blocks, "Reroll")


async def test_what_is_typed_is_sent_escaped(slack: FakeSlack):
    team = slack.team()
    general, ada = team.channel("general"), team.member("ada")
    typed = "a <cat> & @ada in #general, @here https://example.org/?a=1"

    assert orders.escaped(team.state, typed) == (
        f"a &lt;cat&gt; &amp; <@{ada.id}> in <#{general.id}>, <!here> <https://example.org/?a=1>"
    )
    known = Subscriptions.of(MANIFEST)
    assert orders.command(known, ada.user, general, "/imagine", "<@ada>") == "&lt;@ada&gt;"
    assert orders.command(known, ada.user, general, "/draw", "@ada") == f"<@{ada.id}|ada>"


async def test_only_what_the_manifest_registers_can_be_used(slack: FakeSlack):
    team = slack.team()
    general, ada = team.channel("general"), team.member("ada")
    slack.delivery.subscriptions = known = Subscriptions.of(MANIFEST)
    said = ada.say(general, "a cat")

    assert orders.shortcut(known, ada.user, "New picture", None) == "new_picture"
    assert orders.shortcut(known, ada.user, "reimagine", said) == "reimagine"
    with pytest.raises(CannotAsk, match="no message shortcut"):
        await ada.shortcut("New picture", said)
    with pytest.raises(CannotAsk, match="not a valid command"):
        await ada.slash(general, "/upscale", "it")


async def test_only_what_was_subscribed_to_is_told(slack: FakeSlack):
    team = slack.team()
    general, ada = team.channel("general"), team.member("ada")
    slack.delivery.register(MANIFEST)

    ada.say(general, "a cat")
    ada.say(general, "@fairbrush a cat")
    ada.say(ada.dm, "a cat")
    ada.look_at_home()

    assert [each.name for each in slack.delivery.sent] == ["app_mention", "message"]
    assert not slack.world.is_home_enabled


async def test_a_bot_that_is_not_there_or_lacks_the_scope_hears_nothing(slack: FakeSlack):
    team = slack.team()
    general, ada = team.channel("general", has_bot=False), team.member("ada")
    with pytest.raises(NoAnswer, match="does not hear"):
        await ada.tell(general, "a cat")
    team.invite(general)
    team.state.tokens[-1].scopes.discard("app_mentions:read")
    with pytest.raises(NoAnswer, match="does not hear"):
        await ada.tell(general, "a cat")


async def test_who_is_elsewhere_can_neither_write_nor_ask(slack: FakeSlack):
    team = slack.team()
    general, ada = team.channel("general"), team.member("ada")
    eve = team.stranger("eve", "T0ELSEWHERE")
    team.remove(general, ada.user)

    with pytest.raises(CannotAsk, match="ada is not in general"):
        ada.say(general, "hello")
    with pytest.raises(CannotAsk, match="not installed in the workspace of eve"):
        await eve.slash(general, "/imagine", "a cat")


async def test_a_message_of_a_private_group_is_not_seen_from_outside(slack: FakeSlack):
    team = slack.team()
    ada, bob = team.member("ada"), team.member("bob")
    secret = team.channel("secret", kind="group")
    team.remove(secret, bob.user)
    said = ada.say(secret, "a cat")

    assert ada.sees(secret) == [said]
    assert bob.sees(secret) == []
    with pytest.raises(CannotAsk, match="bob does not see"):
        await bob.shortcut("reimagine", said)


async def test_a_file_is_shared_with_its_message(slack: FakeSlack):
    team = slack.team()
    general, ada = team.channel("general"), team.member("ada")
    said = ada.say(general, "@fairbrush upscale", Picture(name="cat.png", content=b"\x89PNG\r\n\x1a\n"))

    assert said.subtype == "file_share"
    assert said.files[0].shares == {general.id: [said.ts]}
    assert slack.delivery.of("app_mention")[0].payload["event"]["files"][0]["name"] == "cat.png"


async def test_members_delete_what_is_theirs(slack: FakeSlack):
    team = slack.team()
    general, ada, bob = team.channel("general"), team.member("ada"), team.member("bob")
    said = ada.say(general, "a cat")
    with pytest.raises(CannotAsk, match="bob may not delete"):
        bob.delete(said)
    ada.delete(said)

    assert general.shown == []


async def test_two_workspaces_with_the_same_user_id_are_told_apart(slack: FakeSlack):
    acme, zeta = slack.team("Acme"), slack.team("Zeta")
    ada, eva = acme.member("ada", number="U0SAME"), zeta.member("eva", number="U0SAME")
    ada.say(acme.channel("general"), "@fairbrush a cat")
    eva.say(zeta.channel("general"), "@fairbrush a dog")

    told = [each.payload for each in slack.delivery.sent]
    assert [each["team_id"] for each in told] == [acme.id, zeta.id]
    assert [each["event"]["user"] for each in told] == ["U0SAME", "U0SAME"]
    assert [each["authorizations"][0]["user_id"] for each in told] == [acme.bot.id, zeta.bot.id]
