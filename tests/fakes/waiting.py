"""Waiting for what a fake's world comes to: one notice whenever some of it changed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

PATIENCE_S = 60.0
"""How long a test waits for what has to come: much longer than it takes, on a machine that has other work, too."""

_LOOK_S = 0.02


class Waiting:
    """Whoever waits until something holds of what is around them."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def changed(self) -> None:
        """Wake those who wait for something."""
        for each in self._waiting:
            each.set()

    def settle(self) -> None:
        """Let happen what is due before anybody looks: nothing, unless a world says otherwise."""

    async def until(self, holds: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Return once it holds; asked again after every change, and now and then. Raises TimeoutError."""
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            async with asyncio.timeout(within_s):
                while not self._is(holds):
                    woken.clear()
                    with suppress(TimeoutError):  # what changes inside the application is told to nobody
                        async with asyncio.timeout(_LOOK_S):  # wait_for of Python 3.11 may swallow a cancellation
                            await woken.wait()
        finally:
            self._waiting.discard(woken)

    def _is(self, holds: Callable[[], bool]) -> bool:
        self.settle()
        return holds()
