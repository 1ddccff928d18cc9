"""A call to the store that is cancelled ends there, wherever it was: whoever cancels a task waits for its end."""

import asyncio
from random import Random

import pytest

from adapters.redis.edge import BULKY_BYTES
from adapters.redis.opening import open_redis
from bot.ports import Live
from tests.integration.redis import job


@pytest.mark.parametrize("size", [7, 4 * BULKY_BYTES])
async def test_a_cancellation_is_never_swallowed(engine_url, size):
    random, swallowed, cancelled = Random(1), 0, 0
    async with open_redis(engine_url, pool="cancelling") as pool:
        for _ in range(500):
            call = asyncio.create_task(pool.live.show(job().id, Live(), b"p" * size))
            for _ in range(random.randrange(1, 14)):
                await asyncio.sleep(0)
            if call.cancel():
                await asyncio.wait([call])
                cancelled += call.cancelled()
                swallowed += not call.cancelled()

    assert cancelled
    assert not swallowed
