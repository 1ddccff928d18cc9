"""streaQ: a stream for each priority."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from streaq import Worker  # type: ignore[import-not-found] # lives in an environment of its own

from benchmarks.peers.protocol import CONCURRENCY, Order, Started, order_of, run


class Streaq:
    """One queue; a Worker is both its producer and its consumer."""

    packages = ("streaq", "coredis", "hiredis", "uvloop")

    def __init__(self, make_worker: Callable[[], Worker], producer: Worker) -> None:
        self._make_worker = make_worker
        self._paint = producer.task(_paint, name="paint")

    async def submit(self, number: int) -> None:
        """Enqueue one job."""
        await self._paint.enqueue(order_of(number))

    async def work(self, ready: Callable[[], None], started: Started) -> None:
        """Run a Worker as streaQ's command line does."""

        async def paint(order: Order) -> None:
            started(int(order["seed"]))

        worker = self._make_worker()
        worker.task(paint, name="paint")
        await worker.run_async(task_status=Listening(ready))


class Listening:
    """What anyio calls a task status: it is told when the worker listens."""

    def __init__(self, ready: Callable[[], None]) -> None:
        self._ready = ready

    def started(self, _: object = None) -> None:
        """Pass it on."""
        self._ready()


async def _paint(order: Order) -> None:
    """Stand for what the worker runs."""


@asynccontextmanager
async def opening(url: str) -> AsyncIterator[Streaq]:
    """Connect."""
    make_worker = partial(Worker, redis_url=url, concurrency=CONCURRENCY, handle_signals=False)
    async with make_worker() as producer:
        yield Streaq(make_worker, producer)


if __name__ == "__main__":
    run(opening)
