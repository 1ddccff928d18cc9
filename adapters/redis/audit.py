"""The audit: a stream of each community and one of all, appended to and trimmed, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_hex

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.entries import audit_of, audit_text
from adapters.redis.keys import where_name
from bot.jobs import Tenant
from bot.policy.audit import KEPT_S, MOST, MOST_OF_ALL, AuditEntry, is_about, is_id

NONCE_MS = 600_000
"""For how long it is remembered what was done: whoever asks again after a lost answer gives up long before."""

_CHUNK = 200
"""Entries that are looked through at a time for somebody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisAudit:
    """AuditStore on Redis."""

    edge: Edge

    async def add(self, entry: AuditEntry, *, quiet_s: float = 0.0) -> None:
        """Append an entry, once; with `quiet_s` one like it is then left out for so long."""
        nonce, life_ms = (_like(entry), round(quiet_s * 1000)) if quiet_s else (token_hex(16), NONCE_MS)
        name = where_name(entry.tenant)
        await self.edge.run("add_audit", name, audit_text(entry), nonce, life_ms, KEPT_S * 1000, MOST, MOST_OF_ALL)

    async def newest(
        self, tenant: Tenant | None, *, user: str | None = None, limit: int, before: str | None = None
    ) -> Sequence[AuditEntry]:
        """Return the latest entries, the newest first; nothing is older than what is no entry."""
        if before is not None and not is_id(before):
            return []
        found: list[AuditEntry] = []
        while len(found) < limit:
            some = await self._some(tenant, before)
            found += [each for each in some if user is None or is_about(each, tenant, user)]
            if len(some) < _CHUNK:
                break
            before = some[-1].id
        return found[:limit]

    async def _some(self, tenant: Tenant | None, before: str | None) -> list[AuditEntry]:
        name = where_name(tenant)
        told = answers.rows(await self.edge.run("audits", name, before or "", _CHUNK, KEPT_S * 1000))
        pairs = (answers.rows(each) for each in told)
        return [audit_of(answers.text(name), answers.data(text) or b"") for name, text in pairs]


def _like(entry: AuditEntry) -> str:
    """Name what entries have in common that are alike."""
    tenant = (entry.tenant.platform, entry.tenant.id) if entry.tenant else None
    alike = (entry.author.platform, entry.author.id, entry.measure, entry.outcome.value, tenant, entry.user)
    return sha256(repr(alike).encode()).hexdigest()[:32]
