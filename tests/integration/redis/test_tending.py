"""Tending recounts what is counted, whoever made it wrong, and makes nothing worse whenever it comes."""

from dataclasses import replace
from random import Random

import pytest

from adapters.redis import lanes as lanes_module
from adapters.redis.lanes import AT_REST_MS, BETWEEN_PASSES_MS
from bot.jobs import Place, Requester, Tenant
from bot.ports import LaneTable
from bot.shares import Caps, Share
from tests.integration.redis import claimed, job, movable_pool, running, truth_of
from tests.integration.redis.invariants import faults
from tests.integration.redis.ledger import ledger

pytestmark = pytest.mark.cluster_too

TABLE = LaneTable(servers={"gpu-1": "1"}, routes={"m.1": ("1", "2"), "m.2": ("2",)})


@pytest.fixture
async def pool_and_truth(engine_url):
    async with movable_pool(engine_url) as (pool, advance):
        yield pool, truth_of(pool, advance)


async def filled(truth, *, share=None):
    """Have three people of two tenants wait with eight jobs each, and two jobs be held."""
    for tenant in ("a", "b"):
        for user in ("1", "2", "3"):
            who = Requester(tenant=Tenant(platform="local", id=tenant), id=user, name=user)
            for needs in ("m.1", "m.2", "", "m.1"):
                asked = replace(job(requester=who), requirement=needs, place=Place(tenant=who.tenant, channel="x"))
                await truth.queue.enqueue(asked, share=share or Share())
    await running(truth)
    await claimed(truth)


async def tended(pool, advance):
    """Let a pass begin, and end."""
    await advance(BETWEEN_PASSES_MS)
    calls = 1
    while await pool.lanes.tend():
        calls += 1
    return calls


def key_of(pool, name):
    return pool.edge.keys.key("pool").removesuffix("pool") + name


