"""A service without its chat: intake, lanes, a pool and its store, in front of servers of the tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from adapters.files import LinkSigner, LocalFiles
from adapters.redis.opening import RedisPool, open_redis
from bot.attempt import WorkerLimits
from bot.estimates import Estimates
from bot.holding import Tenure
from bot.intake import Intake, Knowledge
from bot.jobs import JobId, JobRecord
from bot.laning import Laning
from bot.limits import Limits
from bot.pool import Pool
from bot.servers import ServerSpec, ServerState, ServerStatus
from bot.service.joining import Parts, joined
from bot.service.roster import Roster
from bot.service.shared import Shared
from bot.shares import Caps
from bot.submissions import Submission
from tests.integration.pool.machines import Machine
from tests.integration.redis import new_pool
from tests.unit.bot.bench import ALICE, CATALOG, PLACE, occasion
from workflows.catalog import LIBRARY

PATIENCE_S = 120
LIMITS = WorkerLimits(tenure=Tenure(heartbeat_s=0.1, lease_s=5, grace_s=0.2), unknown_s=1, idle_s=0.02)


@dataclass(kw_only=True)
class House:
    store: RedisPool
    files: LocalFiles
    shared: Shared
    pool: Callable[[], Pool]
    another: Callable[[RedisPool], Pool]  #: that of another process, with a line of its own to the store
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @asynccontextmanager
    async def at_work(self, pool: Pool | None = None) -> AsyncIterator[Pool]:
        """Work from when some server has told what it offers; at the end runs have their grace."""
        pool, stopping, unknown = pool or self.pool(), asyncio.Event(), self.shared.vocabulary
        async with asyncio.TaskGroup() as tasks:
            lanes = tasks.create_task(self.shared.lanes.run())
            working = tasks.create_task(pool.run(stopping))

            async def is_known() -> bool:
                return self.shared.vocabulary is not unknown

            await until(is_known)
            yield pool
            stopping.set()
            await working
            lanes.cancel()

    async def ask(self, text: str = "a cat steps:3") -> JobId:
        """Ask for a picture that nobody has asked for."""
        number = next(self._numbers)
        knowledge = Knowledge(
            catalog=lambda: CATALOG,
            vocabulary=lambda: self.shared.vocabulary,
            usual=lambda: "txt2img",
        )
        intake = Intake(
            queue=self.store.queue,
            store=self.store.store,
            files=self.files,
            estimates=Estimates(),
            knowledge=knowledge,
            lanes=self.shared.lanes,
            limits=Limits(waiting=Caps(person=1000)),
        )
        submission = Submission(occasion=occasion(str(number), ALICE, PLACE), text=f"{text} seed:{number}")
        return (await intake.submit(submission)).record.job.id

    async def read(self, job: JobId) -> JobRecord:
        record = await self.store.store.read(job)
        assert record is not None
        return record

    async def final(self, job: JobId) -> JobRecord:
        async def is_final() -> bool:
            return (await self.read(job)).state.is_final

        await until(is_final)
        return await self.read(job)

    async def finals(self, *jobs: JobId) -> list[JobRecord]:
        return [await self.final(job) for job in jobs]

    async def status(self, server: str) -> ServerStatus:
        return (await self.store.servers.statuses())[server]

    async def until_state(self, server: str, *states: ServerState) -> ServerStatus:
        async def is_so() -> bool:
            status = (await self.store.servers.statuses()).get(server)
            return status is not None and status.state in states

        await until(is_so)
        return await self.status(server)

    async def content(self, record: JobRecord) -> bytes:
        [file] = record.files
        return b"".join([chunk async for chunk in self.files.read(file.key)])


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Look until something is so, of which nobody tells."""
    async with asyncio.timeout(PATIENCE_S):
        while not await true():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)


async def until_begun(machine: Machine, number: int = 1) -> None:
    """Wait until a server has begun so many runs."""

    async def has_begun() -> bool:
        return len(machine.begun) >= number

    await until(has_begun)


@asynccontextmanager
async def open_house(
    url: str, folder: Path, machines: Mapping[str, Machine], limits: WorkerLimits = LIMITS, **specs: ServerSpec
) -> AsyncIterator[House]:
    """Open it on a pool of its own, at work when it is entered; `specs` where a server is more than its address."""
    async with closed_house(url, folder, machines, limits, **specs) as house, house.at_work():
        yield house


@asynccontextmanager
async def closed_house(
    url: str, folder: Path, machines: Mapping[str, Machine], limits: WorkerLimits = LIMITS, **specs: ServerSpec
) -> AsyncIterator[House]:
    """Open it, with nobody at work."""
    seeds = {name: ServerSpec(name=name, url=machine.url) for name, machine in machines.items()} | specs
    async with open_redis(url, pool=await new_pool(url), lease_s=limits.tenure.lease_s) as store:
        identity, files = await store.identity(), LocalFiles(folder / "files", LinkSigner(b"a secret of tests"))
        shared = Shared(
            pool=store,
            folder=LIBRARY,
            default="txt2img",
            catalog=CATALOG,
            roster=Roster(seeds=seeds, store=store.servers),
            lanes=Laning(store=store.lanes),
        )
        await shared.roster.look()
        parts = Parts(
            shared=shared,
            files=files,
            estimates=Estimates(),
            owner="only",
            connect=lambda listed: machines[listed.spec.name].connect(listed.spec.name, identity),
            limits=limits,
            hurry=asyncio.Event(),
        )

        def pool() -> Pool:
            return joined(store, parts)

        def another(line: RedisPool) -> Pool:
            return joined(line, replace(parts, owner="another"))

        yield House(store=store, files=files, shared=shared, pool=pool, another=another)
