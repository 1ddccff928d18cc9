"""What waits for a moderator, and what one decided: in the jobs themselves, so it is kept as long as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.entries import audit_text
from adapters.redis.keys import job_name, where_name
from adapters.redis.serial import result_text
from bot.jobs import JobRecord, Review, Tenant
from bot.policy.audit import KEPT_S, MOST, MOST_OF_ALL, AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisReviews:
    """ReviewStore on Redis."""

    edge: Edge

    async def pending(self, tenant: Tenant | None, *, limit: int) -> Sequence[JobRecord]:
        """Return the jobs that wait for a moderator, the oldest first."""
        name = where_name(tenant)
        return [answers.record(each) for each in answers.rows(await self.edge.run("reviews", name, limit))]

    async def decide(self, record: JobRecord, review: Review, *, keeps_files: bool, audit: AuditEntry) -> bool:
        """Note what a moderator decided, with its entry in the audit, in one step; False: it waits no longer."""
        files, texts = (record.withheld, record.withheld_texts) if keeps_files else ((), ())
        gone = () if keeps_files else record.withheld
        told = await self.edge.run(
            "decide",
            job_name(record.job.id),
            f"{review.decision}/{token_hex(16)}",
            result_text(files=files, texts=texts, review=review),
            where_name(audit.tenant),
            audit_text(audit),
            KEPT_S * 1000,
            MOST,
            MOST_OF_ALL,
            sum(file.bytes for file in gone),
            *(file.key for file in gone),
        )
        return told == 1
