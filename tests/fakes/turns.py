"""Turns that all processes take, in memory."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic


@dataclass(kw_only=True)
class Turns:
    """TurnStore by a clock of the test's own."""

    clock: Callable[[], float] = monotonic
    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    paused: dict[str, float] = field(default_factory=dict)

    async def take(self, bucket: str, *, most: int, per_s: float) -> float:
        now = self.clock()
        if self.paused.get(bucket, now) > now:
            return self.paused[bucket] - now
        of_late = [at for at in self.taken[bucket] if at > now - per_s]
        if len(of_late) >= most:
            return of_late[-most] + per_s - now
        self.taken[bucket] = [*of_late, now]
        return 0.0

    async def pause(self, bucket: str, *, for_s: float) -> None:
        self.paused[bucket] = max(self.paused.get(bucket, 0.0), self.clock() + for_s)
