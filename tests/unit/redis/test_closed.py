"""A connection that has closed before it is written to is a lost one, whatever the event loop calls that."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as Broken

from adapters.redis.wire import Wire


class Closed:
    """A connection whose transport has just closed, as uvloop tells it; nothing ever comes from there."""

    async def connect(self) -> None:
        pass

    async def disconnect(self, *, nowait: bool) -> None:
        pass

    async def send_packed_command(self, batch: object, *, check_health: bool) -> None:
        raise RuntimeError("unable to perform operation on <UnixTransport closed=True>; the handler is closed")

    async def read_response(self, *, disconnect_on_error: bool) -> None:
        await asyncio.Event().wait()


async def test_whoever_asks_hears_of_a_lost_connection_and_the_wire_goes_on():
    wire = Wire(Closed(), answer_s=5.0)  # type: ignore[arg-type]  # as much of one as is needed
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(wire.serve())
        for _ in range(2):
            with pytest.raises(Broken):
                await wire.ask(b"PING")
        assert not serving.done()
        serving.cancel()
