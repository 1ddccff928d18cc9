"""Who may do what: every measure, by every rank, in one's own community, in another and in all of them at once."""

from dataclasses import MISSING, fields
from typing import get_args
from uuid import UUID

import pytest

from bot.jobs import JobId, Tenant
from bot.policy.measures import RIGHTS, Actor, Measure, Rank, may
from tests.unit.policy.books import GUILD

OTHER = Tenant(platform="discord", id="other")
TWIN = Tenant(platform="slack", id=GUILD.id)

MODERATORS = {
    "ShowUser", "SetQuota", "GrantMore", "ResetUsage", "SetTier", "BanUser", "Unban", "ClearQueue", "Purge",
    "CancelJob", "PauseWork", "ResumeWork", "AddPattern", "RemovePattern", "ShowPatterns", "TestText", "SetZone",
    "ShowRecent", "ShowReports", "ShowReviews", "PassJob", "RejectJob", "ShowAudit", "OpenConsole", "ClearAll",
}  # fmt: skip
OPERATORS = {
    "BanCommunity", "UnbanCommunity", "SetCeiling", "ShowServers", "DrainServer", "ResumeServer", "ShowCommunities",
    "CloseConsole",
}  # fmt: skip

_VALUES = {
    "user": "7",
    "quotas": (),
    "tier": None,
    "for_s": 1.0,
    "reason": "",
    "last_s": 1.0,
    "job_id": JobId(UUID(int=7)),
    "message": "",
    "text": "",
    "name": "UTC",
}


def made(kind):
    """Make any measure of a kind."""
    return kind(**{each.name: _VALUES[each.name] for each in fields(kind) if each.default is MISSING})


def actor(rank, tenant=GUILD):
    """Make somebody who acts."""
    return Actor(id="1", name="Mo", platform="discord", tenant=tenant, rank=rank)


def test_every_measure_has_a_row_and_every_row_a_measure():
    kinds = {kind.__name__ for kind in get_args(Measure)}

    assert {kind.__name__ for kind in RIGHTS} == kinds == MODERATORS | OPERATORS
    assert not MODERATORS & OPERATORS


@pytest.mark.parametrize("kind", get_args(Measure), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("rank", Rank)
@pytest.mark.parametrize("tenant", [GUILD, OTHER, TWIN, None], ids=["own", "foreign", "twin", "all"])
def test_a_right(kind, rank, tenant):
    by_moderators = kind.__name__ in MODERATORS and rank is Rank.MODERATOR and tenant == GUILD

    assert may(actor(rank), made(kind), tenant) == (by_moderators or rank is Rank.OPERATOR)


@pytest.mark.parametrize("kind", get_args(Measure), ids=lambda kind: kind.__name__)
def test_who_speaks_in_no_community_moderates_none(kind):
    assert not any(may(actor(Rank.MODERATOR, None), made(kind), tenant) for tenant in (GUILD, None))
    assert may(actor(Rank.OPERATOR, None), made(kind), GUILD)
