"""A held job: its lease kept alive, and the word when somebody wants its run stopped or it is ours no more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeVar

from bot.errors import StoreLost
from bot.ports import JobQueue, Lease, Renewal

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


NEWS_EVERY_S = 0.5
"""How often news of a job is looked into at most: as late may a wish to cancel it be heard."""


class Signal(Enum):
    """Why whoever follows a run should look up; the gravest first."""

    LOST = auto()  #: the job is another's now, or settled
    STOP = auto()  #: this process ends, and the time to finish is over
    CANCEL = auto()  #: somebody wants it stopped; said again at every heartbeat
    WITHDRAW = auto()  #: its slot wants it back, unless it has begun to execute


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """Seconds of a lease's life; the store's lease has to outlast several heartbeats."""

    heartbeat_s: float = 5.0
    lease_s: float = 30.0  #: without an answer from the store for so long, the lease counts as lost
    grace_s: float = 20.0  #: how long a shutdown lets a run go on


@dataclass(slots=True, kw_only=True)
class Hold:
    """One lease. `keep` and `warn_at_stop` are run as tasks by whoever owns the hold."""

    queue: JobQueue
    lease: Lease
    tenure: Tenure
    hurry: asyncio.Event = field(default_factory=asyncio.Event)  #: set when nobody will wait for the grace
    gpu_ms: Callable[[], int] = lambda: 0  #: what the run has used so far
    hints: AbstractContextManager[object] = field(default_factory=nullcontext)  #: entered, it stirs at news
    _said: set[Signal] = field(default_factory=set)
    _told: asyncio.Event = field(default_factory=asyncio.Event)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)
    kept: asyncio.Event = field(default_factory=asyncio.Event)  #: set once the store has answered, or the lease is lost

    def stir(self) -> None:
        """Have the store asked soon: the job may have changed."""
        self._stirred.set()

    async def keep(self) -> None:
        """Renew until the lease is lost: at every heartbeat, and when there may be news."""
        with self.hints:
            await self._renew()

    async def _renew(self) -> None:
        clock = asyncio.get_running_loop().time
        answered = clock()
        while True:
            self._stirred.clear()
            try:
                async with asyncio.timeout(self.tenure.lease_s):
                    renewal = await self.queue.renew(self.lease, gpu_ms=self.gpu_ms())
                answered = clock()
                self.kept.set()
            except (StoreLost, TimeoutError):
                overdue = clock() - answered >= self.tenure.lease_s
                renewal = Renewal.LOST if overdue else Renewal.HELD
            match renewal:
                case Renewal.LOST:
                    self.kept.set()
                    self.say(Signal.LOST)
                    return
                case Renewal.CANCEL_REQUESTED:
                    self.say(Signal.CANCEL)
            await self._rest()

    async def _rest(self) -> None:
        """Wait for the next heartbeat, or for news; our own progress is some, so not every one of them is asked for."""
        least_s = min(NEWS_EVERY_S, self.tenure.heartbeat_s)
        await asyncio.sleep(least_s)
        with suppress(TimeoutError):
            async with asyncio.timeout(self.tenure.heartbeat_s - least_s):
                await self._stirred.wait()

    async def warn_at_stop(self, stopping: asyncio.Event) -> None:
        """Say so when the process has to end and the run had its grace."""
        await grace_over(stopping, self.tenure, self.hurry)
        self.say(Signal.STOP)

    async def signal_before(self, work: asyncio.Task[_T]) -> Signal | None:
        """Return the next signal, or None when the work is done first."""
        waiting = asyncio.ensure_future(self._told.wait())  # Owned by this call.
        try:
            await asyncio.wait((waiting, work), return_when=asyncio.FIRST_COMPLETED)
            return None if work.done() else self._heard()
        finally:
            waiting.cancel()

    def say(self, signal: Signal) -> None:
        """Have whoever follows the run look up."""
        # A set: however often CANCEL is said while nobody listens, it takes no room from what is said once.
        self._said.add(signal)
        self._told.set()

    def _heard(self) -> Signal:
        signal = min(self._said, key=lambda said: said.value)  # The gravest first.
        self._said.remove(signal)
        if not self._said:
            self._told.clear()
        return signal


async def grace_over(stopping: asyncio.Event, tenure: Tenure, hurry: asyncio.Event) -> None:
    """Return when the process has to end and runs had their grace, of which a hurry leaves nothing."""
    await stopping.wait()
    with suppress(TimeoutError):
        async with asyncio.timeout(tenure.grace_s):
            await hurry.wait()


async def insist(call: Callable[[], Awaitable[_T]], tenure: Tenure) -> _T:
    """Repeat a call whose answer was lost, which every verb of the queue allows; raises StoreLost after the lease."""
    pause, until = 0.1, asyncio.get_running_loop().time() + tenure.lease_s
    while True:
        try:
            return await call()
        except StoreLost:
            if asyncio.get_running_loop().time() >= until:
                raise
            _log.warning("store lost, asking again pause_s=%s", pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, 2.0)
