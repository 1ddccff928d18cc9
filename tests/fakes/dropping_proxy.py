"""A proxy in front of an engine that forwards a command and, now and then, hangs up instead of handing on the reply.

The command was carried out; the client cannot know. Seeded, so that a history can be told again.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.carrying import HungUp, carried, serving


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
        await carried(near_in, near_out, self.far, there=_let_through, back=self._maybe)

    async def _maybe(self, _: bytes) -> None:
        if self._chance.random() < self.share:
            self.dropped += 1
            raise HungUp


async def _let_through(_: bytes) -> None:
    pass


@asynccontextmanager
async def dropping_proxy(url: str, near: Path, *, seed: int, share: float) -> AsyncIterator[tuple[str, DroppingProxy]]:
    """Stand in front of a `unix://` engine; yields the proxy's own URL."""
    proxy = DroppingProxy(far=url, seed=seed, share=share)
    async with serving(proxy.serve, near) as own:
        yield own, proxy
