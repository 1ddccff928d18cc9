"""Histories of a queue: what is asked of it next is chosen by numbers, wherever they come from, and told by the fake.

The fake knows at once what the answer is, so a truth that is slower to ask can be told many things at a time and be
compared afterwards: every argument (a lease, a nonce, a job) is what the fake answered before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from bot.jobs import Job, JobId, Place, Requester, Tenant, job_id_of
from bot.ports import Charge, Held, LaneTable, Lease, Settlement
from bot.shares import FairPolicy
from tests.fakes.memory_store import MemoryStore
from tests.integration.redis import START_MS, depth, gpu, run_of
from tests.integration.redis.tending import Tending, at_once
from tests.unit.bot.fair_population import (
    ESTIMATES_MS,
    LAYOUTS,
    NEEDS,
    SERVERS,
    SPEEDS,
    USED_MS,
    USERS,
    WARM,
    share_of,
)

T = TypeVar("T")

PLATFORM = "local"
MOST_WAITING = 60
KEPT = Charge(counter="kept", amount=1, ceiling=40, window_s=120, settlement=Settlement.KEPT)
ROLLING = Charge(counter="rolling", amount=1, ceiling=12, window_s=200, steps=5, settlement=Settlement.KEPT)
STEPS_MS = (10, 1_000, 31_000, 31_000, -10, -1_500)
"""How a clock moves: leases take 30 s to run out; a server's clock that is set right goes back a little."""
OFTEN = {
    "enqueue": 26,
    "claim": 20,
    "record": 22,
    "end": 20,
    "renew": 6,
    "cancel": 4,
    "repeat": 4,
    "position": 4,
    "forget": 12,
    "tend": 5,
    "advance": 2,
    "rescue": 1.5,
    "lay": 0.7,
}
"""What happens in a history, and how often."""

Numbers = Sequence[int]
"""Whatever chance gives: seven whole numbers from 0 to 9999, of which a choice takes what it needs."""
NUMBERS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One thing that is asked of a truth."""

    verb: str
    arguments: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether it has to be answered before anything else is asked: it is more than one call of the store."""
        return self.verb in {"rescue", "advance", "lay", "tend"}


async def records_of(store: Any, notices: Any, jobs: list[Job]) -> list[Any]:
    """Read what is known of jobs, who holds which, and what stands on the board."""
    known = [await store.read(job.id) for job in jobs]
    held = [sorted(await store.held_by(server), key=lambda each: each.lease.job_id) for server in SERVERS]
    return [*known, *held, sorted(await notices.open_jobs(PLATFORM))]


