"""What communities are called: one hash, written only where a name is new."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.keys import tenant_name
from bot.jobs import Tenant

_AT_ONCE = 500
"""Names in one command, so that a great many do not block everybody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisCommunities:
    """CommunityNames on Redis."""

    edge: Edge

    async def keep(self, names: Mapping[Tenant, str]) -> None:
        """Keep names; those that are kept already are not written again."""
        known = await self.called(names)
        news = [(tenant_name(tenant), name) for tenant, name in names.items() if known.get(tenant) != name]
        for start in range(0, len(news), _AT_ONCE):
            pairs = [word for pair in news[start : start + _AT_ONCE] for word in pair]
            await self.edge.ask("HSET", self._key, *pairs)

    async def called(self, tenants: Collection[Tenant]) -> Mapping[Tenant, str]:
        """Return the names that are known."""
        found: dict[Tenant, str] = {}
        wanted = [*tenants]
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            told = answers.rows(await self.edge.ask("HMGET", self._key, *map(tenant_name, some)))
            found |= {tenant: answers.text(name) for tenant, name in zip(some, told, strict=True) if name is not None}
        return found

    @property
    def _key(self) -> str:
        return self.edge.keys.key("communities")
