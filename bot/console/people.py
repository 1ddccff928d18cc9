"""Who asked lately or has something said of them, and how their quotas stand. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.console.views import PersonLine, QuotaLine
from bot.inert import NAME, label
from bot.jobs import Requester, Tenant
from bot.policy.meters import Take, Whose
from bot.policy.rulebook import Allowance, Assignment, Ban, Grant, Rulebook, everywhere
from bot.policy.usage import Usage, told

PEOPLE = 60
"""People that are shown: of more, those who asked last."""


def people_of(
    asked: Iterable[Requester], book: Rulebook, now_ms: int, somebody: Callable[[str], Requester]
) -> list[Requester]:
    """Return whoever asked, each once and as they were called first, then those of whom something holds in the book.

    `somebody` makes a requester of what the book calls one.
    """
    found: dict[tuple[Tenant, str], Requester] = {}
    for requester in asked:
        found.setdefault((requester.tenant, requester.id), requester)
    known = {requester.id if book.tenant else everywhere(requester) for requester in found.values()}
    named = [user for user in dict.fromkeys(_said_of(book, now_ms)) if user not in known]
    return [*found.values(), *map(somebody, named)][:PEOPLE]


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
