"""Who else uses the same ComfyUI."""

import asyncio
from dataclasses import replace

from adapters.comfyui.server import ComfyServer
from adapters.simulator.server import Simulator
from bot.events import Succeeded
from tests.fakes.runs import blank, painting
from tests.integration.comfyui.answering import RUNNING, against, in_turn, says
from tests.integration.comfyui.scene import DEADLINE_S, FAST, QUICK, client, followed


async def until_others(server: ComfyServer, count: int) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while server.others != count:  # noqa: ASYNC110 - as those who claim read it, too
            await asyncio.sleep(0.001)


async def test_strangers_are_counted_as_they_come_and_go() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, pool="ours") as server:
        assert server.others == 0
        simulator.faults.stranger_prompt(steps=30)
        simulator.faults.stranger_prompt(steps=30)
        await until_others(server, 2)
        handle = await server.submit(blank())
        facts = await server.facts()
        assert (facts.waiting, facts.others) == (3, 2)
        assert isinstance((await followed(server, handle))[-1], Succeeded)
        await until_others(server, 0)


async def test_our_own_runs_are_never_strangers_whatever_they_do() -> None:
    seen: set[int] = set()
    async with Simulator(FAST) as simulator, client(simulator.url, pool="ours") as server:

        async def paint() -> None:
            async for _ in server.follow(await server.submit(painting(steps=2))):
                seen.add(server.others)

        async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(paint())
    assert seen == {0}


async def test_what_an_earlier_owner_of_the_same_pool_left_is_ours() -> None:
    async with Simulator(FAST) as simulator:
        async with client(simulator.url, pool="ours") as owner:
            await owner.submit(painting(steps=200))
        async with client(simulator.url, pool="ours") as server, client(simulator.url, pool="theirs") as other:
            assert (await server.facts()).others == 0
            assert (await other.facts()).others == 1


async def test_without_a_socket_the_queue_is_asked() -> None:
    queue = in_turn(says({"queue_running": [], "queue_pending": []}), says(RUNNING))
    async with against({"GET /queue": queue}, replace(QUICK, reconnect_s=0.02, poll_s=0.02)) as server:
        await until_others(server, 1)
