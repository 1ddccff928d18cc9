"""arq: a sorted set that its worker polls; given how often in milliseconds, or its own half second."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from arq import create_pool, func  # type: ignore[import-not-found] # lives in an environment of its own
from arq.connections import ArqRedis, RedisSettings  # type: ignore[import-not-found]
from arq.worker import Worker  # type: ignore[import-not-found]

from benchmarks.peers.protocol import CONCURRENCY, Order, Started, order_of, run


class Arq:
    """One queue and its workers."""

    packages = ("arq", "redis", "hiredis", "uvloop")

    def __init__(self, pool: ArqRedis, settings: RedisSettings, poll_ms: int) -> None:
        self._pool = pool
        self._settings = settings
        self._poll_ms = poll_ms

    async def submit(self, number: int) -> None:
        """Enqueue one job."""
        await self._pool.enqueue_job("paint", order_of(number))

    async def work(self, ready: Callable[[], None], started: Started) -> None:
        """Run a Worker as arq's command line does."""

        async def paint(_: object, order: Order) -> None:
            started(int(order["seed"]))

        async def startup(_: object) -> None:
            ready()

        worker = Worker(
            [func(paint, name="paint")],
            redis_settings=self._settings,
            on_startup=startup,
            handle_signals=False,
            max_jobs=CONCURRENCY,
            poll_delay=self._poll_ms / 1000,
        )
        try:
            await worker.async_run()
        except asyncio.CancelledError:
            await worker.close()
            raise


@asynccontextmanager
async def opening(url: str, poll_ms: str = "500") -> AsyncIterator[Arq]:
    """Connect."""
    settings = RedisSettings.from_dsn(url)
    pool = await create_pool(settings)
    yield Arq(pool, settings, int(poll_ms))
    await pool.aclose()


if __name__ == "__main__":
    run(opening)
