"""The gateway only brings what people do: whatever becomes of it, messages go on being made true."""

import pytest

from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord.test_scenarios_asking import mid_run
from tests.integration.discord.whole import painted, whole

LOSSES = {
    "every connection drops": lambda gateway: gateway.drop(),
    "Discord asks to reconnect": lambda gateway: gateway.reconnect(),
    "the session is invalid and can be resumed": lambda gateway: gateway.invalidate(resumable=True),
    "the session is invalid for good": lambda gateway: gateway.invalidate(resumable=False),
    "closed with an unknown error": lambda gateway: gateway.close(4000),
    "closed because the session timed out": lambda gateway: gateway.close(4009),
}


@pytest.mark.parametrize("loss", LOSSES)
async def test_whatever_becomes_of_the_gateway_in_mid_run_the_picture_comes_and_the_next_wish_is_heard(tmp_path, loss):
    async with whole(tmp_path) as scene:
        asked = await mid_run(scene)
        LOSSES[loss](scene.discord.gateway)
        scene.quick()
        await painted(asked)

        await scene.discord.until(lambda: len(scene.discord.gateway.connected) == 1, PATIENCE_S)
        await painted(await scene.member("ben").slash(scene.general, "imagine", prompt="a blue fox", steps=2))
        assert len(scene.shown()) == 2


async def test_a_gateway_that_falls_silent_is_left_for_a_new_connection(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await mid_run(scene)
        before = len(scene.discord.gateway.identified) + len(scene.discord.gateway.resumed)
        scene.discord.gateway.stall()
        scene.quick()
        await painted(asked)

        await scene.discord.until(
            lambda: len(scene.discord.gateway.identified) + len(scene.discord.gateway.resumed) > before, PATIENCE_S
        )
        await painted(await scene.member("ben").slash(scene.general, "imagine", prompt="a blue fox", steps=2))


async def test_a_service_that_cannot_reach_the_gateway_at_first_comes_up_when_it_can(tmp_path):
    async with whole(tmp_path, start=False) as scene:
        scene.discord.gateway.refusals = 2
        await scene.start()
        await scene.opened()

        await painted(await scene.member("ada").slash(scene.general, "imagine", prompt="a fox", steps=2))


async def test_what_was_asked_while_the_connection_was_down_is_heard_when_it_is_resumed(tmp_path):
    async with whole(tmp_path) as scene:
        scene.discord.gateway.drop()
        asked = await scene.member("ada").slash(scene.general, "imagine", prompt="a fox", steps=2)

        await painted(asked)
        assert len(scene.shown()) == 1
