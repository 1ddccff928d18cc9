"""Having a server forget settled runs, beside whatever else is asked of it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from bot.ports import Handle, Server

AT_ONCE = 8
FORGET_S = 5.0


@dataclass(slots=True, kw_only=True)
class Forgetting:
    """What one slot has its server forget; one that is too slow for it keeps some."""

    server: Server
    _under_way: int = 0

    async def forget(self, handle: Handle) -> None:
        """Have a run forgotten, unless too many are about to be."""
        if self._under_way >= AT_ONCE:
            return
        self._under_way += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(FORGET_S):
                    await self.server.forget(handle)
        finally:
            self._under_way -= 1
