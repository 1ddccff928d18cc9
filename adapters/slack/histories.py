"""Somebody's own jobs, a page at a time. Pure."""

from collections.abc import Iterator, Sequence

from adapters.slack.answers import note
from adapters.slack.blocks import actions, ago, button, gap, paragraph, press, quote, rich_text, said
from adapters.slack.shapes import Json
from adapters.slack.text import rich
from bot.histories import (
    HOW_TO_BEGIN,
    LATEST,
    NEWER,
    NOTHING_YET,
    OLDER,
    SHOW,
    THAT_IS_ALL,
    Page,
    page_of,
    standing,
    words_of,
)
from bot.inert import visible
from bot.jobs import JobRecord
from bot.meanings import HistoryPage, Press, Show
from bot.status import Button

ON_A_PAGE = 10
"""Jobs of a page, so that what they say stays far from what Slack takes."""

_LONGEST_PROMPT = 300


def history(records: Sequence[JobRecord], skip: int = 0) -> Json:
    """Show a page of somebody's jobs, the newest first; `skip` of them are newer than the page's first."""
    if not records:
        return note(NOTHING_YET, HOW_TO_BEGIN)
    page = page_of(records, skip, ON_A_PAGE)
    if not page.records:
        return {"text": THAT_IS_ALL, "blocks": [rich_text([paragraph([said(THAT_IS_ALL, bold=True)])]), *turning(page)]}
    heading = paragraph([said(LATEST, bold=True), said(f", {page.standing}")])
    entries = (part for record in page.records for part in _entry(record))
    return {"text": f"{LATEST}, {page.standing}", "blocks": [rich_text([heading]), *entries, *turning(page)]}


def told(record: JobRecord) -> Json:
    """Return what a job is: its prompt as a quote, and what became of it."""
    asked = quote(str(record.job.values.get("prompt") or ""), _LONGEST_PROMPT)
    small = f"{rich(record.job.workflow, 60)} · {rich(standing(record), 150)} · "
    return rich_text([*asked, paragraph([said(small), ago(record.job.created_ms // 1000)])])


def called(record: JobRecord) -> str:
    """Return how a screen reader tells a job's buttons from those of another."""
    return visible(words_of(record))


def turning(page: Page) -> list[Json]:
    """Return the buttons that lead to the pages beside one."""
    turns = {NEWER: page.newer, OLDER: page.older}
    found = [button(text, HistoryPage(skip=skip)) for text, skip in turns.items() if skip is not None]
    return [actions(found)] if found else []


def _entry(record: JobRecord) -> Iterator[Json]:
    again = Button.REROLL if record.state.is_final else Button.CANCEL
    shown = button(SHOW, Show(job_id=record.job.id), spoken=f"{SHOW}: {called(record)}")
    pressed = Press(button=again, job_id=record.job.id)
    yield from (gap(), told(record), actions([shown, press(pressed, spoken=f"{again.capitalize()}: {called(record)}")]))
