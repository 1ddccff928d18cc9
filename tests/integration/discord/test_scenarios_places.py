"""Direct messages, threads, and communities in which only somebody's own installation has brought us along."""

from dataclasses import replace

import pytest

from tests.fakes.headlines import PAINTED, PAINTING
from tests.integration.discord.whole import UNHURRIED, edits_by_bot, painted, read, whole


async def test_in_direct_messages_everything_works_as_in_a_channel(tmp_path):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        message = await painted(await ada.slash(ada.dm, "imagine", prompt="a fox", steps=2))
        again = await painted(await ada.click(message, "Reroll"))
        history = await ada.slash(ada.dm, "history")

        assert again is not message
        assert "fox" in read(history)
        assert {each.job.requester.tenant.id for each in await scene.ended(2)} == {"dm"}


async def test_a_thread_is_a_channel_like_any_other(tmp_path):
    async with whole(tmp_path) as scene:
        thread = scene.discord.thread(scene.general, "foxes")
        asked = await scene.member("ada").slash(thread, "imagine", prompt="a fox", steps=2)
        await painted(asked)
        await scene.ended()

        assert scene.shown(thread) == [asked.message]


async def test_where_somebody_brought_us_along_only_the_token_edits_and_the_job_has_to_end_in_time(tmp_path):
    async with whole(tmp_path) as scene:
        far = scene.discord.guild("Far", has_bot=False)
        ada = scene.discord.member("ada", scene.town, far)
        ada.user.has_installed = True
        scene.slow()
        asked = await ada.slash(scene.discord.channel(far, "general"), "imagine", prompt="a fox")
        await asked.shows(PAINTING)
        assert "min" in read(asked.message), "it is said until when it has to end"
        scene.quick()
        message = await painted(asked)
        [record] = await scene.ended()

        assert record.job.within_s == 780
        assert record.job.requester.tenant.id == "dm"
        assert edits_by_bot(scene) == []
        assert len(message.files) == 1


async def test_where_only_the_token_edits_an_end_that_comes_too_late_is_told_in_a_direct_message(tmp_path):
    async with whole(tmp_path) as scene:
        far = scene.discord.guild("Far", has_bot=False)
        ada = scene.discord.member("ada", scene.town, far)
        ada.user.has_installed = True
        scene.slow()
        asked = await ada.slash(scene.discord.channel(far, "general"), "imagine", prompt="a fox")
        await asked.shows(PAINTING)
        scene.later(901)
        scene.quick()
        await scene.ended()

        [told] = [each for each in scene.shown(ada.dm) if PAINTED in each.text]
        assert len(told.files) == 1
        assert len(scene.discord.record.refused) <= 3


@pytest.mark.parametrize("kind", ["typed", "pressed"])
async def test_acknowledgements_come_within_a_second_although_three_are_allowed(tmp_path, kind):
    async with whole(tmp_path, limits=replace(UNHURRIED, ack_s=3), decide_s=1.8) as scene:
        ada = scene.member("ada")
        asked = await ada.slash(scene.general, "imagine", prompt="a fox", steps=2)
        if kind == "pressed":
            asked = await ada.click(await painted(asked), "Reroll")
        assert asked.took_s < 3
        await painted(asked)
