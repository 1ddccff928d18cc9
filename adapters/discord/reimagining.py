"""A message's menu: what can be made of a picture that stands in a channel, whoever posted it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from adapters.discord.answering import Answering
from adapters.discord.modals import read_reimagine, reimagine_form
from adapters.discord.origins import Origin
from adapters.discord.reading import Attachment, Target, read_target
from adapters.discord.submitting import Submitting, check_rights, wish_of
from bot.desk import Desk
from bot.errors import SubmissionError
from bot.jobs import JobId, JobRecord
from bot.ports import SecretStore
from bot.reimagining import NO_PICTURE, REIMAGINE, TOO_OLD, job_among, meant, submission_of_picture
from bot.submissions import Plain, ResultOf, Submission, followed_up, may_see
from workflows.manifest import Action
from workflows.workflow import Workflow

FILLING_S = 15 * 60.0
"""How long a form may be open: Discord's own token for it lives no longer."""

Source = ResultOf | Attachment
"""A picture of a message: one that a job of ours made, or one that somebody attached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reimagining:
    """Begins with a picture of a message. What a form is about waits as a secret: an address of a file is one."""

    desk: Desk
    submitting: Submitting
    secrets: SecretStore

    async def pick(self, answering: Answering, menu: str) -> None:
        """Do what an entry of the menu says. Raises what whoever chose it has to be told."""
        origin = answering.origin
        check_rights(origin)
        action, workflow = self._meant(origin, menu)
        target = read_target(origin.data)
        parent = await self._job_of(answering, target)
        source = _source(target, parent)
        if menu == REIMAGINE:
            await answering.in_time(self._remember(origin, source))
            await answering.open(reimagine_form(origin.id, workflow, self.desk.vocabulary(), action.values))
        else:
            await self._submit(answering, action, workflow, source, parent)

    async def submit(self, answering: Answering, source: str) -> None:
        """Make the job that a filled form asks for. Raises what whoever sent it has to be told."""
        origin = answering.origin
        picture = await answering.in_time(self._recalled(origin, source))
        action, workflow = self._meant(origin, REIMAGINE)
        filled = read_reimagine(origin.data, workflow)
        submission = _submission(origin, action, picture, filled.raw, text=filled.text)
        await self.submitting.submit(answering, wish_of(submission, _attached(action, picture)))

    def _meant(self, origin: Origin, menu: str) -> tuple[Action, Workflow]:
        return meant(menu, self.desk.catalog(), self.desk.default_workflow(origin.spot))

    async def _job_of(self, answering: Answering, target: Target) -> JobRecord | None:
        """Return the job whose message it is, if it is ours and whoever asks may see it."""
        origin = answering.origin
        job_id = job_among(target.custom_ids) if target.author == origin.application else None
        record = await answering.in_time(self.desk.job(job_id)) if job_id else None
        return record if record and record.files and may_see(record, origin.requester, origin.place) else None

    async def _submit(
        self, answering: Answering, action: Action, workflow: Workflow, source: Source, parent: JobRecord | None
    ) -> None:
        origin = answering.origin
        if parent is not None:
            submission = followed_up(origin.occasion, parent, action, workflow)
        else:
            submission = _submission(origin, action, source, action.values)
        await self.submitting.submit(answering, wish_of(submission, _attached(action, source)))

    async def _remember(self, origin: Origin, source: Source) -> None:
        kept: dict[str, object] = {"for": origin.requester.id}
        match source:
            case ResultOf(job_id=job_id, index=index):
                kept |= {"job": str(job_id), "index": index}
            case Attachment():
                kept |= {"attachment": asdict(source)}
        await self.secrets.put(_name(origin.id), json.dumps(kept), for_s=FILLING_S)

    async def _recalled(self, origin: Origin, source: str) -> Source:
        found = json.loads(await self.secrets.get(_name(source)) or "{}")
        if found.get("for") != origin.requester.id:
            raise SubmissionError(TOO_OLD)
        if "job" in found:
            return ResultOf(job_id=JobId(UUID(found["job"])), index=found["index"])
        return Attachment(**found["attachment"])


def _source(target: Target, parent: JobRecord | None) -> Source:
    if parent is not None:
        return ResultOf(job_id=parent.job.id)
    if not target.pictures:
        raise SubmissionError(NO_PICTURE)
    return target.pictures[0]


def _submission(
    origin: Origin, action: Action, source: Source, raw: Mapping[str, Plain], *, text: str = ""
) -> Submission:
    result = source if isinstance(source, ResultOf) else None
    return submission_of_picture(origin.occasion, action, raw, result=result, text=text)


def _attached(action: Action, source: Source) -> dict[str, Attachment]:
    return {action.parameter: source} if isinstance(source, Attachment) else {}


def _name(source: str) -> str:
    return f"discord/picture/{source}"
