"""Buttons and selects: what was clicked, by whom, under which job. An id alone grants nothing."""

from dataclasses import dataclass
from typing import assert_never

from adapters.slack import answers
from adapters.slack.answering import Answering
from adapters.slack.asking import DIRECT, Asking
from adapters.slack.forming import Forming
from adapters.slack.home import NEW_PICTURE
from adapters.slack.homes import Homes
from adapters.slack.rooms import Rooms
from adapters.slack.showing import Showing
from adapters.slack.submitting import Submitting, wish_of
from adapters.slack.telling import Telling
from adapters.slack.views import WORKFLOW
from bot.clicks import CANCELLED, command_of, submission_of_click
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
    decode,
    picked,
)
from bot.ports import ChatPlatform
from bot.refusals import OUTDATED
from bot.status import Button


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicking:
    """Does what buttons say, as whoever clicked."""

    desk: Desk
    asking: Asking
    submitting: Submitting
    forming: Forming
    showing: Showing
    telling: Telling
    homes: Homes
    rooms: Rooms
    chat: ChatPlatform

    async def click(self, answering: Answering) -> None:
        """Do what a click means. Raises what whoever clicked has to be told."""
        origin = answering.origin
        match origin.name:
            case name if name == NEW_PICTURE:
                await self.forming.open(answering)
            case name if name == WORKFLOW:
                await self.forming.turn(answering)
            case name if name == DIRECT:
                await self.asking.directly(answering)
            case _:
                await self._mean(answering, decode(origin.name))
        if origin.is_at_home:
            await self.homes.publish(origin)

    async def _mean(self, answering: Answering, meaning: Meaning | None) -> None:
        match meaning:
            case Press(button=button, job_id=job_id, number=number):
                await self._press(answering, button, job_id, number)
            case Pick(button=button, job_id=job_id):
                await self._paint(answering, button, job_id, picked([answering.origin.value]) or 0)
            case HistoryPage(skip=skip):
                await self.telling.turn(answering, skip)
            case Show(job_id=job_id):
                await self.showing.show(answering, await self._seen(answering, job_id))
            case PickOf() | EditAgain() | EditForm() | ReportForm() | ReimagineForm() | None:
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
                await self.forming.edit(answering, await self._seen(answering, job_id))
            case Button.PARAMETERS:
                await self._parameters(answering, job_id)
            case Button.DELETE:
                await self._delete(answering, job_id)
            case Button.REPORT:
                await self.forming.report(answering, job_id)
            case _:
                assert_never(button)

    async def _seen(self, answering: Answering, job_id: JobId) -> JobRecord:
        origin = answering.origin
        return await self.desk.seen(job_id, origin.requester, origin.place())

    async def _cancel(self, answering: Answering, job_id: JobId) -> None:
        origin = answering.origin
        moderates = await self.rooms.moderates(origin.workspace, origin.requester.id)
        found = CANCELLED[await self.desk.cancel(job_id, origin.requester, moderates=moderates)]
        if found:
            await answering.whisper(answers.note(found))

    async def _follow_up(self, answering: Answering, button: Button, job_id: JobId, number: int | None) -> None:
        record = await self._seen(answering, job_id)
        pictures = picture_numbers(record.files)
        if number is None and len(pictures) > 1:
            await answering.whisper(answers.picker(button, job_id, pictures))
        else:
            await self._submit(answering, button, record, number if number is not None else next(iter(pictures), 0))

    async def _paint(self, answering: Answering, button: Button, job_id: JobId, number: int = 0) -> None:
        await self._submit(answering, button, await self._seen(answering, job_id), number)

    async def _submit(self, answering: Answering, button: Button, record: JobRecord, number: int) -> None:
        origin = answering.origin
        # What is asked for in App Home is shown to whoever asks, and to nobody who was not there.
        talk = origin.talk or await self.rooms.direct(origin.workspace, origin.requester.id)
        submission = submission_of_click(origin.occasion(talk), button, record, self.desk.catalog(), number=number)
        await self.submitting.submit(answering, wish_of(submission))

    async def _parameters(self, answering: Answering, job_id: JobId) -> None:
        record = await self._seen(answering, job_id)
        version = await self.desk.version(record.job)
        await answering.whisper(answers.parameters(*command_of(record, version, self.desk.vocabulary())))

    async def _delete(self, answering: Answering, job_id: JobId) -> None:
        origin = answering.origin
        moderates = await self.rooms.moderates(origin.workspace, origin.requester.id)
        left = await self.desk.delete(job_id, origin.requester, moderates=moderates)
        await answering.remove_clicked()
        if left is not None:
            await self.chat.remove(left.job, left.ref)
