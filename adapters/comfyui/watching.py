"""Following a run: what the socket says at once, and what the server answers when the socket is quiet."""

import asyncio
from collections.abc import AsyncGenerator
from typing import assert_never

from adapters.comfyui.asking import recorded, where
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.patience import Patience
from adapters.comfyui.protocol import Phase
from adapters.comfyui.rest import Rest, hung_up
from adapters.comfyui.runs import Runs, Watch
from adapters.comfyui.socket import Listener
from adapters.comfyui.whereabouts import Nowhere, Over, Pending, Running, Whereabouts
from bot.errors import ServerLost
from bot.events import Failed, Interrupted, RunEvent, Succeeded


class Follower:
    """Follows one run to its end."""

    def __init__(self, rest: Rest, listener: Listener, limits: ComfyLimits, runs: Runs, watch: Watch) -> None:
        self._rest = rest
        self._runs = runs
        self._listener = listener
        self._limits = limits
        self._watch = watch
        self._patience = Patience(limits)
        self._unheard = 0

    async def events(self) -> AsyncGenerator[RunEvent]:
        """Report until the end; raises ServerLost."""
        watch, eager = self._watch, False
        # Where an adopted run is, has to be asked first.
        pause = self._limits.poll_s if watch.client_id else 0.0
        while True:
            for event in watch.inbox.take():
                yield event
                if isinstance(event, Succeeded | Failed | Interrupted):
                    return
            if watch.course.asks and not eager:
                eager, pause = True, 0.0  # over: the history is asked at once, and often until it tells
            if await self._is_due(pause):
                await self._look()
                pause = min(max(2 * pause, self._limits.eager_s), self._limits.poll_s) if eager else self._limits.poll_s

    async def _is_due(self, pause: float) -> bool:
        """Wait for news, and tell whether to look around: nothing came, or the socket broke, maybe with its server."""
        watch = self._watch
        if pause and not watch.shaken and await watch.inbox.wait(pause) and not watch.shaken:
            return False
        watch.shaken = False
        return True

    async def _look(self) -> None:
        course, now = self._watch.course, asyncio.get_running_loop().time
        try:
            ask = recorded if course.asks else where
            place = await ask(self._rest, course.prompt_id, course.wanted)
        except ServerLost as error:
            self._patience.silent(now(), error, hung_up=hung_up(error))
            return
        self._patience.answered(now(), place, self._runs.given_up)
        self._watch.inbox.put(self._learn(place))

    def _learn(self, place: Whereabouts) -> list[RunEvent]:
        course = self._watch.course
        match place:
            case Pending(before=before, origin=origin):
                course.learn(origin)
                return course.queued(len(before))
            case Running(origin=origin):
                course.learn(origin)
                self._doubt(0 if course.heard else 1)
                return course.running()
            case Over(end=end):
                # A run that was TORN may have ended while there was no socket at all.
                self._doubt(2 if course.phase in {Phase.AWAITED, Phase.WHOLE} else 0)
                return course.settle(end)
            case Nowhere():
                return []
            case _:
                assert_never(place)

    def _doubt(self, weight: int) -> None:
        """Leave a socket that is open, but says nothing of a run that goes to it: two questions knew more than it."""
        if not weight or self._watch.client_id != self._listener.client_id or not self._listener.greeted.is_set():
            return
        self._unheard += weight
        if self._unheard >= 2:
            self._listener.renew()
