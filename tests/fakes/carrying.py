"""What stands in front of an engine's socket, and carries what is said as far as a test lets it through."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

_CHUNK = 64 * 1024

Gate = Callable[[bytes], Awaitable[None]]
"""What a chunk passes before it is handed on; raises HungUp to end the connection instead."""

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]
"""What becomes of one connection."""


class HungUp(Exception):
    """One side ended the connection, or a gate did."""


@asynccontextmanager
async def serving(serve: Serve, near: Path) -> AsyncIterator[str]:
    """Serve connections until every one has ended; yields the URL."""
    async with asyncio.TaskGroup() as served:

        def accept(near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
            served.create_task(serve(near_in, near_out))

        async with await asyncio.start_unix_server(accept, near):
            yield f"unix://{near}"


async def carried(
    near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter, url: str, *, there: Gate, back: Gate
) -> None:
    """Carry one connection to a `unix://` engine and back until either side ends it, or a gate does."""
    far_in, far_out = await asyncio.open_unix_connection(url.removeprefix("unix://"))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_carry(near_in, far_out, there))
            group.create_task(_carry(far_in, near_out, back))
    except* (HungUp, OSError):
        pass
    finally:
        near_out.close()
        far_out.close()


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, gate: Gate) -> None:
    while chunk := await source.read(_CHUNK):
        await gate(chunk)
        target.write(chunk)
        await target.drain()
    raise HungUp
