"""The promises about counters: what was used and what is held can be told apart, and the first can be forgotten."""

from bot.ports import Charge, Counted, Settlement, Span
from tests.integration.redis import depth, gpu, job, running

ROLLING = Charge(counter="pictures/local/bob", amount=2, ceiling=4, window_s=3600, steps=6, settlement=Settlement.KEPT)


async def counted(truth):
    """Return what a counter counts, and what of it is held."""
    found = (await truth.counters.look(["gpu/local/alice"]))["gpu/local/alice"]
    return found.count, found.held


async def test_what_is_held_is_told_apart_from_what_was_used(truth):
    await truth.queue.enqueue(job(), [gpu(10)])
    await truth.queue.enqueue(job(), [gpu(20)])
    assert await counted(truth) == (30, 30)

    await truth.queue.succeed(await running(truth), files=(), gpu_ms=4)

    assert await counted(truth) == (24, 20)


async def test_of_spans_it_is_told_when_they_end_and_of_counters_that_nothing_was_charged_to_nothing(truth):
    await truth.queue.enqueue(job(), [ROLLING, depth(3)])
    await truth.advance(600_000)
    await truth.queue.enqueue(job(), [ROLLING])

    found = await truth.counters.look([ROLLING.counter, "waiting/local/alice", "nobody's"])

    first, second = found[ROLLING.counter].spans
    assert (first.count, second.count, (second.ends_ms or 0) - (first.ends_ms or 0)) == (2, 2, 600_000)
    assert found["waiting/local/alice"].spans == (Span(count=1, held=1, ends_ms=None),)
    assert found["nobody's"] == Counted()


async def test_what_has_ended_is_not_told(truth):
    await truth.queue.enqueue(job(), [gpu(10)])
    await truth.advance(3_600_000)

    assert await counted(truth) == (0, 0)


async def test_a_reset_forgets_what_was_used_and_not_what_is_held(truth):
    await truth.queue.enqueue(job(), [gpu(10)])
    await truth.queue.enqueue(job(), [gpu(20)])
    await truth.queue.succeed(await running(truth), files=(), gpu_ms=9)
    lease = await running(truth)

    for _ in range(2):
        await truth.counters.reset(["gpu/local/alice", "nobody's"])
    assert await counted(truth) == (20, 20)

    await truth.queue.succeed(lease, files=(), gpu_ms=5)
    assert await counted(truth) == (5, 0)
    await truth.counters.reset(["gpu/local/alice"])
    assert await counted(truth) == (0, 0)
