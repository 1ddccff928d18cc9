"""Claims that wait in memory, until they are given a job or their patience ends."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from bot.fairshare import FairShare
from bot.ports import Held
from bot.shares import ANY_LANE

Who = tuple[str, str]
"""Server and nonce."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parked:
    """One claim: whoever gives it a job makes it."""

    speed: int
    warm: Collection[str]
    until_ms: int
    claim: Callable[[], Held | None]
    given: asyncio.Future[Held]

    def give(self) -> bool:
        """Make the claim; True, and its process told, if it found a job."""
        held = self.claim()
        if held and not self.given.done():
            self.given.set_result(held)
        return held is not None


@dataclass(slots=True)
class Parking:
    """All claims that wait, in the order of their coming."""

    clock: Callable[[], int]
    hand_back: Callable[[Held], None]
    _parked: dict[Who, _Parked] = field(default_factory=dict)

    async def claim(
        self, who: Who, claim: Callable[[], Held | None], *, patience_s: float, speed: int, warm: Collection[str]
    ) -> Held | None:
        """Make a claim; if it finds nothing, wait."""
        self._parked.pop(who, None)
        held = claim()
        if held or not patience_s:
            return held
        given: asyncio.Future[Held] = asyncio.get_running_loop().create_future()
        until_ms = self.clock() + round(patience_s * 1000)
        self._parked[who] = _Parked(speed=speed, warm=warm, until_ms=until_ms, claim=claim, given=given)
        try:
            async with asyncio.timeout(patience_s):
                return await given
        except asyncio.CancelledError:
            self._parked.pop(who, None)
            if given.done() and not given.cancelled():
                self.hand_back(given.result())
            raise
        except TimeoutError:
            self._parked.pop(who, None)
            return claim()

    def hand_out(self, fair: FairShare, job: str) -> None:
        """Make one claim for a new job: of a server that has its model loaded, else the fastest, else the oldest."""
        order, waiting = fair.orders[job], self._waiting()
        tenant = fair.tenants[order.tenant]
        lanes = tenant.seats & tenant.users[order.user].seats & set(fair.routes.get(order.requirement, (ANY_LANE,)))
        suitable = [(who, each) for who, each in waiting if fair.servers.get(who[0], ANY_LANE) in lanes]
        if suitable:
            who, best = max(suitable, key=lambda entry: (order.model in entry[1].warm, entry[1].speed))
            del self._parked[who]
            best.give()

    def wake(self) -> None:
        """Make everybody's claim: there may be work for them."""
        for who, parked in self._waiting():
            if parked.give():
                del self._parked[who]

    def _waiting(self) -> list[tuple[Who, _Parked]]:
        """Return who waits, whose patience has not ended: time may have been moved."""
        return [
            (who, each)
            for who, each in self._parked.items()
            if not each.given.cancelled() and each.until_ms > self.clock()
        ]
