"""A client that hears of a platform is replaced whenever it ends: it gives up, or breaks, on what a new one mends."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.errors import ChatError, ConfigError
from bot.outages import Outage

_FIRST_S, _LONGEST_S = 1.0, 60.0
_HEALTHY_S = 60.0
"""Whoever was connected for so long did not fail at connecting: the pauses begin anew."""


@dataclass(slots=True, kw_only=True)
class Pauses:
    """How long to wait before the next client: 1, 2, 4 … 60 s, and a little more so that not all come at once."""

    jitter: Callable[[], float] = random.random  #: 0 to 1: the share of a quarter that is added
    _next_s: float = field(default_factory=lambda: _FIRST_S)

    def after(self, healthy_s: float) -> float:
        """Return the pause after a client that was connected for so long (0: never)."""
        if healthy_s >= _HEALTHY_S:
            self._next_s = _FIRST_S
        pause_s, self._next_s = self._next_s, min(2 * self._next_s, _LONGEST_S)
        return pause_s * (1 + self.jitter() / 4)


Listen = Callable[[Callable[[], None]], Awaitable[None]]
"""Connects, calls back whenever it is connected, and raises ChatError when nothing more will be heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisor:
    """Keeps one client connected for as long as the service runs."""

    listen: Listen
    outage: Outage
    pauses: Pauses
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> None:
        """Listen for good. Raises ConfigError for what no new client mends: the token, shards, intents."""
        while True:
            await self.sleep(self.pauses.after(await self._once()))

    async def _once(self) -> float:
        """Listen with one client; return for how many seconds it was connected."""
        connected: list[float] = []

        def ready() -> None:
            connected[:] = connected or [self.clock()]
            self.outage.over()

        try:
            await self.listen(ready)
        except ConfigError:
            raise
        except ChatError as error:
            self.outage.lost(error)
        except Exception as error:  # noqa: BLE001 - clients break of their own bugs, as discord.py's at its first connection
            self.outage.broke(error)
        return self.clock() - connected[0] if connected else 0.0
