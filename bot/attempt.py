"""One attempt at a held job: adopt the run that is recorded, or begin one; follow it; bring its result home."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from bot.errors import JobCancelled, ServerLost, ServerUnreached, SubmitUncertain
from bot.estimates import Estimates, Work, deadline_s
from bot.events import Succeeded
from bot.holding import Hold, Signal, Terms, insist
from bot.jobs import JobRecord, RunId
from bot.metadata import parameters_text
from bot.outcomes import Ending, Outcome, Painted, outcome_of
from bot.ports import FileStore, Found, Handle, JobQueue, JobStore, LiveBoard, NotFound, Server, Stopping
from bot.reporting import Reporter
from bot.results import keep_results
from bot.runs import follow, locate, prepare
from bot.shares import ONE
from bot.shelf import Shelf
from workflows.cost import cost_of
from workflows.values import FileHandle
from workflows.workflow import Workflow

_log = logging.getLogger(__name__)


async def _yes(record: JobRecord, slot: str) -> bool:
    return True


async def _none(record: JobRecord, server: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a worker works with beside its server."""

    queue: JobQueue
    store: JobStore
    live: LiveBoard
    files: FileStore
    estimates: Estimates
    hurry: asyncio.Event = field(default_factory=asyncio.Event)  #: set: what runs gets no more grace
    #: (job, slot) -> whether that GPU, asked again, still serves what the job requires
    still_serves: Callable[[JobRecord, str], Awaitable[bool]] = _yes
    #: (job, server) -> the key of its requirement with more memory than that server has; None: no server has more
    larger: Callable[[JobRecord, str], Awaitable[str | None]] = _none


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """How patient a worker is. Seconds."""

    terms: Terms = field(default_factory=Terms)
    run_deadline_s: float = 900.0  #: the longest that any run may take
    unknown_s: float = 60.0  #: how long a server that cannot tell about a run is asked again
    idle_s: float = 1.0  #: how soon a lost wake-up, or the wish to stop, is noticed


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One held job on one server. `lost` says afterwards whether the server should be opened anew."""

    server: Server
    bench: Bench
    shelf: Shelf
    limits: WorkerLimits
    hold: Hold
    record: JobRecord
    stopping: asyncio.Event
    lost: ServerLost | None = None
    _cancelling: bool = False

    async def outcome(self) -> Outcome:
        """Carry the job to an outcome; nothing is raised but a cancellation, which is like pulling the plug."""
        return await self._sorted(self._carry_out())

    async def _carry_out(self) -> Outcome:
        if self.record.run_id:
            return await self._attend(Handle(self.record.run_id), self.record.run_id, seek=True)
        if self.stopping.is_set():
            return Ending.UNTOUCHED
        return await self._begin()

    async def _begin(self) -> Outcome:
        job, lease = self.record.job, self.hold.lease
        workflow = await self.shelf.of(job)
        run = prepare(workflow, job.values, job.id, lease.attempt, await self._uploads())
        # After all that takes time: whoever cancelled meanwhile took the lease away, and this says so.
        if not await insist(partial(self.bench.queue.record, lease, run_id=run.id), self.hold.terms):
            return Ending.LEASE_LOST
        try:
            handle = await self.server.submit(run)
        except SubmitUncertain:
            return await self._attend(Handle(run.id), run.id, seek=True)
        except ServerUnreached as lost:
            self.lost = lost
            return Ending.UNTOUCHED
        # Any other ServerLost costs an attempt: a job that a server, or what stands before it, always refuses would
        # come back to the head of the line for ever.
        return await self._attend(handle, run.id, seek=False)

    async def _uploads(self) -> dict[str, bytes]:
        handles = [value for value in self.record.job.values.values() if isinstance(value, FileHandle)]
        read = self.bench.files.read
        return {handle.name: b"".join([chunk async for chunk in read(handle.key)]) for handle in handles}

    async def _attend(self, handle: Handle, run_id: RunId, *, seek: bool) -> Outcome:
        """Pursue a run, and look up when told to."""
        reporter = Reporter(board=self.bench.live, job_id=self.record.job.id, run_id=run_id)
        self.hold.gpu_ms = reporter.gpu_ms
        async with asyncio.TaskGroup() as tasks:
            showing = tasks.create_task(reporter.show())
            pursuing = tasks.create_task(self._sorted(self._pursue(handle, reporter, seek=seek), handle))
            outcome = await self._heed(handle, pursuing)
            pursuing.cancel()
            showing.cancel()
        return outcome

    async def _pursue(self, handle: Handle, reporter: Reporter, *, seek: bool) -> Outcome:
        workflow = await self.shelf.of(self.record.job)
        if seek and not await self._is_there(handle):
            return Ending.VANISHED
        try:
            end = await self._end_of(handle, reporter)
        except JobCancelled:
            if self._cancelling or self.record.cancel_requested:
                return Ending.CANCELLED
            raise
        painted = await self._bring_home(end, workflow)
        if not seek:  # Of an adopted run only a part was seen.
            self._learn(workflow, reporter.gpu_ms())
        return painted

    async def _is_there(self, handle: Handle) -> bool:
        match await locate(self.server, handle, patience_s=self.limits.unknown_s):
            case Found():
                return True
            case NotFound.UNKNOWN:
                self.lost = ServerLost(detail=f"run {handle}: the server cannot tell")
        return False

    async def _end_of(self, handle: Handle, reporter: Reporter) -> Succeeded:
        # What was quoted is for a server of speed 1.
        expected_ms = self.record.job.estimate_ms * ONE // self.bench.estimates.speed(self.server.name)
        patience = deadline_s(expected_ms, self.limits.run_deadline_s)
        try:
            return await follow(self.server, handle, reporter.report, deadline_s=patience)
        except ServerLost:
            # Before it is offered elsewhere it must not go on here; and if it has ended meanwhile, its end counts.
            if await self.server.interrupt(handle) is not Stopping.TOO_LATE:
                raise
            return await follow(self.server, handle, reporter.report, deadline_s=patience)

    async def _bring_home(self, end: Succeeded, workflow: Workflow) -> Painted:
        job, policy = self.record.job, workflow.manifest.metadata
        files = await keep_results(
            self.server, self.bench.files, end.files, job.id, policy=policy, text=parameters_text(job.values)
        )
        return Painted(files=files, texts=end.texts)

    def _learn(self, workflow: Workflow, gpu_ms: int) -> None:
        job = self.record.job
        work = Work(job.workflow, cost_of(workflow.manifest.cost, job.values))
        self.bench.estimates.learn(work, self.server.name, gpu_ms=gpu_ms, quoted_ms=job.estimate_ms)

    async def _heed(self, handle: Handle, pursuing: asyncio.Task[Outcome]) -> Outcome:
        while (signal := await self.hold.signal_before(pursuing)) is not None:
            outcome = await self._obey(signal, handle)
            if outcome is not None:
                return outcome
        return pursuing.result()

    async def _obey(self, signal: Signal, handle: Handle) -> Outcome | None:
        """Stop the run; None when there is nothing to do but to await its end, for success wins."""
        self._cancelling = self._cancelling or signal is Signal.CANCEL
        stopped = await self.server.interrupt(handle)
        match signal, stopped:
            case Signal.LOST, _:
                return Ending.LEASE_LOST
            case Signal.CANCEL, Stopping.STOPPED:
                return Ending.CANCELLED
            case Signal.STOP, Stopping.STOPPED:
                return Ending.UNTOUCHED
            case Signal.STOP, Stopping.UNCONFIRMED:
                return Ending.LEFT
            case _:
                return None

    async def _sorted(self, part: Awaitable[Outcome], handle: Handle | None = None) -> Outcome:
        try:
            return await part
        except Exception as error:  # noqa: BLE001 - one job's fault, even ours, must not stop a GPU: it is sorted and logged
            if isinstance(error, ServerLost):
                self.lost = error
            reference = secrets.token_hex(4)
            outcome = outcome_of(error, reference)
            await self._note(error, outcome, reference, handle)
            return outcome

    async def _note(self, error: Exception, outcome: Outcome, reference: str, handle: Handle | None) -> None:
        job_id, detail = self.record.job.id, getattr(error, "detail", None)
        if detail is not None:
            _log.info("attempt ended job=%s error=%s", job_id, type(error).__name__)
            _log.debug("detail job=%s detail=%s", job_id, detail)  # What a server says may repeat the prompt.
            return
        _log.error("fault reference=%s job=%s outcome=%s", reference, job_id, outcome, exc_info=error)
        if handle is not None:
            await self.server.interrupt(handle)  # Nobody follows it any more.
