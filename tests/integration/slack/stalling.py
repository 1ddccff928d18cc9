"""A store that can be made to hang or to be away: a proxy in front of an engine's socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

_CHUNK = 64 * 1024


@dataclass(slots=True)
class Stalling:
    """Carries what is said to the engine and back, as long as a test lets it."""

    far: str
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    is_away: bool = False
    _near: set[asyncio.StreamWriter] = field(default_factory=set)

    def hang(self) -> None:
        """Take everything and answer nothing."""
        self.flowing.clear()

    def leave(self) -> None:
        """Hang up on everybody, and on whoever comes."""
        self.is_away = True
        for each in self._near:
            each.close()

    def come_back(self) -> None:
        """Go on where it was."""
        self.is_away = False
        self.flowing.set()

    async def serve(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it."""
        if self.is_away:
            near_out.close()
            return
        far_in, far_out = await asyncio.open_unix_connection(self.far)
        self._near.add(near_out)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(near_in, far_out))
                group.create_task(self._carry(far_in, near_out))
        except* (_HungUp, OSError):
            pass
        finally:
            self._near.discard(near_out)
            near_out.close()
            far_out.close()

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while chunk := await source.read(_CHUNK):
            await self.flowing.wait()
            target.write(chunk)
            await target.drain()
        raise _HungUp


class _HungUp(Exception):
    """One side ended the connection."""


@asynccontextmanager
async def stalling(url: str, near: Path) -> AsyncIterator[tuple[str, Stalling]]:
    """Stand in front of a `unix://` engine; yields the proxy's own URL."""
    proxy = Stalling(far=url.removeprefix("unix://"))
    proxy.flowing.set()
    async with asyncio.TaskGroup() as carried:

        def accept(near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
            carried.create_task(proxy.serve(near_in, near_out))

        async with await asyncio.start_unix_server(accept, near):
            yield f"unix://{near}", proxy
