"""Until when a job has to end whose message can be changed for a while only. Pure; times are the store's."""

from bot.jobs import Job, JobRecord, JobState

_SLACK_S = 1.0
"""Who ends it counts from when they heard of it, by a clock of their own."""


def left_s(job: Job, now_ms: int) -> float | None:
    """Return how many seconds a job still has, fewer than none when it is too late; None: as many as it takes."""
    return None if job.within_s is None else job.within_s - (now_ms - job.created_ms) / 1000


def is_overdue(record: JobRecord, now_ms: int) -> bool:
    """Tell whether a job has to be ended now, and nobody wants that yet."""
    left = left_s(record.job, now_ms)
    return left is not None and left <= 0 and not record.state.is_final and not record.cancel_requested


def ended_overdue(record: JobRecord) -> bool:
    """Tell whether a job was ended because its time was over."""
    if record.state is not JobState.CANCELLED or record.ended_ms is None:
        return False
    left = left_s(record.job, record.ended_ms)
    return left is not None and left <= _SLACK_S


def spelled(seconds: float) -> str:
    """Say in words how long something is."""
    for least_s, unit_s, unit in _UNITS:
        if seconds >= least_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return f"{seconds:.0f} s"


_UNITS = ((48 * 3600, 86_400, "days"), (7200, 3600, "h"), (90, 60, "min"))
"""From how many seconds on something is told in which unit: nobody counts 4320 minutes."""
