"""What somebody may use: from the settings, their tier and both books, and which of them wins. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.jobs import DIRECT, Requester, Tenant
from bot.policy.meters import Due, Entitlement, Extra
from bot.policy.periods import UTC_NAME
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import Books, Ceiling, Grant, Rulebook, everywhere

SMALL = (Quota(per=Per.DAY, gpu_s=4 * 3600),)
"""Of a community that the operator said nothing of: a sixth of one GPU, so that no stranger takes the pool away."""

_HOME = "web"  # the page of the operator's own machine is no community that somebody else let us into


class Newcomers(StrEnum):
    """What a community gets that the operator said nothing of."""

    SMALL = "small"
    OPEN = "open"  #: as any other
    APPROVE = "approve"  #: nothing yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """What the settings say where no book says anything else."""

    member: tuple[Quota, ...] = ()  #: of whoever is in no tier, or in one without quotas of its own
    person: tuple[Quota, ...] = ()  #: of one person in all communities of a platform together
    community: tuple[Quota, ...] = ()  #: of all members of a community together
    zone: str = UTC_NAME
    newcomers: Newcomers = Newcomers.OPEN
    ceilings: Mapping[Tenant, Ceiling] = field(default_factory=dict)  #: of the communities that settings name
    zones: Mapping[Tenant, str] = field(default_factory=dict)


def ceiling_of(books: Books, standard: Standard, tenant: Tenant) -> Ceiling:
    """Return what the operator gives a community: at run time, else by the settings, else what any one has."""
    said = books.community.ceiling or Ceiling()
    told = standard.ceilings.get(tenant, Ceiling())
    quotas = said.quotas if said.quotas is not None else told.quotas
    if quotas is None:
        quotas = standard.community
        # The nearer word holds: what is set for every community is set for this one, too.
        if not quotas and standard.newcomers is Newcomers.SMALL and is_newcomer(books, standard, tenant):
            quotas = SMALL
    return Ceiling(weight=said.weight or told.weight, quotas=quotas)


def is_newcomer(books: Books, standard: Standard, tenant: Tenant) -> bool:
    """Tell whether the operator never said anything of a community; direct messages and our own page are none."""
    is_known = tenant in standard.ceilings or books.community.ceiling is not None
    return not is_known and tenant.id != DIRECT and tenant.platform != _HOME


def is_let_in(books: Books, standard: Standard, tenant: Tenant) -> bool:
    """Tell whether a community may ask at all."""
    return standard.newcomers is not Newcomers.APPROVE or not is_newcomer(books, standard, tenant)


def entitlement_of(
    books: Books, requester: Requester, tier: tuple[Quota, ...] | None, standard: Standard, now_ms: int
) -> Entitlement:
    """Return what somebody may use in their community.

    `tier` are the quotas of their tier. Moderators raise what a member has; only the operator raises what a person has
    in all communities, and what a community has, so nothing that moderators grant reaches beyond these.
    """
    name = everywhere(requester)
    ours, all_over = _extra(books.community, requester.id, now_ms), _extra(books.everywhere, name, now_ms)
    usual = standard.member if tier is None else tier
    ceiling = ceiling_of(books, standard, requester.tenant)
    return Entitlement(
        member=Due(
            quotas=_allowance(books.community, requester.id, usual),
            extra=Extra(gpu_s=ours.gpu_s + all_over.gpu_s, pictures=ours.pictures + all_over.pictures),
        ),
        person=Due(quotas=_allowance(books.everywhere, name, standard.person), extra=all_over),
        community=Due(quotas=ceiling.quotas or ()),
        zone=zone_name_of(books, standard, requester.tenant),
        firm_zone=firm_zone_of(books, standard, requester.tenant),
    )


def zone_name_of(books: Books, standard: Standard, tenant: Tenant) -> str:
    """Return where a community's days begin: as its moderators said, else the settings."""
    said = books.community.zone
    return said.name if said else standard.zones.get(tenant, standard.zone)


def firm_zone_of(books: Books, standard: Standard, tenant: Tenant) -> str:
    """Return where the days begin of what all members share: as the operator said, at run time or in the settings.

    A moderator who moved midnight would begin a fresh day of the ceiling. What one member has is theirs to raise and
    to reset anyway, whoever said it, so that goes by the community's own days.
    """
    said = books.community.zone
    is_firm = said is not None and said.key in books.community.firm
    return said.name if said and is_firm else standard.zones.get(tenant, standard.zone)


def _allowance(book: Rulebook, user: str, usual: tuple[Quota, ...]) -> tuple[Quota, ...]:
    said = book.allowance(user)
    return usual if said is None else said.quotas


def _extra(book: Rulebook, user: str, now_ms: int) -> Extra:
    match book.grant(user):
        case Grant(until_ms=until_ms, gpu_s=gpu_s, pictures=pictures) if until_ms > now_ms:
            return Extra(gpu_s=gpu_s, pictures=pictures)
        case _:
            return Extra()
