"""Producers and workers that do all that may be done to a job, and note what was acknowledged, and when."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from uuid import uuid4

from adapters.redis.opening import RedisPool
from bot.jobs import JobId
from bot.ports import Cancelling, Lease
from tests.integration.redis import depth, job, run_of

PRODUCERS, WORKERS = 3, 4
UNDER_WAY = 40
"""Jobs that no worker has looked at yet."""
ORDER = {"queued": 0, "starting": 1, "running": 2, "succeeded": 3, "failed": 3, "cancelled": 3}


@dataclass(slots=True, kw_only=True)
class Load:
    """What goes on in a pool; `running` it more than once goes on with the same notes."""

    pool: RedisPool
    chance: Random
    after_each: Callable[[], None] = lambda: None  #: called right after every acknowledged answer
    notes: dict[JobId, list[tuple[float, str]]] = field(default_factory=dict)  #: job -> when it was which state
    count: int = 0
    _stopping: bool = False
    _noted: asyncio.Event = field(default_factory=asyncio.Event)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UNDER_WAY))
    _ready: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Produce and work while the block runs; at the end everybody finishes what they have just begun."""
        self._stopping = False
        async with asyncio.TaskGroup() as tasks:
            for _ in range(PRODUCERS):
                tasks.create_task(self._produce())
            for number in range(WORKERS):
                tasks.create_task(self._work(f"gpu-{number}"))
            yield
            self._stopping = True
            for _ in range(PRODUCERS):
                self._room.release()
            for _ in range(WORKERS):
                self._ready.release()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; looks after every acknowledged answer."""
        async with asyncio.timeout(60):
            while not holds():
                self._noted.clear()
                await self._noted.wait()

    def lost(self, states: Mapping[str, str], *, before: float) -> list[str]:
        """Name what was acknowledged before a moment and is not there, in that state or a later one."""
        missing = []
        for job_id, notes in self.notes.items():
            told = [state for at, state in notes if at < before]
            found = states.get(str(job_id), "unknown")
            if told and found != told[-1] and not ORDER[told[-1]] < ORDER.get(found, -1):
                missing.append(f"{job_id} was {told[-1]} and is {found}")
        return missing

    def _note(self, job_id: JobId, state: str) -> None:
        self.notes.setdefault(job_id, []).append((time.monotonic(), state))
        self.count += 1
        self._noted.set()
        self.after_each()

    async def _produce(self) -> None:
        while True:
            await self._room.acquire()
            if self._stopping:
                return
            asked = job()
            await self.pool.queue.enqueue(asked, [depth(1_000_000)])
            self._note(asked.id, "queued")
            if self.chance.random() < 0.1 and await self.pool.queue.cancel(asked.id) is Cancelling.CANCELLED:
                self._note(asked.id, "cancelled")
            self._ready.release()

    async def _work(self, server: str) -> None:
        while True:
            await self._ready.acquire()
            if self._stopping:
                return
            # A killed engine may have forgotten the job that was announced.
            held = await self.pool.queue.claim(server, str(uuid4()))
            if held:
                self._note(held.lease.job_id, "starting")
                await self._run(held.lease)
            self._room.release()

    async def _run(self, lease: Lease) -> None:
        end = self.chance.choice(["succeed", "succeed", "succeed", "fail", "cancel", "leave it"])
        if end == "leave it" or not await self.pool.queue.record(lease, run_id=run_of(lease)):
            return
        self._note(lease.job_id, "running")
        match end:
            case "succeed":
                state, done = "succeeded", await self.pool.queue.succeed(lease, files=())
            case "fail":
                state, done = "failed", await self.pool.queue.fail(lease, code="x", sentence="y")
            case _:
                await self.pool.queue.cancel(lease.job_id)
                state, done = "cancelled", await self.pool.queue.confirm_cancel(lease)
        if done:
            self._note(lease.job_id, state)
