"""The promises about whose turn it is; bot/fairshare.py says how, tests/integration/redis/differential.py compares."""

from collections import Counter
from dataclasses import replace
from itertools import count

import pytest

from bot.jobs import Place, Requester, Tenant
from bot.ports import LaneTable
from bot.shares import Caps, Share
from tests.integration.redis import claimed, job, running

_nonces = count()


def somebody(name, tenant="guild"):
    return Requester(tenant=Tenant(platform="local", id=tenant), id=name, name=name)


def asked(who, *, ms=8000, needs="", priority=0):
    made = job(requester=who, estimate_ms=ms)
    return replace(made, requirement=needs, priority=priority, place=Place(tenant=who.tenant, channel="studio"))


async def waits(truth, who, times=1, *, share=None, **named):
    """Have somebody wait with some jobs."""
    jobs = [asked(who, **named) for _ in range(times)]
    for each in jobs:
        await truth.queue.enqueue(each, share=share or Share())
    return jobs


async def served(truth, times, *, server="gpu-1", **named):
    """Serve so many jobs, one after another, and tell whose they were."""
    names = []
    for _ in range(times):
        held = await truth.queue.claim(server, f"serving {next(_nonces)}", **named)
        names.append(held.record.job.requester.id)
        await truth.queue.record(held.lease, run_id="run")
        await truth.queue.succeed(held.lease, files=(), gpu_ms=held.record.job.estimate_ms)
    return names


async def test_who_has_twice_the_weight_has_twice_the_time(truth):
    await waits(truth, somebody("double"), 40, share=Share(weight=2000))
    await waits(truth, somebody("single"), 40)

    names = Counter(await served(truth, 30))

    assert (names["double"], names["single"]) == (20, 10)


async def test_communities_share_by_their_weights_however_many_their_members(truth):
    for number in range(10):
        await waits(truth, somebody(f"a{number}", "crowd"), 5)
    await waits(truth, somebody("b", "pair"), 30)

    names = await served(truth, 20)

    assert 9 <= names.count("b") <= 11


async def test_it_is_time_that_is_shared_and_not_jobs(truth):
    await waits(truth, somebody("long"), 20, ms=40_000)
    await waits(truth, somebody("short"), 40, ms=10_000)

    names = Counter(await served(truth, 25))

    assert names["short"] == 4 * names["long"]


async def test_a_newcomer_waits_for_no_hog(truth):
    await waits(truth, somebody("hog"), 100)
    await served(truth, 10)

    await waits(truth, somebody("newcomer"))

    assert "newcomer" in await served(truth, 2)


async def test_whoever_was_away_has_saved_nothing(truth):
    await waits(truth, somebody("early"), 1)
    await waits(truth, somebody("steady"), 40)
    await served(truth, 20)

    await waits(truth, somebody("early"), 20)

    names = await served(truth, 10)
    assert 4 <= names.count("early") <= 6


async def test_a_priority_sorts_ones_own_jobs_and_nobody_elses(truth):
    [first], [urgent] = await waits(truth, somebody("a")), await waits(truth, somebody("a"), priority=5)
    await waits(truth, somebody("b"), 4)
    assert (await truth.queue.position(first.id)).jobs >= 1

    lease = await claimed(truth)

    assert lease.job_id == urgent.id
    assert (await truth.store.read(urgent.id)).job.priority == 5
    assert await served(truth, 1) == ["b"]


async def test_many_tiny_jobs_cost_something(truth):
    await waits(truth, somebody("tiny"), 60, ms=1)
    await waits(truth, somebody("usual"), 60, ms=1000)

    names = Counter(await served(truth, 40))

    assert names["tiny"] == names["usual"]


async def test_what_was_charged_too_much_comes_back_and_is_no_credit(truth):
    """Whose jobs take a tenth of what they were quoted at runs as often as that allows, and no oftener later."""
    await waits(truth, somebody("quick"), 60, ms=10_000)
    await waits(truth, somebody("exact"), 60, ms=10_000)
    for _ in range(20):
        held = await truth.queue.claim("gpu-1", f"n{next(_nonces)}")
        await truth.queue.record(held.lease, run_id="run")
        used = 1000 if held.record.job.requester.id == "quick" else 10_000
        await truth.queue.succeed(held.lease, files=(), gpu_ms=used)

    names = Counter(await served(truth, 20))

    assert 8 <= names["exact"] <= 12


