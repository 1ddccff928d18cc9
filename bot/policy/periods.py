"""When an hour, a day and a month begin and end somewhere. Pure; instants are the store's milliseconds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import SubmissionError
from bot.policy.quotas import Per

UTC_NAME = "UTC"
"""Where nobody says another zone, and of what is counted in all communities together."""
IN_UTC = f"({UTC_NAME})"
"""Stands in the heading of a list with instants for people."""


_NOWHERE = frozenset({"localtime", "posixrules", "factory"})
"""Files of the database that are no zone: this machine's own, a default, and what nobody has set yet."""
_COPIES = ("posix/", "right/")
"""Of all zones, for other clocks; those of `right/` count leap seconds and are off by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One hour, day or month."""

    name: str  #: the same for every instant in it, and of no other one of its kind: `2026-11-23`
    ends_ms: int


def zone_of(name: str) -> tzinfo:
    """Return a time zone of the IANA database; raises SubmissionError for a name that it does not have."""
    try:
        return UTC if name == UTC_NAME else ZoneInfo(name)  # the first is there without the database, too
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # the last two for names that are no path
        raise _no_zone() from error


def zone_name(said: str) -> str:
    """Return the name of a zone in which somebody says that days begin; raises SubmissionError for one that is none.

    Of names that a book or a counter has, zone_of asks no more than that there is something behind them: a community
    whose zone was taken before is not to be refused with each of its jobs.
    """
    name = said.casefold()  # some machines tell no large letters from small ones
    if name in _NOWHERE or name.startswith(_COPIES):
        raise _no_zone()
    zone_of(said)
    return said


def _no_zone() -> SubmissionError:
    return SubmissionError("That is no time zone. They have names such as Europe/Berlin or UTC.")


def period_of(per: Per, now_ms: int, zone: tzinfo) -> Period:
    """Return the hour, day or month of an instant.

    A day ends with the first moment of the next date, so it has 23 or 25 hours where the clock is moved. An hour that
    is there twice is two hours: its name has the offset.
    """
    return _PERIODS[per](datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone))


def instant(at_ms: int) -> str:
    """Write an instant for a script, in UTC: `2026-11-23T08:00:00Z`."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def minute(at_ms: int) -> str:
    """Write an instant for people, in UTC: `2026-11-23 08:00`."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M}"


def _hour(now: datetime) -> Period:
    begins = now.replace(minute=0, second=0, microsecond=0)
    into = timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
    # By the time that passes: what the clock shows at the end may be another hour's.
    ends = now.astimezone(UTC) - into + timedelta(hours=1)
    return Period(name=f"{begins:%Y-%m-%dT%H%z}", ends_ms=_ms(ends))


def _day(now: datetime) -> Period:
    return Period(name=f"{now:%Y-%m-%d}", ends_ms=_ms(_midnight(now) + timedelta(days=1)))


def _month(now: datetime) -> Period:
    in_the_next = _midnight(now).replace(day=28) + timedelta(days=4)
    return Period(name=f"{now:%Y-%m}", ends_ms=_ms(in_the_next.replace(day=1)))


def _midnight(now: datetime) -> datetime:
    # The first of two, where the clock is set back over it; where it is set forward over it, the moment in which.
    return now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _ms(when: datetime) -> int:
    return round(when.timestamp() * 1000)


_PERIODS: Mapping[Per, Callable[[datetime], Period]] = {Per.HOUR: _hour, Per.DAY: _day, Per.MONTH: _month}
