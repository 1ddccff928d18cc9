"""What worker and intake are tried on: a store in memory, a small workflow, people and a server that counts."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import dataclass, field

from bot.attempt import Bench, WorkerLimits
from bot.errors import JobError
from bot.estimates import Estimates
from bot.events import Failed, Interrupted, MediaKind, OutputFile, RunEnd, RunEvent, Started, Succeeded, Waiting
from bot.holding import Tenure
from bot.jobs import Job, JobRecord, JobState, Place, Requester, Run, Tenant, job_id_of
from bot.policy.places import Spot
from bot.ports import Finding, Found, Handle, NotFound, ServerFacts, Stopping
from bot.submissions import Occasion
from tests.fakes.memory_files import MemoryFiles
from tests.fakes.memory_store import MemoryStore
from workflows.catalog import LIBRARY, load_catalog
from workflows.vocabulary import Vocabulary

PATIENCE_S = 60

TENANT = Tenant(platform="web", id="local")
ALICE = Requester(tenant=TENANT, id="alice", name="Alice")
BOB = Requester(tenant=TENANT, id="bob", name="Bob")
PLACE = Place(tenant=TENANT, channel="studio")
ELSEWHERE = Place(tenant=TENANT, channel="elsewhere")

CATALOG = load_catalog(LIBRARY)
TXT2IMG = CATALOG.workflows["txt2img"]
VOCABULARY = Vocabulary(
    choices={
        "CheckpointLoaderSimple.ckpt_name": ("simulated-sd15.safetensors",),
        "KSampler.sampler_name": ("euler",),
        "KSampler.scheduler": ("normal",),
        "UpscaleModelLoader.model_name": ("simulated-4x.pth",),
    }
)
QUICK = WorkerLimits(
    tenure=Tenure(heartbeat_s=0.005, lease_s=0.5, grace_s=0.01), unknown_s=0.3, idle_s=0.005, run_deadline_s=5
)
VALUES = {**TXT2IMG.validate({"prompt": "a cat", "seed": 7}, VOCABULARY)}
FILE = OutputFile(node="9", name="ComfyUI_00001_.bin", kind=MediaKind.OTHER)
DONE = Succeeded(files=(FILE,))


def job(event: str = "1", requester: Requester = ALICE) -> Job:
    return Job(
        id=job_id_of("web", event),
        workflow="txt2img",
        digest=TXT2IMG.digest,
        values=VALUES,
        requester=requester,
        place=PLACE,
        estimate_ms=1000,
        created_ms=0,
    )


def occasion(
    event: str, requester: Requester, place: Place, *, within_s: float | None = None, roles: tuple[str, ...] = ()
) -> Occasion:
    return Occasion(event=event, requester=requester, spot=Spot(place=place), within_s=within_s, roles=roles)


def bench_of(store: MemoryStore, files: MemoryFiles | None = None) -> Bench:
    return Bench(queue=store, store=store, live=store, files=files or MemoryFiles(), estimates=Estimates())


async def enqueued(store: MemoryStore, event: str = "1") -> JobRecord:
    await store.keep_workflow(TXT2IMG.digest, TXT2IMG.manifest_file, TXT2IMG.graph_file)
    return await store.enqueue(job(event))


@dataclass
class Kitchen:
    """A server whose far side outlives every client: runs stay there, and each is executed once, one after the other.

    A run ends when `finish` says so, or after so many looks at it while it executes as `looks` counts.
    """

    ends: Callable[[Run], RunEnd] = lambda run: DONE
    looks: int | None = 2  #: after how many looks a run ends by itself; None: only by `finish`
    refusal: JobError | None = None
    refusals: int = 1_000_000
    stops: bool = True
    name: str = "kitchen"
    submitted: list[str] = field(default_factory=list)
    alive_at_submit: list[str] = field(default_factory=list)  #: runs that were there when another was submitted
    most_at_once: int = 0
    forgotten: list[str] = field(default_factory=list)
    kept: list[frozenset[str]] = field(default_factory=list)  #: what each `clear` was to leave
    others: int = 0
    interrupted: list[str] = field(default_factory=list)
    fetched: int = 0
    contents: bytes = b"a result"
    fetch_error: JobError | None = None
    fetch_errors: dict[str, JobError] = field(default_factory=dict)  #: by the name of a file
    runs: dict[str, tuple[Run, RunEnd | None, int]] = field(default_factory=dict)
    moved: asyncio.Event = field(default_factory=asyncio.Event)  #: a submit or an interrupt has come
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def vocabulary(self) -> Vocabulary:
        return VOCABULARY

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a submit or an interrupt that makes the condition true."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self.moved.clear()
                await self.moved.wait()

    async def submit(self, run: Run) -> Handle:
        await asyncio.sleep(0)
        self.alive_at_submit += self._line()
        if self.refusal and self.refusals:
            self.refusals -= 1
            raise self.refusal
        self.submitted.append(run.id)
        self.runs[run.id] = (run, None, 0)
        self.most_at_once = max(self.most_at_once, len(self._line()))
        self.moved.set()
        await asyncio.sleep(0)
        return Handle(run.id)

    def finish(self, run_id: str, end: RunEnd | None = None) -> None:
        run, ended, looks = self.runs[run_id]
        self.runs[run_id] = (run, ended or end or self.ends(run), looks)
        over, self._over = self._over, asyncio.Event()
        over.set()

    def _line(self) -> list[str]:
        """What executes, and what waits behind it."""
        return [id_ for id_, (_, end, _) in self.runs.items() if end is None]

    def _look(self, run_id: str) -> RunEnd | None:
        run, end, looks = self.runs[run_id]
        if self._line()[:1] == [run_id]:
            self.runs[run_id] = (run, end, looks + 1)
            if self.looks is not None and looks >= self.looks:
                self.finish(run_id)
        return self.runs[run_id][1]

    async def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
        if handle in self._line()[1:]:
            yield Waiting(ahead=self._line().index(handle))
        while self._line()[:1] != [handle] and self.runs[handle][1] is None:
            await self._over.wait()
        if self._line()[:1] == [handle]:
            yield Started()
        while (end := self._look(handle)) is None:
            await (self._over.wait() if self.looks is None else asyncio.sleep(0))
        yield end

    async def find(self, handle: Handle) -> Finding:
        await asyncio.sleep(0)
        return Found(end=self._look(handle)) if handle in self.runs else NotFound.ABSENT

    async def interrupt(self, handle: Handle) -> Stopping:
        self.interrupted.append(handle)
        self.moved.set()
        await asyncio.sleep(0)
        if handle not in self.runs:
            return Stopping.STOPPED
        if not self.stops:
            return Stopping.UNCONFIRMED
        if self.runs[handle][1] is not None:
            return Stopping.STOPPED if isinstance(self.runs[handle][1], Interrupted) else Stopping.TOO_LATE
        self.finish(handle, Interrupted())
        return Stopping.STOPPED

    async def facts(self) -> ServerFacts:
        return ServerFacts(others=self.others)

    async def clear(self, keep: Collection[Handle]) -> int:
        self.kept.append(frozenset(keep))
        left = [run_id for run_id in self._line() if run_id not in keep]
        for run_id in left:
            self.finish(run_id, Interrupted())
        return len(left)

    async def forget(self, handle: Handle) -> None:
        self.forgotten.append(handle)

    async def fetch(self, file: OutputFile) -> AsyncGenerator[bytes]:
        self.fetched += 1
        if error := self.fetch_errors.get(file.name, self.fetch_error):
            raise error
        yield self.contents


def failing(error: JobError) -> Callable[[Run], RunEnd]:
    return lambda run: Failed(error=error)


async def until_final(store: MemoryStore, *events: str) -> list[JobState]:
    """Wait for jobs to end; in which states."""
    ids = [job(event).id for event in events or ("1",)]
    async with asyncio.timeout(PATIENCE_S):
        while True:
            states = [record.state for id_ in ids if (record := await store.read(id_))]
            if all(state.is_final for state in states):
                return states
            await store.changed("web", 1)
