"""Calls that are made at the same time go together, and nobody is lost when somebody leaves."""

import asyncio

import pytest

from adapters.redis.gathering import MOST, Gathered, Gathering
from adapters.redis.owned import beside
from bot.errors import StoreLost


class Carrier:
    """An edge whose answers the test releases; each call is answered with its first word."""

    def __init__(self):
        self.batches = []
        self.doors = []
        self.lost = None
        self.scripts = []

    async def run(self, script, *words):
        self.scripts.append(script)
        calls, rest = [], list(words)
        while rest:
            many = rest.pop(0)
            calls.append(tuple(rest[:many]))
            rest = rest[many:]
        self.batches.append(calls)
        door = asyncio.get_running_loop().create_future()
        self.doors.append(door)
        await door
        if self.lost:
            raise StoreLost(detail="gone") from self.lost
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


def asked(gathering, *words, script="claim"):
    return [asyncio.ensure_future(Gathered(gathering, script).call(word, "more")) for word in words]


@pytest.fixture
async def carrier():
    return Carrier()


@pytest.fixture
async def gathering(carrier):
    gathering = Gathering(carrier)
    async with beside(gathering.serve()):
        yield gathering


async def test_a_single_call_waits_for_nobody(carrier, gathering):
    (task,) = asked(gathering, 7)
    await turns()

    assert carrier.batches == [[(7, b"more")]]
    await carrier.answer_all(task)
    assert task.result() == 7


async def test_calls_of_one_turn_of_the_loop_go_in_one_script(carrier, gathering):
    tasks = asked(gathering, *range(25))
    await turns()
    assert [len(batch) for batch in carrier.batches] == [25]

    await carrier.answer_all(*tasks)
    assert [task.result() for task in tasks] == list(range(25))


async def test_one_batch_is_under_way_and_what_is_asked_meanwhile_goes_together_in_order(carrier, gathering):
    first = asked(gathering, 0)
    await turns()
    second = asked(gathering, *range(1, 10))
    await turns()
    assert len(carrier.batches) == 1

    await carrier.answer_all(*first, *second)
    assert [[call[0] for call in batch] for batch in carrier.batches] == [[0], [*range(1, 10)]]
    assert [task.result() for task in (*first, *second)] == list(range(10))


async def test_calls_of_another_script_go_in_a_batch_of_their_own_and_who_waits_longest_goes_first(carrier, gathering):
    tasks = [asked(gathering, number, script="ab"[number % 2])[0] for number in range(6)]
    await carrier.answer_all(*tasks)

    assert carrier.scripts == ["a", "b"]
    assert [[call[0] for call in batch] for batch in carrier.batches] == [[0, 2, 4], [1, 3, 5]]
    assert [task.result() for task in tasks] == list(range(6))


async def test_the_next_batch_is_on_its_way_before_the_answers_of_the_last_one_are_told(carrier, gathering):
    tasks = asked(gathering, *range(MOST + 1))
    await turns()
    told_before_the_second = []
    tasks[0].add_done_callback(lambda _: told_before_the_second.append(len(carrier.batches)))

    await carrier.answer_all(*tasks)
    assert told_before_the_second == [2]


async def test_a_batch_has_a_bound(carrier, gathering):
    tasks = asked(gathering, *range(3 * MOST))

    await carrier.answer_all(*tasks)
    assert [len(batch) for batch in carrier.batches] == [MOST] * 3
    assert [task.result() for task in tasks] == list(range(3 * MOST))


@pytest.mark.parametrize("after", range(6))
@pytest.mark.parametrize("who", [0, 2, MOST, MOST + 1])
async def test_who_leaves_takes_nobody_along(carrier, gathering, who, after):
    tasks = asked(gathering, *range(MOST + 3))
    await turns(after)
    tasks[who].cancel()

    others = [task for task in tasks if task is not tasks[who]]
    async with asyncio.timeout(5):
        await carrier.answer_all(*others)
    assert [task.result() for task in others] == [number for number in range(MOST + 3) if number != who]


async def test_who_has_left_is_not_asked_about(carrier, gathering):
    first = asked(gathering, 0)
    await turns()
    leaving, staying = asked(gathering, 1, 2)
    await turns()
    leaving.cancel()

    await carrier.answer_all(*first, staying)
    assert [[call[0] for call in batch] for batch in carrier.batches] == [[0], [2]]


async def test_a_lost_store_is_told_to_everybody_and_the_next_ones_are_carried_again(carrier, gathering):
    carrier.lost = ConnectionError()
    tasks = asked(gathering, *range(5))
    await carrier.answer_all(*tasks)
    assert [type(task.exception()) for task in tasks] == [StoreLost] * 5

    carrier.lost = None
    (task,) = asked(gathering, 9)
    await carrier.answer_all(task)
    assert task.result() == 9


async def test_nobody_waits_for_more_than_one_deadline(carrier, gathering):
    carrier.lost = TimeoutError()
    tasks = [*asked(gathering, 1), *asked(gathering, 2, script="settle")]
    await carrier.answer_all(*tasks)
    assert [type(task.exception()) for task in tasks] == [StoreLost] * 2
    assert carrier.scripts == ["claim"]


async def test_a_text_that_cannot_be_written_fails_for_its_caller_alone(carrier, gathering):
    unwritable, task = asked(gathering, "\ud800", 3)
    await turns()
    assert isinstance(unwritable.exception(), UnicodeEncodeError)

    await carrier.answer_all(task)
    assert task.result() == 3
