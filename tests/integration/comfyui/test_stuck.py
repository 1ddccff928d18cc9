"""A server that takes runs and begins none, told from all that only looks like it."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.errors import ServerLost, ServerStuck
from bot.events import Started, Stepped, Succeeded
from bot.ports import NotFound, Stopping
from tests.fakes.runs import blank, painting
from tests.integration.comfyui.scene import DEADLINE_S, FAST, QUICK, client, follow_until, followed

HASTY = replace(QUICK, poll_s=0.02, stuck_s=0.2, confirm_s=0.5)


async def test_a_dead_worker_is_told_and_its_run_can_be_taken_back() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, HASTY) as server:
        simulator.faults.kill_worker()
        handle = await server.submit(blank())
        with pytest.raises(ServerStuck):
            await followed(server, handle)
        assert await server.interrupt(handle) is Stopping.STOPPED
        assert await server.find(handle) is NotFound.ABSENT


async def test_a_worker_that_died_in_mid_run_is_told_by_the_run_after_it() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, HASTY) as server:
        handle = await server.submit(painting(steps=2000))
        async with asyncio.timeout(DEADLINE_S), aclosing(server.follow(handle)) as events:
            while not isinstance(await anext(events), Stepped):
                pass
        simulator.faults.kill_worker()  # whoever followed it has lost patience
        assert await server.interrupt(handle) is Stopping.UNCONFIRMED
        with pytest.raises(ServerStuck):
            await followed(server, await server.submit(blank()))


async def test_a_long_load_a_strangers_run_and_our_own_are_waited_for() -> None:
    async with (
        Simulator(SimulatorOptions(step_ms=10, load_s=1, draw=False)) as simulator,
        client(simulator.url, HASTY) as server,
    ):
        simulator.faults.stranger_prompt(steps=20)
        first, second = await server.submit(painting()), await server.submit(blank())
        assert isinstance((await followed(server, second))[-1], Succeeded)
        assert isinstance((await followed(server, first))[-1], Succeeded)


async def test_a_frozen_server_is_lost_and_not_stuck() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, replace(HASTY, answer_s=0.1)) as server:
        simulator.faults.stranger_prompt(steps=2000)
        handle = await server.submit(blank())
        with pytest.raises(ServerLost) as lost:
            await follow_until(server, handle, lambda _: True, simulator.faults.freeze)
        assert not isinstance(lost.value, ServerStuck)
        simulator.faults.thaw()


async def test_a_late_history_is_no_standstill() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, HASTY) as server:
        simulator.faults.delay_history(0.5)
        first, second = await server.submit(blank()), await server.submit(blank())
        assert isinstance((await followed(server, second))[-1], Succeeded)
        assert isinstance((await followed(server, first))[-1], Succeeded)


async def test_runs_that_an_earlier_owner_left_are_cleared_and_those_of_others_are_not() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, pool="ours") as server:
        executing = await server.submit(painting(steps=2000))
        async with asyncio.timeout(DEADLINE_S), aclosing(server.follow(executing)) as events:
            while not isinstance(await anext(events), Started):
                pass
        stranger = simulator.faults.stranger_prompt(steps=1)
        superseded = [await server.submit(blank()) for _ in range(3)]
        kept = await server.submit(blank())
        async with client(simulator.url, pool="theirs") as another:
            theirs = await another.submit(blank())
        async with client(simulator.url, pool="ours") as owner:
            assert await owner.clear([kept]) == 4
            assert isinstance((await followed(owner, kept))[-1], Succeeded)
            assert [await owner.find(each) for each in (executing, *superseded)] == [NotFound.ABSENT] * 4
            assert isinstance((await followed(owner, theirs))[-1], Succeeded)
            assert await owner.clear([]) == 0
        assert [run.outcome for run in simulator.runs if run.prompt_id == stranger] == ["success"]


async def test_a_pool_without_an_identity_clears_nothing() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        handle = await server.submit(painting(steps=20))
        async with client(simulator.url) as another:
            assert await another.clear([]) == 0
        assert isinstance((await followed(server, handle))[-1], Succeeded)


async def test_a_run_that_cannot_be_stopped_is_told_since_all_others_would_wait_behind_it() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, HASTY, pool="ours") as server:
        handle = await server.submit(painting(steps=2000))
        async with asyncio.timeout(DEADLINE_S), aclosing(server.follow(handle)) as events:
            while not isinstance(await anext(events), Stepped):
                pass
        simulator.faults.kill_worker()
        with pytest.raises(ServerStuck):
            await server.clear([])


async def test_clearing_a_server_that_is_gone_says_so_and_forgetting_there_is_no_trouble() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, pool="ours") as server:
        handle = await server.submit(blank())
        await simulator.faults.die()
        with pytest.raises(ServerLost):
            await server.clear([])
        await server.forget(handle)


async def test_a_settled_run_is_forgotten_by_its_server_and_no_other_is() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        first, second = await server.submit(blank()), await server.submit(blank())
        for handle in (first, second):
            await followed(server, handle)
        await server.forget(first)
        assert await server.find(first) is NotFound.ABSENT
        assert await server.find(second) is not NotFound.ABSENT
