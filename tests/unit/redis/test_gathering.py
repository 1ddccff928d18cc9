"""Calls that are made at the same time go together, and nobody is lost when somebody leaves."""

import asyncio

import pytest

from adapters.redis.gathering import LEADERS, MOST, Gathered
from bot.errors import StoreLost


class Carrier:
    """An edge whose answers the test releases; each call is answered with its first word."""

    def __init__(self):
        self.batches = []
        self.doors = []
        self.fails = False

    async def run(self, script, *words):
        calls, rest = [], list(words)
        while rest:
            many = rest.pop(0)
            calls.append(tuple(rest[:many]))
            rest = rest[many:]
        self.batches.append(calls)
        door = asyncio.get_running_loop().create_future()
        self.doors.append(door)
        await door
        if self.fails:
            raise StoreLost(detail="gone")
        return [call[0] for call in calls]

    async def answer_all(self, *tasks):
        """Open every door until all tasks have ended."""
        while not all(task.done() for task in tasks):
            for door in self.doors:
                if not door.done():
                    door.set_result(None)
            await asyncio.sleep(0)


async def turns(number=5):
    for _ in range(number):
        await asyncio.sleep(0)


def asked(gathered, *words):
    return [asyncio.ensure_future(gathered.call(word, "more")) for word in words]


async def test_a_single_call_waits_for_nobody():
    carrier = Carrier()
    (task,) = asked(Gathered(carrier, "claim"), 7)
    await turns()

    assert carrier.batches == [[(7, "more")]]
    await carrier.answer_all(task)
    assert task.result() == 7


async def test_what_is_asked_meanwhile_goes_together_in_order_and_everybody_gets_their_own_answer():
    carrier = Carrier()
    tasks = asked(Gathered(carrier, "claim"), *range(10))
    await turns()
    assert [len(batch) for batch in carrier.batches] == [1] * LEADERS

    await carrier.answer_all(*tasks)
    assert [task.result() for task in tasks] == list(range(10))
    assert [call[0] for batch in carrier.batches for call in batch] == list(range(10))
    assert len(carrier.batches) == LEADERS + 1


async def test_a_batch_has_a_bound():
    carrier = Carrier()
    tasks = asked(Gathered(carrier, "claim"), *range(3 * MOST))

    await carrier.answer_all(*tasks)
    assert max(len(batch) for batch in carrier.batches) == MOST
    assert [task.result() for task in tasks] == list(range(3 * MOST))


async def test_who_follows_a_leader_that_leaves_asks_again():
    carrier = Carrier()
    tasks = asked(Gathered(carrier, "claim"), *range(6))
    await turns()
    for door in carrier.doors:
        door.set_result(None)
    await turns()
    leader = tasks[LEADERS]
    assert [call[0] for call in carrier.batches[-1]] == list(range(LEADERS, 6))

    leader.cancel()
    others = [task for task in tasks if task is not leader]
    await carrier.answer_all(*others)
    assert [task.result() for task in others] == [0, 1, 3, 4, 5]
    assert leader.cancelled()


@pytest.mark.parametrize("after", range(4))
async def test_who_leaves_just_when_the_turn_comes_passes_it_on(after):
    carrier = Carrier()
    tasks = asked(Gathered(carrier, "claim"), *range(LEADERS + 3))
    await turns()
    leaving = tasks[LEADERS]
    carrier.doors[0].set_result(None)
    await turns(after)
    leaving.cancel()

    others = [task for task in tasks if task is not leaving]
    async with asyncio.timeout(5):
        await carrier.answer_all(*others)
    assert [task.result() for task in others] == [*range(LEADERS), *range(LEADERS + 1, LEADERS + 3)]


async def test_a_lost_store_is_told_to_everybody_and_the_next_ones_are_carried_again():
    carrier = Carrier()
    gathered = Gathered(carrier, "claim")
    carrier.fails = True
    tasks = asked(gathered, *range(5))
    await carrier.answer_all(*tasks)
    assert [type(task.exception()) for task in tasks] == [StoreLost] * 5

    carrier.fails = False
    (task,) = asked(gathered, 9)
    await carrier.answer_all(task)
    assert task.result() == 9
