"""The rules of the house: what holds for somebody now, from the settings, their tier and both rule books."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from bot.errors import Banned, Blocked, NotLetIn, QueueFull, SubmissionError
from bot.jobs import Requester, Tenant
from bot.leases import Charge
from bot.limits import Limits, share_of
from bot.policy.admission import Asked, refusal, refusal_at_the_door, texts_of
from bot.policy.audit import QUIET_S, RULES, WHOM, AuditEntry, Outcome
from bot.policy.bans import refusal_of_ban
from bot.policy.blocklist import Blocklist, Ruling, compiled
from bot.policy.entitlements import Standard, ceiling_of, entitlement_of, is_let_in
from bot.policy.meters import Entitlement, Meter, Take, charges_of, meters_of
from bot.policy.rulebook import Books, Pattern, Rulebook, everywhere
from bot.policy.terms import Terms, cooldowns_of, explained_by_cooldown
from bot.policy.tiers import Tier
from bot.policy.usage import explained as explained_by_quota
from bot.policy.usage import refusal_of_size
from bot.ports import AuditStore, RulebookStore
from bot.shares import ONE, Share
from workflows.values import Values
from workflows.workflow import Workflow

_COMPILED = 200
"""Blocklists that a process has ready; of more communities than that, those asked longest ago are made anew."""

SHORT = 1_000
SHORT_STEPS = 100_000
"""Characters, and steps of expressions, of texts that are judged at once: a millisecond at most, and a thread for
it takes a tenth of one. A thread does not help while one expression is searched for; the list's bound on steps does."""

