"""The queue by user, with what each is due and had. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.console.lines import job_line
from bot.console.views import MemberLine, QueueView
from bot.inert import NAME, label
from bot.jobs import JobId, JobRecord, JobState, Tenant
from bot.overview import Community, Facts, Member, due, had

MEMBERS = 50
"""People that are shown: of more, those for whom most waits; a list that is longer is read by nobody."""

JOBS = 8
"""Jobs that are shown of each."""


class Listed(NamedTuple):
    """Somebody with something in the queue, and where."""

    community: Community
    member: Member


def listed(facts: Facts, tenant: Tenant | None) -> list[Listed]:
    """Return who is shown, whoever has most first: of one community, or with None of all."""
    found = [Listed(each, member) for each in _shown(facts, tenant) for member in each.members]
    return sorted(found, key=lambda each: (-each.member.waiting_ms, -each.member.running, each.member.name))[:MEMBERS]


def wanted(found: Sequence[Listed]) -> list[JobId]:
    """Return the waiting jobs of which more has to be known."""
    return [job.id for each in found for job in each.member.jobs[:JOBS]]


def queue_view(facts: Facts, tenant: Tenant | None, records: Mapping[JobId, JobRecord]) -> QueueView:
    """Return the queue by user; `records` are the jobs that are known, waiting and on GPUs, whosesoever they are."""
    shown = _shown(facts, tenant)
    waiting, running = sum(each.waiting for each in shown), sum(each.running for each in shown)
    if tenant is None:
        waiting, running = facts.waiting, facts.running
    return QueueView(
        members=tuple(_line(facts, each, records) for each in listed(facts, tenant)),
        waiting=waiting,
        running=running,
        elsewhere=max(0, facts.waiting + facts.running - waiting - running),
    )


def _shown(facts: Facts, tenant: Tenant | None) -> list[Community]:
    return [each for each in facts.communities if tenant in (None, each.tenant)]


def _line(facts: Facts, each: Listed, records: Mapping[JobId, JobRecord]) -> MemberLine:
    community, member = each
    theirs = [record for record in records.values() if _is_of(record, community.tenant, member.user)]
    running = sorted((record for record in theirs if record.state in _ON_A_GPU), key=lambda it: it.job.created_ms)
    next_ones = [records[job.id] for job in member.jobs if job.id in records]
    waiting = [record for record in next_ones if record in theirs and record.state is JobState.QUEUED]
    return MemberLine(
        user=member.user,
        name=label(member.name, NAME),
        tenant=community.tenant,
        waiting=member.waiting,
        running=member.running,
        waiting_ms=member.waiting_ms,
        due=min(1.0, due(facts, community, member)),
        had=_part(had(facts, member.used_ms)),
        jobs=tuple(job_line(record) for record in (*running, *waiting)[:JOBS]),
    )


_ON_A_GPU = frozenset({JobState.STARTING, JobState.RUNNING})


def _is_of(record: JobRecord, tenant: Tenant, user: str) -> bool:
    requester = record.job.requester
    return requester.tenant == tenant and requester.id == user


def _part(share: float | None) -> float | None:
    return None if share is None else min(1.0, share)
