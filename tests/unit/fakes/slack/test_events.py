"""What happens in a team is told, to an application that is there."""

import pytest

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.shapes import Json
from tests.fakes.slack.state import Channel
from tests.fakes.slack.workspaces import Workspace
from tests.unit.fakes.slack.raw import Raw


@pytest.fixture
def events(slack: FakeSlack) -> list[Json]:
    """Every event from now on, subscribed to or not."""
    heard: list[Json] = []
    slack.world.emit = lambda _, event: heard.append(event)
    return heard


@pytest.fixture
def general(team: Workspace) -> Channel:
    """A channel where the application is."""
    return team.channel("general")


async def test_a_message_is_told_as_it_changes(client: Raw, general: Channel, events: list[Json]):
    message = await client.posted(general, "one")
    await client.call("chat.update", channel=general.id, ts=message.ts, text="two")
    await client.call("chat.delete", channel=general.id, ts=message.ts)

    posted, changed, deleted = events
    assert (posted["text"], posted["channel_type"], posted["ts"]) == ("one", "channel", message.ts)
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("two", "one")
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.ts)


async def test_what_only_one_member_sees_is_told_to_nobody(
    client: Raw, general: Channel, team: Workspace, events: list[Json]
):
    assert (await client.call("chat.postEphemeral", channel=general.id, user=team.user("ada").id, text="psst")).ok

    assert events == []


async def test_nothing_is_told_of_places_where_the_application_is_not(team: Workspace, events: list[Json]):
    away = team.channel("away", has_bot=False)
    team.member("ada").say(away, f"@{team.bot.name} hello?")

    assert events == []


async def test_being_mentioned_is_told_beside_the_message(general: Channel, team: Workspace, events: list[Json]):
    team.member("ada").say(general, f"@{team.bot.name} imagine a cat")

    assert [each["type"] for each in events] == ["message", "app_mention"]


async def test_coming_going_and_archiving_are_told(general: Channel, team: Workspace, events: list[Json]):
    team.remove(general)
    team.invite(general)
    team.archive(general)

    assert [each["type"] for each in events] == ["member_left_channel", "member_joined_channel", "channel_archive"]
    assert events[0]["user"] == team.bot.id


async def test_a_shared_file_is_told_when_its_message_appears(
    slack: FakeSlack, client: Raw, general: Channel, events: list[Json]
):
    link = await client.form("files.getUploadURLExternal", filename="a.txt", length=3)
    async with client.session.post(link["upload_url"], data=b"abc"):
        files = [{"id": link["file_id"]}]
    await client.call("files.completeUploadExternal", files=files, channel_id=general.id)
    assert events == []

    await slack.until(lambda: bool(events))

    assert [each["type"] for each in events] == ["file_shared", "message"]
    assert events[0]["file_id"] == link["file_id"]


async def test_a_channel_that_is_gone_cannot_be_found(client: Raw, general: Channel, team: Workspace):
    team.delete_channel(general)

    assert (await client.call("chat.postMessage", channel=general.id, text="x")).error == "channel_not_found"
