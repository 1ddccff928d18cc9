"""Forms that somebody sent: Edit & rerun, Reimagine, Report."""

from dataclasses import dataclass
from typing import assert_never

from adapters.discord import answers
from adapters.discord.answering import Answering
from adapters.discord.modals import read_edit, read_reason
from adapters.discord.reimagining import Reimagining
from adapters.discord.submitting import Submitting, wish_of
from bot.answers import Tone
from bot.clicks import submission_of_form, workflow_of
from bot.desk import Desk
from bot.errors import SubmissionError
from bot.jobs import JobId
from bot.meanings import (
    EditForm,
    HistoryPage,
    Meaning,
    Pick,
    Press,
    ReimagineForm,
    ReportForm,
    Show,
)
from bot.refusals import OUTDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Forming:
    """Does what forms ask for, as whoever sent them."""

    desk: Desk
    submitting: Submitting
    reimagining: Reimagining

    async def submit(self, answering: Answering, meaning: Meaning | None) -> None:
        """Do what a form means. Raises what whoever sent it has to be told."""
        match meaning:
            case EditForm(job_id=job_id):
                await self._edit(answering, job_id)
            case ReimagineForm(source=source):
                await self.reimagining.submit(answering, source)
            case ReportForm(job_id=job_id):
                await self._report(answering, job_id)
            case Press() | Pick() | HistoryPage() | Show() | None:
                raise SubmissionError(OUTDATED)
            case _:
                assert_never(meaning)

    async def _edit(self, answering: Answering, job_id: JobId) -> None:
        origin = answering.origin
        parent = await answering.in_time(self.desk.seen(job_id, origin.requester, origin.place))
        workflow = workflow_of(parent, self.desk.catalog())
        filled = read_edit(origin.data, workflow, parent.job.values)
        submission = submission_of_form(origin.occasion, workflow, parent, filled.raw, text=filled.text)
        await self.submitting.submit(answering, wish_of(submission))

    async def _report(self, answering: Answering, job_id: JobId) -> None:
        origin = answering.origin
        reason = read_reason(origin.data)
        await answering.in_time(self.desk.report(job_id, origin.requester, origin.place, reason))
        await answering.whisper(answers.note("Thank you. Whoever runs this bot will look at it.", tone=Tone.GOOD))
