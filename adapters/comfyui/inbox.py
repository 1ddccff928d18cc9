"""Events that wait for whoever follows a run: bounded by their kinds, not by a number.

Of each kind only the newest waits: who reads slowly sees less of the progress and never misses the end.
"""

import asyncio
from collections.abc import Iterable

from bot.events import RunEvent


class Inbox:
    """One run's events; one reader."""

    def __init__(self) -> None:
        self._waiting: dict[type[RunEvent], RunEvent] = {}
        self._news = asyncio.Event()

    def put(self, events: Iterable[RunEvent]) -> None:
        """Add events, in their order."""
        for event in events:
            self._waiting.pop(type(event), None)
            self._waiting[type(event)] = event
            self._news.set()

    def wake(self) -> None:
        """Let the reader look around although there is no event."""
        self._news.set()

    def take(self) -> list[RunEvent]:
        """Take out what waits, in the order in which the newest of each kind came."""
        events, self._waiting = list(self._waiting.values()), {}
        self._news.clear()
        return events

    async def wait(self, seconds: float) -> bool:
        """Wait for news at most so long, and tell whether there is some."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        return True
