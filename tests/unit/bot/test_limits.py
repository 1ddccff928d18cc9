"""How much somebody may have in the queue, and what they are told when it is enough."""

import pytest

from bot.errors import QueueFull
from bot.limits import Limits, explained, share_of
from bot.shares import Caps

LIMITS = Limits(waiting=Caps(user=2, person=3, tenant=40, everybody=100), running=Caps(person=1))


def test_a_share_carries_the_caps_on_what_waits_and_on_what_runs():
    share = share_of(LIMITS)

    assert (share.waiting, share.running) == (LIMITS.waiting, LIMITS.running)


@pytest.mark.parametrize(
    ("whose", "says"),
    [
        ("user", "You have 2 jobs waiting here"),
        ("person", "You have 3 jobs waiting"),
        ("tenant", "40 jobs wait in this community"),
        ("everybody", "The queue is full"),
    ],
)
def test_a_refusal_says_whose_limit_was_reached_and_when_to_try_again(whose, says):
    told = explained(QueueFull(counter=whose, retry_after_s=9), LIMITS)

    assert says in str(told)
    assert (told.counter, told.retry_after_s) == (whose, 9)


def test_an_unknown_limit_keeps_its_sentence():
    full = QueueFull("Enough for today.", counter="other", retry_after_s=1)

    assert explained(full, LIMITS) is full
