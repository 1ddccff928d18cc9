"""How far somebody's word reaches: by the settings, and by what their platform lets them do. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.jobs import DIRECT, Requester, Tenant
from bot.policy.measures import Rank
from bot.policy.tiers import GUEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderators:
    """Who moderates a community beside those whom its platform lets."""

    users: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()  #: of Discord; user groups of Slack's


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """Who has a rank by the settings."""

    operators: frozenset[tuple[str, ...]] = frozenset()  #: each as in all communities of their platform
    moderators: Mapping[Tenant, Moderators] = field(default_factory=dict)


def rank_of(requester: Requester, roles: Collection[str], ranks: Ranks, *, moderates: bool = False) -> Rank:
    """Return somebody's rank where they speak; `moderates`: their platform lets them govern that community.

    A guest moderates only by their own id: whoever gave a guest a role gave nothing away with it. Nobody moderates what
    is asked in private, though all of it is one tenant.
    """
    if requester.person in ranks.operators:
        return Rank.OPERATOR
    if requester.tenant.id == DIRECT:
        return Rank.MEMBER
    named = ranks.moderators.get(requester.tenant, Moderators())
    by_role = GUEST not in roles and (moderates or not named.roles.isdisjoint(roles))
    return Rank.MODERATOR if by_role or requester.id in named.users else Rank.MEMBER
