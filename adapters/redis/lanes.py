"""Which servers stand in which lane, and what leads there: shared by all processes, laid by whoever is first."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import unquote

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.keys import quoted
from bot.leases import LaneTable

WORK = 200
"""In one script: lanes that users are seated in, and jobs that are looked at. Measured with 1,000 users, or 100 of 900
jobs each: a millisecond, two or three at times, in which nobody else is served."""
BETWEEN_PASSES_MS = 60_000
"""How often everything is counted anew, although nothing should be wrong."""
AT_REST_MS = 24 * 3600 * 1000
"""How long somebody is remembered who has nothing waiting or running: what they owe is long forgiven by then."""
COUNTED_USERS, COUNTED_JOBS = 300, 100
"""Of a tenant (and of the pool), of a user: larger ones are counted anew as far as that costs no more than this."""
REQUIRED_MS = 24 * 3600 * 1000
"""How long a requirement is known after it was last kept, unless a job waits with it."""
KNOWN = 5000
"""Requirements; more than a process remembers to have kept, or it would keep anew what is forgotten here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisLanes:
    """LaneStore on Redis."""

    edge: Edge

    async def table(self) -> LaneTable:
        """Return the lanes as they are laid now."""
        version, servers, routes = answers.rows(await self.edge.run("table"))
        return LaneTable(
            version=answers.number(version),
            servers={unquote(server): unquote(lane) for server, lane in answers.fields(servers).items()},
            routes={requirement: _lanes(lanes) for requirement, lanes in answers.fields(routes).items()},
        )

    async def lay(self, table: LaneTable) -> bool:
        """Replace the table, unless somebody else was first."""
        servers = [quoted(name) for pair in sorted(table.servers.items()) for name in pair]
        routes = [
            word
            for requirement, lanes in sorted(table.routes.items())
            for word in (requirement, ",".join(map(quoted, lanes)))
        ]
        content = hashlib.sha256("\n".join([str(len(servers)), *servers, *routes]).encode()).hexdigest()
        return await self.edge.run("lay", table.version, content, len(servers) // 2, *servers, *routes) == 1

    async def tend(self) -> bool:
        """Look after some of those who wait; False when there is no more to be done now."""
        limits = (WORK, BETWEEN_PASSES_MS, AT_REST_MS, COUNTED_USERS, COUNTED_JOBS)
        return await self.edge.run("tend", *limits) == 1

    async def require(self, requirement: str, meaning: bytes) -> None:
        """Keep what a requirement means."""
        await self.edge.run("require", requirement, meaning)

    async def requirements(self) -> Mapping[str, bytes]:
        """Return what each known requirement means."""
        found = cast("Sequence[bytes]", answers.rows(await self.edge.run("requirements", REQUIRED_MS, KNOWN)))
        return {name.decode(): meaning for name, meaning in zip(found[::2], found[1::2], strict=True)}


def _lanes(text: str) -> tuple[str, ...]:
    return tuple(unquote(lane) for lane in text.split(",") if lane)