FLAGGED = "flagged"
"""What the audit calls a text that was taken, and noted for the moderators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What holds for one person at one moment; plain data."""

    requester: Requester
    books: Books
    now_ms: int
    tier: Tier | None
    terms: Terms | None
    share: Share
    entitlement: Entitlement
    blocklist: Blocklist | None = None  #: None: there is nothing on it
    is_let_in: bool = True  #: whether their community may ask at all

    def banned(self) -> Banned | None:
        """Say that they are banned; None when they are not."""
        return refusal_of_ban(self.books, self.requester, self.now_ms)

    def at_the_door(self, workflow: str) -> SubmissionError | None:
        """Say what is known before anything was filled in."""
        if not self.is_let_in:
            return NotLetIn()
        return refusal_at_the_door(self.books, self.terms, self.requester, workflow, self.now_ms)

    def refusal(self, workflow: Workflow, values: Values, ruling: Ruling) -> SubmissionError | None:
        """Say why somebody may not ask for this; None when they may, as far as it is not used up."""
        asked = Asked(requester=self.requester, workflow=workflow.name, values=values, ruling=ruling)
        return refusal(self.books, self.terms, asked, self.now_ms)

    def meters(self) -> tuple[Meter, ...]:
        """Return every quota that their next job counts against."""
        return meters_of(self.entitlement, self.requester, self.now_ms)

    def charges(self, take: Take) -> tuple[Charge, ...]:
        """Return all that a job is charged; raises SubmissionError for one that no quota is large enough for."""
        meters = self.meters()
        if too_large := refusal_of_size(meters, take):
            raise too_large
        return (*charges_of(meters, take), *cooldowns_of(self.terms, self.requester))

    def explained(self, full: QueueFull, take: Take) -> QueueFull:
        """Return a refusal of the queue in the words of what it was charged to."""
        return explained_by_cooldown(explained_by_quota(full, self.meters(), take), self.terms)

    async def ruling(self, workflow: Workflow, values: Values) -> Ruling:
        """Judge the texts of a job; raises SubmissionError for one that is too long."""
        if self.blocklist is None:
            return Ruling()
        texts = texts_of(workflow, values)
        length = sum(map(len, texts.values()))
        if length <= SHORT and length * self.blocklist.steps <= SHORT_STEPS:
            return self.blocklist.judge(texts)
        return await asyncio.to_thread(self.blocklist.judge, texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRules:
    """Where they are read from."""

    books: RulebookStore
    audit: AuditStore
    limits: Limits
    standard: Standard = field(default_factory=Standard)
    #: by community, with the books that it was read from: where these are the same, nothing has to be looked through
    _ready: dict[Tenant | None, tuple[Rulebook, Rulebook, Blocklist | None]] = field(default_factory=dict, repr=False)
    _compiled: dict[tuple[Pattern, ...], Blocklist] = field(default_factory=dict, repr=False)

    async def holding(self, requester: Requester, roles: Collection[str] = ()) -> Holding:
        """Return what holds for somebody with these roles; raises StoreLost."""
        books, now_ms = await self.books.opened(requester.tenant)
        held = held_by(books, requester, roles, self.limits, now_ms=now_ms, standard=self.standard)
        return replace(held, blocklist=await self._blocklist(books))

    async def note(self, requester: Requester, refused: SubmissionError, details: Mapping[str, str]) -> None:
        """Write down that a ban or the blocklist held; the same is written once in a while."""
        if isinstance(refused, Banned | Blocked):
            await self._note(requester, refused.code, details)

    async def note_flagged(self, requester: Requester, ruling: Ruling, details: Mapping[str, str]) -> None:
        """Write down that a text was taken which the moderators want to know of."""
        if ruling.flagged:
            patterns = ", ".join(each.text for each in ruling.flagged)
            await self._note(requester, FLAGGED, {**details, "patterns": patterns})

    async def _note(self, requester: Requester, what: str, details: Mapping[str, str]) -> None:
        entry = AuditEntry(
            author=RULES,
            measure=what,
            tenant=requester.tenant,
            user=requester.id,
            outcome=Outcome.AUTOMATIC,
            details={WHOM: requester.name, **details},
        )
        await self.audit.add(entry, quiet_s=QUIET_S)

    async def _blocklist(self, books: Books) -> Blocklist | None:
        tenant = books.community.tenant
        wide, near, ready = self._ready.get(tenant, (None, None, None))
        if wide is not books.everywhere or near is not books.community:
            ready = await self._made_ready(books.patterns())
            self._ready[tenant] = books.everywhere, books.community, ready
            if len(self._ready) > _COMPILED:
                del self._ready[next(iter(self._ready))]
        return ready

    async def _made_ready(self, patterns: tuple[Pattern, ...]) -> Blocklist | None:
        """Return the same blocklist for all communities that have the same patterns, mostly the operator's."""
        if not patterns:
            return None
        ready = self._compiled.pop(patterns, None)
        if ready is None:
            ready = await asyncio.to_thread(compiled, patterns)
        self._compiled[patterns] = ready
        if len(self._compiled) > _COMPILED:
            del self._compiled[next(iter(self._compiled))]
        return ready


def held_by(
    books: Books,
    requester: Requester,
    roles: Collection[str],
    limits: Limits,
    *,
    now_ms: int,
    standard: Standard,
) -> Holding:
    """Return what holds for somebody by these books and limits."""
    tier = assigned(books, requester, limits) or limits.tier(requester, roles)
    terms = tier.terms if tier else None
    weight = ceiling_of(books, standard, requester.tenant).weight
    return Holding(
        requester=requester,
        books=books,
        now_ms=now_ms,
        tier=tier,
        terms=terms,
        share=replace(share_of(limits, tier), tenant_weight=weight or ONE),
        is_let_in=is_let_in(books, standard, requester.tenant),
        entitlement=entitlement_of(books, requester, terms.quotas if terms else None, standard, now_ms),
    )


def nothing_said(requester: Requester, roles: Collection[str], limits: Limits) -> Holding:
    """Return what holds for somebody where there are no books: the limits alone."""
    books = Books(everywhere=Rulebook(tenant=None), community=Rulebook(tenant=requester.tenant))
    return held_by(books, requester, roles, limits, now_ms=0, standard=Standard())


def assigned(books: Books, requester: Requester, limits: Limits) -> Tier | None:
    """Return the tier that a moderator, else the operator, put somebody into; None: their roles say it.

    So it is, too, when that tier was taken out of the settings since.
    """
    tenant = requester.tenant
    said = books.community.assignment(requester.id) or books.everywhere.assignment(everywhere(requester))
    there = limits.tiers_in(tenant)
    return next((tier for tier in there if said and tier.name == said.tier), None)
