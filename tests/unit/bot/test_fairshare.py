"""Who is next, and what it costs them: claims about the model of the queue."""

from collections import Counter

import pytest

from bot.shares import Share
from tests.unit.bot.fair_scene import Scene, policy, weighing


def shares_of(served):
    total = len(served)
    return {who: round(times / total, 2) for who, times in Counter(served).items()}


# ---- Shares ----------------------------------------------------------------------------------------------------------


def test_users_of_equal_weight_take_turns():
    scene = Scene()
    for user in ("ann", "ben", "cay"):
        scene.ask(user, 10)

    assert scene.serve(6) == ["ann", "ben", "cay"] * 2


def test_weights_are_shares_of_gpu_time_whatever_the_jobs_take():
    scene = Scene()
    seconds = {"a": 8, "b": 15, "c": 40, "d": 60}
    for user, weight in (("a", 1), ("b", 1), ("c", 2), ("d", 4)):
        scene.ask(user, 1000, seconds=seconds[user], share=weighing(weight))

    served = Counter(scene.serve(400))

    used = {user: times * seconds[user] for user, times in served.items()}
    shares = {user: each / sum(used.values()) for user, each in used.items()}
    assert shares == pytest.approx({"a": 0.125, "b": 0.125, "c": 0.25, "d": 0.5}, abs=0.01)


def test_weights_of_tenants_are_shares_too():
    scene = Scene()
    scene.ask("ann", 100, tenant="one", share=weighing(1, tenant=3))
    scene.ask("ben", 100, tenant="two", share=weighing(5, tenant=1))

    assert shares_of(scene.serve(80)) == {"ann": 0.75, "ben": 0.25}


def test_a_weight_that_changed_counts_from_then_on():
    scene = Scene()
    scene.ask("ann", 100)
    scene.ask("ben", 100)
    scene.serve(20)

    scene.ask("ann", share=weighing(3))

    assert shares_of(scene.serve(40)) == {"ann": 0.75, "ben": 0.25}


def test_what_was_charged_at_another_weight_is_given_back_at_that_weight():
    scene = Scene()
    scene.ask("ann", 2, share=weighing(2))
    job = scene.claim()
    scene.ask("ann", share=weighing(1))

    scene.fair.settle(job, 4_000)

    assert scene.debt_s("ann") == pytest.approx(2, abs=0.001)


@pytest.mark.parametrize(("by_users", "share"), [(False, 0.5), (True, 0.99)])
def test_a_guild_of_200_against_a_guild_of_2(by_users, share):
    scene = Scene(policy(by_users=by_users))
    for number in range(200):
        scene.ask(f"many-{number}", 10, tenant="large")
    for number in range(2):
        scene.ask(f"few-{number}", 1000, tenant="small")

    served = scene.serve(1000)

    assert sum(user.startswith("many") for user in served) / len(served) == pytest.approx(share, abs=0.01)


def test_weights_by_users_count_those_who_want_something_now():
    scene = Scene(policy(by_users=True))
    for user in ("ann", "ben", "cay"):
        scene.ask(user, 1, tenant="three")
    scene.ask("dot", 100, tenant="one")
    scene.serve(4)  # the three have had theirs

    scene.ask("ann", 100, tenant="three")

    assert shares_of(scene.serve(40)) == {"ann": 0.5, "dot": 0.5}


def test_weights_by_users_are_sums_of_the_weights_of_users():
    scene = Scene(policy(by_users=True))
    scene.ask("ann", 100, tenant="one", share=weighing(3))
    scene.ask("ben", 100, tenant="two")

    assert shares_of(scene.serve(80)) == {"ann": 0.75, "ben": 0.25}


# ---- Newcomers, idlers, debtors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("tenant", ["guild", "another"])
def test_a_newcomer_behind_a_thousand_jobs_is_next(tenant):
    scene = Scene()
    scene.ask("hog", 1000, seconds=20)
    for server in range(4):
        scene.claim(f"gpu-{server}")

    [first, second] = scene.ask("new", 2, seconds=20, tenant=tenant)

    assert scene.fair.position(first).jobs == 0
    assert scene.claim() == first
    assert scene.claim() != second


def test_who_was_idle_has_no_credit():
    scene = Scene()
    scene.ask("ann")
    scene.serve(1)
    scene.ask("ben", 100)
    scene.serve(50)

    scene.ask("ann", 100)

    assert shares_of(scene.serve(40)) == {"ann": 0.5, "ben": 0.5}


def test_who_leaves_and_comes_back_still_owes_what_they_were_charged():
    scene = Scene()
    scene.ask("ben", 100)
    scene.ask("ann", seconds=60)
    scene.serve(2)

    scene.ask("ann")

    assert scene.serve(8) == ["ben"] * 6 + ["ann", "ben"]


def test_debt_is_bounded_and_the_rest_forgiven():
    scene = Scene(policy(debt_s=100))
    scene.ask("ben", 1000)
    scene.ask("ann", seconds=100_000)
    scene.serve(2)

    scene.ask("ann")

    assert scene.debt_s("ann") == 100
    assert scene.serve(12).index("ann") in (9, 10, 11)