WRONG = {
    "a user's waiting": ("HSET", "user:local/a/1", "waiting", 70),
    "a user's leased": ("HSET", "user:local/a/2", "leased", 9),
    "a user's backlog": ("HSET", "user:local/a/2", "backlog", 1),
    "what waits with a requirement": ("HSET", "user:local/b/1", "+m.1", 5),
    "a requirement that is forgotten": ("HDEL", "user:local/b/1", "+m.2"),
    "a person's leased": ("HSET", "person:local/1", "leased", 3),
    "a person's waiting": ("HSET", "person:local/1", "waiting", 0),
    "a tenant's leased": ("HSET", "tenant:local/a", "leased", 40),
    "a tenant's waiting": ("HSET", "tenant:local/b", "waiting", 0),
    "a tenant's crowd": ("HSET", "tenant:local/b", "crowd", 1),
    "how many sit in a lane": ("HSET", "tenant:local/b", "#any", 77),
    "the pool's waiting": ("HSET", "pool", "waiting", -4),
    "who stands in a tenant's line": ("DEL", "line:any:local/a"),
    "who stands in the line of tenants": ("ZREM", "line:any", "local/b"),
    "who stands in a line elsewhere": ("ZADD", "line:any", 5_000_000, "local/a"),
    "a rota": ("ZREM", "rota:m", "local/a/3"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_what_is_counted_wrong_is_counted_anew(pool_and_truth, what):
    pool, truth = pool_and_truth
    await filled(truth, share=Share(running=Caps(user=9, person=9, tenant=40)))
    command, name, *arguments = WRONG[what]
    await pool.edge.ask(command, key_of(pool, name), *arguments)
    assert await faults(pool)

    await tended(pool, truth.advance)

    assert await faults(pool) == []


async def test_where_nothing_is_wrong_nothing_is_changed(pool_and_truth):
    pool, truth = pool_and_truth
    await filled(truth, share=Share(running=Caps(person=1)))
    before = await ledger(pool)

    await tended(pool, truth.advance)
    await tended(pool, truth.advance)

    assert await ledger(pool) == before
    assert await faults(pool) == []


async def test_tending_may_come_in_the_middle_of_everything(pool_and_truth, monkeypatch, seed):
    pool, truth = pool_and_truth
    monkeypatch.setattr(lanes_module, "WORK", 2)
    chance, leases = Random(seed), []
    for number in range(150):
        who = Requester(tenant=Tenant(platform="local", id=chance.choice("ab")), id=chance.choice("1234"), name="")
        match chance.randrange(6):
            case 0 | 1:
                asked = replace(job(requester=who), requirement=chance.choice(["", "m.1", "m.2"]))
                await truth.queue.enqueue(asked, share=Share(running=Caps(person=chance.choice([None, 1, 2]))))
            case 2:
                held = await truth.queue.claim("gpu-1", f"n{number}")
                leases += [held.lease] if held else []
            case 3 if leases:
                await truth.queue.fail(leases.pop(), code="x", sentence="y")
            case 4:
                await truth.advance(BETWEEN_PASSES_MS if number % 3 else 1)
                await pool.lanes.tend()
            case 5 if chance.random() < 0.3:
                laid = await pool.lanes.table()
                await pool.lanes.lay(
                    replace(TABLE, version=laid.version, routes=dict(chance.sample([*TABLE.routes.items()], 1)))
                )
    await tended(pool, truth.advance)

    assert await faults(pool) == []


async def test_a_pass_goes_on_where_another_process_stopped(pool_and_truth, monkeypatch):
    pool, truth = pool_and_truth
    monkeypatch.setattr(lanes_module, "WORK", 2)
    await filled(truth)
    await pool.lanes.lay(TABLE)

    assert [await pool.lanes.tend() for _ in range(7)] == [True] * 5 + [False, False]

    assert await faults(pool) == []
    assert not await pool.lanes.tend()
    await truth.advance(BETWEEN_PASSES_MS)
    assert await pool.lanes.tend()


async def test_somebody_with_a_great_many_jobs_costs_no_more_than_others(pool_and_truth, monkeypatch):
    """Their count is right all the same; what their jobs take is told from the first ones, if the count was wrong."""
    pool, truth = pool_and_truth
    monkeypatch.setattr(lanes_module, "COUNTED_JOBS", 10)
    for _ in range(40):
        await truth.queue.enqueue(job(estimate_ms=3_000))
    alice = key_of(pool, "user:local/local/alice")

    await pool.edge.ask("HSET", alice, "backlog", 1)
    await tended(pool, truth.advance)
    assert await pool.edge.ask("HMGET", alice, "waiting", "backlog") == [b"40", b"1"]

    await pool.edge.ask("HSET", alice, "waiting", 7)
    await tended(pool, truth.advance)
    assert await pool.edge.ask("HMGET", alice, "waiting", "backlog") == [b"40", b"120000"]


async def test_one_script_does_no_more_work_than_it_may(pool_and_truth, monkeypatch):
    pool, truth = pool_and_truth
    monkeypatch.setattr(lanes_module, "WORK", 100)
    for tenant in ("a", "b", "c"):
        who = Requester(tenant=Tenant(platform="local", id=tenant), id="1", name="")
        for _ in range(60):
            await truth.queue.enqueue(job(requester=who))

    assert await tended(pool, truth.advance) == 2  # two users are more than a hundred jobs and lanes

    assert await faults(pool) == []


async def test_sums_are_right_after_a_pass_in_many_steps(pool_and_truth, monkeypatch):
    pool, truth = pool_and_truth
    monkeypatch.setattr(lanes_module, "WORK", 1)
    await filled(truth)
    for name in ("pool", "tenant:local/a", "tenant:local/b"):
        await pool.edge.ask("HSET", key_of(pool, name), "waiting", 99)
    await pool.edge.ask("HSET", key_of(pool, "tenant:local/a"), "crowd", 5)
    await pool.edge.ask("HSET", key_of(pool, "wanted"), "m.1", 50, "m.9", 3)

    assert await tended(pool, truth.advance) > 5

    assert await faults(pool) == []


async def test_who_is_at_rest_is_forgotten_after_a_day_unless_they_come_back(pool_and_truth):
    pool, truth = pool_and_truth
    await truth.queue.enqueue(job())
    await truth.queue.fail(await running(truth), code="x", sentence="y")
    keys = [key_of(pool, name) for name in ("user:local/local/alice", "tenant:local/local", "person:local/alice")]

    await tended(pool, truth.advance)
    for key in keys:
        assert 0 < await pool.edge.ask("PTTL", key) <= AT_REST_MS

    await truth.queue.enqueue(job())
    for key in keys:
        assert await pool.edge.ask("PTTL", key) == -1
    assert await pool.edge.ask("ZRANGE", key_of(pool, "active"), 0, -1) == [b"local/local/alice"]


async def test_a_requirement_is_known_for_a_day_and_while_a_job_waits_with_it(pool_and_truth):
    pool, truth = pool_and_truth
    await truth.queue.enqueue(replace(job(), requirement="m.1"))
    for name in ("m.1", "m.2"):
        await pool.lanes.require(name, b"meaning")

    await truth.advance(lanes_module.REQUIRED_MS)

    assert await pool.lanes.requirements() == {"m.1": b"meaning"}


async def test_of_too_many_requirements_the_one_kept_longest_ago_that_no_job_waits_with_goes(
    pool_and_truth, monkeypatch
):
    pool, truth = pool_and_truth
    monkeypatch.setattr(lanes_module, "KNOWN", 3)
    await truth.queue.enqueue(replace(job(), requirement="m.0"))
    for number in (0, 1, 2, 3, 1, 4):
        await pool.lanes.require(f"m.{number}", b"meaning")
        await truth.advance(1)

    assert {*await pool.lanes.requirements()} == {"m.0", "m.1", "m.4"}
    assert await faults(pool) == []


async def test_lanes_laid_again_after_a_lost_answer_are_laid(pool_and_truth):
    pool, _ = pool_and_truth

    assert await pool.lanes.lay(TABLE)
    assert await pool.lanes.lay(TABLE)
    assert not await pool.lanes.lay(replace(TABLE, servers={}))
