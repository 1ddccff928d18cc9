"""The desk: what every chat platform asks of Fairbrush, for whoever clicked. An id alone grants nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.answers import Answer
from bot.awaiting import Awaited
from bot.belongings import Belongings
from bot.deadlines import spelled
from bot.errors import NotAllowed, SubmissionError
from bot.estimates import UNKNOWN_MS, Gpus, wait_ms
from bot.histories import words_of
from bot.images import Admitted
from bot.inert import visible
from bot.intake import Intake, Knowledge, Receipt
from bot.jobs import DIRECT, OF_ONE_PLACE, Job, JobId, JobRecord, JobState, Left, Place, Requester, Tenant
from bot.limits import Limits, share_of
from bot.moderation import Moderation
from bot.policy.measures import Actor, Measure, Rank
from bot.policy.meters import Take
from bot.policy.places import Spot, offered, ruled
from bot.policy.ranks import Ranks, rank_of
from bot.policy.usage import quoted, told
from bot.ports import Cancelling, JobQueue, JobStore, LiveBoard, NoticeStore, ReportStore
from bot.refusals import NOT_KEPT, NOT_REPORTABLE
from bot.reports import MAX_REASON, Report
from bot.shares import Caps, Position, Share
from bot.shelf import Shelf
from bot.status import held_up
from bot.submissions import Occasion, Submission, may_see
from workflows.catalog import Catalog
from workflows.numbers import several
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

_LOOKED_THROUGH = 200
"""How many of somebody's jobs are looked at: one that waits may stand behind many that were cancelled since."""

