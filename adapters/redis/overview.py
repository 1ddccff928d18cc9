"""What the operator sees of the queue, read by one script."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import unquote

from adapters.redis import answers
from adapters.redis.edge import Edge, Reply
from adapters.redis.keys import job_id, where_name
from adapters.redis.serial import requester_of
from bot.jobs import Requester, Tenant
from bot.overview import LATE_MS, Community, Facts, Lane, Member, Tags, WaitingJob

READ = 1000
"""Tenants of a line, leases, ended jobs; users and their jobs in all: more are not looked at, for nobody else is served
meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisOverview:
    """Overview on Redis."""

    edge: Edge

    async def facts(self, *, limit: int, only: Tenant | None = None) -> Facts:
        """Tell how the queue stands."""
        waiting, running, weight, used, lanes, servers, tenants = answers.rows(
            await self.edge.run("overview", limit, READ, LATE_MS, where_name(only))
        )
        return Facts(
            lanes=_lanes(lanes, servers),
            communities=[_community(each) for each in answers.rows(tenants)],
            waiting=answers.number(waiting),
            running=answers.number(running),
            weight=answers.number(weight),
            used_ms=answers.number(used),
        )


def _lanes(lanes: Reply, servers: Reply) -> list[Lane]:
    waiting = {_name(lane): (answers.number(jobs), answers.number(ms)) for lane, jobs, ms in _tables(lanes)}
    there: dict[str, list[str]] = {name: [] for name in waiting}
    for server, lane in answers.fields(servers).items():
        there.setdefault(unquote(lane), []).append(unquote(server))
    counts = {name: waiting.get(name, (0, 0)) for name in sorted(there)}
    return [
        Lane(name=name, servers=sorted(there[name]), waiting=jobs, waiting_ms=ms) for name, (jobs, ms) in counts.items()
    ]


def _community(answer: Reply) -> Community:
    (numbers, tags), users = map(answers.rows, answers.rows(answer))
    weight, crowd, waiting, running, waiting_ms, used_ms = map(answers.number, answers.rows(numbers))
    found = [_member(each) for each in users]
    return Community(
        tenant=found[0][0].tenant,
        weight=weight,
        crowd=crowd,
        waiting=waiting,
        running=running,
        waiting_ms=waiting_ms,
        used_ms=used_ms,
        tags=_tags(tags),
        members=[member for _, member in found],
    )


def _member(answer: Reply) -> tuple[Requester, Member]:
    account, payload, jobs = answers.rows(answer)
    numbers, tags = answers.rows(account)
    weight, _, waiting, running, waiting_ms, used_ms = map(answers.number, answers.rows(numbers))
    requester = requester_of(cast(bytes, payload))
    return requester, Member(
        name=requester.name,
        user=requester.id,
        weight=weight,
        waiting=waiting,
        running=running,
        waiting_ms=waiting_ms,
        used_ms=used_ms,
        tags=_tags(tags),
        jobs=[_job(*each) for each in _tables(jobs)],
    )


def _job(name: Reply, cost: Reply, lanes: Reply) -> WaitingJob:
    return WaitingJob(
        id=job_id(cast(bytes, name)),
        estimate_ms=answers.number(cost),
        lanes=tuple(sorted(unquote(lane) for lane in answers.text(lanes).split(",") if lane)),
    )


def _tags(answer: Reply) -> list[Tags]:
    tags = [
        Tags(lane=_name(lane), tag=answers.number(tag), clock=answers.number(clock))
        for lane, tag, clock in _tables(answer)
    ]
    return sorted(tags, key=lambda each: each.lane)


def _tables(answer: Reply) -> list[list[Reply]]:
    return [answers.rows(each) for each in answers.rows(answer)]


def _name(lane: Reply) -> str:
    return unquote(answers.text(lane))
