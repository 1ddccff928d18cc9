"""A record that is only half there, for whatever reason, stops nobody else: not who waits, not who looks."""

from dataclasses import replace

import pytest

from adapters.redis import overview as overview_module
from adapters.redis.keys import job_name
from adapters.redis.retention import Retention
from bot.jobs import Requester, Tenant, job_id_of
from bot.leases import Renewal
from tests.integration.redis import ALICE, BOB, claimed, job, movable_pool, running, state_of, truth_of

pytestmark = pytest.mark.cluster_too

GHOST = job_name(job_id_of("ghost", "1"))
LEASE_MS = 30_000


@pytest.fixture
async def pool_and_truth(engine_url):
    async with movable_pool(engine_url) as (pool, advance):
        yield pool, truth_of(pool, advance)


def key_of(pool, name):
    return pool.edge.keys.key("pool").removesuffix("pool") + name


async def test_a_lease_without_a_job_keeps_no_other_from_being_rescued_and_goes(pool_and_truth):
    pool, truth = pool_and_truth
    await pool.edge.ask("ZADD", key_of(pool, "leases"), 1, GHOST)
    await truth.queue.enqueue(job())
    lease = await running(truth)
    await truth.advance(LEASE_MS + 1)

    assert await truth.queue.rescue() == [lease.job_id]
    assert await pool.edge.ask("ZCARD", key_of(pool, "leases")) == 0


async def test_a_lease_of_a_job_that_waits_is_taken_away_and_the_job_is_claimed(pool_and_truth):
    pool, truth = pool_and_truth
    asked = job()
    await truth.queue.enqueue(asked)
    await pool.edge.ask("ZADD", key_of(pool, "leases"), 1, job_name(asked.id))

    assert await truth.queue.rescue() == []
    assert (await claimed(truth)).job_id == asked.id


async def test_a_held_job_whose_lease_is_not_there_is_told_again_to_the_same_nonce_and_kept(pool_and_truth):
    pool, truth = pool_and_truth
    await truth.queue.enqueue(job())
    first = await truth.queue.claim("gpu-1", "n")
    await pool.edge.ask("ZREM", key_of(pool, "leases"), job_name(first.lease.job_id))
    await truth.advance(1000)

    again = await truth.queue.claim("gpu-1", "n", patience_s=LEASE_MS / 1000)
    assert again.lease == replace(first.lease, expires_ms=first.lease.expires_ms + 1000)
    await truth.advance(LEASE_MS + 1)
    assert await truth.queue.rescue() == [first.lease.job_id]


async def test_a_held_job_whose_lease_is_not_there_is_kept_by_who_renews_it(pool_and_truth):
    pool, truth = pool_and_truth
    await truth.queue.enqueue(job())
    lease = await running(truth)
    await pool.edge.ask("ZREM", key_of(pool, "leases"), job_name(lease.job_id))

    assert await truth.queue.renew(lease, gpu_ms=0) is Renewal.HELD
    await truth.advance(LEASE_MS + 1)
    assert await truth.queue.rescue() == [lease.job_id]


async def test_a_held_job_whose_lease_is_not_there_ends_once_and_for_all(pool_and_truth):
    pool, truth = pool_and_truth
    await truth.queue.enqueue(job())
    lease = await running(truth)
    await pool.edge.ask("ZREM", key_of(pool, "leases"), job_name(lease.job_id))

    assert await truth.queue.succeed(lease, files=(), gpu_ms=5000)
    assert await state_of(truth, lease.job_id) == "succeeded"
    assert not await truth.queue.succeed(replace(lease, fence=lease.fence + 1), files=(), gpu_ms=5000)
    assert await truth.store.held_by(lease.server) == []


async def test_what_a_server_holds_is_told_without_what_is_not_there(pool_and_truth):
    pool, truth = pool_and_truth
    await truth.queue.enqueue(job())
    lease = await running(truth)
    await pool.edge.ask("HSET", key_of(pool, "held:gpu-1"), GHOST, "nonce")

    assert [each.lease.job_id for each in await truth.store.held_by("gpu-1")] == [lease.job_id]


async def test_a_job_without_its_text_is_read_by_nobody_and_everybody_else_is(pool_and_truth):
    pool, truth = pool_and_truth
    jobs = [job(), job()]
    for each in jobs:
        await truth.queue.enqueue(each)
    await pool.edge.ask("DEL", key_of(pool, f"payload:{job_name(jobs[0].id)}"))

    assert [each.job.id for each in await truth.store.of_requester(ALICE)] == [jobs[1].id]


