"""What the console shows, as plain data. A moderator's has their own community; an operator's may have all of them."""

from dataclasses import dataclass

from bot.jobs import JobId, JobState, StoredFile, Tenant
from bot.reports import Report
from bot.servers import ServerState


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """A job in a line."""

    id: JobId
    user: str  #: whose, as the book of their community calls them
    name: str
    tenant: Tenant
    workflow: str
    words: str  #: its prompt: cut to a line in the queue, whole where it is judged and of one person
    state: JobState
    server: str | None  #: that has it now
    since_ms: int  #: when it was asked for, by the store's clock


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """Somebody who has something in the queue."""

    user: str
    name: str
    tenant: Tenant
    waiting: int
    running: int
    waiting_ms: int  #: GPU time, as estimated
    due: float  #: the part of the pool that is due to them among those in the queue, 0 to 1
    had: float | None  #: the part that they had of the last hour; None: nobody used anything
    jobs: tuple[JobLine, ...]  #: what runs first, then what waits, in their order; the first few


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """The queue by user."""

    members: tuple[MemberLine, ...]  #: whoever has most first
    waiting: int
    running: int
    elsewhere: int  #: jobs under way in communities that are not shown

    @property
    def unlisted(self) -> int:
        """Return how many jobs under way here are of people who are not listed: of many only some are."""
        return max(0, self.waiting + self.running - sum(each.waiting + each.running for each in self.members))


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuView:
    """One server of the pool."""

    name: str
    state: ServerState | None  #: None: nobody tells how it is
    reason: str  #: one sentence; empty when there is nothing to say
    since_ms: int  #: since when it is in this state; 0: not told
    model: str | None  #: that it has loaded, as far as the queue knows
    jobs: tuple[JobLine, ...]  #: what it runs that may be shown
    elsewhere: int  #: what it runs of communities that are not shown
    errors: tuple[str, ...]  #: its last ones, the latest first, each with its time; no addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveView:
    """What changes all the time."""

    queue: QueueView
    gpus: tuple[GpuView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyUsage:
    """GPU time that somebody used in one hour."""

    tenant: Tenant
    user: str
    name: str
    hour_ms: int  #: when the hour began
    gpu_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageLine:
    """GPU time of one person over time."""

    user: str
    name: str
    tenant: Tenant
    gpu_ms: int  #: of all the time that is shown
    steps_ms: tuple[int, ...]  #: of each step of it, the oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageView:
    """GPU time by person over time."""

    since_ms: int
    step_ms: int
    people: tuple[UsageLine, ...]  #: whoever used most first
    following: tuple[UsageLine, ...] = ()  #: of everybody else those who used most
    others: int = 0  #: how many everybody else are
    others_ms: tuple[int, ...]  #: of everybody else together, in the same steps


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLine:
    """One quota, as it stands."""

    words: str  #: "12 of about 40 pictures a day are left, more at 14:00"
    used: float  #: 0 to 1, without what is reserved
    reserved: float  #: 0 to 1, for jobs that wait or run


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """Somebody who asked for something lately."""

    user: str
    name: str
    tenant: Tenant
    tier: str | None  #: that they were put into; by their roles it is not known here
    banned: str | None  #: what they read
    quotas: tuple[QuotaLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A report with what it is about."""

    report: Report
    words: str  #: the prompt; empty when the job is gone
    files: tuple[StoredFile, ...]  #: pictures that are still there
    is_kept: bool  #: whether the job is still there


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCount:
    """How much of something is open."""

    number: int
    is_more: bool = False  #: there may be more that was not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenView:
    """How much there is to look at."""

    reports: OpenCount  #: of jobs that people still see
    reviews: OpenCount


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingView:
    """A job that waits for a moderator."""

    job: JobLine
    files: tuple[StoredFile, ...]  #: what it made, which nobody else sees
    texts: tuple[str, ...]
