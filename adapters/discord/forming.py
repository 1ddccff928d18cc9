"""Forms that somebody sent: Edit & rerun, Reimagine, Report."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import assert_never

from adapters.discord import answers
from adapters.discord.answering import Answering
from adapters.discord.components import PRIMARY, button, rows
from adapters.discord.modals import edit_form, read_edit, read_reason, refilled, submitted
from adapters.discord.reimagining import Reimagining
from adapters.discord.submitting import Submitting
from bot.answers import Tone
from bot.asides import Asides
from bot.bundles import bundle_of
from bot.desk import Desk
from bot.errors import FairbrushError, StoreLost, SubmissionError
from bot.forms import EDIT_AGAIN, THANKS
from bot.jobs import JobId, JobRecord
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
    decode,
    encode,
)
from bot.refusals import OUTDATED, is_mendable, refused
from bot.reimagining import TOO_OLD
from bot.repeating import submission_of_form, workflow_of
from workflows.faults import InvalidValues
from workflows.workflow import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Forming:
    """Does what forms ask for, as whoever sent them."""

    desk: Desk
    submitting: Submitting
    reimagining: Reimagining
    asides: Asides

    async def submit(self, answering: Answering, meaning: Meaning | None) -> None:
        """Do what a form means. Raises what whoever sent it has to be told."""
        match meaning:
            case EditForm(job_id=job_id):
                await self._or_again(answering, meaning, self._edit(answering, job_id))
            case ReimagineForm(source=source):
                await self._or_again(answering, meaning, self.reimagining.submit(answering, source))
            case ReportForm(job_id=job_id):
                await self._report(answering, job_id)
            case Press() | Pick() | PickOf() | EditAgain() | HistoryPage() | Show() | None:
                raise SubmissionError(OUTDATED)
            case _:
                assert_never(meaning)

    async def open_again(self, answering: Answering, source: str) -> None:
        """Open a form again that was refused, as it was filled. Raises what whoever sent it has to be told."""
        kept = await answering.in_time(self.asides.recall(answering.origin.occasion, source))
        typed = kept.get("typed")
        filled = {str(name): str(text) for name, text in typed.items()} if isinstance(typed, dict) else {}
        match decode(kept.get("form")):
            case EditForm(job_id=job_id):
                parent, workflow = await self._edited(answering, job_id)
                form = edit_form(job_id, workflow, parent.job.values, self.desk.vocabulary())
                await answering.open(refilled(form, filled))
            case ReimagineForm(source=picture):
                await self.reimagining.open(answering, picture, filled)
            case _:
                raise SubmissionError(TOO_OLD)

    async def _or_again(
        self, answering: Answering, meaning: EditForm | ReimagineForm, submitting: Awaitable[None]
    ) -> None:
        """Submit; what can be mended is told with a button that opens the form as it was filled."""
        try:
            await submitting
        except (FairbrushError, InvalidValues, TimeoutError) as error:
            if not is_mendable(error):
                raise
            try:
                about = {"form": encode(meaning), "typed": submitted(answering.origin.data)}
                keeping = self.asides.keep(answering.origin.occasion, about)
                again = EditAgain(source=await answering.in_time(keeping))
            except StoreLost:
                raise error from None
            refusal = refused(error, f"interaction={answering.origin.id}")
            await answering.whisper(answers.answered(refusal, rows([button(EDIT_AGAIN, again, style=PRIMARY)])))

    async def _edited(self, answering: Answering, job_id: JobId) -> tuple[JobRecord, Workflow]:
        origin = answering.origin
        parent = await answering.in_time(self.desk.seen(job_id, origin.requester, origin.place))
        return parent, workflow_of(parent, self.desk.catalog())

    async def _edit(self, answering: Answering, job_id: JobId) -> None:
        origin = answering.origin
        parent, workflow = await self._edited(answering, job_id)
        filled = read_edit(origin.data, workflow, parent.job.values)
        submission = submission_of_form(origin.occasion, workflow, parent, filled.raw, text=filled.text)
        await self.submitting.submit(answering, bundle_of(submission))

    async def _report(self, answering: Answering, job_id: JobId) -> None:
        origin = answering.origin
        reason = read_reason(origin.data)
        await answering.in_time(self.desk.report(job_id, origin.requester, origin.place, reason))
        await answering.whisper(answers.note(THANKS, tone=Tone.GOOD))
