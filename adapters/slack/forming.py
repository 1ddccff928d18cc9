"""Forms: opened for a workflow, turned into another one's, sent. Also those of Edit & rerun, Reimagine and Report."""

from dataclasses import dataclass
from typing import assert_never

from adapters.slack.answering import Answering
from adapters.slack.attachments import Attachment, attachment_of
from adapters.slack.fields import options_for, parameter_of
from adapters.slack.filled import Filled, attached_files, read_filled, read_reason, read_workflow, recalled
from adapters.slack.origins import Origin
from adapters.slack.persons import Persons
from adapters.slack.refilling import Refilling
from adapters.slack.reimagining import Reimagining
from adapters.slack.rooms import NotThere, Rooms
from adapters.slack.shapes import Json
from adapters.slack.standing import Conversation
from adapters.slack.submitting import Submitting
from adapters.slack.views import Memo, edit_form, note_view, paint_form, report_form
from bot.bundles import bundle_of
from bot.desk import Desk
from bot.effects import Opened, OpenEdit, OpenReport
from bot.errors import SubmissionError, UnknownWorkflow
from bot.forms import THANKS
from bot.jobs import JobId, JobRecord
from bot.meanings import EditForm, ReimagineForm, ReportForm
from bot.refusals import OUTDATED
from bot.repeating import submission_of_form, workflow_of
from workflows.workflow import Workflow

_NO_WORKFLOW = "That workflow is not offered here."
_NOWHERE = "Choose where the picture is to go."


