"""Rate limits, tokens and deadlines, as the real discord.py meets them."""

import asyncio

import discord
import pytest

from tests.fakes.discord.faults import Dropped, Lost, Status, TooMany
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.permissions import Can
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.state import Channel
from tests.unit.fakes.discord.scene import Application, running

CREATE = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"


def text_channel(client: discord.Client, channel: Channel) -> discord.TextChannel:
    found = client.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


async def test_edits_beyond_the_bucket_are_held_back_by_the_library_and_no_429_is_provoked():
    async with FakeDiscord(Limits(edits=3, edits_s=0.3)) as fake:
        channel, client = fake.channel(fake.guild(), "general"), Application()
        async with running(fake, client):
            message = await text_channel(client, channel).send("0")
            for step in range(8):
                await message.edit(content=str(step))

        edits = [each.at for each in fake.record.of(EDIT)]
        assert len(edits) == 8
        assert edits[-1] - edits[0] > 0.5
        assert not fake.record.too_many


async def test_two_processes_of_one_application_provoke_a_429_in_one_bucket():
    async with FakeDiscord(Limits(edits=3, edits_s=0.3)) as fake:
        channel = fake.channel(fake.guild(), "general")
        one, other = Application(), Application()
        async with running(fake, one), running(fake, other):
            message = await text_channel(one, channel).send("0")
            same = text_channel(other, channel).get_partial_message(message.id)
            async with asyncio.TaskGroup() as group:
                for _ in range(4):
                    group.create_task(message.edit(content="one"))
                    group.create_task(same.edit(content="other"))

        assert fake.record.too_many
        assert len(channel.shown[0].versions) == 9


async def test_the_global_limit_is_answered_with_global_and_waited_out():
    async with FakeDiscord(Limits(overall=10)) as fake:
        fake.guild()
        client = Application()
        async with running(fake, client):
            for _ in range(12):
                await client.fetch_user(client.application_id or 0)

        assert fake.record.too_many


async def test_a_429_without_via_raises_at_once(fake: FakeDiscord):
    channel, client = fake.channel(fake.guild(), "general"), Application()

    async with running(fake, client):
        fake.faults.plan(TooMany(via=False), CREATE)
        with pytest.raises(discord.HTTPException) as caught:
            await text_channel(client, channel).send("x")
        assert caught.value.status == 429
        fake.faults.plan(TooMany(after_s=0.05), CREATE)
        await text_channel(client, channel).send("y")

    assert [each.text for each in channel.shown] == ["y"]
    assert len(fake.record.invalid) == 2


async def test_too_many_invalid_requests_are_a_ban():
    async with FakeDiscord(Limits(invalid=3)) as fake:
        channel, client = fake.channel(fake.guild(), "general"), Application()
        async with running(fake, client):
            fake.deny(channel, Can.SEND_MESSAGES)
            for _ in range(3):
                with pytest.raises(discord.Forbidden):
                    await text_channel(client, channel).send("x")
            with pytest.raises(discord.HTTPException) as caught:
                await client.fetch_user(client.application_id or 0)

        assert caught.value.status == 429


async def test_a_lost_answer_was_carried_out_and_the_nonce_finds_it(fake: FakeDiscord):
    channel, client = fake.channel(fake.guild(), "general"), Application()

    async with running(fake, client):
        fake.faults.plan(Lost(), CREATE)
        place = text_channel(client, channel)
        with pytest.raises(Exception, match="isconnect"):
            await place.send("once", nonce="j-1")
        again = await place.send("once", nonce="j-1")

    assert [each.id for each in channel.shown] == [again.id]


async def test_a_dropped_request_was_not_carried_out(fake: FakeDiscord):
    channel, client = fake.channel(fake.guild(), "general"), Application()

    async with running(fake, client):
        fake.faults.plan(Dropped(), CREATE)
        with pytest.raises(Exception, match="isconnect"):
            await text_channel(client, channel).send("never")

    assert channel.shown == []


async def test_a_lost_callback_is_answered_by_40060_when_tried_again(fake: FakeDiscord):
    channel, ada, client = fake.channel(fake.guild(), "general"), fake.member("ada"), Application()
    codes: list[int] = []

    @client.tree.command(description="Paint")
    async def imagine(interaction: discord.Interaction) -> None:
        fake.faults.plan(Lost(), CALLBACK)
        with pytest.raises(Exception, match="isconnect"):
            await interaction.response.defer()
        with pytest.raises(discord.HTTPException) as caught:
            await interaction.response.defer()
        codes.append(caught.value.code)
        await interaction.edit_original_response(content="it had worked")

    async with running(fake, client):
        asked = await ada.slash(channel, "imagine")
        await asked.shows("it had worked")

    assert codes == [40060]


