"""Direct messages, user installs, look-ups, intents, and several people at once."""

import asyncio

import discord
import pytest

from tests.fakes.discord import cdn
from tests.fakes.discord.faults import Held
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.orders import CannotAsk, Picture
from tests.fakes.discord.permissions import Can
from tests.fakes.discord.server import FakeDiscord
from tests.unit.fakes.discord.raw import raw
from tests.unit.fakes.discord.scene import Application, running

EVERYWHERE = {"name": "imagine", "description": "Paint", "integration_types": [0, 1], "contexts": [0, 1, 2]}


class Answering(Application):
    """Defers every command and answers it with words."""

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"{interaction.user.name} asked")


async def test_a_command_works_in_direct_messages(fake: FakeDiscord):
    fake.guild()
    fake.register(EVERYWHERE)
    ada = fake.member("ada")

    async with running(fake, Answering()):
        asked = await ada.slash(ada.dm, "imagine")
        await asked.shows("ada asked")

    assert [each.text for each in ada.dm.shown] == [asked.text]


async def test_a_user_install_works_where_the_bot_is_not_and_only_by_its_token(fake: FakeDiscord):
    fake.register(EVERYWHERE)
    channel, ada = fake.channel(fake.guild("Elsewhere", has_bot=False), "general"), fake.member("ada")
    with pytest.raises(CannotAsk, match="not installed"):
        await ada.slash(channel, "imagine")
    ada.user.has_installed = True

    async with running(fake, Answering()):
        asked = await ada.slash(channel, "imagine")
        await asked.shows("ada asked")

    async with raw(fake) as client:
        path = f"/channels/{channel.id}/messages/{asked.message.id}"
        by_bot = await client.ask("PATCH", path, {"content": "x"})
        hook = f"/webhooks/{fake.world.application}/{asked.interaction.token}"
        more = [await client.ask("POST", hook, {"content": "x"}) for _ in range(5)]
        fake.clock.advance(10)
        more.append(await client.ask("POST", hook, {"content": "x"}))
    assert by_bot.code == 50001
    assert [each.status for each in more] == [200] * 5 + [400]
    assert more[-1].code == 40094


async def test_what_the_bot_looks_up_is_what_there_is(fake: FakeDiscord):
    guild = fake.guild()
    channel, ada, client = fake.channel(guild, "general"), fake.member("ada"), Application()

    async with running(fake, client):
        found = client.get_guild(guild.id)
        assert found is not None
        assert (await found.fetch_member(ada.user.id)).name == "ada"
        assert (await client.fetch_channel(channel.id)).id == channel.id
        assert [each.id for each in await found.fetch_channels()] == [channel.id]
        place = client.get_channel(channel.id)
        assert isinstance(place, discord.TextChannel)
        assert place.permissions_for(found.me).send_messages
        fake.deny(channel, Can.SEND_MESSAGES)
        await fake.until(lambda: not place.permissions_for(found.me).send_messages)
        fake.deny(channel)
        message = await place.send("found")
        assert (await place.fetch_message(message.id)).content == "found"


async def test_what_people_write_is_heard_without_its_text_unless_the_bot_is_meant(fake: FakeDiscord):
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")
    heard: list[str] = []

    class Listening(Application):
        async def on_message(self, message: discord.Message) -> None:
            heard.append(message.content)

    async with running(fake, Listening(intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True))):
        ada.say(channel, "a secret")
        ada.say(ada.dm, "for the bot")
        await fake.until(lambda: len(heard) == 2)

    assert heard == ["", "for the bot"]


async def test_a_message_that_somebody_deletes_is_gone_for_the_application(fake: FakeDiscord):
    fake.register(EVERYWHERE)
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")
    mod = fake.member("mod", can=Can.MANAGE_MESSAGES)

    async with running(fake, Answering()):
        asked = await ada.slash(channel, "imagine")
        await asked.shows("ada asked")
        with pytest.raises(CannotAsk):
            ada.delete(asked.message)
        mod.delete(asked.message)

    async with raw(fake) as client:
        hook = f"/webhooks/{fake.world.application}/{asked.interaction.token}/messages/@original"
        gone = await client.ask("PATCH", hook, {"content": "x"})
    assert gone.code == 10008


