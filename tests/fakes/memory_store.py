"""Everything that must last, in memory: all ports of the queue in one object.

One object is one Redis: whoever shares it shares the truth. It keeps the promises of the ports, asks the model of the
fair queue whose turn it is, and moves jobs by the one table. `clock` is milliseconds; a test that wants leases to run
out hands in its own.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

from adapters.redis.keys import quoted
from adapters.redis.lanes import BETWEEN_PASSES_MS
from bot.accounts import PRIORITY_STEP, Order
from bot.console.hours import HOUR_MS
from bot.errors import QueueFull, RulesChanged, ServerLost
from bot.fairshare import FairShare
from bot.jobs import (
    Happening,
    IllegalTransition,
    Job,
    JobId,
    JobRecord,
    JobState,
    Requester,
    Review,
    RunId,
    StoredFile,
    Tenant,
    after,
    as_reviewed,
)
from bot.leases import patience_of
from bot.overview import Facts
from bot.policy.rulebook import Books
from bot.ports import ATTEMPTS, EQUAL, Cancelling, Charge, Held, LaneTable, Lease, Renewal
from bot.shares import ONE, FairPolicy, Position, Share
from tests.fakes.memory_board import MemoryBoard
from tests.fakes.memory_books import MemoryBooks
from tests.fakes.memory_charges import MemoryCounters, Paid, soon_ms
from tests.fakes.memory_overview import Seen
from tests.fakes.memory_parking import Parking


@dataclass(slots=True)
class _Entry:
    """A job with what only the queue knows of it."""

    order: int
    record: JobRecord
    charges: Sequence[Paid]
    fence: int = 0
    spent: int = 0  #: attempts that count
    ends: dict[int, Happening] = field(default_factory=dict)  #: by fence: how a lease was ended by its holder
    lease: Lease | None = None


@dataclass(slots=True)
class MemoryStore(MemoryBoard):
    """All that a queue keeps: what it shows of jobs, `MemoryBoard` does."""

    lease_ms: int = 30_000
    policy: FairPolicy = field(default_factory=FairPolicy)
    books: MemoryBooks | None = None  #: None: nobody writes any
    fair: FairShare = field(init=False)
    _table: LaneTable = field(default_factory=LaneTable)
    _meanings: dict[str, bytes] = field(default_factory=dict)
    _passed_ms: int | None = None  #: when everybody was last looked after
    _entries: dict[JobId, _Entry] = field(default_factory=dict)
    counters: MemoryCounters = field(init=False)
    _nonces: dict[tuple[str, str], Lease] = field(default_factory=dict)
    _workflows: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    used: dict[tuple[Tenant, str, int], int] = field(default_factory=dict)  #: GPU ms by tenant, user and hour
    _orders: "itertools.count[int]" = field(default_factory=itertools.count)
    _parking: Parking = field(init=False)

    def __post_init__(self) -> None:
        self.fair = FairShare(policy=self.policy)
        self.counters = MemoryCounters(clock=self.clock)
        self._parking = Parking(clock=self.clock, hand_back=self._give_up)

    # ---- JobQueue ----

    async def enqueue(
        self, job: Job, charges: Sequence[Charge] = (), *, share: Share = EQUAL, books: Books | None = None
    ) -> JobRecord:
        """Add a job, or find it."""
        if job.id in self._entries:
            return self._entries[job.id].record
        if books and self.books and self.books.outdated(books):
            raise RulesChanged
        number = next(self._orders)
        full = self.fair.full(_order(job, number), share)
        if full:
            raise QueueFull(counter=full, retry_after_s=soon_ms(job.estimate_ms) / 1000)
        now = self.clock()
        paid = self.counters.pay(charges, job.estimate_ms)
        record = JobRecord(job=replace(job, created_ms=now), state=JobState.QUEUED, revision=0)
        self._entries[job.id] = entry = _Entry(number, record, paid)
        self.fair.enqueue(_order(job, number), share)
        self._change(entry)
        record = entry.record
        self._parking.hand_out(self.fair, str(job.id))
        return record

    async def claim(
        self,
        server: str,
        nonce: str,
        *,
        warm: Sequence[str] = (),
        speed: int = ONE,
        successor_of: Lease | None = None,
        patience_s: float = 0.0,
    ) -> Held | None:
        """Take the job whose turn it is, or wait for one."""
        take = partial(self._take, server, nonce, warm, speed, successor_of)
        waits_s = patience_of(patience_s, successor_of)
        return await self._parking.claim((server, nonce), take, patience_s=waits_s, speed=speed, warm=warm)

    def _take(
        self, server: str, nonce: str, warm: Sequence[str], speed: int, successor_of: Lease | None
    ) -> Held | None:
        before = self._nonces.get((server, nonce))
        if before and (entry := self._held(before)) and entry.lease:
            return self._as_held(entry, entry.lease, successor_of)
        leaving = str(successor_of.job_id) if successor_of and self._held(successor_of) else None
        order = self.fair.claim(server, warm, speed, leaving)
        if order is None:
            return None
        entry = self._entries[JobId(UUID(order.job))]
        self._nonces[server, nonce] = lease = self._lend(entry, server)
        return self._as_held(entry, lease, successor_of)

    async def renew(self, lease: Lease, *, gpu_ms: int = 0) -> Renewal:
        """Keep a lease for another term."""
        entry = self._held(lease)
        if not entry:
            return Renewal.LOST
        entry.lease = replace(entry.lease or lease, expires_ms=self.clock() + self.lease_ms)
        self.fair.used(str(lease.job_id), gpu_ms)
        entry.record = replace(entry.record, gpu_ms=max(gpu_ms, entry.record.gpu_ms or 0))
        return Renewal.CANCEL_REQUESTED if entry.record.cancel_requested else Renewal.HELD

    async def record(self, lease: Lease, *, run_id: RunId, client_id: str = "") -> bool:
        """Write down a run just before its submit."""
        entry = self._held(lease)
        if not entry:
            return False
        if entry.record.state is JobState.RUNNING:
            return entry.record.run_id == run_id
        self._change(entry, Happening.RECORDED, run_id=run_id, started_ms=self.clock())
        return True

    async def succeed(
        self, lease: Lease, *, files: Sequence[StoredFile], texts: Sequence[str] = (), gpu_ms: int = 0
    ) -> bool:
        """Settle a job with its result."""
        entry = self._held(lease)
        if entry and entry.record.is_withheld:
            return self._settle(lease, Happening.SUCCEEDED, gpu_ms, withheld=tuple(files), withheld_texts=tuple(texts))
        return self._settle(lease, Happening.SUCCEEDED, gpu_ms, files=tuple(files), texts=tuple(texts))

    async def fail(
        self, lease: Lease, *, code: str, sentence: str, gpu_ms: int = 0, server_fault: bool = False
    ) -> bool:
        """Settle a job without a result."""
        return self._settle(
            lease, Happening.FAILED, gpu_ms, give_back=server_fault, error_code=code, error_sentence=sentence
        )

    async def confirm_cancel(self, lease: Lease, *, gpu_ms: int = 0) -> bool:
        """Settle a job as cancelled."""
        return self._settle(lease, Happening.CANCELLED, gpu_ms)

    async def requeue(self, lease: Lease, *, costs_attempt: bool, requirement: str | None = None) -> bool:
        """Hand a job back at its old place."""
        return self._requeue(lease, costs_attempt=costs_attempt, requirement=requirement)

    def _give_up(self, held: Held) -> None:
        self._requeue(held.lease, costs_attempt=False)

    def _requeue(self, lease: Lease, *, costs_attempt: bool, requirement: str | None = None) -> bool:
        entry = self._held(lease)
        if not entry:
            return self._was_ended(lease, Happening.REQUEUED)
        entry.ends[lease.fence] = Happening.REQUEUED
        self._hand_back(entry, costs=costs_attempt and entry.record.state is JobState.RUNNING, requirement=requirement)
        return True

    async def cancel(self, job_id: JobId) -> Cancelling:
        """Remove a job that is on no server, or tell its worker."""
        entry = self._entries.get(job_id)
        if entry is None:
            return Cancelling.UNKNOWN
        match entry.record.state:
            case JobState.QUEUED | JobState.STARTING:
                self._finish(entry, Happening.CANCELLED, 0)
                return Cancelling.CANCELLED
            case JobState.RUNNING:
                if not entry.record.cancel_requested:
                    self._change(entry, cancel_requested=True)
                return Cancelling.REQUESTED
            case JobState.CANCELLED:
                return Cancelling.CANCELLED
            case _:
                return Cancelling.TOO_LATE

    async def rescue(self) -> Sequence[JobId]:
        """Put every job whose lease has run out back at its old place."""
        now = self.clock()
        late = [entry for entry in self._entries.values() if entry.lease and entry.lease.expires_ms <= now]
        for entry in late:
            self._hand_back(entry, costs=True)
        return [entry.record.job.id for entry in late]

    async def position(self, job_id: JobId) -> Position | None:
        """Tell what is before this job."""
        return self.fair.position(str(job_id))

    # ---- LaneStore ----

    async def table(self) -> LaneTable:
        """Return the lanes."""
        return self._table

    async def lay(self, table: LaneTable) -> bool:
        """Replace the table."""
        if table.version != self._table.version:
            # Whoever asks again after a lost answer laid these very lanes.
            return replace(table, version=table.version + 1) == self._table
        self._table = replace(table, version=table.version + 1)
        self.fair.lay({name: tuple(lanes) for name, lanes in table.routes.items()}, table.servers)
        self._passed_ms = None
        return True

    async def tend(self) -> bool:
        """Look after everybody who is active, by name; again after a minute, or when lanes were laid."""
        now = self.clock()
        if self._passed_ms is None or now >= self._passed_ms + BETWEEN_PASSES_MS:
            self._passed_ms = now
            for tenant, user in self._active():
                self.fair.tend(tenant, user)
            self._parking.wake()
        return False

    def _active(self) -> list[tuple[str, str]]:
        tenants = self.fair.tenants.items()
        return sorted(
            ((tenant, name) for tenant, each in tenants for name, user in each.users.items() if user.active),
            key="/".join,
        )

    async def require(self, requirement: str, meaning: bytes) -> None:
        """Keep what a requirement means; nothing expires here."""
        self._meanings[requirement] = meaning

    async def requirements(self) -> Mapping[str, bytes]:
        """Return what each known requirement means."""
        return dict(self._meanings)

    # ---- Overview ----

    async def facts(self, *, limit: int, only: Tenant | None = None) -> Facts:
        """Tell how the queue stands."""
        entries = self._entries.values()
        return Seen(
            fair=self.fair,
            records={str(entry.record.job.id): entry.record for entry in entries},
            orders={str(entry.record.job.id): _order_of(entry) for entry in entries},
            servers={entry.lease.server for entry in entries if entry.lease},
            now_ms=self.clock(),
            limit=limit,
            only=quoted(only.platform, only.id) if only else None,
        ).facts()

    # ---- ReviewStore ----

    def waiting_for_review(self) -> Sequence[JobRecord]:
        """Return what waits for a moderator, the oldest first."""
        found = [entry.record for entry in self._entries.values() if entry.record.awaits_review]
        return sorted(found, key=lambda each: each.ended_ms or 0)

    def reviewed(self, job_id: JobId, review: Review, *, keeps_files: bool) -> bool:
        """Note what a moderator decided, once."""
        entry = self._entries.get(job_id)
        if entry is None or not entry.record.awaits_review:
            return False
        made = (entry.record.withheld, entry.record.withheld_texts) if keeps_files else ((), ())
        entry.record = as_reviewed(entry.record, review, *made)
        self._change(entry)
        return True

    # ---- JobStore ----

    async def read(self, job_id: JobId) -> JobRecord | None:
        """Return a job and what has become of it."""
        entry = self._entries.get(job_id)
        return entry.record if entry else None

    async def of_requester(self, requester: Requester, *, limit: int = 20) -> Sequence[JobRecord]:
        """Return somebody's jobs, the newest first."""
        who = (requester.tenant, requester.id)
        theirs = [
            entry.record
            for entry in sorted(self._entries.values(), key=lambda entry: -entry.order)
            if (entry.record.job.requester.tenant, entry.record.job.requester.id) == who
            and not entry.record.is_evidence
        ]
        return theirs[:limit]

    async def forget(self, job_id: JobId) -> bool:
        """Forget a settled job."""
        entry = self._entries.get(job_id)
        if entry is None:
            return True
        if not entry.record.state.is_final:
            return False
        self._take_down(job_id)
        del self._entries[job_id]
        return True

    async def withdraw(self, job_id: JobId, *, until_ms: int) -> bool:
        """Keep a settled job as evidence alone; nothing in memory is ever too old."""
        entry = self._entries.get(job_id)
        if entry is None or not entry.record.state.is_final:
            return False
        entry.record = replace(entry.record, is_evidence=True)
        return True

    async def held_by(self, server: str) -> Sequence[Held]:
        """Return the jobs that are leased to a server."""
        held = sorted(self._entries.values(), key=lambda entry: entry.order)
        return [
            Held(lease=each.lease, record=each.record) for each in held if each.lease and each.lease.server == server
        ]

    async def keep_workflow(self, digest: str, manifest: bytes, graph: bytes) -> None:
        """Store a workflow's files once."""
        self._workflows.setdefault(digest, (manifest, graph))

    async def workflow(self, digest: str) -> tuple[bytes, bytes] | None:
        """Return manifest and graph."""
        return self._workflows.get(digest)

    # ---- How ----

    def _held(self, lease: Lease) -> _Entry | None:
        entry = self._entries.get(lease.job_id)
        return entry if entry and entry.lease and entry.fence == lease.fence else None

    def _as_held(self, entry: _Entry, lease: Lease, successor_of: Lease | None) -> Held:
        leaving = successor_of.job_id if successor_of else None
        others = [
            each.record.job.id
            for each in self._entries.values()
            if each is not entry and each.record.job.id != leaving and each.lease and each.lease.server == lease.server
        ]
        return Held(lease=lease, record=entry.record, others=tuple(sorted(others)))

    def _was_ended(self, lease: Lease, happening: Happening) -> bool:
        """Tell whether this is the replay of what ended the lease."""
        entry = self._entries.get(lease.job_id)
        return entry is not None and entry.ends.get(lease.fence) is happening

    def _change(self, entry: _Entry, happening: Happening | None = None, **fields: object) -> None:
        """Move a job by the table: a new revision, a mark on the board, a hint."""
        record = entry.record
        state = after(record.state, happening) if happening else record.state
        entry.record = replace(record, state=state, revision=record.revision + 1, **fields)  # type: ignore[arg-type]
        self._put_up(record.job.id, record.job.place.tenant.platform)

    def _lend(self, entry: _Entry, server: str) -> Lease:
        entry.fence += 1
        attempt = entry.record.attempt + 1
        entry.lease = Lease(
            job_id=entry.record.job.id,
            server=server,
            attempt=attempt,
            fence=entry.fence,
            expires_ms=self.clock() + self.lease_ms,
        )
        self._change(entry, Happening.CLAIMED, server=server, attempt=attempt)
        return entry.lease

    def _settle(
        self, lease: Lease, happening: Happening, gpu_ms: int, *, give_back: bool = False, **fields: object
    ) -> bool:
        entry = self._held(lease)
        if not entry:
            return self._was_ended(lease, happening)
        try:
            self._finish(entry, happening, max(gpu_ms, entry.record.gpu_ms or 0), give_back=give_back, **fields)
        except IllegalTransition:
            return False
        entry.ends[lease.fence] = happening
        return True

    def _finish(
        self, entry: _Entry, happening: Happening, gpu_ms: int, *, give_back: bool = False, **fields: object
    ) -> None:
        if entry.record.state is JobState.QUEUED:
            self.fair.cancel(str(entry.record.job.id))
        elif entry.lease:
            nothing = give_back or entry.record.state is JobState.STARTING
            after(entry.record.state, happening)  # An illegal step raises before anything is changed.
            self.fair.settle(str(entry.record.job.id), None if nothing else gpu_ms)
        if gpu_ms and not give_back:
            requester, now = entry.record.job.requester, self.clock()
            hour = (requester.tenant, requester.id, now - now % HOUR_MS)
            self.used[hour] = self.used.get(hour, 0) + gpu_ms
        self._change(entry, happening, gpu_ms=gpu_ms, ended_ms=self.clock(), **fields)
        entry.lease = None
        for paid in entry.charges:
            self.counters.settle(paid, gpu_ms, everything=give_back)
        self._parking.wake()

    def _hand_back(self, entry: _Entry, *, costs: bool, requirement: str | None = None) -> None:
        record = entry.record
        entry.spent += costs
        if record.cancel_requested:
            self._finish(entry, Happening.CANCELLED, 0 if costs else record.gpu_ms or 0)
        elif entry.spent >= ATTEMPTS:
            wrong = {"error_code": ServerLost.code, "error_sentence": ServerLost.sentence}
            self._finish(entry, Happening.FAILED, 0, give_back=True, **wrong)
        else:
            # The number of a run that was never recorded is free again.
            unused = record.state is JobState.STARTING and not costs
            entry.lease = None
            self.fair.hand_back(str(record.job.id), requirement)
            fresh = {"server": None, "run_id": None, "started_ms": None, "gpu_ms": None}
            moved_to = requirement or record.moved_to
            self._change(entry, Happening.REQUEUED, attempt=record.attempt - unused, moved_to=moved_to, **fresh)
            self._parking.wake()


def _order_of(entry: _Entry) -> Order:
    return _order(entry.record.job, entry.order)._replace(requirement=entry.record.requirement)


def _order(job: Job, number: int) -> Order:
    requester = job.requester
    return Order(
        place=number - job.priority * PRIORITY_STEP,
        job=str(job.id),
        tenant=quoted(requester.tenant.platform, requester.tenant.id),
        user=quoted(requester.id),
        person=quoted(*requester.person),
        requirement=job.requirement,
        estimate_ms=job.estimate_ms,
    )
