"""Whatever is told the same history as the fake: Redis, or another fake."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from adapters.redis.edge import Edge
from adapters.redis.lanes import AT_REST_MS, COUNTED_JOBS, COUNTED_USERS
from adapters.redis.opening import RedisPool, open_redis
from adapters.redis.scripts import Scripts, names
from bot.errors import QueueFull, StoreLost
from bot.jobs import Job, Tenant
from bot.shares import FairPolicy
from tests.integration.redis import MOVABLE, START_MS, new_pool
from tests.integration.redis.histories import Call, History, records_of
from tests.integration.redis.invariants import faults
from tests.integration.redis.ledger import Ledger, ledger, ledger_of
from tests.integration.redis.tending import BETWEEN_PASSES_MS, refusal

Used = dict[tuple[Tenant, str, int], int]
"""GPU ms by tenant, user and hour."""


class Side(Protocol):
    """One truth."""

    @property
    def policy(self) -> FairPolicy:
        """Return what holds for all shares."""
        ...

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

    async def used(self, since_ms: int) -> Used:
        """Read who used how much GPU time in each hour since then."""
        ...

    async def faults(self) -> list[str]:
        """Name what should not be, when everybody was tended."""
        ...


def used_of(history: History, since_ms: int) -> Used:
    """Return what the fake says that was used since then."""
    return {key: gpu_ms for key, gpu_ms in history.fake.used.items() if key[2] >= since_ms}


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

    async def used(self, since_ms: int) -> Used:
        return used_of(self.history, since_ms)

    async def faults(self) -> list[str]:
        return []


@dataclass(frozen=True, slots=True)
class Alone:
    """Carries every call by itself: gathered, calls of one verb would overtake those of others."""

    edge: Edge
    script: str

    async def call(self, *words: str | bytes | int) -> Any:
        return (await self.edge.run(self.script, len(words), *words))[0]


@dataclass(frozen=True, slots=True)
class RedisSide:
    """Redis."""

    pool: RedisPool
    policy: FairPolicy
    set_clock: Callable[[int], Awaitable[None]]

    async def begin(self) -> None:
        client = self.pool.edge.client
        tag = self.pool.edge.keys.key("pool").rpartition(":")[0]
        found = [key async for key in client.scan_iter(match=f"{tag}:*", count=5_000)]
        for start in range(0, len(found), 1_000):
            await client.unlink(*found[start : start + 1_000])
        await self.set_clock(START_MS)

    async def ask(self, call: Call) -> Any:
        try:
            return await self._asked(call)
        except QueueFull as full:
            return refusal(full)
        except StoreLost as lost:  # a script that broke off is a difference, too
            return lost.detail

    async def _asked(self, call: Call) -> Any:
        match call.verb:
            case "advance":
                return await self.set_clock(*call.arguments)
            case "tend":
                words = (*call.arguments, BETWEEN_PASSES_MS, AT_REST_MS, COUNTED_USERS, COUNTED_JOBS)
                return await self.pool.edge.run("tend", *words) == 1
            case "lay":
                return await self.pool.lanes.lay(*call.arguments)
            case "forget":
                return await self.pool.store.forget(*call.arguments)
        return await getattr(self.pool.queue, call.verb)(*call.arguments, **call.named)

    async def ledger(self) -> Ledger:
        return await ledger(self.pool)

    async def records(self, jobs: list[Job]) -> list[Any]:
        return await records_of(self.pool.store, self.pool.notices, jobs)

    async def used(self, since_ms: int) -> Used:
        hours = await self.pool.usage.hourly(None, since_ms=since_ms)
        return {(each.tenant, each.user, each.hour_ms): each.gpu_ms for each in hours}

    async def faults(self) -> list[str]:
        return await faults(self.pool, self.policy)


@asynccontextmanager
async def redis_side(url: str, policy: FairPolicy) -> AsyncIterator[RedisSide]:
    """Open a pool of its own."""
    scripts = Scripts(MOVABLE, policy)
    async with open_redis(url, pool=await new_pool(url), scripts=scripts) as gathering:
        edge = gathering.edge
        calls = {"claims": Alone(edge, "claim"), "records": Alone(edge, "record"), "settlements": Alone(edge, "settle")}
        pool = replace(gathering, queue=replace(gathering.queue, **calls))

        async def set_clock(ms: int) -> None:
            await pool.edge.ask("SET", pool.edge.keys.key("clock"), ms)

        # Where many calls are on their way, one that had to be sent again would come after others.
        for name in names():
            await pool.edge.ask("SCRIPT LOAD", scripts.text(name))
        yield RedisSide(pool, policy, set_clock)
