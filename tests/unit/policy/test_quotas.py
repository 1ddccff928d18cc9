"""Quotas: which counters somebody's job is charged to, how high they may go, and what is said of them."""

from dataclasses import replace

import pytest

from bot.errors import QueueFull
from bot.jobs import Requester, Tenant
from bot.leases import Counted, Settlement, Span
from bot.policy.entitlements import Standard, entitlement_of
from bot.policy.meters import Due, Entitlement, Extra, Take, Unit, Whose, charges_of, meters_of
from bot.policy.quotas import Per, Quota, Refill
from bot.policy.rulebook import Allowance, Ceiling, Grant, Zone
from bot.policy.usage import Usage, explained, quoted, refusal_of_size, told, usage_of
from tests.unit.policy.books import ALICE, HOUR_MS, NOW_MS, books

DAILY = Quota(per=Per.DAY, gpu_s=80, pictures=10)
HOURLY = Quota(per=Per.HOUR, pictures=3)
MONTHLY = Quota(per=Per.MONTH, refill=Refill.CALENDAR, gpu_s=1000)
TAKE = Take(gpu_ms=8000, pictures=1)
MINE = "discord/g/7"


def metered(*quotas, extra=Extra(), **more):  # noqa: B008 - it is frozen
    """Return the meters of Alice."""
    return meters_of(Entitlement(member=Due(quotas=quotas, extra=extra), **more), ALICE, NOW_MS)


def stands(meter, *spans, now_ms=NOW_MS):
    """Return how a meter stands whose spans count and hold so much and end in so many seconds."""
    counted = Counted(
        spans=tuple(Span(count=count, held=held, ends_ms=NOW_MS + 1000 * end) for count, held, end in spans)
    )
    [usage] = usage_of([meter], {meter.counter: counted}, now_ms)
    return usage


# NOW_MS is 2027-01-15T08:00 UTC.
@pytest.mark.parametrize(
    ("quota", "counters", "ceilings", "window_s", "steps"),
    [
        (DAILY, [f"pictures/member/{MINE}/day", f"gpu/member/{MINE}/day"], [10, 80_000], 86_400, 24),
        (HOURLY, [f"pictures/member/{MINE}/hour"], [3], 3_600, 12),
        (MONTHLY, [f"gpu/member/{MINE}/month/2027-01"], [1_000_000], 16 * 86_400 + 16 * 3_600, 0),
        (
            Quota(per=Per.HOUR, refill=Refill.CALENDAR, pictures=0),
            [f"pictures/member/{MINE}/hour/2027-01-15T08%2B0000"],
            [0],
            3_600,
            0,
        ),
        (Quota(per=Per.DAY), [], [], None, None),
    ],
)
def test_a_quota_comes_to_meters(quota, counters, ceilings, window_s, steps):
    meters = metered(quota)

    assert [each.counter for each in meters] == counters
    assert [each.ceiling for each in meters] == ceilings
    assert {(each.window_s, each.steps) for each in meters} == ({(window_s, steps)} if meters else set())


def test_a_members_calendar_is_the_communitys_a_persons_is_utc_and_that_of_all_is_the_operators():
    quota = Quota(per=Per.DAY, refill=Refill.CALENDAR, pictures=1)
    due = Due(quotas=(quota,))

    meters = meters_of(
        Entitlement(member=due, person=due, community=due, zone="Asia/Tokyo", firm_zone="America/New_York"),
        ALICE,
        NOW_MS + 20 * HOUR_MS,
    )

    assert [each.counter for each in meters] == [
        "pictures/member/discord/g/7/day/2027-01-16",
        "pictures/person/discord/7/day/2027-01-16",
        "pictures/community/discord/g/day/2027-01-15",
    ]


def test_nobodys_name_reaches_into_anothers_counter():
    crafty = Requester(tenant=Tenant(platform="web", id="a/b"), id="c", name="x")
    other = Requester(tenant=Tenant(platform="web", id="a"), id="b/c", name="x")
    entitled = Entitlement(member=Due(quotas=(HOURLY,)))

    assert meters_of(entitled, crafty, NOW_MS)[0].counter != meters_of(entitled, other, NOW_MS)[0].counter


def test_gpu_time_is_settled_to_what_it_took_and_pictures_are_kept():
    charges = charges_of(metered(DAILY), Take(gpu_ms=8000, pictures=4))

    assert [(each.amount, each.ceiling, each.settlement) for each in charges] == [
        (4, 10, Settlement.KEPT),
        (8000, 80_000, Settlement.TO_FACT),
    ]


def test_nothing_is_free_in_advance():
    assert [each.amount for each in charges_of(metered(DAILY), Take(gpu_ms=0, pictures=0))] == [1, 1]


