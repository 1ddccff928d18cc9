"""Time that runs by itself and can be pushed on."""

import time
from itertools import count


class Clock:
    """Seconds since 1970."""

    def __init__(self) -> None:
        self._start = time.time() - time.monotonic()
        self._ids = count(1)
        self._last_ts = 0

    def now(self) -> float:
        """Return the time."""
        return self._start + time.monotonic()

    def advance(self, seconds: float) -> None:
        """Let so much time have passed: triggers and files age, windows of rate limits end."""
        self._start += seconds

    def ts(self) -> str:
        """Return the name of a message that is made now: seconds with six digits behind the point, never twice."""
        self._last_ts = max(self._last_ts + 1, round(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def name(self, letter: str) -> str:
        """Return an id that nothing else has: a letter for its kind, and ten signs."""
        number, signs = next(self._ids), ""
        while number:
            number, digit = divmod(number, 36)
            signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + signs
        return f"{letter}0{signs:0>9}"
