"""What holds for somebody is told whole, each value with its source."""

from dataclasses import replace

import pytest

from bot.holds import held, still
from bot.limits import Limits
from bot.policy.entitlements import Standard
from bot.policy.measures import BanUser, GrantMore, ResumeWork, Unban
from bot.policy.places import PlaceRule
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import Ban, Books, Ceiling, Grant, Pattern, Pause, Zone
from bot.policy.terms import Terms
from bot.policy.tiers import Tier
from bot.shares import Caps
from tests.unit.bot.moderated import ANN, BEN, GUILD, START_MS, House
from tests.unit.policy.books import book

TERMS = Terms(tier="gold", workflows=frozenset({"txt2img", "flux"}), most={"steps": 25}, cooldown_s=5)
GOLD = Tier(name="gold", users=frozenset({"ann"}), weight=3000, waiting=4, running=1, terms=TERMS, review=True)
LIMITS = Limits(tiers=(GOLD,), running=Caps(person=2, tenant=8))
FASHION = PlaceRule(platform="web", community=GUILD.id, channel="7", workflows=("flux",), adults_only=True, review=True)
PLACES = (FASHION, PlaceRule(platform="web", community="2002", review=True))


async def rows(house, requester=ANN):
    return {each.name: (each.value, each.source) for each in held(await house.rules.holding(requester), PLACES)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Running in this community", "1 at most"),
        ("Waiting in this community", "4 at most"),
        ("Workflows", "flux, txt2img"),
        ("Most of steps", "25"),
        ("From one job to the next", "5 s"),
        ("Review", "a moderator looks first at what they make"),
    ],
)
async def test_all_that_a_tier_says_is_told(name, value):
    assert (await rows(House(limits=LIMITS)))[name] == (value, "the tier gold")
    assert (await rows(House(limits=LIMITS), BEN)).get(name) != (value, "the tier gold")


async def test_caps_of_the_settings_are_told():
    told = await rows(House(limits=LIMITS))

    assert told["Running anywhere"] == ("2 at most", "the settings")
    assert told["Running, all members together"] == ("8 at most", "the settings")


async def test_what_the_books_say_of_the_work_is_told():
    house = House()
    await house.say(Pause(workflow="txt2img", message="maintenance"), Pattern(text="nude"), Pattern(text="bad"))
    await house.say(Pattern(text="worse"), Pause(workflow=None, message=""), tenant=None)
    told = await rows(house)

    assert told["Paused: txt2img"] == ("maintenance", "a moderator here")
    assert told["Paused"] == ("everything", "the operator")
    assert told["Blocklist here"] == ("2 patterns", "a moderator here")
    assert told["Blocklist everywhere"] == ("1 pattern", "the operator")


async def test_the_rules_of_its_channels_are_told_and_no_other_communitys():
    told = await rows(House())

    assert told["In the channel 7"] == ("only flux; for adults; a moderator looks first", "the settings")
    assert "In every channel" not in told


async def test_where_the_ceilings_days_begin_is_told_where_a_moderator_said_another_zone():
    daily = (Quota(per=Per.DAY, pictures=2),)
    house = House(standard=Standard(zone="Asia/Tokyo", ceilings={GUILD: Ceiling(quotas=daily)}))
    assert "Days of all members together" not in await rows(house)
    await house.say(Zone(name="UTC"))
    told = await rows(house)

    assert told["Days begin in"] == ("UTC", "a moderator here")
    assert told["Days of all members together"] == ("Asia/Tokyo", "the settings")


async def test_a_ban_is_told_with_whose_it_is_also_where_both_banned_somebody():
    house = House()
    await house.say(Ban(user="ann", reason="spam", until_ms=START_MS + HOUR_MS))
    assert (await rows(house))["Banned"][1] == "a moderator here"

    await house.say(Ban(user="web/ann", reason="fraud"), tenant=None)
    assert (await rows(house))["Banned"] == (
        "You may not ask for pictures here or anywhere else any more: fraud",
        "the operator",
    )


