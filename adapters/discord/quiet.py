"""Keeps far away from 10,000 invalid requests in ten minutes, for which Cloudflare bans an address: pure.

Discord counts every 401, 403 and 429 as invalid, of all that comes from one address; so other processes share the
count, and what is allowed to one of them has to stay well below it.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

WINDOW_S = 600.0

INVALID = frozenset({401, 403, 429})
"""The answers that count."""

ESSENTIAL_FROM = 2_000
"""From here on only what somebody waits for is sent: a fifth of the ban, so others may be as unlucky at once."""

SILENT_FROM = 8_000
"""From here on nothing is sent until the window empties: the rest is for what is under way, and for our neighbours."""


class Mood(Enum):
    """What may be sent."""

    OPEN = auto()
    ESSENTIAL = auto()
    SILENT = auto()


@dataclass(slots=True)
class Invalid:
    """The invalid requests of the last ten minutes."""

    _at: deque[float] = field(default_factory=lambda: deque(maxlen=SILENT_FROM))

    def note(self, status: int, now: float) -> None:
        """Count an answer, if it is one of those."""
        if status in INVALID:
            self._at.append(now)

    def mood(self, now: float) -> Mood:
        """Return what may be sent now."""
        while self._at and self._at[0] <= now - WINDOW_S:
            self._at.popleft()
        if len(self._at) >= SILENT_FROM:
            return Mood.SILENT
        return Mood.ESSENTIAL if len(self._at) >= ESSENTIAL_FROM else Mood.OPEN
