"""What communities are called, in memory."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.jobs import Tenant


@dataclass(slots=True, kw_only=True)
class MemoryCommunities:
    """CommunityNames in memory; `writes` counts what was written."""

    names: dict[Tenant, str] = field(default_factory=dict)
    writes: int = 0

    async def keep(self, names: Mapping[Tenant, str]) -> None:
        news = {tenant: name for tenant, name in names.items() if self.names.get(tenant) != name}
        self.writes += len(news)
        self.names |= news

    async def called(self, tenants: Collection[Tenant]) -> Mapping[Tenant, str]:
        return {tenant: self.names[tenant] for tenant in tenants if tenant in self.names}
