"""Whose jobs there are: of a community, of somebody, of everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.keys import job_name, name_of, quoted, where_name
from adapters.redis.reading import records_of
from bot.jobs import JobId, JobRecord, Tenant
from bot.policy.rulebook import apart

_LOOKED_THROUGH = 1000
"""Jobs that one script looks through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisCensus:
    """Census on Redis."""

    edge: Edge

    async def under_way(self, tenant: Tenant | None, user: str | None) -> Sequence[JobRecord]:
        """Return the jobs that wait or run."""
        found = answers.rows(await self.edge.run("under_way", *_whose(tenant, user)))
        return await records_of(self.edge, cast("list[bytes]", found))

    async def settled(
        self, tenant: Tenant | None, user: str | None, *, since_ms: int, limit: int
    ) -> Sequence[JobRecord]:
        """Return the jobs that ended since then, the latest first."""
        # A job that ends meanwhile moves all others back: the last ones of a script are the first of the next.
        found: dict[bytes, None] = {}
        whose, left_out = _whose(tenant, user), 0
        while len(found) < limit:
            answer = await self.edge.run("settled", *whose, since_ms, left_out, _LOOKED_THROUGH)
            looked, some = answers.rows(answer)
            found |= dict.fromkeys(cast("list[bytes]", some))
            left_out += answers.number(looked)
            if looked != _LOOKED_THROUGH:
                break
        return await records_of(self.edge, [*found][:limit])

    async def known(self, job_ids: Sequence[JobId]) -> Sequence[JobRecord]:
        """Return of these jobs those that are kept."""
        return await records_of(self.edge, [job_name(each) for each in job_ids])


def _whose(tenant: Tenant | None, user: str | None) -> tuple[str, str, str]:
    """Return tenant, platform and user as the scripts take them; raises ValueError for a user who is nobody."""
    where = where_name(tenant)
    if user is None:
        return where, "", ""
    platform, name = ("", user) if tenant else apart(user)
    if not name or not (tenant or platform):
        # To the scripts no name is everybody's.
        raise ValueError("nobody has no jobs")
    return where, quoted(platform), name_of(name)
