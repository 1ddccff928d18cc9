"""Rule books and the audit, in memory. One object is one store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.errors import SubmissionError
from bot.jobs import Tenant
from bot.policy.audit import KEPT_S, MOST, MOST_OF_ALL, AuditEntry, is_about, is_id
from bot.policy.rulebook import NO_ROOM, Books, Entry, Rulebook


@dataclass(slots=True, kw_only=True)
class MemoryAudit:
    """AuditStore in memory; `clock` is milliseconds."""

    clock: Callable[[], int] = lambda: 0
    _entries: list[AuditEntry] = field(default_factory=list)  #: the oldest first
    _until_ms: dict[tuple[object, ...], float] = field(default_factory=dict)

    async def add(self, entry: AuditEntry, *, quiet_s: float = 0.0) -> None:
        alike = (entry.author.platform, entry.author.id, entry.measure, entry.outcome, entry.tenant, entry.user)
        if quiet_s:
            if self.clock() < self._until_ms.get(alike, 0):
                return
            self._until_ms[alike] = self.clock() + quiet_s * 1000
        self.append(entry)

    def append(self, entry: AuditEntry) -> None:
        """Append an entry; what is too much goes."""
        at_ms = max(self.clock(), self._entries[-1].at_ms if self._entries else 0)
        number = sum(each.at_ms == at_ms for each in self._entries)
        self._entries.append(replace(entry, id=f"{at_ms}-{number}", at_ms=at_ms))
        theirs = [each for each in self._entries if each.tenant == entry.tenant]
        gone = {each.id for each in theirs[:-MOST]} if entry.tenant else set()
        self._entries = [each for each in self._entries[-MOST_OF_ALL:] if each.id not in gone]

    async def newest(
        self, tenant: Tenant | None, *, user: str | None = None, limit: int, before: str | None = None
    ) -> Sequence[AuditEntry]:
        if before is not None and not is_id(before):
            return []
        late = self.clock() - KEPT_S * 1000
        kept = [
            each
            for each in reversed(self._entries)
            if each.at_ms >= late and tenant in {None, each.tenant} and (before is None or _age(each.id) < _age(before))
        ]
        return [each for each in kept if user is None or is_about(each, tenant, user)][:limit]


@dataclass(slots=True, kw_only=True)
class MemoryBooks:
    """RulebookStore in memory."""

    audit: MemoryAudit
    _books: dict[Tenant | None, Rulebook] = field(default_factory=dict)

    async def book(self, tenant: Tenant | None) -> Rulebook:
        return self._books.setdefault(tenant, Rulebook(tenant=tenant))

    async def opened(self, tenant: Tenant) -> tuple[Books, int]:
        books = Books(everywhere=await self.book(None), community=await self.book(tenant))
        return books, self.audit.clock()

    async def change(
        self, book: Rulebook, *, put: Sequence[Entry] = (), drop: Sequence[str] = (), firm: bool, audit: AuditEntry
    ) -> Rulebook | None:
        now = await self.book(book.tenant)
        if now.version != book.version:
            return None
        keys = {each.key for each in put}
        entries = {key: each for key, each in now.entries.items() if key not in drop}
        entries |= {each.key: each for each in put}
        if not now.has_room(put, drop):
            raise SubmissionError(NO_ROOM)
        kept = now.firm - keys - set(drop)
        changed = replace(now, version=now.version + 1, entries=entries, firm=kept | keys if firm else kept)
        self._books[book.tenant] = changed
        self.audit.append(audit)
        return changed

    def outdated(self, books: Books) -> bool:
        """Tell whether one of two books was changed since."""
        both = (books.everywhere, books.community)
        return any(self._books.get(each.tenant, each).version != each.version for each in both)

    async def now_ms(self) -> int:
        return self.audit.clock()


def _age(name: str) -> tuple[int, ...]:
    return tuple(map(int, name.split("-")))
