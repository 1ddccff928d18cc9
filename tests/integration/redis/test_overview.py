"""What the operator sees: the same on Redis as in the model, whatever happened before."""

import asyncio
from dataclasses import replace
from random import Random

import pytest

from bot.jobs import Requester, Tenant
from bot.overview import Facts, next_jobs
from bot.shares import FairPolicy
from tests.integration.redis import job, movable_pool
from tests.integration.redis.differential import drawn
from tests.integration.redis.histories import History
from tests.integration.redis.sides import redis_side

OPERATIONS, LOOKED_AT = 600, 40


@pytest.mark.cluster_too
@pytest.mark.parametrize("policy", [FairPolicy(refund_ms=0), FairPolicy(refund_ms=0, by_users=True)])
@pytest.mark.parametrize("seed", [1, 3, 5])
async def test_the_queue_looks_as_the_model_says(engine_url, policy, seed):
    seen = 0
    async with redis_side(engine_url, policy) as side:
        history = History(policy=policy)
        await side.begin()
        for number, (verb, numbers) in enumerate(drawn(Random(seed), OPERATIONS)):
            call = history.choose(verb, numbers)
            if call:
                history.ask(call)
                await side.ask(call)
            if number % LOOKED_AT == 0 and history.tending.through:
                limit = 2 + number % 3
                facts = await side.pool.overview.facts(limit=limit)
                assert facts == await history.fake.facts(limit=limit)
                for only in {each.tenant for each in facts.communities}:
                    found = await side.pool.overview.facts(limit=limit, only=only)
                    assert {each.tenant for each in found.communities} <= {only}
                    assert found == await history.fake.facts(limit=limit, only=only)
                seen += bool(next_jobs(facts, limit))
    assert seen > 3


@pytest.mark.cluster_too
async def test_names_are_told_as_people_wrote_them_however_long_their_ids_are(engine_url):
    guild = Tenant(platform="discord", id="x/y " * 40)
    ann = Requester(tenant=guild, id="ann:" * 40, name="Änn [b]")
    async with movable_pool(engine_url) as (pool, _):
        asked = replace(job(requester=ann), requirement="sd.1,5")
        await pool.queue.enqueue(asked)

        facts = await pool.overview.facts(limit=10)

    [community] = facts.communities
    assert community.tenant == guild
    [member] = community.members
    assert (member.name, [each.id for each in member.jobs]) == ("Änn [b]", [asked.id])


async def test_a_pool_in_which_nothing_happened_is_empty(engine_url):
    async with movable_pool(engine_url) as (pool, _):
        facts = await pool.overview.facts(limit=10)

    assert facts == Facts(lanes=[], communities=[], waiting=0, running=0, weight=0, used_ms=0)


async def test_of_a_great_many_the_first_are_listed_and_all_are_counted(engine_url):
    async with movable_pool(engine_url) as (pool, _):
        tenants = [Tenant(platform="discord", id=f"guild {number}") for number in range(30)]
        people = [Requester(tenant=tenant, id=f"{number}", name="A") for tenant in tenants for number in range(4)]
        await asyncio.gather(*(pool.queue.enqueue(job(requester=who)) for who in people for _ in range(3)))

        facts = await pool.overview.facts(limit=5)

    assert (facts.waiting, facts.weight, len(facts.communities)) == (360, 30_000, 5)
    assert {len(each.members) for each in facts.communities} == {4}
    [lane] = facts.lanes
    assert (lane.waiting, lane.waiting_ms) == (360, 360 * 8000)
