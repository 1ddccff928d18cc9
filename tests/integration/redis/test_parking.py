"""Who adds a job makes a claim that waits, exactly as it would be made afterwards; and what may go wrong."""

import asyncio
import random
from contextlib import asynccontextmanager

import pytest

from adapters.redis.opening import open_redis
from adapters.redis.scripts import Scripts
from bot.shares import Caps, FairPolicy, Share
from tests.fakes.memory_store import MemoryStore
from tests.integration.redis import ALICE, BOB, MOVABLE, START_MS, job, movable_pool, new_pool
from tests.integration.redis.invariants import faults
from tests.integration.redis.ledger import ledger, ledger_of
from tests.integration.redis.test_gathering import LANES, SERVERS, orders

LONG_S, LONG_MS = 20, 20_000
LEASE_MS = 30_000


@pytest.fixture
async def pool(engine_url):
    async with asyncio.timeout(3 * LONG_S), movable_pool(engine_url) as (opened, _):
        yield opened


async def parked(pool):
    return sorted(who.decode().split("/")[0] for who in await pool.edge.ask("HKEYS", pool.edge.keys.key("parked")))


async def until_parked(pool, servers):
    while await parked(pool) != sorted(servers):
        pass


async def park_for(pool, process, server="gpu-1", nonce="n", *, warm=(), speed=1000, patience=LONG_MS):
    """Park a claim as another process does, which may hear nothing."""
    words = (patience, process, server, nonce, LEASE_MS, speed, "", "", *warm)
    await pool.edge.run("claim", len(words), *words)


@asynccontextmanager
async def deaf(pool, *also):
    """Subscribe for a process that takes no notice of what it hears, and to other channels."""
    subscriber = pool.edge.client.pubsub()
    channels = [pool.edge.keys.key("given", "deaf"), *map(pool.edge.keys.key, also)]
    await subscriber.subscribe(*channels)
    try:
        for _ in channels:
            assert await subscriber.get_message(timeout=LONG_S)
        yield subscriber
    finally:
        await subscriber.aclose()


async def heard(subscriber):
    """Return what is said next."""
    message = await subscriber.get_message(timeout=LONG_S)
    return message["data"]


async def state_of(pool, asked):
    return (await pool.store.read(asked.job.id)).state.value


@pytest.mark.parametrize("by_users", [False, True])
@pytest.mark.parametrize("seed", range(3))
async def test_a_claim_that_waited_counts_as_if_it_came_after_the_job(engine_url, seed, by_users):
    chance, policy = random.Random(seed), FairPolicy(by_users=by_users)
    fake = MemoryStore(clock=lambda: START_MS, policy=policy)
    async with (
        asyncio.timeout(60),
        open_redis(engine_url, pool=await new_pool(engine_url), scripts=Scripts(MOVABLE, policy)) as pool,
        deaf(pool),
    ):
        await pool.edge.ask("SET", pool.edge.keys.key("clock"), START_MS)
        assert await fake.lay(LANES) == await pool.lanes.lay(LANES)
        waiting, held, given = {}, [], 0
        for number, (asked, share) in enumerate(orders(chance)):
            free = [server for server in SERVERS[:12] if server not in waiting]
            for server in chance.sample(free, k=min(len(free), chance.choice([0, 0, 1, 4]))):
                named = {"warm": chance.choice([(), ("ink",), ("oil", "ink")]), "speed": chance.choice([700, 1000])}
                if found := await fake.claim(server, f"{number}", **named):
                    assert await claimed(pool, server, f"{number}", named) == found.lease
                    held.append(found.lease)
                else:
                    await park_for(pool, "deaf", server, f"{number}", **named)
                    waiting[server] = (f"{number}", named)
            assert await parked(pool) == sorted(waiting)

            assert await fake.enqueue(asked, share=share) == await pool.queue.enqueue(asked, share=share)
            for server in waiting.keys() - set(await parked(pool)):
                nonce, named = waiting.pop(server)
                given += 1
                found = await fake.claim(server, nonce, **named)
                assert await claimed(pool, server, nonce, named) == found.lease
                held.append(found.lease)
            if held and chance.random() < 0.3:
                lease = held.pop(chance.randrange(len(held)))
                for queue in (fake, pool.queue):
                    assert await queue.fail(lease, code="c", sentence="s", gpu_ms=9000)
            assert await ledger(pool) == ledger_of(fake.fair)
        assert given > 5
        assert await faults(pool, policy) == []


async def claimed(pool, server, nonce, named):
    return (await pool.queue.claim(server, nonce, **named)).lease


async def test_an_answer_that_was_lost_is_told_again_to_the_same_nonce(pool):
    async with deaf(pool):
        await park_for(pool, "deaf")
        asked = await pool.queue.enqueue(job())
    again = await pool.queue.claim("gpu-1", "n")

    assert (again.record.job.id, again.lease.fence, list(again.others)) == (asked.job.id, 1, [])


