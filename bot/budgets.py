"""When may a message be edited again: pure, time is an argument.

Platforms limit edits per bucket (a channel, a token, a workspace). Spending is counted in a sliding window, which never
allows more than the limit in any stretch of that length, wherever it begins.
"""

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A bucket's limit: at most `edits` in any `per_s` seconds. `reserve` of them are kept for what is urgent."""

    bucket: str
    edits: int
    per_s: float
    reserve: int = 0


@dataclass(slots=True)
class Spending:
    """What was spent of one budget."""

    budget: Budget
    _spent: deque[float] = field(default_factory=deque)

    def ready_at(self, now: float, *, urgent: bool = False) -> float:
        """Return when the next edit may be made, `now` if at once. What is not urgent leaves the reserve alone."""
        while self._spent and self._spent[0] <= now - self.budget.per_s:
            self._spent.popleft()
        room = self.budget.edits - (0 if urgent else self.budget.reserve)
        if len(self._spent) < room:
            return now
        return self._spent[len(self._spent) - room] + self.budget.per_s

    def spend(self, now: float) -> None:
        """Count an edit, or a refusal by the platform: both use up the bucket."""
        self._spent.append(now)
