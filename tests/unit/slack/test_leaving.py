"""Which words of Slack mean that a workspace threw the app out, and which come too late."""

import pytest
from slack_sdk.oauth.installation_store.models.installation import Installation

from adapters.slack.installs import Installs
from adapters.slack.leaving import Departure, departure_of, shut_out_of
from adapters.slack.standing import Conversation
from tests.integration.discord.chat_scene import Drawer

GONE = {"type": "app_uninstalled"}


def told(event, **more):
    return {"event": event, "event_time": 1000, "team_id": "T1", "enterprise_id": None, **more}


def whole(**more):
    return {"authorizations": [{"enterprise_id": "E1", "team_id": "T1", "is_enterprise_install": True, **more}]}


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (told(GONE), Departure(workspace="T1", at_s=1000)),
        (
            told({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U1"]}}),
            Departure(workspace="T1", at_s=1000),
        ),
        (told(GONE, **whole()), Departure(workspace="E1", at_s=1000)),
        (told(GONE, **whole(is_enterprise_install=False)), Departure(workspace="T1", at_s=1000)),
        (told({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}), None),
        (told({"type": "tokens_revoked"}), None),
        (told(GONE, team_id=None), None),
        (told(GONE, event_time="soon"), None),
        (told(GONE, authorizations=7), Departure(workspace="T1", at_s=1000)),
        ({"event": []}, None),
        ({}, None),
    ],
)
def test_a_workspace_is_left_when_our_token_opens_nothing_there_any_more(body, left):
    assert departure_of(body) == left


def of_us(user="U1"):
    return {"authorizations": [{"team_id": "T1", "user_id": user}]}


@pytest.mark.parametrize(
    ("body", "shut"),
    [
        (told({"type": "member_left_channel", "channel": "C1", "user": "U1"}, **of_us()), "C1"),
        (told({"type": "member_left_channel", "channel": "C1", "user": "U2"}, **of_us()), None),
        (told({"type": "member_left_channel", "channel": "C1", "user": "U1"}), None),
        (told({"type": "channel_archive", "channel": "C1", "user": "U2"}, **of_us()), "C1"),
        (told({"type": "group_deleted", "channel": "G1"}), "G1"),
        (told({"type": "group_deleted"}), None),
        (told({"type": "channel_deleted", "channel": "C1"}, authorizations=7), "C1"),
        ({"event": []}, None),
        ({}, None),
    ],
)
def test_we_are_shut_out_where_a_channel_ends_or_we_are_the_one_who_left(body, shut):
    assert shut_out_of(body) == (shut and Conversation(workspace="T1", channel=shut))


async def test_what_was_told_late_does_not_undo_a_newer_installation():
    installs = Installs(Drawer(now=lambda: 0.0))
    await installs.async_save(Installation(user_id="U1", team_id="T1", bot_token="xoxb-1", installed_at=2000.5))

    assert not await installs.forget("T1", 1999)
    assert await installs.token("T1") == "xoxb-1"
    assert await installs.forget("T1", 2000)
    assert await installs.token("T1") is None
