"""Removing what somebody made: messages are told to whoever has their platform, jobs and files are forgotten."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.jobs import JobId, JobRecord, Left, Tenant
from bot.ports import Census, DoomedStore, JobQueue, JobStore, NoticeStore, ReportStore
from bot.reports import KEPT_S

_AT_ONCE = 500
"""Jobs that are looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What was removed."""

    jobs: int  #: forgotten, and soon their files
    messages: int  #: that go within seconds, where their platform is reached
    kept: int  #: jobs that stay: they were reported, so what they made is evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Removing:
    """Where it is done."""

    queue: JobQueue
    store: JobStore
    notices: NoticeStore
    reports: ReportStore
    census: Census
    doomed: DoomedStore

    async def cancel(self, tenant: Tenant | None, user: str | None) -> frozenset[JobId]:
        """Cancel all that somebody, or with no user a whole community, has waiting or running; return which."""
        found = await self.census.under_way(tenant, user)
        for record in found:
            await self.queue.cancel(record.job.id)
        return frozenset(record.job.id for record in found)

    async def remove(self, tenant: Tenant | None, user: str, *, since_ms: int) -> Removed:
        """Remove what of somebody's ended since then: messages, jobs and files; of what was reported the message."""
        kept: set[JobId] = set()
        jobs = messages = 0
        while fresh := await self._next(tenant, user, since_ms, kept):
            reported = await self.reports.of_jobs([record.job.id for record in fresh])
            for record in fresh:
                messages += await self._take_down(record)
                if await self._let_go(record.job.id, reported):
                    jobs += 1
                else:
                    kept.add(record.job.id)
        return Removed(jobs=jobs, messages=messages, kept=len(kept))

    async def delete(self, record: JobRecord) -> bool:
        """Remove one job that ended; what was reported stays as evidence. False: it did not end.

        Whoever deletes it reads nothing of that: they are not told that somebody reported them. Its message is taken
        away at once by whoever was asked; it is told to the others as well, for a platform may say no to that.
        """
        if not record.state.is_final:
            return False
        await self._take_down(record)
        await self._let_go(record.job.id, await self.reports.of_jobs([record.job.id]))
        return True

    async def _let_go(self, job_id: JobId, reported: Mapping[JobId, int]) -> bool:
        """Forget a job, or keep it as evidence for moderators alone, as long as the last report; False: it stays."""
        if job_id not in reported:
            return await self.store.forget(job_id)
        await self.store.withdraw(job_id, until_ms=reported[job_id] + KEPT_S * 1000)
        return False

    async def _next(
        self, tenant: Tenant | None, user: str, since_ms: int, kept: Collection[JobId]
    ) -> Sequence[JobRecord]:
        some = await self.census.settled(tenant, user, since_ms=since_ms, limit=_AT_ONCE + len(kept))
        return [record for record in some if record.job.id not in kept]

    async def _take_down(self, record: JobRecord) -> bool:
        """Have a job's message taken away, before the job is forgotten, and its notice with it."""
        ref = (await self.notices.notice(record.job.id)).ref
        await self.notices.closed(record.job.id)  # or the noticeboard would make it once more
        if ref is None:
            return False
        await self.doomed.doom([Left(job=record.job, ref=ref)])
        return True
