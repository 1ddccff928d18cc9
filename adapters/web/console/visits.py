"""Whose visit it is, and which community somebody looks at. Pure."""

from dataclasses import dataclass, field, replace

from bot.errors import NotAllowed
from bot.jobs import Tenant
from bot.policy.measures import Actor, Rank
from bot.watching import Watching

ANYWHERE = ""
"""How an address says every community at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request of somebody who is signed in."""

    actor: Actor
    cookie: str = field(repr=False)  #: of their session


def community_in(visit: Visit, said: str | None) -> Tenant | None:
    """Return the community that an address names; None: all of them. Without a name it is where somebody is at home.

    Raises NotAllowed for whoever names one that is not theirs.
    """
    actor = visit.actor
    home = None if actor.rank is Rank.OPERATOR else actor.tenant
    tenant = _community(said) if said else home
    Watching.admit(actor, tenant)
    return tenant


def spelled(tenant: Tenant | None) -> str:
    """Return a community as addresses name it."""
    return f"{tenant.platform}/{tenant.id}" if tenant else ANYWHERE


def acting_in(actor: Actor, tenant: Tenant | None) -> Actor:
    """Return somebody as they speak in a community, or with None for all of them: an operator speaks anywhere."""
    return replace(actor, tenant=tenant)


def _community(said: str) -> Tenant:
    platform, _, name = said.partition("/")
    if not (platform and name) or len(said) > 200:
        raise NotAllowed("There is no such community.")
    return Tenant(platform=platform, id=name)