@dataclass(frozen=True, slots=True, kw_only=True)
class Forming:
    """Opens forms, and does what they ask for, as whoever sent them."""

    desk: Desk
    submitting: Submitting
    reimagining: Reimagining
    refilling: Refilling
    rooms: Rooms
    persons: Persons

    # ---- Opening ----

    async def open(self, answering: Answering, name: str | None = None) -> None:
        """Open the form of a workflow, the usual one if none is named. Raises what whoever asked has to be told."""
        origin = answering.origin
        self.desk.welcome(await self.persons.known(origin.occasion()))
        talk = await self._usable(origin.talk)
        memo = Memo(channel=talk.channel if talk else None, thread=talk.thread if talk else None)
        await answering.open(self._paint(origin, memo, name, is_named=name is not None))

    async def open_for(self, answering: Answering, opened: Opened) -> None:
        """Open the form that asks for a job again, or what is wrong with its pictures.

        Raises what whoever asked has to be told.
        """
        match opened:
            case OpenEdit(record=record, workflow=workflow):
                memo = await self._memo(answering.origin, EditForm(job_id=record.job.id), workflow.name)
                form = edit_form(memo, workflow, record.job.values, self.desk.vocabulary())
            case OpenReport(job_id=job_id):
                form = report_form(await self._memo(answering.origin, ReportForm(job_id=job_id), ""))
        await answering.open(form)

    async def turn(self, answering: Answering) -> None:
        """Turn a form into that of the workflow that was chosen in it."""
        origin = answering.origin
        memo = recalled(origin.view or {})
        if memo is None or memo.purpose is not None:
            raise SubmissionError(OUTDATED)
        await answering.turn(self._paint(origin, memo, origin.value, is_named=False))

    def suggest(self, answering: Answering) -> None:
        """Offer what fits what is being typed; from memory."""
        origin = answering.origin
        view = origin.view or {}
        memo, parameter = recalled(view), parameter_of(origin.data.get("block_id"))
        workflow = self.desk.catalog().workflows.get(memo.workflow) if memo else None
        found: list[Json] = []
        if workflow is not None and parameter in workflow.manifest.parameters and parameter is not None:
            found = options_for(parameter, origin.value, workflow, self.desk.vocabulary())
        answering.acknowledge({"options": found})

    async def _usable(self, talk: Conversation | None) -> Conversation | None:
        """Return where the picture can go; None lets whoever fills the form in say where."""
        if talk is None:
            return None
        try:
            await self.rooms.check(talk)
        except NotThere:
            return None
        return talk

    def _paint(self, origin: Origin, memo: Memo, name: str | None, *, is_named: bool) -> Json:
        talk = _talk(origin, memo.channel, memo.thread)
        offered = self.desk.workflows(origin.spot(talk))
        workflow = offered.get(name or self.desk.default_workflow(origin.spot(talk)))
        if workflow is None:
            raise UnknownWorkflow(_NO_WORKFLOW)
        names = [] if is_named else [(each, one.manifest.title) for each, one in offered.items()]
        known = Memo(channel=memo.channel, thread=memo.thread, workflow=workflow.name)
        return paint_form(known, workflow, self.desk.vocabulary(), names=names)

    async def _memo(self, origin: Origin, purpose: EditForm | ReportForm, workflow: str) -> Memo:
        talk = origin.talk or await self.rooms.direct(origin.workspace, origin.requester.id)
        return Memo(channel=talk.channel, thread=talk.thread, workflow=workflow, purpose=purpose)

    # ---- Sent ----

    async def submit(self, answering: Answering) -> None:
        """Do what a form asks for. Raises what whoever sent it has to be told."""
        view = answering.origin.view or {}
        memo = recalled(view)
        if memo is None:
            raise SubmissionError(OUTDATED)
        answering.spare = self.refilling.offer
        match memo.purpose:
            case None:
                await self._paint_anew(answering, memo, view)
            case EditForm(job_id=job_id):
                await self._edit(answering, memo, view, job_id)
            case ReimagineForm(source=source):
                await self.reimagining.submit(answering, _where(answering.origin, memo, None), view, source)
            case ReportForm(job_id=job_id):
                await self._report(answering, memo, view, job_id)
            case _:
                assert_never(memo.purpose)

    async def _paint_anew(self, answering: Answering, memo: Memo, view: Json) -> None:
        workflow = self.desk.catalog().workflows.get(read_workflow(view) or memo.workflow)
        if workflow is None:
            raise UnknownWorkflow(_NO_WORKFLOW)
        filled = read_filled(view, workflow, self.desk.vocabulary())
        talk = _where(answering.origin, memo, filled.channel)
        if memo.channel is None:
            # Whoever chooses a conversation has to be in it: the bot reaches some that they do not.
            await self.rooms.check_member(talk, answering.origin.requester.id)
        await self._bundled(answering, talk, workflow, None, filled)

    async def _edit(self, answering: Answering, memo: Memo, view: Json, job_id: JobId) -> None:
        origin, talk = answering.origin, _where(answering.origin, memo, None)
        parent = await self.desk.seen(job_id, origin.requester, origin.place(talk))
        workflow = workflow_of(parent, self.desk.catalog())
        filled = read_filled(view, workflow, self.desk.vocabulary(), parent.job.values)
        await self._bundled(answering, talk, workflow, parent, filled)

    async def _bundled(
        self, answering: Answering, talk: Conversation, workflow: Workflow, parent: JobRecord | None, filled: Filled
    ) -> None:
        origin = answering.origin
        attached = _attached(origin, filled)
        submission = submission_of_form(origin.occasion(talk), workflow, parent, filled.raw)
        await self.submitting.submit(answering, bundle_of(submission, attached))

    async def _report(self, answering: Answering, memo: Memo, view: Json, job_id: JobId) -> None:
        origin, talk = answering.origin, _where(answering.origin, memo, None)
        await self.desk.report(job_id, origin.requester, origin.place(talk), read_reason(view))
        answering.acknowledge({"response_action": "update", "view": note_view("Reported", THANKS)})


def _attached(origin: Origin, filled: Filled) -> dict[str, Attachment]:
    """Return what was attached, by parameter: a form brings what Slack knows of its files, which no channel has yet."""
    known = attached_files(origin.view or {})
    return {name: attachment_of(known[file]) for name, file in filled.files.items() if file in known}


def _talk(origin: Origin, channel: str | None, thread: str | None) -> Conversation | None:
    return Conversation(workspace=origin.workspace, channel=channel, thread=thread) if channel else None


def _where(origin: Origin, memo: Memo, chosen: str | None) -> Conversation:
    talk = _talk(origin, memo.channel or chosen, memo.thread)
    if talk is None:
        raise SubmissionError(_NOWHERE)
    return talk