class History:
    """What was asked so far, and what the fake holds after it."""

    def __init__(self, name: str = "history", policy: FairPolicy | None = None) -> None:
        self.name = name
        self.now_ms = START_MS
        self.fake = MemoryStore(clock=lambda: self.now_ms, policy=policy or FairPolicy())
        self.jobs: list[Job] = []
        self.leases: list[Lease] = []
        self.last: Call | None = None
        self.count = 0
        self.tending = Tending(self.fake)
        self._choices: dict[str, Callable[[Numbers], Call | None]] = {
            "enqueue": self._enqueue,
            "claim": self._claim,
            "record": self._record,
            "renew": self._renew,
            "end": self._end,
            "cancel": self._cancel,
            "repeat": lambda _: self.last,
            "position": self._position,
            "forget": self._forget,
            "rescue": lambda _: Call(verb="rescue"),
            "advance": lambda numbers: self._advance(_one(STEPS_MS, numbers[0])),
            "lay": self._lay,
            "tend": lambda numbers: Call(verb="tend", arguments=(_one((1, 1, 4, 20, 300), numbers[0]),)),
        }

    def choose(self, verb: str, numbers: Numbers) -> Call | None:
        """Choose what to ask; None when there is nothing of the kind."""
        call = self._choices[verb](numbers)
        if call is not None and not call.alone and call.verb != "forget":
            self.last = call
        return call

    def ask(self, call: Call) -> Any:
        """Ask the fake."""
        if call.verb == "advance":
            [self.now_ms] = call.arguments
            return None
        if call.verb == "tend":
            [most] = call.arguments
            return self.tending.tend(most, self.now_ms)
        answer = at_once(getattr(self.fake, call.verb)(*call.arguments, **call.named))
        if isinstance(answer, Held) and answer.lease not in self.leases[-20:]:
            self.leases.append(answer.lease)
        if call.verb == "forget" and answer:
            self.jobs = [job for job in self.jobs if job.id != call.arguments[0]]
        self.tending.note()
        return answer

    def records(self, jobs: list[Job]) -> list[Any]:
        """Tell what is known of jobs, who holds which, and what stands on the board, as a side does."""
        known: list[Any] = at_once(records_of(self.fake, self.fake, jobs))
        return known

    # ---- Choices -----------------------------------------------------------------------------------------------------

    def _advance(self, ms: int) -> Call:
        return Call(verb="advance", arguments=(self.now_ms + ms,))

    def _enqueue(self, numbers: Numbers) -> Call | None:
        which, estimate, weight, tenant_weight, running, waiting, paid = numbers
        if len(self.fake.fair.orders) >= MOST_WAITING:
            return None
        if self.jobs and paid % 12 == 0:
            job = _one(self.jobs[-30:], which)
        else:
            self.jobs.append(job := self._job(which, estimate, priority=_one((0, 0, 0, 1, -1), paid)))
        paid_gpu = gpu(1 + estimate % 5000, ceiling=50_000, window_s=60)
        charges = [[], [depth(30)], [paid_gpu, ROLLING], [depth(22), KEPT, ROLLING]][paid % 4]
        share = share_of(weight, tenant_weight, running, waiting)
        return Call(verb="enqueue", arguments=(job, charges), named={"share": share})

    def _job(self, which: int, estimate: int, *, priority: int) -> Job:
        tenant_id, user = _one(USERS, which)
        tenant = Tenant(platform=PLATFORM, id=tenant_id)
        self.count += 1
        return Job(
            id=job_id_of(self.name, f"{self.count}"),
            workflow="txt2img",
            digest=f"digest {which % 3}",
            values={"prompt": "a cat"},
            requester=Requester(tenant=tenant, id=user, name=user.upper()),
            place=Place(tenant=tenant, channel="studio"),
            estimate_ms=_one(ESTIMATES_MS, estimate),
            created_ms=0,
            requirement=_one(NEEDS, which // len(USERS)),
            priority=priority,
        )

    def _claim(self, numbers: Numbers) -> Call:
        server, nonce, warm, speed, after, *_ = numbers
        self.count += 1
        leaving = self._lease(after) if after % 3 == 0 else None
        return Call(
            verb="claim",
            arguments=(_one(SERVERS, server), f"n{nonce % 12 if nonce % 4 == 0 else self.count}"),
            named={"warm": _one(WARM, warm), "speed": _one(SPEEDS, speed), "successor_of": leaving},
        )

    def _lease(self, number: int) -> Lease | None:
        """Choose a lease that somebody has, or once had."""
        held = [lease for lease in self.leases[-24:] if str(lease.job_id) in self.fake.fair.bills]
        if held and number % 5:
            return _one(held, number // 5)
        return _one(self.leases[-8:], number) if self.leases else None

    def _record(self, numbers: Numbers) -> Call | None:
        lease = self._lease(numbers[0])
        return Call(verb="record", arguments=(lease,), named={"run_id": run_of(lease)}) if lease else None

    def _renew(self, numbers: Numbers) -> Call | None:
        lease = self._lease(numbers[0])
        return Call(verb="renew", arguments=(lease,), named={"gpu_ms": _one(USED_MS, numbers[1])}) if lease else None

    def _end(self, numbers: Numbers) -> Call | None:
        which, end, used, fault, *_ = numbers
        lease = self._lease(which)
        gpu_ms = _one(USED_MS, used)
        ends: list[tuple[str, dict[str, Any]]] = [
            ("succeed", {"files": (), "texts": ("a poem",) if used % 2 else (), "gpu_ms": gpu_ms}),
            ("fail", {"code": "c", "sentence": "s", "gpu_ms": gpu_ms, "server_fault": fault % 2 == 0}),
            ("confirm_cancel", {"gpu_ms": gpu_ms}),
            (
                "requeue",
                {"costs_attempt": fault % 3 > 0, "requirement": (fault % 5 == 0 and _one(NEEDS, used)) or None},
            ),
        ]
        verb, named = _one(ends, end)
        return Call(verb=verb, arguments=(lease,), named=named) if lease else None

    def _cancel(self, numbers: Numbers) -> Call | None:
        return Call(verb="cancel", arguments=(_one(self.jobs[-40:], numbers[0]).id,)) if self.jobs else None

    def _position(self, numbers: Numbers) -> Call | None:
        waiting = [JobId(UUID(job)) for job in self.fake.fair.orders]
        known = waiting if waiting and numbers[1] % 8 else [job.id for job in self.jobs[-20:]]
        return Call(verb="position", arguments=(_one(known, numbers[0]),)) if known else None

    def _forget(self, numbers: Numbers) -> Call | None:
        return Call(verb="forget", arguments=(_one(self.jobs[:40], numbers[0]).id,)) if self.jobs else None

    def _lay(self, numbers: Numbers) -> Call:
        which, late, *_ = numbers
        version = max(0, at_once(self.fake.table()).version - (late % 8 == 0))
        layout = _one(LAYOUTS, which)
        return Call(verb="lay", arguments=(LaneTable(version=version, servers=layout.lanes, routes=layout.routes),))


def _one(choices: Sequence[T], number: int) -> T:
    return choices[number % len(choices)]
