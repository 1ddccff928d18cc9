"""A proxy in front of an engine that forwards a command and, now and then, hangs up instead of handing on the reply.

The command was carried out; the client cannot know. Seeded, so that a history can be told again.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

_CHUNK = 64 * 1024


@dataclass(slots=True)
class DroppingProxy:
    """Hangs up on a share of all replies; `dropped` counts them."""

    far: str
    seed: int
    share: float
    dropped: int = 0
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    async def serve(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it, or the proxy does."""
        far_in, far_out = await asyncio.open_unix_connection(self.far)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_carry(near_in, far_out, lambda: False))
                group.create_task(_carry(far_in, near_out, self._drops))
        except* (_HungUp, OSError):
            pass
        finally:
            near_out.close()
            far_out.close()

    def _drops(self) -> bool:
        drops = self._chance.random() < self.share
        self.dropped += drops
        return drops


class _HungUp(Exception):
    """One side ended the connection."""


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, drops: Callable[[], bool]) -> None:
    while chunk := await source.read(_CHUNK):
        if drops():
            break
        target.write(chunk)
        await target.drain()
    raise _HungUp


@asynccontextmanager
async def dropping_proxy(url: str, near: Path, *, seed: int, share: float) -> AsyncIterator[tuple[str, DroppingProxy]]:
    """Stand in front of a `unix://` engine; yields the proxy's own URL."""
    proxy = DroppingProxy(far=url.removeprefix("unix://"), seed=seed, share=share)
    async with asyncio.TaskGroup() as carried:  # every connection has ended when the proxy has

        def accept(near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
            carried.create_task(proxy.serve(near_in, near_out))

        async with await asyncio.start_unix_server(accept, near):
            yield f"unix://{near}", proxy
