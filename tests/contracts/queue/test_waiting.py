"""The promises of a claim that waits."""

import asyncio
from dataclasses import replace
from math import inf, nan

import pytest

from bot.ports import ATTEMPTS, LaneTable
from bot.shares import Caps, Share
from tests.contracts.queue.test_fairness import asked, somebody
from tests.integration.redis import ALICE, job, run_of, running, state_of

LONG_S, LATE_S = 20, 0.05
WAITED_MS = LONG_S * 1000


async def waiting(truth, group, server="gpu-1", nonce="n", **named):
    """Begin a claim that waits, and give it the time to be there."""
    task = group.create_task(truth.queue.claim(server, nonce, **{"patience_s": LONG_S} | named))
    for _ in range(3):
        await asyncio.sleep(0)
        await truth.queue.position(job().id)  # there and back, behind the claim
    return task


async def first_of(tasks):
    done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    return [tasks.index(task) for task in done]


@pytest.fixture
async def group():
    async with asyncio.timeout(3 * LONG_S), asyncio.TaskGroup() as tasks:
        yield tasks


async def test_a_job_that_comes_is_given_to_who_waits(truth, group):
    claim = await waiting(truth, group)
    record = await truth.queue.enqueue(job())

    held = await claim

    assert record.state.value == "queued"
    assert (held.record.job, held.record.state.value, held.lease.server) == (record.job, "starting", "gpu-1")
    assert await truth.queue.record(held.lease, run_id=run_of(held.lease))
    assert await truth.queue.succeed(held.lease, files=())


async def test_a_job_that_was_there_is_not_waited_for(truth):
    await truth.queue.enqueue(job())
    assert await truth.queue.claim("gpu-1", "n", patience_s=LONG_S)


async def test_patience_ends(truth):
    assert await truth.queue.claim("gpu-1", "n", patience_s=LATE_S) is None

    asked = await truth.queue.enqueue(job())
    assert await state_of(truth, asked.job.id) == "queued"


@pytest.mark.parametrize("patience_s", [-5.0, nan, -inf])
async def test_no_sensible_patience_is_none(truth, patience_s):
    assert await truth.queue.claim("gpu-1", "n", patience_s=patience_s) is None


@pytest.mark.parametrize("patience_s", [1e10, inf])
async def test_who_would_wait_for_ever_stops_nobody(truth, group, patience_s):
    claim = await waiting(truth, group, patience_s=patience_s)
    records = [await truth.queue.enqueue(job()) for _ in range(2)]

    assert (await claim).record.job == records[0].job
    assert await state_of(truth, records[1].job.id) == "queued"


async def test_a_successor_is_not_waited_for(truth):
    await truth.queue.enqueue(job())
    lease = await running(truth)
    assert await truth.queue.claim("gpu-1", "successor", successor_of=lease, patience_s=LONG_S) is None

    asked = await truth.queue.enqueue(job())
    assert await state_of(truth, asked.job.id) == "queued"


async def test_two_who_wait_have_one_job_each(truth, group):
    claims = [await waiting(truth, group, f"gpu-{number}") for number in range(2)]
    for _ in claims:
        await truth.queue.enqueue(job())

    held = [await claim for claim in claims]

    assert [each.lease.server for each in held] == ["gpu-0", "gpu-1"]
    assert len({each.lease.job_id for each in held}) == 2


async def test_one_job_is_given_to_one_of_those_who_wait(truth, group):
    claims = [await waiting(truth, group, f"gpu-{number}") for number in range(3)]
    await truth.queue.enqueue(job())
    assert len(await first_of(claims)) == 1


async def test_somebody_capped_is_given_nothing_until_they_may_run(truth, group):
    share = Share(running=Caps(user=1))
    await truth.queue.enqueue(job(), share=share)
    lease = await running(truth, server="gpu-2")
    claim = await waiting(truth, group)

    capped = await truth.queue.enqueue(job(), share=share)
    assert await state_of(truth, capped.job.id) == "queued"

    await truth.queue.succeed(lease, files=())
    assert (await claim).record.job == capped.job


