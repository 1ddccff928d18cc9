"""Fairbrush as it serves: the pool over an embedded engine, with lanes, estimates and files. No page and no chat."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.server import ComfyServer
from adapters.files.links import LinkSigner
from adapters.files.local import LocalFiles
from adapters.redis.engine import open_engine
from adapters.redis.opening import RedisPool, open_redis
from benchmarks.pool_parts.folders import folder
from benchmarks.pool_parts.machines import Machine
from benchmarks.pool_parts.orders import WORKFLOW, Order
from bot.attempt import WorkerLimits
from bot.estimates import Estimates, Work
from bot.jobs import Job, JobId, JobRecord
from bot.laning import Laning
from bot.pool import Pool
from bot.servers import Listed, ServerSpec
from bot.service.joining import Parts, joined
from bot.service.roster import Roster
from bot.service.shared import Shared
from bot.shares import FairPolicy
from workflows.catalog import Catalog
from workflows.cost import cost_of

MAX_RESULT_BYTES = 512 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Deadlines of everything; the product's own where a part does not shorten them."""

    worker: WorkerLimits = field(default_factory=WorkerLimits)
    comfy: ComfyLimits = field(default_factory=ComfyLimits)
    lease_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A pool that works."""

    redis: RedisPool
    lanes: Laning
    estimates: Estimates
    pool: Pool

    async def ask(self, orders: Sequence[Order]) -> list[JobId]:
        """Enqueue what is ordered, in this order."""
        await self.redis.store.keep_workflow(WORKFLOW.digest, WORKFLOW.manifest_file, WORKFLOW.graph_file)
        return [await self.ask_one(order) for order in orders]

    async def ask_one(self, order: Order) -> JobId:
        """Enqueue one; its workflow is kept already."""
        return (await self.redis.queue.enqueue(await self.order(order))).job.id

    async def order(self, order: Order) -> Job:
        """Return the job of an order, as intake makes it: a route leads to whoever serves it, and it was quoted."""
        requirement = await self.lanes.admit(WORKFLOW, order.values)
        return order.job(requirement=requirement, estimate_ms=self.estimates.quote_ms(work_of(order)))

    async def settled(self, jobs: Sequence[JobId], *, every_s: float = 0.1) -> list[JobRecord]:
        """Return what became of jobs, once all have ended."""
        ended: dict[JobId, JobRecord] = {}
        while len(ended) < len(jobs):
            for job in jobs:
                if job not in ended:
                    record = await self.redis.store.read(job)
                    if record is None or not record.state.is_final:
                        break
                    ended[job] = record
            else:
                break
            await asyncio.sleep(every_s)
        return [ended[job] for job in jobs]


def work_of(order: Order) -> Work:
    """Return what an order is to the estimates."""
    return Work(WORKFLOW.name, cost_of(WORKFLOW.manifest.cost, order.values))


@asynccontextmanager
async def serving(
    machines: Sequence[Machine],
    *,
    policy: FairPolicy | None = None,
    patience: Patience | None = None,
    estimates: Estimates | None = None,
) -> AsyncIterator[Product]:
    """Serve these machines, with nothing left over from before."""
    given, stopping = patience or Patience(), asyncio.Event()
    async with (
        folder() as state,
        open_engine(state / "store") as url,
        open_redis(url, policy=policy or FairPolicy(), lease_s=given.lease_s) as redis,
        asyncio.TaskGroup() as tasks,
    ):
        product, hurry = await _joined(machines, redis, state, given, estimates or Estimates())
        tending = tasks.create_task(product.lanes.run())
        tasks.create_task(product.pool.run(stopping))
        try:
            while len(product.pool.vocabularies()) < len(machines):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)
            yield product
        finally:
            stopping.set()
            hurry.set()
            tending.cancel()


async def _joined(
    machines: Sequence[Machine], redis: RedisPool, state: Path, patience: Patience, estimates: Estimates
) -> tuple[Product, asyncio.Event]:
    hurry, identity = asyncio.Event(), await redis.identity()

    def connect(listed: Listed) -> ComfyServer:
        return ComfyServer(listed.spec.name, ComfyAddress.of(listed.spec.url), limits=patience.comfy, pool=identity)

    shared = await _shared(machines, redis, state)
    parts = Parts(
        shared=shared,
        files=LocalFiles(state / "files", LinkSigner(b"measured" * 4), max_bytes=MAX_RESULT_BYTES),
        estimates=estimates,
        owner="measured",
        connect=connect,
        limits=patience.worker,
        hurry=hurry,
    )
    return Product(redis=redis, lanes=shared.lanes, estimates=estimates, pool=joined(redis, parts)), hurry


async def _shared(machines: Sequence[Machine], redis: RedisPool, state: Path) -> Shared:
    seeds = {each.name: ServerSpec(name=each.name, url=each.url) for each in machines}
    shared = Shared(
        pool=redis,
        folder=state,  # never read: nobody refreshes the catalog
        default=WORKFLOW.name,
        catalog=Catalog(workflows={WORKFLOW.name: WORKFLOW}),
        roster=Roster(seeds=seeds, store=redis.servers),
        lanes=Laning(store=redis.lanes),
    )
    await shared.roster.look()
    return shared
