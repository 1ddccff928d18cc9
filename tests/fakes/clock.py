"""Time that runs by itself and can be pushed on."""

import time
from itertools import count


class Clock:
    """Seconds since 1970; whatever is named by the order in which it was made counts on `made`."""

    def __init__(self) -> None:
        self._start = time.time() - time.monotonic()
        self.made = count(1)

    def now(self) -> float:
        """Return the time."""
        return self._start + time.monotonic()

    def advance(self, seconds: float) -> None:
        """Let so much time have passed: what is good for a while ages, windows of rate limits end."""
        self._start += seconds
