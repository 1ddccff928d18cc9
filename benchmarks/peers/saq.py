"""saq: a list and a string for each job."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from saq import Worker  # type: ignore[import-not-found] # lives in an environment of its own
from saq.queue.redis import RedisQueue  # type: ignore[import-not-found]

from benchmarks.peers.protocol import CONCURRENCY, Order, Started, order_of, run


class Saq:
    """One queue and its workers."""

    packages = ("saq", "redis", "hiredis", "uvloop")

    def __init__(self, queue: RedisQueue) -> None:
        self._queue = queue

    async def submit(self, number: int) -> None:
        """Enqueue one job."""
        await self._queue.enqueue("paint", order=order_of(number))

    async def work(self, ready: Callable[[], None], started: Started) -> None:
        """Run a Worker as saq's command line does."""

        async def paint(_: object, *, order: Order) -> None:
            started(int(order["seed"]))

        async def startup(_: object) -> None:
            ready()

        functions = [("paint", paint)]
        await Worker(self._queue, functions, concurrency=CONCURRENCY, startup=startup).start()


@asynccontextmanager
async def opening(url: str) -> AsyncIterator[Saq]:
    """Connect, with the client that Queue.from_url would make, if it knew sockets."""
    # By default 20 enqueue at once, which would be in the way of 50.
    queue = RedisQueue(Redis.from_url(url), max_concurrent_ops=CONCURRENCY)
    await queue.connect()
    yield Saq(queue)
    await queue.disconnect()


if __name__ == "__main__":
    run(opening)
