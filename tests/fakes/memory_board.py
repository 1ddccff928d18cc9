"""What is shown of jobs, in memory: LiveBoard and NoticeStore, for the store in memory to be one of both."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from adapters.redis.live import LIVE_MS
from bot.jobs import Job, JobId, MessageRef
from bot.ports import Live, Notice, NoticeState


@dataclass(slots=True)
class MemoryBoard:
    """Volatile progress, which expires `live_ms` after it was shown, and what the noticeboard remembers."""

    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    live_ms: int = LIVE_MS
    _platforms: dict[JobId, str] = field(default_factory=dict)  #: of every job, the oldest first
    _live: dict[JobId, tuple[int, Live, bytes | None]] = field(default_factory=dict)
    _notices: dict[JobId, Notice] = field(default_factory=dict)
    _board: dict[str, set[JobId]] = field(default_factory=dict)
    _hints: dict[str, set[JobId]] = field(default_factory=dict)
    _owners: dict[str, tuple[str, int]] = field(default_factory=dict)
    _bells: dict[str, asyncio.Event] = field(default_factory=dict)
    _ears: dict[JobId, list[Callable[[], None]]] = field(default_factory=dict)

    # ---- LiveBoard ----

    async def show(self, job_id: JobId, live: Live, preview: bytes | None = None) -> None:
        """Replace what is shown of a job; without a new preview the old one stays."""
        _, _, before = self._live.get(job_id, (0, live, None))
        self._live[job_id] = (self.clock() + self.live_ms, live, before if preview is None else preview)
        if job_id in self._platforms:
            self._hint(job_id)

    async def look(self, job_ids: Sequence[JobId]) -> Mapping[JobId, Live]:
        """Return what is shown now."""
        now = self.clock()
        return {id_: self._live[id_][1] for id_ in job_ids if id_ in self._live and self._live[id_][0] > now}

    async def preview(self, job_id: JobId) -> bytes | None:
        """Return the latest preview."""
        until, _, preview = self._live.get(job_id, (0, None, None))
        return preview if until > self.clock() else None

    # ---- NoticeStore ----

    async def open_jobs(self, platform: str) -> Sequence[JobId]:
        """Return every job whose message is not yet finally true."""
        on_board = self._board.get(platform, set())
        return [job_id for job_id in self._platforms if job_id in on_board]

    async def notice(self, job_id: JobId) -> Notice:
        """Return what is known of a job's message."""
        return self._notices.get(job_id, Notice(job_id=job_id))

    async def creating(self, job_id: JobId) -> None:
        """Note that a message is being made; one that is shown stays shown."""
        self._notices.setdefault(job_id, Notice(job_id=job_id, state=NoticeState.CREATING))

    async def shown(self, job_id: JobId, ref: MessageRef, rendered: str, *, final: bool) -> None:
        """Note what a message shows now."""
        if job_id not in self._platforms:
            return
        before = await self.notice(job_id)
        self._notices[job_id] = replace(before, state=NoticeState.SHOWN, ref=ref, rendered=rendered)
        if final:
            await self.closed(job_id)

    async def closed(self, job_id: JobId) -> None:
        """Take a job off the board."""
        for on_board in self._board.values():
            on_board.discard(job_id)

    async def take_ping(self, job_id: JobId) -> bool:
        """Take the right to ping the requester."""
        notice = await self.notice(job_id)
        self._notices[job_id] = replace(notice, pinged=True)
        return not notice.pinged

    async def own(self, bucket: str, owner: str, *, term_s: float) -> bool:
        """Take or keep the right to edit in a bucket."""
        now = self.clock()
        holder, until = self._owners.get(bucket, (owner, 0))
        if holder != owner and until > now:
            return False
        self._owners[bucket] = (owner, now + round(term_s * 1000))
        return True

    async def disown(self, bucket: str, owner: str) -> None:
        """Give the right back, if it is still ours."""
        if self._owners.get(bucket, ("", 0))[0] == owner:
            del self._owners[bucket]

    async def changed(self, platform: str, timeout_s: float) -> Collection[JobId]:
        """Return the jobs that changed since the last call."""
        bell, hints = self._bells.setdefault(platform, asyncio.Event()), self._hints.setdefault(platform, set())
        try:
            async with asyncio.timeout(timeout_s):
                await bell.wait()
        except TimeoutError:
            return ()
        bell.clear()
        heard = frozenset(hints)
        hints.clear()
        return heard

    # ---- Hints ----

    @contextmanager
    def hear(self, job: Job, heard: Callable[[], None]) -> Iterator[None]:
        """Call `heard` whenever a job may have changed."""
        ears = self._ears.setdefault(job.id, [])
        ears.append(heard)
        yield
        ears.remove(heard)

    # ---- How ----

    def _put_up(self, job_id: JobId, platform: str) -> None:
        """Note that a job changed."""
        self._platforms.setdefault(job_id, platform)
        self._board.setdefault(platform, set()).add(job_id)
        self._hint(job_id)

    def _take_down(self, job_id: JobId) -> None:
        """Forget a job."""
        platform = self._platforms.pop(job_id)
        self._board[platform].discard(job_id)
        self._notices.pop(job_id, None)
        self._live.pop(job_id, None)

    def _hint(self, job_id: JobId) -> None:
        platform = self._platforms[job_id]
        self._hints.setdefault(platform, set()).add(job_id)
        self._bells.setdefault(platform, asyncio.Event()).set()
        for heard in self._ears.get(job_id, ()):
            heard()
