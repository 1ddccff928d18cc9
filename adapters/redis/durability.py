"""What `fairbrush check` says about a Redis that may lose jobs."""

from typing import cast

from adapters.redis.edge import Edge, Reply, misconfigured
from bot.errors import StoreLost

OLDEST = (6, 2)
"""The first with GETDEL, ZRANGESTORE and replication of effects alone; older ones are no longer mended either."""


async def durability_warnings(edge: Edge) -> list[str]:
    """Return a sentence for each way in which jobs could be lost; none means that all is well. Raises StoreLost."""
    try:
        about = cast("dict[str, str | int]", await edge.ask("INFO"))
    except StoreLost as lost:
        if misconfigured(lost):
            return ["Redis does not tell how it keeps jobs: let the user in FAIRBRUSH_REDIS_URL ask it for INFO."]
        raise
    return [*_version(about), *_persistence(about), *await _eviction(edge, about)]


def _version(about: "dict[str, str | int]") -> list[str]:
    # Valkey tells under redis_version with which Redis it is compatible.
    version = str(about.get("redis_version", "0"))
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        return [f"Redis {version} is too old: Fairbrush needs Redis 6.2 or newer, or Valkey."]
    return []


def _persistence(about: "dict[str, str | int]") -> list[str]:
    if int(about.get("aof_enabled", 0)) == 0:
        return ["Redis keeps no append-only file: jobs of the last minutes are lost when it stops (appendonly yes)."]
    if about.get("aof_last_write_status") != "ok":
        return ["Redis cannot write its append-only file: jobs are lost when it stops. Is the disk full?"]
    return []


async def _eviction(edge: Edge, about: "dict[str, str | int]") -> list[str]:
    policy = str(about.get("maxmemory_policy", "")) or await _configured(edge, "maxmemory-policy")
    if policy != "noeviction":
        return [f"Redis may drop jobs when its memory is full (maxmemory-policy {policy}): set it to noeviction."]
    return []


async def _configured(edge: Edge, name: str) -> str:
    try:
        found = cast("dict[bytes | str, Reply]", await edge.ask("CONFIG GET", name))
    except StoreLost:
        return "unknown"  # hosted ones forbid CONFIG
    values = [value.decode() if isinstance(value, bytes) else str(value) for value in found.values()]
    return values[0] if values else "unknown"
