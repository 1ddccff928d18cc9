"""When may a message be edited again: pure, time is an argument.

Platforms limit edits per bucket (a channel, a token, a workspace). Spending is counted in a sliding window, which never
allows more than the limit in any stretch of that length, wherever it begins.
"""

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A bucket's limit: at most `edits` in any `per_s` seconds; `reserve` of them: for ends and beginnings only."""

    bucket: str
    edits: int
    per_s: float
    reserve: int = 0

    def __post_init__(self) -> None:
        """Refuse a budget under which some edit could never be made."""
        if self.edits < 1 or self.per_s <= 0 or not 0 <= self.reserve < self.edits:
            raise ValueError(f"no edit could ever be made in {self.bucket!r}")


@dataclass(slots=True)
class Spending:
    """What was spent of one budget."""

    budget: Budget
    _spent: deque[float] = field(default_factory=deque)

    def ready_at(self, now: float, *, keep: int = 0) -> float:
        """Return when the next edit may be made, `now` if at once, so that `keep` more could be made right after."""
        while self._spent and self._spent[0] <= now - self.budget.per_s:
            self._spent.popleft()
        room = self.budget.edits - keep
        if len(self._spent) < room:
            return now
        return self._spent[len(self._spent) - room] + self.budget.per_s

    def spend(self, now: float) -> None:
        """Count an edit when its answer came or was given up: a refusal and a lost answer use up the bucket too.

        The platform counts it when it arrives, which is no later: so its window ends no later than ours.
        """
        self._spent.append(now)

    def clear_at(self, now: float) -> float:
        """Return when nothing that was spent counts any more, `now` if nothing does."""
        return max(now, self._spent[-1] + self.budget.per_s) if self._spent else now
