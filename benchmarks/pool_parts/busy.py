"""How busy servers are: behind Fairbrush, with their own queue pre-loaded, and behind a submit after each end."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from time import process_time

from benchmarks.pool_parts.bare import preloaded, submitted_after_finish
from benchmarks.pool_parts.machines import Machine, Park, Ran
from benchmarks.pool_parts.orders import Order, offered, orders
from benchmarks.pool_parts.product import serving
from benchmarks.pool_parts.shares import RAMP, busy_share, gaps_s
from benchmarks.report import percentile

Records = dict[str, list[Ran]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """So many servers with jobs of one length."""

    servers: int
    job_s: float
    each: int  #: jobs for each server
    bar: float | None = None  #: the least part of the ideal
    uneven: bool = False  #: whether jobs take from half as long to half as long again, by chance
    at_once: bool = False  #: whether all ways, and all cells of this length, are measured at the same time

    @property
    def steps(self) -> int:
        """Return how many steps a picture takes: a short one few."""
        return 4 if self.job_s < 1 else 20

    @property
    def named(self) -> str:
        """Name it."""
        length = f"{self.job_s / 2:g} to {self.job_s * 1.5:g}" if self.uneven else f"{self.job_s:g}"
        return f"{self.servers} {'server' if self.servers == 1 else 'servers'}, {length} s a job"

    @property
    def count(self) -> int:
        """Return how many jobs there are."""
        return self.servers * self.each


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """How busy the servers of a cell were."""

    cell: Cell
    share: float
    ideal: float
    after_finish: float
    gaps: Sequence[float]  #: seconds; behind Fairbrush
    ideal_gaps: Sequence[float]
    ahead: Sequence[float]  #: seconds for which a run of Fairbrush's waited on its server
    cpu_ms: float  #: what Fairbrush took for a job, its engine left out; no figure of what is measured at once
    hosts_ms: float  #: what the simulators took for a job meanwhile

    @property
    def of_ideal(self) -> float:
        """Return Fairbrush's share over that of the loaded queue."""
        return self.share / self.ideal

    def row(self) -> dict[str, str]:
        """Return the figures of a table's row."""
        return {
            "measured": self.cell.named,
            "busy: Fairbrush": f"{self.share:.2%}",
            "pre-loaded": f"{self.ideal:.2%}",
            "after finish": f"{self.after_finish:.2%}",
            "of pre-loaded": f"{self.of_ideal:.2%}",
            "gap p50/p99 ms": _percentiles(self.gaps),
            "pre-loaded's": _percentiles(self.ideal_gaps),
            "submitted ahead p50/p99 ms": _percentiles(self.ahead),
            "CPU ms/job": "–" if self.cell.at_once else f"{self.cpu_ms:.1f}",
            "simulators'": "–" if self.cell.at_once else f"{self.hosts_ms:.1f}",
        }

    def bar(self) -> dict[str, bool]:
        """Judge it, if there is a bar."""
        if self.cell.bar is None:
            return {}
        text = f"{self.cell.named}: busy for {self.of_ideal:.2%} of the "
        return {f"{text}pre-loaded ideal, at least {self.cell.bar:.1%}": self.of_ideal >= self.cell.bar}


async def measure_all(cells: Sequence[Cell], park: Park) -> list[Busy]:
    """Measure cells in turn, those of one length that want it at once."""
    measured: list[Busy] = []
    for _, alike in groupby(cells, key=lambda cell: cell.job_s if cell.at_once else cell):
        async with asyncio.TaskGroup() as tasks:
            measuring = [tasks.create_task(measure(cell, park)) for cell in alike]
        measured += [task.result() for task in measuring]
    return measured


async def measure(cell: Cell, park: Park) -> Busy:
    """Measure one cell, each way on new servers."""
    ours, ideal, bare = [await park.machines(cell.servers, step_ms=cell.job_s * 1000 / cell.steps) for _ in range(3)]
    vocabulary = await offered(ours[0].url)
    steps = range(cell.steps // 2, cell.steps * 3 // 2 + 1) if cell.uneven else cell.steps
    wanted = orders(cell.count, vocabulary, steps=steps, people=max(8, cell.count // 10))
    async with asyncio.TaskGroup() as tasks:
        beside = tasks.create_task(_others(ideal, bare, wanted))
        if not cell.at_once:
            await asyncio.wait((beside,))
        cpu, hosts = process_time(), await park.cpu_s()
        await _fairbrush(ours, wanted)
        cpu, hosts = process_time() - cpu, await park.cpu_s() - hosts
    ran, could = await _records(ours), await _records(ideal)
    return Busy(
        cell=cell,
        share=busy_share(ran),
        ideal=busy_share(could, apart=True),
        after_finish=busy_share(await _records(bare)),
        gaps=gaps_s(ran),
        ideal_gaps=gaps_s(could),
        ahead=[run.started_at - run.posted_at for runs in ran.values() for run in runs[RAMP:]],
        cpu_ms=cpu * 1000 / cell.count,
        hosts_ms=hosts * 1000 / cell.count,
    )


async def _others(ideal: Sequence[Machine], bare: Sequence[Machine], wanted: Sequence[Order]) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(preloaded(ideal, wanted))
        tasks.create_task(submitted_after_finish(bare, wanted))


async def _fairbrush(machines: Sequence[Machine], wanted: Sequence[Order]) -> None:
    async with serving(machines) as product:
        await product.settled(await product.ask(wanted))


async def _records(machines: Sequence[Machine]) -> Records:
    return {machine.name: await machine.ran() for machine in machines}


def _percentiles(samples: Sequence[float]) -> str:
    if len(samples) < 2:  # as few as the shortest play has
        return "/".join(f"{sample * 1000:.1f}" for sample in samples) or "–"
    return "/".join(f"{percentile(samples, each) * 1000:.1f}" for each in (50, 99))
