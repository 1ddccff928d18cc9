"""The real discord.py starts, registers, and is used by a member."""

import io

import discord
import pytest
from discord import app_commands

from tests.fakes.discord.limits import Limits
from tests.fakes.discord.members import Member, NoAnswer
from tests.fakes.discord.orders import CannotAsk, Picture
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.state import Channel
from tests.unit.fakes.discord.scene import Application, running

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (64).to_bytes(4, "big") + (48).to_bytes(4, "big")


def place(fake: FakeDiscord) -> tuple[Channel, Member]:
    guild = fake.guild()
    return fake.channel(guild, "general"), fake.member("ada")


async def test_it_starts_registers_and_is_ready(fake: FakeDiscord):
    channel, _ = place(fake)
    client = Application()

    @client.tree.command(description="Paint")
    async def imagine(interaction: discord.Interaction, prompt: str) -> None: ...

    async with running(fake, client):
        assert [each.name for each in client.guilds] == ["Town"]
        assert client.get_channel(channel.id) is not None
        assert [*fake.commands()] == ["imagine"]
    assert not fake.record.refused


async def test_a_command_is_answered_and_everybody_sees_it(fake: FakeDiscord):
    channel, ada = place(fake)
    client = Application()

    @client.tree.command(description="Paint")
    async def imagine(interaction: discord.Interaction, prompt: str, steps: int = 20) -> None:
        await interaction.response.send_message(f"{prompt} in {steps}")

    async with running(fake, client):
        asked = await ada.slash(channel, "imagine", prompt="a cat", steps=30)

    assert asked.message.text == "a cat in 30"
    assert channel.shown == [asked.message]


async def test_a_deferred_answer_is_edited_and_gets_files(fake: FakeDiscord):
    channel, ada = place(fake)
    client = Application()

    @client.tree.command(description="Paint")
    async def imagine(interaction: discord.Interaction, prompt: str) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="step 1")
        file = discord.File(io.BytesIO(PNG), "cat.png", description="a cat")
        embed = discord.Embed(title=prompt).set_image(url="attachment://cat.png")
        shown = await interaction.edit_original_response(content="done", attachments=[file], embed=embed)
        assert (shown.attachments[0].width, shown.attachments[0].height) == (64, 48)
        assert shown.embeds[0].image.url == shown.attachments[0].url
        assert await shown.attachments[0].read() == PNG

    async with running(fake, client):
        asked = await ada.slash(channel, "imagine", prompt="a cat")
        assert asked.was_deferred
        await asked.shows("done")
        await fake.until(lambda: fake.calls[-1].status == 200)

    assert [version.content for version in asked.message.versions] == ["", "step 1", "done"]
    [file] = asked.message.files
    assert (file.name, file.content, file.description) == ("cat.png", PNG, "a cat")


async def test_an_ephemeral_answer_is_seen_by_the_asker_only(fake: FakeDiscord):
    channel, ada = place(fake)
    client = Application()

    @client.tree.command(description="Help")
    async def help(interaction: discord.Interaction) -> None:  # noqa: A001
        await interaction.response.send_message("between us", ephemeral=True)
        await interaction.followup.send("and this", ephemeral=True)

    async with running(fake, client):
        asked = await ada.slash(channel, "help")
        await asked.shows("and this")

    assert [each.text for each in asked.ephemerals] == ["between us", "and this"]
    assert channel.shown == []
    assert ada.sees(channel) == asked.ephemerals
    assert fake.member("bob").sees(channel) == []


async def test_a_follow_up_after_a_defer_edits_it_and_loses_its_flags(fake: FakeDiscord):
    channel, ada = place(fake)
    client = Application()

    @client.tree.command(description="Paint")
    async def imagine(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.followup.send("secret?", ephemeral=True)

    async with running(fake, client):
        asked = await ada.slash(channel, "imagine")
        await asked.shows("secret?")

    assert channel.shown == [asked.message]


async def test_autocomplete_offers_what_the_application_knows(fake: FakeDiscord):
    channel, ada = place(fake)
    client = Application()

    @client.tree.command(description="Paint")
    async def imagine(interaction: discord.Interaction, model: str) -> None: ...

    @imagine.autocomplete("model")
    async def models(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}-{n}", value=str(n)) for n in range(3)]

    async with running(fake, client):
        offered = await ada.complete(channel, "imagine", "model", "dream")

    assert [each["name"] for each in offered] == ["dream-0", "dream-1", "dream-2"]


async def test_a_picture_in_an_option_can_be_fetched_until_its_link_expires(fake: FakeDiscord):
    channel, ada = place(fake)
    client = Application()
    links: list[discord.Attachment] = []

    @client.tree.command(description="Upscale")
    async def upscale(interaction: discord.Interaction, picture: discord.Attachment) -> None:
        links.append(picture)
        await interaction.response.send_message(str(len(await picture.read())))

    async with running(fake, client):
        asked = await ada.slash(channel, "upscale", picture=Picture(name="cat.png", content=PNG))
        assert asked.text == str(len(PNG))
        fake.clock.advance(25 * 3600)
        with pytest.raises(discord.NotFound):
            await links[0].read()


async def test_a_context_menu_hands_over_the_message(fake: FakeDiscord):
    channel, ada = place(fake)
    client = Application()

    @client.tree.context_menu(name="Reimagine this picture")
    async def reimagine(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"again: {message.content}", ephemeral=True)

    async with running(fake, client):
        asked = await ada.menu("Reimagine this picture", ada.say(channel, "look"))

    assert asked.text == "again: look"


async def test_what_the_registered_command_does_not_allow_cannot_be_asked(fake: FakeDiscord):
    channel, ada = place(fake)
    client = Application()

    @client.tree.command(description="Paint", nsfw=True)
    async def imagine(interaction: discord.Interaction, steps: app_commands.Range[int, 1, 50]) -> None: ...

    async with running(fake, client):
        with pytest.raises(CannotAsk, match="age-restricted"):
            await ada.slash(channel, "imagine", steps=3)
        hidden = fake.channel(next(iter(fake.world.guilds.values())), "hidden", nsfw=True)
        with pytest.raises(CannotAsk, match="within 1 and 50"):
            await ada.slash(hidden, "imagine", steps=51)
        with pytest.raises(CannotAsk, match="required: steps"):
            await ada.slash(hidden, "imagine")


async def test_who_is_not_answered_in_time_reads_so_and_the_answer_comes_too_late():
    async with FakeDiscord(Limits(ack_s=0.05)) as fake:
        channel, ada = place(fake)
        client = Application()
        codes: list[int] = []

        @client.tree.command(description="Paint")
        async def imagine(interaction: discord.Interaction) -> None:
            await fake.until(lambda: bool(codes))
            try:
                await interaction.response.defer()
            except discord.NotFound as error:
                codes.append(error.code)

        async with running(fake, client):
            with pytest.raises(NoAnswer):
                await ada.slash(channel, "imagine")
            codes.append(0)
            fake.world.changed()
            await fake.until(lambda: len(codes) == 2)

        assert codes == [0, 10062]
