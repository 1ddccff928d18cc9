"""Who waits for what, and what share of the pool they had beside the one that they are due: for whoever runs it.

A store tells facts; what follows from them (shares, the order in which jobs will be claimed) is decided here. Pure.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.jobs import JobId, Tenant
from bot.shares import virtual_us

LATE_MS = 3_600_000
"""What was used of late was used in the last hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingJob:
    """One of those that wait first."""

    id: JobId
    estimate_ms: int
    lanes: tuple[str, ...]  #: that serve it


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """Where somebody stands in line in a lane: what they had of it over their weight, in microseconds."""

    lane: str
    tag: int
    clock: int  #: the tag of the one whose turn it last was


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person in one community, with something in the queue."""

    name: str
    user: str = ""  #: their id, as the book of their community calls them
    weight: int
    waiting: int
    running: int
    waiting_ms: int  #: GPU time, as estimated
    used_ms: int  #: GPU time of late
    tags: Sequence[Tags]  #: of every lane in whose line they stand; whoever may not run now stands in none
    jobs: Sequence[WaitingJob]  #: their next ones, in their own order


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """A tenant with something in the queue."""

    tenant: Tenant
    weight: int  #: in force: times that of its members, where communities share by them
    crowd: int  #: the weights of all of its members who have something in the queue
    waiting: int
    running: int
    waiting_ms: int
    used_ms: int
    tags: Sequence[Tags]
    members: Sequence[Member]  #: that are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Servers that can serve the same. A job that several lanes serve waits in all of them."""

    name: str  #: empty for the jobs that no lane serves
    servers: Sequence[str]
    waiting: int
    waiting_ms: int  #: GPU time, as long for each job as those in its line take on the average; 0: nobody is in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The queue as it stands. Totals count everybody, whoever is listed."""

    lanes: Sequence[Lane]
    communities: Sequence[Community]  #: that are listed
    waiting: int
    running: int
    weight: int  #: of all communities in any line, or with a job on a GPU
    used_ms: int  #: GPU time of late, also of those who have nothing in the queue any more


# ---- What follows ------------------------------------------------------------------------------------------------


class NextJob(NamedTuple):
    """A job that will be claimed soon."""

    job: WaitingJob
    name: str  #: of whoever asked
    lane: str
    wait_ms: int


def due(facts: Facts, community: Community, member: Member | None = None) -> float:
    """Return which part of the pool somebody is due beside those who have something in the queue now."""
    share = community.weight / max(facts.weight, 1)
    return share if member is None else share * member.weight / max(community.crowd, 1)


def had(facts: Facts, used_ms: int) -> float | None:
    """Return which part of all that was used of late they used; None when nothing was."""
    return used_ms / facts.used_ms if facts.used_ms else None


def lead_ms(weight: int, tags: Sequence[Tags]) -> int | None:
    """Return how much GPU time somebody had beyond whoever's turn it last was; None for whoever stands in no line.

    Less than nothing: so much is still theirs before anybody else's turn.
    """
    return max((round((each.tag - each.clock) * weight / 1_000_000) for each in tags), default=None)


def next_jobs(facts: Facts, limit: int) -> list[NextJob]:
    """Return who is next: as claims would go if nobody came, no cap was reached and no loaded model went first.

    Every GPU is taken to be busy, each with as much of a job before it as the others leave on the average.
    """
    line = [_Standing.of(each) for each in facts.communities]
    free = [moment for lane in facts.lanes for moment in _free(lane)]
    heapq.heapify(free)
    found: list[NextJob] = []
    while free and len(found) < limit:
        now_ms, lane = heapq.heappop(free)
        if claimed := _claimed(line, lane):
            found.append(NextJob(*claimed, lane, now_ms))
            heapq.heappush(free, (now_ms + claimed[0].estimate_ms, lane))
    return found


@dataclass(slots=True)
class _Standing:
    """Somebody while claims are tried: how far their tags have come, and what is left of their jobs."""

    account: Community | Member
    tags: dict[str, int]
    jobs: list[WaitingJob]
    members: "list[_Standing]"

    @classmethod
    def of(cls, account: Community | Member) -> "_Standing":
        members, jobs = (account.members, ()) if isinstance(account, Community) else ((), account.jobs)
        tags = {each.lane: each.tag for each in account.tags}
        return cls(account, tags, list(jobs), [cls.of(each) for each in members])

    def first(self, lane: str) -> WaitingJob | None:
        """Return their next job for a lane."""
        jobs = (self.jobs, *(each.jobs for each in self.members if lane in each.tags)) if lane in self.tags else ()
        return next((job for theirs in jobs for job in theirs if lane in job.lanes), None)

    def charge(self, gpu_ms: int) -> None:
        """Move their tags, in all lanes alike."""
        for lane in self.tags:
            self.tags[lane] += virtual_us(gpu_ms, self.account.weight)


def _claimed(line: Sequence[_Standing], lane: str) -> tuple[WaitingJob, str] | None:
    """Take the job whose turn it is in a lane; also the name of whoever asked."""
    community = min((each for each in line if each.first(lane)), key=lambda each: each.tags[lane], default=None)
    if community is None:
        return None
    member = min((each for each in community.members if each.first(lane)), key=lambda each: each.tags[lane])
    job = member.first(lane)
    assert job is not None  # noqa: S101 - just looked for
    for theirs in (community, member):
        theirs.charge(job.estimate_ms)
    member.jobs.remove(job)
    return job, member.account.name if isinstance(member.account, Member) else ""


def _free(lane: Lane) -> list[tuple[int, str]]:
    """Tell when the GPUs of a lane are free for the first time."""
    typical_ms = lane.waiting_ms // max(lane.waiting, 1)
    return [(typical_ms * place // (len(lane.servers) + 1), lane.name) for place in range(1, len(lane.servers) + 1)]
