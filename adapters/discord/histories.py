"""Somebody's own jobs, a page at a time. Pure."""

from collections.abc import Iterator, Sequence

from adapters.discord.answers import boxed, note
from adapters.discord.buttons import press
from adapters.discord.components import button, gap, rows, words
from adapters.discord.shapes import Json
from adapters.discord.text import plain, quoted
from bot.histories import HOW_TO_BEGIN, LATEST, NEWER, NOTHING_YET, OLDER, SHOW, THAT_IS_ALL, Page, page_of, standing
from bot.jobs import JobRecord
from bot.meanings import HistoryPage, Press, Show
from bot.status import Button

ON_A_PAGE = 5
"""Jobs of a page: more would take more components than Discord lets a message have."""


def history(records: Sequence[JobRecord], skip: int = 0) -> Json:
    """Show a page of somebody's jobs, the newest first; `skip` of them are newer than the page's first."""
    if not records:
        return note(NOTHING_YET, HOW_TO_BEGIN)
    page = page_of(records, skip, ON_A_PAGE)
    if not page.records:
        return boxed([words(f"**{THAT_IS_ALL}**"), *_turning(page)])
    said = f"**{LATEST}**, {page.standing}"
    return boxed([words(said), *(part for record in page.records for part in _entry(record)), *_turning(page)])


def _entry(record: JobRecord) -> Iterator[Json]:
    job = record.job
    asked = quoted(str(job.values.get("prompt") or ""), 300)
    small = f"-# {plain(job.workflow, 60)} · {plain(standing(record), 150)} · <t:{job.created_ms // 1000}:R>"
    again = Button.REROLL if record.state.is_final else Button.CANCEL
    yield gap()
    yield words(f"{asked}\n{small}" if asked else small)
    yield from rows([button(SHOW, Show(job_id=job.id)), press(Press(button=again, job_id=job.id))])


def _turning(page: Page) -> list[Json]:
    turns = {NEWER: page.newer, OLDER: page.older}
    return rows([button(text, HistoryPage(skip=skip)) for text, skip in turns.items() if skip is not None])
