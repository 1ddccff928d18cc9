"""What a member can do beyond the plain command, and what Discord's client would not let them do."""

from typing import Any

import discord
import pytest
from discord import app_commands

from tests.fakes.discord.orders import CannotAsk, Picture
from tests.fakes.discord.permissions import Can
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.state import Channel
from tests.unit.fakes.discord.raw import raw
from tests.unit.fakes.discord.scene import Application, running


def place(fake: FakeDiscord) -> Channel:
    return fake.channel(fake.guild(), "general")


async def test_a_part_of_a_group_is_used_by_its_path(fake: FakeDiscord):
    channel, ada, client = place(fake), fake.member("ada"), Application()
    group = app_commands.Group(name="queue", description="The queue")

    @group.command(description="Show it")
    async def show(interaction: discord.Interaction, mine: bool) -> None:
        await interaction.response.send_message(f"mine: {mine}")

    client.tree.add_command(group)
    async with running(fake, client):
        assert (await ada.slash(channel, "queue show", mine=True)).text == "mine: True"
        with pytest.raises(CannotAsk, match="no part clear"):
            await ada.slash(channel, "queue clear")


async def test_a_users_menu_hands_over_the_user(fake: FakeDiscord):
    channel, ada, bob, client = place(fake), fake.member("ada"), fake.member("bob"), Application()

    @client.tree.context_menu(name="Usage")
    async def usage(interaction: discord.Interaction, user: discord.User) -> None:
        await interaction.response.send_message(user.name)

    async with running(fake, client):
        assert (await ada.user_menu(channel, "Usage", bob.user)).text == "bob"


OPTIONS: list[dict[str, Any]] = [
    {"name": "style", "description": "x", "type": 3, "choices": [{"name": "A", "value": "a"}]},
    {"name": "text", "description": "x", "type": 3, "max_length": 3},
    {"name": "loud", "description": "x", "type": 5},
    {"name": "scale", "description": "x", "type": 10, "min_value": 0.5},
]


@pytest.mark.parametrize(
    "given", [{"style": "b"}, {"text": "long"}, {"text": 1}, {"loud": "yes"}, {"scale": 0.1}, {"other": 1}]
)
async def test_a_value_that_the_option_does_not_take_cannot_be_sent(fake: FakeDiscord, given: dict[str, Any]):
    channel, ada = place(fake), fake.member("ada")
    fake.register({"name": "imagine", "description": "Paint", "options": OPTIONS})

    with pytest.raises(CannotAsk):
        await ada.slash(channel, "imagine", **given)
    await ada.slash(channel, "imagine", wait=False, style="a", text="abc", loud=True, scale=1)


async def test_who_may_not_use_commands_there_or_in_such_a_place_cannot(fake: FakeDiscord):
    channel, ada = place(fake), fake.member("ada")
    fake.register({"name": "imagine", "description": "Paint", "contexts": [0]})

    with pytest.raises(CannotAsk, match="no command"):
        await ada.slash(channel, "upscale")
    with pytest.raises(CannotAsk, match="such a place"):
        await ada.slash(ada.dm, "imagine")
    channel.denied[ada.user.id] = Can.USE_APPLICATION_COMMANDS
    with pytest.raises(CannotAsk, match="may not use commands"):
        await ada.slash(channel, "imagine")


async def test_a_reply_names_its_message_and_one_to_a_lost_message_may_stand_alone(fake: FakeDiscord):
    channel, ada = place(fake), fake.member("ada")
    said = ada.say(channel, "look", Picture(name="a.txt", content=b"a"))
    path = f"/channels/{channel.id}/messages"
    async with raw(fake) as client:
        reply = await client.ask("POST", path, {"content": "x", "message_reference": {"message_id": str(said.id)}})
        lost = {"message_id": "1", "fail_if_not_exists": False}
        alone = await client.ask("POST", path, {"content": "y", "message_reference": lost})
        fake.deny(channel, Can.READ_MESSAGE_HISTORY)
        blind = await client.ask("POST", path, {"content": "z", "message_reference": {"message_id": str(said.id)}})

    assert (reply.body["type"], reply.body["message_reference"]["message_id"]) == (19, str(said.id))
    assert channel.shown[1].pings == {str(ada.user.id)}
    assert alone.body["type"] == 0
    assert blind.code == 160002


async def test_the_bot_changes_its_own_messages_and_deletes_others_only_as_a_moderator(fake: FakeDiscord):
    guild = fake.guild()
    channel, ada = fake.channel(guild, "general"), fake.member("ada")
    path = f"/channels/{channel.id}/messages"
    said = ada.say(channel, "mine")
    async with raw(fake) as client:
        own = await client.ask("POST", path, {"content": "x"})
        edited = await client.ask("PATCH", f"{path}/{said.id}", {"content": "yours"})
        refused = await client.ask("DELETE", f"{path}/{said.id}")
        guild.bot_can |= Can.MANAGE_MESSAGES
        allowed = await client.ask("DELETE", f"{path}/{said.id}")
        typing = await client.ask("POST", f"/channels/{channel.id}/typing")
        left = await client.ask("GET", path, params={"limit": "10"})
        await client.ask("DELETE", f"{path}/{own.body['id']}")

    assert (edited.code, refused.code) == (50005, 50013)
    assert (allowed.status, typing.status) == (204, 204)
    assert [each["content"] for each in left.body] == ["x"]
    assert channel.shown == []


async def test_what_does_not_exist_or_is_not_the_bots_is_refused(fake: FakeDiscord):
    guild, elsewhere = fake.guild(), fake.guild("Elsewhere", has_bot=False)
    there = fake.channel(elsewhere, "general")
    wanted = {
        "/channels/1": 10003,
        f"/channels/{there.id}": 50001,
        "/guilds/1": 10004,
        f"/guilds/{elsewhere.id}": 50001,
        f"/guilds/{guild.id}/members/1": 10007,
        "/users/1": 10013,
        "/applications/1/commands": 10002,
        f"/applications/{fake.world.application}/guilds/{elsewhere.id}/commands": 50001,
        f"/channels/{fake.channel(guild, 'general').id}/messages/1": 10008,
        "/channels/general": 50035,
    }
    async with raw(fake) as client:
        codes = {path: (await client.ask("GET", path)).code for path in wanted}
        guilds = await client.ask("GET", "/users/@me/guilds")
        to_itself = await client.ask("POST", "/users/@me/channels", {"recipient_id": str(fake.world.bot.id)})
        await client.ask("DELETE", f"/users/@me/guilds/{guild.id}")

    assert codes == wanted
    assert [each["name"] for each in guilds.body] == ["Town"]
    assert to_itself.paths == {"recipient_id CHANNEL_RECIPIENT_INVALID"}
    assert not guild.has_bot
