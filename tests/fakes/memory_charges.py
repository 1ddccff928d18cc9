"""What the store in memory counts against limits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf

from adapters.redis.queue import LONGEST_WAIT_MS, SHORTEST_WAIT_MS
from bot.errors import QueueFull
from bot.leases import FREE_MS
from bot.ports import Charge, Counted, Settlement, Span


@dataclass(slots=True)
class _Span:
    """What was charged in one window, or one step of it."""

    ends_ms: float
    count: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """A charge, and the span that it was added to."""

    charge: Charge
    span: _Span


@dataclass(slots=True)
class MemoryCounters:
    """Every counter by its name: spans, the first to end first. It is a CounterStore, too."""

    clock: Callable[[], int]
    spans: dict[str, list[_Span]] = field(default_factory=dict)

    def pay(self, charges: Sequence[Charge], estimate_ms: int) -> list[Paid]:
        """Check all charges, then add all; raises QueueFull for the one that is longest in the way."""
        refused = [wait for wait in self._waits(charges, estimate_ms) if wait]
        if refused:
            wait_ms, counter = max(refused, key=lambda wait: wait[0])
            raise QueueFull(counter=counter, retry_after_s=wait_ms / 1000)
        return [self._add(charge) for charge in charges]

    def settle(self, paid: Paid, gpu_ms: int, *, everything: bool) -> None:
        """Give back what is due when a job ends; more is charged when it used more, whatever the ceiling is."""
        charge, span = paid.charge, paid.span
        if not any(each is span for each in self._live(charge.counter)):
            return
        back = _given_back(charge, gpu_ms, everything=everything)
        span.count, span.held = max(0, span.count - back), max(0, span.held - charge.amount)
        if not span.count and not span.held:
            # Only this one goes: what has ended counts again where a clock is set back before anything is charged.
            self.spans[charge.counter] = [each for each in self.spans[charge.counter] if each is not span]

    async def look(self, counters: Sequence[str]) -> Mapping[str, Counted]:
        """Return what each of these counters counts now."""
        return {name: Counted(spans=tuple(map(_told, self._live(name)))) for name in counters}

    async def reset(self, counters: Sequence[str]) -> None:
        """Forget what was used; what is held stays."""
        for name in counters:
            spans = self._live(name)
            for span in spans:
                span.count = span.held
            self.spans[name] = [each for each in spans if each.held]

    def _waits(self, charges: Sequence[Charge], estimate_ms: int) -> Iterator[tuple[float, str] | None]:
        wanted: dict[str, int] = {}
        for charge in charges:
            wanted[charge.counter] = wanted.get(charge.counter, 0) + charge.amount
            spans = self._live(charge.counter)
            surplus = sum(each.count for each in spans) + wanted[charge.counter] - charge.ceiling
            back = zip(spans, accumulate(each.count for each in spans), strict=True)
            ends_ms = next((each.ends_ms for each, freed in back if freed >= surplus), inf)
            wait_ms = soon_ms(estimate_ms) if ends_ms == inf else ends_ms - self.clock()
            yield (wait_ms, charge.counter) if surplus > 0 else None

    def _add(self, charge: Charge) -> Paid:
        now_ms = self.clock()
        spans = self.spans[charge.counter] = self._live(charge.counter)
        if not spans or now_ms >= spans[-1].ends_ms - charge.closed_ms:
            spans.append(_Span(inf if charge.lasts_ms is None else now_ms + charge.lasts_ms))
        spans[-1].count += charge.amount
        spans[-1].held += charge.amount
        return Paid(charge, spans[-1])

    def _live(self, counter: str) -> list[_Span]:
        return [each for each in self.spans.get(counter, []) if each.ends_ms > self.clock()]


def _told(span: _Span) -> Span:
    return Span(count=span.count, held=span.held, ends_ms=None if span.ends_ms == inf else round(span.ends_ms))


def soon_ms(estimate_ms: int) -> int:
    """Return when whoever is refused may try again: by then one job like theirs may have ended."""
    return min(max(estimate_ms, SHORTEST_WAIT_MS), LONGEST_WAIT_MS)


def _given_back(charge: Charge, gpu_ms: int, *, everything: bool) -> int:
    """Return what a counter gets back when a job ends; negative when more was used than was charged."""
    match charge.settlement:
        case Settlement.RELEASED:
            return charge.amount
        case Settlement.TO_FACT:
            return charge.amount if everything else charge.amount - gpu_ms
        case Settlement.KEPT:
            return charge.amount if everything or gpu_ms < FREE_MS else 0
