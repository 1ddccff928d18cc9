"""The queue: typed calls in front of its scripts."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Protocol
from urllib.parse import unquote

from adapters.redis import answers
from adapters.redis.edge import Edge, Reply
from adapters.redis.hints import Hints
from adapters.redis.keys import job_name, quoted, tenant_name, user_name
from adapters.redis.serial import SCHEMA, inputs_of, job_text, result_text
from bot.errors import QueueFull, RulesChanged, ServerLost, StoreLost
from bot.jobs import Job, JobId, JobRecord, JobState, RunId, StoredFile
from bot.leases import patience_of
from bot.policy.rulebook import Books
from bot.ports import ATTEMPTS, EQUAL, Cancelling, Charge, Held, Lease, Renewal
from bot.shares import ONE, Caps, Position, Share

MAX_RESCUED = 100
"""In one script, so that a great many lost jobs do not block everybody else."""
MAX_RETURNED = 32
"""In one script, of claims that were cancelled."""
SHORTEST_WAIT_MS, LONGEST_WAIT_MS = 5_000, 300_000
"""When to try again for room that frees when some job ends: about the time that one takes."""

_LAST_WORDS = (ServerLost.code, result_text(sentence=ServerLost.sentence))


class Calls(Protocol):
    """Carries a script that takes several calls."""

    async def call(self, *words: str | bytes | int) -> Reply:
        """Run the script for these words; raises StoreLost."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisQueue:
    """JobQueue on Redis: fair shares, as bot/fairshare.py defines them."""

    edge: Edge
    hints: Hints
    lease_ms: int
    claims: Calls
    departures: Calls
    records: Calls
    settlements: Calls
    _lanes: dict[str, str] = field(default_factory=dict, init=False)  #: server -> where its last claim found it

    async def enqueue(
        self, job: Job, charges: Sequence[Charge] = (), *, share: Share = EQUAL, books: Books | None = None
    ) -> JobRecord:
        """Add a job, or find it; raises QueueFull or RulesChanged."""
        files = inputs_of(job.values)
        what, *rest = answers.rows(
            await self.edge.run(
                "enqueue",
                job_name(job.id),
                quoted(job.place.tenant.platform),
                tenant_name(job.requester.tenant),
                user_name(job.requester),
                job.requirement,
                job.priority,
                job.estimate_ms,
                quoted(job.digest),
                job_text(job),
                min(max(job.estimate_ms, SHORTEST_WAIT_MS), LONGEST_WAIT_MS),
                share.weight,
                share.tenant_weight,
                *_caps(share.running)[:3],
                *_caps(share.waiting),
                SCHEMA,
                "1" if job.for_review else "",
                *((books.everywhere.version, books.community.version) if books else ("", "")),
                sum(file.bytes for file in files),
                len(files),
                *(file.key for file in files),
                *(word for charge in charges for word in _words(charge)),
            )
        )
        if what == b"outdated":
            raise RulesChanged
        if what == b"full":
            counter, after_ms = answers.text(rest[0]), answers.number(rest[1])
            name = next((charge.counter for charge in charges if quoted(charge.counter) == counter), counter)
            raise QueueFull(counter=name, retry_after_s=after_ms / 1000)
        if what == b"known":
            return answers.record(rest[0])
        added = replace(job, created_ms=answers.number(rest[0]))
        return JobRecord(job=added, state=JobState.QUEUED, revision=1)

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
        """Take the job whose turn it is in this server's lane, or wait for one, parked."""
        # In this order a job that comes at any time is noticed: the ear is open before the claim is parked, and a last
        # claim without patience takes it away, or finds what it was given meanwhile.
        ends, clock = _held(successor_of) if successor_of else ("", ""), asyncio.get_running_loop().time
        words = (quoted(server), quoted(nonce), self.lease_ms, speed, *ends, *dict.fromkeys(warm))
        until = clock() + patience_of(patience_s, successor_of)
        with self.hints.ear(quoted(server), quoted(nonce)) as ear:
            while True:
                left_s = max(0.0, until - clock())
                held = self._found(server, await self.claims.call(ceil(left_s * 1000), self.hints.process, *words))
                if held or not left_s:
                    return held
                await self.hints.work(self._lanes.get(server), left_s, ear)
                if ear.given is not None:
                    return self._found(server, ear.given)

    async def return_left(self) -> None:
        """Take away for ever claims that were cancelled, and hand back what they were given."""
        while True:
            await self.hints.leaving()
            await self.return_all_left()

    async def return_all_left(self) -> None:
        """Take away all claims that were cancelled: behind these, for calls go in the order in which they are made."""
        while left := self.hints.left(MAX_RETURNED):
            with suppress(StoreLost):  # then their leases bring back what they were given
                await self.departures.call(*(word for who in left for word in who))
            self.hints.forget(left)

    def _found(self, server: str, answer: Reply) -> Held | None:
        lane, *found = answers.rows(answer)
        self._lanes[server] = answers.text(lane)
        return answers.held(*found) if found else None

    async def renew(self, lease: Lease, *, gpu_ms: int = 0) -> Renewal:
        """Keep a lease for another term."""
        found = answers.text(await self.edge.run("renew", *_held(lease), self.lease_ms, gpu_ms))
        return {"held": Renewal.HELD, "cancel": Renewal.CANCEL_REQUESTED, "lost": Renewal.LOST}[found]

    async def record(self, lease: Lease, *, run_id: RunId, client_id: str = "") -> bool:
        """Write down a run just before its submit."""
        return await self.records.call(*_held(lease), run_id, client_id) == 1

    async def succeed(
        self, lease: Lease, *, files: Sequence[StoredFile], texts: Sequence[str] = (), gpu_ms: int = 0
    ) -> bool:
        """Settle a job with its result, once."""
        result = result_text(files=files, texts=texts)
        return await self._settle(lease, JobState.SUCCEEDED, gpu_ms, result=result, files=files)

    async def fail(
        self, lease: Lease, *, code: str, sentence: str, gpu_ms: int = 0, server_fault: bool = False
    ) -> bool:
        """Settle a job without a result, once."""
        result = result_text(sentence=sentence)
        return await self._settle(lease, JobState.FAILED, gpu_ms, result=result, code=code, give_back=server_fault)

    async def confirm_cancel(self, lease: Lease, *, gpu_ms: int = 0) -> bool:
        """Settle a job as cancelled after its run was stopped."""
        return await self._settle(lease, JobState.CANCELLED, gpu_ms)

    async def requeue(self, lease: Lease, *, costs_attempt: bool, requirement: str | None = None) -> bool:
        """Hand a job back at its old place; with a requirement, for another server."""
        words = (*_held(lease), int(costs_attempt), ATTEMPTS, *_LAST_WORDS, requirement or "")
        return await self.edge.run("requeue", *words) == 1

    async def cancel(self, job_id: JobId) -> Cancelling:
        """Remove a job that is on no server, or tell the worker that runs it."""
        return Cancelling[answers.text(await self.edge.run("cancel", job_name(job_id))).upper()]

    async def rescue(self) -> Sequence[JobId]:
        """Put every job whose lease has run out back at its old place."""
        rescued: list[JobId] = []
        while some := answers.ids(await self.edge.run("rescue", ATTEMPTS, *_LAST_WORDS, MAX_RESCUED)):
            rescued += some
        return rescued

    async def position(self, job_id: JobId) -> Position | None:
        """Tell what is still before this job."""
        found = await self.edge.run("position", job_name(job_id))
        if found is None:
            return None
        capped, jobs, gpu_ms, *lanes = answers.rows(found)
        if not lanes:
            whose = answers.text(capped) or None
            return Position(jobs=answers.number(jobs), gpu_ms=answers.number(gpu_ms), lane=None, capped=whose)
        waits = {
            unquote(answers.text(lane)): answers.number(ms) for lane, ms in zip(lanes[::3], lanes[2::3], strict=True)
        }
        first = next(iter(waits))
        return Position(jobs=answers.number(lanes[1]), gpu_ms=waits.pop(first), lane=first, elsewhere=waits)

    async def _settle(
        self,
        lease: Lease,
        state: JobState,
        gpu_ms: int,
        *,
        result: str = "",
        files: Sequence[StoredFile] = (),
        code: str = "",
        give_back: bool = False,
    ) -> bool:
        size = sum(file.bytes for file in files)
        names = [file.key for file in files]
        words = (*_held(lease), state.value, gpu_ms, int(give_back), code, result, size, *names)
        return await self.settlements.call(*words) == 1


def _words(charge: Charge) -> tuple[str | int, ...]:
    lasts = "" if charge.lasts_ms is None else charge.lasts_ms
    return quoted(charge.counter), charge.amount, charge.ceiling, charge.settlement.name, lasts, charge.closed_ms


def _caps(caps: Caps) -> list[str | int]:
    return ["" if cap is None else cap for cap in (caps.user, caps.person, caps.tenant, caps.everybody)]


def _held(lease: Lease) -> tuple[str, int]:
    return job_name(lease.job_id), lease.fence
