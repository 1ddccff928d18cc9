"""Quotas: how much somebody may use in a while, as charges that the queue checks and adds in its one step.

The queue knows counters and ceilings alone; here it is decided which, and how high. Plain data, and pure.
"""

from dataclasses import dataclass
from enum import StrEnum


class Per(StrEnum):
    """The while that a quota is for."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class Manner(StrEnum):
    """When it is full again."""

    ROLLING = "rolling"  #: what was used comes back as it grows old, little by little
    CALENDAR = "calendar"  #: all at once, when the community's hour, day or month begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much in a while. What is None has no limit."""

    per: Per
    manner: Manner = Manner.ROLLING
    gpu_s: int | None = None
    pictures: int | None = None
