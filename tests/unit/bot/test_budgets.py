"""A budget is never exceeded, and never blocks for good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.budgets import Budget, Spending

FIVE_IN_TEN = Budget(bucket="b", edits=5, per_s=10.0, reserve=2)


def spent(*times: float, budget: Budget = FIVE_IN_TEN) -> Spending:
    spending = Spending(budget)
    for time in times:
        spending.spend(time)
    return spending


def test_an_edit_may_be_made_at_once_while_there_is_room():
    assert spent(0, 1).ready_at(2.0) == 2.0


def test_who_keeps_some_for_others_waits_earlier():
    spending = spent(0, 1, 2)

    assert spending.ready_at(3.0, keep=2) == 10.0
    assert spending.ready_at(3.0) == 3.0


def test_everybody_waits_when_everything_is_spent():
    assert spent(0, 1, 2, 3, 4).ready_at(5.0) == 10.0


def test_who_keeps_some_for_others_waits_until_there_is_so_much():
    assert spent(0, 1, 2, 3, 4).ready_at(5.0, keep=2) == 12.0


def test_nothing_counts_after_the_window():
    spending = spent(0, 4)

    assert spending.clear_at(5.0) == 14.0
    assert spending.clear_at(20.0) == 20.0
    assert spending.ready_at(14.0) == 14.0
    assert Spending(FIVE_IN_TEN).clear_at(3.0) == 3.0


@pytest.mark.parametrize("wrong", [{"edits": 0}, {"per_s": 0.0}, {"reserve": 5}, {"reserve": -1}])
def test_a_budget_under_which_nothing_could_be_shown_is_refused(wrong):
    with pytest.raises(ValueError, match="no edit could ever be made"):
        Budget(**({"bucket": "b", "edits": 5, "per_s": 1.0} | wrong))


@given(
    edits=st.integers(2, 6),
    reserve=st.integers(0, 1),
    pauses=st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=60),
)
def test_no_window_anywhere_holds_more_than_the_limit(edits, reserve, pauses):
    budget = Budget(bucket="b", edits=edits, per_s=10.0, reserve=reserve)
    spending, now, made = Spending(budget), 0.0, []
    for pause, urgent in pauses:
        now = spending.ready_at(now + pause / 4, keep=0 if urgent else reserve)
        spending.spend(now)
        made.append((now, urgent))

    for start, _ in made:
        within = [urgent for at, urgent in made if start <= at < start + 10.0]
        assert len(within) <= edits
        assert sum(not urgent for urgent in within) <= edits - reserve
