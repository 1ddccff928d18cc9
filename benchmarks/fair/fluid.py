"""The ideal that no real queue reaches: everybody served at once, each at their share (generalised processor sharing).

Two levels, weighted. A job is on one server at a time, so nobody gets more than a server for each of their jobs; what
they cannot use goes to the others, by weight again. Loads cost nothing here.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks.fair.scene import Scene, Who, Work
from bot.shares import ONE

NOTHING_MS = 1e-6
_K = TypeVar("_K")


@dataclass(slots=True)
class Left:
    """A job, and what is left of it."""

    work: Work
    ms: float


@dataclass(slots=True)
class Fluid:
    """What came of it."""

    scene: Scene
    ended_ms: dict[str, float] = field(default_factory=dict)  #: by work
    served_ms: dict[Who, float] = field(default_factory=dict)
    course: list[tuple[float, dict[Who, float]]] = field(default_factory=list)  #: what was served when, at every change
    _waiting: dict[Who, deque[Left]] = field(default_factory=dict)
    now_ms: float = 0.0

    @property
    def fastest(self) -> float:
        """Return the speed of the fastest server."""
        return max(gpu.speed for gpu in self.scene.gpus) / ONE

    @property
    def jobs(self) -> float:
        """Return how many jobs were done, with the parts of those that were begun."""
        begun = (1 - left.ms / left.work.size_ms for waiting in self._waiting.values() for left in waiting)
        return len(self.ended_ms) + sum(begun)

    def flow(self) -> "Fluid":
        """Let everything flow, to the end or the scene's."""
        for work in self.scene.works:
            self._until(work.at_ms)
            self._waiting.setdefault(work.who, deque()).append(Left(work, work.size_ms))
        self._until(self.scene.until_ms if self.scene.until_ms is not None else float("inf"))
        return self

    def _until(self, end_ms: float) -> None:
        while self._waiting and self.now_ms < end_ms:
            rates = [(left, rate) for who, rate in self._rates().items() for left, rate in self._split(who, rate)]
            step = min(end_ms - self.now_ms, *(left.ms / rate for left, rate in rates))
            self.now_ms += step
            for left, rate in rates:
                left.ms -= rate * step
                self.served_ms[left.work.who] = self.served_ms.get(left.work.who, 0.0) + rate * step
            self._let_go({left.work.who for left, _ in rates if left.ms <= NOTHING_MS})
            self.course.append((self.now_ms, dict(self.served_ms)))
        self.now_ms = max(self.now_ms, end_ms) if end_ms != float("inf") else self.now_ms

    def _let_go(self, who: Iterable[Who]) -> None:
        for each in who:
            for left in [left for left in self._waiting[each] if left.ms <= NOTHING_MS]:
                self.ended_ms[left.work.name] = self.now_ms
                self._waiting[each].remove(left)
            if not self._waiting[each]:
                del self._waiting[each]

    def _split(self, who: Who, rate: float) -> list[tuple[Left, float]]:
        """Give a user's rate to their jobs, a whole server to each as far as it goes."""
        jobs: list[tuple[Left, float]] = []
        for left in self._waiting[who]:
            if rate <= NOTHING_MS:
                break
            jobs.append((left, min(rate, self.fastest)))
            rate -= jobs[-1][1]
        return jobs

    def _rates(self) -> dict[Who, float]:
        caps = {who: self._most(who) for who in self._waiting}
        tenants: dict[str, dict[Who, float]] = {}
        for who, cap in caps.items():
            tenants.setdefault(who[0], {})[who] = cap
        total = sum(gpu.speed for gpu in self.scene.gpus) / ONE
        weights = {tenant: self._weight(users) for tenant, users in tenants.items()}
        parts = divided(total, weights, {tenant: sum(users.values()) for tenant, users in tenants.items()})
        rates: dict[Who, float] = {}
        for tenant, users in tenants.items():
            rates |= divided(parts[tenant], {who: self.scene.share(who).weight for who in users}, users)
        return rates

    def _most(self, who: Who) -> float:
        cap = self.scene.share(who).running.user
        jobs = len(self._waiting[who])
        return self.fastest * (jobs if cap is None else min(jobs, cap))

    def _weight(self, users: Iterable[Who]) -> float:
        shares = [self.scene.share(who) for who in users]
        crowd = sum(share.weight for share in shares) / ONE if self.scene.policy.by_users else 1.0
        return shares[0].tenant_weight * crowd


def divided(total: float, weights: Mapping[_K, float], caps: Mapping[_K, float]) -> dict[_K, float]:
    """Divide by weight; what somebody cannot take goes to the others."""
    parts: dict[_K, float] = {}
    left = dict(weights)
    while left:
        unit = total / sum(left.values())
        full = [key for key, weight in left.items() if caps[key] <= unit * weight]
        if not full:
            return parts | {key: unit * weight for key, weight in left.items()}
        for key in full:
            parts[key] = caps[key]
            total = max(0.0, total - caps[key])
            del left[key]
    return parts
