"""What people do reaches us once, by a socket or by signed HTTP, whatever becomes of the way there."""

import asyncio
from dataclasses import replace

import pytest

from adapters.redis import opening
from bot.errors import StoreLost
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.signing import Seal
from tests.fakes.waiting import PATIENCE_S
from tests.integration.slack.stalling import stalling
from tests.integration.slack.whole import UNHURRIED, WAYS, clean, painted, whole

LOSSES = {
    "every connection drops": lambda socket: socket.drop(),
    "it falls silent": lambda socket: socket.silence(),
    "it is about to end": lambda socket: socket.disconnect("warning"),
    "Slack asks for a new one": lambda socket: socket.disconnect("refresh_requested"),
    "there were too many": lambda socket: socket.disconnect("too_many_websockets"),
}

IN_TIME = replace(UNHURRIED, ack_s=Limits().ack_s)
"""Slack's own three seconds."""


@pytest.mark.parametrize("loss", LOSSES)
async def test_whatever_becomes_of_the_socket_in_mid_run_the_picture_comes_and_the_next_wish_is_heard(tmp_path, loss):
    async with whole(tmp_path) as scene:
        socket = scene.slack.socket
        asked = await scene.mid_run()
        LOSSES[loss](socket)
        scene.quick()
        await painted(asked)
        await scene.slack.until(lambda: socket.opened >= 2 and bool(socket.connections), PATIENCE_S)
        socket.speak()
        await scene.slack.until(lambda: len(socket.connections) == 1, PATIENCE_S)
        await (await scene.ben.slash(scene.general, "/imagine", "a hare steps:2")).shows("Painted", "a hare")

        assert len(scene.shown()) == 2


async def test_a_service_that_cannot_reach_the_socket_at_first_comes_up_when_it_can(tmp_path):
    async with whole(tmp_path, start=False) as scene:
        scene.slack.socket.refusals = 2
        await scene.start()
        await scene.opened()

        await painted(await scene.ada.slash(scene.general, "/imagine", "a fox steps:2"))


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_delivered_twice_is_one_job(tmp_path, way):
    async with whole(tmp_path, way=way) as scene:
        command = await scene.ada.slash(scene.general, "/imagine", "a fox steps:2")
        await scene.slack.delivery.again(command.sent)
        mention = await scene.ada.tell(scene.general, "imagine a hare steps:2")
        await scene.slack.delivery.again(mention.sent)
        await scene.ended(2)
        for each in (command, mention):
            await scene.slack.delivery.again(each.sent)
        await (await scene.ben.slash(scene.general, "/imagine", "an owl steps:2")).shows("Painted", "an owl")

        assert scene.runs() == 3 == len(scene.shown()) == len(await scene.jobs())


async def test_an_event_whose_acknowledgement_is_lost_comes_again_to_another_process_and_is_one_job(tmp_path):
    async with whole(tmp_path, limits=replace(UNHURRIED, ack_s=0.5)) as scene:
        await scene.start()
        await scene.opened(sessions=2)
        delivery = scene.slack.delivery
        delivery.deaf = 1
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(scene.ada.tell(scene.general, "imagine a fox steps:2"))
            await scene.slack.until(lambda: any(each.tries for each in delivery.of("app_mention")))
            scene.slack.world.limits = UNHURRIED  # only the first try is waited for so briefly
        await scene.ended()
        [told] = delivery.of("app_mention")
        await scene.slack.until(lambda: told.is_over)

        assert len(told.tries) == 2
        assert len(scene.shown()) == 1 == scene.runs()


@pytest.mark.parametrize("seal", [each for each in Seal if each is not Seal.SOUND])
async def test_what_slack_did_not_sign_just_now_is_refused(tmp_path, seal):
    async with whole(tmp_path, way="http") as scene:
        scene.slack.delivery.seal = seal
        asked = await scene.ada.slash(scene.general, "/imagine", "a fox", wait=False)
        await scene.slack.until(lambda: asked.sent.is_over)

        assert asked.sent.tries[0].status == 401
        assert await scene.jobs() == []


@pytest.mark.parametrize(("way", "how"), [("socket", "hangs"), ("http", "is away")])
async def test_while_the_store_fails_everything_is_acknowledged_in_time_and_told(tmp_path, way, how, monkeypatch):
    # Longer than Slack waits, and not by seven seconds.
    monkeypatch.setitem(opening.open_redis.__wrapped__.__kwdefaults__, "deadline_s", 3.5)
    async with whole(tmp_path, way=way, limits=IN_TIME, start=False) as scene:
        async with stalling(scene.redis_url, tmp_path / "near") as (near, store):
            process = await scene.start(redis_url=near)
            await scene.opened()
            await painted(await scene.ada.slash(scene.general, "/imagine", "a fox steps:2"))
            await scene.ended()
            form = await (await scene.ada.slash(scene.general, "/imagine")).opens("Prompt")
            (store.hang if how == "hangs" else store.leave)()
            asked = await asyncio.gather(
                scene.ada.slash(scene.general, "/imagine", "a hare"),
                scene.ben.slash(scene.general, "/fairbrush", "history"),
                scene.ben.slash(scene.general, "/imagine"),
                scene.ada.submit(form, Prompt="an owl"),
            )
            for each in asked[:2]:
                assert (await each.shows(str(StoreLost()))).is_ephemeral
            store.come_back()
            await (await scene.ada.slash(scene.general, "/imagine", "a lynx steps:2")).shows("Painted", "a lynx")
            await process.die()

        assert scene.slack.delivery.late == []
        assert scene.slack.delivery.unanswered == []
        assert clean(scene)
