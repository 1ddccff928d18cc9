"""What moderators look at: somebody, the latest jobs, reports, the blocklist, the audit. Nothing is changed by it."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot import moderators
from bot.answers import Answer
from bot.estimates import UNKNOWN_MS
from bot.houserules import Holding, HouseRules
from bot.jobs import JobRecord, Requester, Tenant
from bot.naming import person, requester_of
from bot.policy.blocklist import compiled
from bot.policy.measures import ShowAudit, ShowPatterns, ShowRecent, ShowReports, ShowReviews, ShowUser, TestText
from bot.policy.meters import Take
from bot.policy.places import PlaceRule
from bot.policy.rulebook import Pattern
from bot.policy.usage import Usage, usage_of
from bot.ports import Census, CounterStore, ReportStore
from bot.reviewing import Reviewing

SHOWN = 20
"""Entries of a list in a chat: what fits on a screen; the command line shows more."""

_LATELY_S = 7 * 86_400
"""How far back the latest jobs go."""

Look = ShowUser | ShowPatterns | TestText | ShowRecent | ShowReports | ShowReviews | ShowAudit
"""Measures that change nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overseeing:
    """Where it is read from."""

    rules: HouseRules
    counters: CounterStore
    census: Census
    reports: ReportStore
    reviewing: Reviewing
    places: Callable[[], Sequence[PlaceRule]] = tuple  #: what the settings say of channels

    async def look(self, measure: Look, tenant: Tenant | None) -> Answer:
        """Return what a moderator wants to know; whether they may is judged before. Raises StoreLost."""
        match measure:
            case ShowUser(user=user, called=called):
                return await self._user(user, called, tenant)
            case ShowPatterns():
                own, everywhere = await self.patterns(tenant)
                return moderators.patterns(own, everywhere)
            case TestText(text=text):
                own, everywhere = await self.patterns(tenant)
                ruling = await asyncio.to_thread(compiled((*own, *everywhere)).judge, {"text": text})
                return moderators.tested(ruling)
            case ShowRecent(user=user):
                return moderators.recent(await self.recent(user, tenant))
            case ShowReports():
                return moderators.reported(await self.reports.newest(tenant, limit=SHOWN))
            case ShowReviews():
                return moderators.to_review(await self.reviewing.pending(tenant, limit=SHOWN))
            case ShowAudit(user=user):
                return moderators.audited(await self.rules.audit.newest(tenant, user=user, limit=SHOWN))
            case _:
                assert_never(measure)

    async def used(self, requester: Requester, roles: Collection[str] = ()) -> tuple[Holding, Sequence[Usage]]:
        """Return what holds for somebody, and how each quota of theirs stands; raises StoreLost."""
        holding = await self.rules.holding(requester, roles)
        meters = holding.meters()
        counted = await self.counters.look([meter.counter for meter in meters])
        return holding, usage_of(meters, counted, holding.now_ms)

    async def _user(self, user: str, called: str, tenant: Tenant | None) -> Answer:
        holding, usages = await self.used(requester_of(user, tenant))
        under_way = await self.census.under_way(tenant, user)
        return moderators.of_user(
            person(called, user), holding, usages, Take(gpu_ms=UNKNOWN_MS, pictures=1), len(under_way), self.places()
        )

    async def recent(self, user: str | None, tenant: Tenant | None) -> Sequence[JobRecord]:
        """Return the latest jobs, those under way first; with a user theirs alone. Raises StoreLost."""
        since_ms = await self.rules.books.now_ms() - _LATELY_S * 1000
        now = sorted(await self.census.under_way(tenant, user), key=lambda each: -each.job.created_ms)
        ended = await self.census.settled(tenant, user, since_ms=since_ms, limit=SHOWN)
        return [*now, *ended][:SHOWN]

    async def patterns(self, tenant: Tenant | None) -> tuple[Sequence[Pattern], Sequence[Pattern]]:
        """Return the patterns of a community that are not everywhere's, and everywhere's."""
        if tenant is None:
            return (), (await self.rules.books.book(None)).patterns()
        books, _ = await self.rules.books.opened(tenant)
        everywhere = books.everywhere.patterns()
        keys = {each.key for each in everywhere}
        return [each for each in books.community.patterns() if each.key not in keys], everywhere
