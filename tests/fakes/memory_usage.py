"""GPU time by person and hour, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.console.hours import HOUR_MS
from bot.console.views import HourlyUsage
from bot.jobs import Requester, Tenant
from tests.fakes.memory_store import MemoryStore


@dataclass(slots=True, kw_only=True)
class MemoryUsage:
    """UsageStore over a store in memory."""

    store: MemoryStore

    async def hourly(self, tenant: Tenant | None, *, since_ms: int, user: str | None = None) -> Sequence[HourlyUsage]:
        return [
            HourlyUsage(tenant=where, user=who, name=await self._name(where, who), hour_ms=hour_ms, gpu_ms=gpu_ms)
            for (where, who, hour_ms), gpu_ms in self.store.used.items()
            if tenant in {None, where} and user in {None, who} and hour_ms >= since_ms - since_ms % HOUR_MS
        ]

    async def forget(self, tenant: Tenant, user: str) -> None:
        self.store.used = {key: used for key, used in self.store.used.items() if key[:2] != (tenant, user)}

    async def _name(self, tenant: Tenant, user: str) -> str:
        latest = await self.store.of_requester(Requester(tenant=tenant, id=user, name=""), limit=1)
        return latest[0].job.requester.name if latest else user
