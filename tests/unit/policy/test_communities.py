"""What a community gets: what the operator said at run time, by the settings, or of none; and who is new."""

from dataclasses import replace

import pytest

from bot.jobs import DIRECT, Tenant
from bot.policy.entitlements import (
    SMALL,
    Newcomers,
    Standard,
    ceiling_of,
    entitlement_of,
    is_let_in,
    zone_name_of,
)
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import Ceiling, Zone
from tests.unit.policy.books import ALICE, GUILD, NOW_MS, books

ONE, TWO, ALL = (Quota(per=Per.DAY, gpu_s=number) for number in (1, 2, 3))
STANDARD = Standard(newcomers=Newcomers.SMALL)
NAMED = replace(STANDARD, ceilings={GUILD: Ceiling(weight=500)})


@pytest.mark.parametrize(
    ("standard", "said", "weight", "quotas"),
    [
        (Standard(), (), None, ()),
        (STANDARD, (), None, SMALL),
        # What is set for every community is set for a new one, too.
        (replace(STANDARD, community=(ALL,)), (), None, (ALL,)),
        # Whoever is named is not new, also without a word of quotas.
        (NAMED, (), 500, ()),
        (replace(NAMED, community=(ALL,)), (), 500, (ALL,)),
        (replace(NAMED, ceilings={GUILD: Ceiling(quotas=(ONE,))}), (), None, (ONE,)),
        (replace(NAMED, community=(ALL,), ceilings={GUILD: Ceiling(quotas=())}), (), None, ()),
        # What the operator says at run time wins, each by itself.
        (NAMED, (Ceiling(weight=700),), 700, ()),
        (NAMED, (Ceiling(quotas=(TWO,)),), 500, (TWO,)),
        (replace(NAMED, ceilings={GUILD: Ceiling(quotas=(ONE,))}), (Ceiling(quotas=()),), None, ()),
        (STANDARD, (Ceiling(weight=700),), 700, ()),
    ],
)
def test_a_ceiling(standard, said, weight, quotas):
    held = books(*said)

    assert ceiling_of(held, standard, GUILD) == Ceiling(weight=weight, quotas=quotas)
    assert entitlement_of(held, ALICE, None, standard, NOW_MS).community.quotas == quotas


@pytest.mark.parametrize(
    ("tenant", "standard", "said", "let_in"),
    [
        (GUILD, Newcomers.SMALL, (), True),
        (GUILD, Newcomers.OPEN, (), True),
        (GUILD, Newcomers.APPROVE, (), False),
        (GUILD, Newcomers.APPROVE, (Ceiling(),), True),
        (Tenant(platform="slack", id="T1"), Newcomers.APPROVE, (), False),
        (Tenant(platform="discord", id=DIRECT), Newcomers.APPROVE, (), True),
        (Tenant(platform="web", id="local"), Newcomers.APPROVE, (), True),
    ],
)
def test_a_newcomer(tenant, standard, said, let_in):
    assert is_let_in(books(*said), Standard(newcomers=standard), tenant) is let_in


def test_a_named_community_is_let_in():
    assert is_let_in(books(), replace(NAMED, newcomers=Newcomers.APPROVE), GUILD)


def test_the_zone_is_the_moderators_then_the_communitys_then_everybodys():
    standard = Standard(zone="Asia/Tokyo")
    near = replace(standard, zones={GUILD: "Europe/Berlin"})

    assert zone_name_of(books(), standard, GUILD) == "Asia/Tokyo"
    assert zone_name_of(books(), near, GUILD) == "Europe/Berlin"
    assert zone_name_of(books(Zone(name="Europe/Rome")), near, GUILD) == "Europe/Rome"
