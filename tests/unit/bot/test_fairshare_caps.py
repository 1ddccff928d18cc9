"""Whoever has as many jobs as they may: claims about the model of the queue."""

import pytest

from bot.shares import Caps, Share
from tests.unit.bot.fair_scene import Scene, capped, policy


def test_a_capped_user_leaves_the_line_and_comes_back():
    scene = Scene()
    scene.ask("ann", 5, share=capped(user=1))
    scene.ask("ben", 5)
    job = scene.claim()

    assert [name for _, name in scene.fair.line("any", "guild")] == ["ben"]
    scene.fair.settle(job, 10_000)
    assert [name for _, name in scene.fair.line("any", "guild")] == ["ben", "ann"]


def test_a_capped_person_leaves_the_lines_of_all_their_tenants():
    scene = Scene()
    for tenant in ("one", "two"):
        scene.ask("ann", 5, tenant=tenant, person="ann", share=capped(person=1))
    job = scene.claim()

    assert scene.fair.line("any") == []
    assert scene.claim() == ""
    scene.fair.settle(job, 10_000)
    assert [name for _, name in scene.fair.line("any")] == ["two", "one"]


def test_a_capped_tenant_leaves_the_line_and_its_users_keep_their_places():
    scene = Scene()
    for user in ("ann", "ben"):
        scene.ask(user, 5, tenant="one", share=capped(tenant=1))
    scene.ask("cay", 5, tenant="two")
    job = scene.claim()

    assert [name for _, name in scene.fair.line("any")] == ["two"]
    assert [name for _, name in scene.fair.line("any", "one")] == ["ben", "ann"]
    scene.fair.settle(job, 10_000)
    assert scene.fair.line("any")[-1][1] == "one"


def test_nobody_has_to_look_past_those_who_may_not_run():
    scene = Scene()
    for number in range(50):
        scene.ask(f"capped-{number}", 2, share=capped(user=1))
    jobs = [scene.claim() for _ in range(50)]

    scene.ask("free", 1)

    assert len(jobs) == len(set(jobs)) == 50
    assert scene.claim().startswith("free")


def test_a_raised_cap_lets_somebody_in_at_once():
    scene = Scene()
    scene.ask("ann", 5, share=capped(user=1))
    scene.claim()
    assert scene.claim() == ""

    scene.ask("ann", share=capped(user=2))

    assert scene.claim().startswith("ann")


def test_a_job_that_is_about_to_end_counts_for_no_cap():
    scene = Scene()
    scene.ask("ann", 3, tenant="guild", share=capped(user=1, person=1, tenant=1))
    job = scene.claim()

    following = scene.claim(successor_of=job)

    assert following.startswith("ann")
    assert scene.claim() == ""
    scene.fair.settle(job, 10_000)
    assert scene.claim() == ""
    scene.fair.settle(following, 10_000)
    assert scene.claim().startswith("ann")


def test_only_the_users_own_successor_profits_from_what_ends():
    scene = Scene()
    scene.ask("ann", 1, share=capped(user=1))
    scene.ask("ben", 3, share=capped(user=1))
    of_ann, of_ben = scene.claim(), scene.claim()
    assert (of_ann[:3], of_ben[:3]) == ("ann", "ben")

    assert scene.claim(successor_of=of_ann) == ""
    assert scene.claim(successor_of=of_ben).startswith("ben")


@pytest.mark.parametrize("cycles", [1, 50])
def test_caps_that_come_and_go_cost_who_is_passed_over_the_slack_once(cycles):
    scene = Scene(policy(slack_s=30))
    scene.ask("ann", 5, tenant="one", needs="cold", person="ann", share=capped(person=1))
    scene.ask("ben", 100, tenant="one", needs="warm")
    scene.ask("ann", 100, tenant="two", needs="else", person="ann", share=capped(person=1))
    scene.lay({"cold": ("main",), "warm": ("main",), "else": ("side",)}, {"gpu": "main", "aside": "side"})
    start = scene.user("ann", "one").tags["main"]

    served = scene.serve(3, warm=("warm",))
    for _ in range(cycles):
        job = scene.claim("aside")
        assert "ann" not in [name for _, name in scene.fair.line("main", "one")]
        scene.fair.settle(job, 10_000)

    assert served == ["ben"] * 3
    assert scene.user("ann", "one").tags["main"] - start < 1000
    assert scene.serve(2, warm=("warm",)) == ["ben", "ann"]


def test_who_reached_a_cap_on_waiting_jobs_is_refused_by_its_name():
    scene = Scene()
    for tenant in ("one", "two"):
        scene.ask("ann", 2, tenant=tenant, person="ann")
    order = next(iter(scene.fair.orders.values()))

    def refused(**caps):
        return scene.fair.full(order, Share(waiting=Caps(**caps)))

    assert refused(user=2) == "user"
    assert refused(user=3) is None
    assert refused(person=4) == "person"
    assert refused(person=5) is None
    assert refused(tenant=2) == "tenant"
    assert refused(everybody=4) == "everybody"
    assert refused() is None
