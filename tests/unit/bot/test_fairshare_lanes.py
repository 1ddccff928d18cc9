"""Loaded models, and servers that cannot do everything: claims about the model of the queue."""

from collections import Counter
from itertools import pairwise

import pytest

from tests.unit.bot.fair_scene import Scene, policy, weighing

# ---- Loaded models ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slack_s", "before"), [(0, 0), (10, 1), (30, 3), (300, 30)])
@pytest.mark.parametrize("tenants", [("one", "one"), ("one", "two")])
def test_a_loaded_model_goes_first_for_as_long_as_the_slack(slack_s, before, tenants):
    scene = Scene(policy(slack_s=slack_s))
    scene.ask("ann", 100, tenant=tenants[0], needs="cold")
    scene.ask("ben", 100, tenant=tenants[1], needs="warm")

    assert scene.serve(40, warm=("warm",)).index("ann") == before


@pytest.mark.parametrize("tenants", [("one", "one"), ("one", "two")])
def test_the_clock_follows_the_exact_head_only(tenants):
    scene = Scene(policy(slack_s=30))
    scene.ask("ann", 10, tenant=tenants[0], needs="cold")
    scene.ask("ben", 10, tenant=tenants[1], needs="warm")

    assert scene.serve(3, warm=("warm",)) == ["ben"] * 3

    one = scene.fair.tenants["one"]
    clocks, account = (one.clocks, one.users["ann"]) if tenants[0] == tenants[1] else (scene.fair.clocks, one)
    assert clocks["any"] == account.tags["any"]


def test_the_model_that_is_named_first_is_preferred():
    scene = Scene(policy(slack_s=30))
    for user, model in (("ann", "a"), ("ben", "b"), ("cay", "c")):
        scene.ask(user, 10, needs=model)

    assert scene.serve(1, warm=("c", "b")) == ["cay"]
    assert scene.serve(1, warm=("b", "c")) == ["ben"]


def test_what_stands_after_the_dot_of_a_requirement_need_not_be_loaded():
    scene = Scene(policy(slack_s=30))
    scene.ask("ann", needs="cold.lora")
    scene.ask("ben", needs="warm.lora")

    assert scene.serve(1, warm=("warm",)) == ["ben"]


def test_who_has_nothing_for_the_loaded_model_is_not_looked_at():
    scene = Scene(policy(slack_s=30))
    for number in range(100):
        scene.ask(f"cold-{number}", needs="cold")
    scene.ask("ben", needs="warm")

    assert scene.serve(1, warm=("warm",)) == ["ben"]


def test_ones_own_cold_job_is_passed_over_for_at_most_the_slack():
    scene = Scene(policy(slack_s=30))
    [cold] = scene.ask("ann", needs="cold")
    warm = scene.ask("ann", 10, needs="warm")

    assert [scene.claim(warm=("warm",)) for _ in range(5)] == [*warm[:3], cold, warm[3]]


def test_the_slack_of_ones_own_jobs_is_time_over_weight():
    scene = Scene(policy(slack_s=30))
    share = weighing(2)
    [cold] = scene.ask("ann", needs="cold", share=share)
    scene.ask("ann", 10, needs="warm", share=share)

    assert [scene.claim(warm=("warm",)) for _ in range(7)].index(cold) == 6


def test_ones_own_cold_job_is_not_passed_over_for_ever_where_two_lanes_take_turns():
    scene = Scene(policy(slack_s=30))
    scene.lay({"cold": ("b",), "warm": ("a", "b"), "else": ("a",)}, {"a1": "a", "b1": "b"})
    [cold] = scene.ask("ann", needs="cold")
    scene.ask("ann", 100, needs="warm")
    passed = 0
    while scene.claim("b1", warm=("warm",)) != cold:
        scene.claim("a1")  # in turn there, where nobody knows of the cold one
        passed += 1

    assert passed == 3


def test_everybody_with_the_loaded_model_is_looked_at_in_turn():
    scene = Scene(policy(slack_s=10))
    scene.ask("head", 100, needs="cold", seconds=1)
    for number in range(12):
        scene.ask(f"far-{number}", 3, seconds=500, needs="warm")
    for _ in range(13):
        scene.claim()
    scene.ask("near", needs="warm")

    assert "near" in scene.serve(4, warm=("warm",))


def test_a_larger_slack_saves_loads():
    def loads(slack_s):
        scene = Scene(policy(slack_s=slack_s))
        for number in range(6):
            scene.ask(f"user-{number}", 200, needs=f"model-{number}")
        served = scene.serve(600, loads=True)
        return sum(one != other for one, other in pairwise(served))

    few, many = loads(60), loads(0)
    assert few < many / 5


# ---- Lanes -----------------------------------------------------------------------------------------------------------

TWO = {"gpu-a": "a", "gpu-b": "b"}


def test_a_server_takes_only_what_its_lane_serves():
    scene = Scene()
    scene.lay({"x": ("a",), "y": ("b",), "z": ("a", "b")}, TWO)
    for needs in ("x", "y", "z"):
        scene.ask(f"needs-{needs}", needs=needs)

    assert scene.serve(9, "gpu-a") == ["needs-x", "needs-z"]
    assert scene.serve(9, "gpu-b") == ["needs-y"]
    assert scene.serve(9, "unheard of") == []


