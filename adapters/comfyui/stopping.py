"""Stopping one run and no other, confirmed, and having the server forget it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import quote

from adapters.comfyui.asking import where
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.rest import UNKNOWN_ROUTE, Rest
from adapters.comfyui.runs import Post, Runs, Watch
from adapters.comfyui.whereabouts import Nowhere, Over, Pending, Running
from bot.errors import ServerLost
from bot.events import Interrupted, RunEnd
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
                # At once where we know of it; of any other, to be seen in the queue is the proof that it had arrived.
                if self._runs.get(prompt_id):
                    await self.drop([prompt_id])
                return await self._confirm(prompt_id)
        except (TimeoutError, ServerLost):
            return Stopping.UNCONFIRMED

    async def _confirm(self, prompt_id: str) -> Stopping:
        sight, pause = _Sight(watch=self._runs.get(prompt_id)), self._limits.eager_s
        while True:
            match await where(self._rest, prompt_id, self._runs.wanted(prompt_id)):
                case Over(end=end):
                    self._settle(prompt_id, end)
                    return Stopping.STOPPED if isinstance(end, Interrupted) else Stopping.TOO_LATE
                case Nowhere():
                    if stopping := sight.verdict(self._limits.absent_s):
                        self._conclude(prompt_id, stopping)
                        return stopping
                    sight.absent_s += pause
                    await self.drop([prompt_id])
                case Running():
                    # Said again at each look: a node that cannot be interrupted may take long to notice.
                    sight.began = True
                    await self.interrupt(prompt_id)
                case Pending():
                    sight.seen = True
                    await self.drop([prompt_id])
                case place:
                    assert_never(place)
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._limits.poll_s)

    async def drop(self, prompt_ids: Iterable[str]) -> None:
        """Take runs out of the server's queue; one that executes, or is unknown, is left alone. Raises ServerLost."""
        answer = await self._rest.post("/queue", {"delete": list(prompt_ids)})
        if not answer.ok:
            raise ServerLost(detail=f"POST /queue: HTTP {answer.status}")

    async def forget(self, prompt_ids: Iterable[str]) -> None:
        """Take runs out of the server's history; raises ServerLost."""
        await self._rest.post("/history", {"delete": list(prompt_ids)})

    async def interrupt(self, prompt_id: str) -> None:
        """Ask the server to end a run that executes, and no other; raises ServerLost."""
        if self._cancels_jobs:
            answer = await self._rest.post(f"/api/jobs/{quote(prompt_id, safe='')}/cancel")
            if answer.ok:
                return
            # JSON may be "Job not found" by a server that knows the route, or a framework's way to say that it does
            # not: only what is no JSON at all settles it, and either way the older request is made, too.
            self._cancels_jobs = answer.status not in UNKNOWN_ROUTE or answer.body is not None
        # Never without the id: that would stop whoever's run executes now.
        await self._rest.post("/interrupt", {"prompt_id": prompt_id})

    def _conclude(self, prompt_id: str, stopping: Stopping) -> None:
        # A run that was taken out of the queue gets no message and no history entry.
        if stopping is Stopping.STOPPED:
            self._settle(prompt_id, Interrupted())
        else:
            self._runs.miss(prompt_id)

    def _settle(self, prompt_id: str, end: RunEnd) -> None:
        if watch := self._runs.get(prompt_id):
            watch.settle(end)


@dataclass(slots=True, kw_only=True)
class _Sight:
    """What was seen of a run while it was being stopped."""

    watch: Watch | None
    seen: bool = False  #: it was in the queue
    began: bool = False
    absent_s: float = 0.0  #: how long it has been nowhere

    def verdict(self, patience_s: float) -> Stopping | None:
        """Judge a run that is nowhere; None: not yet."""
        watch = self.watch
        began = self.began or (watch is not None and watch.began)
        arrived = self.seen or began or (watch is not None and watch.post is not Post.UNANSWERED)
        if arrived and not began:
            return Stopping.STOPPED  # it was removed, or never sent
        if self.absent_s < patience_s:
            return None
        # What had begun may have ended, and its history entry was late. What never arrived may still be on its way.
        return Stopping.STOPPED if arrived else Stopping.UNCONFIRMED
