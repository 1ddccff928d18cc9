"""Opens one pool on one Redis: all that must last, by one URL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.redis.edge import ANSWER_S, DEADLINE_S, Edge, open_edge
from adapters.redis.estimates import RedisEstimates
from adapters.redis.hints import open_hints
from adapters.redis.live import RedisLive
from adapters.redis.notices import RedisNotices
from adapters.redis.queue import RedisQueue
from adapters.redis.retention import RedisRetention
from adapters.redis.scripts import Scripts
from adapters.redis.secrets import RedisSecrets, SecretKey
from adapters.redis.settings import RedisSettings
from adapters.redis.store import RedisStore
from adapters.redis.vocabulary import RedisVocabulary

LEASE_S = 30.0
"""A worker renews several times in it; what a dead one held goes on after it at the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisPool:
    """One pool's ports."""

    edge: Edge
    queue: RedisQueue
    store: RedisStore
    live: RedisLive
    notices: RedisNotices
    vocabulary: RedisVocabulary
    settings: RedisSettings
    estimates: RedisEstimates
    retention: RedisRetention

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
    scripts: Scripts | None = None,
) -> AsyncIterator[RedisPool]:
    """Open a pool, and close it with all its connections. Raises ConfigError for a URL that is none."""
    async with (
        open_edge(url, pool, scripts=scripts, deadline_s=deadline_s) as edge,
        open_hints(url, edge.keys, patience_s=min(ANSWER_S, deadline_s)) as hints,
    ):
        yield RedisPool(
            edge=edge,
            queue=RedisQueue(edge=edge, hints=hints, lease_ms=round(lease_s * 1000)),
            store=RedisStore(edge=edge),
            live=RedisLive(edge=edge),
            notices=RedisNotices(edge=edge, hints=hints),
            vocabulary=RedisVocabulary(edge=edge),
            settings=RedisSettings(edge=edge),
            estimates=RedisEstimates(edge=edge),
            retention=RedisRetention(edge=edge),
        )
