"""All that fairness rests on, as plain data: read back from Redis, and told by the model. Equal when both agree.

Numbers of the queue (`Order.place`) are left out, for the two count differently; the order of a user's jobs is there.
Clocks that stand at zero and rotas without anybody are left out too: both may or may not write them down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.accounts import Community, User
from bot.fairshare import FairShare

Who = tuple[str, str]
"""Tenant and user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is kept of a tenant or a user alike."""

    weight: int
    cap: int | None
    waiting: int
    leased: int
    backlog_ms: int
    tags: Mapping[str, int]  #: by lane, also of lanes without a seat now
    seats: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantEntry(Entry):
    """A tenant."""

    clocks: Mapping[str, int]
    crowd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEntry(Entry):
    """A user of a tenant."""

    passed_us: Mapping[str, int]  #: by lane
    queues: Mapping[str, tuple[str, ...]]  #: requirement -> jobs (canonical UUIDs) in their order


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry:
    """Somebody in all their tenants."""

    cap: int | None
    waiting: int
    leased: int
    users: frozenset[Who]


@dataclass(frozen=True, slots=True, kw_only=True)
class BillEntry:
    """What a held job was charged, and at which weights."""

    charged_ms: int
    weight: int
    tenant_weight: int
    speed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """One pool."""

    seated: int = 0
    turns: int = 0
    waiting: int = 0
    clocks: Mapping[str, int] = field(default_factory=dict)
    tenants: Mapping[str, TenantEntry] = field(default_factory=dict)
    users: Mapping[Who, UserEntry] = field(default_factory=dict)
    people: Mapping[str, PersonEntry] = field(default_factory=dict)
    bills: Mapping[str, BillEntry] = field(default_factory=dict)  #: by held job
    lines: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)  #: lane -> tags and tenants
    inner_lines: Mapping[tuple[str, str], tuple[tuple[int, str], ...]] = field(default_factory=dict)
    """Lane and tenant -> tags and users. Lines without anybody are left out."""
    rotas: Mapping[str, tuple[tuple[int, Who], ...]] = field(default_factory=dict)  #: model -> turns and users


def ledger_of(fair: FairShare) -> Ledger:
    """Tell what the model holds."""
    lanes = {lane for each in fair.tenants.values() for lane in each.seats}
    inner = {
        (lane, tenant) for tenant, each in fair.tenants.items() for user in each.users.values() for lane in user.seats
    }
    return Ledger(
        seated=fair.seated,
        turns=fair.turns,
        waiting=len(fair.orders),
        clocks=_moving(fair.clocks),
        tenants={name: _tenant(each) for name, each in fair.tenants.items()},
        users={
            (tenant, name): _user(user) for tenant, each in fair.tenants.items() for name, user in each.users.items()
        },
        people={
            name: PersonEntry(cap=each.cap, waiting=each.waiting, leased=each.leased, users=frozenset(each.users))
            for name, each in fair.people.items()
        },
        bills={
            job: BillEntry(
                charged_ms=bill.charged_ms, weight=bill.weight, tenant_weight=bill.tenant_weight, speed=bill.speed
            )
            for job, bill in fair.bills.items()
        },
        lines={lane: tuple(fair.line(lane)) for lane in lanes},
        inner_lines={(lane, tenant): tuple(fair.line(lane, tenant)) for lane, tenant in inner},
        rotas={
            model: tuple(sorted((turn, who) for who, turn in rota.items()))
            for model, rota in fair.rotas.items()
            if rota
        },
    )


def _tenant(each: Community) -> TenantEntry:
    return TenantEntry(
        weight=each.weight,
        cap=each.cap,
        waiting=each.waiting,
        leased=each.leased,
        backlog_ms=each.backlog_ms,
        tags=dict(each.tags),
        seats=frozenset(each.seats),
        clocks=_moving(each.clocks),
        crowd=each.crowd,
    )


def _user(each: User) -> UserEntry:
    return UserEntry(
        weight=each.weight,
        cap=each.cap,
        waiting=each.waiting,
        leased=each.leased,
        backlog_ms=each.backlog_ms,
        tags=dict(each.tags),
        seats=frozenset(each.seats),
        passed_us=dict(each.passed_us),
        queues={requirement: tuple(order.job for order in queue) for requirement, queue in each.queues.items()},
    )


def _moving(clocks: Mapping[str, int]) -> dict[str, int]:
    return {lane: clock for lane, clock in clocks.items() if clock}
