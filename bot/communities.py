"""What communities are called where operators and moderators read of them; whoever acts names one by its id."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.errors import StoreLost
from bot.inert import label
from bot.jobs import Tenant
from bot.outages import Outage
from bot.ports import CommunityNames

_log = logging.getLogger(__name__)

LONGEST = 100
"""Characters that are kept and shown of a name: as many as Discord allows."""

_AGAIN_S = 5.0
"""The pause before a store that is away is told again."""


@dataclass(slots=True, kw_only=True)
class Hearing:
    """Takes what platforms say that communities are called, and keeps what is new; `run` is what writes it."""

    names: CommunityNames
    again_s: float = _AGAIN_S
    _said: dict[Tenant, str] = field(default_factory=dict, init=False)  #: as this process heard it
    _news: dict[Tenant, str] = field(default_factory=dict, init=False)
    _heard: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def heard(self, tenant: Tenant, name: str) -> None:
        """Note what a community is called; never fails, and costs nothing where it was heard before."""
        shown = label(name, LONGEST)
        if shown and self._said.get(tenant) != shown:
            self._said[tenant] = self._news[tenant] = shown
            self._heard.set()

    async def run(self) -> None:
        """Keep what is heard, for ever: all that came together in one step."""
        outage = Outage(_log, "keeping what communities are called")
        while True:
            await self._heard.wait()
            self._heard.clear()
            news, self._news = self._news, {}
            try:
                await self.names.keep(news)
                outage.over()
            except StoreLost as lost:
                outage.lost(lost)
                self._news = {**news, **self._news}
                self._heard.set()
                await asyncio.sleep(self.again_s)


async def called(names: CommunityNames, tenants: Collection[Tenant], *, with_ids: bool) -> Mapping[Tenant, str]:
    """Return what communities are called, of those whose name is known, for whoever acts in several with their ids."""
    wanted = frozenset(tenants)
    found = await names.called(wanted) if wanted else {}
    return {tenant: shown(tenant, name) if with_ids else label(name, LONGEST) for tenant, name in found.items()}


def shown(tenant: Tenant, name: str | None) -> str:
    """Return a community's name with its id, or the id alone."""
    words = label(name or "", LONGEST)
    return f"{words} ({tenant.id})" if words else tenant.id
