"""Stopping what earlier owners of a server left in its queue."""

import asyncio
from collections.abc import Collection

from adapters.comfyui.census import Census
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.stopping import Stopper
from bot.errors import ServerStuck


class Clearer:
    """Stops runs by the mark of a pool, so that a stranger's run, or another pool's, is never touched."""

    def __init__(self, census: Census, stopper: Stopper, limits: ComfyLimits, pool: str) -> None:
        self._census = census
        self._stopper = stopper
        self._limits = limits
        self._pool = pool

    async def clear(self, keep: Collection[str]) -> int:
        """Stop all but these, look until they are gone, and have them forgotten; return how many there were.

        Raises ServerLost when nothing answers, ServerStuck when one goes on regardless: whatever is submitted now
        would wait behind it.
        """
        found: set[str] = set()
        pause = self._limits.eager_s
        try:
            async with asyncio.timeout(self._limits.confirm_s):
                while left := await self._left(keep):
                    found.update(left)
                    await self._stopper.drop(left)
                    for prompt_id, executing in left.items():
                        if executing:
                            await self._stopper.interrupt(prompt_id)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, self._limits.poll_s)
        except TimeoutError as error:
            raise ServerStuck("The GPU does not stop a run that was given up.") from error
        if found:  # An interrupted run's words would stay in the server's history: nobody comes back for it.
            await self._stopper.forget(found)
        return len(found)

    async def _left(self, keep: Collection[str]) -> dict[str, bool]:
        """Return what there still is, by id, and whether it executes."""
        found = await self._census.take()
        return {
            each.prompt_id: each.executing for each in found if each.belongs(self._pool) and each.prompt_id not in keep
        }
