"""Rate limits: per method, application and workspace in a minute, and chat.postMessage's own per channel.

https://docs.slack.dev/apis/web-api/rate-limits; a window slides, so that no minute holds more than its tier.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from .limits import Limits

Tier = Literal[1, 2, 3, 4, "special", "post"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many within so many seconds."""

    most: int
    per_s: float


def rates(limits: Limits) -> dict[Tier, Rate]:
    """Return what each tier lets through; of "post" what a whole workspace may."""
    return {
        1: Rate(most=limits.tier_1, per_s=limits.tier_s),
        2: Rate(most=limits.tier_2, per_s=limits.tier_s),
        3: Rate(most=limits.tier_3, per_s=limits.tier_s),
        4: Rate(most=limits.tier_4, per_s=limits.tier_s),
        "special": Rate(most=limits.special, per_s=limits.tier_s),
        "post": Rate(most=limits.posts_of_team, per_s=limits.tier_s),
    }


@dataclass(slots=True)
class _Burst:
    """How full a channel is: it drains by itself, so fast as posts are allowed."""

    level: float = 0.0
    at: float = 0.0


@dataclass(slots=True)
class Tiers:
    """What the application has spent."""

    limits: Limits
    _spent: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    _bursts: dict[tuple[str, str], _Burst] = field(default_factory=dict)

    def spend(self, method: str, team: str, tier: Tier, now: float) -> int:
        """Count one call; returns after how many whole seconds to come again, 0 if it may pass."""
        rate = rates(self.limits)[tier]
        spent = self._spent.setdefault((method, team), deque())
        while spent and spent[0] <= now - rate.per_s:
            spent.popleft()
        if len(spent) >= rate.most:
            return max(1, math.ceil(spent[0] + rate.per_s - now))
        spent.append(now)
        return 0

    def post(self, team: str, channel: str, now: float) -> int:
        """Count one message to a channel; returns after how many seconds to come again, 0 if it may pass."""
        per_second = self.limits.posts / self.limits.posts_s
        burst = self._bursts.setdefault((team, channel), _Burst(at=now))
        burst.level, burst.at = max(0.0, burst.level - (now - burst.at) * per_second), now
        if burst.level > self.limits.posts_burst - 1 + 1e-9:
            return max(1, math.ceil((burst.level - (self.limits.posts_burst - 1)) / per_second))
        burst.level += 1
        return 0