async def test_a_process_that_was_killed_is_given_nothing(pool):
    await park_for(pool, "killed")
    asked = await pool.queue.enqueue(job())

    assert await state_of(pool, asked) == "queued"
    assert await parked(pool) == []


async def test_a_claim_that_is_cancelled_is_taken_away_at_once(pool):
    async with asyncio.TaskGroup() as group:
        leaving = group.create_task(pool.queue.claim("gpu-1", "n", patience_s=LONG_S))
        await until_parked(pool, ["gpu-1"])
        leaving.cancel()
        await until_parked(pool, [])


async def test_a_claim_that_is_cancelled_in_its_call_holds_nothing(pool):
    asked = await pool.queue.enqueue(job())
    async with asyncio.TaskGroup() as group:
        leaving = group.create_task(pool.queue.claim("gpu-1", "n"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # it is on its way
        leaving.cancel()
        await asyncio.wait([leaving])
        again = await pool.queue.claim("gpu-2", "n", patience_s=LONG_S)
    assert (again.record.job.id, again.lease.attempt) == (asked.job.id, 1)


async def test_a_pool_that_closes_leaves_nobody_a_job_however_many_waited(engine_url):
    name = await new_pool(engine_url)
    async with asyncio.timeout(3 * LONG_S), open_redis(engine_url, pool=name) as other:
        async with open_redis(engine_url, pool=name) as pool, asyncio.TaskGroup() as group:
            claims = [
                group.create_task(pool.queue.claim(f"gpu-{number}", "n", patience_s=LONG_S)) for number in range(300)
            ]
            await until_parked(pool, [f"gpu-{number}" for number in range(300)])
            given = [await other.queue.enqueue(job())]
            for claim in claims:
                claim.cancel()
            given += await asyncio.gather(*(other.queue.enqueue(job()) for _ in claims[1:]))
        answered = sum(not claim.cancelled() for claim in claims)

        states = [await state_of(other, asked) for asked in given]
        assert states.count("queued") == len(given) - answered
        assert await parked(other) == []


async def test_a_claim_that_says_too_much_is_woken(pool):
    said = [f"model{number:060}" for number in range(100)]
    async with asyncio.TaskGroup() as group:
        claim = group.create_task(pool.queue.claim("gpu-1", "n", patience_s=LONG_S, warm=said))
        while not claim.done():
            await pool.queue.enqueue(job())
            await asyncio.sleep(0)
            assert await parked(pool) == []
    assert await claim


async def test_nothing_stays_of_claims_that_waited(pool):
    for number in range(3):
        assert await pool.queue.claim(f"gpu-{number}", "n", warm=("ink", "oil"), patience_s=0.01) is None
    async with asyncio.TaskGroup() as group:
        claim = group.create_task(pool.queue.claim("gpu-1", "n", warm=("ink",), patience_s=LONG_S))
        await until_parked(pool, ["gpu-1"])
        await pool.queue.enqueue(job(requester=ALICE))
    assert await claim

    tag = pool.edge.keys.key("pool").rpartition(":")[0]
    found = [key async for key in pool.edge.client.scan_iter(match=f"{tag}:*")]
    assert not [key for key in found if key.decode().split(":")[2] in {"parked", "patience", "bay"}]


async def test_whose_patience_ended_is_forgotten_when_somebody_else_waits(engine_url):
    async with asyncio.timeout(LONG_S), movable_pool(engine_url) as (pool, advance):
        await park_for(pool, "killed", server="gone")
        await advance(LONG_MS)
        await park_for(pool, "killed", server="new")
        assert await parked(pool) == ["new"]


async def test_a_cap_that_is_lifted_by_a_job_gives_all_who_wait_what_may_run_now(pool):
    for _ in range(6):
        await pool.queue.enqueue(job(), share=Share(running=Caps(user=1)))
    assert await pool.queue.claim("busy", "n")
    servers = [f"gpu-{number}" for number in range(6)]
    async with deaf(pool, "wake") as woken:
        for server in servers:
            await park_for(pool, "deaf", server)
        await pool.queue.enqueue(job(), share=Share())
        assert [await heard(woken) for _ in range(5)] == [b"any"] * 5


async def test_who_waits_is_left_alone_by_jobs_of_a_community_that_may_run_no_more(pool):
    share = Share(running=Caps(tenant=1))
    await pool.queue.enqueue(job(), share=share)
    assert await pool.queue.claim("busy", "n")
    async with deaf(pool):
        await park_for(pool, "deaf")
        await pool.queue.enqueue(job(requester=BOB), share=share)
        assert await parked(pool) == ["gpu-1"]


@pytest.mark.parametrize("patience", [10**16, 10**300, "inf", -1, "nan"])
async def test_no_patience_that_somebody_asked_for_keeps_a_job_from_being_added(pool, patience):
    async with deaf(pool):
        await park_for(pool, "deaf", patience=patience)
        asked = await pool.queue.enqueue(job())
    assert (await pool.queue.claim("gpu-1", "n")).record.job.id == asked.job.id
    assert await parked(pool) == []
