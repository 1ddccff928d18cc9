"""What somebody may use: from the settings, their tier and both books, and which of them wins. Pure."""

from dataclasses import dataclass

from bot.jobs import Requester
from bot.policy.meters import Due, Entitlement, Extra
from bot.policy.periods import UTC_NAME
from bot.policy.quotas import Quota
from bot.policy.rulebook import Books, Grant, Rulebook, everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """What the settings say where no book says anything else."""

    member: tuple[Quota, ...] = ()  #: of whoever is in no tier, or in one without quotas of its own
    person: tuple[Quota, ...] = ()  #: of one person in all communities of a platform together
    community: tuple[Quota, ...] = ()  #: of all members of a community together
    zone: str = UTC_NAME


def entitlement_of(
    books: Books, requester: Requester, tier: tuple[Quota, ...] | None, standard: Standard, now_ms: int
) -> Entitlement:
    """Return what somebody may use in their community.

    `tier` are the quotas of their tier. Moderators raise what a member has; only the operator raises what a person has
    in all communities, and what a community has, so nothing that moderators grant reaches beyond these.
    """
    name = everywhere(requester.tenant.platform, requester.id)
    ours, all_over = _extra(books.community, requester.id, now_ms), _extra(books.everywhere, name, now_ms)
    usual = standard.member if tier is None else tier
    ceiling = books.community.ceiling
    community = standard.community if ceiling is None or ceiling.quotas is None else ceiling.quotas
    return Entitlement(
        member=Due(
            quotas=_allowance(books.community, requester.id, usual),
            extra=Extra(gpu_s=ours.gpu_s + all_over.gpu_s, pictures=ours.pictures + all_over.pictures),
        ),
        person=Due(quotas=_allowance(books.everywhere, name, standard.person), extra=all_over),
        community=Due(quotas=community),
        zone=books.community.zone.name if books.community.zone else standard.zone,
    )


def _allowance(book: Rulebook, user: str, usual: tuple[Quota, ...]) -> tuple[Quota, ...]:
    said = book.allowance(user)
    return usual if said is None else said.quotas


def _extra(book: Rulebook, user: str, now_ms: int) -> Extra:
    match book.grant(user):
        case Grant(until_ms=until_ms, gpu_s=gpu_s, pictures=pictures) if until_ms > now_ms:
            return Extra(gpu_s=gpu_s, pictures=pictures)
        case _:
            return Extra()
