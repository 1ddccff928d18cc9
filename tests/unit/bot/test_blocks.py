"""The blocks of the settings that say what holds for whom: what becomes of them, and what is wrong with them."""

import pytest

from bot.errors import ConfigError
from bot.jobs import Requester, Tenant
from bot.limits import limits_of, ranks_of, standard_of
from bot.policy.entitlements import Newcomers, Standard
from bot.policy.measures import Rank
from bot.policy.quotas import Per, Quota, Refill
from bot.policy.ranks import rank_of
from bot.policy.rulebook import Ceiling
from bot.policy.terms import Terms
from bot.settings import Settings, read_settings

TIER = '[[tiers]]\nname = "free"\nplatform = "slack"\nroles = ["S0123ABCD"]\n'
GUILD = '[[communities]]\ncommunity = "123456789012345678"\n'
TEAM = '[[communities]]\nplatform = "slack"\ncommunity = "T0123ABCD"\n'
DAILY = '{ per = "day", pictures = 100 }'


def test_a_tier_has_its_terms():
    text = (
        f'{TIER}workflows = ["txt2img"]\nmax = {{ steps = 30, size = 1024 }}\nquotas = [{DAILY}]\ncooldown_s = 60\n'
        '[[tiers]]\nname = "bare"\nplatform = "slack"\nroles = ["S0123ABCE"]\nquotas = []'
    )

    free, bare = limits_of(read_settings(text.encode())).tiers

    assert free.terms == Terms(
        tier="free",
        workflows=frozenset({"txt2img"}),
        most={"steps": 30, "size": 1024},
        quotas=(Quota(per=Per.DAY, pictures=100),),
        cooldown_s=60,
    )
    assert bare.terms == Terms(tier="bare", quotas=())


def test_quotas_are_of_members_of_people_and_of_communities():
    text = "".join(
        f'[[quotas]]\nwhose = "{whose}"\nper = "{per}"\n{amount}\n'
        for whose, per, amount in (
            ("member", "day", "pictures = 100\nrefill = 'calendar'"),
            ("member", "hour", "gpu_s = 600"),
            ("person", "day", "gpu_s = 0"),
            ("community", "month", "gpu_s = 9000\npictures = 9"),
        )
    )

    assert standard_of(read_settings(f'zone = "Europe/Berlin"\n{text}'.encode())) == Standard(
        member=(
            Quota(per=Per.DAY, refill=Refill.CALENDAR, pictures=100),
            Quota(per=Per.HOUR, gpu_s=600),
        ),
        person=(Quota(per=Per.DAY, gpu_s=0),),
        community=(Quota(per=Per.MONTH, gpu_s=9000, pictures=9),),
        zone="Europe/Berlin",
        newcomers=Newcomers.SMALL,
    )


def test_a_community_has_its_ceiling_its_zone_and_its_moderators():
    text = (
        f'new_communities = "approve"\n{GUILD}weight = 2\nquotas = [{DAILY}]\nzone = "Asia/Tokyo"\n'
        f'{TEAM}moderators = ["U0123ABCD"]\nmoderator_roles = ["S0123ABCD"]'
    )
    settings = read_settings(text.encode())
    guild, team = Tenant(platform="discord", id="123456789012345678"), Tenant(platform="slack", id="T0123ABCD")

    assert standard_of(settings) == Standard(
        newcomers=Newcomers.APPROVE,
        ceilings={
            guild: Ceiling(weight=2000, quotas=(Quota(per=Per.DAY, pictures=100),)),
            team: Ceiling(weight=1000),
        },
        zones={guild: "Asia/Tokyo"},
    )
    ben = Requester(tenant=team, id="U0999ABCD", name="Ben")
    assert rank_of(ben, ["S0123ABCD"], ranks_of(settings)) is Rank.MODERATOR


def test_an_operator_is_one_everywhere_and_on_slack_in_one_workspace_by_that_id():
    text = (
        '[[operators]]\nplatform = "discord"\nusers = [456789012345678901]\n'
        '[[operators]]\nplatform = "slack"\ncommunity = "T0123ABCD"\nusers = ["U0123ABCD"]'
    )

    assert ranks_of(read_settings(text.encode())).operators == {
        ("discord", "456789012345678901"),
        ("slack", "T0123ABCD", "U0123ABCD"),
    }


def test_without_a_word_nobody_has_a_quota_and_new_communities_get_little():
    assert standard_of(Settings()) == Standard(newcomers=Newcomers.SMALL)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'{TIER}quotas = [{{ per = "day" }}]', "tiers.0.quotas.0: gpu_s or pictures: say how much"),
        (f'{TIER}quotas = [{{ per = "week", pictures = 1 }}]', "input should be 'hour', 'day' or 'month'"),
        (f'{TIER}quotas = [{{ per = "day", pictures = 1, refill = "never" }}]', "'rolling' or 'calendar'"),
        (f'{TIER}quotas = [{{ per = "day", pictures = -1 }}]', "greater than or equal to 0"),
        (f"{TIER}max = {{ steps = 0 }}", "tiers.0.max.steps: input should be greater than 0"),
        (f"{TIER}max = {{ steps = inf }}", "tiers.0.max.steps"),
        (f'{TIER}max = {{ steps = "30 steps" }}', "tiers.0.max.steps"),
        (f"{TIER}cooldown_s = -1", "cooldown_s: input should be greater than or equal to 0"),
        (f"{TIER}cooldown_s = 86401", "cooldown_s: input should be less than or equal to 86400"),
        ('[[quotas]]\nper = "day"\npictures = 1', "quotas.0.whose: field required"),
        ('[[quotas]]\nwhose = "guest"\nper = "day"\npictures = 1', "'member', 'person' or 'community'"),
        ('zone = "Berlin"', "zone: that is no time zone. They have names such as Europe/Berlin or UTC."),
        ('new_communities = "closed"', "input should be 'small', 'open' or 'approve'"),
        (GUILD * 2, "123456789012345678 of discord is described twice"),
        (f"{GUILD}weight = 0", "weight: input should be greater than or equal to 0.01"),
        (f'{GUILD}zone = "../etc"', "communities.0.zone: that is no time zone"),
        (f'{GUILD}zone = "localtime"', "communities.0.zone: that is no time zone"),
        (f'{GUILD}moderators = ["ada"]', "user: 'ada' is no id: right-click the person"),
        (f'{GUILD}moderator_roles = ["Moderator"]', "role: 'Moderator' is no id"),
        (f'{TEAM}moderator_roles = ["guest"]', "guests moderate nothing; name one of them under moderators"),
        (f'{TEAM}moderator_roles = ["mods"]', "role: 'mods' is no id: open the user group"),
        (
            '[[communities]]\ncommunity = "dm"\nmoderators = ["456789012345678901"]',
            "moderators: nobody moderates what is asked in private",
        ),
        ('[[communities]]\ncommunity = "Ours"', "community: 'Ours' is no id"),
        ('[[operators]]\nplatform = "discord"\nusers = []', "operators.0.users"),
        ('[[operators]]\nplatform = "discord"\nusers = ["ada"]', "user: 'ada' is no id"),
        (
            '[[operators]]\nplatform = "slack"\nusers = ["U0123ABCD"]',
            "community: an id there is a person's in one workspace: say which",
        ),
        (
            '[[operators]]\nplatform = "discord"\ncommunity = "123456789012345678"\nusers = ["456789012345678901"]',
            "community: they are operators everywhere",
        ),
    ],
)
def test_what_is_wrong_is_a_sentence(text, says):
    with pytest.raises(ConfigError) as caught:
        read_settings(text.encode())

    assert says in "\n".join(caught.value.problems)
