"""Every fault of a ComfyUI, told apart: what becomes of the job, of the server's state, and of others' jobs."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.attempt import WorkerLimits
from bot.jobs import JobState, run_id_of
from bot.servers import Change, ServerState, Wish
from tests.integration.pool.house import LIMITS, House, open_house, until
from tests.integration.pool.machines import QUICK, Fragile, Simulated

FAST = SimulatorOptions(step_ms=5, draw=False)
ONE, OTHER = "simulated-sd15.safetensors", "simulated-sdxl.safetensors"


@asynccontextmanager
async def two(
    engine_url: str,
    folder: Path,
    first: SimulatorOptions = FAST,
    second: SimulatorOptions = FAST,
    limits: WorkerLimits = LIMITS,
    *,
    apart: bool = False,
) -> AsyncIterator[tuple[House, Simulated, Simulated]]:
    """Two servers; `apart`: only the first has the model ONE."""
    options = replace(second, checkpoints=(OTHER,)) if apart else second
    async with Simulator(first) as one, Simulator(options) as another:
        machines = {"one": Simulated(one), "two": Simulated(another)}
        async with open_house(engine_url, folder, machines, limits) as house:
            await house.until_state("one", ServerState.READY)
            await house.until_state("two", ServerState.READY)

            async def both_told() -> bool:
                return set(house.shared.vocabulary.choices["CheckpointLoaderSimple.ckpt_name"]) >= {ONE, OTHER}

            await until(both_told)
            yield house, machines["one"], machines["two"]


async def until_painting(machine: Simulated) -> None:
    """Wait until a server is in the middle of a run."""

    async def is_in_the_middle() -> bool:
        return "running" in outcomes(machine)

    await until(is_in_the_middle)


def outcomes(machine: Simulated) -> list[str]:
    return [run.outcome for run in machine.simulator.runs]


async def test_died_in_mid_run_the_job_goes_elsewhere_at_once(engine_url: str, tmp_path: Path) -> None:
    async with two(engine_url, tmp_path) as (house, one, another):
        jobs = [await house.ask("a cat steps:60"), await house.ask("a cat steps:60")]
        await until_painting(one)
        await until_painting(another)
        lost = run_id_of(jobs[0], 1) in one.begun
        await one.simulator.faults.die()
        records = await house.finals(*jobs)
        assert {record.state for record in records} == {JobState.SUCCEEDED}
        assert [record.attempt for record in records] == ([2, 1] if lost else [1, 2])
        assert {record.server for record in records} == {"two"}
        down = await house.until_state("one", ServerState.DOWN)
        assert down.reason == "The GPU cannot be reached: nothing listens at its address."
        assert (await house.status("two")).state is ServerState.READY
        await one.simulator.faults.revive()
        await house.until_state("one", ServerState.READY)


@pytest.mark.parametrize("machine", [Simulated, Fragile], ids=["once it has it", "before it says that it has it"])
async def test_died_is_not_taken_for_silent_and_what_waited_behind_the_run_is_handed_back_at_no_cost(
    engine_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, machine: type[Simulated]
) -> None:
    caplog.set_level("INFO")
    patient = replace(QUICK, lost_s=600)
    # A second a run, so that a machine with other work does not sleep through the moment to claim the next one.
    async with Simulator(replace(FAST, step_ms=20)) as one, Simulator(FAST) as another:
        machines = {"one": machine(one, patient), "two": Simulated(another, patient)}
        async with open_house(engine_url, tmp_path, machines) as house:
            await house.until_state("two", ServerState.READY)
            await house.store.servers.change("two", Change(wish=Wish.DRAIN))
            await house.until_state("two", ServerState.DRAINING)
            await house.final(await house.ask("a cat steps:60"))  # How long one takes is known from now on.
            one.faults.hang()
            running, behind = await house.ask("a cat steps:60"), await house.ask("a cat steps:3")

            async def is_behind() -> bool:
                record = await house.read(behind)
                return record.attempt == 1 and record.state is not JobState.STARTING

            await until(is_behind)
            assert [run.outcome for run in one.runs][:2] == ["success", "running"]
            await one.faults.die()
            assert (await house.until_state("one", ServerState.DOWN)).reason.startswith("The GPU cannot be reached")

            async def both_wait() -> bool:
                return {(await house.read(job)).state for job in (running, behind)} == {JobState.QUEUED}

            await until(both_wait)
            await house.store.servers.change("two", Change(wish=Wish.SERVE))
            records = await house.finals(running, behind)
            assert {(each.state, each.server) for each in records} == {(JobState.SUCCEEDED, "two")}
            assert f"settled job={running} attempt=1 outcome=VANISHED" in caplog.text
            assert f"settled job={behind} attempt=1 outcome=UNTOUCHED" in caplog.text


async def test_frozen_the_job_goes_elsewhere_and_its_run_is_stopped_when_the_server_thaws(
    engine_url: str, tmp_path: Path
) -> None:
    async with two(engine_url, tmp_path, second=replace(FAST, step_ms=4)) as (house, one, another):
        jobs = [await house.ask("a cat steps:60"), await house.ask("a cat steps:60")]
        await until_painting(one)
        one.simulator.faults.freeze()
        records = await house.finals(*jobs)
        assert {record.state for record in records} == {JobState.SUCCEEDED}
        assert {record.server for record in records} == {"two"}
        await house.until_state("one", ServerState.DOWN)
        one.simulator.faults.thaw()
        await house.until_state("one", ServerState.READY)

        async def is_stopped() -> bool:
            return outcomes(one) == ["interrupted"]

        await until(is_stopped)
        assert "interrupted" not in outcomes(another)


async def test_a_deaf_socket_costs_nobody_anything(engine_url: str, tmp_path: Path) -> None:
    async with Simulator(FAST) as simulator:
        one = Simulated(simulator)
        async with open_house(engine_url, tmp_path, {"one": one}) as house:
            await house.final(await house.ask())
            client_id = simulator.runs[0].client_id
            assert client_id is not None
            simulator.faults.deafen(client_id)
            jobs = [await house.ask() for _ in range(4)]
            records = await house.finals(*jobs)
            assert {(record.state, record.attempt) for record in records} == {(JobState.SUCCEEDED, 1)}
            assert (await house.status("one")).state is ServerState.READY
        assert set(Counter(one.begun).values()) == {1}


async def test_a_zombie_is_told_and_left_alone_and_its_job_goes_elsewhere(engine_url: str, tmp_path: Path) -> None:
    async with two(engine_url, tmp_path, second=replace(FAST, step_ms=3)) as (house, one, _another):
        one.simulator.faults.kill_worker()
        jobs = [await house.ask("a cat steps:20") for _ in range(8)]
        records = await house.finals(*jobs)
        assert {(record.state, record.server) for record in records} == {(JobState.SUCCEEDED, "two")}
        blamed = await house.until_state("one", ServerState.SUSPECT, ServerState.DOWN)
        assert blamed.reason == "The GPU does not work on anything."
        assert (await house.status("two")).state is ServerState.READY
        assert not one.begun
        await one.simulator.faults.die()
        await one.simulator.faults.revive()
        await house.until_state("one", ServerState.READY, ServerState.SUSPECT)


async def test_a_zombie_alone_is_asked_less_and_less_and_works_again_when_it_was_restarted(
    engine_url: str, tmp_path: Path
) -> None:
    async with Simulator(FAST) as simulator:
        one = Simulated(simulator)
        async with open_house(engine_url, tmp_path, {"one": one}) as house:
            simulator.faults.kill_worker()
            lost, later = await house.ask(), await house.ask()
            await house.until_state("one", ServerState.DOWN)
            await simulator.faults.die()
            await simulator.faults.revive()
            assert {record.state for record in await house.finals(lost, later)} == {JobState.SUCCEEDED}
            assert (await house.until_state("one", ServerState.READY)).reason == ""


async def test_a_node_that_hangs_times_its_job_out_and_the_server_is_left_alone(
    engine_url: str, tmp_path: Path
) -> None:
    limits = replace(LIMITS, run_deadline_s=1.5)
    async with two(engine_url, tmp_path, limits=limits) as (house, one, _another):
        one.simulator.faults.hang()
        jobs = [await house.ask("a cat steps:3") for _ in range(6)]
        await until_painting(one)
        records = await house.finals(*jobs)
        [timed_out] = [record for record in records if record.state is JobState.FAILED]
        assert (timed_out.error_code, timed_out.server) == ("timed_out", "one")
        assert {record.server for record in records if record is not timed_out} == {"two"}
        await house.until_state("one", ServerState.SUSPECT, ServerState.DOWN)


async def test_a_slow_server_is_not_punished(engine_url: str, tmp_path: Path) -> None:
    async with two(engine_url, tmp_path, second=replace(FAST, step_ms=3)) as (house, one, another):
        one.simulator.faults.slow_down(40)
        jobs = [await house.ask("a cat steps:4") for _ in range(12)]
        records = await house.finals(*jobs)
        assert {(record.state, record.attempt) for record in records} == {(JobState.SUCCEEDED, 1)}
        assert len(one.begun) < len(another.begun)
        assert (await house.status("one")).state is ServerState.READY
        assert set(Counter([*one.begun, *another.begun]).values()) == {1}


async def test_out_of_memory_is_tried_once_more_where_there_is_more(engine_url: str, tmp_path: Path) -> None:
    small, large = replace(FAST, memory_mb=4_000), replace(FAST, memory_mb=24_000)
    async with two(engine_url, tmp_path, first=small, second=large) as (house, one, another):
        jobs = [await house.ask("a cat steps:3 width:2048 height:1024 count:1") for _ in range(4)]
        records = await house.finals(*jobs)
        assert {(record.state, record.server) for record in records} == {(JobState.SUCCEEDED, "two")}
        assert {record.attempt for record in records} <= {1, 2}
        assert set(Counter(one.begun).values()) <= {1}
        assert (await house.status("one")).state is ServerState.READY
        assert (await house.final(await house.ask("a cat steps:3"))).state is JobState.SUCCEEDED
    assert len(another.begun) >= 4


async def test_out_of_memory_everywhere_says_what_to_lower(engine_url: str, tmp_path: Path) -> None:
    small = replace(FAST, memory_mb=4_000)
    async with two(engine_url, tmp_path, first=small, second=small) as (house, one, another):
        record = await house.final(await house.ask("a cat steps:3 width:2048 height:1024"))
        assert (record.error_code, record.attempt) == ("out_of_memory", 1)
        assert record.error_sentence is not None
        assert "2048" in record.error_sentence
        assert len(one.begun) + len(another.begun) == 1
        assert {(await house.status(name)).state for name in ("one", "two")} == {ServerState.READY}


async def test_a_graph_that_one_server_rejects_costs_only_its_job(engine_url: str, tmp_path: Path) -> None:
    async with two(engine_url, tmp_path, apart=True) as (house, one, _another):
        one.simulator.faults.reject_next()
        refused, *others = [await house.ask(f"a cat steps:3 model:{ONE}") for _ in range(4)]
        assert (await house.final(refused)).error_code == "graph_rejected"
        assert {record.state for record in await house.finals(*others)} == {JobState.SUCCEEDED}
        assert (await house.status("one")).state is ServerState.READY


async def test_an_execution_error_costs_only_its_job(engine_url: str, tmp_path: Path) -> None:
    async with two(engine_url, tmp_path, apart=True) as (house, one, _another):
        one.simulator.faults.next_run_raises("/srv/models/secret is broken")
        failed, *others = [await house.ask(f"a cat steps:3 model:{ONE}") for _ in range(4)]
        record = await house.final(failed)
        assert (record.error_code, record.attempt) == ("execution_failed", 1)
        assert "/srv" not in (record.error_sentence or "")
        assert {each.state for each in await house.finals(*others)} == {JobState.SUCCEEDED}
        assert (await house.status("one")).state is ServerState.READY


async def test_a_result_that_is_gone_speaks_against_its_server_until_a_run_speaks_for_it(
    engine_url: str, tmp_path: Path
) -> None:
    async with (
        Simulator(FAST) as simulator,
        open_house(engine_url, tmp_path, {"one": Simulated(simulator)}) as house,
    ):
        simulator.faults.lose_outputs()
        assert (await house.final(await house.ask())).error_code == "result_gone"
        assert (await house.until_state("one", ServerState.SUSPECT)).reason
        assert (await house.final(await house.ask())).state is JobState.SUCCEEDED
        assert (await house.until_state("one", ServerState.READY)).reason == ""


async def test_while_a_stranger_uses_a_server_another_one_works(engine_url: str, tmp_path: Path) -> None:
    async with two(engine_url, tmp_path) as (house, one, another):
        stranger = one.simulator.faults.stranger_prompt(steps=400)

        async def is_seen() -> bool:
            return (await house.status("one")).others == 1

        await until(is_seen)
        jobs = [await house.ask() for _ in range(6)]
        records = await house.finals(*jobs)
        assert {(record.state, record.server) for record in records} == {(JobState.SUCCEEDED, "two")}
        assert one.begun == [stranger]
        assert (await house.status("one")).state is ServerState.READY
        assert len(another.begun) == 6


async def test_a_stranger_who_stays_is_taken_turns_with_and_never_stopped(
    engine_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slot.STRANGERS_S", 0.3)
    async with Simulator(FAST) as simulator:
        one = Simulated(simulator)
        strangers = [simulator.faults.stranger_prompt(steps=120) for _ in range(2)]
        async with open_house(engine_url, tmp_path, {"one": one}) as house:
            record = await house.final(await house.ask())
            assert (record.state, record.attempt) == (JobState.SUCCEEDED, 1)
            assert (await house.status("one")).state is ServerState.READY
        assert one.begun[:2] == strangers
        assert outcomes(one)[:2] == ["success", "success"]


async def test_a_lost_answer_is_no_second_run(engine_url: str, tmp_path: Path) -> None:
    async with two(engine_url, tmp_path, apart=True) as (house, one, _another):
        one.simulator.faults.lose_next_answer()
        jobs = [await house.ask(f"a cat steps:3 model:{ONE}") for _ in range(3)]
        records = await house.finals(*jobs)
        assert {(record.state, record.attempt) for record in records} == {(JobState.SUCCEEDED, 1)}
        assert Counter(one.begun) == Counter(run_id_of(job, 1) for job in jobs)
        assert (await house.status("one")).state is ServerState.READY


async def test_a_late_history_delays_and_costs_nothing_else(engine_url: str, tmp_path: Path) -> None:
    async with Simulator(FAST) as simulator:
        one = Simulated(simulator)
        simulator.faults.delay_history(0.3)
        async with open_house(engine_url, tmp_path, {"one": one}) as house:
            jobs = [await house.ask() for _ in range(3)]
            records = await house.finals(*jobs)
            assert {(record.state, record.attempt) for record in records} == {(JobState.SUCCEEDED, 1)}
            assert (await house.status("one")).state is ServerState.READY
        assert Counter(one.begun) == Counter(run_id_of(job, 1) for job in jobs)


async def test_settled_runs_are_forgotten_by_their_server(engine_url: str, tmp_path: Path) -> None:
    async with (
        Simulator(FAST) as simulator,
        open_house(engine_url, tmp_path, {"one": Simulated(simulator)}) as house,
    ):
        await house.finals(*[await house.ask() for _ in range(3)])

        async def is_forgotten() -> bool:
            return not simulator.history

        await until(is_forgotten)


async def test_all_at_once_and_nothing_is_lost(engine_url: str, tmp_path: Path) -> None:
    """One dies, one freezes and thaws, one is a zombie and is restarted; every job ends with its picture, one each."""
    async with Simulator(FAST) as dying, Simulator(FAST) as freezing, Simulator(FAST) as zombie:
        machines = {"dying": Simulated(dying), "freezing": Simulated(freezing), "zombie": Simulated(zombie)}
        async with open_house(engine_url, tmp_path, machines) as house:
            jobs = [await house.ask("a cat steps:40") for _ in range(24)]
            for machine in machines.values():
                await until_painting(machine)
            await dying.faults.die()
            freezing.faults.freeze()
            zombie.faults.kill_worker()
            await house.until_state("dying", ServerState.DOWN)
            await dying.faults.revive()
            await house.until_state("freezing", ServerState.DOWN)
            freezing.faults.thaw()
            await zombie.faults.die()
            await zombie.faults.revive()
            records = await house.finals(*jobs)
            assert {record.state for record in records} == {JobState.SUCCEEDED}
            assert {len(record.files) for record in records} == {1}
            contents = await asyncio.gather(*[house.content(record) for record in records])
            assert all(content.startswith(b"\x89PNG") for content in contents)
            for name in machines:
                await house.until_state(name, ServerState.READY, ServerState.SUSPECT)
