"""A message's menu: what can be made of a picture that stands in a channel, whoever posted it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from adapters.discord import answers
from adapters.discord.answering import Answering
from adapters.discord.asides import Asides
from adapters.discord.modals import read_reimagine, refilled, reimagine_form
from adapters.discord.origins import Origin
from adapters.discord.reading import Attachment, Target, read_target
from adapters.discord.shapes import Json
from adapters.discord.submitting import Submitting, check_rights, wish_of
from bot.desk import Desk
from bot.errors import SubmissionError
from bot.jobs import JobId, JobRecord, picture_numbers
from bot.meanings import PickOf
from bot.reimagining import NO_PICTURE, REIMAGINE, TOO_OLD, UPSCALE, job_among, meant, submission_of_picture
from bot.status import Button
from bot.submissions import Plain, ResultOf, Submission, followed_up, may_see
from workflows.manifest import Action
from workflows.workflow import Workflow

_MENUS: Mapping[Button, str] = {Button.VARY: REIMAGINE, Button.UPSCALE: UPSCALE}
_BUTTONS: Mapping[str, Button] = {menu: button for button, menu in _MENUS.items()}

Source = ResultOf | Attachment
"""A picture of a message: one that a job of ours made, or one that somebody attached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reimagining:
    """Begins with a picture of a message. What a form is about waits as a secret: an address of a file is one."""

    desk: Desk
    submitting: Submitting
    asides: Asides

    async def pick(self, answering: Answering, menu: str) -> None:
        """Do what an entry of the menu says; of several pictures ask which. Raises what has to be told."""
        origin = answering.origin
        check_rights(origin)
        self._meant(origin, menu)
        target = read_target(origin.data)
        sources = _sources(target, await self._job_of(answering, target))
        if len(sources) == 1:
            await self._begin(answering, menu, sources[0])
        else:
            kept = await self._keep(answering, sources)
            await answering.whisper(answers.picker(PickOf(button=_BUTTONS[menu], source=kept), range(len(sources))))

    async def choose(self, answering: Answering, button: Button, source: str, number: int | None) -> None:
        """Go on with the picture that was chosen of several. Raises what whoever chose it has to be told."""
        check_rights(answering.origin)
        sources, menu = await self._recalled(answering, source), _MENUS.get(button)
        if menu is None or number is None or number >= len(sources):
            raise SubmissionError(TOO_OLD)
        await self._begin(answering, menu, sources[number])

    async def submit(self, answering: Answering, source: str) -> None:
        """Make the job that a filled form asks for. Raises what whoever sent it has to be told."""
        origin = answering.origin
        picture = (await self._recalled(answering, source))[0]
        action, workflow = self._meant(origin, REIMAGINE)
        filled = read_reimagine(origin.data, workflow)
        submission = _submission(origin, action, picture, filled.raw, text=filled.text)
        await self.submitting.submit(answering, wish_of(submission, _attached(action, picture)))

    async def open(self, answering: Answering, source: str, typed: Mapping[str, str]) -> None:
        """Open a form again that was refused, as it was filled. Raises what whoever sent it has to be told."""
        await self._open(answering, (await self._recalled(answering, source))[0], typed)

    def _meant(self, origin: Origin, menu: str) -> tuple[Action, Workflow]:
        return meant(menu, self.desk.catalog(), self.desk.default_workflow(origin.spot))

    async def _job_of(self, answering: Answering, target: Target) -> JobRecord | None:
        """Return the job whose message it is, if it is ours and whoever asks may see it."""
        origin = answering.origin
        job_id = job_among(target.custom_ids) if target.author == origin.application else None
        record = await answering.in_time(self.desk.job(job_id)) if job_id else None
        return record if record and record.files and may_see(record, origin.requester, origin.place) else None

    async def _begin(self, answering: Answering, menu: str, source: Source) -> None:
        if menu == REIMAGINE:
            await self._open(answering, source, {})
        else:
            await self._submit(answering, menu, source)

    async def _open(self, answering: Answering, source: Source, typed: Mapping[str, str]) -> None:
        action, workflow = self._meant(answering.origin, REIMAGINE)
        kept = await self._keep(answering, [source])
        form = reimagine_form(kept, workflow, self.desk.vocabulary(), action.values)
        await answering.open(refilled(form, typed))

    async def _submit(self, answering: Answering, menu: str, source: Source) -> None:
        origin = answering.origin
        action, workflow = self._meant(origin, menu)
        match source:
            case ResultOf(job_id=job_id, index=index):
                parent = await answering.in_time(self.desk.seen(job_id, origin.requester, origin.place))
                submission = followed_up(origin.occasion, parent, action, workflow, index=index)
            case Attachment():
                submission = _submission(origin, action, source, action.values)
        await self.submitting.submit(answering, wish_of(submission, _attached(action, source)))

    async def _keep(self, answering: Answering, sources: Sequence[Source]) -> str:
        return await self.asides.keep(answering, {"pictures": [_written(each) for each in sources]})

    async def _recalled(self, answering: Answering, source: str) -> list[Source]:
        kept = await self.asides.recall(answering, source)
        pictures = kept.get("pictures")
        return [_read(each) for each in pictures] if isinstance(pictures, list) else []


def _written(source: Source) -> Json:
    match source:
        case ResultOf(job_id=job_id, index=index):
            return {"job": str(job_id), "index": index}
        case Attachment():
            return {"attachment": asdict(source)}


def _read(kept: Json) -> Source:
    if "job" in kept:
        return ResultOf(job_id=JobId(UUID(kept["job"])), index=kept["index"])
    return Attachment(**kept["attachment"])


def _sources(target: Target, parent: JobRecord | None) -> list[Source]:
    sources: list[Source] = (
        [*target.pictures]
        if parent is None
        else [ResultOf(job_id=parent.job.id, index=number) for number in picture_numbers(parent.files)]
    )
    if not sources:
        raise SubmissionError(NO_PICTURE)
    return sources


def _submission(
    origin: Origin, action: Action, source: Source, raw: Mapping[str, Plain], *, text: str = ""
) -> Submission:
    result = source if isinstance(source, ResultOf) else None
    return submission_of_picture(origin.occasion, action, raw, result=result, text=text)


def _attached(action: Action, source: Source) -> dict[str, Attachment]:
    return {action.parameter: source} if isinstance(source, Attachment) else {}
