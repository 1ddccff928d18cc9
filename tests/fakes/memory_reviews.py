"""What waits for a moderator, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.jobs import JobRecord, Review, Tenant
from bot.policy.audit import AuditEntry
from bot.ports import AuditStore
from tests.fakes.memory_store import MemoryStore


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryReviews:
    """ReviewStore over a store in memory."""

    store: MemoryStore
    audit: AuditStore

    async def pending(self, tenant: Tenant | None, *, limit: int) -> Sequence[JobRecord]:
        found = self.store.waiting_for_review()
        return [each for each in found if tenant in {None, each.job.requester.tenant}][:limit]

    async def decide(self, record: JobRecord, review: Review, *, keeps_files: bool, audit: AuditEntry) -> bool:
        if not self.store.reviewed(record.job.id, review, keeps_files=keeps_files):
            return False
        await self.audit.add(audit)
        return True
