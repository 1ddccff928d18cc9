"""What always holds in the model of the fair queue, counted anew from waiting orders and bills alone."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping

from bot.accounts import Account, Order, User
from bot.fairshare import FairShare
from bot.shares import ANY_LANE

Who = tuple[str, str]
"""Tenant and user."""


def recounted(fair: FairShare, untended: Collection[Who] = ()) -> list[str]:
    """Return a line for everything that does not hold. The untended may still sit where lanes once led them."""
    return [*_misplaced(fair), *_miscounted(fair), *_misseated(fair, frozenset(untended)), *_misdated(fair)]


def _users(fair: FairShare) -> Iterator[tuple[Who, User]]:
    for tenant, community in fair.tenants.items():
        for name, user in community.users.items():
            yield (tenant, name), user


def _misplaced(fair: FairShare) -> Iterator[str]:
    """Each job is in exactly one place: waiting, in its user's queue, or held."""
    queued = Counter(order.job for _, user in _users(fair) for queue in user.queues.values() for order in queue)
    yield from (f"{job} stands in {times} queues" for job, times in queued.items() if times != 1)
    yield from (f"{job} waits or is in a queue, not both" for job in queued.keys() ^ fair.orders.keys())
    yield from (f"{job} waits and is held" for job in fair.orders.keys() & fair.bills.keys())
    for who, user in _users(fair):
        for requirement, queue in user.queues.items():
            if not queue or queue != sorted(queue):
                yield f"{who} has an empty or unsorted queue for {requirement!r}"
            yield from (
                f"{order.job} is in the queue of {who} for {requirement!r}"
                for order in queue
                if (order.tenant, order.user, order.requirement) != (*who, requirement)
            )


def _miscounted(fair: FairShare) -> Iterator[str]:
    waiting = list(fair.orders.values())
    leased = [bill.order for bill in fair.bills.values()]
    for who, user in _users(fair):
        yield from _differs(f"{who}", user, _of(waiting, user=who), _of(leased, user=who))
    for name, community in fair.tenants.items():
        yield from _differs(name, community, _of(waiting, tenant=name), _of(leased, tenant=name))
        crowd = sum(user.weight for user in community.users.values() if user.active)
        if community.crowd != crowd:
            yield f"{name} is a crowd of {community.crowd}, counted {crowd}"
    yield from _unlike_people(fair, waiting, leased)
    rotas: Mapping[str, set[Who]] = defaultdict(set)
    for each in waiting:
        if each.model:
            rotas[each.model].add((each.tenant, each.user))
    if rotas != {model: set(rota) for model, rota in fair.rotas.items() if rota}:
        yield "a rota lacks somebody or has somebody too many"


def _unlike_people(fair: FairShare, waiting: Collection[Order], leased: Collection[Order]) -> Iterator[str]:
    for name, person in fair.people.items():
        counted = sum(each.person == name for each in waiting), sum(each.person == name for each in leased)
        if (person.waiting, person.leased) != counted:
            yield f"person {name} has {person.waiting} waiting and {person.leased} held, counted {counted}"
        if person.users != {(each.tenant, each.user) for each in waiting if each.person == name}:
            yield f"person {name} has jobs waiting elsewhere than in {person.users}"


def _of(orders: Collection[Order], *, user: Who | None = None, tenant: str | None = None) -> list[Order]:
    return [each for each in orders if each.tenant == tenant or (each.tenant, each.user) == user]


def _differs(name: str, account: Account, waiting: Collection[Order], leased: Collection[Order]) -> Iterator[str]:
    counted = len(waiting), len(leased), sum(each.estimate_ms for each in waiting)
    if (account.waiting, account.leased, account.backlog_ms) != counted:
        yield f"{name} has {account.waiting}, {account.leased}, {account.backlog_ms} ms, counted {counted}"


def _misseated(fair: FairShare, untended: Collection[Who]) -> Iterator[str]:
    """Whoever may run sits in the line of every lane that serves them, and nobody else does."""
    for who, user in _users(fair):
        may_run = all(each.cap is None or each.leased < each.cap for each in (user, fair.people[user.person]))
        lanes = {lane for needs in user.queues for lane in fair.routes.get(needs, (ANY_LANE,))} if may_run else set()
        if user.seats != lanes and who not in untended:
            yield f"{who} sits in {sorted(user.seats)} and belongs in {sorted(lanes)}"
    for name, community in fair.tenants.items():
        may_run = community.cap is None or community.leased < community.cap
        lanes = {lane for user in community.users.values() for lane in user.seats} if may_run else set()
        if community.seats != lanes:
            yield f"{name} sits in {sorted(community.seats)} and belongs in {sorted(lanes)}"


def _misdated(fair: FairShare) -> Iterator[str]:
    """The tag of whoever sits is no further before the clock than a refund may bring it, nor after it than the debt."""
    debt_us, refund_us = fair.policy.debt_ms * 1000, fair.policy.refund_ms * 1000
    for name, account, clocks in accounts_of(fair):
        for lane in account.seats:
            after_us = account.tags.get(lane, -1) - clocks.get(lane, 0)
            if not -refund_us <= after_us <= debt_us:
                yield f"{name} sits in {lane} at {after_us} µs after the clock"


def accounts_of(fair: FairShare) -> Iterator[tuple[Who, Account, Mapping[str, int]]]:
    """Return every tenant, its user's name being empty, and every user, each with the clocks of its level."""
    for tenant, community in fair.tenants.items():
        yield (tenant, ""), community, fair.clocks
        for name, user in community.users.items():
            yield (tenant, name), user, community.clocks