_NOT_YOURS = "That job is somebody else's."
_NOT_YOURS_TO_DELETE = "Only whoever asked for it, or a moderator, can delete it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Intake, and what is known of jobs."""

    intake: Intake
    job_queue: JobQueue
    store: JobStore
    live: LiveBoard
    notices: NoticeStore
    reports: ReportStore
    knowledge: Knowledge
    limits: Limits
    gpus: Gpus
    ranks: Ranks = field(default_factory=Ranks)
    bench: Moderation | None = None  #: None: nobody moderates
    own: Belongings | None = None  #: of whoever asks; None: nothing is kept that could be told
    awaited: Callable[[Position], Awaited | None] = lambda _: None  #: whom a job waits for there, if none of them works

    def catalog(self) -> Catalog:
        """Return the workflows that there are now."""
        return self.knowledge.catalog()

    def vocabulary(self) -> Vocabulary:
        """Return what the servers offer, as it was last seen."""
        return self.knowledge.vocabulary()

    def default_workflow(self, spot: Spot) -> str:
        """Return what is run there when nobody names a workflow."""
        return self.intake.default_workflow(spot)

    def workflows(self, spot: Spot) -> Mapping[str, Workflow]:
        """Return what may be asked for there."""
        return offered(self.knowledge.rules(), spot, self.catalog().workflows)

    def ruled(self, spot: Spot) -> Spot:
        """Return a spot with what the operator says of it, where its platform does not."""
        return ruled(self.knowledge.rules(), spot)

    async def moderate(self, actor: Actor, measure: Measure, tenant: Tenant | None) -> Answer:
        """Do something as a moderator or the operator; raises what `Moderation.do` raises."""
        if self.bench is None:
            raise NotAllowed
        return await self.bench.do(actor, measure, tenant)

    async def export(self, requester: Requester) -> Mapping[str, object]:
        """Return what is somebody's own in this community, for JSON: for themselves alone."""
        return await self.own.export(requester) if self.own else {}

    async def forget_me(self, requester: Requester) -> Answer:
        """Delete somebody's own jobs here with their files and messages, and say what stays."""
        if self.own is None:
            raise SubmissionError("Nothing is kept of you here.")
        return await self.own.forget_me(requester)

    def rank(self, requester: Requester, roles: Collection[str], *, moderates: bool) -> Rank:
        """Return how far somebody's word reaches there; `moderates`: their platform lets them govern that community."""
        return rank_of(requester, roles, self.ranks, moderates=moderates)

    def welcome(self, occasion: Occasion) -> None:
        """Let somebody begin to ask, before they fill in anything; raises SubmissionError for whoever may not."""
        if shut_out := self.limits.refusal_of_guest(occasion.requester, occasion.roles):
            raise shut_out

    async def check(self, submission: Submission) -> None:
        """Find what `submit` would refuse before anything is fetched; raises what `Intake.check` raises."""
        await self.intake.check(submission)

    async def admit(self, content: bytes) -> Admitted:
        """Let a picture through the image gate; raises ImageRefused."""
        return await self.intake.admit_off_loop(content)

    async def submit(self, submission: Submission) -> Receipt:
        """Make a job; raises what `Intake.submit` raises, and SubmissionError if it would end too late to be shown."""
        receipt = await self.intake.submit(submission)
        if submission.occasion.within_s is not None:
            await self._refuse_late(receipt.record, submission.occasion.within_s)
        return receipt

    async def cancel(self, job_id: JobId, requester: Requester, *, moderates: bool = False) -> Cancelling:
        """Stop a job: one's own, or as a moderator any of the community; raises SubmissionError for anybody else's."""
        if await self._theirs(job_id, requester, moderates=moderates) is None:
            return Cancelling.UNKNOWN
        return await self.job_queue.cancel(job_id)

    async def cancel_all(self, tenant: Tenant) -> int:
        """Stop all that a community has under way which threw us out: nobody could see it. Returns how many."""
        return len(await self.bench.removing.cancel(tenant, None)) if self.bench else 0

    async def delete(
        self, job_id: JobId, requester: Requester, *, moderates: bool = False, answers: str | None = None
    ) -> Left | None:
        """Forget an ended job, and soon its files: one's own, or as a moderator any of the community.

        What was reported stays as evidence, for moderators alone; for everybody else it is gone as any other. Returns
        its message, which is left for the platform to take away; None where nobody knows of one. The platform tells
        whether somebody moderates, and whom the message answers that was clicked: of a job that is forgotten already,
        that message is all that is left. Raises SubmissionError.
        """
        record = await self._theirs(job_id, requester, moderates=moderates)
        if record is None:
            if moderates or answers == requester.id:
                return None
            raise SubmissionError(_NOT_YOURS_TO_DELETE)
        ref = (await self.notices.notice(job_id)).ref  # before the job is forgotten, and its notice with it
        if not await self._removed(record):
            raise SubmissionError("That job has not ended yet. Cancel it first.")
        return Left(job=record.job, ref=ref) if ref else None

    async def report(self, job_id: JobId, reporter: Requester, place: Place, reason: str) -> None:
        """Tell the operator what is wrong with a job that the reporter may see, below what they told of it before.

        Raises SubmissionError when there is no such job for them, they say nothing, or they have said too much.
        """
        record = await self.reportable(job_id, reporter, place)
        if not visible(reason):
            raise SubmissionError("Nothing was reported: say in a few words what is wrong with it.")
        is_kept = await self.reports.add(
            Report(
                job_id=job_id,
                workflow=record.job.workflow,
                requester=record.job.requester,
                reporter=reporter,
                place=place,
                reason=reason.strip()[:MAX_REASON],
            )
        )
        if not is_kept:
            raise SubmissionError("You have told enough of this: moderators can read what you said before.")

    async def job(self, job_id: JobId) -> JobRecord | None:
        """Return a job, unless it was deleted; who may see it is judged by whoever shows it."""
        record = await self.store.read(job_id)
        return None if record is None or record.is_evidence else record

    async def version(self, job: Job) -> Workflow:
        """Return a job's workflow as it is today; where it was taken away, as it was: raises FileGone if not kept."""
        return self.catalog().workflows.get(job.workflow) or await Shelf(self.store).of(job)

    async def seen(self, job_id: JobId, requester: Requester, place: Place) -> JobRecord:
        """Return a job that somebody may see from there; raises the same SubmissionError for none and for others'."""
        return await self._seen(job_id, requester, place, otherwise=NOT_KEPT)

    async def reportable(self, job_id: JobId, reporter: Requester, place: Place) -> JobRecord:
        """Return a job that somebody may report from there; raises SubmissionError as `seen` does."""
        return await self._seen(job_id, reporter, place, otherwise=NOT_REPORTABLE)

    async def preview(self, job_id: JobId) -> bytes | None:
        """Return a job's latest preview."""
        return await self.live.preview(job_id)

    async def history(self, requester: Requester) -> Sequence[JobRecord]:
        """Return somebody's own jobs, the newest first."""
        return await self.store.of_requester(requester)

    async def under_way(self, requester: Requester) -> Sequence[JobRecord]:
        """Return somebody's jobs that wait or run, the newest first."""
        jobs = await self.store.of_requester(requester, limit=_LOOKED_THROUGH)
        return [record for record in jobs if not record.state.is_final]

    async def queue(self, requester: Requester) -> Sequence[tuple[str, str]]:
        """Tell where somebody's waiting jobs stand, and how long they still wait."""
        lines = []
        for record in await self.under_way(requester):
            position = await self.job_queue.position(record.job.id)
            awaited = self.awaited(position) if position else None
            wait_s = self._wait_s(record, position)
            lines.append(queue_row(record, position, wait_s, awaited))
        return lines or [("Your jobs", "none is waiting or running")]

    async def usage(self, requester: Requester, roles: Collection[str] = ()) -> Sequence[tuple[str, str]]:
        """Tell what somebody's last jobs here made, how many wait and may, and what is left of their quotas."""
        recent = await self.store.of_requester(requester, limit=_LOOKED_THROUGH)
        share, quotas = await self._left(requester, roles, recent)
        caps = share.waiting
        waiting = sum(record.state is JobState.QUEUED for record in recent)
        painted = sum(len(record.files) for record in recent)
        seconds = sum(record.gpu_ms or 0 for record in recent) / 1000
        return [
            ("Waiting", _counted(waiting, caps, is_here=requester.tenant.platform in OF_ONE_PLACE)),
            ("Painted lately", f"{several(painted, 'picture')} in {several(len(recent), 'job')}"),
            ("GPU time", f"{seconds:.0f} s"),
            *quotas,
        ]

    def quote_s(self, record: JobRecord, position: Position) -> float | None:
        """Return in how many seconds the picture of a waiting job is there; None where nobody can tell."""
        wait_s = self._wait_s(record, position)
        return None if wait_s is None else wait_s + record.job.estimate_ms / 1000

    def _wait_s(self, record: JobRecord, position: Position | None) -> float | None:
        if position is None or position.lane is None:
            return None
        waits_ms = wait_ms(position, record.job.estimate_ms, self.gpus)
        return None if waits_ms is None else waits_ms / 1000

    async def _left(
        self, requester: Requester, roles: Collection[str], recent: Sequence[JobRecord]
    ) -> tuple[Share, list[tuple[str, str]]]:
        """Return somebody's share, and what is left of each quota, in pictures such as their last one."""
        if self.bench is None:
            return share_of(self.limits, self.limits.tier(requester, roles)), []
        holding, usages = await self.bench.overseeing.used(requester, roles)
        take = Take(gpu_ms=recent[0].job.estimate_ms if recent else UNKNOWN_MS, pictures=1)
        return holding.share, [
            ("The next job", quoted(usages, take)),
            *(("Quota", told(usage, take)) for usage in usages),
        ]

    async def _refuse_late(self, record: JobRecord, within_s: float) -> None:
        """Take back a job that would end too late to be shown; raises SubmissionError."""
        # Only once it stands in the queue is it known how long it waits there.
        job_id = record.job.id
        position = await self.job_queue.position(job_id)
        quote_s = self.quote_s(record, position) if position else None
        if quote_s is None or quote_s <= within_s:
            return
        await self.job_queue.cancel(job_id)
        await self.store.forget(job_id)
        raise SubmissionError(
            f"This would take about {spelled(quote_s)}, and here a picture can be shown for {spelled(within_s)} only. "
            "Try again when fewer wait, or ask for less."
        )

    async def _seen(self, job_id: JobId, requester: Requester, place: Place, *, otherwise: str) -> JobRecord:
        record = await self.store.read(job_id)
        if record is None or not may_see(record, requester, place):
            raise SubmissionError(otherwise)
        return record

    async def _removed(self, record: JobRecord) -> bool:
        if self.bench is None:  # nobody moderates, and so nobody looks at evidence
            return await self.store.forget(record.job.id)
        return await self.bench.removing.delete(record)

    async def _theirs(self, job_id: JobId, requester: Requester, *, moderates: bool) -> JobRecord | None:
        """Return a job that somebody may end: their own, or as a moderator any of the community."""
        record = await self.job(job_id)
        if record is not None:
            owner = record.job.requester
            # Nobody moderates what is asked in private, though all of it has one tenant.
            is_subject = moderates and owner.tenant.id != DIRECT
            if owner.tenant != requester.tenant or not (is_subject or owner.id == requester.id):
                raise SubmissionError(_NOT_YOURS)
        return record


