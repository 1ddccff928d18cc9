"""A store, a chat, and noticeboards as processes that can be stopped or killed; all in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast
from uuid import UUID

from bot.errors import StoreLost
from bot.events import MediaKind
from bot.jobs import Job, JobId, JobRecord, MessageRef, Place, Requester, StoredFile, Tenant, run_id_of
from bot.noticeboard import Noticeboard, Patience, Sources
from bot.noticeboard.sights import Describe
from bot.ports import Lease
from bot.shares import Position
from bot.status import Button, Described, StatusCard
from tests.fakes.memory_store import MemoryStore
from tests.fakes.recording_chat import RecordingChat
from tests.fakes.virtual_time import virtual_ms, virtual_now

LOCAL = Tenant(platform="local", id="local")
DESCRIBED = Described(title="Text to image", actions=frozenset({Button.VARY}))
PICTURE = StoredFile(key="k1", name="a.png", kind=MediaKind.IMAGE, media_type="image/png", bytes=5)


def job_of(number: int, channel: str = "general") -> Job:
    """Return the order number so-and-so."""
    return Job(
        id=JobId(UUID(int=number)),
        workflow="txt2img",
        digest="d1",
        values={"prompt": f"cat {number}", "seed": number},
        requester=Requester(tenant=LOCAL, id="alice", name="Alice"),
        place=Place(tenant=LOCAL, channel=channel),
        estimate_ms=10_000,
        created_ms=0,
    )


async def describe(job: Job) -> Described:
    """Describe every workflow alike."""
    return DESCRIBED


def quote(record: JobRecord, position: Position) -> float:
    """Promise ten seconds a job."""
    return 10.0 * (position.jobs + 1)


@dataclass(slots=True)
class Line:
    """One process's connection to the store: it can be cut, and it can lose, delay and repeat hints."""

    store: MemoryStore
    is_cut: bool = False
    cut_after: str = ""  #: the verb after whose next answer the process hears no more
    answers: dict[str, Callable[..., Awaitable[object]]] = field(default_factory=dict)  #: verbs that lie
    garbles: Random | None = None
    _kept: set[JobId] = field(default_factory=set)

    def __getattr__(self, verb: str) -> Any:
        async def ask(*given: Any, **named: Any) -> Any:
            if self.is_cut:
                raise StoreLost
            self.is_cut = verb == self.cut_after
            return await self.answers.get(verb, getattr(self.store, verb))(*given, **named)

        return ask

    async def changed(self, platform: str, timeout_s: float) -> Collection[JobId]:
        """Lose, delay and repeat hints when told so."""
        if self.is_cut:
            await asyncio.sleep(timeout_s)
            raise StoreLost
        heard = await self.store.changed(platform, timeout_s)
        if self.garbles is None:
            return heard
        self._kept |= set(heard)
        return [job_id for job_id in sorted(self._kept) if self.garbles.random() < 0.3]


@dataclass(slots=True)
class Process:
    """A noticeboard that runs somewhere."""

    board: "asyncio.Task[None]"
    line: Line

    async def stop(self) -> None:
        """End it in good order."""
        self.board.cancel()
        await asyncio.wait([self.board])

    async def kill(self) -> None:
        """End it as kill -9 does: nothing is handed back."""
        self.line.is_cut = True
        await self.stop()


@dataclass(slots=True)
class Scene:
    """The world of one test."""

    chat: RecordingChat = field(default_factory=lambda: RecordingChat(clock=virtual_now))
    store: MemoryStore = field(default_factory=lambda: MemoryStore(clock=virtual_ms, lease_ms=10**9))
    patience: Patience = field(default_factory=lambda: Patience(answer_s=2.0, lease_s=2.0, retry_most_s=4.0))
    describe: Describe = describe
    processes: list[Process] = field(default_factory=list)
    claims: int = 0

    def sources(self, line: Line | None = None) -> Sources:
        """Return what cards are made from."""
        # A line passes every verb on, which no type can tell.
        store = cast(MemoryStore, line or self.store)
        return Sources(jobs=store, queue=store, live=store, notices=store, describe=self.describe, quote=quote)

    def start(self, *, garbles: Random | None = None) -> Process:
        """Start another process."""
        line = Line(self.store, garbles=garbles)
        owner = f"process {len(self.processes)}"
        board = Noticeboard(
            self.chat, self.sources(line), owner=owner, patience=self.patience, clock=virtual_now, now_ms=virtual_ms
        )
        process = Process(asyncio.create_task(board.run()), line)
        self.processes.append(process)
        return process

    async def ask(self, number: int, channel: str = "general") -> JobId:
        """Put an order in the queue."""
        return (await self.store.enqueue(job_of(number, channel))).job.id

    async def run_next(self) -> Lease:
        """Let a server begin the next job."""
        self.claims += 1
        held = await self.store.claim("gpu", f"nonce {self.claims}")
        assert held is not None
        lease = held.lease
        assert await self.store.record(lease, run_id=run_id_of(lease.job_id, lease.attempt))
        return lease

    async def paint(self, lease: Lease) -> None:
        """Settle a job with a picture."""
        assert await self.store.succeed(lease, files=[PICTURE])

    async def true_card(self, job_id: JobId) -> StatusCard:
        """Return what the job's message has to show."""
        sight = await self.sources().look(job_id)
        assert sight is not None
        return sight.card

    async def ref(self, job_id: JobId) -> MessageRef | None:
        """Return which message shows the job."""
        return (await self.store.notice(job_id)).ref

    async def shown(self, job_id: JobId) -> StatusCard | None:
        """Return what the job's message shows."""
        ref = await self.ref(job_id)
        return self.chat.messages.get(ref.id) if ref else None

    async def calm(self, seconds: float = 30.0) -> None:
        """Let time pass; it costs none."""
        await asyncio.sleep(seconds)

    async def end(self) -> None:
        """Stop every process; none may have ended by itself."""
        for process in self.processes:
            if process.board.done() and not process.board.cancelled():
                process.board.result()
            await process.stop()
