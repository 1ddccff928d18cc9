"""An engine for the tests: one per session; every test has a pool of its own, whose clock it may move."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

from adapters.redis.opening import RedisPool, open_redis
from adapters.redis.scripts import Scripts, source
from bot.jobs import Job, JobId, Place, Requester, RunId, Tenant, job_id_of, run_id_of
from bot.ports import (
    AuditStore,
    Census,
    Charge,
    CommunityNames,
    CounterStore,
    DoomedStore,
    JobQueue,
    JobStore,
    LaneStore,
    Lease,
    LiveBoard,
    NoticeStore,
    ReportStore,
    ReviewStore,
    RulebookStore,
    ServerStore,
    SessionStore,
    Settlement,
    UsageStore,
)
from tests.engines.running import give_slot, is_cluster
from tests.fakes.memory_books import MemoryAudit, MemoryBooks
from tests.fakes.memory_census import MemoryCensus, MemoryDoomed
from tests.fakes.memory_communities import MemoryCommunities
from tests.fakes.memory_reports import MemoryReports
from tests.fakes.memory_reviews import MemoryReviews
from tests.fakes.memory_servers import MemoryServers
from tests.fakes.memory_sessions import MemorySessions
from tests.fakes.memory_store import MemoryStore
from tests.fakes.memory_usage import MemoryUsage
from workflows.values import Values

TENANT = Tenant(platform="local", id="local")
ALICE = Requester(tenant=TENANT, id="alice", name="Alice")
BOB = Requester(tenant=TENANT, id="bob", name="Bob")
PLACE = Place(tenant=TENANT, channel="studio")
START_MS = 1_800_000_000_000

MOVABLE = source("prelude") + "\nnow = function() return tonumber(redis.call('GET', key('clock'))) end"

_numbers = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The ports of what must last, on one truth, and its clock."""

    queue: JobQueue
    lanes: LaneStore
    store: JobStore
    live: LiveBoard
    notices: NoticeStore
    servers: ServerStore
    reports: ReportStore
    counters: CounterStore
    books: RulebookStore
    audit: AuditStore
    census: Census
    doomed: DoomedStore
    reviews: ReviewStore
    sessions: SessionStore
    usage: UsageStore
    communities: CommunityNames
    advance: Callable[[int], Awaitable[None]]


def job(
    *, requester: Requester = ALICE, digest: str = "digest", values: Values | None = None, estimate_ms: int = 8000
) -> Job:
    """Make a job that nobody made before."""
    return Job(
        id=job_id_of("test", f"{uuid4()}"),
        workflow="txt2img",
        digest=digest,
        values={"prompt": f"picture {next(_numbers)}", "seed": 2**63 - 1} if values is None else values,
        requester=requester,
        place=PLACE,
        estimate_ms=estimate_ms,
        created_ms=0,
    )


def depth(ceiling: int, *, amount: int = 1, counter: str = "waiting/local/alice") -> Charge:
    """Count what waits and runs."""
    return Charge(counter=counter, amount=amount, ceiling=ceiling)


def gpu(amount: int, *, ceiling: int = 10_000, window_s: int | None = 3600) -> Charge:
    """Count GPU milliseconds."""
    return Charge(
        counter="gpu/local/alice", amount=amount, ceiling=ceiling, window_s=window_s, settlement=Settlement.TO_FACT
    )


def run_of(lease: Lease) -> RunId:
    """Return the run that belongs to a lease."""
    return run_id_of(lease.job_id, lease.attempt)


async def claimed(truth: Truth, *, server: str = "gpu-1", nonce: str | None = None) -> Lease:
    """Claim a job that is there."""
    held = await truth.queue.claim(server, nonce or str(uuid4()))
    assert held is not None
    return held.lease


async def running(truth: Truth, *, server: str = "gpu-1") -> Lease:
    """Claim a job that is there and record its run."""
    lease = await claimed(truth, server=server)
    assert await truth.queue.record(lease, run_id=run_of(lease))
    return lease


async def state_of(truth: Truth, job_id: JobId) -> str:
    """Return how a job stands."""
    record = await truth.store.read(job_id)
    return record.state.value if record else "unknown"


def in_memory() -> Truth:
    """Make a truth of the fake."""
    now = [START_MS]

    async def advance(ms: int) -> None:
        now[0] += ms

    audit = MemoryAudit(clock=lambda: now[0])
    books = MemoryBooks(audit=audit)
    store = MemoryStore(clock=lambda: now[0], books=books)
    servers = MemoryServers(clock=lambda: now[0])
    return Truth(
        queue=store,
        lanes=store,
        store=store,
        live=store,
        notices=store,
        servers=servers,
        reports=MemoryReports(clock=lambda: now[0]),
        counters=store.counters,
        books=books,
        audit=audit,
        census=MemoryCensus(store=store),
        doomed=MemoryDoomed(),
        reviews=MemoryReviews(store=store, audit=audit),
        sessions=MemorySessions(clock=lambda: now[0]),
        usage=MemoryUsage(store=store),
        communities=MemoryCommunities(),
        advance=advance,
    )


@asynccontextmanager
async def on_redis(url: str) -> AsyncIterator[Truth]:
    """Make a truth in a fresh pool."""
    async with movable_pool(url) as (pool, advance):
        yield truth_of(pool, advance)


def truth_of(pool: RedisPool, advance: Callable[[int], Awaitable[None]]) -> Truth:
    """See a pool as its ports."""
    return Truth(
        queue=pool.queue,
        lanes=pool.lanes,
        store=pool.store,
        live=pool.live,
        notices=pool.notices,
        servers=pool.servers,
        reports=pool.reports,
        counters=pool.counters,
        books=pool.books,
        audit=pool.audit,
        census=pool.census,
        doomed=pool.doomed,
        reviews=pool.reviews,
        sessions=pool.sessions,
        usage=pool.usage,
        communities=pool.communities,
        advance=advance,
    )


async def new_pool(url: str) -> str:
    """Name a pool that nobody has yet; a cluster's node is given its slot.

    It owns no slots but those of pools, so it refuses a key of any other: what it owns, a script may touch undeclared.
    """
    pool = str(uuid4())
    if await is_cluster(url):
        await give_slot(url, pool)
    return pool


@asynccontextmanager
async def movable_pool(url: str) -> AsyncIterator[tuple[RedisPool, Callable[[int], Awaitable[None]]]]:
    """Open a fresh pool whose clock stands still until it is moved."""
    now = [START_MS]
    async with open_redis(url, pool=await new_pool(url), scripts=Scripts(MOVABLE)) as pool:

        async def advance(ms: int) -> None:
            now[0] += ms
            await pool.edge.ask("SET", pool.edge.keys.key("clock"), now[0])

        await advance(0)
        yield pool, advance
