"""What the console is shown in tests: a small studio, whose views a test may change; communities are kept apart."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import time
from uuid import UUID, uuid5

from bot.communities import called
from bot.console.views import (
    GpuView,
    JobLine,
    LiveView,
    MemberLine,
    OpenCount,
    OpenView,
    PendingView,
    PersonLine,
    QueueView,
    QuotaLine,
    ReportView,
    UsageLine,
    UsageView,
)
from bot.errors import StoreLost, SubmissionError
from bot.events import MediaKind
from bot.jobs import JobId, JobState, Place, Requester, StoredFile, Tenant
from bot.policy.audit import AuditEntry, Author, Outcome
from bot.policy.measures import Actor, Rank
from bot.policy.rulebook import Deed, Pattern, Reading
from bot.reports import Report
from bot.servers import ServerState
from bot.watching import Watching
from tests.fakes.memory_communities import MemoryCommunities

GUILD = Tenant(platform="discord", id="614202310000000001")
OTHER = Tenant(platform="slack", id="T0OTHER1")
SECRET = "the walrus of the other community"
NOW_MS = round(time() * 1000)
_JOBS = UUID("6f1d8f4e-58a1-4f6c-9c39-111111111111")

MODERATOR = Actor(id="90001", name="Maren", platform="discord", tenant=GUILD, rank=Rank.MODERATOR)
OPERATOR = Actor(id="root", name="Olga", platform="local", tenant=None, rank=Rank.OPERATOR)

_PEOPLE = (
    ("80351110224678912", "Ada"),
    ("80351110224678913", "Ben Okonkwo"),
    ("80351110224678914", "Cléo"),
    ("80351110224678915", "dmitri_the_painter_of_very_long_names"),
)
_PROMPTS = (
    "a lighthouse at dusk, oil on canvas, storm clouds, dramatic light",
    "paper boats on a canal",
    "a fox in the snow",
    "portrait of an old sailor, 85mm, rim light, shallow depth of field, a weathered face and a wool hat, the sea "
    "behind him out of focus",
    "isometric tea house",
)


def job_line(number: int, user: str, name: str, state: JobState, tenant: Tenant = GUILD, words: str = "") -> JobLine:
    """Return a job."""
    running = state in (JobState.RUNNING, JobState.STARTING)
    return JobLine(
        id=JobId(uuid5(_JOBS, f"{number}")),
        user=user,
        name=name,
        tenant=tenant,
        workflow="txt2img" if number % 3 else "flux",
        words=words or _PROMPTS[number % len(_PROMPTS)],
        state=state,
        server="attic" if running else None,
        since_ms=NOW_MS - number * 61_000,
    )


def _member(number: int, running: int, waiting: int, due: float, had: float | None) -> MemberLine:
    user, name = _PEOPLE[number]
    states = [JobState.RUNNING] * running + [JobState.QUEUED] * waiting
    jobs = tuple(job_line(number * 20 + at, user, name, state) for at, state in enumerate(states[:6]))
    return MemberLine(
        user=user, name=name, tenant=GUILD, waiting=waiting, running=running, waiting_ms=waiting * 14_000, due=due,
        had=had, jobs=jobs,
    )  # fmt: skip


def busy() -> LiveView:
    """Return a queue with four people in it, and GPUs in every condition."""
    members = (
        _member(0, 1, 9, 0.25, 0.58),
        _member(1, 1, 2, 0.25, 0.21),
        _member(2, 0, 1, 0.25, 0.04),
        _member(3, 0, 3, 0.25, None),
    )
    running = [job for member in members for job in member.jobs if job.state is JobState.RUNNING]
    gpus = (
        GpuView(
            name="attic", state=ServerState.READY, reason="", since_ms=NOW_MS - 7_200_000,
            model="sdxl/juggernaut-xl.safetensors", jobs=(running[0],), elsewhere=0, errors=(),
        ),
        GpuView(
            name="cellar", state=ServerState.SUSPECT, since_ms=NOW_MS - 400_000,
            reason="Its last run ended by its fault: one job at a time, until one succeeds.",
            model="flux1-dev.safetensors", jobs=(running[1],), elsewhere=0,
            errors=("20:02 The GPU ran out of memory.", "19:40 The GPU ran out of memory."),
        ),
        GpuView(
            name="shed", state=ServerState.DOWN, reason="It does not answer.", since_ms=NOW_MS - 900_000, model=None,
            jobs=(), elsewhere=0, errors=("19:58 It does not answer.",),
        ),
        GpuView(
            name="loft", state=ServerState.READY, reason="", since_ms=NOW_MS - 90_000, model=None, jobs=(),
            elsewhere=1, errors=(),
        ),
    )  # fmt: skip
    queue = QueueView(members=members, waiting=15, running=2, elsewhere=4)
    return LiveView(queue=queue, gpus=gpus)


def _used(days: int) -> UsageView:
    step_ms, count = (3_600_000, 24) if days == 1 else (6 * 3_600_000, 28)
    people = tuple(
        UsageLine(
            user=user,
            name=name,
            tenant=GUILD,
            gpu_ms=sum(
                steps := [((at * (7 + number) + number * 5) % 11) * 21_000 * (4 - number) for at in range(count)]
            ),
            steps_ms=tuple(steps),
        )
        for number, (user, name) in enumerate(_PEOPLE)
    )
    return UsageView(
        since_ms=NOW_MS - count * step_ms, step_ms=step_ms, people=people, others=2, others_ms=tuple([30_000] * count)
    )


def _persons() -> list[PersonLine]:
    words = ("28 of 40 pictures used each day, 12 left; more in 2 h", "75 of about 75 pictures used each day, 0 left")
    quotas = (
        (QuotaLine(words=words[0], used=0.62, reserved=0.08),),
        (QuotaLine(words=words[1], used=0.9, reserved=0.1), QuotaLine(words=words[0], used=0.7, reserved=0.0)),
        (QuotaLine(words="0 of 40 pictures used each day, 40 left", used=0.0, reserved=0.02),),
        (),
    )
    tiers, bans = (None, "supporter", None, None), (None, None, "You are banned for 2 days: spam.", None)
    return [
        PersonLine(user=user, name=name, tenant=GUILD, tier=tier, banned=ban, quotas=lines)
        for (user, name), tier, ban, lines in zip(_PEOPLE, tiers, bans, quotas, strict=True)
    ]


def _entries() -> list[AuditEntry]:
    maren, rules = (
        Author(platform="discord", id="90001", name="Maren"),
        Author(platform="fairbrush", id="rules", name="Fairbrush"),
    )
    said = (
        (maren, "ban", "80351110224678914", Outcome.DONE, "spam", {"for_s": "172800"}),
        (rules, "blocked", "80351110224678913", Outcome.AUTOMATIC, "", {"pattern": "casino"}),
        (maren, "grant", "80351110224678912", Outcome.DONE, "", {"for_s": "86400", "pictures": "20"}),
        (maren, "ceiling", None, Outcome.TRIED, "", {"refused": "not_allowed"}),
        (maren, "blocklist-add", None, Outcome.DONE, "", {"text": "casino", "reading": "words", "deed": "block"}),
    )  # fmt: skip
    return [
        AuditEntry(
            author=author, measure=measure, tenant=GUILD, user=user, outcome=outcome, why=why, details=details,
            id=f"{NOW_MS - number * 3_000_000}-0", at_ms=NOW_MS - number * 3_000_000,
        )
        for number, (author, measure, user, outcome, why, details) in enumerate(said * 5)
    ]  # fmt: skip


@dataclass
class Watched:
    """`Watching`, as a test says it; whoever may look is judged as the real one does it."""

    view: LiveView = field(default_factory=busy)
    persons: list[PersonLine] = field(default_factory=_persons)
    held: list[PendingView] = field(default_factory=list)
    reported: list[ReportView] = field(default_factory=list)
    entries: list[AuditEntry] = field(default_factory=_entries)
    blocked: list[Pattern] = field(
        default_factory=lambda: [
            Pattern(text="casino"),
            Pattern(text=r"free\s+coins", reading=Reading.EXPRESSION, deed=Deed.FLAG),
        ]
    )
    everywhere: list[Pattern] = field(
        default_factory=lambda: [Pattern(text="napalm", deed=Deed.REPLACE, replacement="tea")]
    )
    used: UsageView | None = None
    community_names: MemoryCommunities = field(default_factory=MemoryCommunities)
    is_lost: bool = False
    asked: int = 0
    counted: int = 0  #: how often it was counted what is open
    between: Callable[[], Awaitable[object]] | None = None  #: awaited before every page of an export but the first
    admit = staticmethod(Watching.admit)

    def _admit(self, actor: Actor, tenant: Tenant | None) -> None:
        self.asked += 1
        if self.is_lost:
            raise StoreLost
        self.admit(actor, tenant)

    async def live(self, actor: Actor, tenant: Tenant | None) -> LiveView:
        self._admit(actor, tenant)
        if tenant != OTHER:
            return self.view
        line = job_line(77, "U0WALRUS", "Walter", JobState.QUEUED, OTHER, SECRET)
        member = replace(self.view.queue.members[0], user="U0WALRUS", name="Walter", tenant=OTHER, jobs=(line,))
        return replace(self.view, queue=replace(self.view.queue, members=(member,)), gpus=())

    async def usage(self, actor: Actor, tenant: Tenant | None, *, days: int) -> UsageView:
        self._admit(actor, tenant)
        return self.used or _used(days)

    async def people(self, actor: Actor, tenant: Tenant | None) -> Sequence[PersonLine]:
        self._admit(actor, tenant)
        return self.persons if tenant != OTHER else [replace(self.persons[0], name="Walter", tenant=OTHER)]

    async def reports(self, actor: Actor, tenant: Tenant | None) -> Sequence[ReportView]:
        self._admit(actor, tenant)
        return [each for each in self.reported if tenant in (None, each.report.requester.tenant)]

    async def pending(self, actor: Actor, tenant: Tenant | None) -> Sequence[PendingView]:
        self._admit(actor, tenant)
        return [each for each in self.held if tenant in (None, each.job.tenant)]

    async def open(self, actor: Actor, tenant: Tenant | None) -> OpenView:
        self.admit(actor, tenant)
        if self.is_lost:
            raise StoreLost
        self.counted += 1
        reported = [each for each in self.reported if tenant in (None, each.report.requester.tenant)]
        held = [each for each in self.held if tenant in (None, each.job.tenant)]
        return OpenView(reports=OpenCount(number=len(reported)), reviews=OpenCount(number=len(held)))

    async def report_file(self, actor: Actor, tenant: Tenant | None, job_id: JobId, number: int) -> StoredFile:
        for each in await self.reports(actor, tenant):
            if each.report.job_id == job_id and number < len(each.files):
                return each.files[number]
        for held in await self.pending(actor, tenant):
            if held.job.id == job_id and number < len(held.files):
                return held.files[number]
        raise SubmissionError("There is no such picture.")

    async def recent(self, actor: Actor, tenant: Tenant | None, *, user: str | None = None) -> Sequence[JobLine]:
        self._admit(actor, tenant)
        found = [job for member in self.view.queue.members for job in member.jobs]
        return [job for job in found if user in (None, job.user)] if tenant != OTHER else []

    async def note(self, actor: Actor, tenant: Tenant | None, *, user: str | None = None) -> None:
        self._admit(actor, tenant)

    async def audit(
        self, actor: Actor, tenant: Tenant | None, *, user: str | None = None, before: str | None = None
    ) -> Sequence[AuditEntry]:
        self._admit(actor, tenant)
        found = [each for each in self.entries if tenant in (None, each.tenant)]
        return [each for each in found if user in (None, each.user) and (not before or each.id < before)][:20]

    async def audit_export(self, actor: Actor, tenant: Tenant | None) -> AsyncGenerator[Sequence[AuditEntry]]:
        self._admit(actor, tenant)
        found = [each for each in self.entries if tenant in (None, each.tenant)]
        for start in range(0, len(found), 10):
            if start and self.between:
                await self.between()
            yield found[start : start + 10]

    async def patterns(self, actor: Actor, tenant: Tenant | None) -> tuple[Sequence[Pattern], Sequence[Pattern]]:
        self._admit(actor, tenant)
        return self.blocked, self.everywhere

    async def names(self, actor: Actor, tenants: Sequence[Tenant | None]) -> Mapping[Tenant, str]:
        if self.is_lost:
            raise StoreLost
        for each in tenants:
            self.admit(actor, each)
        return await called(
            self.community_names, [each for each in tenants if each], with_ids=actor.rank is Rank.OPERATOR
        )

    async def communities(self, actor: Actor) -> Sequence[Tenant]:
        self._admit(actor, None)
        return [GUILD, OTHER]


def report_of(number: int, files: Sequence[StoredFile], tenant: Tenant = GUILD, *, is_kept: bool = True) -> ReportView:
    """Return a report."""
    user, name = _PEOPLE[number % len(_PEOPLE)]
    requester = Requester(tenant=tenant, id=user, name=name)
    reporter = Requester(tenant=tenant, id="80351110224678999", name="Fay")
    report = Report(
        job_id=JobId(uuid5(_JOBS, f"report {number}")), workflow="txt2img", requester=requester, reporter=reporter,
        place=Place(tenant=tenant, channel="general"), reason="This looks like my neighbour; she would not like it.",
        at_ms=NOW_MS - number * 4_000_000 - 600_000,
    )  # fmt: skip
    words = _PROMPTS[(number + 3) % len(_PROMPTS)] if is_kept else ""
    return ReportView(report=report, words=words, files=tuple(files), is_kept=is_kept)


def picture(key: str, size: int, name: str = "picture.png", media_type: str = "image/png") -> StoredFile:
    """Return a stored file as a job has it."""
    return StoredFile(key=key, name=name, media_type=media_type, kind=MediaKind.IMAGE, bytes=size)
