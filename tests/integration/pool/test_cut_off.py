"""One process of two loses its line to the store, and the other one has what it had."""

import asyncio
import inspect
from dataclasses import replace
from pathlib import Path

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.errors import StoreLost
from bot.jobs import JobState
from tests.integration.pool.house import closed_house, until_begun
from tests.integration.pool.machines import Simulated


class Line:
    """What one process has of the store; nothing comes through while it is cut."""

    def __init__(self, part: object, cut: asyncio.Event) -> None:
        self._part = part
        self._cut = cut

    def __getattr__(self, name: str) -> object:
        verb = getattr(self._part, name)
        if not inspect.iscoroutinefunction(verb):
            return verb

        async def asked(*values: object, **named: object) -> object:
            if self._cut.is_set():
                raise StoreLost
            return await verb(*values, **named)

        return asked


async def test_who_is_cut_off_stops_nothing_of_what_the_other_one_adopts(engine_url: str, tmp_path: Path) -> None:
    cut, stopping = asyncio.Event(), asyncio.Event()
    async with Simulator(SimulatorOptions(step_ms=130, draw=False)) as simulator:
        one = Simulated(simulator)
        async with closed_house(engine_url, tmp_path, {"one": one}) as house:
            store = house.store
            parts = {part: Line(getattr(store, part), cut) for part in ("queue", "store", "notices", "servers", "live")}
            cut_off = house.another(replace(store, **parts))  # type: ignore[arg-type]
            async with house.at_work(cut_off), asyncio.TaskGroup() as tasks:
                tasks.create_task(house.pool().run(stopping))
                job = await house.ask("a cat steps:60")
                await until_begun(one)
                cut.set()
                record = await house.final(job)
                assert (record.state, record.attempt, record.server) == (JobState.SUCCEEDED, 1, "one")
                assert [run.outcome for run in simulator.runs] == ["success"]
                cut.clear()
                stopping.set()
