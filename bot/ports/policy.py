"""The ports of moderation: the rule books, the audit of what was done, and whose jobs there are."""

from collections.abc import Sequence
from typing import Protocol

from bot.jobs import JobId, JobRecord, Left, Review, Tenant
from bot.policy.audit import AuditEntry
from bot.policy.rulebook import Books, Entry, Rulebook


class RulebookStore(Protocol):
    """What was said at run time, a book for each community and one for everywhere. All may raise StoreLost."""

    async def book(self, tenant: Tenant | None) -> Rulebook:
        """Return a community's book, or with None that of everywhere, as it stands now: for whoever changes it.

        Where nothing changed since this process read it last, it is that same object.
        """
        ...

    async def opened(self, tenant: Tenant) -> tuple[Books, int]:
        """Return both books that hold in a community, as they stand together, and the store's time in ms then.

        Each is the same object as before where it did not change, as `book` promises.
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


class Census(Protocol):
    """Whose jobs there are. A user is called as the book of the tenant does; None: everybody, or everywhere.

    Raises ValueError for a user without a name, who would be taken for everybody.
    """

    async def under_way(self, tenant: Tenant | None, user: str | None) -> Sequence[JobRecord]:
        """Return every job that waits or is held, in no order."""
        ...

    async def settled(
        self, tenant: Tenant | None, user: str | None, *, since_ms: int, limit: int
    ) -> Sequence[JobRecord]:
        """Return the jobs that ended since then by the store's clock, the latest first."""
        ...

    async def known(self, job_ids: Sequence[JobId]) -> Sequence[JobRecord]:
        """Return of these jobs those that are kept, in their order."""
        ...


class ReviewStore(Protocol):
    """What moderators have to look at, and what they decided: as long as the jobs are kept."""

    async def pending(self, tenant: Tenant | None, *, limit: int) -> Sequence[JobRecord]:
        """Return the jobs of a community, or with None of all, that wait for a moderator, the oldest first."""
        ...

    async def decide(self, record: JobRecord, review: Review, *, keeps_files: bool, audit: AuditEntry) -> bool:
        """Note what a moderator decided, with its entry in the audit, in one step; the first one's word holds.

        False, and nothing was done: the job does not wait for one any more. `keeps_files`: also of what was rejected,
        withheld as before; else they go soon. After a lost answer it is asked again, done once, and answered the same.
        """
        ...


class DoomedStore(Protocol):
    """Messages that are to be taken away: told by any process, done by one that has their platform."""

    async def doom(self, left: Sequence[Left]) -> None:
        """Have messages taken away; their jobs may be forgotten after that."""
        ...

    async def doomed(self, platform: str, *, limit: int) -> Sequence[Left]:
        """Return any of a platform's messages that are to be taken away; of the job only what it was asked with."""
        ...

    async def gone(self, left: Left) -> None:
        """Note that one is not there any more."""
        ...
