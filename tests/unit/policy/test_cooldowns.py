"""A tier's cooldown: from one job of somebody's to the next, wherever they ask in their community."""

import pytest

from bot.errors import QueueFull, QuotaReached, TooFast
from bot.leases import Charge, Settlement
from bot.policy.terms import Terms, cooldowns_of, explained_by_cooldown
from tests.unit.policy.books import ALICE

SLOW = Terms(tier="free", cooldown_s=90)


@pytest.mark.parametrize("terms", [None, Terms(tier="free")])
def test_without_a_cooldown_nothing_is_charged(terms):
    assert cooldowns_of(terms, ALICE) == ()


def test_a_cooldown_is_one_job_in_a_while_and_none_that_was_free():
    assert cooldowns_of(SLOW, ALICE) == (
        Charge(
            counter="cooldown/discord/g/7",
            amount=1,
            ceiling=1,
            window_s=90,
            settlement=Settlement.KEPT,
        ),
    )


def test_whoever_has_to_wait_reads_how_long():
    full = QueueFull(counter="cooldown/discord/g/7", retry_after_s=30)

    told = explained_by_cooldown(full, SLOW)

    assert isinstance(told, TooFast)
    assert (str(told), told.retry_after_s) == ("Your tier, free, takes one job in 90 seconds.", 30)


def test_a_refusal_for_another_reason_stays_as_it_is():
    reached = QuotaReached("…", counter="gpu/member/discord/g/7/day", retry_after_s=1)

    assert explained_by_cooldown(reached, SLOW) is reached
    assert explained_by_cooldown(reached, None) is reached
