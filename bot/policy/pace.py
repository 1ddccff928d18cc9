"""How fast somebody may ask for anything: every request counts, also clicks, suggestions and what is refused. Pure.

Everybody has a credit of requests, which grows back with time (a token bucket). The first are let through at once, so
nobody who types and clicks notices it; a script that asks for ever gets no further than the pace. Kept in memory by
each process: what it guards is that process's own time, and what is used up for good is counted by quotas.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field

from bot.errors import TooFast

REMEMBERED = 10_000
"""People at once; beyond, whoever asked longest ago is forgotten, whose credit has grown most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How much at once, and how much in each second. Typing asks for suggestions at every key: about five a second."""

    burst: int = 30
    per_s: float = 5.0


@dataclass(slots=True)
class _Credit:
    left: float
    at_s: float


@dataclass(slots=True)
class Pace:
    """Everybody's credit. Time is an argument, in seconds of a clock that never goes back."""

    rate: Rate = field(default_factory=Rate)
    remembered: int = REMEMBERED
    _credits: dict[Hashable, _Credit] = field(default_factory=dict)  #: whoever asked last stands last

    def refusal(self, who: Hashable, now_s: float) -> TooFast | None:
        """Count a request, and say why it is one too many; None when it is not. What is refused costs nothing more."""
        credit = self._credits.pop(who, None) or _Credit(self.rate.burst, now_s)
        self._credits[who] = credit
        while len(self._credits) > self.remembered:
            del self._credits[next(iter(self._credits))]
        credit.left = min(self.rate.burst, credit.left + max(0.0, now_s - credit.at_s) * self.rate.per_s)
        credit.at_s = max(now_s, credit.at_s)
        if credit.left < 1:
            return TooFast("That was a lot at once.", retry_after_s=(1 - credit.left) / self.rate.per_s)
        credit.left -= 1
        return None
