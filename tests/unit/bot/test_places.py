"""Which workflow may be asked for where: one row per rule."""

from dataclasses import replace

import pytest

from bot.jobs import Place, Tenant
from bot.policy.places import PlaceRule, Spot, allowed, default_of, offered, refusal, ruled
from tests.unit.bot.bench import CATALOG

GUILD = Tenant(platform="discord", id="g")
FLUX, IMG2IMG, TXT2IMG = "flux", "img2img", "txt2img"
ADULT = replace(CATALOG.workflows[FLUX], manifest=CATALOG.workflows[FLUX].manifest.model_copy(update={"nsfw": True}))
WORKFLOWS = {**{name: CATALOG.workflows[name] for name in (TXT2IMG, IMG2IMG)}, FLUX: ADULT}


def rule(channel: str | None = None, community: str = "g", platform: str = "discord", **more: object) -> PlaceRule:
    return PlaceRule(platform=platform, community=community, channel=channel, **more)  # type: ignore[arg-type]


def spot(channel: str = "c", *, adults_only: bool = True, thread_of: str | None = None) -> Spot:
    return Spot(place=Place(tenant=GUILD, channel=channel), adults_only=adults_only, thread_of=thread_of)


ONLY_FLUX, ONLY_TXT, NOTHING = {"workflows": (FLUX,)}, {"workflows": (TXT2IMG,)}, {"workflows": ()}


@pytest.mark.parametrize(
    ("rules", "at", "there", "default"),
    [
        ([], spot(), None, TXT2IMG),
        # Whose rule it is: platform, community and channel have to be these.
        ([rule(**ONLY_FLUX)], spot(), (FLUX,), FLUX),
        ([rule(platform="web", **ONLY_FLUX)], spot(), None, TXT2IMG),
        ([rule(community="other", **ONLY_FLUX)], spot(), None, TXT2IMG),
        ([rule("other", **ONLY_FLUX)], spot(), None, TXT2IMG),
        ([rule("c", **ONLY_FLUX)], spot(), (FLUX,), FLUX),
        # The closest rule wins, in whatever order they stand.
        ([rule(**ONLY_TXT), rule("c", **ONLY_FLUX)], spot(), (FLUX,), FLUX),
        ([rule("c", **ONLY_FLUX), rule(**ONLY_TXT)], spot(), (FLUX,), FLUX),
        ([rule("c", **ONLY_FLUX), rule(**ONLY_TXT)], spot("d"), (TXT2IMG,), TXT2IMG),
        # What the closest leaves open, the wider one says.
        ([rule(**ONLY_TXT), rule("c", default_workflow=TXT2IMG)], spot(), (TXT2IMG,), TXT2IMG),
        ([rule(default_workflow=FLUX), rule("c", workflows=(TXT2IMG, FLUX))], spot(), (TXT2IMG, FLUX), FLUX),
        # A thread is in its channel, unless it has a rule of its own.
        ([rule("c", **ONLY_FLUX)], spot("t", thread_of="c"), (FLUX,), FLUX),
        ([rule("c", **ONLY_FLUX), rule("t", **ONLY_TXT)], spot("t", thread_of="c"), (TXT2IMG,), TXT2IMG),
        # The default is never one that is refused there; where everything is, it does not matter.
        ([rule(default_workflow=TXT2IMG), rule("c", workflows=(FLUX, IMG2IMG))], spot(), (FLUX, IMG2IMG), FLUX),
        ([rule("c", **NOTHING)], spot(), (), TXT2IMG),
    ],
)
def test_the_closest_rule_says_what_may_be_asked_for(rules, at, there, default):
    assert allowed(rules, at) == there
    assert default_of(rules, at, TXT2IMG) == default


@pytest.mark.parametrize(
    ("rules", "at", "names"),
    [
        ([], spot(), [TXT2IMG, IMG2IMG, FLUX]),
        ([], spot(adults_only=False), [TXT2IMG, IMG2IMG]),
        ([rule(**ONLY_FLUX)], spot(), [FLUX]),
        ([rule(**ONLY_FLUX)], spot(adults_only=False), []),
        ([rule(workflows=(FLUX, "not installed"))], spot(), [FLUX]),
    ],
)
def test_what_is_offered_is_what_is_not_refused(rules, at, names):
    assert list(offered(rules, at, WORKFLOWS)) == names


@pytest.mark.parametrize(
    ("rules", "at", "name", "sentence"),
    [
        ([], spot(adults_only=False), FLUX, "flux is for adults only: it works in channels that are for adults."),
        ([rule(**ONLY_TXT)], spot(), FLUX, "flux is not for this channel. Here there is txt2img."),
        ([rule(**NOTHING)], spot(), FLUX, "flux is not for this channel. Here there is nothing to paint with."),
    ],
)
def test_a_refusal_says_where_it_works_or_what_works_here(rules, at, name, sentence):
    assert str(refusal(rules, at, WORKFLOWS[name], WORKFLOWS)) == sentence


DM, ADULTS, NO_ADULTS = rule(community="dm", **ONLY_FLUX), {"adults_only": True}, {"adults_only": False}
DIRECTLY = replace(spot("D1"), is_direct=True)


@pytest.mark.parametrize(
    ("rules", "at", "there"),
    [
        ([DM], spot(), None),
        ([DM], DIRECTLY, (FLUX,)),
        ([rule(**ONLY_TXT), DM], DIRECTLY, (FLUX,)),  # closer than all of the community
        ([rule("D1", **ONLY_TXT), DM], DIRECTLY, (TXT2IMG,)),
        ([DM, rule(**ONLY_TXT)], spot(), (TXT2IMG,)),
        ([replace(DM, platform="web")], DIRECTLY, None),
    ],
)
def test_direct_messages_of_a_community_have_its_rules_and_closer_ones_of_their_own(rules, at, there):
    assert allowed(rules, at) == there


@pytest.mark.parametrize(
    ("rules", "at", "adults_only"),
    [
        ([], spot(adults_only=False), False),
        ([], spot(adults_only=True), True),
        ([rule("c", **ADULTS)], spot(adults_only=False), True),
        ([rule("c", **ADULTS)], spot("t", thread_of="c", adults_only=False), True),
        ([rule("other", **ADULTS)], spot(adults_only=False), False),
        ([rule(**ADULTS), rule("c", **NO_ADULTS)], spot(adults_only=False), False),
        ([rule(**ADULTS), rule("c", **ONLY_TXT)], spot(adults_only=False), True),
    ],
)
def test_where_no_channel_can_be_marked_a_rule_says_what_is_for_adults(rules, at, adults_only):
    assert ruled(rules, at).adults_only is adults_only
    assert (refusal(rules, at, WORKFLOWS[FLUX], {}) is None) is (adults_only and allowed(rules, at) is None)
