"""The promises about charges: together or not at all, and settled once."""

from contextlib import suppress
from dataclasses import replace

import pytest

from bot.errors import QueueFull
from bot.leases import FREE_MS
from bot.ports import Charge, Settlement
from tests.integration.redis import claimed, depth, gpu, job, running

KEPT = Charge(counter="pictures/local/alice", amount=1, ceiling=1, window_s=3600, settlement=Settlement.KEPT)


async def room(truth, charge):
    """Count how often a charge of one still fits."""
    one = Charge(
        counter=charge.counter, amount=1, ceiling=charge.ceiling, window_s=charge.window_s, settlement=Settlement.KEPT
    )
    for fitted in range(100_000):
        try:
            await truth.queue.enqueue(job(), [one])
        except QueueFull:
            return fitted
    raise AssertionError("there is no end")


async def test_one_charge_too_many_adds_none(truth):
    with pytest.raises(QueueFull) as full:
        await truth.queue.enqueue(job(), [depth(5), depth(0, counter="waiting/all")])

    assert full.value.counter == "waiting/all"
    assert await truth.queue.claim("gpu-1", "n") is None
    assert await room(truth, depth(5)) == 5


async def test_charges_to_the_same_counter_are_checked_together(truth):
    with pytest.raises(QueueFull):
        await truth.queue.enqueue(job(), [depth(3, amount=2), depth(3, amount=2)])

    await truth.queue.enqueue(job(), [depth(3, amount=2), depth(3, amount=1)])
    assert await room(truth, depth(3)) == 0


@pytest.mark.parametrize("ending", ["succeed", "fail", "confirm_cancel", "cancel"])
async def test_depth_is_given_back_at_the_end_whatever_happened(truth, ending):
    await truth.queue.enqueue(job(), [depth(1)])
    if ending == "cancel":
        await truth.queue.cancel((await claimed(truth)).job_id)
    else:
        lease = await running(truth)
        arguments = {"succeed": {"files": ()}, "fail": {"code": "x", "sentence": "y"}}.get(ending, {})
        for _ in range(2):
            await getattr(truth.queue, ending)(lease, **arguments)

    assert await room(truth, depth(1)) == 1


async def test_gpu_time_that_was_used_stays_used(truth):
    await truth.queue.enqueue(job(), [gpu(10, ceiling=12)])

    await truth.queue.succeed(await running(truth), files=(), gpu_ms=4)

    assert await room(truth, gpu(1, ceiling=12)) == 8


async def test_more_than_was_charged_is_charged_in_full(truth):
    await truth.queue.enqueue(job(), [gpu(10, ceiling=12)])

    await truth.queue.succeed(await running(truth), files=(), gpu_ms=400)

    assert await room(truth, gpu(1, ceiling=12)) == 0
    assert (await truth.counters.look(["gpu/local/alice"]))["gpu/local/alice"].count == 400


async def test_what_was_used_is_not_forgotten_while_reservations_fill_the_quota(truth):
    used = 0
    for _ in range(4):
        long, rest = job(), job()
        with suppress(QueueFull):
            await truth.queue.enqueue(long, [gpu(5, ceiling=30)])
            await truth.queue.enqueue(rest, [gpu(25 - used, ceiling=30)])
            await truth.queue.succeed(await running(truth), files=(), gpu_ms=25)
            used += 25
            await truth.queue.cancel(rest.id)

    found = (await truth.counters.look(["gpu/local/alice"]))["gpu/local/alice"]
    assert (used, found.count, found.held) == (50, 50, 0)


async def test_what_a_heartbeat_told_is_used_even_if_the_end_does_not_know(truth):
    await truth.queue.enqueue(job(), [gpu(10, ceiling=12)])
    lease = await running(truth)
    await truth.queue.renew(lease, gpu_ms=7)

    await truth.queue.confirm_cancel(lease)

    assert await room(truth, gpu(1, ceiling=12)) == 5


async def test_a_fault_of_the_server_costs_nothing(truth):
    await truth.queue.enqueue(job(), [gpu(10, ceiling=12), KEPT])

    await truth.queue.fail(await running(truth), code="x", sentence="y", gpu_ms=9, server_fault=True)

    assert await room(truth, gpu(1, ceiling=12)) == 12
    assert await room(truth, KEPT) == 1


async def test_what_is_kept_stays_after_the_end(truth):
    await truth.queue.enqueue(job(), [KEPT])

    await truth.queue.succeed(await running(truth), files=(), gpu_ms=FREE_MS)

    assert await room(truth, KEPT) == 0