async def test_a_fault_of_the_server_is_not_charged(truth):
    await waits(truth, somebody("unlucky"), 20, ms=60_000)
    await waits(truth, somebody("other"), 20, ms=60_000)
    while (held := await truth.queue.claim("gpu-1", f"n{next(_nonces)}")).record.job.requester.id != "unlucky":
        await truth.queue.record(held.lease, run_id="run")
        await truth.queue.succeed(held.lease, files=(), gpu_ms=60_000)
    await truth.queue.record(held.lease, run_id="run")
    await truth.queue.fail(held.lease, code="x", sentence="y", gpu_ms=60_000, server_fault=True)

    assert await served(truth, 1) == ["unlucky"]


@pytest.mark.parametrize("whose", ["user", "person", "tenant"])
async def test_the_successor_of_a_running_job_needs_no_room_of_its_own(truth, whose):
    await waits(truth, somebody("a"), 3, share=Share(running=Caps(**{whose: 1})))
    lease = await running(truth)
    assert await truth.queue.claim("gpu-1", "no room") is None

    held = await truth.queue.claim("gpu-1", "successor", successor_of=lease)

    assert held is not None
    assert not held.others
    assert await truth.queue.claim("gpu-2", "still no room") is None
    again = await truth.queue.claim("gpu-1", "successor", successor_of=lease)
    assert again == held


async def test_a_model_that_is_loaded_goes_first_within_the_slack(truth):
    """Thirty seconds of it: three jobs of ten."""
    await waits(truth, somebody("a"), 10, ms=10_000, needs="flux.1")
    await waits(truth, somebody("b"), 10, ms=10_000, needs="sdxl.1")

    names = await served(truth, 8, warm=["sdxl"])

    assert names[0] == "b"
    assert names.count("b") > names.count("a") > 0
    assert (await served(truth, 8)).count("a") >= 3


async def test_ones_own_first_job_is_not_passed_for_ever(truth):
    [first] = await waits(truth, somebody("a"), ms=10_000, needs="flux.1")
    others = await waits(truth, somebody("a"), 10, ms=10_000, needs="sdxl.1")

    taken = [(await claimed_warm(truth, "sdxl")).job_id for _ in range(5)]

    assert taken == [others[0].id, others[1].id, others[2].id, first.id, others[3].id]


async def claimed_warm(truth, *models):
    held = await truth.queue.claim("gpu-1", f"n{next(_nonces)}", warm=models)
    return held.lease


async def test_a_position_tells_how_often_others_come_first(truth):
    await waits(truth, somebody("hog"), 50)
    mine = await waits(truth, somebody("me"), 2)

    first, second = [await truth.queue.position(each.id) for each in mine]

    assert first.jobs <= 1
    assert second.jobs <= 3
    assert first.lane == second.lane == "any"
    assert second.gpu_ms == second.jobs * 8000


async def test_a_position_tells_whose_cap_is_why_nothing_takes_a_job(truth):
    _, second = await waits(truth, somebody("me"), 2, share=Share(running=Caps(user=1)))
    await running(truth)

    position = await truth.queue.position(second.id)

    assert (position.lane, position.capped, position.jobs) == (None, "user", 0)


async def test_a_capped_user_is_no_hindrance_to_those_behind(truth):
    await waits(truth, somebody("hog"), 500, share=Share(running=Caps(user=1)))
    await waits(truth, somebody("b"))

    owners = [(await truth.store.read((await claimed(truth)).job_id)).job.requester.id for _ in range(2)]

    assert sorted(owners) == ["b", "hog"]
    assert await truth.queue.claim("gpu-1", "n") is None


async def test_lanes_that_are_laid_anew_keep_everybodys_jobs_and_turns(truth):
    await truth.lanes.lay(LaneTable(servers={"gpu-1": "1"}, routes={"m.1": ("1",)}))
    await waits(truth, somebody("a"), 6, needs="m.1")
    await waits(truth, somebody("b"), 6, needs="m.1")
    await served(truth, 2)

    laid = await truth.lanes.table()
    await truth.lanes.lay(replace(laid, servers={"gpu-1": "2"}, routes={"m.1": ("2",)}))
    while await truth.lanes.tend():
        pass

    names = Counter(await served(truth, 10))
    assert (names["a"], names["b"]) == (5, 5)
    assert await truth.queue.claim("gpu-1", "n") is None
