"""What holds for somebody, and from where each value comes: settings, tier, a moderator, the operator. Pure.

All that can refuse or slow down what they ask for is told, so that nobody has to guess which rule it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.deadlines import spelled
from bot.houserules import Holding
from bot.jobs import DIRECT, Requester, Tenant
from bot.naming import requester_of
from bot.policy.bans import ban_of, time_left
from bot.policy.changes import Change
from bot.policy.measures import GrantMore, ResumeWork, Unban
from bot.policy.notation import amounts_words, quotas_words
from bot.policy.places import PlaceRule
from bot.policy.rulebook import Ban, Books, Ceiling, Entry, Pause, Rulebook, everywhere
from bot.policy.terms import Terms
from bot.shares import ONE
from workflows.choices import listed
from workflows.numbers import several

SETTINGS = "the settings"
HERE = "a moderator here"
OPERATOR = "the operator"
NOBODY = "nobody said so"
CEILING = "the ceiling that the operator set"

_LIMITLESS = "no limit"
_WHOSE = {OPERATOR: "The operator's", HERE: "The"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One thing that holds for somebody, and from where."""

    name: str
    value: str
    source: str


def held(holding: Holding, places: Sequence[PlaceRule] = ()) -> tuple[Held, ...]:
    """Return what holds for somebody, and from where each value comes; `places` are the rules of all places."""
    return (
        *_allowed(holding),
        *_in_queue(holding),
        *_of_tier(holding),
        *_quotas(holding),
        *_of_places(holding, places),
    )


def still(measure: Change, books: Books, tenant: Tenant | None, now_ms: int) -> str:
    """Say what holds beside a ban, a pause or a grant that is taken back, by these books; empty when nothing does.

    Everywhere, with no tenant, nobody knows what communities said: that is told then.
    """
    match measure:
        case Unban(user=user):
            return " ".join(_still_banned(books, requester_of(user, tenant), tenant, now_ms))
        case ResumeWork(workflow=workflow):
            return " ".join(_still_paused(books, workflow, tenant))
        case GrantMore(user=user, takes_back=True):
            return _still_granted(books, user, tenant, now_ms)
        case _:
            return ""


def _still_banned(books: Books, requester: Requester, tenant: Tenant | None, now_ms: int) -> Iterator[str]:
    if ban := ban_of(books, requester, now_ms):
        what = "ban" if ban.user else "ban of this community"
        left = f" {time_left(ban.until_ms, now_ms)}" if ban.until_ms is not None else ""
        yield f"{_WHOSE[_banned_by(books, ban)]} {what} still holds{left}."
    if tenant is None:
        yield "Where a community bans them itself, that still holds."


def _still_paused(books: Books, workflow: str | None, tenant: Tenant | None) -> Iterator[str]:
    about = [
        (each.workflow, by) for each, by in _pauses(books) if workflow is None or each.workflow in (None, workflow)
    ]
    for source, whose in _WHOSE.items():
        paused = dict.fromkeys(name for name, by in about if by == source)
        if None in paused:
            yield f"{whose} pause of everything still holds."
        if names := [name for name in paused if name]:
            yield f"{whose} pause of {listed(names)} still holds."
    if tenant is None:
        yield "Where a community has paused by itself, that still holds."


def _still_granted(books: Books, user: str, tenant: Tenant | None, now_ms: int) -> str:
    if tenant is None:
        return "Where a community granted them more itself, that still holds."
    wide = books.everywhere.grant(everywhere(requester_of(user, tenant)))
    return "What the operator granted them everywhere still holds." if wide and wide.until_ms > now_ms else ""


def _allowed(holding: Holding) -> Iterator[Held]:
    books, requester = holding.books, holding.requester
    banned = holding.banned()
    ban = ban_of(books, requester, holding.now_ms)
    source = _banned_by(books, ban) if ban else NOBODY
    yield Held(name="Banned", value=str(banned) if banned else "no", source=source)
    if not holding.is_let_in:
        yield Held(name="Let in", value="not yet: this community is new", source=SETTINGS)
    for pause, source in _pauses(books):
        name = f"Paused: {pause.workflow}" if pause.workflow else "Paused"
        otherwise = "for now" if pause.workflow else "everything"
        yield Held(name=name, value=pause.message or otherwise, source=source)
    yield from _blocklist(books)


def _blocklist(books: Books) -> Iterator[Held]:
    for book in (books.everywhere, books.community):
        for source in (OPERATOR, HERE):
            count = sum(_who(book, each.key) == source for each in book.patterns())
            if count:
                where = "here" if book.tenant else "everywhere"
                yield Held(name=f"Blocklist {where}", value=several(count, "pattern"), source=source)


