"""The rule books: what was said at run time, changed by one script together with the audit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from types import MappingProxyType

from adapters.redis import answers
from adapters.redis.audit import NONCE_MS
from adapters.redis.edge import Edge, Reply
from adapters.redis.entries import audit_text, entry_of, entry_text
from adapters.redis.keys import where_name
from bot.errors import SubmissionError
from bot.jobs import Tenant
from bot.policy.audit import KEPT_S, MOST, MOST_OF_ALL, AuditEntry
from bot.policy.rulebook import MAX_ENTRIES, NO_ROOM, Books, Entry, Rulebook

_CACHED = 1000
"""Books that a process remembers; of more communities than that, those that were read longest ago are read anew."""

_DONE, _FULL = 1, -1


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisRulebooks:
    """RulebookStore on Redis."""

    edge: Edge
    _known: dict[str, Rulebook] = field(default_factory=dict, repr=False)

    async def book(self, tenant: Tenant | None) -> Rulebook:
        """Return a book as it stands now; what did not change since is not read again."""
        [book], _ = await self._read(tenant)
        return book

    async def opened(self, tenant: Tenant) -> tuple[Books, int]:
        """Return both books that hold in a community and what time it is, of one moment."""
        [wide, near], at_ms = await self._read(None, tenant)
        return Books(everywhere=wide, community=near), at_ms

    async def _read(self, *tenants: Tenant | None) -> tuple[list[Rulebook], int]:
        known = [self._known.get(where_name(tenant)) for tenant in tenants]
        about = [
            word
            for tenant, book in zip(tenants, known, strict=True)
            for word in (where_name(tenant), book.version if book else -1)
        ]
        at_ms, *told = answers.rows(await self.edge.run("books", *about))
        read = zip(tenants, known, map(answers.rows, told), strict=True)
        return [self._told(*each) for each in read], answers.number(at_ms)

    def _told(self, tenant: Tenant | None, known: Rulebook | None, told: Sequence[Reply]) -> Rulebook:
        version, *entries = told
        return known if known and not entries else self._remembered(tenant, version, entries[0])

    async def change(
        self, book: Rulebook, *, put: Sequence[Entry] = (), drop: Sequence[str] = (), firm: bool, audit: AuditEntry
    ) -> Rulebook | None:
        """Change a book and append to the audit in one step; None: somebody else changed it since it was read."""
        about = (audit_text(audit), KEPT_S * 1000, MOST, MOST_OF_ALL)
        puts = [word for each in put for word in (each.key, entry_text(each, firm=firm))]
        name, nonce = where_name(book.tenant), token_hex(16)
        answer = await self.edge.run(
            "change_book", name, nonce, NONCE_MS, book.version, *about, MAX_ENTRIES, len(put), *puts, *drop
        )
        outcome, version, entries = answers.rows(answer)
        now = self._remembered(book.tenant, version, entries)
        if outcome == _FULL:
            raise SubmissionError(NO_ROOM)
        return now if outcome == _DONE else None

    async def now_ms(self) -> int:
        """Return the store's clock."""
        return answers.number(await self.edge.run("clock"))

    def _remembered(self, tenant: Tenant | None, version: Reply, entries: Reply) -> Rulebook:
        book = _book(tenant, answers.number(version), entries)
        name = where_name(tenant)
        known = self._known.pop(name, None)
        # Two answers may cross on their way: the later version stays.
        self._known[name] = known if known and known.version > book.version else book
        if len(self._known) > _CACHED:
            del self._known[next(iter(self._known))]
        return book


def _book(tenant: Tenant | None, version: int, told: Reply) -> Rulebook:
    words = [answers.data(each) or b"" for each in answers.rows(told)]
    texts = {name.decode(): text for name, text in zip(words[::2], words[1::2], strict=True) if name != b"version"}
    read = {name: entry_of(text) for name, text in texts.items()}
    return Rulebook(
        tenant=tenant,
        version=version,
        entries=MappingProxyType({name: entry for name, (entry, _) in read.items()}),
        firm=frozenset(name for name, (_, firm) in read.items() if firm),
    )
