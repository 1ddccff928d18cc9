"""What the gateway does to a client, and that the real one gets over it."""

import asyncio

import discord
import pytest

from tests.fakes.discord.limits import Limits
from tests.fakes.discord.pointing import pointed_at
from tests.fakes.discord.server import FakeDiscord
from tests.unit.fakes.discord.scene import Application, running


def application() -> Application:
    client = Application()

    @client.tree.command(description="Is it there?")
    async def ping(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")

    return client


async def test_a_lost_connection_is_resumed_and_nothing_is_missed(fake: FakeDiscord):
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")
    client = application()

    async with running(fake, client):
        fake.gateway.drop()
        await fake.until(lambda: not fake.gateway.connected)
        asked = await ada.slash(channel, "ping", wait=False)
        assert (await asked.shows("pong")).text == "pong"

    assert len(fake.gateway.identified) == len(fake.gateway.resumed) == 1


async def test_op_7_is_answered_by_a_resume(fake: FakeDiscord):
    client = application()

    async with running(fake, client):
        fake.gateway.reconnect()
        await fake.until(lambda: bool(fake.gateway.resumed))
        await fake.until(lambda: "resumed" in client.heard)

    assert len(fake.gateway.identified) == 1


async def test_op_9_true_is_answered_by_a_resume(fake: FakeDiscord):
    async with running(fake, application()):
        fake.gateway.invalidate(resumable=True)
        await fake.until(lambda: bool(fake.gateway.resumed))

    assert len(fake.gateway.identified) == 1


async def test_op_9_false_is_answered_by_a_new_session(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch):
    client = application()

    async def at_once(shard_id: int | None, *, initial: bool = False) -> None: ...

    monkeypatch.setattr(client, "before_identify_hook", at_once)  # it would wait for five seconds
    async with running(fake, client):
        fake.gateway.invalidate(resumable=False)
        await fake.until(lambda: len(fake.gateway.identified) == 2)

    assert not fake.gateway.resumed


async def test_a_session_that_was_away_for_too_long_cannot_be_resumed(
    fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
):
    client = application()

    async def at_once(shard_id: int | None, *, initial: bool = False) -> None: ...

    monkeypatch.setattr(client, "before_identify_hook", at_once)
    async with running(fake, client):
        fake.gateway.refusals = 1
        fake.gateway.drop()
        await fake.until(lambda: not fake.gateway.connected)
        fake.clock.advance(600)
        await fake.until(lambda: len(fake.gateway.identified) == 2)

    assert not fake.gateway.resumed


async def test_a_stall_ends_with_what_was_held_back(fake: FakeDiscord):
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")

    async with running(fake, application()):
        fake.gateway.stall()
        asked = await ada.slash(channel, "ping", wait=False)
        assert asked.interaction.answer is None
        fake.gateway.flow()
        await asked.shows("pong")


async def test_unanswered_heartbeats_end_the_connection():
    async with FakeDiscord(Limits(heartbeat_s=0.05)) as fake:
        fake.gateway.acks = False
        client = Application(heartbeat_timeout=0.2)
        async with running(fake, client):
            await fake.until(lambda: bool(fake.gateway.resumed))

    assert fake.gateway.heartbeats > 1


async def test_a_first_connect_that_fails_kills_the_client(fake: FakeDiscord):
    """Discord.py's own fault; an application has to supervise it."""
    fake.gateway.refusals = 1
    client = Application()

    with pointed_at(fake):
        async with client, asyncio.timeout(30):
            with pytest.raises(AttributeError):
                await client.start(fake.token)


@pytest.mark.parametrize("name", ["members", "presences", "message_content"])
async def test_a_privileged_intent_is_refused_unless_the_portal_allows_it(fake: FakeDiscord, name: str):
    intents = discord.Intents(guilds=True, **{name: True})

    with pointed_at(fake):
        async with Application(intents=intents) as client, asyncio.timeout(30):
            with pytest.raises(discord.PrivilegedIntentsRequired):
                await client.start(fake.token)

    fake.gateway.allowed_privileged = intents.value
    async with running(fake, Application(intents=intents, chunk_guilds_at_startup=False)):
        assert len(fake.gateway.connected) == 1


async def test_a_wrong_token_is_refused(fake: FakeDiscord):
    with pointed_at(fake):
        async with Application() as client:
            with pytest.raises(discord.LoginFailure):
                await client.start("wrong")

    assert fake.record.statuses() == {401: 1}


async def test_every_shard_hears_of_its_own_guilds(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch):
    fake.gateway.shards = 2
    guilds = [fake.guild(name) for name in ("One", "Two", "Three", "Four")]
    ada = fake.member("ada")
    fake.register({"name": "where", "description": "Which shard?"})

    class Sharded(discord.AutoShardedClient):
        async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None: ...

        async def on_interaction(self, interaction: discord.Interaction) -> None:
            assert interaction.guild is not None
            await interaction.response.send_message(f"shard {interaction.guild.shard_id}")

    client = Sharded(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
    async with running(fake, client):
        said = [(await ada.slash(fake.channel(each, "general"), "where")).text for each in guilds]

    assert said in (["shard 0", "shard 1"] * 2, ["shard 1", "shard 0"] * 2)


async def test_a_guild_that_is_joined_and_left_is_heard_of(fake: FakeDiscord):
    client = Application()

    async with running(fake, client):
        guild = fake.guild("New")
        await fake.until(lambda: client.get_guild(guild.id) is not None)
        fake.kick(guild)
        await fake.until(lambda: client.get_guild(guild.id) is None)