def test_without_lanes_every_server_takes_everything():
    scene = Scene()
    for needs in ("x", "y", ""):
        scene.ask(f"needs-{needs}", needs=needs)

    assert len(scene.serve(9, "whichever")) == 3


def test_what_nobody_serves_waits_and_stands_in_nobodys_way():
    scene = Scene()
    scene.lay({"x": (), "y": ("a",)}, TWO)
    [waits] = scene.ask("ann", needs="x")
    scene.ask("ann", needs="y")

    assert scene.serve(9, "gpu-a") == ["ann"]
    assert scene.fair.position(waits).lane is None


def test_what_is_used_in_one_lane_counts_in_the_others():
    scene = Scene()
    scene.lay({"x": ("a",), "z": ("a", "b")}, TWO)
    scene.ask("ann", 100, needs="z")
    scene.ask("ben", 100, needs="x")

    together = Counter()
    for _ in range(40):
        together.update(scene.serve(1, "gpu-a") + scene.serve(1, "gpu-b"))

    # b is ann's alone; what she has there is hers, so a is ben's.
    assert abs(together["ann"] - together["ben"]) <= 2


def test_what_stays_idle_otherwise_goes_to_whoever_can_use_it():
    scene = Scene()
    scene.lay({"x": ("a",), "y": ("b",)}, TWO)
    scene.ask("ann", 100, needs="x")

    assert scene.serve(50, "gpu-a") == ["ann"] * 50


def test_who_comes_to_another_lane_begins_at_its_clock_whatever_they_are_charged_elsewhere():
    scene = Scene()
    scene.lay({"x": ("a",), "y": ("b",)}, TWO)
    scene.ask("ann", 100, needs="x")
    scene.ask("ben", 100, needs="y")
    scene.serve(50, "gpu-a")
    scene.serve(3, "gpu-b")

    scene.ask("ann", needs="y")

    assert scene.serve(2, "gpu-b") == ["ann", "ben"]


def test_charges_elsewhere_are_no_more_than_the_debt_that_is_forgiven():
    scene = Scene(policy(debt_s=100))
    scene.lay({"x": ("a",), "y": ("b",), "z": ("a", "b")}, TWO)
    scene.ask("ben", 1000, needs="y")
    scene.ask("ann", 1000, needs="z")
    scene.serve(100, "gpu-a")

    assert scene.debt_s("ann", lane="b") == 100
    assert "ann" in scene.serve(12, "gpu-b")


def test_new_lanes_hold_for_what_waits_as_soon_as_it_is_tended():
    scene = Scene()
    scene.lay({"x": ("a",)}, TWO)
    [job] = scene.ask("ann", needs="x")

    scene.lay({"x": ("b",)}, TWO, tend=False)
    assert scene.claim("gpu-b") == ""
    scene.fair.tend("guild", "ann")

    assert scene.claim("gpu-a") == ""
    assert scene.claim("gpu-b") == job


def test_who_still_sits_where_nothing_of_theirs_is_served_is_no_obstacle():
    scene = Scene(policy(slack_s=30))
    scene.lay({"x": ("a",), "y": ("a",)}, TWO)
    scene.ask("ann", needs="x")
    scene.ask("ben", needs="x", tenant="another")
    [served] = scene.ask("cay", needs="y")

    scene.lay({"x": ("b",), "y": ("a",)}, TWO, tend=False)

    assert scene.claim("gpu-a", warm=("x",)) == served
    assert scene.claim("gpu-a", warm=("x",)) == ""
    assert scene.fair.line("a") == []


def test_a_lane_that_comes_back_before_all_were_tended_has_its_clock():
    scene = Scene()
    scene.lay({"x": ("a",)}, TWO)
    for user in ("ann", "ben"):
        scene.ask(user, 50, needs="x")
    scene.serve(20, "gpu-a")
    clocks = scene.fair.clocks["a"], scene.fair.tenants["guild"].clocks["a"]

    scene.lay({"x": ("b",)}, {"gpu-b": "b"}, tend=False)
    scene.fair.tend("guild", "ann")
    scene.lay({"x": ("a",)}, TWO, tend=False)

    assert (scene.fair.clocks["a"], scene.fair.tenants["guild"].clocks["a"]) == clocks
    assert scene.serve(2, "gpu-a") == ["ben", "ben"]
    scene.fair.tend("guild", "ann")
    assert Counter(scene.serve(10, "gpu-a")) == {"ann": 5, "ben": 5}


def test_a_lane_that_is_gone_leaves_nothing_behind():
    scene = Scene()
    scene.lay({"x": ("a",)}, TWO)
    scene.ask("ann", 5, needs="x")
    scene.serve(1, "gpu-a")

    scene.lay({"x": ("b",)}, {"gpu-b": "b"})
    scene.serve(1, "gpu-b")

    community = scene.fair.tenants["guild"]
    kept = (scene.fair.clocks, community.clocks, community.tags, community.users["ann"].tags)
    assert [set(each) for each in kept] == [{"b"}] * 4
