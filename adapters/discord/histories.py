"""Somebody's own jobs, a page at a time. Pure."""

from collections.abc import Iterator, Sequence

from adapters.discord.answers import boxed, note
from adapters.discord.buttons import press
from adapters.discord.components import button, gap, rows, words
from adapters.discord.shapes import Json
from adapters.discord.text import plain, quoted
from bot.jobs import JobRecord, JobState
from bot.meanings import HistoryPage, Show
from bot.status import Button

ON_A_PAGE = 5
"""Jobs of a page: more would take more components than Discord lets a message have."""


def history(records: Sequence[JobRecord], skip: int = 0) -> Json:
    """Show a page of somebody's jobs, the newest first; `skip` of them are newer than the page's first."""
    if not records:
        return note("You have not asked for anything yet.", "/imagine paints your first picture.")
    page = records[skip : skip + ON_A_PAGE]
    if not page:
        return boxed([words("**That is all.**"), *_turning(records, skip)])
    said = f"**Your latest jobs**, {skip + 1} to {skip + len(page)} of {len(records)}"
    return boxed([words(said), *(part for record in page for part in _entry(record)), *_turning(records, skip)])


def _entry(record: JobRecord) -> Iterator[Json]:
    job = record.job
    asked = quoted(str(job.values.get("prompt") or ""), 300)
    small = f"-# {plain(job.workflow, 60)} · {_standing(record)} · <t:{job.created_ms // 1000}:R>"
    again = Button.REROLL if record.state.is_final else Button.CANCEL
    yield gap()
    yield words(f"{asked}\n{small}" if asked else small)
    yield from rows([button("Show", Show(job_id=job.id)), press(again, job.id)])


def _standing(record: JobRecord) -> str:
    match record.state:
        case JobState.QUEUED:
            return "waiting"
        case JobState.STARTING | JobState.RUNNING:
            return "on a GPU now"
        case JobState.FAILED:
            return plain(record.error_sentence or "failed", 150)
        case JobState.CANCELLED:
            return "cancelled"
        case JobState.SUCCEEDED:
            count = len(record.files)
            return "painted" if not count else "1 picture" if count == 1 else f"{count} pictures"


def _turning(records: Sequence[JobRecord], skip: int) -> list[Json]:
    turning = []
    if skip > 0:
        turning.append(button("Newer", HistoryPage(skip=max(0, min(skip, len(records)) - ON_A_PAGE))))
    if skip + ON_A_PAGE < len(records):
        turning.append(button("Older", HistoryPage(skip=skip + ON_A_PAGE)))
    return rows(turning)
