"""What the store in memory counts against limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.redis.queue import LONGEST_WAIT_MS, SHORTEST_WAIT_MS
from bot.errors import QueueFull
from bot.ports import Charge, Settlement


@dataclass(slots=True)
class Counter:
    """What was counted since its first charge."""

    count: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class Paid:
    """A charge, and the counter that it was added to."""

    charge: Charge
    counter: Counter

    def settle(self, gpu_ms: int, *, everything: bool) -> None:
        """Give back what is due when the job ends; more is charged, up to the ceiling, when it used more."""
        left = self.counter.count - _given_back(self.charge, gpu_ms, everything=everything)
        self.counter.count = max(0, min(left, max(self.counter.count, self.charge.ceiling)))


def pay(counters: dict[str, Counter], charges: Sequence[Charge], now_ms: int, estimate_ms: int) -> list[Paid]:
    """Check all charges, then add all; raises QueueFull."""
    wanted: dict[str, int] = {}
    for charge in charges:
        counter = _current(counters, charge, now_ms)
        wanted[charge.counter] = wanted.get(charge.counter, 0) + charge.amount
        if counter.count + wanted[charge.counter] > charge.ceiling:
            window_ends = counter.since_ms + (charge.window_s or 0) * 1000 - now_ms
            wait_ms = window_ends if charge.window_s is not None else soon_ms(estimate_ms)
            raise QueueFull(counter=charge.counter, retry_after_s=wait_ms / 1000)
    return [_add(counters, charge, now_ms) for charge in charges]


def soon_ms(estimate_ms: int) -> int:
    """Return when whoever is refused may try again: by then one job like theirs may have ended."""
    return min(max(estimate_ms, SHORTEST_WAIT_MS), LONGEST_WAIT_MS)


def _current(counters: dict[str, Counter], charge: Charge, now_ms: int) -> Counter:
    counter = counters.get(charge.counter)
    if counter and (charge.window_s is None or now_ms < counter.since_ms + charge.window_s * 1000):
        return counter
    return Counter(0, now_ms)


def _add(counters: dict[str, Counter], charge: Charge, now_ms: int) -> Paid:
    counters[charge.counter] = counter = _current(counters, charge, now_ms)
    counter.count += charge.amount
    return Paid(charge, counter)


def _given_back(charge: Charge, gpu_ms: int, *, everything: bool) -> int:
    """Return what a counter gets back when a job ends; negative when more was used than was charged."""
    match charge.settlement:
        case Settlement.RELEASED:
            return charge.amount
        case Settlement.TO_FACT:
            return charge.amount if everything else charge.amount - gpu_ms
        case Settlement.KEPT:
            return charge.amount if everything else 0
