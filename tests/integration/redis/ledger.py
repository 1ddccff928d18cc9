"""All that fairness rests on, as plain data: read back from Redis, and told by the model. Equal when both agree.

Numbers of the queue (`Order.place`) are left out, for the two count differently; the order of a user's jobs is there.
Clocks that stand at zero and rotas without anybody are left out too: both may or may not write them down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from adapters.redis.keys import job_id
from adapters.redis.opening import RedisPool
from bot.accounts import Account, Tenancy, User
from bot.fairshare import FairShare
from bot.shares import ONE

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


def _alike(each: Account) -> dict[str, Any]:
    """Return what is kept of a tenant or a user alike."""
    return {
        "weight": each.weight,
        "cap": each.cap,
        "waiting": each.waiting,
        "leased": each.leased,
        "backlog_ms": each.backlog_ms,
        "tags": dict(each.tags),
        "seats": frozenset(each.seats),
    }


def _tenant(each: Tenancy) -> TenantEntry:
    return TenantEntry(
        **_alike(each),
        clocks=_moving(each.clocks),
        crowd=each.crowd,
    )


def _user(each: User) -> UserEntry:
    return UserEntry(
        **_alike(each),
        passed_us=_moving(each.passed_us),
        queues={requirement: tuple(order.job for order in queue) for requirement, queue in each.queues.items()},
    )


def _moving(clocks: Mapping[str, int]) -> dict[str, int]:
    return {lane: clock for lane, clock in clocks.items() if clock}


Fields = Mapping[str, str]


async def ledger(pool: RedisPool) -> Ledger:
    """Read back what Redis holds. Nobody may work on the pool meanwhile."""
    return await _Reading(pool).ledger()


@dataclass(frozen=True, slots=True)
class _Reading:
    pool: RedisPool

    async def ledger(self) -> Ledger:
        about = await self.fields("pool")
        tenants, users, people = [await self.hashes(name) for name in ("tenant", "user", "person")]
        lines = await self.lines("line")
        return Ledger(
            seated=int(about.get("seated", 0)),
            turns=int(about.get("turns", 0)),
            waiting=int(about.get("waiting", 0)),
            clocks=_lanes(about, ":"),
            tenants={name: TenantEntry(**_entry(each), **_community(each)) for name, each in tenants.items()},
            users=await self.users(users),
            people={name: _person(name, each) for name, each in people.items()},
            bills=await self.bills(),
            lines={unquote(name): line for name, line in lines.items() if ":" not in name},
            inner_lines={_inner(name): line for name, line in lines.items() if ":" in name},
            rotas=await self.rotas(),
        )

    async def users(self, users: Mapping[str, Fields]) -> dict[Who, UserEntry]:
        queues: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in users}
        for name, line in (await self.lines("queue")).items():
            user, _, requirement = name.partition(":")
            queues[user][requirement] = tuple(str(job_id(job)) for _, job in line)
        return {
            _who(name): UserEntry(**_entry(each), passed_us=_lanes(each, "!"), queues=queues[name])
            for name, each in users.items()
        }

    async def bills(self) -> dict[str, BillEntry]:
        found = {}
        for job in await self.ask("ZRANGE", self.pool.edge.keys.key("leases"), 0, -1):
            each = await self.fields("job", job.decode())
            found[str(job_id(job))] = BillEntry(
                charged_ms=int(each["paid"]),
                weight=int(each.get("weight", ONE)),
                tenant_weight=int(each.get("tenant_weight", ONE)),
                speed=int(each.get("speed", ONE)),
            )
        return found

    async def rotas(self) -> dict[str, tuple[tuple[int, Who], ...]]:
        return {
            model: tuple((turn, _who(name)) for turn, name in line)
            for model, line in (await self.lines("rota")).items()
        }

    async def hashes(self, name: str) -> dict[str, Fields]:
        return {part: await self.fields(name, part) for part in await self.parts(name)}

    async def lines(self, name: str) -> dict[str, tuple[tuple[int, str], ...]]:
        found = {}
        for part in await self.parts(name):
            words = await self.ask("ZRANGE", f"{self.pool.edge.keys.key(name)}:{part}", 0, -1, "WITHSCORES")
            found[part] = tuple(
                (int(score), name.decode()) for name, score in zip(words[::2], words[1::2], strict=True)
            )
        return found

    async def fields(self, name: str, part: str | None = None) -> Fields:
        key = self.pool.edge.keys.key(name) + ("" if part is None else f":{part}")
        found = await self.ask("HGETALL", key)
        return {field.decode(): value.decode() for field, value in found.items()}

    async def parts(self, name: str) -> list[str]:
        before = self.pool.edge.keys.key(name) + ":"
        keys = {key.decode() async for key in self.pool.edge.client.scan_iter(match=f"{before}*", count=1000)}
        return sorted(key.removeprefix(before) for key in keys)

    async def ask(self, *words: str | int) -> Any:
        return await self.pool.edge.ask(*words)  # type: ignore[arg-type]


def _entry(each: Fields) -> dict[str, Any]:
    return {
        "weight": int(each.get("weight", ONE)),
        "cap": int(each["cap"]) if "cap" in each else None,
        "waiting": int(each.get("waiting", 0)),
        "leased": int(each.get("leased", 0)),
        "backlog_ms": int(each.get("backlog", 0)),
        "tags": {unquote(name[1:]): int(value) for name, value in each.items() if name[0] in "@~"},
        "seats": frozenset(unquote(name[1:]) for name in each if name[0] == "@"),
    }


def _community(each: Fields) -> dict[str, Any]:
    return {"clocks": _lanes(each, ":"), "crowd": int(each.get("crowd", 0))}


def _person(name: str, each: Fields) -> PersonEntry:
    user = name.rpartition("/")[2]
    return PersonEntry(
        cap=int(each["cap"]) if "cap" in each else None,
        waiting=int(each.get("waiting", 0)),
        leased=int(each.get("leased", 0)),
        users=frozenset((field[1:], user) for field in each if field[0] == "+"),
    )


def _lanes(each: Fields, letter: str) -> dict[str, int]:
    return _moving({unquote(name[1:]): int(value) for name, value in each.items() if name[0] == letter})


def _who(name: str) -> Who:
    tenant, _, user = name.rpartition("/")
    return tenant, user


def _inner(name: str) -> tuple[str, str]:
    lane, _, tenant = name.partition(":")
    return unquote(lane), tenant
