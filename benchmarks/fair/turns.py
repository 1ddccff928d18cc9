"""Who may say whose turn it is: one small interface, and the two plain ways that others have; and the pure model."""

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Protocol

from benchmarks.fair.scene import Gpu, Scene, Who, Work
from bot.accounts import Order
from bot.fairshare import FairShare
from bot.shares import Share


class Turns(Protocol):
    """A queue, as a worker sees it. Jobs are called by their works' names."""

    async def at(self, now_ms: int) -> None:
        """Move the queue's clock."""
        ...

    async def enqueue(self, work: Work, share: Share) -> None:
        """Add a job."""
        ...

    async def claim(self, gpu: Gpu, warm: Sequence[str]) -> str | None:
        """Take the job whose turn it is on a server that has these models loaded; None when there is none."""
        ...

    async def used(self, name: str, gpu_ms: int) -> None:
        """Tell what a running job has used so far."""
        ...

    async def settle(self, name: str, gpu_ms: int) -> None:
        """End a job."""
        ...


class FirstCome:
    """First come first served."""

    def __init__(self, _: Scene) -> None:
        self._line: deque[str] = deque()

    async def at(self, now_ms: int) -> None:
        """Need no clock."""

    async def enqueue(self, work: Work, share: Share) -> None:
        """Add a job at the end."""
        self._line.append(work.name)

    async def claim(self, gpu: Gpu, warm: Sequence[str]) -> str | None:
        """Take the first."""
        return self._line.popleft() if self._line else None

    async def used(self, name: str, gpu_ms: int) -> None:
        """Do nothing."""

    async def settle(self, name: str, gpu_ms: int) -> None:
        """Do nothing."""


class RoundRobin(FirstCome):
    """One job of each user by turns, whatever it costs: what most queues with groups do."""

    def __init__(self, _: Scene) -> None:
        self._lines: dict[Who, deque[str]] = {}

    async def enqueue(self, work: Work, share: Share) -> None:
        """Add a job to its user's own; whoever has none yet comes after all who have."""
        self._lines.setdefault(work.who, deque()).append(work.name)

    async def claim(self, gpu: Gpu, warm: Sequence[str]) -> str | None:
        """Take the first user's first, and put them last."""
        if not self._lines:
            return None
        who = next(iter(self._lines))
        line = self._lines.pop(who)
        name = line.popleft()
        if line:
            self._lines[who] = line
        return name


class Model:
    """The policy as bot/fairshare.py has it."""

    def __init__(self, scene: Scene) -> None:
        self.pool = FairShare(policy=scene.policy)
        self.deepest_us = 0  #: how far before the clock a refund brought anybody
        self._numbers = count(1)

    async def at(self, now_ms: int) -> None:
        """Need no clock."""

    async def enqueue(self, work: Work, share: Share) -> None:
        """Add a job."""
        tenant, user = work.who
        order = Order(
            place=next(self._numbers),
            job=work.name,
            tenant=tenant,
            user=user,
            person=user,
            requirement=work.model,
            estimate_ms=work.estimate_ms,
        )
        self.pool.enqueue(order, share)

    async def claim(self, gpu: Gpu, warm: Sequence[str]) -> str | None:
        """Take the job whose turn it is."""
        order = self.pool.claim(gpu.name, warm, gpu.speed)
        return order.job if order else None

    async def used(self, name: str, gpu_ms: int) -> None:
        """Charge what is beyond the estimate."""
        self.pool.used(name, gpu_ms)

    async def settle(self, name: str, gpu_ms: int) -> None:
        """End a job at what it took."""
        order = self.pool.bills[name].order
        self.pool.settle(name, gpu_ms)
        tenant = self.pool.tenants[order.tenant]
        for each, clocks in ((tenant.users[order.user], tenant.clocks), (tenant, self.pool.clocks)):
            for lane in each.seats:
                self.deepest_us = max(self.deepest_us, clocks.get(lane, 0) - each.tags[lane])


FIRST = "first come first served"
PLAIN: Mapping[str, type[FirstCome]] = {FIRST: FirstCome, "round robin by job": RoundRobin}