def test_two_quotas_on_one_counter_are_one_charge_under_the_lower_ceiling():
    more = Quota(per=Per.HOUR, pictures=9)

    assert charges_of(metered(HOURLY, more), TAKE) == charges_of(metered(more, HOURLY), TAKE)
    assert [each.ceiling for each in charges_of(metered(more, HOURLY), TAKE)] == [3]


# ---- Who is entitled to what -----------------------------------------------------------------------------------------

STANDARD = Standard(member=(DAILY,), person=(HOURLY,), community=(MONTHLY,), zone="Europe/Berlin")
GRANT = Grant(user="7", until_ms=NOW_MS + 1, gpu_s=5, pictures=2)
ALL_OVER = Grant(user="discord/7", until_ms=NOW_MS + 1, gpu_s=1, pictures=1)


@pytest.mark.parametrize(
    ("rules", "everywhere", "tier", "changed"),
    [
        ((), (), None, {}),
        ((), (), (HOURLY,), {"member": Due(quotas=(HOURLY,))}),
        ((), (), (), {"member": Due()}),
        # A moderator's word is about the member, the operator's about the person.
        ((Allowance(user="7", quotas=(MONTHLY,)),), (), (HOURLY,), {"member": Due(quotas=(MONTHLY,))}),
        ((Allowance(user="7", quotas=()),), (), (HOURLY,), {"member": Due()}),
        ((Allowance(user="8", quotas=()),), (), None, {}),
        ((), (Allowance(user="discord/7", quotas=(DAILY,)),), None, {"person": Due(quotas=(DAILY,))}),
        ((), (Allowance(user="7", quotas=(DAILY,)),), None, {}),
        ((GRANT,), (), None, {"member": Due(quotas=(DAILY,), extra=Extra(gpu_s=5, pictures=2))}),
        (
            (GRANT,),
            (ALL_OVER,),
            None,
            {
                "member": Due(quotas=(DAILY,), extra=Extra(gpu_s=6, pictures=3)),
                "person": Due(quotas=(HOURLY,), extra=Extra(gpu_s=1, pictures=1)),
            },
        ),
        ((Grant(user="7", until_ms=NOW_MS, gpu_s=5),), (), None, {}),
        # Of a community.
        ((Ceiling(weight=1),), (), None, {}),
        ((Ceiling(quotas=()),), (), None, {"community": Due()}),
        ((Ceiling(quotas=(DAILY,)),), (), None, {"community": Due(quotas=(DAILY,))}),
        ((Zone(name="Asia/Tokyo"),), (), None, {"zone": "Asia/Tokyo"}),
    ],
)
def test_an_entitlement(rules, everywhere, tier, changed):
    usual = {
        "member": Due(quotas=(DAILY,)),
        "person": Due(quotas=(HOURLY,)),
        "community": Due(quotas=(MONTHLY,)),
        "zone": "Europe/Berlin",
        "firm_zone": "Europe/Berlin",
    }

    found = entitlement_of(books(*rules, everywhere=everywhere), ALICE, tier, STANDARD, NOW_MS)

    assert found == Entitlement(**{**usual, **changed})


def test_no_moderator_moves_the_days_of_the_ceiling_and_the_operator_does():
    said = books(Zone(name="Asia/Tokyo"))
    firm = replace(said, community=replace(said.community, firm=frozenset({"zone"})))

    assert entitlement_of(said, ALICE, None, STANDARD, NOW_MS).firm_zone == "Europe/Berlin"
    assert entitlement_of(firm, ALICE, None, STANDARD, NOW_MS).firm_zone == "Asia/Tokyo"


# ---- What is said of it ----------------------------------------------------------------------------------------------


def test_used_and_held_are_told_apart_and_what_comes_back_first():
    [pictures, gpu] = metered(DAILY)

    assert stands(pictures) == Usage(meter=pictures, used=0, held=0, returns=())
    assert stands(pictures, (4, 1, 60), (2, 2, 7200)).left == 4
    assert told(stands(pictures), TAKE) == "0 of 10 pictures used in any 24 hours, 10 left"
    assert told(stands(pictures, (4, 1, 60), (2, 2, 7200)), TAKE) == (
        "3 of 10 pictures used in any 24 hours, 3 reserved for what waits or runs, 4 left; more in 60 s"
    )
    assert told(stands(gpu, (40_000, 0, 7200)), TAKE) == (
        "5 of about 10 pictures used in any 24 hours, 5 left (40 of 80 GPU seconds); more in 2 h"
    )


def test_less_than_nothing_is_never_left():
    [pictures, _] = metered(DAILY)

    assert stands(pictures, (40, 0, 60)).left == 0


