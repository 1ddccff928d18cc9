"""The ports of moderation: the rule books, and the audit of what was done."""

from collections.abc import Sequence
from typing import Protocol

from bot.jobs import Tenant
from bot.policy.audit import AuditEntry
from bot.policy.rulebook import Entry, Rulebook


class RulebookStore(Protocol):
    """What was said at run time, a book for each community and one for everywhere. All may raise StoreLost."""

    async def book(self, tenant: Tenant | None) -> Rulebook:
        """Return a community's book, or with None that of everywhere, as it stands now: asked for every submission.

        Where nothing changed since this process read it last, it is that same object.
        """
        ...

    async def change(
        self, book: Rulebook, *, put: Sequence[Entry] = (), drop: Sequence[str] = (), firm: bool, audit: AuditEntry
    ) -> Rulebook | None:
        """Put entries into a book in place of those of the same keys, drop keys, and append to the audit, in one step.

        Returns the book with the next version. None, and nothing was done, when it was changed since `book` was read:
        read it again and decide anew. After a lost answer it is asked again, done once, and answered with the book as
        it then stands. `firm` marks what is put as the operator's. Raises SubmissionError when the book is full.
        """
        ...

    async def now_ms(self) -> int:
        """Return the store's clock, by which all ends of entries are told."""
        ...


class AuditStore(Protocol):
    """What was done and tried: only ever appended to. The oldest go by age, and where there are too many."""

    async def add(self, entry: AuditEntry, *, quiet_s: float = 0.0) -> None:
        """Append an entry, with the store's time; with `quiet_s` one like it is then left out for so long.

        Alike are those of the same author, measure, outcome, community and user.
        """
        ...

    async def newest(
        self, tenant: Tenant | None, *, user: str | None = None, limit: int, before: str | None = None
    ) -> Sequence[AuditEntry]:
        """Return the latest entries, the newest first: of a community, or with None of all of them and everywhere.

        `user`: only what they did or what was done to them. `before`: only those that are older than the entry of that
        id, so that the last one's asks for the next page.
        """
        ...
