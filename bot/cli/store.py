"""Where a command finds what a service keeps."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from adapters.redis.engine import open_engine
from adapters.redis.opening import RedisPool, open_redis
from adapters.redis.places import engine_runs, socket_of
from bot.settings import Settings

_DEADLINE_S = 3.0


def store_url(settings: Settings, state: Path) -> str | None:
    """Return the URL of the Redis that is set, else of the embedded engine; None while that does not run."""
    if settings.redis_url:
        return settings.redis_url.get_secret_value()
    # The lock tells, not the socket: a killed service leaves one behind.
    if not engine_runs(state / "store"):
        return None
    return f"unix://{quote(str(socket_of(state / 'store')))}"


@asynccontextmanager
async def opened_store(settings: Settings, state: Path) -> AsyncIterator[tuple[RedisPool, bool]]:
    """Open the store of the running service, else an engine of our own for as long; and tell whether one runs."""
    async with AsyncExitStack() as stack:
        running = store_url(settings, state)
        ours = "" if running else await stack.enter_async_context(open_engine(state / "store"))
        yield await stack.enter_async_context(open_redis(running or ours, deadline_s=_DEADLINE_S)), running is not None
