"""Whatever is told the same history as the fake: Redis, or another fake."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from adapters.redis.opening import RedisPool
from adapters.redis.scripts import Scripts, names
from bot.errors import QueueFull
from bot.jobs import Job
from bot.shares import FairPolicy
from tests.integration.redis import MOVABLE, START_MS, movable_pool
from tests.integration.redis.histories import Call, History, records_of, refusal
from tests.integration.redis.invariants import faults
from tests.integration.redis.ledger import Ledger, ledger_of


class Side(Protocol):
    """One truth."""

    async def begin(self) -> None:
        """Forget everything, and stand at the beginning of time."""
        ...

    async def ask(self, call: Call) -> Any:
        """Ask for one thing; a refusal is an answer, too."""
        ...

    async def ledger(self) -> Ledger:
        """Read all that fairness rests on."""
        ...

    async def records(self, jobs: list[Job]) -> list[Any]:
        """Read what is known of jobs, who holds which, and what stands on the board."""
        ...

    async def faults(self) -> list[str]:
        """Name what should not be."""
        ...


@dataclass(slots=True)
class FakeSide:
    """Another fake, whose policy may be another: then the histories have to tell them apart."""

    policy: FairPolicy = field(default_factory=FairPolicy)
    history: History = field(init=False)

    async def begin(self) -> None:
        self.history = History(policy=self.policy)

    async def ask(self, call: Call) -> Any:
        return self.history.ask(call)

    async def ledger(self) -> Ledger:
        return ledger_of(self.history.fake.fair)

    async def records(self, jobs: list[Job]) -> list[Any]:
        return self.history.records(jobs)

    async def faults(self) -> list[str]:
        return []


@dataclass(frozen=True, slots=True)
class RedisSide:
    """Redis."""

    pool: RedisPool
    set_clock: Callable[[int], Awaitable[None]]

    async def begin(self) -> None:
        client = self.pool.edge.client
        tag = self.pool.edge.keys.key("pool").rpartition(":")[0]
        found = [key async for key in client.scan_iter(match=f"{tag}:*", count=5_000)]
        for start in range(0, len(found), 1_000):
            await client.unlink(*found[start : start + 1_000])
        await self.set_clock(START_MS)
        # Where many calls are on their way, one that had to be sent again would come after others.
        for name in names():
            await self.pool.edge.ask("SCRIPT LOAD", Scripts(MOVABLE).text(name))

    async def ask(self, call: Call) -> Any:
        if call.verb == "advance":
            return await self.set_clock(*call.arguments)
        lanes = {"lay", "tend"}
        port = self.pool.lanes if call.verb in lanes else self.pool.store if call.verb == "forget" else self.pool.queue
        try:
            return await getattr(port, call.verb)(*call.arguments, **call.named)
        except QueueFull as full:
            return refusal(full)

    async def ledger(self) -> Ledger:
        raise NotImplementedError

    async def records(self, jobs: list[Job]) -> list[Any]:
        return await records_of(self.pool.store, self.pool.notices, jobs)

    async def faults(self) -> list[str]:
        return await faults(self.pool)


@asynccontextmanager
async def redis_side(url: str) -> AsyncIterator[RedisSide]:
    """Open a pool of its own."""
    async with movable_pool(url) as (pool, _):

        async def set_clock(ms: int) -> None:
            await pool.edge.ask("SET", pool.edge.keys.key("clock"), ms)

        yield RedisSide(pool, set_clock)
