"""Fairbrush's own queue, through its port, in the form that the workers use it. Runs in Fairbrush's environment.

Enqueue: from a typed Job to a typed JobRecord, with the share that intake gives. Work: 50 workers, each of a server
of its own, 20 users in 4 tenants, and for every job what bot/worker.py and bot/attempt.py ask of the store: claim,
which brings the record along; write the run down; settle with a result. Who finds no job looks whether anything is
held from before. A job
has begun once its worker has it in hand, as with the peers, whose function begins then; that its run is written down is
the first thing that is done for it.

Not in here, for it is not the queue's: parsing, the image gate, graphs and servers, files, heartbeats (every few
seconds), progress, messages.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from itertools import count
from time import process_time
from typing import TypeVar, cast

from adapters.redis.opening import RedisPool, open_redis
from benchmarks.peers.protocol import CONCURRENCY, Started, order_of, run
from bot.attempt import WorkerLimits
from bot.jobs import Job, Place, Requester, Tenant, job_id_of, run_id_of
from bot.leases import Held
from bot.limits import Limits, share_of
from bot.shares import Caps, model_of
from workflows.catalog import LIBRARY, load_catalog
from workflows.requirements import requirement_of

ROOM = 1_000_000
"""The caps on waiting jobs are checked as ever, and are no obstacle."""
SHARE = share_of(Limits(waiting=Caps(person=ROOM, everybody=ROOM)))
ESTIMATED_MS, USED_MS = 8_000, 8_100
"""As if it had painted, so that settling has something to correct."""

DISSECTED = count(ROOM)
"""Numbers of jobs that nobody else has."""

WORKFLOW = load_catalog(LIBRARY).workflows["txt2img"]
REQUIREMENT = requirement_of(WORKFLOW, order_of(0)).key
WARM = (model_of(REQUIREMENT),)

T = TypeVar("T")


class Fairbrush:
    """One pool."""

    packages = ("fairbrush", "redis", "hiredis", "uvloop")

    def __init__(self, pool: RedisPool) -> None:
        self.pool = pool

    async def submit(self, number: int) -> None:
        """Enqueue one job as intake does."""
        await self.pool.queue.enqueue(job_of(number), share=SHARE)

    async def work(self, ready: Callable[[], None], started: Started) -> None:
        """Work for 50 servers at once."""
        ready()
        async with asyncio.TaskGroup() as tasks:
            for number in range(CONCURRENCY):
                tasks.create_task(self._serve(f"gpu{number}", started))

    async def _serve(self, server: str, started: Started) -> None:
        """Do what Worker does, forever."""
        nonce, idle_s = secrets.token_hex(16), WorkerLimits().idle_s
        while True:
            held = await self.pool.queue.claim(server, nonce, warm=WARM, patience_s=idle_s)
            if held is None:
                await self.pool.store.held_by(server)
                continue
            nonce = secrets.token_hex(16)
            started(cast(int, held.record.job.values["seed"]))
            await self.begin(held)
            await self.settle(held)

    async def begin(self, held: Held) -> None:
        """Write the run down."""
        _expect(await self.pool.queue.record(held.lease, run_id=run_id_of(held.lease.job_id, held.lease.attempt)))

    async def settle(self, held: Held) -> None:
        """Bring a job to its end."""
        _expect(await self.pool.queue.succeed(held.lease, files=(), gpu_ms=USED_MS))


def _expect(changed: bool) -> None:
    if not changed:
        raise RuntimeError("a lease was lost while its job ran")


def job_of(number: int) -> Job:
    """Make the same order that the peers carry, typed."""
    order = order_of(number)
    user, tenant = str(order.pop("user")), Tenant(platform="discord", id=str(order.pop("tenant")))
    return Job(
        id=job_id_of("discord", str(number)),
        workflow=WORKFLOW.name,
        digest=WORKFLOW.digest,
        values=order,
        requester=Requester(tenant=tenant, id=user, name=user),
        place=Place(tenant=tenant, channel="studio"),
        estimate_ms=ESTIMATED_MS,
        created_ms=0,
        requirement=REQUIREMENT,
    )


async def dissect(fairbrush: Fairbrush, jobs: int) -> dict[str, dict[str, float]]:
    """Tell what each verb costs: microseconds of the engine in its script, and of this process, 50 calls at once."""
    costs = {verb: Cost(fairbrush.pool) for verb in ("enqueue", "claim", "record", "succeed")}
    queue = fairbrush.pool.queue
    servers = [f"gpu{number}" for number in range(CONCURRENCY)]
    for _ in range(0, jobs, CONCURRENCY):
        await costs["enqueue"].of(fairbrush.submit(next(DISSECTED)) for _ in servers)
        claimed = await costs["claim"].of(queue.claim(server, secrets.token_hex(16), warm=WARM) for server in servers)
        held = [each for each in claimed if each]
        await costs["record"].of(fairbrush.begin(each) for each in held)
        await costs["succeed"].of(fairbrush.settle(each) for each in held)
    return {verb: cost.each() for verb, cost in costs.items()}


class Cost:
    """What calls of one verb cost."""

    def __init__(self, pool: RedisPool) -> None:
        self._pool = pool
        self._calls, self._engine_us, self._client_us = 0, 0.0, 0.0

    async def of(self, calls: Iterable[Coroutine[None, None, T]]) -> list[T]:
        """Make these calls at once and count them."""
        engine_us, cpu = await self._evaluating_us(), process_time()
        answers = await asyncio.gather(*calls)
        self._client_us += (process_time() - cpu) * 1e6
        self._engine_us += await self._evaluating_us() - engine_us
        self._calls += len(answers)
        return answers

    def each(self) -> dict[str, float]:
        """Return the mean of one call."""
        return {"engine_us": self._engine_us / self._calls, "client_us": self._client_us / self._calls}

    async def _evaluating_us(self) -> float:
        stats = await self._pool.edge.client.info("commandstats")
        return float(stats.get("cmdstat_evalsha", {}).get("usec", 0))


@asynccontextmanager
async def opening(url: str) -> AsyncIterator[Fairbrush]:
    """Connect as the service does."""
    async with open_redis(url) as pool:
        yield Fairbrush(pool)


if __name__ == "__main__":
    run(opening, dissect)
