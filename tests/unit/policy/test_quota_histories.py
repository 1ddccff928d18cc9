"""Whatever happens in whatever order, nothing is let in that does not fit: on the store in memory, by chance.

What is counted is what was used and what is reserved. Only jobs that run longer than was foreseen bring it beyond a
quota, each once: nothing more is let in then.
"""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.errors import QueueFull
from bot.leases import FREE_MS
from bot.policy.meters import Due, Entitlement, Extra, Take, Unit, charges_of, meters_of
from bot.policy.quotas import Per, Quota, Refill
from tests.fakes.memory_charges import MemoryCounters, Paid
from tests.unit.policy.books import ALICE, HOUR_MS, NOW_MS

GPU_S, PICTURES = 60, 9


@dataclass(slots=True)
class Asked:
    """A job: when it was asked for, and what counts of it now."""

    at_ms: int
    take: Take
    paid: list[Paid] = field(default_factory=list)
    used: Take | None = None  #: once it has ended

    def counts(self, unit):
        """Return what of it counts: what is reserved, and then what was used."""
        if self.used is None:
            return self.take.of(unit)
        return self.used.gpu_ms if unit is Unit.GPU_MS else self.used.pictures


class Histories(RuleBasedStateMachine):
    """One member with a rolling quota an hour and a day by the calendar."""

    @initialize(refill=st.sampled_from(Refill))
    def begin(self, refill):
        self.now_ms, self.extra = NOW_MS, Extra()
        self.quota = Quota(per=Per.HOUR, refill=refill, gpu_s=GPU_S, pictures=PICTURES)
        self.counters = MemoryCounters(clock=lambda: self.now_ms)
        self.waiting: list[Asked] = []
        self.ended: list[Asked] = []

    @rule(gpu_ms=st.integers(0, 40_000), pictures=st.integers(0, 4))
    def enqueue(self, gpu_ms, pictures):
        asked = Asked(self.now_ms, Take(gpu_ms=gpu_ms, pictures=pictures))
        try:
            asked.paid = self.counters.pay(charges_of(self.meters, asked.take), estimate_ms=gpu_ms)
        except QueueFull as full:
            assert 0 < full.retry_after_s <= 3_900  # noqa: PT017
            return
        self.waiting.append(asked)
        # What somebody has in the stretch of which this is the latest, this included.
        begin_ms = self.now_ms - (self.hour_of(self.now_ms) if self.quota.refill is Refill.CALENDAR else HOUR_MS - 1)
        within = [each for each in (*self.ended, *self.waiting) if each.at_ms >= begin_ms]
        assert sum(each.counts(Unit.GPU_MS) for each in within) <= (GPU_S + self.extra.gpu_s) * 1000
        assert sum(each.counts(Unit.PICTURES) for each in within) <= PICTURES + self.extra.pictures

    @precondition(lambda self: self.waiting)
    @rule(which=st.integers(0, 99), used=st.integers(0, 30_000), everything=st.booleans())
    def settle(self, which, used, everything):
        asked = self.waiting.pop(which % len(self.waiting))
        for paid in asked.paid:
            self.counters.settle(paid, used, everything=everything)
        is_free = everything or used < FREE_MS
        asked.used = Take(gpu_ms=0 if everything else used, pictures=0 if is_free else asked.take.of(Unit.PICTURES))
        self.ended.append(asked)

    @rule(ms=st.sampled_from([1, 1000, 299_999, 300_000, HOUR_MS // 2, HOUR_MS]))
    def advance(self, ms):
        self.now_ms += ms

    @rule(gpu_s=st.integers(0, 30), pictures=st.integers(0, 5))
    def grant(self, gpu_s, pictures):
        # It only grows here: what was once allowed may still count when it is over.
        self.extra = Extra(gpu_s=max(gpu_s, self.extra.gpu_s), pictures=max(pictures, self.extra.pictures))

    @property
    def meters(self):
        due = Due(quotas=(self.quota,), extra=self.extra)
        return meters_of(Entitlement(member=due, zone="Asia/Kathmandu"), ALICE, self.now_ms)

    def hour_of(self, ms):
        # The hours of Kathmandu begin a quarter past ours.
        return (ms - HOUR_MS // 4) % HOUR_MS

    @invariant()
    def what_is_counted_is_what_was_used_and_what_is_reserved(self):
        for unit in Unit:
            spans = [span for name, spans in self.counters.spans.items() if name.startswith(unit) for span in spans]
            spans = [span for span in spans if span.ends_ms > self.now_ms]
            jobs = [
                each.counts(unit)
                for each in (*self.ended, *self.waiting)
                for paid in each.paid
                if paid.charge.counter.startswith(unit) and any(paid.span is span for span in spans)
            ]
            assert sum(span.count for span in spans) == sum(jobs)

    @invariant()
    def what_is_held_is_what_waits(self):
        held = sum(span.held for spans in self.counters.spans.values() for span in spans if span.ends_ms > self.now_ms)
        assert held <= sum(paid.charge.amount for asked in self.waiting for paid in asked.paid)


Histories.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestHistories = Histories.TestCase
