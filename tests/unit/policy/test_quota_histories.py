"""Whatever happens in whatever order, nobody uses more than their quota: on the store in memory, by chance."""

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
    gpu_ms: int = 0  #: what it used, once it has ended
    pictures: int = 0


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

    @precondition(lambda self: self.waiting)
    @rule(which=st.integers(0, 99), used=st.integers(0, 30_000), everything=st.booleans())
    def settle(self, which, used, everything):
        asked = self.waiting.pop(which % len(self.waiting))
        for paid in asked.paid:
            self.counters.settle(paid, used, everything=everything)
        # What is used beyond what was foreseen is forgiven beyond the ceiling: nobody can take it back.
        asked.gpu_ms = 0 if everything else min(used, asked.take.of(Unit.GPU_MS))
        asked.pictures = 0 if everything or used < FREE_MS else asked.take.of(Unit.PICTURES)
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

    @invariant()
    def no_stretch_has_more_than_the_quota(self):
        most_ms, most = (GPU_S + self.extra.gpu_s) * 1000, PICTURES + self.extra.pictures
        jobs = [(each.at_ms, each.gpu_ms, each.pictures) for each in self.ended]
        jobs += [(each.at_ms, each.take.of(Unit.GPU_MS), each.take.of(Unit.PICTURES)) for each in self.waiting]
        for begin, _, _ in jobs:
            # The hours of Kathmandu begin a quarter past ours; a stretch of the calendar is one of these.
            offset = (begin - HOUR_MS // 4) % HOUR_MS if self.quota.refill is Refill.CALENDAR else 0
            within = [each for each in jobs if begin - offset <= each[0] < begin - offset + HOUR_MS]
            assert sum(gpu_ms for _, gpu_ms, _ in within) <= most_ms
            assert sum(pictures for _, _, pictures in within) <= most

    @invariant()
    def what_is_held_is_what_waits(self):
        held = sum(span.held for spans in self.counters.spans.values() for span in spans if span.ends_ms > self.now_ms)
        assert held <= sum(paid.charge.amount for asked in self.waiting for paid in asked.paid)


Histories.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestHistories = Histories.TestCase
