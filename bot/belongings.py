"""What somebody made, reported and used, for them alone: to take along, and to have it deleted.

What others decided or wrote down about them, and evidence, is the moderators': it is neither handed out nor deleted.

An export of MOST_JOBS takes a second to make and to write. It is done in a thread, so that everybody else goes on.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answers import Answer, Tone, note
from bot.console.views import HourlyUsage
from bot.jobs import JobRecord, Requester
from bot.policy.periods import instant
from bot.ports import UsageStore
from bot.removing import Removed, Removing
from bot.reports import MOST, Report
from workflows.numbers import several
from workflows.values import FileHandle, jsonable

MOST_JOBS = 10_000
"""Jobs of one export: of more, the latest."""

_STAYS = (
    "What moderators decided about you stays, such as bans and quotas, and the audit of it; so does what was reported."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """Where it is read and removed."""

    removing: Removing
    hours: UsageStore

    async def export(self, requester: Requester) -> Mapping[str, object]:
        """Return what is somebody's own in this community, for JSON: jobs, reports, GPU time by the hour."""
        jobs = await self.removing.store.of_requester(requester, limit=MOST_JOBS)
        reports = await self.removing.reports.newest(requester.tenant, limit=MOST)
        used = await self.hours.hourly(requester.tenant, since_ms=0, user=requester.id)
        return await asyncio.to_thread(_export, requester, jobs, reports, used)

    async def forget_me(self, requester: Requester) -> Answer:
        """Delete somebody's jobs here with their files and messages, and say what stays."""
        stopped = await self.removing.cancel(requester.tenant, requester.id)
        removed = await self.removing.remove(requester.tenant, requester.id, since_ms=0)
        await self.hours.forget(requester.tenant, requester.id)
        still = await self.removing.census.under_way(requester.tenant, requester.id)
        return _deleted(removed, sum(each.job.id in stopped for each in still))


async def written(own: Mapping[str, object]) -> bytes:
    """Write an export as JSON, for people to read, too."""
    return await asyncio.to_thread(lambda: json.dumps(own, ensure_ascii=False, indent=2).encode())


def _export(
    requester: Requester, jobs: Sequence[JobRecord], reports: Sequence[Report], used: Sequence[HourlyUsage]
) -> Mapping[str, object]:
    return {
        "person": {
            "platform": requester.tenant.platform,
            "community": requester.tenant.id,
            "id": requester.id,
            "name": requester.name,
        },
        "jobs": [_job(each) for each in jobs],
        "reports": [_report(each) for each in reports if each.reporter.id == requester.id],
        "hours": [{"hour": instant(each.hour_ms), "gpu_ms": each.gpu_ms} for each in used],
    }


def _deleted(removed: Removed, still: int) -> Answer:
    jobs = several(removed.jobs, "job")
    running = " What ran is being stopped: ask again in a minute to delete that, too." if still else ""
    kept = f" Of your jobs {removed.kept} stay, since they were reported." if removed.kept else ""
    return note(f"Deleted: {jobs}, with pictures and messages.", f"{_STAYS}{kept}{running}", tone=Tone.GOOD)


def _job(record: JobRecord) -> dict[str, object]:
    job = record.job
    plain = {name: value for name, value in job.values.items() if not isinstance(value, FileHandle)}
    return {
        "id": str(job.id),
        "workflow": job.workflow,
        "values": dict(jsonable(plain)),
        "channel": job.place.channel,
        "state": record.state.value,
        "asked": instant(job.created_ms),
        "ended": instant(record.ended_ms) if record.ended_ms else None,
        "gpu_ms": record.gpu_ms,
        "files": [{"name": each.name, "media_type": each.media_type, "bytes": each.bytes} for each in record.files],
        "texts": list(record.texts),
        "withheld": len(record.withheld),  # for review, or rejected: moderators alone see them
    }


def _report(report: Report) -> dict[str, object]:
    return {"job": str(report.job_id), "at": instant(report.at_ms), "reason": report.reason}
