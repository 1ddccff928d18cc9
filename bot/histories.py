"""Somebody's own jobs, a page at a time, as every platform shows them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.jobs import JobRecord, JobState
from bot.policy.places import Spot
from bot.status import StatusCard
from workflows.numbers import several

NOTHING_YET = "You have not asked for anything yet."
HOW_TO_BEGIN = "/imagine paints your first picture."
THAT_IS_ALL = "That is all."
LATEST = "Your latest jobs"
SHOW, NEWER, OLDER = "Show", "Newer", "Older"
AS_OF_NOW = "As of now: this copy does not change. Show it again to see how it goes on."
WITHHELD = "What it made is for adults only:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of somebody's jobs, the newest first; `newer` and `older` are how many to skip for the pages beside it."""

    records: tuple[JobRecord, ...]
    standing: str  #: which of how many these are
    newer: int | None
    older: int | None


def page_of(records: Sequence[JobRecord], skip: int, size: int) -> Page:
    """Return a page: `skip` of the jobs are newer than its first; one that is gone is empty, and has its neighbours."""
    shown = tuple(records[skip : skip + size])
    return Page(
        records=shown,
        standing=f"{skip + 1} to {skip + len(shown)} of {len(records)}",
        newer=max(0, min(skip, len(records)) - size) if skip > 0 else None,
        older=skip + size if skip + size < len(records) else None,
    )


def fit_for(card: StatusCard, spot: Spot, where: str) -> tuple[StatusCard, tuple[str, ...]]:
    """Return a job's card as it may be shown there, and what has to be said of it and of what it leaves out.

    `where` is the platform's sentence of where what is for adults may be seen.
    """
    remarks = () if card.state.is_final else (AS_OF_NOW,)
    if spot.adults_only or not card.nsfw or not (card.files or card.preview):
        return card, remarks
    return replace(card, files=(), preview=None), (f"{WITHHELD} {where}", *remarks)


def words_of(record: JobRecord) -> str:
    """Return what a job is known by: its prompt, else its workflow; it may be long, and is not inert."""
    return str(record.job.values.get("prompt") or record.job.workflow)


def standing(record: JobRecord) -> str:
    """Say in a few words what became of a job; what stands in it may be long, and is not inert."""
    match record.state:
        case JobState.QUEUED:
            return "waiting"
        case JobState.STARTING | JobState.RUNNING:
            return "on a GPU now"
        case JobState.FAILED:
            return record.error_sentence or "failed"
        case JobState.CANCELLED:
            return "cancelled"
        case JobState.SUCCEEDED if record.review is not None and record.is_withheld:
            return "not let through"
        case JobState.SUCCEEDED if record.is_withheld:
            return "waits for a moderator"
        case JobState.SUCCEEDED:
            return several(len(record.files), "picture") if record.files else "painted"
