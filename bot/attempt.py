"""One attempt at a held job: adopt the run that is recorded, or begin one; follow it; bring its result home.

Whoever holds the attempt is told when it moves on: from when it is OFF, its server is free for another run, while the
result of this one is still on its way.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from math import inf, isfinite

from bot.deadlines import left_s
from bot.errors import FairbrushError, JobCancelled, ServerLost, SubmitUncertain
from bot.estimates import MIN_DEADLINE_S, Estimates, Work, deadline_s
from bot.events import RunEvent, Succeeded, Waiting
from bot.faults import Reach
from bot.holding import Hold, Signal, Tenure, insist
from bot.jobs import JobRecord, RunId
from bot.judging import Judge
from bot.metadata import parameters_text
from bot.outcomes import Ending, Outcome, Painted, Standing
from bot.ports import FileStore, Found, Handle, Hints, JobQueue, JobStore, LiveBoard, NotFound, Server, Stopping
from bot.progress import executes
from bot.reporting import Reporter
from bot.results import keep_results
from bot.runs import follow, handle_of, locate, prepare
from bot.shares import ONE
from bot.shelf import Shelf
from bot.slot import Course
from workflows.cost import cost_of
from workflows.values import FileHandle
from workflows.workflow import Workflow


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
    hints: Hints | None = None  #: without it a wish to cancel is heard at the next heartbeat
    hurry: asyncio.Event = field(default_factory=asyncio.Event)  #: set: what runs gets no more grace
    #: (job, slot) -> whether that GPU, asked again, still serves what the job requires
    still_serves: Callable[[JobRecord, str], Awaitable[bool]] = _yes
    #: (job, server) -> the key of its requirement with more memory than that server has; None: no server has more
    larger: Callable[[JobRecord, str], Awaitable[str | None]] = _none


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """How patient a worker is. Seconds."""

    tenure: Tenure = field(default_factory=Tenure)
    run_deadline_s: float = 900.0  #: the longest that any run may take
    unknown_s: float = 60.0  #: how long a server that cannot tell about a run is asked again
    idle_s: float = 1.0  #: how soon a lost wake-up, or a gate that was shut, is noticed


@dataclass(slots=True, kw_only=True, eq=False)
class Attempt:
    """One held job on one server. What its slot decides by is its `course`."""

    server: Server
    slot: str
    bench: Bench
    shelf: Shelf
    limits: WorkerLimits
    hold: Hold
    record: JobRecord
    course: Course
    moved: Callable[["Attempt"], None]  #: called whenever it stands elsewhere, and when its progress is news
    lost: ServerLost | None = None  #: why the server should be opened anew
    error: Exception | None = None  #: what speaks for or against the server
    handed_over_s: float | None = None  #: how long that took, from when it was held
    _held_s: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    _cancelling: bool = False
    _withdrawn: bool = False

    @property
    def handle(self) -> Handle:
        """Name the run that it has, or will have."""
        return handle_of(self.record, self.hold.lease)

    def withdraw(self) -> None:
        """Hand the job back unless its run executes."""
        self._withdrawn = True
        self.hold.say(Signal.WITHDRAW)

    async def outcome(self) -> Outcome:
        """Carry the job to an outcome; nothing is raised but a cancellation, which is like pulling the plug."""
        outcome = await self._sorted(self._carry_out())
        self._move(Standing.OFF)
        return outcome

    async def _carry_out(self) -> Outcome:
        if self.record.run_id:
            self.course.adopted = True
            self._move(Standing.SOUGHT)
            return await self._attend(self.handle, seek=True)
        return await self._begin()

    async def _begin(self) -> Outcome:
        job, lease = self.record.job, self.hold.lease
        if self._left_s() <= 0:
            return Ending.CANCELLED  # Nobody could be shown what the GPU would paint.
        workflow = await self._workflow()
        run = prepare(workflow, job.values, job.id, lease.attempt, await self._uploads())
        if self._withdrawn:
            return Ending.UNTOUCHED
        # After all that takes time: whoever cancelled meanwhile took the lease away, and this says so.
        if not await insist(partial(self.bench.queue.record, lease, run_id=run.id), self.hold.tenure):
            return Ending.LEASE_LOST
        try:
            handle = await self.server.submit(run)
        except SubmitUncertain:
            self._move(Standing.SOUGHT)
            return await self._attend(Handle(run.id), seek=True)
        self.handed_over_s = asyncio.get_running_loop().time() - self._held_s
        self._move(Standing.PENDING)
        return await self._attend(handle, seek=False)

    async def _workflow(self) -> Workflow:
        job = self.record.job
        workflow = await self.shelf.of(job)
        self.course.work = Work(job.workflow, cost_of(workflow.manifest.cost, job.values))
        return workflow

    async def _uploads(self) -> dict[str, bytes]:
        handles = [value for value in self.record.job.values.values() if isinstance(value, FileHandle)]
        read = self.bench.files.read
        return {handle.name: b"".join([chunk async for chunk in read(handle.key)]) for handle in handles}

    async def _attend(self, handle: Handle, *, seek: bool) -> Outcome:
        """Pursue a run, and look up when told to."""
        loop = asyncio.get_running_loop()
        # The name on the card's preview is the run's, so it is known to whoever adopts it.
        reporter = Reporter(
            board=self.bench.live,
            job_id=self.record.job.id,
            run_id=RunId(handle),
            clock=loop.time,
            shows_previews=not self.record.is_withheld,
        )
        self.hold.gpu_ms = reporter.gpu_ms
        # Waiting is nobody's GPU time, and no fault of the job: it is handed back when it has lasted too long.
        tired = loop.call_later(self.limits.run_deadline_s, self._tire)
        left = self._left_s()
        overdue = loop.call_later(max(0.0, left), self.hold.say, Signal.CANCEL) if isfinite(left) else None
        try:
            async with asyncio.TaskGroup() as tasks:
                showing = tasks.create_task(reporter.show())
                pursuing = tasks.create_task(self._sorted(self._pursue(handle, reporter, seek=seek), handle))
                outcome = await self._heed(handle, pursuing)
                pursuing.cancel()
                showing.cancel()
        finally:
            tired.cancel()
            if overdue:
                overdue.cancel()
        return outcome

    def _left_s(self) -> float:
        """Return for how many seconds the job may still take; inf: as many as it does."""
        # By the store's clock when it was claimed, which is when its lease began; ours only counts on from there.
        claimed_ms = self.hold.lease.expires_ms - round(self.limits.tenure.lease_s * 1000)
        left = left_s(self.record.job, claimed_ms)
        return inf if left is None else left - (asyncio.get_running_loop().time() - self._held_s)

    def _tire(self) -> None:
        if self.course.standing is Standing.PENDING:
            self.withdraw()

    async def _pursue(self, handle: Handle, reporter: Reporter, *, seek: bool) -> Outcome:
        workflow = await self._workflow()
        if seek and not await self._is_there(handle):
            return self._missed()
        try:
            end = await self._end_of(handle, reporter)
        except JobCancelled:
            if self._cancelling or self.record.cancel_requested:
                return Ending.CANCELLED
            if self._withdrawn:
                return Ending.UNTOUCHED
            raise
        self.course.succeeded = True
        if not self.course.adopted:
            self._learn(reporter.gpu_ms())
        self._move(Standing.OFF)
        return await self._bring_home(end, workflow)

    async def _is_there(self, handle: Handle) -> bool:
        match await locate(self.server, handle, patience_s=self.limits.unknown_s):
            case Found():
                return True
            case NotFound.UNKNOWN:
                self.lost = self.error = ServerLost(detail=f"run {handle}: the server cannot tell")
        return False

    def _missed(self) -> Ending:
        """Tell what becomes of a run that is not there; an adopted one may have begun while nobody looked."""
        never_began = self.course.reach is Reach.BEHIND and not self.course.adopted
        return Ending.UNTOUCHED if never_began else Ending.VANISHED

    async def _end_of(self, handle: Handle, reporter: Reporter) -> Succeeded:
        try:
            return await self._followed(handle, reporter)
        except ServerLost:
            # Before it is offered elsewhere it must not go on here; and if it has ended meanwhile, its end counts.
            if await self.server.interrupt(handle) is not Stopping.TOO_LATE:
                raise
            return await self._followed(handle, reporter)

    async def _followed(self, handle: Handle, reporter: Reporter) -> Succeeded:
        async def report(event: RunEvent) -> None:
            await reporter.report(event)
            self.course.progress, self.course.began_s = reporter.progress, reporter.began_s
            self._heard(event)

        # What was quoted is for a server of speed 1.
        expected_ms = self.record.job.estimate_ms * ONE // self.bench.estimates.speed(self.server.name)
        ceiling_s = self.limits.run_deadline_s
        patience = deadline_s(expected_ms, ceiling_s)
        # It is taken back when it has waited for the longest time that any run may take; what cannot be taken back,
        # or never tells when it begins, is given up after another while.
        return await follow(self.server, handle, report, deadline_s=patience, waiting_s=ceiling_s + MIN_DEADLINE_S)

    def _heard(self, event: RunEvent) -> None:
        if executes(event):
            if self.course.standing is not Standing.EXECUTING and self.course.work:
                # Not before: the run that it waited behind may have told more.
                self.course.expected_s = self.bench.estimates.quote_ms(self.course.work, self.server.name) / 1000
            self._move(Standing.EXECUTING)
        elif isinstance(event, Waiting) and self.course.standing is Standing.SOUGHT:
            self._move(Standing.PENDING)

    def _move(self, standing: Standing) -> None:
        if self.course.standing is not Standing.OFF:
            self.course.standing = standing
            self.moved(self)

    async def _bring_home(self, end: Succeeded, workflow: Workflow) -> Painted:
        job, policy = self.record.job, workflow.manifest.metadata
        text = parameters_text(job.values)
        return await keep_results(self.server, self.bench.files, end, job.id, policy=policy, text=text)

    def _learn(self, gpu_ms: int) -> None:
        if self.course.work:
            quoted_ms = self.record.job.estimate_ms
            self.bench.estimates.learn(self.course.work, self.server.name, gpu_ms=gpu_ms, quoted_ms=quoted_ms)

    async def _heed(self, handle: Handle, pursuing: asyncio.Task[Outcome]) -> Outcome:
        while (signal := await self.hold.signal_before(pursuing)) is not None:
            outcome = await self._obey(signal, handle)
            if outcome is not None:
                return outcome
        return pursuing.result()

    async def _obey(self, signal: Signal, handle: Handle) -> Outcome | None:
        """Stop the run; None when there is nothing to do but to await its end, for success wins."""
        if self.course.standing is Standing.OFF:
            return Ending.LEASE_LOST if signal is Signal.LOST else None
        if signal is Signal.WITHDRAW and self.course.standing is not Standing.PENDING:
            return None
        self._cancelling = self._cancelling or signal is Signal.CANCEL
        stopped = await self.server.interrupt(handle)
        match signal, stopped:
            case Signal.LOST, _:
                return Ending.LEASE_LOST
            case Signal.CANCEL, Stopping.STOPPED:
                return Ending.CANCELLED
            case ((Signal.STOP | Signal.WITHDRAW), Stopping.STOPPED):
                return Ending.UNTOUCHED
            case Signal.STOP, Stopping.UNCONFIRMED:
                return Ending.LEFT
            case _:
                return None

    async def _sorted(self, part: Awaitable[Outcome], handle: Handle | None = None) -> Outcome:
        try:
            return await part
        except Exception as error:  # noqa: BLE001 - one job's fault, even ours, must not stop a GPU: it is sorted and logged
            self.error = error
            if isinstance(error, ServerLost):
                self.lost = error
            outcome = await self._judge.judge(error, self.course.reach)
            if handle is not None and not isinstance(error, FairbrushError):
                await self.server.interrupt(handle)  # Nobody follows it any more.
            return outcome

    @property
    def _judge(self) -> Judge:
        return Judge(
            record=self.record,
            server=self.server.name,
            slot=self.slot,
            shelf=self.shelf,
            still_serves=self.bench.still_serves,
            larger=self.bench.larger,
        )
