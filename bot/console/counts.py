"""How much is open: what somebody has to look at. Pure."""

from collections.abc import Sequence

from bot.console.views import OpenCount
from bot.jobs import JobRecord
from bot.reports import Report


def reports_open(reports: Sequence[Report], known: Sequence[JobRecord], most: int) -> OpenCount:
    """Count the jobs that were reported and that people still see, among the latest so many reports.

    Nobody closes a report. What was removed since, or not let through, is shown to moderators alone: that was judged.
    """
    seen = {each.job.id for each in known if not (each.is_evidence or each.is_withheld)}
    return OpenCount(number=len(seen & {each.job_id for each in reports}), is_more=len(reports) >= most)


def reviews_open(pending: Sequence[JobRecord], most: int) -> OpenCount:
    """Count what waits for a moderator, up to so many."""
    return OpenCount(number=len(pending), is_more=len(pending) >= most)
