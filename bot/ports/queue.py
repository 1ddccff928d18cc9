"""The ports of the queue: jobs that wait, lanes, and what an operator may look at."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.jobs import Job, JobId, JobRecord, RunId, StoredFile, Tenant
from bot.leases import Cancelling, Charge, Counted, Held, LaneTable, Lease, Renewal
from bot.overview import Facts
from bot.policy.rulebook import Books
from bot.shares import ONE, Position, Share

EQUAL = Share()
"""Everybody's share where nothing else is said: the same weight, no caps."""


class JobQueue(Protocol):
    """Jobs that wait, and who holds which. Every verb is one atomic step and may be repeated after a lost answer."""

    async def enqueue(
        self, job: Job, charges: Sequence[Charge] = (), *, share: Share = EQUAL, books: Books | None = None
    ) -> JobRecord:
        """Add a job, or find it: a job id that is known returns the first answer and charges nothing again.

        Checks the caps on waiting jobs and all charges, then adds all. Raises QueueFull with when to try again and
        whose limit it was: `user`, `person`, `tenant`, `everybody`, or the charge's counter; of several charges the one
        that is longest in the way, and to the millisecond when enough of it has come back. From here on the share
        holds for all jobs of its user. Marks the job for the noticeboard. The store's clock sets `created_ms`. A known
        job is returned as it stands now.

        Of a job that was decided by `books` nothing is added where one of them was changed since: raises RulesChanged.
        """
        ...

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
        """Take the job whose turn it is in this server's lane (bot/fairshare.py says which); None when there is none.

        Waits for one up to `patience_s`, an hour at the most; a successor does not wait. A lost wake-up costs that time
        and no more. One new job is given to one of those who wait: one whose `warm` has its model, else the fastest.
        None: nothing was given. Whoever is cancelled is given nothing: a job that was given just then goes back at
        once, at no cost; only if their process is killed or frozen it is the server's until its lease ends.

        `warm` names the models that the server has loaded, the one to be preferred first. `speed` is the server's, in
        thousandths: what is charged is what the job would take on one of speed 1. A nonce that a server used returns
        its first answer, as long as that lease lives. `successor_of` names the lease that is about to end: it does not
        count against the caps of its user. The job becomes STARTING.
        """
        ...

    async def renew(self, lease: Lease, *, gpu_ms: int = 0) -> Renewal:
        """Keep a lease for another term; `gpu_ms` is what the run has used so far."""
        ...

    async def record(self, lease: Lease, *, run_id: RunId, client_id: str = "") -> bool:
        """Write down a run just before its submit; the job becomes RUNNING. False: the lease is lost, do not submit."""
        ...

    async def succeed(
        self, lease: Lease, *, files: Sequence[StoredFile], texts: Sequence[str] = (), gpu_ms: int = 0
    ) -> bool:
        """Settle a job with its result, once; it needs a recorded run. False: the lease was lost, nothing changed."""
        ...

    async def fail(
        self, lease: Lease, *, code: str, sentence: str, gpu_ms: int = 0, server_fault: bool = False
    ) -> bool:
        """Settle a job without a result, once. What a server's fault used up is given back. False as in `succeed`."""
        ...

    async def confirm_cancel(self, lease: Lease, *, gpu_ms: int = 0) -> bool:
        """Settle a job as cancelled after its run was stopped. False as in `succeed`."""
        ...

    async def requeue(self, lease: Lease, *, costs_attempt: bool, requirement: str | None = None) -> bool:
        """Hand a job back at its old place. A shutdown costs no attempt; the last attempt fails as `server_lost`.

        A job that was STARTING never costs one. A job that somebody wants cancelled is cancelled instead. With a
        requirement it waits from now on for a server that serves that one; whoever reads it sees that it was moved.
        """
        ...

    async def cancel(self, job_id: JobId) -> Cancelling:
        """Remove a job that is on no server (QUEUED, STARTING), or tell the worker that runs it.

        The lease of a STARTING job is lost thereby: its `record` says False. A cancelled job stays CANCELLED.
        """
        ...

    async def rescue(self) -> Sequence[JobId]:
        """Put every job whose lease has run out back at its old place, at the cost of an attempt (STARTING, too)."""
        ...

    async def position(self, job_id: JobId) -> Position | None:
        """Tell what is still before this job; None when it does not wait."""
        ...


class CounterStore(Protocol):
    """What was charged so far. Only `enqueue` adds charges, and only what ends a job settles them."""

    async def look(self, counters: Sequence[str]) -> Mapping[str, Counted]:
        """Return what each of these counters counts now."""
        ...

    async def reset(self, counters: Sequence[str]) -> None:
        """Forget what was used; what jobs that have not ended hold stays, and is settled when they end."""
        ...


class LaneStore(Protocol):
    """Lanes, shared by all processes. A server that no lane was laid for stands in the one that serves everything
    that no route was laid for, so a pool without a table is one lane."""

    async def table(self) -> LaneTable:
        """Return the lanes as they are laid now."""
        ...

    async def lay(self, table: LaneTable) -> bool:
        """Replace the table; False, and nothing changed, unless it still had the version that this one was made from.

        It is then this one with the next version. What waits is seated anew by `tend`.
        """
        ...

    async def tend(self) -> bool:
        """Put some of those who wait where they belong and recount what is counted of them; False when all are done.

        May be stopped and taken up by any process at any time.
        """
        ...

    async def require(self, requirement: str, meaning: bytes) -> None:
        """Keep what a requirement means; it is forgotten a day after it was last kept, if no job waits with it."""
        ...

    async def requirements(self) -> Mapping[str, bytes]:
        """Return what each known requirement means."""
        ...


class Overview(Protocol):
    """What may be looked at; nothing is changed by it."""

    async def facts(self, *, limit: int, only: Tenant | None = None) -> Facts:
        """Tell how the queue stands.

        Of each lane's line the first so many communities are listed, of each community's line the first so many
        members, and of each of these so many jobs; and whoever has a job on a GPU. `only`:
        of communities that one alone.
        """
        ...
