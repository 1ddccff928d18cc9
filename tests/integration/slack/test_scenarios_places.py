"""Where a picture cannot be shown: refused before it costs, and told elsewhere when it happens in mid-run."""

import pytest

from tests.fakes.headlines import PAINTED
from tests.integration.slack.whole import WAYS, Whole, clean, painted, pictures, whole

FEW = 8
"""Refused calls of one job."""

LOSSES = {
    "the channel is archived": lambda scene: scene.team.archive(scene.general),
    "the channel is deleted": lambda scene: scene.team.delete_channel(scene.general),
    "the app is removed": lambda scene: scene.team.remove(scene.general),
}


def refused(scene: Whole) -> int:
    return len(scene.slack.record.refused)


@pytest.mark.parametrize("way", WAYS)
async def test_where_the_app_is_not_nothing_is_painted_until_it_is_invited_or_may_send_it_in_private(tmp_path, way):
    async with whole(tmp_path, way=way) as scene:
        cats = scene.team.channel("cats", has_bot=False)
        told = await (await scene.ada.slash(cats, "/imagine", "a fox & a dog steps:2")).shows("/invite")
        assert told.is_ephemeral
        assert await scene.jobs() == []
        asked = await scene.ada.click(told, "Send it to my DM")
        message = await painted(asked)
        [record] = await scene.ended()
        assert message.channel is scene.ada.dm
        assert record.job.values["prompt"] == "a fox & a dog"
        assert pictures(message) == 1
        assert "your messages with me" in told.text

        scene.team.invite(cats)
        assert (await painted(await scene.ada.slash(cats, "/imagine", "a cat steps:2"))).channel is cats
        assert clean(scene)


async def test_a_button_that_was_pressed_twice_sends_one_picture_in_private(tmp_path):
    async with whole(tmp_path) as scene:
        cats = scene.team.channel("cats", has_bot=False)
        told = await (await scene.ada.slash(cats, "/imagine", "a fox steps:2")).shows("/invite")
        clicked = await scene.ada.click(told, "Send it to my DM")
        await scene.slack.delivery.again(clicked.sent)
        await painted(clicked)
        await scene.ended()

        assert len(scene.shown(scene.ada.dm)) == 1


async def test_in_an_archived_channel_nothing_is_painted_and_somebody_reads_why(tmp_path):
    async with whole(tmp_path) as scene:
        form = await (await scene.ada.shortcut("fairbrush_new")).opens("Where to")
        scene.team.archive(scene.general)
        sent = await scene.ada.submit(form, Prompt="a fox", where_to=scene.general.id)

        assert "archived" in str(sent.errors)
        assert await scene.jobs() == []


@pytest.mark.parametrize("loss", LOSSES)
async def test_what_cannot_be_shown_where_it_was_asked_comes_as_a_direct_message(tmp_path, loss):
    async with whole(tmp_path) as scene:
        await scene.mid_run()
        LOSSES[loss](scene)
        scene.quick()
        [record] = await scene.ended()

        assert record.state.value == "succeeded"
        [message] = scene.shown(scene.ada.dm)
        assert PAINTED in message.text
        assert "could not be shown where you asked" in message.text
        assert pictures(message) == 1
        assert refused(scene) <= FEW
        assert scene.slack.orphans() == []


async def test_a_message_that_is_deleted_in_mid_run_comes_back_once_with_the_pictures(tmp_path):
    async with whole(tmp_path) as scene:
        first = (await scene.mid_run()).message
        first.deleted_at = scene.slack.clock.now()
        scene.slow(1)
        await scene.ended()

        [message] = scene.shown()
        assert message is not first
        assert PAINTED in message.text
        assert len(message.versions) == 1, "nothing is posted before the end"
        assert refused(scene) <= FEW
        assert scene.slack.orphans() == []


async def test_a_thread_whose_beginning_is_deleted_in_mid_run_still_gets_its_pictures(tmp_path):
    async with whole(tmp_path) as scene:
        start = scene.ben.say(scene.general, "foxes?")
        scene.slow()
        asked = await scene.ada.tell(scene.general, "imagine a fox steps:30", thread=start)
        await asked.shows("Painting")
        scene.ben.delete(start)
        scene.quick()
        await painted(asked)

        assert len(scene.shown()) == 1
        assert clean(scene)


async def test_a_token_that_is_revoked_in_mid_run_ends_the_job_and_is_not_beaten_on(tmp_path):
    async with whole(tmp_path) as scene:
        await scene.mid_run()
        scene.team.revoke()
        scene.quick()
        [record] = await scene.ended()

        assert record.state.is_final
        assert refused(scene) <= FEW


async def test_once_a_post_was_refused_nothing_more_is_painted_for_a_channel_that_took_us_out(tmp_path):
    async with whole(tmp_path) as scene:
        await scene.mid_run()
        scene.team.remove(scene.general)
        scene.quick()
        await scene.ended()
        told = await (await scene.ada.slash(scene.general, "/imagine", "a cat steps:2")).shows("/invite")
        assert told.is_ephemeral
        scene.team.invite(scene.general)
        await painted(await scene.ada.slash(scene.general, "/imagine", "a dog steps:2"))

        assert len(await scene.jobs()) == 2
