"""taskiq with the stream broker of taskiq-redis, the one that acknowledges."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from taskiq.api import run_receiver_task  # type: ignore[import-not-found] # lives in an environment of its own
from taskiq_redis import RedisStreamBroker  # type: ignore[import-not-found]

from benchmarks.peers.protocol import CONCURRENCY, Order, Started, order_of, run


class Taskiq:
    """One stream."""

    packages = ("taskiq-redis", "taskiq", "redis", "hiredis", "uvloop")

    def __init__(self, broker: RedisStreamBroker) -> None:
        self._broker = broker
        self._started: Started = lambda _: None

        async def paint(order: Order) -> None:
            self._started(int(order["seed"]))

        self._paint = broker.register_task(paint, task_name="paint")

    async def submit(self, number: int) -> None:
        """Enqueue one job."""
        await self._paint.kiq(order_of(number))

    async def work(self, ready: Callable[[], None], started: Started) -> None:
        """Run a receiver, as taskiq documents it for one's own process; it acknowledges what has run."""
        self._started = started
        ready()
        await run_receiver_task(self._broker, max_async_tasks=CONCURRENCY)


@asynccontextmanager
async def opening(url: str) -> AsyncIterator[Taskiq]:
    """Connect and make the consumer group, from the beginning of the stream."""
    broker = RedisStreamBroker(url, consumer_id="0")
    taskiq = Taskiq(broker)
    await broker.startup()
    yield taskiq
    await broker.shutdown()


if __name__ == "__main__":
    run(opening)