async def test_what_is_handed_back_is_given_to_who_waits(truth, group):
    await truth.queue.enqueue(job())
    lease = await running(truth, server="gpu-2")
    claim = await waiting(truth, group)

    await truth.queue.requeue(lease, costs_attempt=False)
    assert (await claim).lease.job_id == lease.job_id


async def test_who_has_the_model_loaded_goes_before_who_is_faster_and_who_is_faster_before_who_came_first(truth, group):
    claims = [
        await waiting(truth, group, "first"),
        await waiting(truth, group, "fast", speed=3000),
        await waiting(truth, group, "warm", warm=("other", "ink"), speed=500),
    ]
    for _ in claims:
        await truth.queue.enqueue(asked(ALICE, needs="ink.fine"))
        await truth.advance(1)

    jobs = [(await claim).record.job.created_ms for claim in claims]
    assert [sorted(jobs).index(each) for each in jobs] == [2, 1, 0]


@pytest.mark.parametrize("lanes", ["12", "21"])
async def test_of_equals_in_two_lanes_who_came_first_is_given_the_job(truth, group, lanes):
    await truth.lanes.lay(LaneTable(servers={"first": lanes[0], "later": lanes[1]}, routes={"a": ("1", "2")}))
    claims = [await waiting(truth, group, "first")]
    await truth.advance(1)
    claims.append(await waiting(truth, group, "later"))

    await truth.queue.enqueue(asked(somebody("a"), needs="a"))
    assert await first_of(claims) == [0]


async def test_who_waits_in_another_lane_is_given_nothing(truth, group):
    await truth.lanes.lay(LaneTable(servers={"one": "1", "two": "2"}, routes={"a": ("1",), "b": ("2",)}))
    claims = [await waiting(truth, group, "one"), await waiting(truth, group, "two")]

    await truth.queue.enqueue(asked(somebody("a"), needs="b"))
    assert await first_of(claims) == [1]


async def test_who_waited_when_lanes_were_laid_anew_takes_what_their_new_lane_has(truth):
    lanes = LaneTable(servers={"one": "1", "two": "2"}, routes={"a": ("1",), "b": ("2",)})
    await truth.lanes.lay(lanes)
    async with asyncio.timeout(LONG_S), asyncio.TaskGroup() as group:
        claim = group.create_task(truth.queue.claim("one", "n", patience_s=0.2))
        await asyncio.sleep(0)
        await truth.queue.position(job().id)
        await truth.lanes.lay(replace(lanes, version=1, servers={"one": "2", "two": "1"}))
        wanted, other = [await truth.queue.enqueue(asked(somebody("a"), needs=needs)) for needs in "ba"]

        held = await claim or await truth.queue.claim("one", "n")

    assert held.record.job == wanted.job
    assert await state_of(truth, other.job.id) == "queued"


async def test_who_left_is_given_nothing(truth, group):
    claim = await waiting(truth, group)
    claim.cancel()
    await asyncio.wait([claim])
    assert await truth.queue.claim("gpu-2", "n") is None  # comes behind the leaving

    asked = await truth.queue.enqueue(job())
    assert await state_of(truth, asked.job.id) == "queued"


async def test_what_was_given_to_somebody_who_leaves_goes_back_at_once_and_costs_nothing(truth, group):
    for _ in range(ATTEMPTS + 1):
        claim = await waiting(truth, group)
        await truth.queue.enqueue(asked := job())
        claim.cancel()
        await asyncio.wait([claim])
        if not claim.cancelled():  # it had its answer by then
            await truth.queue.requeue(claim.result().lease, costs_attempt=False)

        held = await truth.queue.claim("gpu-2", "n", patience_s=LONG_S)
        assert (held.record.job.id, held.lease.attempt) == (asked.id, 1)
        await truth.queue.fail(held.lease, code="c", sentence="s")


async def test_who_claims_again_waits_no_more_by_the_claim_before(truth, group):
    claim = await waiting(truth, group)
    claim.cancel()
    assert await truth.queue.claim("gpu-1", "n") is None

    asked = await truth.queue.enqueue(job())
    assert await state_of(truth, asked.job.id) == "queued"
