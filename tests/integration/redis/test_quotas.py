"""Quotas on the real thing: however many ask at once, as many are taken as the quota has room for."""

import asyncio
import random
from collections import Counter

import pytest

from bot.errors import QueueFull
from bot.policy.meters import Due, Entitlement, Take, charges_of, meters_of
from bot.policy.quotas import Per, Quota, Refill
from tests.integration.redis import ALICE, START_MS, job, movable_pool, run_of

pytestmark = pytest.mark.cluster_too

AT_ONCE, ROOM = 1000, 137
TAKE = Take(gpu_ms=8000, pictures=1)


def charges(refill=Refill.ROLLING, *, pictures=ROOM):
    """Return what a job of Alice's is charged."""
    quota = Quota(per=Per.DAY, refill=refill, gpu_s=AT_ONCE * 8, pictures=pictures)
    return charges_of(meters_of(Entitlement(member=Due(quotas=(quota,))), ALICE, START_MS), TAKE)


@pytest.mark.parametrize("refill", Refill)
async def test_a_thousand_at_once_take_exactly_the_quota(engine_url, refill):
    async with movable_pool(engine_url) as (pool, _):
        asked = [pool.queue.enqueue(job(), charges(refill)) for _ in range(AT_ONCE)]
        answers = await asyncio.gather(*asked, return_exceptions=True)

        assert Counter(type(each).__name__ for each in answers) == {"JobRecord": ROOM, "QueueFull": AT_ONCE - ROOM}
        found = await pool.counters.look([each.counter for each in charges(refill)])
        assert {each.count for each in found.values()} == {ROOM, ROOM * 8000}
        assert {each.held for each in found.values()} == {ROOM, ROOM * 8000}


async def test_what_is_refused_is_free_and_what_is_given_back_is_had_again(engine_url):
    async with movable_pool(engine_url) as (pool, _):
        jobs = [job() for _ in range(20)]

        async def ask(each):
            try:
                await pool.queue.enqueue(each, charges(pictures=5))
            except QueueFull:
                return False
            return True

        for _ in range(4):
            taken = [each for each in jobs if await ask(each)]
            assert len(taken) == 5
            for each in taken:
                await pool.queue.cancel(each.id)
            jobs = [job() for _ in range(20)]

        found = await pool.counters.look([each.counter for each in charges(pictures=5)])
        assert {each.count for each in found.values()} == {0}


async def test_no_order_of_endings_leaves_anything_held_or_more_than_was_used(engine_url):
    chance = random.Random(7)
    async with movable_pool(engine_url) as (pool, advance):
        jobs, used = [], {"gpu": 0, "pictures": 0}
        for _ in range(60):
            jobs.append(job(estimate_ms=8000))
            await pool.queue.enqueue(jobs[-1], charges())
        for each in chance.sample(jobs, 20):
            await pool.queue.cancel(each.id)
        while held := await pool.queue.claim("gpu-1", f"{chance.random()}"):
            gpu_ms, fault = chance.choice([0, 5000, 8000]), chance.random() < 0.3
            await pool.queue.record(held.lease, run_id=run_of(held.lease))
            await advance(1000)
            await pool.queue.fail(held.lease, code="x", sentence="y", gpu_ms=gpu_ms, server_fault=fault)
            used["gpu"] += 0 if fault else gpu_ms
            used["pictures"] += 0 if fault or not gpu_ms else 1

        found = await pool.counters.look([each.counter for each in charges()])

        assert {name.partition("/")[0]: each.count for name, each in found.items()} == used
        assert {each.held for each in found.values()} == {0}
