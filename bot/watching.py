"""What the console shows, for whoever may look: a moderator at their community, an operator at all of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.console.views import JobLine, LiveView, PersonLine, ReportView, UsageView
from bot.errors import NotAllowed
from bot.jobs import JobId, StoredFile, Tenant
from bot.overseeing import Overseeing
from bot.policy.audit import AuditEntry
from bot.policy.measures import Actor, ShowRecent, may
from bot.policy.rulebook import Pattern
from bot.ports import JobStore, LaneStore, Overview, ServerStore, UsageStore
from bot.servers import ServerSpec


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
    seeds: Mapping[str, ServerSpec] = field(default_factory=dict)  #: servers of the settings, by name

    async def live(self, actor: Actor, tenant: Tenant | None) -> LiveView:
        """Return the queue by user, and how each GPU is: what changes all the time."""
        _admit(actor, tenant)
        raise NotImplementedError

    async def usage(self, actor: Actor, tenant: Tenant | None, *, days: int) -> UsageView:
        """Return who used how much GPU time: of one day by the hour, of up to seven by six hours."""
        _admit(actor, tenant)
        raise NotImplementedError

    async def people(self, actor: Actor, tenant: Tenant | None) -> Sequence[PersonLine]:
        """Return whoever asked for something lately, or has something said of them in the book; with their quotas."""
        _admit(actor, tenant)
        raise NotImplementedError

    async def reports(self, actor: Actor, tenant: Tenant | None) -> Sequence[ReportView]:
        """Return the latest reports, the newest first, each with what there still is of its job."""
        _admit(actor, tenant)
        raise NotImplementedError

    async def report_file(self, actor: Actor, tenant: Tenant | None, job_id: JobId, number: int) -> StoredFile:
        """Return a file of a reported job, by its number among the job's; raises SubmissionError for any other."""
        _admit(actor, tenant)
        raise NotImplementedError

    async def recent(self, actor: Actor, tenant: Tenant | None, *, user: str | None = None) -> Sequence[JobLine]:
        """Return the latest jobs, those under way first; with a user theirs alone, as the book calls them."""
        _admit(actor, tenant)
        raise NotImplementedError

    async def audit(
        self, actor: Actor, tenant: Tenant | None, *, user: str | None = None, before: str | None = None
    ) -> Sequence[AuditEntry]:
        """Return the latest entries, the newest first; `before`: those that are older than the entry of that id."""
        _admit(actor, tenant)
        raise NotImplementedError

    def audit_export(self, actor: Actor, tenant: Tenant | None) -> AsyncIterator[str]:
        """Return every entry as a line of JSON, the newest first. It refuses at once, not when it is first asked."""
        _admit(actor, tenant)
        raise NotImplementedError

    async def patterns(self, actor: Actor, tenant: Tenant | None) -> tuple[Sequence[Pattern], Sequence[Pattern]]:
        """Return the patterns of a community's blocklist that are not everywhere's, and everywhere's."""
        _admit(actor, tenant)
        return await self.overseeing.patterns(tenant)

    async def communities(self, actor: Actor) -> Sequence[Tenant]:
        """Return the communities that have something in the queue, in the audit or in the settings: for an operator."""
        _admit(actor, None)
        raise NotImplementedError


def _admit(actor: Actor, tenant: Tenant | None) -> None:
    """Raise NotAllowed unless somebody may look there: where they may see the latest jobs, they may see all of it."""
    if not may(actor, ShowRecent(), tenant):
        raise NotAllowed