@pytest.mark.parametrize("lost", ["job", "payload"])
async def test_an_ended_job_that_is_half_there_is_forgotten_like_any_other(pool_and_truth, lost):
    pool, truth = pool_and_truth
    jobs = [job(), job()]
    for each in jobs:
        await truth.queue.enqueue(each)
        await truth.queue.cancel(each.id)
    await pool.edge.ask("DEL", key_of(pool, f"{lost}:{job_name(jobs[0].id)}"))

    assert (await pool.retention.sweep(Retention(jobs=0))).jobs == 2
    for name in ("job", "payload"):
        assert not await pool.edge.ask("EXISTS", key_of(pool, f"{name}:{job_name(jobs[0].id)}"))
    assert await pool.edge.ask("ZCARD", key_of(pool, "ended")) == 0


async def test_who_sits_in_a_line_and_has_no_job_is_not_shown_and_everybody_else_is(pool_and_truth):
    pool, truth = pool_and_truth
    other = Requester(tenant=Tenant(platform="local", id="other"), id="eve", name="Eve")
    for who in (ALICE, BOB, other):
        await truth.queue.enqueue(job(requester=who))
    await pool.edge.ask("DEL", key_of(pool, "queue:local/local/alice:"))
    await pool.edge.ask("DEL", key_of(pool, "queue:local/other/eve:"))
    await pool.edge.ask("ZADD", key_of(pool, "leases"), 1, GHOST)

    facts = await pool.overview.facts(limit=10)

    [community] = facts.communities
    assert [member.name for member in community.members] == ["Bob"]


async def test_a_job_without_its_text_is_not_shown_and_everybody_else_is(pool_and_truth):
    pool, truth = pool_and_truth
    gone = job(requester=ALICE)
    for each in (gone, job(requester=BOB)):
        await truth.queue.enqueue(each)
    for name in ("payload", "job"):
        await pool.edge.ask("DEL", key_of(pool, f"{name}:{job_name(gone.id)}"))

    [community] = (await pool.overview.facts(limit=10)).communities

    assert [member.name for member in community.members] == ["Bob"]


async def test_a_position_is_told_although_somebody_in_the_line_is_not_there(pool_and_truth):
    pool, truth = pool_and_truth
    asked = job(requester=BOB)
    for each in (job(requester=ALICE), asked):
        await truth.queue.enqueue(each)
    await pool.edge.ask("ZADD", key_of(pool, "line:any:local/local"), 0, "nobody")
    await pool.edge.ask("ZADD", key_of(pool, "line:any"), 0, "local/nowhere")
    await pool.edge.ask("ZREM", key_of(pool, "line:any"), "local/local")

    assert (await truth.queue.position(asked.id)).jobs >= 1


async def test_a_queue_that_names_a_job_that_is_not_there_is_mended_by_tending(pool_and_truth):
    pool, truth = pool_and_truth
    ended = job()
    await truth.queue.enqueue(ended)
    await truth.queue.cancel(ended.id)
    asked = job()
    await truth.queue.enqueue(asked)
    for place, name in enumerate((GHOST, job_name(ended.id)), -2):
        await pool.edge.ask("ZADD", key_of(pool, "queue:local/local/alice:"), place, name)
    await truth.advance(60_000)
    assert not await truth.lanes.tend()

    assert (await claimed(truth)).job_id == asked.id
    assert await state_of(truth, ended.id) == "cancelled"


async def test_however_much_is_to_be_listed_no_more_is_read_than_there_is_time_for(engine_url, monkeypatch):
    monkeypatch.setattr(overview_module, "READ", 20)
    async with movable_pool(engine_url) as (pool, _):
        people = [replace(ALICE, id=f"{number:02}", name="A") for number in range(30)]
        for who in people:
            for _ in range(3):
                await pool.queue.enqueue(job(requester=who))

        [community] = (await pool.overview.facts(limit=100)).communities

    jobs = [len(member.jobs) for member in community.members]
    assert len(jobs) == 20
    assert jobs[:6] == [3] * 6
    assert set(jobs[7:]) == {1}
    assert community.waiting == 90


async def test_a_queue_that_begins_with_no_job_is_gone_on_with(pool_and_truth):
    pool, truth = pool_and_truth
    asked = await truth.queue.enqueue(job())
    await pool.edge.ask("ZADD", key_of(pool, "queue:local/local/alice:"), -1, GHOST)

    assert await truth.queue.claim("gpu-1", "n") is None
    assert (await truth.queue.claim("gpu-1", "n")).record.job.id == asked.job.id
