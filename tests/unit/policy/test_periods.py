"""Hours, days and months where people live, also when their clocks are moved."""

from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest

from bot.errors import SubmissionError
from bot.policy.periods import period_of, zone_name, zone_of
from bot.policy.quotas import Per

HOUR = 3_600_000


def ms(text: str) -> int:
    """Return an instant, told in UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("per", "zone", "now", "name", "ends"),
    [
        (Per.HOUR, "UTC", "2026-11-23T10:59:59.999", "2026-11-23T10+0000", "2026-11-23T11:00"),
        (Per.HOUR, "Asia/Kathmandu", "2026-11-23T10:20", "2026-11-23T16+0545", "2026-11-23T11:15"),
        (Per.DAY, "UTC", "2026-11-23T00:00", "2026-11-23", "2026-11-24T00:00"),
        (Per.DAY, "Asia/Tokyo", "2026-11-22T15:00", "2026-11-23", "2026-11-23T15:00"),
        (Per.DAY, "America/Los_Angeles", "2026-11-23T07:59", "2026-11-22", "2026-11-23T08:00"),
        (Per.MONTH, "UTC", "2026-12-31T23:59", "2026-12", "2027-01-01T00:00"),
        (Per.MONTH, "UTC", "2028-02-29T12:00", "2028-02", "2028-03-01T00:00"),
        (Per.MONTH, "Europe/Berlin", "2026-10-01T10:00", "2026-10", "2026-10-31T23:00"),
        # 23 and 25 hours.
        (Per.DAY, "Europe/Berlin", "2026-03-29T10:00", "2026-03-29", "2026-03-29T22:00"),
        (Per.DAY, "Europe/Berlin", "2026-10-24T22:00", "2026-10-25", "2026-10-25T23:00"),
        # The hour from two to three is there twice, and not at all.
        (Per.HOUR, "Europe/Berlin", "2026-10-25T00:30", "2026-10-25T02+0200", "2026-10-25T01:00"),
        (Per.HOUR, "Europe/Berlin", "2026-10-25T01:30", "2026-10-25T02+0100", "2026-10-25T02:00"),
        (Per.HOUR, "Europe/Berlin", "2026-03-29T00:30", "2026-03-29T01+0100", "2026-03-29T01:00"),
        # Midnight is there twice, or not at all.
        (Per.DAY, "America/Havana", "2026-11-01T05:30", "2026-11-01", "2026-11-02T05:00"),
        (Per.DAY, "Africa/Cairo", "2026-04-24T10:00", "2026-04-24", "2026-04-24T21:00"),
        (Per.DAY, "Africa/Cairo", "2026-04-23T10:00", "2026-04-23", "2026-04-23T22:00"),
    ],
)
def test_a_period(per, zone, now, name, ends):
    period = period_of(per, ms(now), zone_of(zone))

    assert (period.name, period.ends_ms) == (name, ms(ends))


@pytest.mark.parametrize("per", Per)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Havana", "Africa/Cairo", "Pacific/Apia", "Asia/Kolkata"])
def test_a_period_ends_after_every_instant_in_it_and_another_begins_then(per, zone):
    where, begins = zone_of(zone), ms("2026-01-01T00:00")
    periods = [period_of(per, now, where) for now in range(begins, begins + 366 * 24 * HOUR, 6 * HOUR + 60_000)]

    assert all(
        period_of(per, each.ends_ms - 1, where) == each and period_of(per, each.ends_ms, where).name != each.name
        for each in periods
    )


@pytest.mark.parametrize("name", ["Berlin", "", "../../etc/passwd", "/etc/passwd", "Europe", "a\0b", "x" * 5000])
def test_what_is_no_zone_is_refused_in_words(name):
    for asked in (zone_of, zone_name):
        with pytest.raises(SubmissionError, match="no time zone"):
            asked(name)


@pytest.mark.parametrize(
    "name",
    [
        "localtime", "posixrules", "Factory", "posix/UTC", "posix/Europe/Berlin", "right/Europe/Berlin", "right/UTC",
        "LOCALTIME", "factory", "Right/Europe/Berlin", "posix/", "posix",
    ],
)  # fmt: skip
def test_a_file_of_the_database_that_is_no_zone_is_refused_as_any_other_name(name):
    with pytest.raises(SubmissionError, match=r"^That is no time zone\. They have names"):
        zone_name(name)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Etc/GMT+5", "America/Argentina/Buenos_Aires"])
def test_a_zone_is_taken_as_it_is_named(name):
    assert zone_name(name) == name


@pytest.mark.skipif("Factory" not in available_timezones(), reason="this machine's database has no such file")
def test_a_zone_that_was_taken_before_goes_on_to_count():
    assert period_of(Per.DAY, ms("2026-11-23T10:00"), zone_of("Factory")).name == "2026-11-23"
