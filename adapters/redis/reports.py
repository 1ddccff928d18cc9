"""What members reported: kept for a while, so many of each community, whatever becomes of the jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.redis import answers
from adapters.redis.edge import Edge, Reply
from adapters.redis.keys import job_name, tenant_name, user_name, where_name
from adapters.redis.serial import report_of, report_text
from bot.jobs import JobId, Tenant
from bot.reports import KEPT_S, MOST, Report, following


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisReports:
    """ReportStore on Redis."""

    edge: Edge

    async def add(self, report: Report) -> bool:
        """Keep a report below what the same reporter said of the job before; False: there is no room for it."""
        tenant, name = tenant_name(report.requester.tenant), f"{job_name(report.job_id)}/{user_name(report.reporter)}"
        known: bytes | None = b""
        # As often as the same person is heard by another process in between; a lost answer is found by its words.
        while known is not None:
            earlier = report_of(known, at_ms=0) if known else None
            told = following(earlier, report) if earlier else report
            if told is None or told == earlier:
                return told is not None
            known = answers.data(
                await self.edge.run("report", tenant, name, report_text(told), known, MOST, KEPT_S * 1000)
            )
        return True

    async def newest(self, tenant: Tenant | None, *, limit: int) -> Sequence[Report]:
        """Return the latest reports, the newest first: of one community, or of all."""
        name = where_name(tenant)
        found = answers.rows(await self.edge.run("reports", name, limit, KEPT_S * 1000))
        return [_report(*answers.rows(each)) for each in found]

    async def of_jobs(self, job_ids: Sequence[JobId]) -> Mapping[JobId, int]:
        """Return of these jobs those that were reported, and when each was last."""
        told = answers.rows(await self.edge.run("reported", *(job_name(each) for each in job_ids)))
        life_ms = KEPT_S * 1000
        return {each: answers.number(at) - life_ms for each, at in zip(job_ids, told, strict=True) if at is not None}


def _report(at: Reply, text: Reply) -> Report:
    return report_of(answers.data(text) or b"", at_ms=answers.number(at))
