"""Which tier somebody is of: by platform, community, roles and ids, a row for each rule."""

from itertools import permutations

import pytest

from bot.jobs import DIRECT, Requester, Tenant
from bot.policy.tiers import GUEST, Tier, refusal_of_guest, tier_of

GUILD, OTHER, TEAM = "900", "901", "T1"


def ada(platform: str = "discord", community: str = GUILD) -> Requester:
    return Requester(tenant=Tenant(platform=platform, id=community), id="17", name="Ada")


def tier(name: str = "t", *roles: str, users: tuple[str, ...] = (), **more: object) -> Tier:
    return Tier(**{"name": name, "roles": frozenset(roles), "users": frozenset(users), **more})


HERE = {"platform": "discord", "community": GUILD}


@pytest.mark.parametrize(
    ("tiers", "who", "roles", "best"),
    [
        ([], ada(), ("1",), None),
        # Of a tier is whoever has one of its roles, or is one of its users.
        ([tier("t", "1", "2")], ada(), ("2", "3"), "t"),
        ([tier("t", "1")], ada(), ("2",), None),
        ([tier("t", "1")], ada(), (), None),
        ([tier("t", users=("17",))], ada(), (), "t"),
        ([tier("t", "1", users=("18",))], ada(), (), None),
        ([tier("t")], ada(), ("1",), None),
        # The platform and the community have to be these, where a tier names them.
        ([tier("t", "1", **HERE)], ada(), ("1",), "t"),
        ([tier("t", "1", **HERE)], ada("discord", OTHER), ("1",), None),
        ([tier("t", "1", **HERE)], ada("discord", DIRECT), (), None),
        ([tier("t", "1", **HERE)], ada("web", GUILD), ("1",), None),
        ([tier("t", "1", platform="discord")], ada("discord", OTHER), ("1",), "t"),
        ([tier("t", "1", platform="discord")], ada("slack", TEAM), ("1",), None),
        ([tier("t", users=("17",), platform="discord")], ada("web", "local"), (), None),
        ([tier("t", users=("17",), platform="discord")], ada("discord", DIRECT), (), "t"),
        # The best of all that match: the highest weight …
        ([tier("a", "1", weight=500), tier("b", "1", weight=2000, waiting=1)], ada(), ("1",), "b"),
        # … also if a lighter one is of the community alone …
        ([tier("a", "1", weight=500, **HERE), tier("b", "1")], ada(), ("1",), "b"),
        # … then the most waiting, of which no limit is more than any …
        ([tier("a", "1", waiting=3), tier("b", "2", waiting=5)], ada(), ("1", "2"), "b"),
        ([tier("a", "1", waiting=3), tier("b", "2")], ada(), ("1", "2"), "b"),
        # … then the first by its name.
        ([tier("b", "1", running=9), tier("a", "1", running=1), tier("c", "1")], ada(), ("1",), "a"),
        # One that somebody is not of does not count, however good it is.
        ([tier("a", "1"), tier("b", "2", weight=9000)], ada(), ("1",), "a"),
        # A guest is only of those that name guests, on every platform that has any.
        ([tier("t", GUEST)], ada("slack", TEAM), (GUEST,), "t"),
        ([tier("t", GUEST, platform="slack", community="T2")], ada("slack", TEAM), (GUEST,), None),
        ([tier("t", GUEST)], ada("slack", TEAM), (), None),
        ([tier("g", GUEST, weight=100), tier("t", "1", weight=9000)], ada("slack", TEAM), (GUEST, "1"), "g"),
        ([tier("t", "1", weight=9000)], ada("slack", TEAM), (GUEST, "1"), None),
        ([tier("t", users=("17",), weight=9000)], ada("slack", TEAM), (GUEST,), None),
        ([tier("g", GUEST), tier("t", GUEST, users=("18",), weight=2000)], ada("slack", TEAM), (GUEST,), "t"),
    ],
)
def test_somebody_is_of_the_best_tier_that_is_for_them_in_whatever_order_they_stand(tiers, who, roles, best):
    for each in permutations(tiers):
        found = tier_of(each, who, roles)
        assert (found and found.name) == best


@pytest.mark.parametrize(
    ("welcome", "roles", "is_refused"),
    [(set(), (GUEST,), True), ({"discord"}, (GUEST, "1"), True), ({"slack"}, (GUEST,), False), (set(), ("1",), False)],
)
def test_a_guest_asks_only_where_guests_are_welcome(welcome, roles, is_refused):
    assert (refusal_of_guest(welcome, ada("slack", TEAM), roles) is not None) == is_refused
