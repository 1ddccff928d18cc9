"""Buttons, selects and forms, with the real discord.py."""

import discord
import pytest

from tests.fakes.discord.orders import CannotAsk, Picture
from tests.fakes.discord.server import FakeDiscord
from tests.unit.fakes.discord.scene import Application, running


def options(*labels: str) -> list[discord.SelectOption]:
    return [discord.SelectOption(label=each) for each in labels]


class Card(discord.ui.View):
    """A card with what may follow."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Reroll", custom_id="reroll")
    async def reroll(self, interaction: discord.Interaction, button: discord.ui.Button["Card"]) -> None:
        await interaction.response.edit_message(content="rolled", view=None)

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, button: discord.ui.Button["Card"]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="later")

    @discord.ui.button(label="Edit", custom_id="edit")
    async def edit(self, interaction: discord.Interaction, button: discord.ui.Button["Card"]) -> None:
        await interaction.response.send_modal(Form())

    @discord.ui.select(
        placeholder="Which?",
        custom_id="which",
        options=options("1", "2"),
    )
    async def which(self, interaction: discord.Interaction, select: discord.ui.Select["Card"]) -> None:
        await interaction.response.send_message(f"number {select.values[0]}", ephemeral=True)


class Form(discord.ui.Modal, title="Edit & rerun"):
    """Two texts, a choice and a file."""

    prompt = discord.ui.Label(text="Prompt", component=discord.ui.TextInput(custom_id="prompt", max_length=100))
    size = discord.ui.Label(
        text="Size",
        component=discord.ui.Select(custom_id="size", options=options("small", "large")),
    )
    picture = discord.ui.Label(text="Picture", component=discord.ui.FileUpload(custom_id="picture", required=False))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        size, prompt, picture = self.size.component, self.prompt.component, self.picture.component
        assert isinstance(size, discord.ui.Select)
        assert isinstance(prompt, discord.ui.TextInput)
        assert isinstance(picture, discord.ui.FileUpload)
        names = [each.filename for each in picture.values]
        await interaction.response.send_message(f"{prompt.value}, {size.values[0]}, {names}")


def application() -> Application:
    client = Application()

    @client.tree.command(description="Paint")
    async def imagine(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("card", view=Card())

    return client


async def test_a_button_changes_its_message_and_is_gone(fake: FakeDiscord):
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")

    async with running(fake, application()):
        card = (await ada.slash(channel, "imagine")).message
        assert card.labels == ["Reroll", "Later", "Edit", "Which?"]
        await ada.click(card, "Reroll")

        assert (card.text, card.labels) == ("rolled", [])
        with pytest.raises(CannotAsk):
            await ada.click(card, "Reroll")


async def test_a_deferred_click_edits_its_message(fake: FakeDiscord):
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")

    async with running(fake, application()):
        card = (await ada.slash(channel, "imagine")).message
        clicked = await ada.click(card, "later")
        assert await clicked.shows("later") is card


async def test_a_select_hands_over_what_was_chosen(fake: FakeDiscord):
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")

    async with running(fake, application()):
        card = (await ada.slash(channel, "imagine")).message
        chosen = await ada.choose(card, "Which?", "2")
        with pytest.raises(CannotAsk):
            await ada.choose(card, "Which?", "3")

    assert [each.text for each in chosen.ephemerals] == ["number 2"]


async def test_a_form_is_opened_filled_in_and_answered(fake: FakeDiscord):
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")

    async with running(fake, application()):
        card = (await ada.slash(channel, "imagine")).message
        form = await ada.click(card, "Edit")
        assert form.modal["title"] == "Edit & rerun"
        with pytest.raises(CannotAsk, match="Prompt has to be filled in"):
            await ada.submit(form, size="large")
        picture = Picture(name="a.png", content=b"png")
        sent = await ada.submit(form, prompt="a dog", size="large", picture=[picture])

    assert sent.text == "a dog, large, ['a.png']"


async def test_buttons_of_an_earlier_run_still_work(fake: FakeDiscord):
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")
    async with running(fake, application()):
        card = (await ada.slash(channel, "imagine")).message

    client = application()
    client.add_view(Card())
    async with running(fake, client, sync=False):
        await ada.click(card, "Reroll")

    assert card.text == "rolled"


async def test_components_v2_show_their_text_and_their_pictures(fake: FakeDiscord):
    channel, ada = fake.channel(fake.guild(), "general"), fake.member("ada")
    client = Application()

    class Layout(discord.ui.LayoutView):
        box = discord.ui.Container(
            discord.ui.TextDisplay("a lighthouse"),
            discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png", description="a lighthouse at dusk")),
            discord.ui.ActionRow(discord.ui.Button(label="Vary", custom_id="vary")),
        )

    @client.tree.command(description="Paint")
    async def imagine(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        file = discord.File(__file__, "a.png")
        shown = await interaction.edit_original_response(view=Layout(), attachments=[file])
        assert shown.flags.components_v2

    async with running(fake, client):
        asked = await ada.slash(channel, "imagine")
        await asked.shows("a lighthouse")
        await fake.until(lambda: fake.calls[-1].status == 200)

    assert asked.message.is_v2
    assert asked.message.labels == ["Vary"]
    assert not fake.record.refused
