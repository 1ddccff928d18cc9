"""What moderators look at before anybody else does: they let it pass, or say why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import SubmissionError
from bot.inert import NAME, label
from bot.jobs import Decision, JobRecord, Review, Tenant
from bot.policy.audit import AuditEntry
from bot.policy.measures import Actor, PassJob, RejectJob
from bot.policy.rulebook import MAX_REASON
from bot.ports import ReportStore, ReviewStore

NOT_PENDING = "That job does not wait for a moderator."
_QUICKER = "Somebody was quicker: that job does not wait for a moderator any more."
_NO_REASON = "Say why in a few words: whoever asked for it reads that."

_SAID = {Decision.PASSED: "let it pass", Decision.REJECTED: "did not let it through"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    """Where it is kept. Whether somebody may decide is judged before, by the bench."""

    reviews: ReviewStore
    reports: ReportStore

    async def pending(self, tenant: Tenant | None, *, limit: int) -> Sequence[JobRecord]:
        """Return what waits for a moderator of a community, or anywhere with None, the oldest first."""
        return await self.reviews.pending(tenant, limit=limit)

    async def decide(self, record: JobRecord, review: Review, audit: AuditEntry) -> None:
        """Let it pass or not, once; raises SubmissionError when it does not wait, or somebody was quicker."""
        if refused := refusal(record):
            raise refused
        # What was reported is evidence: it goes with the job, and until then is shown to moderators alone.
        keeps_files = review.decision is Decision.PASSED or bool(await self.reports.of_jobs([record.job.id]))
        if not await self.reviews.decide(record, review, keeps_files=keeps_files, audit=audit):
            raise SubmissionError(_QUICKER)


def review_of(actor: Actor, measure: PassJob | RejectJob) -> Review:
    """Return what somebody decides; raises SubmissionError where they say no reason."""
    by = label(actor.name, NAME)
    if isinstance(measure, PassJob):
        return Review(decision=Decision.PASSED, by=by)
    reason = label(measure.reason, MAX_REASON)
    if not reason:
        raise SubmissionError(_NO_REASON)
    return Review(decision=Decision.REJECTED, by=by, reason=reason)


def refusal(record: JobRecord) -> SubmissionError | None:
    """Say why nothing can be decided about a job; None when it waits for that."""
    if record.review is not None:
        return SubmissionError(f"{record.review.by} {_SAID[record.review.decision]} already.")
    return None if record.awaits_review else SubmissionError(NOT_PENDING)
