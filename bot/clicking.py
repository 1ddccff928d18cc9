"""Decides what a click comes to, for whoever clicked.

An id alone grants nothing: who clicked, and where, comes from the platform's event.
"""

from dataclasses import dataclass
from typing import assert_never

from bot.answers import note
from bot.desk import Desk
from bot.effects import (
    AskWhich,
    Effect,
    GiveWords,
    GoOn,
    Heed,
    OpenEdit,
    OpenReport,
    Paint,
    Remove,
    Say,
    ShowJob,
)
from bot.errors import SubmissionError
from bot.jobs import JobId, JobRecord, picture_numbers
from bot.meanings import (
    EditAgain,
    EditForm,
    HistoryPage,
    Meaning,
    Pick,
    PickOf,
    Press,
    ReimagineForm,
    ReportForm,
    Show,
    picked,
)
from bot.refusals import OUTDATED
from bot.repeating import command_of, submission_of_click, workflow_of
from bot.status import Button
from bot.submissions import Occasion
from bot.telling import cancelled, is_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One click on a button, or one choice in a select."""

    meaning: Meaning | None  #: None: it is none of ours, or of another version
    occasion: Occasion
    moderates: bool = False  #: whoever clicked
    chosen: object = None  #: the values that were chosen in a select, as the platform wrote them
    is_copy: bool = False  #: nothing keeps what was clicked up to date, and nobody else sees it
    answers: str | None = None  #: the id of whoever the clicked message answers, where the platform tells


async def effect_of(desk: Desk, click: Click) -> Effect:
    """Decide what a click comes to; a cancel or delete is done by then. Raises what has to be told, or StoreLost."""
    match click.meaning:
        case Press(button=button, job_id=job_id, number=number):
            return await _pressed(desk, click, button, job_id, number)
        case Pick(button=button, job_id=job_id):
            return _paint(desk, click, button, await _seen(desk, click, job_id), picked(click.chosen) or 0)
        case PickOf(button=button, source=source):
            return GoOn(button=button, source=source, number=picked(click.chosen))
        case Show(job_id=job_id):
            return ShowJob(record=await _seen(desk, click, job_id), spot=desk.ruled(click.occasion.spot))
        case HistoryPage() | EditAgain() as itself:
            return itself
        case EditForm() | ReportForm() | ReimagineForm() | None:
            raise SubmissionError(OUTDATED)
        case _:
            assert_never(click.meaning)


GOING = note("It is deleted.", "Its message goes in a moment.")
"""What is read where a message did not go at once: it is tried until it is gone (`bot.takedowns`)."""

JUDGED = frozenset({Button.CANCEL, Button.DELETE, Button.EDIT})
"""Buttons for which `_pressed` has to know what whoever clicks is; who they are says enough for all others."""


async def _pressed(desk: Desk, click: Click, button: Button, job_id: JobId, number: int | None) -> Effect:
    match button:
        case Button.CANCEL:
            return await _cancelled(desk, click, job_id)
        case Button.DELETE:
            return await _deleted(desk, click, job_id)
        case Button.REPORT:
            # Who can report nothing is told so before they have written it.
            await desk.reportable(job_id, click.occasion.requester, click.occasion.place)
            return OpenReport(job_id=job_id)
    record = await _seen(desk, click, job_id)
    match button:
        case Button.REROLL:
            return _paint(desk, click, button, record, 0)
        case Button.VARY | Button.UPSCALE:
            return _followed_up(desk, click, button, record, number)
        case Button.EDIT:
            # Who may not ask reads so before they have written anything.
            desk.welcome(click.occasion)
            return OpenEdit(record=record, workflow=workflow_of(record, desk.catalog()))
        case Button.PARAMETERS:
            workflow, words = command_of(record, await desk.version(record.job), desk.vocabulary())
            return GiveWords(workflow=workflow, words=words)
        case _:
            assert_never(button)


async def _seen(desk: Desk, click: Click, job_id: JobId) -> JobRecord:
    return await desk.seen(job_id, click.occasion.requester, click.occasion.place)


async def _cancelled(desk: Desk, click: Click, job_id: JobId) -> Say | Heed:
    found = await desk.cancel(job_id, click.occasion.requester, moderates=click.moderates)
    return Heed() if is_seen(found) and not click.is_copy else Say(answer=cancelled(found))


async def _deleted(desk: Desk, click: Click, job_id: JobId) -> Remove:
    requester = click.occasion.requester
    left = await desk.delete(job_id, requester, moderates=click.moderates, answers=click.answers)
    return Remove(left=left)


def _followed_up(desk: Desk, click: Click, button: Button, record: JobRecord, number: int | None) -> Paint | AskWhich:
    pictures = picture_numbers(record.files)
    if number is None and len(pictures) > 1:
        return AskWhich(meaning=Pick(button=button, job_id=record.job.id), pictures=pictures)
    return _paint(desk, click, button, record, number if number is not None else next(iter(pictures), 0))


def _paint(desk: Desk, click: Click, button: Button, record: JobRecord, number: int) -> Paint:
    return Paint(submission=submission_of_click(click.occasion, button, record, desk.catalog(), number=number))
