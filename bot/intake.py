"""Intake: from what somebody asked to a job in the queue, by the same steps for every platform."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot.errors import FileGone, QueueFull, RulesChanged, StoreLost, SubmissionError, UnknownWorkflow
from bot.estimates import Estimates, Work
from bot.houserules import Holding, HouseRules, nothing_said
from bot.images import Admitted, admit, refusal_of
from bot.jobs import Job, JobId, JobRecord, StoredFile
from bot.laning import Laning
from bot.limits import Limits, explained
from bot.policy.meters import Take
from bot.policy.places import PlaceRule, Spot, default_of, is_for_adults, offered, refusal, refusal_of_sources, ruled
from bot.policy.reviews import is_for_review
from bot.ports import FileStore, JobQueue, JobStore
from bot.seeds import with_seeds
from bot.submissions import InputOf, Picture, Promised, ResultOf, Submission, may_see, refusal_of_withheld
from workflows.catalog import Catalog
from workflows.command import Command, named_workflow, parse_command, read_values
from workflows.cost import cost_of, pictures_of
from workflows.faults import Fault, shown
from workflows.parameters import FileParameter
from workflows.values import FileHandle, RawValue, Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

_GATES = 2  #: pictures decoded at once: 160 MB each for a moment
_UNTOLD = "No GPU has told yet what it offers. Try again in a moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a submission."""

    record: JobRecord
    ahead: int | None  #: jobs before it; None when it does not wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What intake reads of the world that changes: asked anew for every submission."""

    catalog: Callable[[], Catalog]
    vocabulary: Callable[[], Vocabulary]
    usual: Callable[[], str]  #: the operator's default; a rule may say another one for a place
    rules: Callable[[], Sequence[PlaceRule]] = tuple  #: which workflow may be asked for where


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The one way into the queue."""

    queue: JobQueue
    store: JobStore
    files: FileStore
    estimates: Estimates
    knowledge: Knowledge
    lanes: Laning | None = None  #: None: every server takes every job
    limits: Limits = field(default_factory=Limits)
    rules: HouseRules | None = None  #: None: nobody moderates, and the limits alone hold
    draw: Callable[[int], int] = secrets.randbelow  #: draws a seed below a bound
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_GATES), repr=False)

    async def admit_off_loop(self, content: bytes) -> Admitted:
        """Let an attachment through the image gate; raises ImageRefused."""
        async with self._gate:
            return await asyncio.to_thread(admit, content)

    async def check(self, submission: Submission) -> None:
        """Find what `submit` would refuse before any picture is here: those may be promised, and none is looked up.

        With rule books it is a call to the store; whoever has only so long to answer gives it a deadline.

        Raises UnknownWorkflow, InvalidValues (every fault at once), another SubmissionError, or StoreLost.
        """
        workflow = self._pick(submission)
        holding = await self._let_in(submission, workflow)
        vocabulary = self._told_vocabulary()
        placed, surplus = _placed(submission, workflow)
        handles = {name: _foreseen(picture, workflow, name) for name, picture in placed.items()}
        unfit = [fault for name, picture in placed.items() for fault in _unfit(name, picture)]
        command = self._command(submission, workflow, handles, [*surplus, *unfit])
        values = await asyncio.to_thread(read_values, command, workflow, vocabulary)
        await self._judged(holding, submission, workflow, values)
        if self.lanes:
            self.lanes.require(workflow, values)

    def default_workflow(self, spot: Spot) -> str:
        """Return what is painted with there when nobody names a workflow."""
        return default_of(self.knowledge.rules(), spot, self.knowledge.usual())

    async def submit(self, submission: Submission) -> Receipt:
        """Turn a submission into a job, or find the job that it already became.

        Raises InvalidValues (every fault at once), another SubmissionError, QueueFull or StoreLost.
        """
        record = await self.store.read(submission.job_id)
        while record is None:
            # What was said meanwhile holds for this, too. Each time somebody changed a book, so this ends.
            with suppress(RulesChanged):
                record = await self._asked(submission)
        return await self._receipt(record)

    async def _asked(self, submission: Submission) -> JobRecord:
        """Judge a submission by the books as they stand, and make the job; raises RulesChanged where they do not."""
        workflow = self._pick(submission)
        holding = await self._let_in(submission, workflow)
        vocabulary = self._told_vocabulary()
        placed, surplus = _placed(submission, workflow)
        sources = await self._sources(placed.values(), submission)
        handles = {name: _handle(picture, sources) for name, picture in placed.items()}
        command = self._command(submission, workflow, handles, surplus)
        values = await asyncio.to_thread(read_values, command, workflow, vocabulary)
        values = await self._judged(holding, submission, workflow, values)
        values = with_seeds(workflow, values, self.draw)
        requirement = await self.lanes.admit(workflow, values) if self.lanes else ""
        # Only once everything else is right, and before the job, which must not be claimed without them. Whom the queue
        # has no room for leaves them behind: a picture of no job is tidied away after a day, a requirement forgotten.
        kept = {name: await self._keep(picture) for name, picture in placed.items() if isinstance(picture, Admitted)}
        job = self._order(submission, workflow, {**values, **kept}, requirement, sources.values())
        spot = submission.occasion.spot
        job = replace(job, for_review=is_for_review(self.knowledge.rules(), spot, holding.tier))
        await self.store.keep_workflow(workflow.digest, workflow.manifest_file, workflow.graph_file)
        take = Take(gpu_ms=job.estimate_ms, pictures=pictures_of(workflow.manifest, values))
        return await self._enqueued(job, holding, take)

    async def _let_in(self, submission: Submission, workflow: Workflow) -> Holding:
        """Return what holds for whoever asks; raises SubmissionError for those who may not ask for it at all."""
        requester, roles = submission.occasion.requester, submission.occasion.roles
        if shut_out := self.limits.refusal_of_guest(requester, roles):
            raise shut_out
        if self.rules is None:
            return nothing_said(requester, roles, self.limits)
        holding = await self.rules.holding(requester, roles)
        if refused := holding.at_the_door(workflow.name):
            await self.rules.note(requester, refused, {"workflow": workflow.name})
            raise refused
        return holding

    async def _judged(self, holding: Holding, submission: Submission, workflow: Workflow, values: Values) -> Values:
        """Return the values with what is replaced in their texts; raises SubmissionError for what may not be asked."""
        ruling = await holding.ruling(workflow, values)
        refused = holding.refusal(workflow, values, ruling)
        if self.rules:
            about = {"workflow": workflow.name, "job": str(submission.job_id)}
            blocked = {"pattern": ruling.blocked.text} if ruling.blocked else {}
            await (
                self.rules.note(holding.requester, refused, {**about, **blocked})
                if refused
                else self.rules.note_flagged(holding.requester, ruling, about)
            )
        if refused:
            raise refused
        return {**values, **ruling.texts}

    async def _enqueued(self, job: Job, holding: Holding, take: Take) -> JobRecord:
        """Put a job into the queue and charge what it takes; raises QueueFull in the words of whose limit it was."""
        # Whoever bans cancels what they find in the queue; what comes after was decided by a book that changed.
        books = holding.books if self.rules else None
        try:
            return await self.queue.enqueue(job, holding.charges(take), share=holding.share, books=books)
        except QueueFull as full:
            raise holding.explained(explained(full, self.limits, holding.tier), take) from full

    def _pick(self, submission: Submission) -> Workflow:
        named = submission.workflow or named_workflow(submission.text, self.knowledge.catalog().workflows)
        return self._permitted(named or self.default_workflow(submission.occasion.spot), submission.occasion.spot)

    def _permitted(self, name: str, spot: Spot) -> Workflow:
        workflows, rules = self.knowledge.catalog().workflows, self.knowledge.rules()
        if name not in workflows:
            known = ", ".join(offered(rules, spot, workflows)) or "none at all"
            raise UnknownWorkflow(f"There is no workflow {shown(name)}. There is {known}.")
        # Also of a click that repeats an old job: what holds is today's rule, in the place of the click.
        if refused := refusal(rules, spot, workflows[name], workflows):
            raise refused
        return workflows[name]

    def _told_vocabulary(self) -> Vocabulary:
        vocabulary = self.knowledge.vocabulary()
        if self.lanes and self.lanes.presence.listed == frozenset():
            raise SubmissionError("There is no GPU here at the moment. The operator can add one.")
        if not vocabulary.choices and not (self.lanes and self.lanes.is_told):
            # Without it nobody can tell a checkpoint that exists from one that an author once had.
            raise StoreLost(_UNTOLD, detail="no server has told what it offers")
        return vocabulary

    def _command(
        self, submission: Submission, workflow: Workflow, handles: Mapping[str, FileHandle], faults: Sequence[Fault]
    ) -> Command:
        workflows, vocabulary = self.knowledge.catalog().workflows, self.knowledge.vocabulary()
        command = parse_command(submission.text, workflow, vocabulary, workflows)
        command = _with_fields(_with_fields(command, submission.raw), handles)
        return replace(command, faults=(*command.faults, *faults))

    def _order(
        self,
        submission: Submission,
        workflow: Workflow,
        values: Values,
        requirement: str,
        sources: Collection[JobRecord],
    ) -> Job:
        workflows = self.knowledge.catalog().workflows
        work = Work(workflow.name, cost_of(workflow.manifest.cost, values))
        return Job(
            id=submission.job_id,
            workflow=workflow.name,
            digest=workflow.digest,
            values=values,
            requester=submission.occasion.requester,
            place=submission.occasion.place,
            estimate_ms=self.estimates.quote_ms(work),
            created_ms=0,  # The store's clock sets it.
            parent=submission.parent,
            requirement=requirement,
            priority=min(max(submission.priority, -1), 1),
            within_s=submission.occasion.within_s,
            # Also of a picture that is only begun with: whatever is made of it may not be shown elsewhere.
            for_adults=workflow.manifest.nsfw or any(is_for_adults(each.job, workflows) for each in sources),
        )

    async def _sources(self, pictures: Collection[Picture], submission: Submission) -> Mapping[JobId, JobRecord]:
        """Return the jobs that pictures are of; raises FileGone, or SubmissionError where they may not be shown."""
        jobs = {each.job_id for each in pictures if isinstance(each, ResultOf | InputOf)}
        found = {job_id: await self._visible(await self.store.read(job_id), submission) for job_id in jobs}
        workflows = self.knowledge.catalog().workflows
        spot = ruled(self.knowledge.rules(), submission.occasion.spot)
        if refused := refusal_of_sources(spot, [each.job for each in found.values()], workflows):
            raise refused
        return found

    async def _keep(self, picture: Admitted) -> FileHandle:
        kept = await self.files.put(_whole(picture.content), name="input.png", media_type=picture.handle.media_type)
        return replace(picture.handle, key=kept.key, bytes=kept.bytes)

    async def _visible(self, record: JobRecord | None, submission: Submission) -> JobRecord:
        # The same answer for what is not there and for what is somebody else's: a guess learns nothing.
        if record is None or not may_see(record, submission.occasion.requester, submission.occasion.place):
            raise FileGone
        return record

    async def _receipt(self, record: JobRecord) -> Receipt:
        position = await self.queue.position(record.job.id)
        ahead = position.jobs if position else None
        return Receipt(record=record, ahead=ahead)


def _with_fields(command: Command, raw: Mapping[str, RawValue]) -> Command:
    twice = [
        Fault(parameter=name, reason="is given more than once. Keep one of them.")
        for name in raw
        if name in command.raw
    ]
    return Command(raw={**command.raw, **raw}, faults=(*command.faults, *twice))


def _placed(submission: Submission, workflow: Workflow) -> tuple[Mapping[str, Picture], list[Fault]]:
    """Give every picture its parameter; the fault is for those that the workflow does not take."""
    places = [name for name, each in workflow.manifest.parameters.items() if isinstance(each, FileParameter)]
    free = [name for name in places if name not in submission.pictures]
    placed = {**submission.pictures, **dict(zip(free, submission.attachments, strict=False))}
    if len(submission.attachments) <= len(free):
        return placed, []
    takes = f"takes {len(places)} of them" if places else "takes none"
    return placed, [Fault(parameter="pictures", reason=f"more than {workflow.name} takes: it {takes}.")]


def _foreseen(picture: Picture, workflow: Workflow, name: str) -> FileHandle:
    """Return what stands for a picture until it is here; of those that a job has, the size is unknown."""
    match picture:
        case Admitted(handle=handle) | Promised(handle=handle):
            return handle
        case ResultOf() | InputOf():
            kind = getattr(workflow.manifest.parameters.get(name), "kind", "image")
            media_type = "video/mp4" if kind == "video" else "image/png"
            return FileHandle(key="", media_type=media_type, width=0, height=0, bytes=0)


def _unfit(name: str, picture: Picture) -> Iterator[Fault]:
    if isinstance(picture, Promised) and (refused := refusal_of(picture.handle)):
        yield Fault(parameter=name, reason=f"cannot be used. {refused}")


def _handle(picture: Picture, sources: Mapping[JobId, JobRecord]) -> FileHandle:
    match picture:
        case Admitted(handle=handle):
            return handle
        case ResultOf(job_id=job_id, index=index):
            files = sources[job_id].files
            if refused := refusal_of_withheld(sources[job_id]):
                raise refused
            if not 0 <= index < len(files):
                raise FileGone
            return _handle_of(files[index])
        case InputOf(job_id=job_id, parameter=parameter):
            value = sources[job_id].job.values.get(parameter)
            if not isinstance(value, FileHandle):
                raise FileGone
            return value
        case Promised():
            raise ValueError("a job needs its pictures, not the promise of them")


def _handle_of(file: StoredFile) -> FileHandle:
    if not file.is_taken or file.width is None or file.height is None:
        raise FileGone("That result is no picture that a workflow takes.")
    return FileHandle(key=file.key, media_type=file.media_type, width=file.width, height=file.height, bytes=file.bytes)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