async def test_a_channel_that_is_deleted_is_unknown_to_every_token(fake: FakeDiscord):
    fake.register(EVERYWHERE)
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")
    client = Answering()

    async with running(fake, client):
        asked = await ada.slash(channel, "imagine")
        await asked.shows("ada asked")
        fake.delete_channel(channel)
        await fake.until(lambda: client.get_channel(channel.id) is None)

    async with raw(fake) as other:
        hook = f"/webhooks/{fake.world.application}/{asked.interaction.token}/messages/@original"
        by_token = await other.ask("PATCH", hook, {"content": "x"})
        by_bot = await other.ask("POST", f"/channels/{channel.id}/messages", {"content": "x"})
    assert by_token.code == by_bot.code == 10003


async def test_in_direct_messages_the_application_is_not_said_to_send_messages(fake: FakeDiscord):
    fake.register(EVERYWHERE)
    ada, told = fake.member("ada"), []

    class Asking(Application):
        async def on_interaction(self, interaction: discord.Interaction) -> None:
            told.append(interaction.app_permissions)
            await interaction.response.send_message("x")

    async with running(fake, Asking()):
        await ada.slash(ada.dm, "imagine")

    assert [(each.attach_files, each.send_messages) for each in told] == [(True, False)]


async def test_a_link_of_the_cdn_may_lead_elsewhere(fake: FakeDiscord):
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")
    [file] = ada.say(channel, "look", Picture(name="a.png", content=b"png")).files
    fake.world.redirects[file.id] = "http://169.254.169.254/"

    async with raw(fake) as client, client.session.get(cdn.link(fake.world, file), allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "http://169.254.169.254/")


async def test_a_call_that_is_held_goes_on_when_it_is_let(fake: FakeDiscord):
    channel = fake.channel(fake.guild(), "general")
    let = asyncio.Event()
    fake.faults.plan(Held(let))

    async with raw(fake) as client, asyncio.TaskGroup() as group:
        sent = group.create_task(client.ask("POST", f"/channels/{channel.id}/messages", {"content": "x"}))
        await fake.until(lambda: bool(fake.calls))
        assert not sent.done()
        let.set()

    assert sent.result().status == 200


async def test_a_thread_is_posted_in_with_a_permission_of_its_own(fake: FakeDiscord):
    fake.register(EVERYWHERE)
    channel = fake.channel(fake.guild(), "general")
    ada, thread, client = fake.member("ada"), fake.thread(channel, "cats"), Answering()

    async with running(fake, client):
        await (await ada.slash(thread, "imagine")).shows("ada asked")
        place = client.get_channel(thread.id)
        assert isinstance(place, discord.Thread)
        fake.deny(channel, Can.SEND_MESSAGES)
        await place.send("in here")
        fake.deny(channel, Can.SEND_MESSAGES_IN_THREADS)
        with pytest.raises(discord.Forbidden):
            await place.send("not any more")

    assert [each.text for each in thread.shown] == ["ada asked", "in here"]
    assert channel.shown == []


async def test_thirty_members_at_once_are_all_answered_without_a_429():
    async with FakeDiscord(Limits(ack_s=30)) as fake:
        fake.register(EVERYWHERE)
        channel = fake.channel(fake.guild(), "general")
        people = [fake.member(f"user{n}") for n in range(30)]

        async with running(fake, Answering()), asyncio.TaskGroup() as group:

            async def ask(number: int) -> None:
                asked = await people[number].slash(channel, "imagine")
                await asked.shows(f"user{number} asked")

            for number in range(30):
                group.create_task(ask(number))

        assert len(channel.shown) == 30
        assert not fake.record.too_many
