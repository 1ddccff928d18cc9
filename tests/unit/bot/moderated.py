"""A house with rules: books, an audit, intake and everything else on one store in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.estimates import Estimates
from bot.houserules import HouseRules
from bot.intake import Intake, Knowledge, Receipt
from bot.jobs import JobId, MessageRef, Place, Requester, StoredFile, Tenant
from bot.limits import Limits
from bot.policy.audit import AuditEntry, Author
from bot.policy.entitlements import Standard
from bot.policy.rulebook import Entry
from bot.submissions import Submission
from tests.fakes.memory_books import MemoryAudit, MemoryBooks
from tests.fakes.memory_census import MemoryCensus, MemoryDoomed
from tests.fakes.memory_communities import MemoryCommunities
from tests.fakes.memory_files import MemoryFiles
from tests.fakes.memory_reports import MemoryReports
from tests.fakes.memory_reviews import MemoryReviews
from tests.fakes.memory_servers import MemoryServers
from tests.fakes.memory_sessions import MemorySessions
from tests.fakes.memory_store import MemoryStore
from tests.unit.bot.bench import CATALOG, VOCABULARY, occasion

# On the page an id is a name in small letters, which reads well; on Discord it would be a number.
GUILD = Tenant(platform="web", id="1001")
OTHERS = Tenant(platform="web", id="2002")
ANN, BEN, MOE = (Requester(tenant=GUILD, id=name, name=name.title()) for name in ("ann", "ben", "moe"))
START_MS = 1_800_000_000_000
BY = AuditEntry(author=Author(platform="local", id="op", name="Op"), measure="test", tenant=None)


@dataclass(kw_only=True)
class House:
    """All of it; `now` is milliseconds."""

    limits: Limits = field(default_factory=Limits)
    standard: Standard = field(default_factory=Standard)
    now: int = START_MS

    def clock(self) -> int:
        return self.now

    def __post_init__(self) -> None:
        self.audit = MemoryAudit(clock=self.clock)
        self.books = MemoryBooks(audit=self.audit)
        self.store = MemoryStore(clock=self.clock, books=self.books)
        self.reports = MemoryReports(clock=self.clock)
        self.census = MemoryCensus(store=self.store)
        self.doomed = MemoryDoomed()
        self.names = MemoryCommunities()
        self.reviews = MemoryReviews(store=self.store, audit=self.audit)
        self.sessions = MemorySessions(clock=self.clock)
        self.servers = MemoryServers(clock=self.clock)
        self.knowledge = Knowledge(catalog=lambda: CATALOG, vocabulary=lambda: VOCABULARY, usual=lambda: "txt2img")

    @cached_property
    def rules(self) -> HouseRules:
        return HouseRules(books=self.books, audit=self.audit, limits=self.limits, standard=self.standard)

    @cached_property
    def intake(self) -> Intake:
        return Intake(
            queue=self.store,
            store=self.store,
            files=MemoryFiles(),
            estimates=Estimates(),
            knowledge=self.knowledge,
            limits=self.limits,
            rules=self.rules,
        )

    async def say(self, *entries: Entry, tenant: Tenant | None = GUILD, drop: Sequence[str] = (), firm: bool = False):
        """Put entries into a book."""
        book = await self.books.book(tenant)
        assert await self.books.change(book, put=entries, drop=drop, firm=firm, audit=BY)

    async def asked(self, text: str = "a cat", *, event: str = "1", requester: Requester = ANN, **more) -> Receipt:
        """Ask for a picture."""
        return await self.intake.submit(submission(text, event=event, requester=requester, **more))

    async def painted(self, text: str = "a cat", *, event: str = "1", requester: Requester = ANN) -> JobId:
        """Have a picture painted, and its message shown."""
        receipt = await self.asked(text, event=event, requester=requester)
        job_id = receipt.record.job.id
        held = await self.store.claim("gpu", event)
        assert held is not None
        assert held.record.job.id == job_id
        await self.store.record(held.lease, run_id="run")
        file = StoredFile(key="ab" * 32, name="a.png", kind="image", media_type="image/png", bytes=9)
        await self.store.succeed(held.lease, files=[file], gpu_ms=2500)
        ref = MessageRef(place=receipt.record.job.place, id=f"m{event}")
        await self.store.shown(job_id, ref, "x", final=True)
        return job_id

    async def told(self, tenant: Tenant | None = GUILD) -> list[tuple[str, str]]:
        """Return what the audit says, the oldest first, without what `say` did."""
        entries = await self.audit.newest(tenant, limit=100)
        return [(each.measure, each.outcome.value) for each in reversed(entries) if each.measure != BY.measure]


def submission(text: str = "a cat", *, event: str = "1", requester: Requester = ANN, **more) -> Submission:
    """Make what somebody asks in their community."""
    place = Place(tenant=requester.tenant, channel="art")
    return Submission(occasion=occasion(event, requester, place, roles=more.pop("roles", ())), text=text, **more)
