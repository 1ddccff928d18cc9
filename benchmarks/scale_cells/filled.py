"""A filled queue, on an engine of its own of the kind that comes with Fairbrush, and what it takes of its memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from adapters.redis.engine import open_engine
from adapters.redis.keys import job_name
from adapters.redis.opening import RedisPool, open_redis
from adapters.redis.wire import MAX_UNANSWERED
from benchmarks.scale_cells.cell import SHARE, Cell
from bot.jobs import JobId

SAMPLED = 1000
POLL_S, QUIET_S = 0.2, 120.0
"""A gigabyte's append-only file is written anew in some ten seconds; calls are not measured beside it."""
OF_CONNECTIONS = ("mem_clients_normal", "mem_aof_buffer")


@dataclass(slots=True, kw_only=True)
class Filled:
    """One queue; once it is filled, all slots have their job."""

    cell: Cell
    pool: RedisPool
    random: Random
    bytes: float = 0.0  #: a job, all told
    payload: float = 0.0  #: bytes of a job's own text
    _generations: Counter[int] = field(default_factory=Counter)

    def some(self, many: int) -> list[int]:
        """Choose slots by chance."""
        return self.random.sample(range(self.cell.jobs), min(many, self.cell.jobs))

    def waiting(self, slot: int) -> JobId:
        """Return which job waits in a slot."""
        return self.cell.job(slot, self._generations[slot]).id

    async def follow(self, slot: int) -> None:
        """Enqueue another job where one left."""
        self._generations[slot] += 1
        await self._enqueue(slot)

    async def fill(self) -> None:
        """Enqueue a job for every slot, as many at once as a connection carries."""
        await self.pool.lanes.lay(self.cell.table())
        before, slots = await self._used(), iter(range(self.cell.jobs))

        async def rest() -> None:
            for slot in slots:
                await self._enqueue(slot)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(MAX_UNANSWERED):
                tasks.create_task(rest())
        await self._quiet()
        self.bytes = (await self._used() - before) / self.cell.jobs
        self.payload = await self._payload()

    async def _enqueue(self, slot: int) -> None:
        """Enqueue as intake does."""
        await self.pool.queue.enqueue(self.cell.job(slot, self._generations[slot]), share=SHARE)

    async def _used(self) -> float:
        """Return the engine's memory, but for what its connections need at the moment."""
        about = await self.pool.edge.client.info("memory")
        return float(about["used_memory"]) - sum(float(about[name]) for name in OF_CONNECTIONS)

    async def _payload(self) -> float:
        """Return the mean length of jobs' own texts, by a sample."""
        names = [self.pool.edge.keys.key("payload", job_name(self.waiting(slot))) for slot in self.some(SAMPLED)]
        lengths = [await self.pool.edge.client.strlen(name) for name in names]
        return sum(lengths) / len(lengths)

    async def _quiet(self) -> None:
        """Wait until the engine has nothing to do but answer."""
        async with asyncio.timeout(QUIET_S):
            while True:
                about = await self.pool.edge.client.info("persistence")
                if not any(about[name] for name in ("aof_rewrite_in_progress", "aof_rewrite_scheduled")):
                    return
                await asyncio.sleep(POLL_S)


@asynccontextmanager
async def opened(cell: Cell) -> AsyncIterator[Filled]:
    """Open a queue that waits for its `fill`, and throw it away at the end."""
    with TemporaryDirectory() as folder:
        async with open_engine(Path(folder) / "engine") as url, open_redis(url, lease_s=3600) as pool:
            yield Filled(cell=cell, pool=pool, random=Random(1))
