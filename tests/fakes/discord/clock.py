"""Time that runs by itself and can be pushed on."""

import time
from datetime import UTC, datetime
from itertools import count

_EPOCH_MS = 1_420_070_400_000
"""Discord's own beginning of time."""


class Clock:
    """Seconds since 1970."""

    def __init__(self) -> None:
        self._start = time.time() - time.monotonic()
        self._ids = count(1)

    def now(self) -> float:
        """Return the time."""
        return self._start + time.monotonic()

    def advance(self, seconds: float) -> None:
        """Let so much time have passed: tokens and links age, windows of rate limits end."""
        self._start += seconds

    def snowflake(self) -> int:
        """Return an id that nobody has, made now."""
        return (round(self.now() * 1000) - _EPOCH_MS << 22) | (next(self._ids) & 0x3FFFFF)


def iso(at: float) -> str:
    """Return the time as Discord writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()
