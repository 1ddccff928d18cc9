"""The bench of moderation: the one way in which a moderator or the operator does anything, on every platform.

Whether they may is asked first and here alone; everything is written into the audit, also what was only tried. What
changes a book is written there in the same step; whatever else is done is written down before it is done, so nothing
is ever done without its entry.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from bot import moderators
from bot.answers import Answer
from bot.errors import NotAllowed, SubmissionError
from bot.holds import still
from bot.intake import Knowledge
from bot.jobs import JobId, JobRecord, Tenant
from bot.leases import Cancelling
from bot.naming import Naming, requester_of, short
from bot.operating import Operating
from bot.overseeing import Overseeing
from bot.policy import measures
from bot.policy.audit import QUIET_S, WHOM, AuditEntry, Outcome, entry_of
from bot.policy.changes import Change, Facts, change_of, tidied
from bot.policy.entitlements import ceiling_of
from bot.policy.measures import RIGHTS, Actor, Measure, Rank, may, refusal_of_whom
from bot.policy.meters import Whose
from bot.policy.rulebook import Books
from bot.ports import CounterStore
from bot.refusals import NOT_KEPT, ended
from bot.removing import Removing
from bot.reviewing import review_of
from bot.signing_in import SigningIn

Deed = measures.ResetUsage | measures.ClearQueue | measures.ClearAll | measures.Purge | measures.CancelJob
"""Measures that do something elsewhere than in a book."""

Operation = measures.ShowServers | measures.DrainServer | measures.ResumeServer | measures.ShowCommunities
"""Measures about the pool and all of its communities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """What it is done with."""

    overseeing: Overseeing
    removing: Removing
    counters: CounterStore
    knowledge: Knowledge
    signing_in: SigningIn | None = None  #: None: there is no console
    operating: Operating | None = None  #: None: nothing of the pool is seen or changed here

    async def do(self, actor: Actor, measure: Measure, tenant: Tenant | None) -> Answer:
        """Do something in a community, or everywhere with None, and say what was done.

        Raises NotAllowed for those who may not, another SubmissionError for what cannot be done, and StoreLost.
        """
        entry = entry_of(actor, measure, tenant)
        try:
            if not may(actor, measure, tenant):
                raise _refusal(measure)
            if nobody := refusal_of_whom(measure, tenant):
                raise nobody
            measure = await Naming(store=self.removing.store).called(measure, tenant)
            return await self._do(actor, measure, tenant, entry_of(actor, measure, tenant))
        except SubmissionError as refused:
            tried = replace(entry, outcome=Outcome.TRIED, details={**entry.details, "refused": refused.code})
            await self.overseeing.rules.audit.add(tried, quiet_s=QUIET_S)
            raise

    async def _do(self, actor: Actor, measure: Measure, tenant: Tenant | None, entry: AuditEntry) -> Answer:
        match measure:
            case (
                measures.ShowUser()
                | measures.ShowPatterns()
                | measures.TestText()
                | measures.ShowRecent()
                | measures.ShowReports()
                | measures.ShowReviews()
                | measures.ShowAudit()
            ):
                answer = await self.overseeing.look(measure, tenant)
                await self._write(entry)
                return answer
            case measures.ShowServers() | measures.DrainServer() | measures.ResumeServer() | measures.ShowCommunities():
                return await self._operate(measure, entry)
            case (
                measures.ResetUsage()
                | measures.ClearQueue()
                | measures.ClearAll()
                | measures.Purge()
                | measures.CancelJob()
            ):
                return await self._deed(measure, tenant, entry)
            case measures.OpenConsole() | measures.CloseConsole():
                return await self._console(actor, measure, entry)
            case measures.PassJob() | measures.RejectJob():
                return await self._review(actor, measure, tenant, entry)
            case _:
                return await self._change(actor, measure, tenant, entry)

    async def _console(
        self, actor: Actor, measure: measures.OpenConsole | measures.CloseConsole, entry: AuditEntry
    ) -> Answer:
        if self.signing_in is None:
            raise SubmissionError("There is no console here.")
        if isinstance(measure, measures.CloseConsole):
            await self._write(entry)
            await self.signing_in.end_all()
            return moderators.signed_out()
        # A link that cannot be written down is shown to nobody, so nobody comes in by it.
        address = await self.signing_in.link(actor)
        await self._write(entry)
        return moderators.console(address)

    async def _review(
        self, actor: Actor, measure: measures.PassJob | measures.RejectJob, tenant: Tenant | None, entry: AuditEntry
    ) -> Answer:
        """Decide about what a job made; the store writes the entry in the same step, for the first who decides."""
        record = await self._job(measure.job_id, tenant)
        review = review_of(actor, measure)
        await self.overseeing.reviewing.decide(record, review, _of_owner(entry, record))
        return moderators.reviewed(review)

    # ---- In the books ----

    async def _change(self, actor: Actor, measure: Change, tenant: Tenant | None, entry: AuditEntry) -> Answer:
        """Change a book; of whoever is banned by it, all is cancelled that waits or runs."""
        books, ended = self.overseeing.rules.books, frozenset[JobId]()
        while True:
            facts = await self._facts(actor, measure, tenant)
            changed = tidied(change_of(measure, facts), facts)
            # Before and after: were this process killed in between, nothing of somebody banned would be left to begin.
            # What comes in meanwhile was decided by the book of before, and the queue does not take it.
            ended |= await self._cancel_banned(measure, tenant)
            if await books.change(facts.book, put=changed.put, drop=changed.drop, firm=facts.is_operator, audit=entry):
                break
        ended |= await self._cancel_banned(measure, tenant)
        still = await self._still(measure, tenant)
        return moderators.done(measure, len(ended), still, left=changed.put, now_ms=facts.now_ms)

    async def _cancel_banned(self, measure: Change, tenant: Tenant | None) -> frozenset[JobId]:
        match measure:
            case measures.BanUser(user=user):
                return await self.removing.cancel(tenant, user)
            case measures.BanCommunity():
                return await self.removing.cancel(tenant, None)
            case _:
                return frozenset()

    async def _still(self, measure: Change, tenant: Tenant | None) -> str:
        """Say what holds now beside what was taken back: others may have said the same of it, or more."""
        if not isinstance(measure, measures.Unban | measures.ResumeWork | measures.GrantMore):
            return ""
        books, now_ms = await self._opened(tenant)
        return still(measure, books, tenant, now_ms)

    async def _facts(self, actor: Actor, measure: Change, tenant: Tenant | None) -> Facts:
        books, now_ms = await self._opened(tenant)
        return Facts(
            book=books.community,
            now_ms=now_ms,
            is_operator=actor.rank is Rank.OPERATOR,
            # Everywhere there is no ceiling, for nobody else is there.
            ceiling=(ceiling_of(books, self.overseeing.rules.standard, tenant).quotas or ()) if tenant else (),
            tiers=self._tiers(tenant),
            workflows=tuple(self.knowledge.catalog().workflows),
            # Of both lists all that stands there: what is on both takes up room on each.
            patterns=(*books.community.patterns(), *(books.everywhere.patterns() if tenant else ())),
            still=still(measure, books, tenant, now_ms),
        )

    async def _opened(self, tenant: Tenant | None) -> tuple[Books, int]:
        """Return the books that hold where something is changed, and the store's time; everywhere one is both."""
        books = self.overseeing.rules.books
        if tenant:
            return await books.opened(tenant)
        wide = await books.book(None)
        return Books(everywhere=wide, community=wide), await books.now_ms()

    def _tiers(self, tenant: Tenant | None) -> Collection[str]:
        limits = self.overseeing.rules.limits
        return {tier.name for tier in (limits.tiers_in(tenant) if tenant else limits.tiers)}

    # ---- Elsewhere ----

    async def _deed(self, measure: Deed, tenant: Tenant | None, entry: AuditEntry) -> Answer:
        match measure:
            case measures.ResetUsage(user=user) as about:
                counters = await self._counters(user, tenant)
                await self._write(entry)
                await self.counters.reset(counters)
                return moderators.reset(short(about))
            case measures.ClearQueue(user=user) as about:
                await self._write(entry)
                return moderators.cleared(short(about), len(await self.removing.cancel(tenant, user)))
            case measures.ClearAll():
                await self._write(entry)
                return moderators.cleared_all(len(await self.removing.cancel(tenant, None)), tenant)
            case measures.Purge(user=user, last_s=last_s):
                since_ms = await self.overseeing.rules.books.now_ms() - round(last_s * 1000)
                await self._write(entry)
                return moderators.purged(await self.removing.remove(tenant, user, since_ms=since_ms))
            case measures.CancelJob(job_id=job_id):
                return await self._stop(await self._job(job_id, tenant), entry)
            case _:
                assert_never(measure)

    async def _stop(self, record: JobRecord, entry: AuditEntry) -> Answer:
        """Stop a job; raises SubmissionError for one that has ended."""
        if record.state.is_final:
            raise ended(record)
        await self._write(_of_owner(entry, record))
        found = await self.removing.queue.cancel(record.job.id)
        if found in (Cancelling.TOO_LATE, Cancelling.UNKNOWN):
            # It ended since it was looked at: what is written down already is followed by why nothing came of it.
            raise ended(await self._job(record.job.id, record.job.requester.tenant))
        return moderators.cancelled()

    # ---- Of the pool ----

    async def _operate(self, measure: Operation, entry: AuditEntry) -> Answer:
        if self.operating is None:
            raise SubmissionError("The pool is not known here.")
        match measure:
            case measures.ShowServers():
                await self._write(entry)
                return await self.operating.gpus()
            case measures.DrainServer() | measures.ResumeServer():
                decided = await self.operating.decide(measure)
                await self._write(entry)
                return await self.operating.wish(measure, decided)
            case measures.ShowCommunities():
                await self._write(entry)
                return await self.operating.communities()
            case _:
                assert_never(measure)

    async def _counters(self, user: str, tenant: Tenant | None) -> Sequence[str]:
        """Return the counters of somebody in a community, or of a person everywhere."""
        whose = Whose.MEMBER if tenant else Whose.PERSON
        holding = await self.overseeing.rules.holding(requester_of(user, tenant))
        return [meter.counter for meter in holding.meters() if meter.whose is whose]

    async def _job(self, job_id: JobId, tenant: Tenant | None) -> JobRecord:
        """Return a job of that community; another's is as if it were not there."""
        record = await self.removing.store.read(job_id)
        if record is None or (tenant and record.job.requester.tenant != tenant):
            raise SubmissionError(NOT_KEPT)
        return record

    async def _write(self, entry: AuditEntry) -> None:
        await self.overseeing.rules.audit.add(entry)


def _of_owner(entry: AuditEntry, record: JobRecord) -> AuditEntry:
    """Return what is written down of a job, with whose it is: in its community, from wherever it was decided."""
    owner = record.job.requester
    return replace(entry, tenant=owner.tenant, user=owner.id, details={**entry.details, WHOM: owner.name})


def _refusal(measure: Measure) -> NotAllowed:
    if RIGHTS[type(measure)] is Rank.OPERATOR:
        return NotAllowed("Only whoever runs this bot can do that.")
    return NotAllowed()
