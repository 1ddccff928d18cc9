"""What the console shows in its pictures: a community on a busy evening, always the same one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from bot.console.views import (
    GpuView,
    JobLine,
    LiveView,
    MemberLine,
    PendingView,
    PersonLine,
    QueueView,
    QuotaLine,
    ReportView,
    UsageLine,
    UsageView,
)
from bot.jobs import JobId, JobState, Place, Requester, StoredFile
from bot.policy.audit import WHOM, AuditEntry, Author, Outcome
from bot.reports import Report
from bot.servers import ServerState
from tests.integration.web.console.watched import GUILD, MODERATOR

AT_MS = 1_790_019_060_000
"""When it is: the evening of 21 September 2026, by UTC."""

_MIN_MS, _HOUR_MS, _DAY_MS = 60_000, 3_600_000, 86_400_000
_JOBS = UUID("6f1d8f4e-58a1-4f6c-9c39-222222222222")
_TAKES_MS = 14_000
CHANNEL = "283746152837465103"
FAY = Requester(tenant=GUILD, id="80351110224678999", name="Fay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A member, with all that they have in the queue: what runs first."""

    id: str
    name: str
    had: float
    prompts: tuple[str, ...]
    running: int = 0
    server: str = ""
    tier: str | None = None
    banned: str | None = None
    quotas: tuple[QuotaLine, ...] = ()

    @property
    def requester(self) -> Requester:
        """Return them as one who asks."""
        return Requester(tenant=GUILD, id=self.id, name=self.name)

    @property
    def jobs(self) -> tuple[JobLine, ...]:
        """Return what they have in the queue."""
        return tuple(
            line(self, prompt, 2 + 3 * number, server=self.server if number < self.running else "")
            for number, prompt in enumerate(self.prompts)
        )


def line(who: Somebody, words: str, minutes: int, *, server: str = "", is_done: bool = False) -> JobLine:
    """Return a job of somebody's that was asked for so many minutes ago, and runs on a server or waits."""
    state = JobState.SUCCEEDED if is_done else JobState.RUNNING if server else JobState.QUEUED
    return JobLine(
        id=JobId(uuid5(_JOBS, f"{who.id} {words}")), user=who.id, name=who.name, tenant=GUILD,
        workflow="flux" if "poster" in words else "txt2img", words=words, state=state, server=server or None,
        since_ms=AT_MS - minutes * _MIN_MS,
    )  # fmt: skip


def _forty(left: int, held: int, after: str) -> tuple[QuotaLine, ...]:
    reserved = f", {held} reserved for what waits or runs" if held else ""
    words = f"{40 - left - held} of 40 pictures used in any 24 hours{reserved}, {left} left{after}"
    return (QuotaLine(words=words, used=(40 - left - held) / 40, reserved=held / 40),)


ADA = Somebody(
    id="80351110224678912", name="Ada", had=0.46, running=1, server="attic",
    prompts=(
        "a lighthouse at dusk, oil on canvas, storm clouds", "the same lighthouse in winter, snow on the rocks",
        "a harbour at low tide, fishing boats on their sides", "a stairway down to the sea, old stone",
        "an island with one tree, seen from a boat", "a map of a coast that does not exist",
        "gulls over the market, late light",
    ),
    quotas=_forty(11, 6, "; more in 3 h"),
)  # fmt: skip
BEN = Somebody(
    id="80351110224678913", name="Ben Okonkwo", had=0.27, running=1, server="cellar", tier="supporter",
    prompts=("poster for the harbour festival, two colours, bold letters", "poster with a heron, screen print",
             "poster with nothing but waves"),
    quotas=(QuotaLine(words="44 of 100 pictures used in any 24 hours, 2 reserved for what waits or runs, 54 left; more "
                            "in 40 min", used=0.44, reserved=0.02),),
)  # fmt: skip
CLEO = Somebody(
    id="80351110224678914", name="Cléo", had=0.09,
    prompts=("portrait of an old sailor, 85mm, a wool hat, the sea out of focus behind him", "his dog"),
    quotas=_forty(33, 2, "; more in 9 h"),
)  # fmt: skip
GRETA = Somebody(
    id="80351110224678916", name="Greta", had=0.04, prompts=("a fox in the snow, linocut",),
    quotas=_forty(38, 1, "; more in 17 h"),
)  # fmt: skip
DMITRI = Somebody(
    id="80351110224678915", name="Dmitri", had=0.0, prompts=(), quotas=_forty(0, 0, "; more in 3 h"),
    banned="You may not ask for pictures in this community for another 2 days: the same advert in every picture",
)  # fmt: skip
PEOPLE = (ADA, BEN, CLEO, GRETA, DMITRI)
HANDS = (ADA, BEN, CLEO, GRETA)


def live() -> LiveView:
    """Return the queue, and four GPUs of which one is away."""
    members = tuple(
        MemberLine(
            user=who.id, name=who.name, tenant=GUILD, waiting=len(who.prompts) - who.running, running=who.running,
            waiting_ms=(len(who.prompts) - who.running) * _TAKES_MS, due=0.25, had=who.had, jobs=who.jobs[:6],
        )
        for who in HANDS
    )  # fmt: skip
    queue = QueueView(members=members, waiting=sum(each.waiting for each in members), running=2, elsewhere=3)
    return LiveView(queue=queue, gpus=(*_gpus(),))