def test_ties_go_to_who_came_first_whatever_they_are_called():
    scene = Scene()
    for user in ("zoe", "ann", "kim"):
        scene.ask(user)

    assert scene.serve(3) == ["zoe", "ann", "kim"]


def test_tenants_that_tie_go_by_who_came_first():
    scene = Scene()
    for tenant in ("zulu", "alpha"):
        scene.ask(f"{tenant}'s", tenant=tenant)

    assert scene.serve(2) == ["zulu's", "alpha's"]


# ---- One's own jobs --------------------------------------------------------------------------------------------------


def test_ones_own_jobs_go_by_priority_and_then_by_age():
    scene = Scene()
    [late] = scene.ask("ann", priority=-1)
    [old, young] = scene.ask("ann", 2)
    [urgent] = scene.ask("ann", priority=1)

    assert [scene.claim() for _ in range(4)] == [urgent, old, young, late]


def test_priority_says_nothing_to_anybody_else():
    scene = Scene()
    scene.ask("ann", 5)
    scene.ask("ben", 5, priority=9)

    assert scene.serve(4) == ["ann", "ben"] * 2


def test_a_job_that_is_handed_back_has_its_old_place_and_cost_nothing():
    scene = Scene()
    names = scene.ask("ann", 3)
    job = scene.claim()

    scene.fair.hand_back(job)

    assert scene.debt_s("ann") == 0
    assert [scene.claim() for _ in names] == names


# ---- What it costs ---------------------------------------------------------------------------------------------------


def test_a_job_is_charged_when_it_is_claimed():
    scene = Scene()
    scene.ask("ann", 2, seconds=30)

    scene.claim()

    assert scene.debt_s("ann") == 30


def test_overrun_is_charged_by_the_heartbeat_and_counted_once():
    scene = Scene()
    scene.ask("ann", 2, seconds=10)
    job = scene.claim()

    for used_s in (5, 9, 12, 12, 20):
        scene.fair.used(job, used_s * 1000)
    running = scene.debt_s("ann")
    scene.fair.settle(job, 21_000)

    assert (running, scene.debt_s("ann")) == (20, 21)


def test_a_heartbeat_that_comes_late_takes_nothing_back():
    scene = Scene()
    scene.ask("ann", 2, seconds=10)
    job = scene.claim()
    scene.fair.used(job, 15_000)

    scene.fair.used(job, 12_000)

    assert scene.debt_s("ann") == 15


def test_what_was_not_used_is_given_back():
    scene = Scene()
    scene.ask("ann", 2, seconds=30)
    job = scene.claim()

    scene.fair.settle(job, 12_000)

    assert scene.debt_s("ann") == pytest.approx(12, abs=0.001)


@pytest.mark.parametrize("refund_s", [0, 60])
def test_a_refund_is_no_credit_but_for_a_minute(refund_s):
    scene = Scene(policy(refund_s=refund_s))
    scene.ask("ann", 200)
    scene.ask("ben", 200)
    jobs = [scene.claim() for _ in range(20)]
    for job in jobs:
        if job.startswith("ann"):
            scene.fair.settle(job, None)

    assert scene.debt_s("ann") == -refund_s
    # Not the hundred seconds: that minute, and the one job that the clock does not know yet.
    assert (scene.serve(40) + ["ann"] * 2).count("ann") == 23 + refund_s // 20


def test_who_leaves_the_line_has_nothing_before_the_clock_when_they_come_back():
    scene = Scene()
    [held, waiting] = scene.ask("ann", 2, seconds=30)
    scene.ask("ben", 20)
    assert scene.claim() == held
    scene.serve(3)
    scene.fair.settle(held, None)
    assert scene.debt_s("ann") == pytest.approx(-20, abs=0.001)

    scene.fair.cancel(waiting)
    scene.ask("ann")

    assert 0 <= scene.debt_s("ann") <= 0.001


@pytest.mark.parametrize("took_ms", [0, 1, 999])
def test_a_tiny_job_is_charged_the_minimum(took_ms):
    scene = Scene(policy(least_ms=1_000))
    scene.ask("ann", 2, seconds=0)
    job = scene.claim()
    at_claim = scene.debt_s("ann")

    scene.fair.settle(job, took_ms)

    assert (at_claim, scene.debt_s("ann")) == (1, 1)


def test_what_was_our_fault_costs_nothing_at_all():
    scene = Scene()
    scene.ask("ann", 2, seconds=30)
    job = scene.claim()
    scene.fair.used(job, 90_000)

    scene.fair.settle(job, None)

    assert scene.debt_s("ann") == 0


def test_a_job_on_a_server_of_half_the_speed_costs_half_of_its_time():
    scene = Scene()
    scene.ask("ann", 2, seconds=10)
    job = scene.claim(speed=500)

    scene.fair.settle(job, 20_000)

    assert scene.debt_s("ann") == 10


@pytest.mark.parametrize("weights", [{"weight": 0}, {"tenant_weight": 0}, {"weight": -1}])
def test_nobody_has_a_weight_of_nothing(weights):
    with pytest.raises(ValueError, match="weight"):
        Share(**weights)
