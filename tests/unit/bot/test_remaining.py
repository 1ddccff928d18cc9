"""When a run will have ended, foreseen from plain data."""

from math import inf

import pytest

from bot.estimates import Work
from bot.progress import Counted, Progress
from bot.remaining import LEAST_MARGIN_S, Habit, Habits, Latency, Outlook, margin_s, outlook

WORK = Work("txt2img", 1.0)


def _left(habit: Habit, progress: Progress, now_s: float) -> float:
    return outlook(10.0, 100.0, progress, habit, now_s).left_s


def test_a_run_without_steps_ends_when_its_estimate_says():
    assert _left(Habit(), Progress(), 104.0) == 6.0
    assert _left(Habit(), Progress(), 112.0) == -2.0


def test_steps_are_believed_more_than_the_estimate_for_they_know_that_a_model_was_loaded_first():
    progress = Progress(counted=Counted(node="3", at_s=118.0, left_s=4.0))

    assert _left(Habit(after_s={"3": 1.5}), progress, 119.0) == pytest.approx(4.5)


def test_steps_of_a_node_after_which_nobody_knows_what_comes_say_nothing():
    progress = Progress(counted=Counted(node="3", at_s=102.0, left_s=4.0))

    assert _left(Habit(after_s={"9": 1.5}), progress, 103.0) == 7.0


def test_what_comes_after_the_last_step_is_learned():
    habits = Habits()
    progress = Progress(counted=Counted(node="3", at_s=50.0, left_s=0.0))
    habits.learn(WORK, error_s=0.0, expected_s=10.0, progress=progress, ended_s=52.0)

    assert habits.of(WORK).after_s == {"3": 2.0}


def _learned(*errors_s: float) -> Habit:
    habits = Habits()
    for error_s in errors_s:
        habits.learn(WORK, error_s=error_s, expected_s=10.0, progress=Progress(), ended_s=1.0)
    return habits.of(WORK)


def test_the_margin_grows_with_the_errors_that_were_seen_and_is_never_nothing():
    assert margin_s(10.0, _learned(0.0, 0.5, -0.5, 0.5)) == pytest.approx(1.5)
    assert margin_s(10.0, Habit(error_s=0.0)) == LEAST_MARGIN_S


def test_the_first_run_of_a_work_was_a_guess_and_its_error_says_nothing():
    assert _learned(28.0) == Habit()


def test_one_run_that_took_very_much_longer_widens_the_margin_but_little():
    assert margin_s(10.0, _learned(0.0, *[0.1] * 5, 600.0)) < 2.0


def test_works_of_one_size_share_what_is_known_and_others_do_not():
    habits = Habits()
    for _ in range(2):
        habits.learn(Work("txt2img", 5.0), error_s=1.0, expected_s=10.0, progress=Progress(), ended_s=1.0)

    assert habits.of(Work("txt2img", 7.9)).error_s == 1.0
    assert habits.of(Work("txt2img", 8.0)).error_s is None
    assert habits.of(Work("upscale", 5.0)).error_s is None


def test_only_so_many_works_are_remembered():
    habits = Habits()
    for number in [number // 2 for number in range(1200)]:
        habits.learn(Work(str(number), 1.0), error_s=1.0, expected_s=10.0, progress=Progress(), ended_s=1.0)

    assert habits.of(Work("0", 1.0)).error_s is None
    assert habits.of(Work("599", 1.0)).error_s == 1.0


@pytest.mark.parametrize(
    ("left_s", "claim_in"),
    [(5.0, 4.4), (0.6, 0.0), (0.2, 0.0), (0.0, 0.0), (-0.4, 0.0), (-0.6, inf), (-60.0, inf)],
)
def test_a_successor_is_claimed_in_time_to_be_handed_over_and_never_behind_a_run_that_should_have_ended(
    left_s, claim_in
):
    assert Outlook(left_s=left_s, margin_s=0.5, overdue_s=2.0).claim_in(0.1) == pytest.approx(claim_in)


def test_what_would_be_given_back_at_once_is_not_claimed_however_wide_the_margin():
    assert Outlook(left_s=-1.5, margin_s=30.0, overdue_s=2.0).claim_in(0.1) == inf


@pytest.mark.parametrize(("expected_s", "bound_s"), [(1.0, 2.0), (60.0, 6.0)])
def test_a_successor_waits_two_seconds_or_a_tenth_of_the_estimate_longer_than_foreseen(expected_s, bound_s):
    seen = outlook(expected_s, 0.0, Progress(), Habit(), expected_s)

    assert seen.give_back_in == bound_s


def test_nine_of_ten_latencies_are_covered_and_old_ones_forgotten():
    latency = Latency()
    assert latency.p90_s == latency.first_s
    for tenth in range(1, 11):
        latency.took(tenth / 10)
    assert latency.p90_s == 1.0
    for _ in range(20):
        latency.took(0.01)
    assert latency.p90_s == 0.01
