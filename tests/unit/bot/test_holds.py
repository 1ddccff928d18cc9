"""What holds for somebody is told whole, each value with its source."""

import pytest

from bot.holds import held
from bot.limits import Limits
from bot.policy.entitlements import Standard
from bot.policy.places import PlaceRule
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import Ceiling, Pattern, Pause, Zone
from bot.policy.terms import Terms
from bot.policy.tiers import Tier
from bot.shares import Caps
from tests.unit.bot.moderated import ANN, BEN, GUILD, House

TERMS = Terms(tier="gold", workflows=frozenset({"txt2img", "flux"}), most={"steps": 25}, cooldown_s=5)
GOLD = Tier(name="gold", users=frozenset({"ann"}), weight=3000, waiting=4, running=1, terms=TERMS, review=True)
LIMITS = Limits(tiers=(GOLD,), running=Caps(person=2, tenant=8))
FASHION = PlaceRule(
    platform="discord", community=GUILD.id, channel="7", workflows=("flux",), adults_only=True, review=True
)
PLACES = (FASHION, PlaceRule(platform="discord", community="2002", review=True))


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
