"""Opens one pool on one Redis: all that must last, by one URL."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from adapters.redis import answers
from adapters.redis.audit import RedisAudit
from adapters.redis.census import RedisCensus
from adapters.redis.communities import RedisCommunities
from adapters.redis.counters import RedisCounters
from adapters.redis.doomed import RedisDoomed
from adapters.redis.edge import ANSWER_S, DEADLINE_S, Edge, misconfigured, open_edge
from adapters.redis.estimates import RedisEstimates
from adapters.redis.gathering import Gathered, Gathering
from adapters.redis.hints import Hints, open_hints
from adapters.redis.lanes import RedisLanes
from adapters.redis.live import RedisLive
from adapters.redis.notices import RedisNotices
from adapters.redis.overview import RedisOverview
from adapters.redis.owned import beside
from adapters.redis.queue import RedisQueue
from adapters.redis.reports import RedisReports
from adapters.redis.retention import RedisRetention
from adapters.redis.reviews import RedisReviews
from adapters.redis.rulebook import RedisRulebooks
from adapters.redis.scripts import Scripts
from adapters.redis.secrets import RedisSecrets, SecretKey
from adapters.redis.serial import SCHEMA
from adapters.redis.servers import RedisServers, identity_of
from adapters.redis.sessions import RedisSessions
from adapters.redis.settings import RedisSettings
from adapters.redis.store import RedisStore
from adapters.redis.turns import RedisTurns
from adapters.redis.usage import RedisUsage
from adapters.redis.vocabulary import RedisVocabulary
from bot.errors import ConfigError, StoreLost
from bot.shares import FairPolicy

_log = logging.getLogger(__name__)

LEASE_S = 30.0
"""A worker renews several times in it; what a dead one held goes on after it at the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisPool:
    """One pool's ports."""

    edge: Edge
    queue: RedisQueue
    lanes: RedisLanes
    store: RedisStore
    live: RedisLive
    notices: RedisNotices
    vocabulary: RedisVocabulary
    settings: RedisSettings
    estimates: RedisEstimates
    retention: RedisRetention
    overview: RedisOverview
    usage: RedisUsage
    servers: RedisServers
    reports: RedisReports
    reviews: RedisReviews
    counters: RedisCounters
    books: RedisRulebooks
    audit: RedisAudit
    census: RedisCensus
    doomed: RedisDoomed
    turns: RedisTurns
    sessions: RedisSessions
    communities: RedisCommunities

    async def identity(self) -> str:
        """Return what marks this pool's runs on servers, the same for all its processes for ever; raises StoreLost."""
        return await identity_of(self.edge)

    def secrets(self, key: SecretKey) -> RedisSecrets:
        """Return the pool's secrets, for whoever has the key."""
        return RedisSecrets(edge=self.edge, key=key)


@asynccontextmanager
async def open_redis(
    url: str,
    *,
    pool: str = "main",
    lease_s: float = LEASE_S,
    deadline_s: float = DEADLINE_S,
    policy: FairPolicy | None = None,
    scripts: Scripts | None = None,
) -> AsyncIterator[RedisPool]:
    """Open a pool, and close it with all its connections.

    Raises ConfigError for a URL that is none, for one that leads to a Redis that will never serve this pool, and for a
    pool that an older version filled. The policy is part of the scripts; all processes of a pool should have the same
    one, and the log says when it was another that opened the pool last.
    """
    patience_s = min(ANSWER_S, deadline_s)
    async with open_edge(url, pool, scripts=scripts or Scripts(policy=policy), deadline_s=deadline_s) as edge:
        await _refuse(edge, patience_s=patience_s)
        if policy is not None:
            await _note(edge, policy, patience_s=patience_s)
        async with open_hints(url, edge.keys, patience_s=patience_s) as hints:
            gathering = Gathering(edge)
            opened = _pool(edge, hints, gathering, lease_ms=round(lease_s * 1000))
            async with beside(gathering.serve()):
                try:
                    async with beside(opened.queue.return_left()):
                        yield opened
                finally:
                    # Whoever closes a pool has just cancelled those who wait: what they are given costs no attempt.
                    with suppress(TimeoutError):
                        async with asyncio.timeout(patience_s):
                            await opened.queue.return_all_left()


def _pool(edge: Edge, hints: Hints, gathering: Gathering, *, lease_ms: int) -> RedisPool:
    return RedisPool(
        edge=edge,
        queue=RedisQueue(
            edge=edge,
            hints=hints,
            lease_ms=lease_ms,
            claims=Gathered(gathering, "claim"),
            departures=Gathered(gathering, "leave"),
            records=Gathered(gathering, "record"),
            settlements=Gathered(gathering, "settle"),
        ),
        lanes=RedisLanes(edge=edge),
        store=RedisStore(edge=edge),
        live=RedisLive(edge=edge),
        notices=RedisNotices(edge=edge, hints=hints),
        vocabulary=RedisVocabulary(edge=edge),
        settings=RedisSettings(edge=edge),
        estimates=RedisEstimates(edge=edge),
        retention=RedisRetention(edge=edge),
        overview=RedisOverview(edge=edge),
        usage=RedisUsage(edge=edge),
        servers=RedisServers(edge=edge),
        reports=RedisReports(edge=edge),
        reviews=RedisReviews(edge=edge),
        counters=RedisCounters(edge=edge),
        books=RedisRulebooks(edge=edge),
        audit=RedisAudit(edge=edge),
        census=RedisCensus(edge=edge),
        doomed=RedisDoomed(edge=edge),
        turns=RedisTurns(edge=edge),
        sessions=RedisSessions(edge=edge),
        communities=RedisCommunities(edge=edge),
    )


async def _refuse(edge: Edge, *, patience_s: float) -> None:
    """Raise ConfigError where waiting is in vain, and for jobs in one common line, which no script reads any more."""
    try:
        async with asyncio.timeout(patience_s):
            order, schema = answers.rows(await edge.ask("HMGET", edge.keys.key("pool"), "order", "schema"))
    except TimeoutError:
        return  # whoever asks it for something will hear that it is away
    except StoreLost as lost:
        if wrong := misconfigured(lost):
            raise wrong from lost
        return
    if order is not None and answers.number(schema or 1) < SCHEMA:
        raise ConfigError(
            [
                "This store was filled by an older Fairbrush, whose waiting jobs cannot be lined up fairly. Start with "
                "an empty one: another FAIRBRUSH_REDIS_URL, or another state directory."
            ]
        )


async def _note(edge: Edge, policy: FairPolicy, *, patience_s: float) -> None:
    """Write down by which policy this process shares, and say so when the last one to come shared by another."""
    mine, key = hashlib.sha256(repr(policy).encode()).hexdigest()[:16].encode(), edge.keys.key("pool")
    with suppress(StoreLost, TimeoutError):
        async with asyncio.timeout(patience_s):
            last = await edge.ask("HGET", key, "policy")
            if last != mine:
                await edge.ask("HSET", key, "policy", mine)
            if last not in {None, mine}:
                _log.warning(
                    "the pool was opened with another community_shares or affinity_s before: if that process still "
                    "runs, each job is shared by the rules of whichever process claims it"
                )
