"""The one way in which a pool is joined to a store, for the service, its benchmark and its tests."""

import asyncio
from dataclasses import dataclass

from adapters.redis.opening import RedisPool
from bot.attempt import Bench, WorkerLimits
from bot.estimates import Estimates
from bot.owning import Owning
from bot.pool import Pool
from bot.ports import FileStore
from bot.service.shared import Shared
from bot.session import Connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a pool works with beside its store."""

    shared: Shared
    files: FileStore
    estimates: Estimates
    owner: str  #: this process, among those that own a server
    connect: Connect
    limits: WorkerLimits
    hurry: asyncio.Event


def joined(store: RedisPool, parts: Parts) -> Pool:
    """Return the pool that works on the servers of its roster, which was looked at."""
    lanes = parts.shared.lanes
    bench = Bench(
        queue=store.queue,
        store=store.store,
        live=store.live,
        files=parts.files,
        estimates=parts.estimates,
        hurry=parts.hurry,
        hints=store.notices.hints,
        still_serves=lanes.still_serves,
        larger=lanes.larger,
    )
    return Pool(
        roster=parts.shared.roster.look,
        connect=parts.connect,
        bench=bench,
        # Shorter than a lease: what a killed process held is adopted before it is rescued.
        owning=Owning(notices=store.notices, owner=parts.owner, term_s=parts.limits.tenure.lease_s / 2),
        store=store.servers,
        limits=parts.limits,
        tell=parts.shared.offer,
    )
