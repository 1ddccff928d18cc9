"""What members reported, in memory. One object is one store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.jobs import JobId, Tenant
from bot.reports import KEPT_S, MOST, Report, following


@dataclass(slots=True, kw_only=True)
class MemoryReports:
    """ReportStore in memory; `clock` is milliseconds."""

    clock: Callable[[], int] = lambda: 0
    _reports: dict[tuple[Tenant, JobId, str], Report] = field(default_factory=dict)

    async def add(self, report: Report) -> bool:
        tenant = report.requester.tenant
        name = (tenant, report.job_id, report.reporter.id)
        earlier = self._reports.get(name)
        told = following(earlier, report) if earlier else report
        if told is None or told is earlier:
            return told is not None
        self._reports.pop(name, None)  # as the latest it stands last
        self._reports[name] = replace(told, at_ms=self.clock())
        theirs = [each for each in self._reports if each[0] == tenant]
        for each in theirs[:-MOST]:
            del self._reports[each]
        return True

    async def newest(self, tenant: Tenant | None, *, limit: int) -> Sequence[Report]:
        late = self.clock() - KEPT_S * 1000
        kept = [
            report
            for report in reversed(self._reports.values())
            if report.at_ms > late and tenant in {None, report.requester.tenant}
        ]
        return kept[:limit]

    async def of_jobs(self, job_ids: Sequence[JobId]) -> Mapping[JobId, int]:
        kept = await self.newest(None, limit=len(self._reports))
        return {each.job_id: each.at_ms for each in reversed(kept) if each.job_id in job_ids}
