"""Tiers: how somebody stands in the queue by who they are. Pure rules over plain data, the same for every platform."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import inf

from bot.errors import SubmissionError
from bot.jobs import Requester
from bot.policy.terms import Terms
from bot.shares import ONE

GUEST = "guest"
"""The role that a platform gives to people from elsewhere."""


_MEMBERS_ONLY = "I paint for members of this workspace only. Ask one of them to ask me."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Whom it is for, and what each of them gets. Its caps stand in the place of a member's; others hold beside them.

    Of nobody are two tiers merged: the best one holds with all that it says, and what it leaves out is as for members.

    A role and a user are ids of the tier's platform: who has one of the roles or is one of the users is of the tier.
    """

    name: str  #: one of a kind in a community
    platform: str | None = None  #: None: all of them
    community: str | None = None  #: None: everywhere
    roles: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    weight: int = ONE  #: among the members of a community, in thousandths
    waiting: int | None = None  #: jobs of one of them at once; None: as many as they like
    running: int | None = None
    terms: Terms | None = None  #: what they may ask for; None: whatever a member may
    review: bool = False  #: whether a moderator looks at what they make before anybody else does


GUESTS = Tier(name="guests", roles=frozenset({GUEST}), weight=ONE // 2, waiting=2, running=1)
"""Of guests for whom no other tier is set. They are let in to be kind, and not to be in anybody's way: half a member's
share, never two GPUs at once, and a next job to look forward to."""


def refusal_of_guest(welcome: Collection[str], requester: Requester, roles: Collection[str]) -> SubmissionError | None:
    """Say that a guest may not ask; `welcome`: the platforms on which guests may."""
    is_shut_out = GUEST in roles and requester.tenant.platform not in welcome
    return SubmissionError(_MEMBERS_ONLY) if is_shut_out else None


def tier_of(tiers: Sequence[Tier], requester: Requester, roles: Collection[str]) -> Tier | None:
    """Return the best of the tiers that somebody is of: the highest weight, then the most waiting, then by its name.

    A guest is only of those that name guests, whatever other role they have: nobody gains from a role that was given
    to them as a guest, or at home.
    """
    return min((each for each in tiers if _takes(each, requester, frozenset(roles))), key=_rank, default=None)


def _takes(tier: Tier, requester: Requester, roles: frozenset[str]) -> bool:
    tenant = requester.tenant
    if tier.platform not in (None, tenant.platform) or tier.community not in (None, tenant.id):
        return False
    if GUEST in roles:
        return GUEST in tier.roles
    return requester.id in tier.users or not roles.isdisjoint(tier.roles)


def _rank(tier: Tier) -> tuple[int, float, str]:
    return -tier.weight, -(inf if tier.waiting is None else tier.waiting), tier.name
