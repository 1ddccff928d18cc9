"""A store that can be made to hang or to be away: a proxy in front of an engine's socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.carrying import carried, serving


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
        self._near.add(near_out)
        try:
            await carried(near_in, near_out, self.far, there=self._flow, back=self._flow)
        finally:
            self._near.discard(near_out)

    async def _flow(self, _: bytes) -> None:
        await self.flowing.wait()


@asynccontextmanager
async def stalling(url: str, near: Path) -> AsyncIterator[tuple[str, Stalling]]:
    """Stand in front of a `unix://` engine; yields the proxy's own URL."""
    proxy = Stalling(far=url)
    proxy.come_back()
    async with serving(proxy.serve, near) as own:
        yield own, proxy
