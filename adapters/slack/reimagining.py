"""A message's shortcut: what can be made of a picture that stands in a channel, whoever posted it.

What the form is about stands in the form itself, which nobody but the bot writes; who may see it is judged anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from adapters.slack.answering import Answering
from adapters.slack.filled import read_filled
from adapters.slack.origins import Origin
from adapters.slack.rooms import Rooms
from adapters.slack.shapes import Json
from adapters.slack.standing import Conversation
from adapters.slack.submitting import Sent, Submitting, wish_of
from adapters.slack.views import Asked, reimagine_form
from bot.desk import Desk
from bot.errors import SubmissionError
from bot.jobs import JobId, JobRecord
from bot.meanings import ReimagineForm
from bot.refusals import OUTDATED
from bot.reimagining import NO_PICTURE, REIMAGINE, job_among, meant, submission_of_picture
from bot.submissions import ResultOf, may_see

_JOB, _FILE = "job-", "file-"
_TAKEN = frozenset({"image/png", "image/jpeg", "image/webp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reimagining:
    """Begins with a picture of a message."""

    desk: Desk
    submitting: Submitting
    rooms: Rooms

    async def pick(self, answering: Answering) -> None:
        """Open the form for a message's picture. Raises what whoever chose it has to be told."""
        origin = answering.origin
        await self.rooms.member(origin.workspace, origin.requester.id)
        if origin.talk is None:
            raise SubmissionError(OUTDATED)
        await self.rooms.check(origin.talk)
        action, workflow = meant(REIMAGINE, self.desk.catalog(), self.desk.default_workflow(origin.spot()))
        source = await self._source(origin)
        asked = Asked(
            channel=origin.talk.channel,
            thread=origin.talk.thread,
            workflow=workflow.name,
            purpose=ReimagineForm(source=source),
        )
        await answering.open(reimagine_form(asked, workflow, self.desk.vocabulary(), action.values, action.parameter))

    async def submit(self, answering: Answering, talk: Conversation, view: Json, source: str) -> None:
        """Make the job that a filled form asks for. Raises what whoever sent it has to be told."""
        origin = answering.origin
        action, workflow = meant(REIMAGINE, self.desk.catalog(), self.desk.default_workflow(origin.spot(talk)))
        filled = read_filled(view, workflow, self.desk.vocabulary())
        result = _result(source)
        submission = submission_of_picture(origin.occasion(talk), action, filled.raw, result=result)
        attached: dict[str, Sent] = {}
        if result is None:
            attached = {action.parameter: await self.submitting.sent(origin.workspace, source.removeprefix(_FILE))}
        await self.submitting.submit(answering, wish_of(submission, attached))

    async def _source(self, origin: Origin) -> str:
        message: Json = origin.data.get("message") or {}
        record = await self._job_of(origin, message)
        if record is not None:
            return f"{_JOB}{record.job.id.hex}"
        files = (each for each in message.get("files") or () if isinstance(each, dict))
        first = next((each for each in files if each.get("mimetype") in _TAKEN), None)
        if first is None:
            raise SubmissionError(NO_PICTURE)
        return f"{_FILE}{first.get('id')}"

    async def _job_of(self, origin: Origin, message: Json) -> JobRecord | None:
        """Return the job whose message it is, if it is ours and whoever asks may see it."""
        if message.get("app_id") != origin.data.get("api_app_id"):
            return None
        job_id = job_among(_action_ids(message))
        record = await self.desk.job(job_id) if job_id else None
        return record if record and record.files and may_see(record, origin.requester, origin.place()) else None


def _result(source: str) -> ResultOf | None:
    if not source.startswith(_JOB):
        return None
    try:
        return ResultOf(job_id=JobId(UUID(hex=source.removeprefix(_JOB))))
    except ValueError as error:
        raise SubmissionError(OUTDATED) from error


def _action_ids(message: Json) -> Iterator[object]:
    for block in message.get("blocks") or ():
        for element in block.get("elements") or () if isinstance(block, dict) else ():
            if isinstance(element, dict):
                yield element.get("action_id")
