"""The demo in front of two real GPUs, a page that is left open, and what must hold whatever happened."""

import asyncio
from collections.abc import Iterable
from uuid import UUID

from bot.jobs import JobId, run_id_of
from tests.acceptance.real.machine import LOOK_S, PATIENCE_S, Life, Machine
from tests.acceptance.service.listing import servers, until_state
from tests.acceptance.service.page import FINAL, Page, pictures_of
from tests.acceptance.service.service import Service
from tests.acceptance.service.truth import ATTEMPTS, digests_on
from tests.contracts.comfyui.probe import Json

LONG = "steps:20 size:64x64"  # some seconds on a CPU: there is time to see them and to strike
SHORT = "steps:4 size:64x64"


def runs_of(job: str) -> set[str]:
    """Return every id that a run of this job may have."""
    return {run_id_of(JobId(UUID(job)), attempt) for attempt in range(ATTEMPTS)}


class Scene:
    """What a test acts on."""

    def __init__(self, service: Service, page: Page, machines: tuple[Machine, Machine]) -> None:
        self.service = service
        self.page = page
        self.machines = machines
        self.jobs: list[str] = []

    async def ask(self, count: int, how: str = LONG) -> list[str]:
        """Ask for pictures, none of them like another."""
        fresh = [await self.page.ask(f"/imagine fox {len(self.jobs) + number} {how}") for number in range(count)]
        self.jobs += fresh
        return fresh

    async def busy(self, machine: Machine, jobs: Iterable[str] | None = None) -> str:
        """Wait until a GPU executes one of these jobs, or any; returns which."""
        mine = {run: job for job in (self.jobs if jobs is None else jobs) for run in runs_of(job)}
        await machine.until(lambda: machine.running & mine.keys())
        return next(mine[run] for run in machine.running if run in mine)

    async def until_state(self, machine: Machine, state: str, **more: Json) -> None:
        """Wait until `fairbrush servers list` shows a GPU in a state, and whatever else is to be told of it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                told = await until_state(self.service, machine.name, state)
                if more.items() <= told.items():
                    return
                await asyncio.sleep(LOOK_S)

    async def states(self) -> list[str]:
        """Return the states in which `fairbrush servers list` shows the GPUs."""
        told = await servers(self.service)
        return [told[machine.name]["state"] for machine in self.machines]

    async def succeed(self, jobs: Iterable[str] | None = None) -> None:
        """Wait until these jobs, or all, have ended with their pictures."""
        jobs = self.jobs if jobs is None else list(jobs)
        await self.page.until(lambda: all(self.page.state(job) in FINAL for job in jobs), PATIENCE_S)
        assert {job: self.page.state(job) for job in jobs} == dict.fromkeys(jobs, "succeeded"), self.service.log
        for job in jobs:
            assert len(pictures_of(self.page.cards[job])) == 1
            assert len(await digests_on(self.page, job)) == 1

    async def both_work(self) -> None:
        """Ask for enough that both GPUs have to work, and see it through."""
        jobs = await self.ask(2)
        for machine in self.machines:
            await self.busy(machine, jobs)
        await self.succeed(jobs)

    def executions(self, job: str) -> list[tuple[str, Life]]:
        """List every execution of a job, with the GPU that did it and its life in which it did."""
        return [
            (machine.name, life)
            for machine in self.machines
            for life in machine.lives
            for run in life.executed & runs_of(job)
        ]

    async def once(self, stopped: str = "") -> None:
        """No job but a stopped one ran twice where a GPU lived on; no run was submitted twice; none is remembered."""
        for job in set(self.jobs) - {stopped}:
            assert sum(not life.lost for _, life in self.executions(job)) <= 1, job
        for machine in self.machines:
            for life in machine.lives:
                assert len(set(life.numbers.values())) == len(life.numbers), (machine.name, life)
            await machine.until_idle()
            await machine.until_forgotten({run for job in self.jobs for run in runs_of(job)})
        assert self.page.faults == []
        assert "Traceback" not in self.service.log
