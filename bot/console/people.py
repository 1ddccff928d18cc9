"""Who asked lately or has something said of them, and how their quotas stand. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from bot.console.lines import NAME
from bot.console.views import PersonLine, QuotaLine
from bot.inert import label
from bot.jobs import DIRECT, OF_ONE_PLACE, JobRecord, Requester, Tenant
from bot.policy.meters import Take, Whose
from bot.policy.rulebook import Allowance, Assignment, Ban, Grant, Rulebook, apart, everywhere
from bot.policy.usage import Usage, told

PEOPLE = 60
"""People that are shown: of more, those who asked last."""


def people_of(records: Iterable[JobRecord], book: Rulebook, now_ms: int) -> list[Requester]:
    """Return whoever asked for these jobs, the latest first, then those of whom something holds in the book."""
    found: dict[tuple[Tenant, str], Requester] = {}
    for each in sorted(records, key=lambda each: -each.job.created_ms):
        requester = each.job.requester
        found.setdefault((requester.tenant, requester.id), requester)  # called as they were last
    known = {requester.id if book.tenant else everywhere(requester) for requester in found.values()}
    named = [user for user in dict.fromkeys(_said_of(book, now_ms)) if user not in known]
    return [*found.values(), *(_requester(user, book.tenant) for user in named)][:PEOPLE]


def person_line(
    requester: Requester, usages: Sequence[Usage], take: Take, *, tier: str | None, banned: str | None
) -> PersonLine:
    """Return somebody in a line; `take` is what a usual job uses. What all members share is nobody's own."""
    return PersonLine(
        user=requester.id,
        name=label(requester.name, NAME),
        tenant=requester.tenant,
        tier=tier,
        banned=banned,
        quotas=tuple(_quota(each, take) for each in usages if each.meter.whose is not Whose.COMMUNITY),
    )


def _quota(usage: Usage, take: Take) -> QuotaLine:
    # Of nothing everything is used: whoever may use none sees a full bar, not an empty one.
    ceiling = usage.meter.ceiling
    used = min(1.0, usage.used / ceiling) if ceiling else 1.0
    reserved = min(1.0 - used, usage.held / ceiling) if ceiling else 0.0
    return QuotaLine(words=told(usage, take), used=max(0.0, used), reserved=max(0.0, reserved))


def _said_of(book: Rulebook, now_ms: int) -> Iterator[str]:
    """Name everybody of whom something is said that is not over."""
    for each in book.entries.values():
        match each:
            case Allowance(user=user) | Assignment(user=user):
                yield user
            case Ban(user=str() as user, until_ms=until_ms) | Grant(user=user, until_ms=until_ms):
                if until_ms is None or until_ms > now_ms:
                    yield user


def _requester(user: str, tenant: Tenant | None) -> Requester:
    """Return somebody by what a book calls them."""
    if tenant is None:
        platform, user = apart(user)
        where, _, name = user.partition("/")
        place, user = (where, name) if platform in OF_ONE_PLACE else (DIRECT, user)
        tenant = Tenant(platform=platform, id=place)
    return Requester(tenant=tenant, id=user, name=user)