async def test_what_the_server_had_in_its_cache_is_free(truth):
    await truth.queue.enqueue(job(), [KEPT])

    await truth.queue.succeed(await running(truth), files=(), gpu_ms=FREE_MS - 1)

    assert await room(truth, KEPT) == 1


@pytest.mark.parametrize("ending", ["succeed", "fail", "confirm_cancel", "cancel"])
async def test_what_took_no_gpu_time_is_free(truth, ending):
    await truth.queue.enqueue(job(), [KEPT])
    if ending == "cancel":
        await truth.queue.cancel((await claimed(truth)).job_id)
    else:
        arguments = {"succeed": {"files": ()}, "fail": {"code": "x", "sentence": "y"}}.get(ending, {})
        await getattr(truth.queue, ending)(await running(truth), **arguments)

    assert await room(truth, KEPT) == 1


async def test_a_window_starts_anew_after_its_time_and_says_when(truth):
    await truth.queue.enqueue(job(), [KEPT])
    await truth.advance(1_000_000)

    with pytest.raises(QueueFull) as full:
        await truth.queue.enqueue(job(), [KEPT])
    assert full.value.retry_after_s == 2600

    await truth.advance(2_600_000)
    await truth.queue.enqueue(job(), [KEPT])


async def test_nothing_is_given_back_to_another_window(truth):
    await truth.queue.enqueue(job(), [gpu(10, ceiling=12)])
    lease = await running(truth)
    await truth.advance(3_600_000)
    await truth.queue.enqueue(job(), [gpu(10, ceiling=12)])

    await truth.queue.succeed(lease, files=(), gpu_ms=0)

    assert await room(truth, gpu(1, ceiling=12)) == 2


ROLLING = Charge(counter="pictures/local/bob", amount=2, ceiling=4, window_s=3600, steps=6, settlement=Settlement.KEPT)


async def refusal(truth, *charges):
    """Return when the queue says that charges may fit."""
    with pytest.raises(QueueFull) as full:
        await truth.queue.enqueue(job(), charges)
    return full.value.counter, full.value.retry_after_s


async def test_a_window_in_steps_comes_back_step_by_step(truth):
    await truth.queue.enqueue(job(), [ROLLING])
    await truth.advance(1_200_000)
    await truth.queue.enqueue(job(), [replace(ROLLING, amount=1)])

    # The first two come back once the last that could have come with them is as old as the window: 3600 + 600 s.
    assert await refusal(truth, ROLLING) == (ROLLING.counter, 3_000)
    assert await refusal(truth, replace(ROLLING, amount=4)) == (ROLLING.counter, 4_200)
    await truth.advance(2_999_999)
    assert await refusal(truth, ROLLING) == (ROLLING.counter, 0.001)
    await truth.advance(1)
    await truth.queue.enqueue(job(), [ROLLING])
    assert await refusal(truth, ROLLING) == (ROLLING.counter, 1_200)


async def test_no_stretch_as_long_as_a_window_in_steps_takes_more_than_the_ceiling(truth):
    taken, now = [], 0
    for step_ms in (0, 599_999, 1, 1_300_000, 700_000, 1_100_000, 1_100_000, 599_000, 2_000_000, 900_000) * 2:
        now += step_ms
        await truth.advance(step_ms)
        with suppress(QueueFull):
            for _ in range(5):
                await truth.queue.enqueue(job(), [replace(ROLLING, amount=1)])
                taken.append(now)

    assert len(taken) > 8
    assert all(sum(begin <= each < begin + 3_600_000 for each in taken) <= 4 for begin in taken)


async def test_of_several_limits_the_one_that_is_longest_in_the_way_is_told(truth):
    day = replace(ROLLING, counter="pictures/local/bob/day", window_s=86_400, steps=0)
    await truth.queue.enqueue(job(), [ROLLING, ROLLING, day, day])

    assert await refusal(truth, ROLLING, day, depth(0)) == (day.counter, 86_400)


async def test_a_window_that_ends_at_a_time_ends_then_for_whoever_comes_later(truth):
    await truth.queue.enqueue(job(), [KEPT])
    await truth.advance(3_000_000)

    # Whoever comes later says how long it still is.
    assert await refusal(truth, replace(KEPT, window_s=600)) == (KEPT.counter, 600)
    await truth.advance(600_000)
    await truth.queue.enqueue(job(), [replace(KEPT, window_s=86_400)])


async def test_a_full_queue_says_when_some_job_may_have_ended(truth):
    for estimate_ms, after_s in ((1, 5), (60_000, 60), (3_600_000, 300)):
        with pytest.raises(QueueFull) as full:
            await truth.queue.enqueue(job(estimate_ms=estimate_ms), [depth(0)])
        assert full.value.retry_after_s == after_s
