"""Who somebody at the console is to the page now: whom the settings name, as when they say /mod there."""

from dataclasses import dataclass, replace

from adapters.web.moderating import rank_of
from bot.desk import Desk
from bot.jobs import Requester
from bot.policy.measures import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The word of the settings on the guests of the page."""

    desk: Desk

    async def actor(self, actor: Actor) -> Actor | None:
        """Return somebody with their rank of now; None: they speak in no community of the page's."""
        if actor.tenant is None:
            return None
        requester = Requester(tenant=actor.tenant, id=actor.id, name=actor.name)
        return replace(actor, rank=rank_of(self.desk, requester))