def test_what_comes_back_first_pays_for_what_was_used_beyond_the_quota():
    [pictures, _] = metered(DAILY)

    assert stands(pictures, (10, 0, 60), (5, 0, 7200)).more_s == 60
    assert stands(pictures, (5, 0, 60), (10, 0, 7200)).more_s == 7200
    assert stands(pictures).more_s is None
    assert told(stands(pictures, (2, 0, 60), (10, 0, 7200)), TAKE) == (
        "12 of 10 pictures used in any 24 hours, 0 left; more in 2 h"
    )


def test_what_is_too_large_for_a_quota_is_not_told_to_wait():
    meters = metered(DAILY)
    large = Take(gpu_ms=96_000, pictures=2)

    refused = refusal_of_size(meters, large)

    assert str(refused) == (
        "This takes about 2 pictures (96 GPU seconds), and your quota is about 1 picture (80 GPU seconds) "
        "in any 24 hours: ask for less."
    )
    assert not isinstance(refused, QueueFull)
    assert refusal_of_size(meters, Take(gpu_ms=80_000, pictures=10)) is None


@pytest.mark.parametrize(
    ("whose", "sentence"),
    [
        (Whose.MEMBER, "Your quota in this community is used up for now: it is 3 pictures in any hour."),
        (Whose.PERSON, "Your quota in all communities together is used up for now: it is 3 pictures in any hour."),
        (
            Whose.COMMUNITY,
            "This community's quota is used up for now: all its members together have 3 pictures in any hour.",
        ),
    ],
)
def test_a_refusal_of_the_queue_is_put_into_words(whose, sentence):
    meters = meters_of(Entitlement(**{whose.value: Due(quotas=(HOURLY,))}), ALICE, NOW_MS)

    told_now = explained(QueueFull(counter=meters[0].counter, retry_after_s=7.5), meters, TAKE)

    assert (str(told_now), told_now.retry_after_s, told_now.code) == (sentence, 7.5, "quota_reached")


def test_a_refusal_that_is_about_no_quota_stays_as_it_is():
    full = QueueFull(counter="everybody", retry_after_s=1)

    assert explained(full, metered(HOURLY), TAKE) is full


def test_a_calendar_is_told_as_one():
    [month] = metered(MONTHLY)

    assert month.unit is Unit.GPU_MS
    assert told(stands(month), TAKE) == ("0 of about 125 pictures used each month, 125 left (1000 of 1000 GPU seconds)")


def test_gpu_time_is_told_in_whole_pictures_whose_sum_is_right():
    [_, gpu] = metered(DAILY)

    assert told(stands(gpu, (20_000, 12_000, 60)), TAKE) == (
        "1 of about 10 pictures used in any 24 hours, 2 reserved for what waits or runs, 7 left "
        "(60 of 80 GPU seconds); more in 60 s"
    )
    assert told(stands(gpu, (5_000, 5_000, 60)), TAKE).startswith("0 of about 10 pictures used in any 24 hours, 1 res")
    assert told(stands(gpu, (100_000, 0, 60)), TAKE).startswith("12 of about 10 pictures used in any 24 hours, 0 left")


@pytest.mark.parametrize("unit", [{"gpu_s": 0}, {"pictures": 0}])
@pytest.mark.parametrize(
    ("whose", "sentence"),
    [
        (
            Whose.MEMBER,
            "You may paint nothing in this community: your quota is none at all. Its moderators can change that.",
        ),
        (Whose.PERSON, "You may paint nothing: your quota is none at all. Whoever runs this bot can change that."),
        (
            Whose.COMMUNITY,
            "Nothing may be painted in this community: its quota is none at all. "
            "Whoever runs this bot can change that.",
        ),
    ],
)
def test_whose_quota_is_none_at_all_is_told_whom_to_ask_and_not_to_ask_for_less(whose, sentence, unit):
    meters = meters_of(Entitlement(**{whose.value: Due(quotas=(Quota(per=Per.DAY, **unit),))}), ALICE, NOW_MS)

    assert str(refusal_of_size(meters, TAKE)) == sentence


def test_what_a_job_takes_is_quoted_before_it_costs_with_the_room_that_the_nearest_quota_leaves():
    [pictures, gpu] = metered(Quota(per=Per.DAY, gpu_s=80, pictures=40))

    assert quoted((), TAKE) == "takes about 8 GPU seconds"
    assert quoted((stands(pictures),), TAKE) == "takes about 8 GPU seconds; room for 40 such jobs"
    assert quoted((stands(pictures), stands(gpu, (20_000, 0, 60))), TAKE) == (
        "takes about 8 GPU seconds; room for 7 such jobs"
    )
