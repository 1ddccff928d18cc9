"""What the console shows, for whoever may look: a moderator at their community, an operator at all of them.

What is open and changes by itself is looked at without an entry in the audit: that somebody opened the console is
written there. Looks that seek somebody out, or take all of the audit along, are written down like those of a chat.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial

from bot.communities import called
from bot.console.counts import reports_open, reviews_open
from bot.console.gpus import Known, gpu_views, models_of
from bot.console.hours import HOUR_MS, MOST_DAYS, span_of, usage_view
from bot.console.lines import whole, whole_line
from bot.console.people import PEOPLE, people_of, person_line
from bot.console.shares import MEMBERS, listed, queue_view, wanted
from bot.console.views import JobLine, LiveView, OpenView, PendingView, PersonLine, ReportView, UsageView
from bot.errors import NotAllowed, SubmissionError
from bot.estimates import UNKNOWN_MS
from bot.gpus import seen
from bot.houserules import assigned
from bot.jobs import JobId, JobRecord, Requester, StoredFile, Tenant
from bot.naming import requester_of
from bot.overseeing import Overseeing
from bot.overview import Facts
from bot.policy.audit import QUIET_S, AuditEntry, entry_of
from bot.policy.measures import Actor, Rank, ShowAudit, ShowRecent, may
from bot.policy.meters import Take
from bot.policy.rulebook import Pattern
from bot.ports import CommunityNames, JobStore, LaneStore, Overview, ServerStore, UsageStore
from bot.refusals import NOT_KEPT
from bot.servers import ServerSpec

REPORTS, PENDING, ENTRIES = 100, 50, 50
"""What is shown of a list at a time."""

_PAGE = 500
"""Entries of the audit that are read at a time, so that an export holds no more of it."""

_LATELY_MS = 7 * 24 * HOUR_MS
"""Whoever asked in this time asked lately."""

_JOBS = 500
"""Jobs by which whoever asked lately is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Where it is read from; nothing is changed by it.

    With a tenant each tells of that community alone, with None of all of them. Jobs of communities that are not shown
    are counted, and never named. All raise NotAllowed for whoever may not look there, and StoreLost.
    """

    overview: Overview
    store: JobStore
    servers: ServerStore
    lanes: LaneStore
    hours: UsageStore
    overseeing: Overseeing
    community_names: CommunityNames
    seeds: Mapping[str, ServerSpec] = field(default_factory=dict)  #: servers of the settings, by name
    _known: Known = field(default_factory=Known, repr=False)

    @staticmethod
    def admit(actor: Actor, tenant: Tenant | None) -> None:
        """Raise NotAllowed unless somebody may look there: where they may see the latest jobs, they may see all of it.

        Asked by each of these, and by whoever shows what was read a moment ago.
        """
        if not may(actor, ShowRecent(), tenant):
            raise NotAllowed

    # ---- What changes all the time ----

    async def live(self, actor: Actor, tenant: Tenant | None) -> LiveView:
        """Return the queue by user, and how each GPU is."""
        self.admit(actor, tenant)
        facts = await self.overview.facts(limit=MEMBERS, only=tenant)
        running = await self._running(facts)
        waiting = await self.overseeing.census.known(wanted(listed(facts, tenant)))
        now_ms = await self.servers.now_ms()
        servers = list(seen(self.seeds, await self.servers.changes(), await self.servers.statuses(), now_ms))
        loaded = await self._loaded(models_of(servers, running))
        return LiveView(
            queue=queue_view(facts, tenant, {each.job.id: each for each in (*waiting, *running)}),
            gpus=gpu_views(servers, running, tenant, loaded, now_ms),
        )

    async def _running(self, facts: Facts) -> list[JobRecord]:
        slots = sorted({slot for lane in facts.lanes for slot in lane.servers})
        return [held.record for slot in slots for held in await self.store.held_by(slot)]

    async def _loaded(self, models: AbstractSet[str]) -> Mapping[str, Sequence[str]]:
        """Return the files of models by what requirements call them."""
        if missing := self._known.missing(models):
            self._known.learn(missing, await self.lanes.requirements())
        return self._known.of(models)

    async def usage(self, actor: Actor, tenant: Tenant | None, *, days: int) -> UsageView:
        """Return who used how much GPU time: of one day by the hour, of up to seven by six hours."""
        self.admit(actor, tenant)
        span = span_of(days, await self.servers.now_ms())
        return usage_view(await self.hours.hourly(tenant, since_ms=span.since_ms), span)

    # ---- People and their jobs ----

    async def people(self, actor: Actor, tenant: Tenant | None) -> Sequence[PersonLine]:
        """Return whoever asked for something lately, or has something said of them in the book; with their quotas."""
        self.admit(actor, tenant)
        rules, census = self.overseeing.rules, self.overseeing.census
        book, now_ms = await rules.books.book(tenant), await rules.books.now_ms()
        facts = await self.overview.facts(limit=PEOPLE, only=tenant)
        ended = await census.settled(tenant, None, since_ms=now_ms - _LATELY_MS, limit=_JOBS)
        asked = [
            Requester(tenant=each.community.tenant, id=each.member.user, name=each.member.name)
            for each in listed(facts, tenant)
        ]
        asked += [each.job.requester for each in sorted(ended, key=lambda each: -each.job.created_ms)]
        found = people_of(asked, book, now_ms, partial(requester_of, tenant=tenant))
        return [await self._person(each) for each in found]

    async def _person(self, requester: Requester) -> PersonLine:
        holding, usages = await self.overseeing.used(requester)
        put, banned = assigned(holding.books, requester, self.overseeing.rules.limits), holding.banned()
        return person_line(
            requester,
            usages,
            Take(gpu_ms=UNKNOWN_MS, pictures=1),
            tier=put.name if put else None,
            banned=str(banned) if banned else None,
        )

    async def recent(self, actor: Actor, tenant: Tenant | None, *, user: str | None = None) -> Sequence[JobLine]:
        """Return the latest jobs, those under way first; with a user theirs alone, as the book calls them."""
        self.admit(actor, tenant)
        return [whole_line(each) for each in await self.overseeing.recent(user or None, tenant)]

    # ---- What is to be judged ----

    async def reports(self, actor: Actor, tenant: Tenant | None) -> Sequence[ReportView]:
        """Return the latest reports, the newest first, each with what there still is of its job."""
        self.admit(actor, tenant)
        found = await self.overseeing.reports.newest(tenant, limit=REPORTS)
        known = await self.overseeing.census.known(list(dict.fromkeys(each.job_id for each in found)))
        records = {each.job.id: each for each in known}
        return [
            ReportView(
                report=each,
                words=whole(record) if record else "",
                files=record.made if record else (),
                is_kept=record is not None,
            )
            for each in found
            for record in [records.get(each.job_id)]
        ]

    async def pending(self, actor: Actor, tenant: Tenant | None) -> Sequence[PendingView]:
        """Return the jobs that wait for a moderator, the oldest first, with what they made."""
        self.admit(actor, tenant)
        found = await self.overseeing.reviewing.pending(tenant, limit=PENDING)
        return [PendingView(job=whole_line(each), files=each.made, texts=each.withheld_texts) for each in found]

    async def open(self, actor: Actor, tenant: Tenant | None) -> OpenView:
        """Return how much there is to judge."""
        self.admit(actor, tenant)
        found = await self.overseeing.reports.newest(tenant, limit=REPORTS)
        known = await self.overseeing.census.known(list(dict.fromkeys(each.job_id for each in found)))
        pending = await self.overseeing.reviewing.pending(tenant, limit=PENDING)
        return OpenView(reports=reports_open(found, known, REPORTS), reviews=reviews_open(pending, PENDING))

    async def report_file(self, actor: Actor, tenant: Tenant | None, job_id: JobId, number: int) -> StoredFile:
        """Return a file of a job that was reported or is for review, by its number among all that it made.

        Raises SubmissionError for any other.
        """
        self.admit(actor, tenant)
        record = await self.store.read(job_id)
        if record is None or tenant not in (None, record.job.requester.tenant):
            raise SubmissionError(NOT_KEPT)
        if not 0 <= number < len(record.made) or not await self._is_to_be_judged(record):
            raise SubmissionError(NOT_KEPT)
        return record.made[number]

    async def _is_to_be_judged(self, record: JobRecord) -> bool:
        return record.job.for_review or bool(await self.overseeing.reports.of_jobs([record.job.id]))

    async def patterns(self, actor: Actor, tenant: Tenant | None) -> tuple[Sequence[Pattern], Sequence[Pattern]]:
        """Return the patterns of a community's blocklist that are not everywhere's, and everywhere's."""
        self.admit(actor, tenant)
        return await self.overseeing.patterns(tenant)

    # ---- The audit ----

    async def audit(
        self, actor: Actor, tenant: Tenant | None, *, user: str | None = None, before: str | None = None
    ) -> Sequence[AuditEntry]:
        """Return the latest entries, the newest first; `before`: those that are older than the entry of that id."""
        self.admit(actor, tenant)
        return await self.overseeing.rules.audit.newest(tenant, user=user or None, limit=ENTRIES, before=before)

    async def note(self, actor: Actor, tenant: Tenant | None, *, user: str | None = None) -> None:
        """Write down that somebody looks at the audit of one alone, or with None takes all of it along.

        Before it is shown, and once in QUIET_S: an open page asks each second.
        """
        self.admit(actor, tenant)
        await self.overseeing.rules.audit.add(entry_of(actor, ShowAudit(user=user), tenant), quiet_s=QUIET_S)

    async def audit_export(self, actor: Actor, tenant: Tenant | None) -> AsyncGenerator[Sequence[AuditEntry]]:
        """Return every entry by pages, the newest first; it refuses, and is noted, when the first is asked for."""
        await self.note(actor, tenant)
        before: str | None = None
        while entries := await self.overseeing.rules.audit.newest(tenant, limit=_PAGE, before=before):
            yield entries
            before = entries[-1].id

    # ---- Where ----

    async def names(self, actor: Actor, tenants: Sequence[Tenant | None]) -> Mapping[Tenant, str]:
        """Return what communities are called, as far as it is known: for an operator with their ids."""
        for each in tenants:
            self.admit(actor, each)
        wanted = [each for each in tenants if each]
        return await called(self.community_names, wanted, with_ids=actor.rank is Rank.OPERATOR)

    async def communities(self, actor: Actor) -> Sequence[Tenant]:
        """Return the communities that have something in the queue, the audit or the settings, or used a GPU lately."""
        self.admit(actor, None)
        rules, since_ms = self.overseeing.rules, await self.servers.now_ms() - MOST_DAYS * 24 * HOUR_MS
        found = {each.tenant for each in (await self.overview.facts(limit=MEMBERS)).communities}
        found |= {each.tenant for each in await rules.audit.newest(None, limit=_PAGE) if each.tenant}
        found |= {each.tenant for each in await self.hours.hourly(None, since_ms=since_ms)}
        return sorted(found | set(rules.standard.ceilings), key=lambda each: (each.platform, each.id))
