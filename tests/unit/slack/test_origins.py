"""What Slack sends, as its documents show it: who did it, where, and what makes it one thing when it comes twice."""

from typing import Any

import pytest

from adapters.slack.origins import Kind, StrangeEvent, is_nobodys, origin_of
from adapters.slack.standing import Conversation


def command(**more: Any) -> dict[str, Any]:
    return {
        "team_id": "T1",
        "channel_id": "C1",
        "user_id": "U1",
        "user_name": "ada",
        "command": "/imagine",
        "text": "a cat",
        "is_enterprise_install": "false",
        "trigger_id": "13.37.abc",
        "response_url": "https://hooks.slack.com/commands/1",
        **more,
    }


def mention(text: str = "<@UBOT> imagine a cat", **more: Any) -> dict[str, Any]:
    heard = {"enterprise_id": None, "team_id": "T1", "user_id": "UBOT", "is_enterprise_install": False}
    return {
        "type": "event_callback",
        "team_id": "T9",
        "event_id": "Ev1",
        "authorizations": [heard],
        "event": {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "2.0", "text": text, **more},
    }


def interaction(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "team": {"id": "T1"},
        "user": {"id": "U1", "username": "ada"},
        "trigger_id": "13.37.abc",
        "is_enterprise_install": False,
        "enterprise": None,
        **more,
    }


def click(action: dict[str, Any], **more: Any) -> dict[str, Any]:
    return interaction("block_actions", actions=[action], **more)


def test_a_command_says_who_and_where():
    origin = origin_of(command())

    assert origin.kind is Kind.COMMAND
    assert (origin.workspace, origin.requester.id, origin.requester.name) == ("T1", "U1", "ada")
    assert (origin.place().channel, origin.command, origin.text) == ("C1", "imagine", "a cat")


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("see <https://a.example|a.example>", "see a.example"),
        ("<@U2|bob>", "@bob"),
    ],
)
def test_a_text_is_what_was_typed(sent: str, typed: str):
    assert origin_of(command(text=sent)).text == typed


def test_every_use_of_a_command_is_a_job_of_its_own():
    once, again = origin_of(command()), origin_of(command(trigger_id="13.37.def"))

    assert once.occasion().job_id != again.occasion().job_id


def test_an_event_that_is_delivered_again_is_the_same_job():
    assert origin_of(mention()).occasion().job_id == origin_of({**mention(), "event_time": 5}).occasion().job_id


def test_a_form_that_is_sent_again_is_the_same_job():
    view = {"id": "V1", "type": "modal"}
    once = origin_of(interaction("view_submission", view=view))
    again = origin_of(interaction("view_submission", view=view, trigger_id="13.37.def"))

    assert once.occasion().job_id == again.occasion().job_id


def test_direct_messages_are_told_from_channels():
    assert origin_of(command(channel_id="D1")).spot().is_direct
    assert not origin_of(command(channel_id="C1")).spot().is_direct
    assert not origin_of(interaction("view_submission", view={"id": "V1", "type": "modal"})).spot().is_direct


def test_a_mention_is_left_out_of_what_was_said():
    assert origin_of(mention()).text == "imagine a cat"
    assert origin_of(mention("hey <@UBOT|fairbrush>: imagine @ a cat")).text == "imagine @ a cat"


def test_whoever_begins_with_our_name_speaks_to_us():
    assert origin_of(mention("<@UBOT>\na cat")).is_to_us
    assert not origin_of(mention("thanks, <@UBOT>")).is_to_us


def written(text: str = "a cat", **more: Any) -> dict[str, Any]:
    return mention(text, **{"type": "message", "channel": "D1", "channel_type": "im", **more})


def test_what_is_written_to_us_alone_is_said_to_us_with_or_without_our_name():
    assert (origin_of(written()).kind, origin_of(written()).is_to_us) == (Kind.MESSAGE, True)
    assert origin_of(written("<@UBOT> a cat")).text == "a cat"
    assert origin_of(written("a cat with <@UBOT|fairbrush>")).text == "a cat with @fairbrush"
    assert origin_of(written(thread_ts="1.0")).talk == Conversation(workspace="T1", channel="D1", thread="1.0")


@pytest.mark.parametrize("more", [{}, {"subtype": "file_share"}, {"subtype": "thread_broadcast", "thread_ts": "1.0"}])
def test_what_somebody_wrote_is_somebodys(more: dict[str, Any]):
    assert not is_nobodys(written(**more))
    assert not is_nobodys(mention())
    assert not is_nobodys(command())


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"},
        {"user": "UBOT"},
        {"subtype": "message_changed", "hidden": True, "message": {"text": "a dog"}},
        {"subtype": "message_deleted", "hidden": True},
        {"subtype": "bot_message"},
        {"subtype": ["strange"]},
        {"channel": "C1", "channel_type": "channel"},
        {"channel": "G1", "channel_type": "mpim"},
    ],
)
def test_what_bots_and_changes_say_is_nobodys(more: dict[str, Any]):
    assert is_nobodys(written(**more))


def test_a_bot_that_mentions_us_asks_for_nothing():
    assert is_nobodys(mention(bot_id="B1"))


def test_the_workspace_of_an_event_is_the_one_whose_installation_hears_it():
    assert origin_of(mention()).workspace == "T1"


def test_an_installation_for_all_of_an_enterprise_is_one_tenant():
    assert origin_of(command(enterprise_id="E1", is_enterprise_install="true")).workspace == "E1"
    assert origin_of(click({"action_id": "a"}, enterprise={"id": "E1"}, is_enterprise_install=True)).workspace == "E1"


def test_the_same_user_of_two_workspaces_is_two_people():
    assert origin_of(command()).requester.tenant != origin_of(command(team_id="T2")).requester.tenant


def test_what_is_in_a_thread_is_answered_there_and_what_began_one_is_not():
    inside, root = origin_of(mention(thread_ts="1.0")), origin_of(mention(thread_ts="2.0"))

    assert inside.talk == Conversation(workspace="T1", channel="C1", thread="1.0")
    assert inside.spot().thread_of == "C1"
    assert root.talk == Conversation(workspace="T1", channel="C1")


def test_a_click_says_what_and_where():
    container = {"message_ts": "2.0", "is_ephemeral": True}
    origin = origin_of(click({"action_id": "fb1:x", "value": "v"}, channel={"id": "C1"}, container=container))

    assert (origin.name, origin.value, origin.is_ephemeral) == ("fb1:x", "v", True)
    assert origin.place().channel == "C1"


def test_a_choice_says_what_was_chosen():
    assert origin_of(click({"action_id": "a", "selected_option": {"value": "2"}})).value == "2"


def test_app_home_is_no_place():
    origin = origin_of(click({"action_id": "a"}, view={"id": "V1", "type": "home"}))

    assert (origin.is_at_home, origin.talk, origin.place().channel) == (True, None, "")


def test_no_secret_and_no_word_of_a_prompt_stands_in_a_repr():
    shown = repr(origin_of(command()))

    assert not any(secret in shown for secret in ("hooks.slack.com", "a cat", "trigger='13"))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "view_closed"},
        command(user_id=""),
        command(channel_id="C" * 200),
        command(team_id=None),
        mention(type="reaction_added"),
        interaction("block_actions"),
        interaction("block_actions", actions=[]),
        {"type": "event_callback", "event": "x"},
        {"type": "block_actions", "team": "T1"},
    ],
)
def test_what_slack_would_not_send_is_nobodys(body: dict[str, Any]):
    with pytest.raises(StrangeEvent):
        origin_of(body)
