"""Many calls in one script come to what the same calls come to one after the other."""

import asyncio
import random
from dataclasses import replace

import pytest

from adapters.redis.opening import open_redis
from adapters.redis.scripts import Scripts
from bot.jobs import Requester, Tenant, run_id_of
from bot.leases import LaneTable
from bot.shares import Caps, FairPolicy, Share
from tests.fakes.memory_store import MemoryStore
from tests.integration.redis import MOVABLE, START_MS, job, new_pool
from tests.integration.redis.invariants import faults
from tests.integration.redis.ledger import ledger, ledger_of

SERVERS = [f"gpu{number}" for number in range(40)]
LANES = LaneTable(
    servers={server: "ab"[number % 2] for number, server in enumerate(SERVERS)},
    routes={"": ("a", "b"), "ink.fine": ("a", "b"), "oil.fine": ("b",)},
)


def orders(chance):
    """Return jobs of few people with their shares."""
    for _ in range(120):
        tenant = Tenant(platform="discord", id=chance.choice("xyz"))
        who = Requester(tenant=tenant, id=chance.choice("abcd"), name="N")
        cap = chance.choice([None, None, 3])
        share = Share(weight=chance.choice([500, 1000, 3000]), running=Caps(user=cap, person=cap))
        asked = job(requester=who, estimate_ms=chance.choice([500, 8_000, 30_000]))
        yield replace(asked, requirement=chance.choice(["", "ink.fine", "oil.fine"])), share


@pytest.mark.parametrize("by_users", [False, True])
@pytest.mark.parametrize("seed", range(4))
async def test_calls_that_are_carried_together_count_as_if_they_came_one_by_one(engine_url, seed, by_users):
    chance, policy = random.Random(seed), FairPolicy(by_users=by_users)
    fake = MemoryStore(clock=lambda: START_MS, policy=policy)
    async with open_redis(engine_url, pool=await new_pool(engine_url), scripts=Scripts(MOVABLE, policy)) as pool:
        await pool.edge.ask("SET", pool.edge.keys.key("clock"), START_MS)
        assert await fake.lay(LANES) == await pool.lanes.lay(LANES)
        for each, share in orders(chance):
            await fake.enqueue(each, share=share)
            await pool.queue.enqueue(each, share=share)
        for turn in range(3):
            warm = [chance.choice([(), ("ink",), ("oil", "ink")]) for _ in SERVERS]

            def claims(queue, turn=turn, warm=warm):
                return [
                    queue.claim(server, f"{turn}", warm=models) for server, models in zip(SERVERS, warm, strict=True)
                ]

            found = await asyncio.gather(*claims(pool.queue))
            assert found == [await each for each in claims(fake)]
            assert await ledger(pool) == ledger_of(fake.fair)
            held = [each.lease for each in found if each]
            used = [chance.randrange(60_000) for _ in held]

            def records(queue, held=held):
                return [queue.record(lease, run_id=run_id_of(lease.job_id, lease.attempt)) for lease in held]

            def ends(queue, held=held, used=used):
                return [queue.succeed(lease, files=(), gpu_ms=ms) for lease, ms in zip(held, used, strict=True)]

            for verbs in (records, ends, ends):
                assert await asyncio.gather(*verbs(pool.queue)) == [await each for each in verbs(fake)]
            assert await ledger(pool) == ledger_of(fake.fair)
        assert await faults(pool, policy) == []
