"""What is for adults stays where a channel is age-restricted, or in private, and behind a click, whoever asks."""

import pytest

from tests.integration.discord.test_scenarios_refusals import components, with_nsfw
from tests.integration.discord.whole import painted, read, whole


def covers(message):
    """Return of every picture whether it stands behind a click."""
    return [item["spoiler"] for each in components(message) if each["type"] == 12 for item in each["items"]]


async def refused(asked):
    """Wait until the asker is told, and nobody else, that this is not the place."""
    assert (await asked.shows("for adults")).is_ephemeral


async def shown_from_history(member, channel):
    """Return the newest job of somebody's history, shown to them there."""
    listed = await member.slash(channel, "history")
    shown = await member.click(listed.messages[0], "Show")
    return await shown.shows("Painted")


@pytest.mark.parametrize("below", [(), ("Vary",), ("Upscale",), ("Vary", "Upscale")])
async def test_nothing_that_is_made_of_what_is_for_adults_comes_out_of_its_channel(tmp_path, below):
    async with whole(tmp_path, workflows_dir=with_nsfw(tmp_path)) as scene:
        ada = scene.member("ada")
        hidden = scene.discord.channel(scene.town, "hidden", nsfw=True)
        message = await painted(await ada.slash(hidden, "dark", prompt="a fox", steps=2))
        for button in below:
            message = await painted(await ada.click(message, button))
            assert covers(message) == [True]
        jobs = len(await scene.ended(1 + len(below)))

        told = await shown_from_history(ada, scene.general)
        assert told.is_ephemeral
        assert told.files == ()
        assert "age-restricted" in read(told)
        going_on = {each.get("label") for each in told.controls} & {"Reroll", "Vary", "Upscale"}
        assert "Reroll" in going_on
        for label in going_on:
            await refused(await ada.click(told, label))
        assert scene.shown() == []
        assert len(await scene.jobs()) == jobs

        kept = await shown_from_history(ada, hidden)
        assert covers(kept) == [True]
        assert len(kept.files) == 1


async def test_in_private_what_is_for_adults_is_shown_behind_a_click_and_asked_for_by_its_own_command_alone(tmp_path):
    async with whole(tmp_path, workflows_dir=with_nsfw(tmp_path)) as scene:
        ada = scene.member("ada")
        await refused(await ada.slash(ada.dm, "imagine", prompt="a fox workflow:dark"))

        message = await painted(await ada.slash(ada.dm, "dark", prompt="a fox", steps=2))
        larger = await painted(await ada.click(message, "Upscale"))
        await scene.ended(2)

        assert covers(message) == covers(larger) == covers(await shown_from_history(ada, ada.dm)) == [True]


async def test_what_is_for_adults_and_lost_its_channel_comes_in_private_behind_a_click(tmp_path):
    async with whole(tmp_path, workflows_dir=with_nsfw(tmp_path)) as scene:
        ada = scene.member("ada")
        hidden = scene.discord.channel(scene.town, "hidden", nsfw=True)
        message = await painted(await ada.slash(hidden, "dark", prompt="a fox", steps=2))
        await scene.ended()
        scene.slow()
        again = await ada.click(message, "Vary")
        await again.shows("Painting")
        scene.discord.delete_channel(hidden)
        scene.quick()
        await scene.ended(2)

        [told] = scene.shown(ada.dm)
        assert "could not be shown where you asked" in read(told)
        assert covers(told) == [True]


async def test_a_menu_of_a_picture_for_adults_makes_what_is_for_adults(tmp_path):
    async with whole(tmp_path, workflows_dir=with_nsfw(tmp_path)) as scene:
        ada, ben = scene.member("ada"), scene.member("ben")
        hidden = scene.discord.channel(scene.town, "hidden", nsfw=True)
        message = await painted(await ada.slash(hidden, "dark", prompt="a fox", steps=2))
        larger = await painted(await ben.menu("Upscale this picture", message))
        await scene.ended(2)

        assert covers(larger) == [True]
        told = await shown_from_history(ben, scene.general)
        assert told.files == ()