def queue_row(
    record: JobRecord, position: Position | None, wait_s: float | None, awaited: Awaited | None = None
) -> tuple[str, str]:
    """Name a job that is under way, and tell where it stands: in how many seconds it begins, if that is known."""
    return _named(record), _standing(record, position, wait_s, awaited)


def _named(record: JobRecord) -> str:
    words = words_of(record)
    return words if len(words) <= 60 else words[:59] + "…"


def _counted(waiting: int, caps: Caps, *, is_here: bool) -> str:
    """Say how many jobs wait here beside the nearer cap; unless `is_here`, a person's counts those elsewhere, too."""
    user, person = caps.user, caps.person
    nearest = min((each for each in (user, person) if each is not None), default=None)
    if nearest is not None and (is_here or nearest == user):
        return f"{waiting} of {several(nearest, 'job')}"
    jobs = several(waiting, "job")
    return jobs if person is None else f"{jobs} here; {person} at most, all communities together"


def _standing(record: JobRecord, position: Position | None, wait_s: float | None, awaited: Awaited | None) -> str:
    if record.state is not JobState.QUEUED or position is None:
        return "on a GPU now"
    if position.lane is None:
        return f"waits for {held_up(position)}"
    if awaited:
        return f"waits for {awaited}"
    place = "next in line" if position.jobs == 0 else f"{position.jobs} ahead"
    return f"{place}, starts in about {wait_s:.0f} s" if wait_s else place
