"""Whatever happens to the model of the fair queue: its books agree, and nobody is treated unfairly beyond the bound."""

from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.accounts import PRIORITY_STEP, Order
from bot.fairshare import FairShare
from bot.shares import ANY_LANE, FairPolicy, normal_ms
from tests.unit.bot.fair_population import (
    ESTIMATES_MS,
    LAYOUTS,
    NEEDS,
    SERVERS,
    SPEEDS,
    USED_MS,
    USERS,
    WARM,
    person_of,
    share_of,
)
from tests.unit.bot.fair_recount import recounted
from tests.unit.bot.fair_scene import Scene, policy, weighing
from tests.unit.bot.unfairness import Books, after_us

NUMBERS = st.integers(0, 10_000)


class Histories(RuleBasedStateMachine):
    """One pool, in which anything happens that the queue's verbs can bring about."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = count()

    @initialize(
        slack_ms=st.sampled_from([0, 5_000, 30_000]),
        refund_ms=st.sampled_from([0, 10_000, 60_000]),
        debt_ms=st.sampled_from([60_000, 900_000]),
        by_users=st.booleans(),
    )
    def open(self, **policy):
        self.fair = FairShare(policy=FairPolicy(**policy))
        self.books = Books(self.fair)
        self.untended = set()

    def enter(self, act, **known):
        assert self.books.enter(act, **known) == []

    def taken_ms(self, bill, used_ms):
        return 0 if used_ms is None else max(self.fair.policy.least_ms, normal_ms(used_ms, bill.speed))

    def held(self, which):
        return list(self.fair.bills)[which % len(self.fair.bills)]

    @rule(
        who=st.sampled_from(USERS),
        needs=st.sampled_from(NEEDS),
        estimate_ms=st.sampled_from(ESTIMATES_MS),
        priority=st.sampled_from([0, 0, 0, 1, -1]),
        share=st.builds(share_of, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
        times=st.sampled_from([1, 1, 2, 5]),
    )
    def enqueue(self, who, needs, estimate_ms, priority, share, times):
        tenant, user = who
        for _ in range(times if len(self.fair.orders) < 60 else 0):
            number = next(self.numbers)
            order = Order(
                place=number - priority * PRIORITY_STEP,
                job=f"{number}",
                tenant=tenant,
                user=user,
                person=person_of(user),
                requirement=needs,
                estimate_ms=estimate_ms,
            )
            if not self.fair.full(order, share):
                self.enter(lambda order=order: self.fair.enqueue(order, share))
                self.untended.discard(who)

    @rule(server=st.sampled_from(SERVERS), warm=st.sampled_from(WARM), speed=st.sampled_from(SPEEDS), after=NUMBERS)
    def claim(self, server, warm, speed, after):
        leaving = self.held(after) if self.fair.bills and after % 3 == 0 else None
        lane = self.fair.servers.get(server, ANY_LANE)
        self.enter(lambda: self.fair.claim(server, warm, speed, leaving), lane=lane)

    @precondition(lambda self: self.fair.bills)
    @rule(which=NUMBERS, used_ms=st.sampled_from(USED_MS))
    def heartbeat(self, which, used_ms):
        self.enter(lambda: self.fair.used(self.held(which), used_ms))

    @precondition(lambda self: self.fair.bills)
    @rule(which=NUMBERS, used_ms=st.sampled_from([*USED_MS, None]))
    def end(self, which, used_ms):
        job = self.held(which)
        bill = self.fair.bills[job]
        self.enter(lambda: self.fair.settle(job, used_ms), took_ms=self.taken_ms(bill, used_ms))

    @precondition(lambda self: self.fair.bills)
    @rule(which=NUMBERS)
    def end_as_quoted(self, which):
        job = self.held(which)
        bill = self.fair.bills[job]
        bill.speed = 1000
        used_ms = bill.charged_ms  # what a faster server was held for may be more than a server of speed 1 ever is
        self.enter(lambda: self.fair.settle(job, used_ms), took_ms=self.taken_ms(bill, used_ms))

    @precondition(lambda self: self.fair.bills)
    @rule(which=NUMBERS)
    def hand_back(self, which):
        self.enter(lambda: self.fair.hand_back(self.held(which)))

    @precondition(lambda self: self.fair.orders)
    @rule(which=NUMBERS)
    def cancel(self, which):
        job = list(self.fair.orders)[which % len(self.fair.orders)]
        self.enter(lambda: self.fair.cancel(job))

    @rule(layout=st.sampled_from(LAYOUTS), tends=st.booleans())
    def lay(self, layout, tends):
        self.enter(lambda: self.fair.lay(layout.routes, layout.lanes))
        self.untended = {(tenant, user) for tenant, each in self.fair.tenants.items() for user in each.users}
        while tends and self.untended:
            self.tend(0)

    @precondition(lambda self: self.untended)
    @rule(which=NUMBERS)
    def tend(self, which):
        tenant, user = who = sorted(self.untended)[which % len(self.untended)]
        self.enter(lambda: self.fair.tend(tenant, user))
        self.untended.discard(who)

    @precondition(lambda self: self.fair.orders)
    @rule(which=NUMBERS)
    def ask_for_a_position(self, which):
        job = list(self.fair.orders)[which % len(self.fair.orders)]
        found = self.fair.position(job)
        assert found is not None
        assert 0 <= found.jobs < len(self.fair.orders)

    @invariant()
    def nothing_is_lost_or_miscounted(self):
        if hasattr(self, "fair"):
            assert recounted(self.fair, self.untended) == []


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)


# ---- The bound, counted from the jobs alone --------------------------------------------------------------------------


@given(
    slack_s=st.sampled_from([0, 30, 60]),
    people=st.lists(
        st.tuples(st.sampled_from("tu"), st.sampled_from([0.5, 1, 2, 5]), st.integers(1, 60), st.sampled_from("abc")),
        min_size=2,
        max_size=6,
    ),
    claims=st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=20, max_size=120),
)
@settings(max_examples=60, deadline=None)
def test_who_always_waits_gets_their_share_in_every_interval(slack_s, people, claims):
    scene = Scene(policy(slack_s=slack_s))
    for number, (tenant, weight, seconds, model) in enumerate(people):
        scene.ask(f"{number}", 150, tenant=tenant, seconds=seconds, needs=model, share=weighing(weight))
    served = [0.0] * len(people)
    history = [tuple(served)]
    for warm in claims:
        job = scene.claim(warm=(warm,) if warm else ())
        which = int(job.partition("-")[0])
        served[which] += people[which][2] / people[which][1]
        history.append(tuple(served))

    for one, (tenant, weight, seconds, _) in enumerate(people):
        for other, (other_tenant, other_weight, other_seconds, _) in enumerate(people[:one]):
            if tenant == other_tenant:
                apart = [moment[one] - moment[other] for moment in history]
                bound = seconds / weight + other_seconds / other_weight + 2 * max(slack_s, 0.001)
                assert max(apart) - min(apart) <= bound + 0.001


def test_the_bound_is_reached_when_the_loaded_model_changes():
    scene = Scene(FairPolicy(slack_ms=30_001))  # and a tie
    scene.ask("ben", 99, needs="b")
    scene.ask("ann", 99, needs="a")
    assert scene.serve(4, warm=("b",)) == ["ben"] * 4

    # Eighty seconds in which ben has none: twice the slack, and a job of each.
    assert scene.serve(8, warm=("a",)) == ["ann"] * 8
    assert 2 * after_us(10_000_000, scene.fair.policy) == 80_002_000
    assert scene.serve(1, warm=("a",)) == ["ben"]
