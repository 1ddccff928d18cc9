"""Who waits for what, and what share of the pool they had beside the one that they are due: for whoever runs it.

A store tells facts; what follows from them (shares, the order in which jobs will be claimed) is decided here. Pure, but
for the port.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Protocol, TypeVar

from bot.estimates import wait_ms
from bot.jobs import JobId, Tenant
from bot.shares import Position, virtual_us

LATE_MS = 3_600_000
"""What was used of late was used in the last hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingJob:
    """One of those that wait first."""

    id: JobId
    workflow: str
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

    name: str
    servers: Sequence[str]
    waiting: int
    waiting_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The queue as it stands. Totals count everybody, whoever is listed."""

    lanes: Sequence[Lane]
    communities: Sequence[Community]  #: that are listed
    waiting: int
    running: int
    weight: int  #: of all communities that have something in the queue
    used_ms: int  #: GPU time of late, also of those who have nothing in the queue any more


class Overview(Protocol):
    """What the operator may look at; nothing is changed by it."""

    async def facts(self, *, limit: int) -> Facts:
        """Tell how the queue stands.

        Of each lane's line the first so many communities are listed, of each community's line the first so many
        members, and of each of these so many jobs; and whoever has a job on a GPU.
        """
        ...


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
    """Return how much GPU time somebody had beyond whoever's turn it is; None for whoever stands in no line."""
    return max((max(0, each.tag - each.clock) * weight // 1_000_000 for each in tags), default=None)


def next_jobs(facts: Facts, limit: int) -> list[NextJob]:
    """Return who is next: as claims would go if nobody came, no cap was reached and no loaded model went first."""
    found: dict[JobId, NextJob] = {}
    for lane in facts.lanes:
        for each in islice(_claims(facts, lane), limit):
            known = found.get(each.job.id)
            if known is None or each.wait_ms < known.wait_ms:
                found[each.job.id] = each
    return sorted(found.values(), key=lambda each: each.wait_ms)[:limit]


@dataclass(slots=True)
class _Line:
    """The members of a community who stand in line in one lane."""

    community: Community
    members: list[tuple[int, int, Member, list[WaitingJob]]]  #: a heap: tag, place, whose, their jobs, the first last

    @classmethod
    def of(cls, community: Community, lane: str) -> "_Line":
        members = [
            (tag, place, each, [job for job in reversed(each.jobs) if lane in job.lanes])
            for place, (tag, each) in enumerate(_seated(community.members, lane))
        ]
        heapq.heapify(members)
        return cls(community, members)

    def claim(self) -> tuple[Member, WaitingJob] | None:
        while self.members:
            tag, place, member, jobs = heapq.heappop(self.members)
            if jobs:
                job = jobs.pop()
                heapq.heappush(self.members, (tag + virtual_us(job.estimate_ms, member.weight), place, member, jobs))
                return member, job
        return None


def _claims(facts: Facts, lane: Lane) -> Iterator[NextJob]:
    """Claim one job after the other, each settled at its estimate."""
    seated = _seated(facts.communities, lane.name)
    lines = [(tag, place, _Line.of(each, lane.name)) for place, (tag, each) in enumerate(seated)]
    heapq.heapify(lines)
    jobs = gpu_ms = wait = 0
    while lines:
        tag, place, line = heapq.heappop(lines)
        if claimed := line.claim():
            member, job = claimed
            position = Position(jobs=jobs, gpu_ms=gpu_ms, lane=lane.name)
            # Nobody is told less than whoever is before them.
            wait = max(wait, wait_ms(position, job.estimate_ms, len(lane.servers)))
            yield NextJob(job, member.name, lane.name, wait)
            jobs, gpu_ms = jobs + 1, gpu_ms + job.estimate_ms
            heapq.heappush(lines, (tag + virtual_us(job.estimate_ms, line.community.weight), place, line))


_Account = TypeVar("_Account", Community, Member)


def _seated(accounts: Iterable[_Account], lane: str) -> Iterator[tuple[int, _Account]]:
    return ((each.tag, account) for account in accounts for each in account.tags if each.lane == lane)
