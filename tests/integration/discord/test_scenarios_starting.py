"""A process that starts where GPUs are at work knows what they offer before anybody can ask it."""

import asyncio

from bot.service.roles import Role
from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord.whole import Whole, painted, whole


async def test_who_asks_a_process_that_has_just_begun_to_hear_is_not_told_that_no_gpu_is_known(tmp_path):
    async with whole(tmp_path, start=False) as scene:
        await scene.start(Role.WORKER)
        await _told(scene)
        await scene.start(Role.DISCORD)
        await scene.discord.until(lambda: "imagine" in scene.discord.commands(), PATIENCE_S)
        await scene.discord.until(lambda: len(scene.discord.gateway.connected) == 1, PATIENCE_S)

        await painted(await scene.member("ada").slash(scene.general, "imagine", prompt="a fox"))
        await scene.ended()


async def _told(scene: Whole) -> None:
    """Wait until the store knows what every GPU offers."""
    async with asyncio.timeout(PATIENCE_S):
        while len(await scene.store.vocabulary.by_server()) < len(scene.gpus):  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.02)
