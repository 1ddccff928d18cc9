"""Settled runs are forgotten beside everything else: never many at once, and never for long."""

import asyncio

import pytest

from bot.forgetting import AT_ONCE, FORGET_S, Forgetting
from bot.ports import Handle
from tests.fakes.virtual_time import run_virtually, virtual_now


class Slow:
    """A server that forgets nothing before it is told to."""

    def __init__(self) -> None:
        self.asked: list[Handle] = []
        self.goes_on = asyncio.Event()

    async def forget(self, handle: Handle) -> None:
        self.asked.append(handle)
        await self.goes_on.wait()


@pytest.mark.parametrize("end", ["it answers", "the wait was cancelled", "it took too long"])
def test_what_a_slow_server_is_asked_is_bounded_and_there_is_room_again_however_that_ended(end):
    async def play() -> None:
        server, began_s = Slow(), virtual_now()
        forgetting = Forgetting(server=server)
        first = [asyncio.ensure_future(forgetting.forget(Handle(str(number)))) for number in range(AT_ONCE)]
        await asyncio.sleep(0)
        await forgetting.forget(Handle("one more"))
        assert server.asked == [str(number) for number in range(AT_ONCE)]

        if end == "the wait was cancelled":
            for each in first:
                each.cancel()
        elif end == "it answers":
            server.goes_on.set()
        await asyncio.wait(first)
        assert virtual_now() - began_s == (FORGET_S if end == "it took too long" else 0.0)

        server.goes_on.set()
        await forgetting.forget(Handle("the next"))
        assert server.asked[-1] == "the next"

    run_virtually(play())