HOUR_MS = 3_600_000
MINE = Ban(user="ann", reason="")
WIDE = Ban(user="web/ann", reason="", until_ms=START_MS + 24 * HOUR_MS)
WIDE_FOR_GOOD = Ban(user="web/ann", reason="")
OVER = Ban(user="web/ann", reason="", until_ms=START_MS)
ALL, FLUX, TXT = (Pause(workflow=name, message="x") for name in (None, "flux", "txt2img"))
GRANT = Grant(user="ann", until_ms=START_MS + HOUR_MS, pictures=5)
WIDE_GRANT = replace(GRANT, user="web/ann")
NO_MORE = GrantMore(user="ann", for_s=None)
UNBAN, RESUME, RESUME_FLUX = Unban(user="ann"), ResumeWork(), ResumeWork(workflow="flux")


@pytest.mark.parametrize(
    ("measure", "here", "wide", "said"),
    [
        (UNBAN, (), (), ""),
        (UNBAN, (), (WIDE,), "The operator's ban still holds for another 24 h."),
        (UNBAN, (), (WIDE_FOR_GOOD,), "The operator's ban still holds."),
        (UNBAN, (), (OVER, Ban(user="web/ben", reason=""), Ban(user="ann", reason="")), ""),
        (UNBAN, (Ban(user=None, reason=""),), (WIDE,), "The operator's ban of this community still holds."),
        (UNBAN, (FLUX,), (ALL,), ""),
        (RESUME, (), (), ""),
        (RESUME, (FLUX,), (), "The pause of flux still holds."),
        (RESUME, (FLUX, TXT), (), "The pause of flux, txt2img still holds."),
        (RESUME, (), (ALL,), "The operator's pause of everything still holds."),
        (
            RESUME,
            (FLUX,),
            (FLUX, ALL),
            "The operator's pause of everything still holds. The operator's pause of flux still holds. "
            "The pause of flux still holds.",
        ),
        (RESUME, (MINE,), (WIDE,), ""),
        (RESUME_FLUX, (TXT,), (TXT,), ""),
        (
            RESUME_FLUX,
            (ALL,),
            (FLUX,),
            "The operator's pause of flux still holds. The pause of everything still holds.",
        ),
        (BanUser(user="ann", reason=""), (ALL,), (WIDE,), ""),
        (NO_MORE, (GRANT,), (), ""),
        (NO_MORE, (), (WIDE_GRANT, WIDE), "What the operator granted them everywhere still holds."),
        (NO_MORE, (), (replace(WIDE_GRANT, until_ms=START_MS), replace(WIDE_GRANT, user="web/ben")), ""),
        (replace(NO_MORE, for_s=60.0, pictures=1), (), (WIDE_GRANT,), ""),
    ],
)
def test_what_holds_beside_what_is_taken_back_is_told_with_whose_it_is(measure, here, wide, said):
    books = Books(everywhere=book(*wide, tenant=None), community=book(*here, tenant=GUILD))

    # The operator alone bans a community.
    firm = replace(books.community, firm=frozenset({"ban"}))
    assert still(measure, replace(books, community=firm), GUILD, START_MS) == said


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (Unban(user="web/ann"), "Where a community bans them itself, that still holds."),
        (RESUME, "The operator's pause of flux still holds. Where a community has paused by itself, that still holds."),
        (BanUser(user="web/ann", reason=""), ""),
        (GrantMore(user="web/ann", for_s=None), "Where a community granted them more itself, that still holds."),
        (GrantMore(user="web/ann", for_s=60.0, pictures=1), ""),
    ],
)
def test_everywhere_nobody_promises_what_communities_did_not_say(measure, said):
    wide = book(FLUX, tenant=None)

    assert still(measure, Books(everywhere=wide, community=wide), None, START_MS) == said