def _gpus() -> Iterator[GpuView]:
    kinds = (
        ("attic", ServerState.READY, "", 120, "sdxl.safetensors", ADA.jobs[:1], 0, ()),
        ("cellar", ServerState.READY, "", 95, "flux1-dev.safetensors", BEN.jobs[:1], 0,
         ("16:40 The GPU ran out of memory.",)),
        ("loft", ServerState.READY, "", 95, "dreamshaper_8.safetensors", (), 1, ()),
        ("shed", ServerState.DOWN, "The GPU cannot be reached: nothing listens at its address.", 26, None, (), 0,
         ("19:05 The GPU cannot be reached.",)),
    )  # fmt: skip
    for name, state, reason, minutes, model, jobs, elsewhere, errors in kinds:
        yield GpuView(
            name=name, state=state, reason=reason, since_ms=AT_MS - minutes * _MIN_MS, model=model, jobs=jobs,
            elsewhere=elsewhere, errors=errors,
        )  # fmt: skip


_EVENING = (0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 2, 1, 1, 2, 3, 4, 6, 8, 9, 7, 5)
"""How lively each of the last 24 hours was."""


def usage() -> UsageView:
    """Return who used how much in the last day."""
    parts = ((ADA, 22_000, 0), (BEN, 15_000, 2), (CLEO, 9_000, 1), (GRETA, 5_000, 4), (DMITRI, 12_000, 7))
    people = [
        (who, [_EVENING[(hour - late) % 24] * each * (1 + (hour * 7 + late) % 3) for hour in range(24)])
        for who, each, late in parts
    ]
    lines = [
        UsageLine(user=who.id, name=who.name, tenant=GUILD, gpu_ms=sum(steps), steps_ms=tuple(steps))
        for who, steps in people
    ]
    since_ms = AT_MS - AT_MS % _HOUR_MS - 23 * _HOUR_MS
    others = tuple(4_000 * each for each in _EVENING)
    ordered = tuple(sorted(lines, key=lambda each: -each.gpu_ms))
    return UsageView(since_ms=since_ms, step_ms=_HOUR_MS, people=ordered, others=3, others_ms=others)


def persons(*, is_before: bool = False) -> list[PersonLine]:
    """Return how everybody stands; `is_before`: before anybody was banned."""
    return [
        PersonLine(
            user=who.id, name=who.name, tenant=GUILD, tier=who.tier, banned=None if is_before else who.banned,
            quotas=who.quotas,
        )
        for who in PEOPLE
    ]  # fmt: skip


PICTURED = ("an old sailor by the sea", "paper boats on a canal", "a forest in the morning mist")
"""What is painted for the pictures: of the first report, of the second, and what waits for review."""


def reports(files: Sequence[StoredFile]) -> list[ReportView]:
    """Return two reports, of which one has its picture yet."""
    said = (
        (CLEO, FAY, "This is my uncle's photograph. I do not think she asked him.", PICTURED[0], files[:1], 34),
        (DMITRI, ADA.requester, "The advert again.", PICTURED[1], files[1:2], 71),
    )
    return [
        ReportView(
            report=Report(
                job_id=JobId(uuid5(_JOBS, reason)), workflow="txt2img", requester=who.requester, reporter=reporter,
                place=Place(tenant=GUILD, channel=CHANNEL), reason=reason, at_ms=AT_MS - minutes * _MIN_MS,
            ),
            words=words, files=tuple(pictures), is_kept=True,
        )
        for who, reporter, reason, words, pictures, minutes in said
    ]  # fmt: skip


def pending(file: StoredFile) -> list[PendingView]:
    """Return a picture that waits for a moderator."""
    return [PendingView(job=line(GRETA, PICTURED[2], 4, is_done=True), files=(file,), texts=())]


_MAREN = Author(platform="discord", id=MODERATOR.id, name=MODERATOR.name)
_JONAS = Author(platform="discord", id="90002", name="Jonas")
_OPERATOR = Author(platform="local", id="olga", name="olga")
_RULES = Author(platform="fairbrush", id="rules", name="Fairbrush")


def entries() -> list[AuditEntry]:
    """Return what was done lately, the newest first."""
    two_days, a_day = f"{2 * 86_400}", f"{86_400}"
    done, tried, itself = Outcome.DONE, Outcome.TRIED, Outcome.AUTOMATIC
    said: tuple[tuple[int, Author, str, Somebody | None, Outcome, str, dict[str, str]], ...] = (
        (3, _RULES, "banned", DMITRI, itself, "", {"workflow": "txt2img"}),
        (9, _MAREN, "ban", DMITRI, done, "the same advert in every picture", {"for_s": two_days}),
        (11, _MAREN, "clear", DMITRI, done, "", {}),
        (13, _MAREN, "recent", DMITRI, done, "", {}),
        (41, _JONAS, "pass", GRETA, done, "", {"job_id": str(uuid5(_JOBS, "passed"))}),
        (64, _JONAS, "grant", BEN, done, "", {"for_s": a_day, "pictures": "20"}),
        (66, _JONAS, "ceiling", None, tried, "", {"weight": "2000", "refused": "not_allowed"}),
        (118, _RULES, "flagged", DMITRI, itself, "", {"patterns": "casino", "workflow": "txt2img"}),
        (240, _MAREN, "blocklist-add", None, done, "", {"text": "casino", "reading": "words", "deed": "flag"}),
        (251, _MAREN, "quota", ADA, done, "", {"quotas": "40 pictures/day"}),
        (700, _OPERATOR, "resume", None, done, "", {}),
        (790, _OPERATOR, "pause", None, done, "new cables till noon", {}),
    )
    return [
        AuditEntry(
            author=author, measure=measure, tenant=GUILD, user=who.id if who else None, outcome=outcome, why=why,
            details={**({WHOM: who.name} if who else {}), **details}, id=f"{AT_MS - minutes * _MIN_MS}-0",
            at_ms=AT_MS - minutes * _MIN_MS,
        )
        for minutes, author, measure, who, outcome, why, details in said
    ]  # fmt: skip
