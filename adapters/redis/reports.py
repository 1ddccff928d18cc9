"""What members reported: kept for a while, so many of each community, whatever becomes of the jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.redis import answers
from adapters.redis.edge import Edge, Reply
from adapters.redis.keys import job_name, tenant_name, user_name
from adapters.redis.serial import report_of, report_text
from bot.jobs import Tenant
from bot.reports import KEPT_S, MOST, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisReports:
    """ReportStore on Redis."""

    edge: Edge

    async def add(self, report: Report) -> None:
        """Keep a report; the same reporter's second one on a job changes nothing."""
        tenant, name = tenant_name(report.requester.tenant), f"{job_name(report.job_id)}/{user_name(report.reporter)}"
        await self.edge.run("report", tenant, name, report_text(report), MOST, KEPT_S * 1000)

    async def newest(self, tenant: Tenant | None, *, limit: int) -> Sequence[Report]:
        """Return the latest reports, the newest first: of one community, or of all."""
        name = "" if tenant is None else tenant_name(tenant)
        found = answers.rows(await self.edge.run("reports", name, limit, KEPT_S * 1000))
        return [_report(*answers.rows(each)) for each in found]


def _report(at: Reply, text: Reply) -> Report:
    return report_of(answers.data(text) or b"", at_ms=answers.number(at))
