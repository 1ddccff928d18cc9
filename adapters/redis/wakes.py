"""Who waits for work, by lane: one wake-up wakes one worker, so that a new job does not make fifty of them ask."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.redis.wire import Reply

MAX_OWED = 64
"""Wake-ups of a lane that are kept for later: about as many workers as a process has. One too many costs one claim."""
MAX_LANES = 256
"""That wake-ups are kept for; the one unheard of for longest goes first. A lost wake-up costs a timeout."""

_Lanes = Sequence[str] | None
"""What a wake-up is for; None is whatever there may be."""
_Woken = asyncio.Future[_Lanes]


@dataclass(slots=True)
class Ear:
    """What one waiting claim hears: a wake-up, or an answer, which may come before the claim begins to wait."""

    given: Reply = None
    woken: _Woken | None = None

    def give(self, answer: Reply) -> None:
        """Hand over an answer."""
        self.given = answer
        if self.woken is not None:
            _end(self.woken)


class Wakes:
    """Wake-ups for those who wait, and the ones that are owed because everybody was just about to wait."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str | None, dict[_Woken, None]] = defaultdict(dict)  # in the order of their coming
        self._owed: dict[str, int] = {}
        self._all_owed = False

    async def wait(self, lane: str | None, ear: Ear, timeout_s: float) -> None:
        """Return when there is an answer, when there may be work for a lane (None: any), or after the timeout."""
        if ear.given is not None or self._take(lane):
            return
        loop = asyncio.get_running_loop()
        woken: _Woken = loop.create_future()
        ear.woken = woken
        self._waiting[lane][woken] = None
        # Cheaper than asyncio.timeout, for this stands between a submit and the start of its job.
        late, needs_it = loop.call_later(timeout_s, _end, woken), False
        try:
            await woken
            needs_it = ear.given is None
        finally:
            late.cancel()
            self._waiting[lane].pop(woken, None)
            if not needs_it and not woken.cancelled():  # woken, and leaving or answered: it is for somebody else then
                self._pass_on(woken.result())

    def wake(self, lanes: Sequence[str]) -> None:
        """Wake one who waits for any of the lanes; when nobody does, owe it to each of them."""
        if not any(self._wake_one(lane, lanes) for lane in (*lanes, None)):
            for lane in lanes:
                self._owe(lane)

    def wake_all(self) -> None:
        """Wake everybody, or whoever comes next: nobody knows what was missed."""
        self._all_owed = True
        for lane in self._waiting:
            while self._wake_one(lane, None):
                self._all_owed = False

    def _wake_one(self, lane: str | None, lanes: _Lanes) -> bool:
        waiting = self._waiting.get(lane)
        while waiting:
            woken = next(iter(waiting))
            del waiting[woken]
            if not woken.done():  # one that was cancelled has not noticed yet
                woken.set_result(lanes)
                return True
        return False

    def _pass_on(self, lanes: _Lanes) -> None:
        if lanes is None:
            self.wake_all()
        elif lanes:
            self.wake(lanes)

    def _owe(self, lane: str) -> None:
        self._owed[lane] = min(self._owed.pop(lane, 0) + 1, MAX_OWED)
        if len(self._owed) > MAX_LANES:
            del self._owed[next(iter(self._owed))]

    def _take(self, lane: str | None) -> bool:
        """Take a wake-up that is owed to a lane."""
        if self._all_owed:
            self._all_owed = False
            return True
        lane = next(iter(self._owed), None) if lane is None else lane
        if lane not in self._owed:
            return False
        self._owed[lane] -= 1
        if not self._owed[lane]:
            del self._owed[lane]
        return True


def _end(woken: _Woken) -> None:
    """Let somebody wait no more, without a wake-up."""
    if not woken.done():
        woken.set_result(())
