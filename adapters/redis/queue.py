"""The queue: typed calls in front of its scripts."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.redis import answers
from adapters.redis.edge import Edge, Reply
from adapters.redis.hints import Hints
from adapters.redis.keys import quoted, whose
from adapters.redis.serial import SCHEMA, inputs_of, job_text, result_text
from bot.errors import QueueFull, ServerLost
from bot.jobs import Job, JobId, JobRecord, JobState, RunId, StoredFile
from bot.ports import ATTEMPTS, EQUAL, Cancelling, Charge, Held, Lease, Renewal
from bot.shares import ANY_LANE, ONE, Position, Share

NONCE_MS = 600_000
"""Far longer than anybody asks again for a lost answer."""
MAX_RESCUED = 100
"""In one script, so that a great many lost jobs do not block everybody else."""
SHORTEST_WAIT_MS, LONGEST_WAIT_MS = 5_000, 300_000
"""When to try again for room that frees when some job ends: about the time that one takes."""

_LAST_WORDS = (ServerLost.code, result_text(sentence=ServerLost.sentence))


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisQueue:
    """JobQueue on Redis, first come first served."""

    edge: Edge
    hints: Hints
    lease_ms: int

    async def enqueue(self, job: Job, charges: Sequence[Charge] = (), *, share: Share = EQUAL) -> JobRecord:
        """Add a job, or find it; raises QueueFull."""
        caps, who = share.waiting, job.requester
        if caps.person is not None:
            charges = [
                *charges,
                Charge(counter=f"person/{who.tenant.platform}/{who.id}", amount=1, ceiling=caps.person),
            ]
        if caps.everybody is not None:
            charges = [*charges, Charge(counter="everybody", amount=1, ceiling=caps.everybody)]
        files = inputs_of(job.values)
        wait_ms = min(max(job.estimate_ms, SHORTEST_WAIT_MS), LONGEST_WAIT_MS)
        what, *rest = answers.rows(
            await self.edge.run(
                "enqueue",
                str(job.id),
                SCHEMA,
                quoted(job.place.tenant.platform),
                quoted(job.digest),
                whose(job.requester),
                job_text(job),
                wait_ms,
                sum(file.bytes for file in files),
                len(files),
                *(file.key for file in files),
                *(word for charge in charges for word in _words(charge)),
            )
        )
        if what == b"full":
            counter, after_ms = rest
            name = next(charge.counter for charge in charges if quoted(charge.counter) == answers.text(counter))
            name = name.partition("/")[0] if name.startswith("person/") else name
            raise QueueFull(counter=name, retry_after_s=answers.number(after_ms) / 1000)
        return answers.record(rest[0])

    async def claim(
        self,
        server: str,
        nonce: str,
        *,
        warm: Sequence[str] = (),
        speed: int = ONE,
        successor_of: Lease | None = None,
    ) -> Held | None:
        """Take the oldest job; nobody has a cap yet that a successor could exceed."""
        answer = await self.edge.run(
            "claim",
            quoted(server),
            quoted(nonce),
            self.lease_ms,
            max(NONCE_MS, self.lease_ms),
            0,
        )
        if not answer:
            return None
        lease = _lease(answer, server)
        found = answers.rows(await self.edge.run("read", str(lease.job_id)))
        return Held(lease=lease, record=answers.record(found[0]))

    async def renew(self, lease: Lease, *, gpu_ms: int = 0) -> Renewal:
        """Keep a lease for another term."""
        found = answers.text(await self.edge.run("renew", *_held(lease), self.lease_ms, gpu_ms))
        return {"held": Renewal.HELD, "cancel": Renewal.CANCEL_REQUESTED, "lost": Renewal.LOST}[found]

    async def record(self, lease: Lease, *, run_id: RunId, client_id: str = "") -> bool:
        """Write down a run just before its submit."""
        return await self.edge.run("record", *_held(lease), run_id, client_id) == 1

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

    async def requeue(self, lease: Lease, *, costs_attempt: bool) -> bool:
        """Hand a job back at its old place."""
        return await self.edge.run("requeue", *_held(lease), int(costs_attempt), ATTEMPTS, *_LAST_WORDS) == 1

    async def cancel(self, job_id: JobId) -> Cancelling:
        """Remove a job that is on no server, or tell the worker that runs it."""
        return Cancelling[answers.text(await self.edge.run("cancel", str(job_id))).upper()]

    async def rescue(self) -> Sequence[JobId]:
        """Put every job whose lease has run out back at its old place."""
        rescued: list[JobId] = []
        while some := answers.ids(await self.edge.run("rescue", ATTEMPTS, *_LAST_WORDS, MAX_RESCUED)):
            rescued += some
        return rescued

    async def position(self, job_id: JobId) -> Position | None:
        """Count the jobs before this one."""
        line = self.edge.keys.key("waiting")
        rank = await self.edge.ask("ZRANK", line, str(job_id))
        jobs = 0 if rank is None else answers.number(rank)
        return None if rank is None else Position(jobs=jobs, gpu_ms=30_000 * jobs, lane=ANY_LANE)

    async def wait(self, server: str, timeout_s: float) -> None:
        """Return when there may be work, or after the timeout."""
        await self.hints.work(None, timeout_s)

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
        answer = await self.edge.run(
            "settle", *_held(lease), state.value, gpu_ms, int(give_back), code, result, size, *names
        )
        return answer == 1


def _words(charge: Charge) -> tuple[str | int, ...]:
    window = "" if charge.window_s is None else charge.window_s * 1000
    return quoted(charge.counter), charge.amount, charge.ceiling, charge.settlement.name, window


def _held(lease: Lease) -> tuple[str, int]:
    return str(lease.job_id), lease.fence


def _lease(answer: Reply, server: str) -> Lease:
    job_id, attempt, fence, expires, _ = answers.rows(answer)
    return Lease(
        job_id=answers.ids([job_id])[0],
        server=server,
        attempt=answers.number(attempt),
        fence=answers.number(fence),
        expires_ms=answers.number(expires),
    )
