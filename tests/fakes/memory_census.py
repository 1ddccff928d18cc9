"""Whose jobs there are, and which messages are to go, in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.jobs import JobId, JobRecord, Left, Tenant
from bot.policy.rulebook import apart
from tests.fakes.memory_store import MemoryStore


@dataclass(slots=True, kw_only=True)
class MemoryCensus:
    """Census over a store in memory."""

    store: MemoryStore

    async def under_way(self, tenant: Tenant | None, user: str | None) -> Sequence[JobRecord]:
        return [each for each in self._of(tenant, user) if not each.state.is_final]

    async def settled(
        self, tenant: Tenant | None, user: str | None, *, since_ms: int, limit: int
    ) -> Sequence[JobRecord]:
        ended = [each for each in self._of(tenant, user) if each.ended_ms is not None and each.ended_ms >= since_ms]
        return sorted(ended, key=lambda each: -(each.ended_ms or 0))[:limit]

    async def known(self, job_ids: Sequence[JobId]) -> Sequence[JobRecord]:
        return [found for each in job_ids if (found := await self.store.read(each))]

    def _of(self, tenant: Tenant | None, user: str | None) -> Iterator[JobRecord]:
        if user is not None and not (user if tenant else all(apart(user))):
            raise ValueError("nobody has no jobs")
        for entry in self.store._entries.values():
            requester = entry.record.job.requester
            name = requester.id if tenant else f"{requester.tenant.platform}/{requester.id}"
            if tenant in {None, requester.tenant} and user in {None, name}:
                yield entry.record


@dataclass(slots=True, kw_only=True)
class MemoryDoomed:
    """DoomedStore in memory."""

    _left: dict[JobId, Left] = field(default_factory=dict)

    async def doom(self, left: Sequence[Left]) -> None:
        self._left |= {each.job.id: each for each in left}

    async def doomed(self, platform: str, *, limit: int) -> Sequence[Left]:
        return [each for each in self._left.values() if each.ref.place.tenant.platform == platform][:limit]

    async def gone(self, left: Left) -> None:
        self._left.pop(left.job.id, None)
