"""A token lives for fifteen minutes and a job may live longer: its one message is made true all the same."""

from dataclasses import replace

from tests.fakes.headlines import PAINTED, PAINTING
from tests.integration.discord.test_scenarios_asking import mid_run
from tests.integration.discord.whole import UNHURRIED, edits_by_bot, edits_by_token, painted, whole

DEAD_S = 15 * 60 + 1
OLD_S = 3700


async def test_when_the_token_dies_in_mid_run_the_bot_edits_the_same_message_to_its_end(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await mid_run(scene)
        by_token = len(edits_by_token(scene))
        scene.later(DEAD_S)
        scene.quick()
        message = await painted(asked)
        await scene.ended()

        assert message is asked.message
        assert scene.shown() == [message]
        assert edits_by_bot(scene)
        assert len(edits_by_token(scene)) == by_token, "nobody tries a dead token"
        assert scene.discord.record.refused == []
        assert len(message.files) == 1


async def test_where_old_messages_were_edited_too_often_the_end_is_a_reply(tmp_path):
    async with whole(tmp_path, limits=replace(UNHURRIED, old_edits=0)) as scene:
        asked = await mid_run(scene)
        scene.later(OLD_S)
        scene.quick()
        await scene.discord.until(lambda: any(PAINTED in each.text for each in scene.shown()))
        await scene.ended()

        [final] = [each for each in scene.shown() if PAINTED in each.text and each.reference]
        assert final.reference == asked.message.id
        assert len(final.files) == 1
        assert len(scene.discord.record.refused) <= 3


async def test_a_message_that_was_asked_for_in_private_outlives_its_token(tmp_path):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        scene.slow()
        asked = await ada.slash(ada.dm, "imagine", prompt="a fox")
        await asked.shows(PAINTING)
        scene.later(DEAD_S)
        scene.quick()

        assert await painted(asked) is asked.message
        await scene.ended()


async def test_somebody_is_pinged_once_after_a_long_wait(tmp_path):
    async with whole(tmp_path, ping_after_s=0.1) as scene:
        ada = scene.member("ada")
        asked = await mid_run(scene)
        scene.quick()
        await painted(asked)
        await scene.ended()

        pinging = [each for each in scene.shown() if each.pings]
        assert [each.pings for each in pinging] == [{str(ada.user.id)}]
        assert asked.message.pings == set()
