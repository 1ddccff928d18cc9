"""Quotas: how much somebody may use in a while. Plain data.

What they come to for somebody at a moment (which counters, how high) is in `bot/policy/meters.py`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Per(StrEnum):
    """The while that a quota is for."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"  #: 30 days, where it is rolling


class Refill(StrEnum):
    """When it is full again."""

    ROLLING = "rolling"  #: what was used comes back as it grows old, little by little
    CALENDAR = "calendar"  #: all at once, when the community's hour, day or month begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much in a while. What is None has no limit."""

    per: Per
    refill: Refill = Refill.ROLLING
    gpu_s: int | None = None
    pictures: int | None = None
