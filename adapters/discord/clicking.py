"""Buttons and selects: what was clicked, by whom, under which job. An id alone grants nothing."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from adapters.discord import answers
from adapters.discord.answering import Answering
from adapters.discord.modals import edit_form, report_form
from adapters.discord.showing import Showing
from adapters.discord.submitting import Submitting, wish_of
from adapters.discord.telling import Telling
from bot.clicks import CANCELLED, submission_of_click, workflow_of
from bot.desk import Desk
from bot.errors import SubmissionError
from bot.jobs import JobId, JobRecord
from bot.meanings import (
    EditForm,
    HistoryPage,
    Meaning,
    Pick,
    Press,
    ReimagineForm,
    ReportForm,
    Show,
    picked,
)
from bot.refusals import OUTDATED
from bot.status import Button
from workflows.writing import write_command


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicking:
    """Does what buttons say, as whoever clicked."""

    desk: Desk
    submitting: Submitting
    showing: Showing
    telling: Telling

    async def click(self, answering: Answering, meaning: Meaning | None) -> None:
        """Do what a click means. Raises what whoever clicked has to be told."""
        match meaning:
            case Press():
                await self._pressed(meaning)(answering, meaning.job_id)
            case Pick(button=button, job_id=job_id):
                await self._paint(button, picked(answering.origin.data.get("values")) or 0, answering, job_id)
            case HistoryPage(skip=skip):
                await self.telling.turn(answering, skip)
            case Show(job_id=job_id):
                await self.showing.show(answering, await self._seen(answering, job_id))
            case EditForm() | ReportForm() | ReimagineForm() | None:
                raise SubmissionError(OUTDATED)
            case _:
                assert_never(meaning)

    def _pressed(self, press: Press) -> Callable[[Answering, JobId], Awaitable[None]]:
        doing: Mapping[Button, Callable[[Answering, JobId], Awaitable[None]]] = {
            Button.CANCEL: self._cancel,
            Button.REROLL: partial(self._paint, Button.REROLL, 0),
            Button.VARY: partial(self._follow_up, Button.VARY, press.number),
            Button.UPSCALE: partial(self._follow_up, Button.UPSCALE, press.number),
            Button.EDIT: self._edit,
            Button.PARAMETERS: self._parameters,
            Button.DELETE: self._delete,
            Button.REPORT: self._report,
        }
        return doing[press.button]

    async def _seen(self, answering: Answering, job_id: JobId) -> JobRecord:
        origin = answering.origin
        return await answering.in_time(self.desk.seen(job_id, origin.requester, origin.place))

    async def _cancel(self, answering: Answering, job_id: JobId) -> None:
        found = CANCELLED[await answering.in_time(self.desk.cancel(job_id, answering.origin.requester))]
        if found:
            await answering.whisper(answers.note(found))
        else:
            await answering.accept()  # the card says the rest

    async def _follow_up(self, button: Button, number: int | None, answering: Answering, job_id: JobId) -> None:
        record = await self._seen(answering, job_id)
        if number is None and len(record.files) > 1:
            await answering.whisper(answers.picker(button, job_id, len(record.files)))
        else:
            await self._submit(answering, button, number or 0, record)

    async def _paint(self, button: Button, number: int, answering: Answering, job_id: JobId) -> None:
        await self._submit(answering, button, number, await self._seen(answering, job_id))

    async def _submit(self, answering: Answering, button: Button, number: int, record: JobRecord) -> None:
        occasion, catalog = answering.origin.occasion, self.desk.catalog()
        submission = submission_of_click(occasion, button, record, catalog, number=number)
        await self.submitting.submit(answering, wish_of(submission))

    async def _edit(self, answering: Answering, job_id: JobId) -> None:
        record = await self._seen(answering, job_id)
        workflow = workflow_of(record, self.desk.catalog())
        await answering.open(edit_form(job_id, workflow, record.job.values, self.desk.vocabulary()))

    async def _parameters(self, answering: Answering, job_id: JobId) -> None:
        record = await self._seen(answering, job_id)
        workflow = workflow_of(record, self.desk.catalog())
        known = {name: value for name, value in record.job.values.items() if name in workflow.manifest.parameters}
        command = write_command(known, workflow, self.desk.vocabulary())
        await answering.whisper(answers.parameters(workflow.name, command))

    async def _delete(self, answering: Answering, job_id: JobId) -> None:
        origin = answering.origin
        answers = origin.requester.id if origin.is_private else origin.asker
        deleting = self.desk.delete(job_id, origin.requester, moderates=origin.moderates, answers=answers)
        await answering.in_time(deleting)
        await answering.remove_clicked()

    async def _report(self, answering: Answering, job_id: JobId) -> None:
        await answering.open(report_form(job_id))
