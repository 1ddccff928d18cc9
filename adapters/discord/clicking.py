"""Buttons and selects: what was clicked, by whom, under which job. An id alone grants nothing."""

from dataclasses import dataclass
from typing import assert_never

from adapters.discord import answers
from adapters.discord.answering import Answering
from adapters.discord.forming import Forming
from adapters.discord.modals import edit_form, report_form
from adapters.discord.reimagining import Reimagining
from adapters.discord.showing import Showing
from adapters.discord.standing import standing_of
from adapters.discord.submitting import Submitting, wish_of
from adapters.discord.telling import Telling
from bot.clicks import CANCELLED, STOPPED, command_of, submission_of_click, workflow_of
from bot.desk import Desk
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
from bot.ports import ChatPlatform
from bot.refusals import OUTDATED
from bot.status import Button


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicking:
    """Does what buttons say, as whoever clicked."""

    desk: Desk
    submitting: Submitting
    showing: Showing
    chat: ChatPlatform
    telling: Telling
    forming: Forming
    reimagining: Reimagining

    async def click(self, answering: Answering, meaning: Meaning | None) -> None:
        """Do what a click means. Raises what whoever clicked has to be told."""
        match meaning:
            case Press(button=button, job_id=job_id, number=number):
                await self._press(answering, button, job_id, number)
            case Pick(button=button, job_id=job_id):
                number = picked(answering.origin.data.get("values"))
                await self._paint(answering, button, job_id, number or 0)
            case PickOf(button=button, source=source):
                number = picked(answering.origin.data.get("values"))
                await self.reimagining.choose(answering, button, source, number)
            case EditAgain(source=source):
                await self.forming.open_again(answering, source)
            case HistoryPage(skip=skip):
                await self.telling.turn(answering, skip)
            case Show(job_id=job_id):
                await self.showing.show(answering, await self._seen(answering, job_id))
            case EditForm() | ReportForm() | ReimagineForm() | None:
                raise SubmissionError(OUTDATED)
            case _:
                assert_never(meaning)

    async def _press(self, answering: Answering, button: Button, job_id: JobId, number: int | None) -> None:
        match button:
            case Button.CANCEL:
                await self._cancel(answering, job_id)
            case Button.REROLL:
                await self._paint(answering, button, job_id)
            case Button.VARY | Button.UPSCALE:
                await self._follow_up(answering, button, job_id, number)
            case Button.EDIT:
                await self._edit(answering, job_id)
            case Button.PARAMETERS:
                await self._parameters(answering, job_id)
            case Button.DELETE:
                await self._delete(answering, job_id)
            case Button.REPORT:
                await self._report(answering, job_id)
            case _:
                assert_never(button)

    async def _seen(self, answering: Answering, job_id: JobId) -> JobRecord:
        origin = answering.origin
        return await answering.in_time(self.desk.seen(job_id, origin.requester, origin.place))

    async def _cancel(self, answering: Answering, job_id: JobId) -> None:
        origin = answering.origin
        cancelling = self.desk.cancel(job_id, origin.requester, moderates=origin.moderates)
        found = await answering.in_time(cancelling)
        if CANCELLED[found] or origin.is_ephemeral:
            await answering.whisper(answers.note(CANCELLED[found] or STOPPED[found]))
        else:
            await answering.accept()  # the card says the rest

    async def _report(self, answering: Answering, job_id: JobId) -> None:
        origin = answering.origin
        # Who can report nothing is told so before they have written it.
        await answering.in_time(self.desk.reportable(job_id, origin.requester, origin.place))
        await answering.open(report_form(job_id))

    async def _follow_up(self, answering: Answering, button: Button, job_id: JobId, number: int | None) -> None:
        record = await self._seen(answering, job_id)
        pictures = picture_numbers(record.files)
        if number is None and len(pictures) > 1:
            await answering.whisper(answers.picker(Pick(button=button, job_id=job_id), pictures))
        else:
            await self._submit(answering, button, record, number if number is not None else next(iter(pictures), 0))

    async def _paint(self, answering: Answering, button: Button, job_id: JobId, number: int = 0) -> None:
        await self._submit(answering, button, await self._seen(answering, job_id), number)

    async def _submit(self, answering: Answering, button: Button, record: JobRecord, number: int) -> None:
        occasion, catalog = answering.origin.occasion, self.desk.catalog()
        submission = submission_of_click(occasion, button, record, catalog, number=number)
        await self.submitting.submit(answering, wish_of(submission))

    async def _edit(self, answering: Answering, job_id: JobId) -> None:
        record = await self._seen(answering, job_id)
        workflow = workflow_of(record, self.desk.catalog())
        await answering.open(edit_form(job_id, workflow, record.job.values, self.desk.vocabulary()))

    async def _parameters(self, answering: Answering, job_id: JobId) -> None:
        record = await self._seen(answering, job_id)
        version = await answering.in_time(self.desk.version(record.job))
        await answering.whisper(answers.parameters(*command_of(record, version, self.desk.vocabulary())))

    async def _delete(self, answering: Answering, job_id: JobId) -> None:
        origin = answering.origin
        answers = origin.requester.id if origin.is_private else origin.asker
        deleting = self.desk.delete(job_id, origin.requester, moderates=origin.moderates, answers=answers)
        left = await answering.in_time(deleting)
        try:
            await answering.remove_clicked()
        finally:
            # Under what /history shows, another message was clicked than the one that everybody sees.
            if left is not None and standing_of(left.ref).message != origin.message:
                await self.chat.remove(left.job, left.ref)
