"""What people are called where moderators read of them: their name as it is known, never a mention that pings.

A name is for reading alone; whoever acts names somebody by their id.
"""

from dataclasses import dataclass, replace

from bot.inert import NAME, label
from bot.jobs import DIRECT, Requester, Tenant
from bot.policy.measures import Measure, OfUser
from bot.policy.rulebook import apart
from bot.ports import JobStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Where names are known from: the latest of somebody's jobs."""

    store: JobStore

    async def called(self, measure: Measure, tenant: Tenant | None) -> Measure:
        """Return a measure with the name of whoever it is about, if that is known; raises StoreLost."""
        if not isinstance(measure, OfUser) or measure.called:
            return measure
        return replace(measure, called=await self._name(measure.user, tenant))

    async def _name(self, user: str, tenant: Tenant | None) -> str:
        latest = await self.store.of_requester(requester_of(user, tenant), limit=1)
        return label(latest[0].job.requester.name, NAME) if latest else ""


def requester_of(user: str, tenant: Tenant | None) -> Requester:
    """Return somebody by what a book calls them; where that is the one of everywhere, as in direct messages."""
    if tenant is None:
        platform, user = apart(user)
        tenant = Tenant(platform=platform, id=DIRECT)
    return Requester(tenant=tenant, id=user, name=user)


def person(name: str, user: str) -> str:
    """Name somebody once with the id by which they are acted upon."""
    shown = label(name, NAME)
    return f"{shown} ({user})" if shown and shown != user else user


def short(measure: OfUser) -> str:
    """Name whoever a measure is about where nobody has to act any more."""
    return label(measure.called, NAME) or measure.user
