"""What a process hears of: new work, one worker for each; and changes, once somebody asks for a platform's."""

import asyncio
from uuid import uuid4

import pytest

from adapters.redis.edge import open_edge
from adapters.redis.hints import open_hints
from adapters.redis.keys import job_name
from adapters.redis.wakes import Ear
from bot.jobs import JobId
from tests.unit.bot.bench import job

LONG_S, PATIENCE_S = 60, 20


@pytest.fixture
async def edge(engine_url):
    async with open_edge(engine_url, f"{uuid4()}") as opened:
        yield opened


@pytest.fixture
async def hints(engine_url, edge):
    async with open_hints(engine_url, edge.keys) as opened:
        await opened.work(None, LONG_S, Ear())  # whatever came before
        yield opened


async def publish(edge, said, *channel):
    return await edge.ask("PUBLISH", edge.keys.key(*channel), said)


async def subscribers(edge, *channel):
    return (await edge.ask("PUBSUB NUMSUB", edge.keys.key(*channel)))[0][1]


async def workers(hints, *lanes):
    """Have somebody wait for each of some lanes."""
    tasks = [asyncio.create_task(hints.work(lane, LONG_S, Ear())) for lane in lanes]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def first_of(tasks):
    async with asyncio.timeout(PATIENCE_S):
        done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    return [tasks.index(task) for task in done], left


async def ended(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_one_worker_is_woken_per_message(hints, edge):
    tasks = await workers(hints, "1", "2", "2", "2")
    await publish(edge, "2,3", "wake")
    assert (await first_of(tasks))[0] == [1]

    await publish(edge, "1", "wake")
    [woken], left = await first_of([tasks[0], *tasks[2:]])
    assert woken == 0
    await ended(left)


async def test_work_that_came_between_a_claim_and_the_wait_is_not_missed(hints, edge):
    await publish(edge, "1", "wake")
    await publish(edge, "2", "wake")
    async with asyncio.timeout(PATIENCE_S):
        await hints.work("2", LONG_S, Ear())
        await hints.work("1", LONG_S, Ear())


async def test_a_wait_ends_without_work_too(hints):
    await hints.work("1", 0.01, Ear())


async def test_a_new_subscription_wakes_everybody(hints, edge):
    tasks = await workers(hints, "1", "2", None)
    await edge.ask("CLIENT KILL", "TYPE", "pubsub")
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.wait(tasks)


async def test_a_process_hears_of_a_platform_from_its_first_question_on(hints, edge):
    assert await publish(edge, str(uuid4()), "changed", "slack") == 0

    async with asyncio.timeout(PATIENCE_S):
        assert await hints.changed("slack", LONG_S) == frozenset()  # look yourself at what came before
    assert await subscribers(edge, "changed", "slack") == 1
    assert await subscribers(edge, "changed", "discord") == 0

    job_id = JobId(uuid4())
    assert await publish(edge, job_name(job_id), "changed", "slack") == 1
    async with asyncio.timeout(PATIENCE_S):
        assert await hints.changed("slack", LONG_S) == {job_id}


async def test_a_platform_is_heard_of_again_after_the_connection_was_lost(hints, edge):
    async with asyncio.timeout(PATIENCE_S):
        await hints.changed("web", LONG_S)
        await edge.ask("CLIENT KILL", "TYPE", "pubsub")
        assert await hints.changed("web", LONG_S) == frozenset()
        assert await publish(edge, job_name(job_id := JobId(uuid4())), "changed", "web") == 1
        assert await hints.changed("web", LONG_S) == {job_id}


async def test_whoever_holds_a_job_hears_of_it_and_of_no_other(hints, edge):
    heard, rung = [], asyncio.Event()
    mine, others = job("1"), job("2")
    with hints.hear(mine, lambda: (heard.append("mine"), rung.set())):
        async with asyncio.timeout(PATIENCE_S):
            while not await subscribers(edge, "changed", "web"):  # noqa: ASYNC110 - a subscription rings no bell
                await asyncio.sleep(0.01)
            await publish(edge, job_name(others.id), "changed", "web")
            await publish(edge, f"{job_name(others.id)},{job_name(mine.id)}", "changed", "web")
            await rung.wait()
    await publish(edge, job_name(mine.id), "changed", "web")
    await hints.changed("web", 0.05)

    assert heard == ["mine"]
