"""Meters: what a person's quotas come to at this moment, each as one counter with a ceiling. Pure.

The queue checks and adds the charges in its one step, knowing counters and ceilings alone; which they are is decided
here. Also when something is shown: what is left is read off the same meters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote

from bot.jobs import Requester
from bot.leases import Charge, Settlement
from bot.policy.periods import UTC_NAME, period_of, zone_of
from bot.policy.quotas import Per, Quota, Refill


class Whose(StrEnum):
    """Who uses it up."""

    MEMBER = "member"  #: one person in one community
    PERSON = "person"  #: one person in all communities of a platform
    COMMUNITY = "community"  #: all members of one


class Unit(StrEnum):
    """In what it is counted."""

    GPU_MS = "gpu"
    PICTURES = "pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """What a job is thought to use."""

    gpu_ms: int
    pictures: int

    def of(self, unit: Unit) -> int:
        """Return how much of a unit: a job is never free in advance."""
        return max(1, self.gpu_ms if unit is Unit.GPU_MS else self.pictures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """What a grant in force allows beyond each of somebody's quotas."""

    gpu_s: int = 0
    pictures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What one party may use: each of these quotas, raised by the extra."""

    quotas: tuple[Quota, ...] = ()
    extra: Extra = Extra()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """What somebody may use in a community, from wherever it was said."""

    member: Due = Due()
    person: Due = Due()  #: in all communities of the platform together, by UTC
    community: Due = Due()  #: all its members together
    zone: str = UTC_NAME  #: the community's, of the IANA database: a member's days are by it
    firm_zone: str = UTC_NAME  #: the operator's for the community: no moderator moves the days that all share


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """One limit at a moment: whose, of what, how high, and the counter that is charged."""

    whose: Whose
    unit: Unit
    per: Per
    refill: Refill
    ceiling: int
    counter: str
    window_s: int  #: for how long a charge of now counts
    steps: int

    def charge(self, take: Take) -> Charge:
        """Return what a job is charged here: GPU time is settled to what it took, pictures to none or all."""
        return Charge(
            counter=self.counter,
            amount=take.of(self.unit),
            ceiling=self.ceiling,
            window_s=self.window_s,
            steps=self.steps,
            settlement=Settlement.TO_FACT if self.unit is Unit.GPU_MS else Settlement.KEPT,
        )


_ROLLING = {Per.HOUR: (3600, 12), Per.DAY: (86_400, 24), Per.MONTH: (30 * 86_400, 30)}
"""Seconds of a window, and steps in which it comes back: fine enough to wait for, few enough to keep."""


def meters_of(entitlement: Entitlement, requester: Requester, now_ms: int) -> tuple[Meter, ...]:
    """Return every limit that somebody's next job counts against; raises SubmissionError for a zone that is none."""
    tenant = requester.tenant
    member = (tenant.platform, tenant.id, requester.id)
    parties: tuple[tuple[Whose, tuple[str, ...], Due, tzinfo], ...] = (
        (Whose.MEMBER, member, entitlement.member, zone_of(entitlement.zone)),
        # A person has no zone: their communities may be in several.
        (Whose.PERSON, requester.person, entitlement.person, zone_of(UTC_NAME)),
        (Whose.COMMUNITY, (tenant.platform, tenant.id), entitlement.community, zone_of(entitlement.firm_zone)),
    )
    return tuple(
        meter
        for whose, names, due, where in parties
        if due.quotas
        for named in [counted_as(names)]
        for each in due.quotas
        for meter in _meters(whose, named, each, due.extra, now_ms, where)
    )


@lru_cache(maxsize=4096)
def counted_as(names: tuple[str, ...]) -> str:
    """Return what a party is called in the names of counters. Remembered, for whoever asks once asks again."""
    return "/".join(quote(name, safe="") for name in names)


def charges_of(meters: Sequence[Meter], take: Take) -> tuple[Charge, ...]:
    """Return what a job is charged; two quotas on the same counter are one charge, under the lower ceiling."""
    least: dict[str, Meter] = {}
    for meter in meters:
        known = least.get(meter.counter)
        if known is None or meter.ceiling < known.ceiling:
            least[meter.counter] = meter
    return tuple(meter.charge(take) for meter in least.values())


def _meters(whose: Whose, named: str, quota: Quota, extra: Extra, now_ms: int, zone: tzinfo) -> Iterator[Meter]:
    ceilings = (
        (Unit.PICTURES, quota.pictures, extra.pictures),
        (Unit.GPU_MS, _ms(quota.gpu_s), extra.gpu_s * 1000),
    )
    window_s, steps, period = _window(quota, now_ms, zone)
    for unit, ceiling, more in ceilings:
        if ceiling is not None:
            yield Meter(
                whose=whose,
                unit=unit,
                per=quota.per,
                refill=quota.refill,
                ceiling=ceiling + more,
                counter="/".join((unit, whose, named, quota.per, *(quote(part, safe="") for part in period))),
                window_s=window_s,
                steps=steps,
            )


def _window(quota: Quota, now_ms: int, zone: tzinfo) -> tuple[int, int, tuple[str, ...]]:
    """Return for how long a charge counts, in how many steps, and the period that its counter is named by."""
    if quota.refill is Refill.ROLLING:
        return *_ROLLING[quota.per], ()
    period = period_of(quota.per, now_ms, zone)
    # Rounded up: a window that ended before its period would begin again within it.
    return -(-(period.ends_ms - now_ms) // 1000), 0, (period.name,)


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000
