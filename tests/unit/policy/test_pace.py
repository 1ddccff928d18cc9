"""How fast somebody may ask: a burst, then a pace, and no more people remembered than there is room for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.pace import Pace, Rate
from tests.unit.house import text_of

SLOW = Rate(burst=3, per_s=0.5)


def let_through(pace, times, who="alice"):
    """Return which of somebody's requests at these times are let through."""
    return [pace.refusal(who, at) is None for at in times]


@pytest.mark.parametrize(
    ("times", "through"),
    [
        ([0, 0, 0, 0], [True, True, True, False]),
        ([0, 0, 0, 1.9, 2, 2], [True, True, True, False, True, False]),
        # What is refused costs nothing more: whoever waits as told is let through.
        ([0, 0, 0, 1, 1, 1, 1, 2], [True, True, True, False, False, False, False, True]),
        # It does not grow beyond the burst.
        ([0, 1000, 1000, 1000, 1000], [True, True, True, True, False]),
        # A clock that goes back gives nothing.
        ([10, 10, 10, 5, 11, 12], [True, True, True, False, False, True]),
    ],
)
def test_a_pace(times, through):
    assert let_through(Pace(rate=SLOW), times) == through


def test_a_refusal_says_when():
    pace = Pace(rate=SLOW)
    let_through(pace, [0, 0, 0])

    refused = pace.refusal("alice", 0.5)

    assert refused is not None
    assert (refused.code, refused.retry_after_s) == ("too_fast", 1.5)
    assert pace.refusal("alice", 0.5 + refused.retry_after_s) is None


def test_everybody_has_a_pace_of_their_own():
    pace = Pace(rate=SLOW)

    assert let_through(pace, [0] * 4) == let_through(pace, [0] * 4, "bob") == [True, True, True, False]


def test_whoever_asked_longest_ago_is_forgotten_first():
    pace = Pace(rate=SLOW, remembered=2)
    let_through(pace, [0] * 4)
    let_through(pace, [0] * 4, "bob")

    assert pace.refusal("alice", 0)
    pace.refusal("carol", 0)

    assert pace.refusal("alice", 0)
    assert pace.refusal("bob", 0) is None
    assert len(pace._credits) == 2


@given(st.lists(st.floats(0, 3), max_size=80))
def test_no_stretch_has_more_than_the_burst_and_the_pace(steps):
    pace, now, taken = Pace(rate=SLOW), 0.0, []
    for step in steps:
        now += step
        if pace.refusal("alice", now) is None:
            taken.append(now)

    for first, begin in enumerate(taken):
        for last in range(first, len(taken)):
            assert last - first + 1 <= SLOW.burst + (taken[last] - begin) * SLOW.per_s + 1e-6


@pytest.mark.parametrize("page", ["discord", "slack"])
def test_the_numbers_are_those_that_people_read(page):
    words = f"More than {Rate().burst} things by one person at once, or {Rate().per_s:g} in each second"
    assert words in text_of(f"docs/{page}.md")