def _in_queue(holding: Holding) -> Iterator[Held]:
    tier, share, books = holding.tier, holding.share, holding.books
    name = everywhere(holding.requester)
    said = (
        (books.community, books.community.assignment(holding.requester.id)),
        (books.everywhere, books.everywhere.assignment(name)),
    )
    put = next((_who(book, each.key) for book, each in said if each and tier and each.tier == tier.name), SETTINGS)
    source = f"the tier {tier.name}" if tier else SETTINGS
    yield Held(name="Tier", value=tier.name if tier else "none that is known without their roles", source=put)
    yield Held(name="Weight", value=f"{share.weight / ONE:g}", source=source)
    for what, caps in (("Waiting", share.waiting), ("Running", share.running)):
        yield Held(name=f"{what} in this community", value=_most(caps.user), source=source)
        yield Held(name=f"{what} anywhere", value=_most(caps.person), source=SETTINGS)
        if caps.tenant is not None:
            yield Held(name=f"{what}, all members together", value=_most(caps.tenant), source=SETTINGS)


def _of_tier(holding: Holding) -> Iterator[Held]:
    tier = holding.tier
    if tier is None:
        return
    source = f"the tier {tier.name}"
    yield from (Held(name=name, value=value, source=source) for name, value in _terms(holding.terms))
    if tier.review:
        yield Held(name="Review", value="a moderator looks first at what they make", source=source)


def _terms(terms: Terms | None) -> Iterator[tuple[str, str]]:
    if terms is None:
        return
    if terms.workflows is not None:
        yield "Workflows", ", ".join(sorted(terms.workflows)) or "none"
    for parameter, most in sorted(terms.most.items()):
        yield f"Most of {parameter}", f"{most:g}"
    if terms.cooldown_s:
        yield "From one job to the next", spelled(float(terms.cooldown_s))


def _quotas(holding: Holding) -> Iterator[Held]:
    books, due, requester, terms = holding.books, holding.entitlement, holding.requester, holding.terms
    name = everywhere(requester)
    usual = f"the tier {terms.tier}" if terms and terms.quotas is not None else SETTINGS
    own, wide = books.community.allowance(requester.id), books.everywhere.allowance(name)
    yield Held(name="Quota", value=quotas_words(due.member.quotas), source=_said(books.community, own, usual))
    yield from _grants(holding)
    yield Held(
        name="Quota anywhere", value=quotas_words(due.person.quotas), source=_said(books.everywhere, wide, SETTINGS)
    )
    yield from _shared(holding, books.community.ceiling)
    yield Held(name="Days begin in", value=due.zone, source=_said(books.community, books.community.zone, SETTINGS))
    if due.firm_zone != due.zone:
        yield Held(name="Days of all members together", value=due.firm_zone, source=SETTINGS)


def _grants(holding: Holding) -> Iterator[Held]:
    books, requester = holding.books, holding.requester
    for book, grant in (
        (books.community, books.community.grant(requester.id)),
        (books.everywhere, books.everywhere.grant(everywhere(requester))),
    ):
        if grant and grant.until_ms > holding.now_ms:
            left_s = (grant.until_ms - holding.now_ms) / 1000
            more = f"{amounts_words(grant.pictures, grant.gpu_s)} for another {spelled(max(1.0, left_s))}"
            yield Held(name="More for now", value=more, source=_who(book, grant.key))


def _shared(holding: Holding, ceiling: Ceiling | None) -> Iterator[Held]:
    capped = ceiling is not None and ceiling.quotas is not None
    together = quotas_words(holding.entitlement.community.quotas)
    yield Held(name="All members together", value=together, source=CEILING if capped else SETTINGS)
    weight, is_weighed = f"{holding.share.tenant_weight / ONE:g}", ceiling is not None and ceiling.weight is not None
    yield Held(name="Community's weight", value=weight, source=CEILING if is_weighed else SETTINGS)


def _of_places(holding: Holding, places: Sequence[PlaceRule]) -> Iterator[Held]:
    tenant = holding.requester.tenant
    for rule in places:
        words = list(_rule(rule))
        if words and rule.platform == tenant.platform and rule.community in (tenant.id, DIRECT):
            direct = "In direct messages" if rule.community == DIRECT else "In every channel"
            name = f"In the channel {rule.channel}" if rule.channel else direct
            yield Held(name=name, value="; ".join(words), source=SETTINGS)


def _rule(rule: PlaceRule) -> Iterator[str]:
    if rule.workflows is not None:
        yield f"only {', '.join(rule.workflows)}" if rule.workflows else "no workflow"
    if rule.default_workflow:
        yield f"{rule.default_workflow} where none is named"
    if rule.adults_only:
        yield "for adults"
    if rule.review is not None:
        yield "a moderator looks first" if rule.review else "no moderator looks first"


def _most(cap: int | None) -> str:
    return _LIMITLESS if cap is None else f"{cap} at most"


def _said(book: Rulebook, entry: Entry | None, otherwise: str) -> str:
    return _who(book, entry.key) if entry else otherwise


def _pauses(books: Books) -> Iterator[tuple[Pause, str]]:
    """Yield what is paused, and by whom."""
    for book in (books.everywhere, books.community):
        for each in book.entries.values():
            if isinstance(each, Pause):
                yield each, _who(book, each.key)


def _banned_by(books: Books, ban: Ban) -> str:
    return _who(books.everywhere if ban is books.everywhere.ban(ban.user) else books.community, ban.key)


def _who(book: Rulebook, key: str) -> str:
    return OPERATOR if book.tenant is None or key in book.firm else HERE
