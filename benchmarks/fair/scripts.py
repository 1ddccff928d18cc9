"""The real queue: the product's scripts on its embedded engine, whose clock is moved."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

from adapters.redis.opening import RedisPool, open_redis
from adapters.redis.scripts import Scripts, source
from benchmarks.fair.scene import Gpu, Scene, Work
from bot.jobs import Job, Place, Requester, Tenant, job_id_of, run_id_of
from bot.leases import Held
from bot.shares import Share

START_MS = 1_800_000_000_000
LEASE_S = 10**6
"""No lease runs out: nobody dies here, and where estimates are right no heartbeat is sent."""

MOVABLE = source("prelude") + "\nnow = function() return tonumber(redis.call('GET', key('clock'))) end"


class RealScripts:
    """JobQueue on Redis, with the calls that a worker makes."""

    def __init__(self, pool: RedisPool) -> None:
        self._pool = pool
        self._held: dict[str, Held] = {}
        self._names: dict[str, str] = {}  #: job id -> work

    async def at(self, now_ms: int) -> None:
        """Move the engine's clock."""
        await self._pool.edge.ask("SET", self._pool.edge.keys.key("clock"), START_MS + now_ms)

    async def enqueue(self, work: Work, share: Share) -> None:
        """Add a job, as the intake does."""
        job = _job(work)
        self._names[str(job.id)] = work.name
        await self._pool.queue.enqueue(job, share=share)

    async def claim(self, gpu: Gpu, warm: Sequence[str]) -> str | None:
        """Take the job whose turn it is, and write its run down."""
        held = await self._pool.queue.claim(gpu.name, str(uuid4()), warm=warm, speed=gpu.speed)
        if held is None:
            return None
        lease = held.lease
        await self._pool.queue.record(lease, run_id=run_id_of(lease.job_id, lease.attempt))
        name = self._names[str(lease.job_id)]
        self._held[name] = held
        return name

    async def used(self, name: str, gpu_ms: int) -> None:
        """Send a heartbeat."""
        await self._pool.queue.renew(self._held[name].lease, gpu_ms=gpu_ms)

    async def settle(self, name: str, gpu_ms: int) -> None:
        """End a job with its result."""
        if not await self._pool.queue.succeed(self._held.pop(name).lease, files=(), gpu_ms=gpu_ms):
            raise RuntimeError(f"the lease of {name} was lost")


@asynccontextmanager
async def real_scripts(url: str, scene: Scene) -> AsyncIterator[RealScripts]:
    """Open a fresh pool with the scene's policy."""
    async with open_redis(url, pool=str(uuid4()), lease_s=LEASE_S, scripts=Scripts(MOVABLE, scene.policy)) as pool:
        yield RealScripts(pool)


def _job(work: Work) -> Job:
    tenant_id, user = work.who
    tenant = Tenant(platform="local", id=tenant_id)
    return Job(
        id=job_id_of("fairness", work.name),
        workflow="txt2img",
        digest="digest",
        values={"prompt": work.name},
        requester=Requester(tenant=tenant, id=user, name=user),
        place=Place(tenant=tenant, channel="studio"),
        estimate_ms=work.estimate_ms,
        created_ms=0,
        requirement=work.model,
    )
