"""How far somebody's word reaches: a row for each rule."""

import pytest

from bot.jobs import DIRECT, Requester, Tenant
from bot.policy.measures import Rank
from bot.policy.ranks import Moderators, Ranks, rank_of
from bot.policy.tiers import GUEST

GUILD, OTHERS = (Tenant(platform="discord", id=name) for name in ("g", "h"))
TEAM, PARTNERS = (Tenant(platform="slack", id=name) for name in ("T1", "T2"))
PRIVATE = Tenant(platform="discord", id=DIRECT)
NAMED = Moderators(users=frozenset({"7"}), roles=frozenset({"mods"}))
RANKS = Ranks(
    operators=frozenset({("discord", "1"), ("slack", "T1", "1")}),
    moderators={GUILD: NAMED, TEAM: NAMED, PRIVATE: NAMED},
)


@pytest.mark.parametrize(
    ("tenant", "user", "roles", "moderates", "rank"),
    [
        (GUILD, "8", (), False, Rank.MEMBER),
        # What the platform lets them govern.
        (GUILD, "8", (), True, Rank.MODERATOR),
        (OTHERS, "8", (), True, Rank.MODERATOR),
        # Those that the settings name, in that community alone.
        (GUILD, "7", (), False, Rank.MODERATOR),
        (OTHERS, "7", (), False, Rank.MEMBER),
        (GUILD, "8", ("x", "mods"), False, Rank.MODERATOR),
        (OTHERS, "8", ("mods",), False, Rank.MEMBER),
        (PARTNERS, "7", ("mods",), False, Rank.MEMBER),
        # A guest moderates by their own id only.
        (TEAM, "8", (GUEST, "mods"), False, Rank.MEMBER),
        (TEAM, "8", (GUEST,), True, Rank.MEMBER),
        (TEAM, "7", (GUEST,), False, Rank.MODERATOR),
        # Nobody moderates what is asked in private.
        (PRIVATE, "7", ("mods",), True, Rank.MEMBER),
        # An operator is one everywhere on the platform; on Slack by the id in that workspace.
        (GUILD, "1", (), False, Rank.OPERATOR),
        (PRIVATE, "1", (), False, Rank.OPERATOR),
        (TEAM, "1", (GUEST,), False, Rank.OPERATOR),
        (PARTNERS, "1", (), False, Rank.MEMBER),
        (Tenant(platform="web", id="local"), "1", (), False, Rank.MEMBER),
    ],
)
def test_a_rank(tenant, user, roles, moderates, rank):
    who = Requester(tenant=tenant, id=user, name="7 mods")

    assert rank_of(who, roles, RANKS, moderates=moderates) is rank


def test_nobody_is_anything_by_default():
    who = Requester(tenant=GUILD, id="7", name="Ada")

    assert rank_of(who, ("mods",), Ranks()) is Rank.MEMBER
