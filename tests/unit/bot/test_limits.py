"""How much somebody may have in the queue, and what they are told when it is enough."""

from dataclasses import replace

import pytest

from bot.errors import QueueFull
from bot.jobs import Requester, Tenant
from bot.limits import Limits, explained, limits_of, policy_of, share_of
from bot.policy.tiers import GUEST, GUESTS, Tier
from bot.settings import Settings
from bot.shares import Caps, FairPolicy, Share

ADA = Requester(tenant=Tenant(platform="web", id="local"), id="ada", name="Ada")
LIMITS = Limits(waiting=Caps(user=2, person=3, tenant=40, everybody=100), running=Caps(person=1))


def test_without_settings_the_defaults_of_both_are_the_same():
    assert limits_of(Settings()) == Limits()
    assert policy_of(Settings()) == FairPolicy()


def test_every_limit_that_is_set_holds_for_those_whom_it_names_and_0_is_none():
    settings = Settings(
        max_waiting=9,
        max_waiting_per_person=0,
        max_waiting_per_member=1,
        max_waiting_per_community=2,
        max_running_per_person=3,
        max_running_per_member=4,
        max_running_per_community=5,
    )

    limits = limits_of(settings)

    assert limits.waiting == Caps(everybody=9, person=None, user=1, tenant=2)
    assert limits.running == Caps(everybody=None, person=3, user=4, tenant=5)


def test_communities_share_alike_or_by_their_members_and_a_loaded_model_may_go_first_so_far():
    policy = policy_of(Settings(community_shares="by_members", affinity_s=2.5))

    assert (policy.by_users, policy.slack_ms) == (True, 2500)
    assert policy_of(Settings(affinity_s=0)).slack_ms == 0


def test_the_most_slack_that_can_be_set_leaves_room_for_a_job_of_minutes_in_what_anybody_can_owe():
    most = policy_of(Settings(affinity_s=600))

    assert most.debt_ms - most.slack_ms >= 5 * 60_000


def test_one_job_is_one_job():
    told = explained(QueueFull(counter="person", retry_after_s=9), Limits(waiting=Caps(person=1)))

    assert "You have 1 job waiting" in str(told)


def test_a_share_carries_the_caps_on_what_waits_and_on_what_runs():
    share = share_of(LIMITS)

    assert (share.waiting, share.running) == (LIMITS.waiting, LIMITS.running)


CAPS = {"max_waiting_per_member": 4, "max_running_per_member": 3, "max_waiting_per_community": 40}
GUEST_CAPS = (GUESTS.waiting, GUESTS.running)


@pytest.mark.parametrize(
    ("caps", "told", "gets"),
    [
        # A cap of a tier is instead of a member's, whichever is more.
        (CAPS, {"max_waiting": 9, "max_running": 8}, (1000, 9, 8)),
        (CAPS, {"max_waiting": 2, "max_running": 1}, (1000, 2, 1)),
        # What a tier leaves out is the members', and 0 is no limit of its own.
        (CAPS, {}, (1000, 4, 3)),
        (CAPS, {"max_waiting": 0, "max_running": 0}, (1000, None, None)),
        ({}, {}, (1000, None, None)),
        # A weight is told in thousandths.
        (CAPS, {"weight": 0.01}, (10, 4, 3)),
        (CAPS, {"weight": 2.5}, (2500, 4, 3)),
        (CAPS, {"weight": 100}, (100_000, 4, 3)),
    ],
)
def test_a_tier_says_the_weight_and_the_caps_of_each_of_those_in_it(caps, told, gets):
    limits = limits_of(Settings(**caps, tiers=[{"name": "t", "platform": "web", "users": ["ada"], **told}]))
    share = share_of(limits, limits.tier(ADA, ()))

    assert (share.weight, share.waiting.user, share.running.user) == gets
    # All others hold beside it.
    assert replace(share.waiting, user=None) == replace(limits.waiting, user=None)
    assert replace(share.running, user=None) == replace(limits.running, user=None)


@pytest.mark.parametrize(
    ("caps", "tiers", "gets"),
    [
        ({}, [], (500, *GUEST_CAPS)),
        # Never more than a member, where nobody said that it should be.
        ({"max_waiting_per_member": 1, "max_running_per_member": 9}, [], (500, 1, 1)),
        # A tier that is set for guests is theirs, be it less or more.
        ({}, [{"name": "t", "roles": ["guest"], "weight": 0.1, "max_waiting": 1}], (100, 1, None)),
        ({}, [{"name": "t", "roles": ["guest"], "weight": 3, "max_waiting": 9, "max_running": 4}], (3000, 9, 4)),
        # One of another platform, or one that does not name guests, is not.
        ({}, [{"name": "t", "platform": "slack", "roles": ["guest"], "weight": 3}], (500, *GUEST_CAPS)),
        ({}, [{"name": "t", "platform": "web", "users": ["ada"], "weight": 3}], (500, *GUEST_CAPS)),
    ],
)
def test_a_guest_always_has_a_tier(caps, tiers, gets):
    limits = limits_of(Settings(**caps, tiers=tiers))
    share = share_of(limits, limits.tier(ADA, (GUEST,)))

    assert (share.weight, share.waiting.user, share.running.user) == gets


def test_somebody_of_no_tier_is_a_member_like_any_other():
    limits = limits_of(Settings(tiers=[{"name": "t", "platform": "web", "users": ["ben"]}]))

    assert limits.tier(ADA, ()) is None
    assert share_of(limits, None) == Share(waiting=limits.waiting, running=limits.running)


def test_whoever_reached_the_cap_of_a_tier_reads_its_name_and_its_number():
    tier = Tier(name="patrons", waiting=7)
    told = explained(QueueFull(counter="user", retry_after_s=9), LIMITS, tier)
    other = explained(QueueFull(counter="person", retry_after_s=9), LIMITS, tier)

    assert "You have 7 jobs waiting in this community, as many as your tier, patrons, may have." in str(told)
    assert "You have 3 jobs waiting, as many as one person may have" in str(other)


def test_a_cap_for_everybody_on_what_runs_which_nobody_would_heed_is_refused():
    with pytest.raises(ValueError, match="no cap for everybody"):
        Share(running=Caps(everybody=1))


@pytest.mark.parametrize(
    ("whose", "says"),
    [
        ("user", "You have 2 jobs waiting in this community, as many as a member may have"),
        ("person", "You have 3 jobs waiting, as many as one person"),
        ("tenant", "This community has 40 jobs waiting, as many as one"),
        ("everybody", "The queue is full: it has 100 jobs waiting"),
    ],
)
def test_a_refusal_says_whose_limit_was_reached_and_when_to_try_again(whose, says):
    told = explained(QueueFull(counter=whose, retry_after_s=9), LIMITS)

    assert says in str(told)
    assert "room again as soon as" in str(told)
    assert (told.counter, told.retry_after_s) == (whose, 9)


def test_an_unknown_limit_keeps_its_sentence():
    full = QueueFull("Enough for today.", counter="other", retry_after_s=1)

    assert explained(full, LIMITS) is full
