"""What every pool promises, whatever its servers can do: ComfyUI look-alikes, and platforms that do next to nothing."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.jobs import JobState, run_id_of
from bot.servers import Change, ServerState, Wish
from tests.integration.pool.house import closed_house, open_house, until, until_begun
from tests.integration.pool.machines import Machine, Plain, Simulated

THREE = ("one", "two", "three")


@pytest.fixture(params=["simulators", "plain platforms"])
async def machines(request: pytest.FixtureRequest) -> AsyncIterator[dict[str, Machine]]:
    async with AsyncExitStack() as stack:
        if request.param == "plain platforms":
            yield {name: Plain() for name in THREE}
        else:
            opened = [
                await stack.enter_async_context(Simulator(SimulatorOptions(step_ms=5, draw=False))) for _ in THREE
            ]
            yield dict(zip(THREE, map(Simulated, opened), strict=True))


async def test_every_job_ends_with_its_picture_and_runs_once(
    engine_url: str, tmp_path: Path, machines: dict[str, Machine]
) -> None:
    async with open_house(engine_url, tmp_path, machines) as house:
        jobs = [await house.ask() for _ in range(12)]
        records = await house.finals(*jobs)
    assert {record.state for record in records} == {JobState.SUCCEEDED}
    begun = Counter(run for machine in machines.values() for run in machine.begun)
    assert begun == Counter(run_id_of(job, 1) for job in jobs)


async def test_a_server_that_refuses_connections_stops_nobody_and_is_used_when_it_comes_back(
    engine_url: str, tmp_path: Path, machines: dict[str, Machine]
) -> None:
    await machines["one"].go()
    async with open_house(engine_url, tmp_path, machines) as house:
        down = await house.until_state("one", ServerState.DOWN)
        assert "reached" in down.reason
        records = await house.finals(*[await house.ask() for _ in range(6)])
        assert {(record.state, record.attempt) for record in records} == {(JobState.SUCCEEDED, 1)}
        await machines["one"].come_back()
        await house.until_state("one", ServerState.READY)
        for name in ("two", "three"):
            await house.store.servers.change(name, Change(wish=Wish.DRAIN))
            await house.until_state(name, ServerState.DRAINING)
        assert (await house.final(await house.ask())).state is JobState.SUCCEEDED
    assert machines["one"].begun


async def test_a_server_that_is_gone_in_mid_run_costs_its_job_an_attempt_and_others_nothing(
    engine_url: str, tmp_path: Path, machines: dict[str, Machine]
) -> None:
    one = {"one": machines["one"]}
    async with open_house(engine_url, tmp_path, one) as house:
        job = await house.ask("a cat steps:60")
        await until_begun(machines["one"])
        await machines["one"].go()
        await house.until_state("one", ServerState.DOWN)
        await machines["one"].come_back()
        records = await house.finals(job, await house.ask())
        assert [(record.state, record.attempt) for record in records] == [
            (JobState.SUCCEEDED, 2),
            (JobState.SUCCEEDED, 1),
        ]
        assert (await house.until_state("one", ServerState.READY)).reason == "", "nothing is held against it"


async def test_a_job_whose_server_is_lost_every_time_ends_and_the_pool_goes_on(
    engine_url: str, tmp_path: Path, machines: dict[str, Machine]
) -> None:
    machine = machines["one"]
    async with open_house(engine_url, tmp_path, {"one": machine}) as house:
        job = await house.ask("a cat steps:60")
        for attempt in (1, 2, 3):
            await until_begun(machine, attempt)
            await machine.go()
            await house.until_state("one", ServerState.DOWN)
            await machine.come_back()
        record = await house.final(job)
        assert (record.state, record.error_code) == (JobState.FAILED, "server_lost")
        assert (await house.final(await house.ask())).state is JobState.SUCCEEDED


async def test_a_job_that_fails_by_itself_costs_no_server_anything(
    engine_url: str, tmp_path: Path, machines: dict[str, Machine]
) -> None:
    async with open_house(engine_url, tmp_path, {"one": machines["one"]}) as house:
        machines["one"].fail_next()
        failed = await house.final(await house.ask())
        assert (failed.state, failed.attempt, failed.error_code) == (JobState.FAILED, 1, "execution_failed")
        assert (await house.final(await house.ask())).state is JobState.SUCCEEDED
        assert (await house.status("one")).state is ServerState.READY


async def test_a_graph_that_a_server_rejects_fails_and_costs_no_server_anything(
    engine_url: str, tmp_path: Path, machines: dict[str, Machine]
) -> None:
    async with open_house(engine_url, tmp_path, {"one": machines["one"]}) as house:
        machines["one"].refuse_next()
        assert (await house.final(await house.ask())).error_code == "graph_rejected"
        assert (await house.final(await house.ask())).state is JobState.SUCCEEDED
        assert (await house.status("one")).state is ServerState.READY
    assert len(machines["one"].begun) == 1


async def test_a_job_whose_submit_was_not_answered_ends_with_its_picture(
    engine_url: str, tmp_path: Path, machines: dict[str, Machine]
) -> None:
    async with open_house(engine_url, tmp_path, {"one": machines["one"]}) as house:
        machines["one"].lose_next_answer()
        jobs = [await house.ask(), await house.ask()]
        records = await house.finals(*jobs)
        assert {record.state for record in records} == {JobState.SUCCEEDED}
        assert (await house.until_state("one", ServerState.READY)).reason == ""
    if isinstance(machines["one"], Simulated):
        assert Counter(machines["one"].begun) == Counter(run_id_of(job, 1) for job in jobs), "it was found"


async def test_a_drained_server_finishes_what_runs_and_takes_nothing_until_it_is_resumed(
    engine_url: str, tmp_path: Path, machines: dict[str, Machine]
) -> None:
    machine = machines["one"]
    async with open_house(engine_url, tmp_path, {"one": machine}) as house:
        running = await house.ask("a cat steps:60")
        await until_begun(machine)
        await house.store.servers.change("one", Change(wish=Wish.DRAIN))
        await house.until_state("one", ServerState.DRAINING)
        waiting = await house.ask()
        assert (await house.final(running)).attempt == 1
        assert (await house.read(waiting)).state is JobState.QUEUED
        assert len(machine.begun) == 1
        await house.store.servers.change("one", Change(wish=Wish.SERVE))
        assert (await house.final(waiting)).state is JobState.SUCCEEDED


async def test_a_removed_server_finishes_what_runs_and_is_forgotten(
    engine_url: str, tmp_path: Path, machines: dict[str, Machine]
) -> None:
    one, two = machines["one"], machines["two"]
    async with closed_house(engine_url, tmp_path, {"one": one, "two": two}) as house, house.at_work() as pool:
        await house.store.servers.change("two", Change(wish=Wish.DRAIN))
        await house.until_state("two", ServerState.DRAINING)
        running = await house.ask("a cat steps:60")
        await until_begun(one)
        await house.store.servers.change("one", Change(wish=Wish.REMOVE))
        await house.store.servers.change("two", Change(wish=Wish.SERVE))
        assert (await house.final(running)).attempt == 1

        async def is_gone() -> bool:
            return "one" not in pool.vocabularies()

        await until(is_gone)
        assert (await house.final(await house.ask())).state is JobState.SUCCEEDED
    assert (len(one.begun), len(two.begun)) == (1, 1)


async def test_the_end_of_a_service_costs_no_attempt_and_the_next_one_goes_on(
    engine_url: str, tmp_path: Path, machines: dict[str, Machine]
) -> None:
    one = machines["one"]
    async with closed_house(engine_url, tmp_path, {"one": one}) as house:
        async with house.at_work():
            jobs = [await house.ask("a cat steps:3") for _ in range(6)]
            await until_begun(one)
        begun = len(one.begun)
        assert begun < len(jobs)
        async with house.at_work():
            records = await house.finals(*jobs)
    assert {record.state for record in records} == {JobState.SUCCEEDED}
    assert len(one.begun) == len(jobs), "nothing was begun twice"
