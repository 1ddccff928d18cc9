"""What callers share: one connection, and nothing else. Nobody gets another's answer, and nobody pays for another."""

import asyncio
import hashlib
from contextlib import asynccontextmanager
from random import Random

import pytest
from hiredis import pack_command
from redis.exceptions import TimeoutError as Silent

from adapters.redis.edge import connection_of, open_edge
from adapters.redis.owned import beside
from adapters.redis.wire import MAX_UNANSWERED, Wire
from bot.errors import StoreLost
from tests.fakes.carrying import carried, serving
from tests.fakes.dropping_proxy import dropping_proxy

CALLERS = 3 * MAX_UNANSWERED
BULK = b"x" * 4_000_000


TEXTS = {
    "echo": "return ARGV[1]",
    "fail": "return redis.error_reply('WRONG ' .. ARGV[1])",
    "size": "return #ARGV[1]",
}


class Texts:
    """Scripts of these tests' own."""

    def text(self, name):
        return TEXTS[name]

    def sha(self, name):
        return hashlib.sha1(TEXTS[name].encode()).hexdigest()  # noqa: S324 — as Redis names a script


@pytest.fixture
async def edge(engine_url):
    async with open_edge(engine_url, "wire", scripts=Texts()) as opened:
        yield opened


async def echoes(edge, callers=CALLERS):
    """Ask from many callers at once; tells whether each got its own answer."""

    async def ask(number):
        return await edge.run("echo", number) == str(number).encode()

    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(ask(number)) for number in range(callers)]
    return all(task.result() for task in asked)


async def connections(edge):
    clients = await edge.ask("CLIENT LIST")
    return len(clients)


async def test_many_callers_share_one_connection_and_each_gets_its_own_answer(edge):
    before = await connections(edge)

    assert await echoes(edge)

    assert await connections(edge) == before + 1


async def test_a_caller_that_is_cancelled_takes_nobody_elses_answer(edge):
    chance = Random(1)
    for _ in range(20):
        asked = [asyncio.create_task(edge.run("echo", number)) for number in range(50)]
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)
        left = [task for task in chance.sample(asked, 20) if task.cancel()]
        await asyncio.wait(asked)

        assert all(task.cancelled() for task in left)
        assert all(task.cancelled() or task.result() == b"%d" % number for number, task in enumerate(asked))
    assert await echoes(edge)


async def test_who_left_before_being_asked_about_is_not_asked_about(engine_url):
    async with open_edge(engine_url, "left", scripts=Texts()) as edge:
        wire = new_wire(engine_url)
        left = asyncio.create_task(wire.ask(pack_command(("SET", "left", "1"))))
        await asyncio.sleep(0)
        left.cancel()
        async with beside(wire.serve()):
            assert await wire.ask(pack_command(("PING",))) == b"PONG"
        assert await edge.ask("GET", "left") is None


async def test_an_error_is_its_callers_alone(edge):
    async with asyncio.TaskGroup() as group:
        good = [group.create_task(edge.run("echo", number)) for number in range(10)]
        bad = group.create_task(refused(edge))
        good += [group.create_task(edge.run("echo", number)) for number in range(10, 20)]

    assert "WRONG indeed" in bad.result()
    assert [task.result() for task in good] == [b"%d" % number for number in range(20)]


async def refused(edge):
    with pytest.raises(StoreLost) as error:
        await edge.run("fail", "indeed")
    return error.value.detail


async def test_scripts_that_redis_forgot_are_told_again(edge):
    assert await echoes(edge)
    await edge.ask("SCRIPT FLUSH")
    assert await echoes(edge)


@pytest.mark.parametrize("seed", range(3))
async def test_what_was_on_the_way_when_the_connection_broke_is_asked_again(engine_url, tmp_path_factory, seed):
    near = tmp_path_factory.mktemp("p") / "s"
    async with (
        dropping_proxy(engine_url, near, seed=seed, share=0.3) as (url, proxy),
        open_edge(url, "broken", scripts=Texts(), deadline_s=30) as edge,
    ):
        while proxy.dropped < 10:
            assert await echoes(edge)


async def test_nobody_waits_behind_a_huge_payload(engine_url, tmp_path_factory):
    near = tmp_path_factory.mktemp("p") / "s"
    async with (
        slow_for_the_huge(engine_url, near) as (url, stuck, go_on),
        open_edge(url, "huge", scripts=Texts()) as edge,
        asyncio.TaskGroup() as group,
    ):
        huge = group.create_task(edge.run("size", BULK))
        await stuck.wait()

        assert await echoes(edge)
        assert not huge.done()
        go_on.set()
    assert huge.result() == len(BULK)


@asynccontextmanager
async def slow_for_the_huge(engine_url, near):
    """Stand in front of an engine, where a connection stands still once it carried much."""
    stuck, go_on = asyncio.Event(), asyncio.Event()

    def gate(limit):
        so_far = 0

        async def carry(chunk):
            nonlocal so_far
            so_far += len(chunk)
            if so_far > limit:
                stuck.set()
                await go_on.wait()

        return carry

    async def serve(near_in, near_out):
        await carried(near_in, near_out, engine_url, there=gate(len(BULK) // 4), back=gate(len(BULK)))

    async with serving(serve, near) as url:
        yield url, stuck, go_on


async def test_a_redis_that_falls_silent_is_left_and_asked_anew(tmp_path_factory):
    near, greeted = tmp_path_factory.mktemp("p") / "s", []

    async def serve(reader, writer):
        """Greet like Redis, but say nothing else on the first connection."""
        greeted.append(writer)
        while chunk := await reader.read(65536):
            writer.write(b"+OK\r\n" * (chunk.count(b"CLIENT") + chunk.count(b"PING") * (len(greeted) > 1)))
        writer.close()

    async with serving(serve, near) as url:
        wire = new_wire(url, answer_s=1.0)
        async with beside(wire.serve()):
            with pytest.raises(Silent):
                await wire.ask(pack_command(("PING",)))
            assert await wire.ask(pack_command(("PING",))) == b"OK"
    assert len(greeted) == 2


def new_wire(url, answer_s=3.0):
    return Wire(connection_of(url), answer_s=answer_s)
