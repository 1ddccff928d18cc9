"""How much somebody may have in the queue, and how the pool is shared: decisions over plain data.

The queue checks the caps in its one step; this says which they are, and what is told to somebody who reached one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from bot.blocks import CommunitySettings, TierSettings
from bot.errors import QueueFull, SubmissionError
from bot.jobs import Requester, Tenant
from bot.policy.entitlements import Standard
from bot.policy.meters import Whose
from bot.policy.ranks import Moderators, Ranks
from bot.policy.rulebook import Ceiling
from bot.policy.terms import Terms
from bot.policy.tiers import GUEST, GUESTS, Tier, refusal_of_guest, tier_of
from bot.settings import Settings
from bot.shares import ONE, Caps, FairPolicy, Share
from workflows.numbers import several


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What holds for everybody, and for each tier. The pool's default is what a few GPUs work off in some hours."""

    waiting: Caps = field(default_factory=lambda: Caps(everybody=1000, person=10))
    running: Caps = field(default_factory=Caps)
    tiers: Sequence[Tier] = ()
    guests: Tier = GUESTS  #: of guests for whom none of the tiers is
    welcome: frozenset[str] = frozenset()  #: the platforms on which guests may ask

    def tier(self, requester: Requester, roles: Collection[str]) -> Tier | None:
        """Return somebody's tier; None for a member like any other. A guest always has one."""
        return tier_of(self.tiers, requester, roles) or (self.guests if GUEST in roles else None)

    def refusal_of_guest(self, requester: Requester, roles: Collection[str]) -> SubmissionError | None:
        """Say that somebody may not ask, for they are a guest; None when they may, or are none."""
        return refusal_of_guest(self.welcome, requester, roles)

    def tiers_in(self, tenant: Tenant) -> Sequence[Tier]:
        """Return the tiers that somebody can be put into there."""
        return [
            tier
            for tier in self.tiers
            if tier.platform in (None, tenant.platform) and tier.community in (None, tenant.id)
        ]


def limits_of(settings: Settings) -> Limits:
    """Return the limits that an operator has set; 0 is none."""
    waiting = Caps(
        user=settings.max_waiting_per_member or None,
        person=settings.max_waiting_per_person or None,
        tenant=settings.max_waiting_per_community or None,
        everybody=settings.max_waiting,
    )
    running = Caps(
        user=settings.max_running_per_member or None,
        person=settings.max_running_per_person or None,
        tenant=settings.max_running_per_community or None,
    )
    return Limits(
        waiting=waiting,
        running=running,
        tiers=tuple(_tier(each, waiting, running) for each in settings.tiers),
        # Nobody set this tier: it never gives a guest more than a member has.
        welcome=frozenset({"slack"} if settings.slack.guests else ()),
        guests=replace(
            GUESTS, waiting=_fewer(GUESTS.waiting, waiting.user), running=_fewer(GUESTS.running, running.user)
        ),
    )


def _tier(told: TierSettings, waiting: Caps, running: Caps) -> Tier:
    """Return a tier as plain data: a cap that it leaves out is the members'."""
    return Tier(
        name=told.name,
        platform=told.platform,
        community=told.community,
        roles=frozenset(told.roles),
        users=frozenset(told.users),
        weight=round(told.weight * ONE),
        waiting=waiting.user if told.max_waiting is None else told.max_waiting or None,
        running=running.user if told.max_running is None else told.max_running or None,
        terms=_terms(told),
        review=told.review,
    )


def _terms(told: TierSettings) -> Terms:
    return Terms(
        tier=told.name,
        workflows=None if told.workflows is None else frozenset(told.workflows),
        most=told.max or {},
        quotas=None if told.quotas is None else tuple(each.quota for each in told.quotas),
        cooldown_s=told.cooldown_s,
    )


def standard_of(settings: Settings) -> Standard:
    """Return what holds for everybody of whom no tier and no book says anything else."""
    quotas = {whose: tuple(each.quota for each in settings.quotas if each.whose is whose) for whose in Whose}
    return Standard(
        member=quotas[Whose.MEMBER],
        person=quotas[Whose.PERSON],
        community=quotas[Whose.COMMUNITY],
        zone=settings.zone,
        newcomers=settings.new_communities,
        ceilings={each.tenant: _ceiling(each) for each in settings.communities},
        zones={each.tenant: each.zone for each in settings.communities if each.zone},
    )


def named_roles(settings: Settings, tenant: Tenant) -> frozenset[str]:
    """Return the roles of a community that settings name: of others nobody has to be asked who has them."""
    found = {
        role
        for tier in settings.tiers
        if tier.platform == tenant.platform and tier.community in (None, tenant.id)
        for role in tier.roles
    }
    found.update(role for each in settings.communities if each.tenant == tenant for role in each.moderator_roles)
    return frozenset(found - {GUEST})


def _ceiling(told: CommunitySettings) -> Ceiling:
    return Ceiling(
        weight=round(told.weight * ONE),
        quotas=None if told.quotas is None else tuple(each.quota for each in told.quotas),
    )


def ranks_of(settings: Settings) -> Ranks:
    """Return who has a rank by the settings."""
    return Ranks(
        operators=frozenset(person for each in settings.operators for person in each.people),
        moderators={
            each.tenant: Moderators(users=frozenset(each.moderators), roles=frozenset(each.moderator_roles))
            for each in settings.communities
        },
    )


def _fewer(cap: int | None, other: int | None) -> int | None:
    return min((each for each in (cap, other) if each is not None), default=None)


def policy_of(settings: Settings) -> FairPolicy:
    """Return how an operator wants the pool to be shared."""
    return FairPolicy(slack_ms=round(settings.affinity_s * 1000), by_users=settings.community_shares == "by_members")


def share_of(limits: Limits, tier: Tier | None = None) -> Share:
    """Return how somebody stands in the queue: a tier's caps replace a member's, and all others hold beside them."""
    if tier is None:
        return Share(running=limits.running, waiting=limits.waiting)
    return Share(
        weight=tier.weight,
        running=replace(limits.running, user=tier.running),
        waiting=replace(limits.waiting, user=tier.waiting),
    )


def explained(full: QueueFull, limits: Limits, tier: Tier | None = None) -> QueueFull:
    """Return the same refusal, with a sentence that says whose limit was reached, and what makes room again."""
    caps = share_of(limits, tier).waiting
    member = f"your tier, {tier.name}," if tier else "a member"
    room = "There is room again as soon as one of them begins."
    sentences = {
        "user": f"You have {_jobs(caps.user)} waiting in this community, as many as {member} may have. {room}",
        "person": f"You have {_jobs(caps.person)} waiting, as many as one person may have. {room}",
        "tenant": f"This community has {_jobs(caps.tenant)} waiting, as many as one may have. {room}",
        "everybody": f"The queue is full: it has {_jobs(caps.everybody)} waiting. {room}",
    }
    if full.counter not in sentences:
        return full
    return QueueFull(
        sentences[full.counter], counter=full.counter, retry_after_s=full.retry_after_s, detail=full.detail
    )


def _jobs(count: int | None) -> str:
    return several(count or 0, "job")  # a limit that there is not is never reached
