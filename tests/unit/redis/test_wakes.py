"""A wake-up wakes one, and none is lost."""

import asyncio

import pytest

from adapters.redis.wakes import MAX_LANES, MAX_OWED, Ear, Wakes

LONG_S = 60


@pytest.fixture
def wakes():
    return Wakes()


async def turns(count=5):
    """Let every task go on as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


async def waiting(wakes, *lanes):
    tasks = [asyncio.create_task(wakes.wait(lane, Ear(), LONG_S)) for lane in lanes]
    await turns()
    return tasks


async def woken(tasks):
    """Tell which came back; the others are cancelled."""
    await turns()
    back = [task.done() for task in tasks]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return back


async def owed(wakes, lane):
    [came_back] = await woken(await waiting(wakes, lane))
    return came_back


async def test_one_is_woken_the_one_that_waits_longest(wakes):
    tasks = await waiting(wakes, "1", "1", "1")
    wakes.wake(["1"])
    assert await woken(tasks) == [True, False, False]


async def test_only_who_can_do_the_work_is_woken(wakes):
    tasks = await waiting(wakes, "2", "1", "3")
    wakes.wake(["1"])
    assert await woken(tasks) == [False, True, False]


async def test_work_for_several_lanes_wakes_one_of_them(wakes):
    tasks = await waiting(wakes, "1", "2", "3")
    wakes.wake(["1", "3"])
    assert sum(await woken(tasks)) == 1
    assert not await owed(wakes, "3")


async def test_who_waits_for_any_lane_is_woken_by_every(wakes):
    tasks = await waiting(wakes, None)
    wakes.wake(["7"])
    assert await woken(tasks) == [True]


async def test_as_many_are_woken_as_there_are_wake_ups(wakes):
    tasks = await waiting(wakes, "1", "1", "1")
    wakes.wake(["1"])
    wakes.wake(["1"])
    assert await woken(tasks) == [True, True, False]


async def test_what_nobody_waited_for_is_owed_to_the_next_of_its_lanes(wakes):
    wakes.wake(["1", "3"])
    assert not await owed(wakes, "2")
    assert await owed(wakes, "3")
    assert not await owed(wakes, "3")
    assert await owed(wakes, None)
    assert not await owed(wakes, "1")


async def test_what_is_owed_is_bounded(wakes):
    for _ in range(2 * MAX_OWED):
        wakes.wake(["1"])
    assert sum([await owed(wakes, "1") for _ in range(2 * MAX_OWED)]) == MAX_OWED

    for lane in range(2 * MAX_LANES):
        wakes.wake([f"{lane}"])
    assert not await owed(wakes, "0")
    assert await owed(wakes, f"{2 * MAX_LANES - 1}")


async def test_a_wake_up_is_not_lost_with_the_one_who_was_woken(wakes):
    leaving, staying = await waiting(wakes, "1", "1")
    wakes.wake(["1"])
    leaving.cancel()
    assert await woken([leaving, staying]) == [True, True]
    assert leaving.cancelled()
    assert not staying.cancelled()


async def test_a_wake_up_passes_to_another_lane_or_waits_for_it(wakes):
    leaving, other = await waiting(wakes, "1", "2")
    wakes.wake(["1", "2"])
    leaving.cancel()
    assert (await woken([leaving, other]), other.cancelled()) == ([True, True], False)

    [leaving] = await waiting(wakes, "1")
    wakes.wake(["1"])
    leaving.cancel()
    await turns()
    assert await owed(wakes, "1")


async def test_who_is_leaving_already_is_not_woken(wakes):
    leaving, staying = await waiting(wakes, "1", "1")
    leaving.cancel()
    wakes.wake(["1"])
    assert await woken([leaving, staying]) == [True, True]
    assert not staying.cancelled()


async def test_everybody_is_woken_when_nobody_knows_what_was_missed(wakes):
    tasks = await waiting(wakes, "1", None, "2")
    wakes.wake_all()
    assert await woken(tasks) == [True, True, True]
    assert not await owed(wakes, "1")


async def test_who_comes_after_everybody_was_woken_and_nobody_was_there_looks_too(wakes):
    wakes.wake_all()
    assert await owed(wakes, "9")
    assert not await owed(wakes, "9")

    [leaving] = await waiting(wakes, "1")
    wakes.wake_all()
    leaving.cancel()
    await turns()
    assert await owed(wakes, "2")


async def test_who_is_given_an_answer_waits_no_more(wakes):
    heard = [Ear(), Ear()]
    tasks = [asyncio.create_task(wakes.wait("1", ear, LONG_S)) for ear in heard]
    await turns()
    heard[1].give([b"an answer"])
    assert await woken(tasks) == [False, True]

    await wakes.wait("1", heard[1], LONG_S)  # it came before the wait


async def test_a_wake_up_of_who_was_given_an_answer_is_for_somebody_else(wakes):
    answered, staying = Ear(), Ear()
    tasks = [asyncio.create_task(wakes.wait("1", ear, LONG_S)) for ear in (answered, staying)]
    await turns()
    wakes.wake(["1"])
    answered.give([b"an answer"])
    assert await woken(tasks) == [True, True]


async def test_a_wait_ends(wakes):
    await wakes.wait("1", Ear(), 0.001)
    wakes.wake(["1"])
    assert await owed(wakes, "1")
