"""A process ends in mid-job and another one goes on: in the same messages, whose buttons go on living."""

import pytest

from bot.holding import Tenure
from tests.fakes.headlines import PAINTED, PAINTING
from tests.integration.slack.whole import clean, painted, pictures, whole

BRISK = Tenure(heartbeat_s=1.0, lease_s=6.0)
"""A server that has lost its owner is another's within seconds."""


@pytest.mark.parametrize(("way", "end"), [("socket", "die"), ("http", "stop")])
async def test_another_process_goes_on_in_the_same_message_and_its_buttons_live(tmp_path, way, end):
    async with whole(tmp_path, way=way, tenure=BRISK) as scene:
        old = await painted(await scene.ben.slash(scene.general, "/imagine", "a lighthouse steps:2"))
        asked = await scene.mid_run("a red fox steps:60")
        message = asked.message
        [process] = scene.processes
        if end == "stop":
            process.services[0].core.options.hurry.set()
        await getattr(process, end)()
        scene.processes.clear()
        scene.quick()
        await scene.start()
        await scene.opened()
        await scene.slack.until(lambda: PAINTED in message.text)
        await scene.ended(2)
        assert scene.shown() == [old, message]
        assert pictures(message) == 1

        again = await scene.ada.click(old, "🎲 Reroll")
        await scene.slack.until(lambda: len(scene.shown()) == 3)
        third = await again.shows(PAINTED, "a lighthouse", "asked by ada")
        await scene.ended(3)
        await scene.ada.click(third, "Delete")
        await scene.slack.until(lambda: third.deleted_at is not None and not scene.slack.orphans())
        assert [each for each in scene.slack.record.refused if "chat" in each.name] == []


async def test_what_is_asked_while_no_process_hears_is_told_to_have_failed_and_leaves_no_job(tmp_path):
    async with whole(tmp_path) as scene:
        [process] = scene.processes
        await process.stop()
        asked = await scene.ada.slash(scene.general, "/imagine", "a fox", wait=False)
        await scene.slack.until(lambda: asked.sent.is_over)
        scene.processes.clear()
        await scene.start()
        await scene.opened()
        await painted(await scene.ada.slash(scene.general, "/imagine", "a hare steps:2"))
        await scene.ended()

        assert len(scene.shown()) == 1
        assert clean(scene)


async def test_a_mention_that_nobody_heard_is_heard_by_the_next_process(tmp_path):
    async with whole(tmp_path) as scene:
        [process] = scene.processes
        await process.stop()
        scene.processes.clear()
        scene.slack.delivery.retries_s = (0.0, 1.0, 5.0, 5.0)
        await scene.start()
        asked = await scene.ada.tell(scene.general, "imagine a fox steps:40")
        await scene.opened()
        await painted(asked)
        await scene.ended()

        assert len(scene.shown()) == 1 == scene.runs()


async def test_a_form_that_was_opened_before_a_restart_is_taken_after_it(tmp_path):
    async with whole(tmp_path) as scene:
        form = await (await scene.ada.slash(scene.general, "/imagine")).opens("Prompt")
        [process] = scene.processes
        await process.stop()
        scene.processes.clear()
        await scene.start()
        await scene.opened()
        sent = await scene.ada.submit(form, Prompt="a fox", Steps=2)
        await scene.ended()

        assert sent.errors == {}
        assert PAINTING not in scene.shown()[0].text
        assert clean(scene)
