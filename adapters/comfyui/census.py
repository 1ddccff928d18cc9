"""How many runs of strangers the server has: the socket tells how many runs there are, the queue whose they are.

The number alone is enough while it is not above that of ours. Only when it is, the queue itself is read, which on a
busy server holds everybody's graphs: at once, and then no more often than `poll_s`.
"""

import asyncio
from contextlib import suppress

from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.occupants import Occupant, occupants, strangers
from adapters.comfyui.rest import UNKNOWN_ROUTE, Rest
from adapters.comfyui.runs import Runs
from bot.errors import ServerLost


class Census:
    """Counts strangers for as long as `watch` runs."""

    def __init__(self, rest: Rest, runs: Runs, limits: ComfyLimits, pool: str) -> None:
        self._rest = rest
        self._runs = runs
        self._limits = limits
        self._pool = pool
        self._doubt = asyncio.Event()
        self.others = 0  #: runs of strangers when the queue was last heard of

    def told(self, remaining: int) -> None:
        """Take in how many runs the server has, the executing one included."""
        # The socket tells our run's end before it tells the shorter queue, so ours is never taken for a stranger's.
        if remaining > len(self._runs.in_flight()):
            self._doubt.set()
        else:
            self.others = 0

    async def take(self) -> tuple[Occupant, ...]:
        """Ask who is there, and count the strangers; raises ServerLost. Nobody, where there is no such question."""
        answer = await self._rest.get("/queue")
        found = () if answer.status in UNKNOWN_ROUTE else tuple(occupants(answer.mapping()))
        self.others = strangers(found, self._pool, self._runs.in_flight())
        return found

    async def watch(self, listening: asyncio.Event) -> None:
        """Count anew whenever the number alone does not tell, until cancelled; `listening` is set while any is told."""
        while True:
            await self._reason(listening)
            self._doubt.clear()
            with suppress(ServerLost):  # what was known last still holds; who follows a run notices the loss
                await self.take()
            await asyncio.sleep(self._limits.poll_s)

    async def _reason(self, listening: asyncio.Event) -> None:
        """Return when there is one to ask: a number above ours, strangers who may have left, nobody who tells."""
        while not self.others and not self._doubt.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._limits.reconnect_s):
                    await self._doubt.wait()
            if not listening.is_set():
                return
