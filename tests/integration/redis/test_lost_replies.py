"""Replies get lost at random and clients ask again: nothing happens twice."""

import asyncio
import random
from collections import Counter

import pytest

from adapters.redis.opening import open_redis
from bot.errors import QueueFull
from bot.jobs import JobState
from bot.leases import FREE_MS
from bot.policy.measures import Actor, Rank
from bot.ports import Charge, Settlement
from tests.fakes.dropping_proxy import dropping_proxy
from tests.integration.redis import depth, job, new_pool, run_of

JOBS, WORKERS = 60, 4
ASKED = Charge(counter="asked", amount=1, ceiling=1000, window_s=3600, settlement=Settlement.KEPT)


async def work(pool, name, chance, seen):
    """Claim, record and end jobs until nothing waits; remembers every run that was let through to a submit."""
    while held := await pool.queue.claim(name, f"{name}-{chance.random()}"):
        lease = held.lease
        assert await pool.queue.record(lease, run_id=run_of(lease))
        seen["submitted"][run_of(lease)] += 1
        end = chance.choice(["succeed", "succeed", "fail", "requeue", "cancel"])
        seen["ends"][end] += 1
        match end:
            case "succeed":
                assert await pool.queue.succeed(lease, files=(), gpu_ms=FREE_MS)
            case "fail":
                assert await pool.queue.fail(lease, code="x", sentence="y", gpu_ms=FREE_MS)
            case "requeue":
                assert await pool.queue.requeue(lease, costs_attempt=chance.random() < 0.5)
            case "cancel":
                await pool.queue.cancel(lease.job_id)
                assert await pool.queue.confirm_cancel(lease, gpu_ms=FREE_MS)


@pytest.mark.parametrize("seed", range(5))
async def test_nothing_happens_twice(engine_url, tmp_path_factory, seed):
    near = tmp_path_factory.mktemp("p") / "s"
    jobs = [job(estimate_ms=1000) for _ in range(JOBS)]
    seen = {"submitted": Counter(), "ends": Counter()}
    async with (
        dropping_proxy(engine_url, near, seed=seed, share=0.15) as (url, proxy),
        open_redis(url, pool=await new_pool(engine_url), deadline_s=30) as pool,
    ):
        for each in jobs:
            await pool.queue.enqueue(each, [depth(JOBS), ASKED])
        with pytest.raises(QueueFull):
            await pool.queue.enqueue(job(), [depth(JOBS)])
        async with asyncio.TaskGroup() as group:
            for number in range(WORKERS):
                group.create_task(work(pool, f"gpu-{number}", random.Random(seed * 100 + number), seen))
        records = [await pool.store.read(each.id) for each in jobs]

        assert proxy.dropped > JOBS / 2  # calls that come together lose their replies together
        assert set(seen["submitted"].values()) == {1}
        assert all(record.state.is_final for record in records)
        # The last of three requeues that cost an attempt is a failure of its own.
        assert sum(record.state is JobState.SUCCEEDED for record in records) == seen["ends"]["succeed"]
        assert sum(record.state is JobState.CANCELLED for record in records) == seen["ends"]["cancel"]
        words = await pool.edge.ask("HGETALL", pool.edge.keys.key("counter", "asked"))
        counted = sum(int(count) for ends, count in words.items() if not ends.startswith(b"h"))
        lost = sum(record.error_code == "server_lost" for record in records)
        assert counted == JOBS - lost  # a server's fault costs nothing
        used = sum(each.gpu_ms for each in await pool.usage.hourly(None, since_ms=0))
        assert used == FREE_MS * sum(seen["ends"][end] for end in ("succeed", "fail", "cancel"))
        assert await pool.edge.ask("EXISTS", pool.edge.keys.key("counter", "waiting/local/alice")) == 0
        assert await pool.edge.ask("ZCARD", pool.edge.keys.key("leases")) == 0


async def test_a_link_lets_one_browser_in_once_whatever_replies_are_lost(engine_url, tmp_path_factory):
    near = tmp_path_factory.mktemp("p") / "s"
    async with (
        dropping_proxy(engine_url, near, seed=1, share=0.3) as (url, proxy),
        open_redis(url, pool=await new_pool(engine_url), deadline_s=30) as pool,
    ):
        for number in range(40):
            actor = Actor(id=f"{number}", name="Moe", platform="local", tenant=None, rank=Rank.OPERATOR)
            await pool.sessions.offer(f"link{number}", actor)
            begun = await pool.sessions.begin(f"link{number}", f"session{number}")

            assert begun is not None
            assert await pool.sessions.begin(f"link{number}", f"other{number}") is None
            assert await pool.sessions.vouch(begun.id, actor)
            if number % 2:
                await pool.sessions.end(begun.id)

        assert proxy.dropped > 20
        assert len((await pool.sessions.of_platform("local"))[0]) == 20
