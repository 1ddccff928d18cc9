"""Stopping one run and no other, confirmed."""

import asyncio
from typing import assert_never
from urllib.parse import quote

from adapters.comfyui.asking import where
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.protocol import Phase
from adapters.comfyui.rest import UNKNOWN_ROUTE, Rest
from adapters.comfyui.runs import Runs
from adapters.comfyui.whereabouts import Nowhere, Over, Pending, Running
from bot.errors import ServerLost
from bot.events import Interrupted
from bot.ports import Stopping


class Stopper:
    """Stops runs of one server."""

    def __init__(self, rest: Rest, runs: Runs, limits: ComfyLimits) -> None:
        self._rest = rest
        self._runs = runs
        self._limits = limits
        self._cancels_jobs = True  #: until the server turns out not to know /api/jobs/{id}/cancel (0.3.64 does not)

    async def stop(self, prompt_id: str) -> Stopping:
        """Stop a run, waiting or executing, and look until it is confirmed or the deadline has come."""
        try:
            async with asyncio.timeout(self._limits.confirm_s):
                await self._drop(prompt_id)
                return await self._confirm(prompt_id)
        except (TimeoutError, ServerLost):
            return Stopping.UNCONFIRMED

    async def _confirm(self, prompt_id: str) -> Stopping:
        watch = self._runs.get(prompt_id)
        began = watch is not None and watch.course.phase is not Phase.AWAITED
        pause, absent_s = self._limits.eager_s, 0.0
        while True:
            match await where(self._rest, prompt_id, self._runs.wanted(prompt_id)):
                case Over(end=Interrupted()):
                    return Stopping.STOPPED
                case Over():
                    return Stopping.TOO_LATE
                case Nowhere():
                    # What had begun may have ended, and its history entry may be late. What had not is now removed.
                    if not began or absent_s >= self._limits.absent_s:
                        self._tell(prompt_id)
                        return Stopping.STOPPED
                    absent_s += pause
                case Running():
                    # Said again at each look: a node that cannot be interrupted may take long to notice.
                    began = True
                    await self._interrupt(prompt_id)
                case Pending():
                    await self._drop(prompt_id)
                case place:
                    assert_never(place)
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._limits.poll_s)

    async def _drop(self, prompt_id: str) -> None:
        """Take it out of the server's queue; a run that executes, or is unknown, is left alone."""
        answer = await self._rest.post("/queue", {"delete": [prompt_id]})
        if not answer.ok:
            raise ServerLost(detail=f"POST /queue: HTTP {answer.status}")

    async def _interrupt(self, prompt_id: str) -> None:
        if self._cancels_jobs:
            answer = await self._rest.post(f"/api/jobs/{quote(prompt_id, safe='')}/cancel")
            # A server that knows the route says "Job not found" in JSON.
            self._cancels_jobs = answer.status not in UNKNOWN_ROUTE or answer.body is not None
        if not self._cancels_jobs:
            # Never without the id: that would stop whoever's run executes now.
            await self._rest.post("/interrupt", {"prompt_id": prompt_id})

    def _tell(self, prompt_id: str) -> None:
        # A run that was taken out of the queue gets no message and no history entry.
        if watch := self._runs.get(prompt_id):
            watch.inbox.put(watch.course.settle(Interrupted()))