async def test_a_5xx_is_tried_again_by_the_library_but_no_503(fake: FakeDiscord):
    channel, client = fake.channel(fake.guild(), "general"), Application()

    async with running(fake, client):
        fake.faults.plan(Status(502), CREATE)
        await text_channel(client, channel).send("again")
        fake.faults.plan(Status(503), CREATE)
        with pytest.raises(discord.DiscordServerError):
            await text_channel(client, channel).send("never")

    assert [each.status for each in fake.record.of(CREATE)] == [502, 200, 503]


async def test_after_fifteen_minutes_the_token_is_dead_and_the_bots_own_still_edits(fake: FakeDiscord):
    channel, ada, client = fake.channel(fake.guild(), "general"), fake.member("ada"), Application()
    codes: list[int] = []

    @client.tree.command(description="Paint")
    async def imagine(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("started")
        fake.clock.advance(901)
        with pytest.raises(discord.HTTPException) as caught:
            await interaction.edit_original_response(content="late")
        codes.append(caught.value.code)
        message = channel.shown[0]
        await text_channel(client, channel).get_partial_message(message.id).edit(content="by the bot")

    async with running(fake, client):
        asked = await ada.slash(channel, "imagine")
        await asked.shows("by the bot")

    assert codes == [50027]


async def test_old_messages_can_be_edited_only_so_often():
    async with FakeDiscord(Limits(old_edits=2, old_edits_retry_s=0.01, edits=20)) as fake:
        channel, client = fake.channel(fake.guild(), "general"), Application()
        async with running(fake, client):
            message = await text_channel(client, channel).send("old")
            fake.clock.advance(3700)
            await message.edit(content="1")
            await message.edit(content="2")
            with pytest.raises(discord.HTTPException) as caught:
                await message.edit(content="3")

        assert caught.value.code == 30046
        assert channel.shown[0].text == "2"


async def test_what_the_bot_may_not_do_is_refused(fake: FakeDiscord):
    guild = fake.guild()
    channel, client = fake.channel(guild, "general"), Application()

    async with running(fake, client):
        place = text_channel(client, channel)
        message = await place.send("there")
        for denied, code in ((Can.SEND_MESSAGES, 50013), (Can.VIEW_CHANNEL, 50001), (Can.EMBED_LINKS, 50013)):
            fake.deny(channel, denied)
            with pytest.raises(discord.Forbidden) as caught:
                await place.send(embed=discord.Embed(title="x"))
            assert caught.value.code == code
        fake.deny(channel, Can.ATTACH_FILES)
        with pytest.raises(discord.Forbidden):
            await message.edit(attachments=[discord.File(__file__)])
        fake.deny(channel)
        await message.edit(content="again")
        fake.delete_all(channel)
        with pytest.raises(discord.NotFound) as gone:
            await message.edit(content="gone")
        assert gone.value.code == 10008
        fake.kick(guild)
        with pytest.raises(discord.Forbidden) as kicked:
            await message.edit(content="kicked")
        assert kicked.value.code == 50001


async def test_a_file_that_is_too_large_is_413(fake: FakeDiscord):
    guild = fake.guild()
    guild.file_bytes = 1000
    channel, ada, client = fake.channel(guild, "general"), fake.member("ada"), Application()
    seen: list[int] = []

    @client.tree.command(description="Paint")
    async def imagine(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        with pytest.raises(discord.HTTPException) as caught:
            await interaction.edit_original_response(attachments=[discord.File(__file__)])
        seen.extend([interaction.filesize_limit, caught.value.status, caught.value.code])

    async with running(fake, client):
        await ada.slash(channel, "imagine")
        await fake.until(lambda: len(seen) == 3)

    assert seen == [1000, 413, 40005]


async def test_a_direct_message_arrives_unless_they_take_none(fake: FakeDiscord):
    fake.guild()
    ada, client = fake.member("ada"), Application()

    async with running(fake, client):
        user = await client.fetch_user(ada.user.id)
        await user.send("done")
        ada.user.takes_dms = False
        with pytest.raises(discord.Forbidden) as caught:
            await user.send("and again")

    assert caught.value.code == 50007
    assert [each.text for each in ada.dm.shown] == ["done"]
