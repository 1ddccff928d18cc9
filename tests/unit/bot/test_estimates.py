"""Estimates: learned from facts, robust against one of them, kept across processes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.estimates import UNKNOWN_MS, Estimates, Work, deadline_s, wait_ms
from bot.shares import ANY_LANE, ONE, Position, normal_ms

SMALL, LARGE = Work("txt2img", 2.0**20), Work("txt2img", 2.0**22)


def taught(*facts: int, work: Work = SMALL, server: str = "gpu") -> Estimates:
    estimates = Estimates()
    for fact in facts:
        estimates.learn(work, server, gpu_ms=fact, quoted_ms=fact)
    return estimates


def test_a_workflow_that_never_ran_is_quoted_a_round_guess():
    assert Estimates().quote_ms(SMALL) == UNKNOWN_MS
    assert taught(10).quote_ms(Work("flux", 1)) == UNKNOWN_MS


def test_the_first_fact_is_believed_and_the_mean_follows():
    assert taught(4000).quote_ms(SMALL, "gpu") == 4000
    assert 4000 < taught(4000, 6000).quote_ms(SMALL, "gpu") < 6000


def test_a_faster_gpu_is_believed_after_a_dozen_runs():
    assert taught(*[40_000] * 50, *[10_000] * 14).quote_ms(SMALL) < 14_000


def test_one_run_that_hung_does_not_spoil_the_quote():
    assert taught(*[10_000] * 20, 10_000_000).quote_ms(SMALL) < 16_000


def test_a_server_has_its_own_quote_and_an_unknown_one_gets_the_mean():
    estimates = taught(2000, server="fast")
    estimates.learn(SMALL, "slow", gpu_ms=6000, quoted_ms=6000)

    assert estimates.quote_ms(SMALL, "fast") == 2000
    assert estimates.quote_ms(SMALL, "slow") == 6000
    assert estimates.quote_ms(SMALL, "new") == estimates.quote_ms(SMALL) == 4000


def test_a_server_that_takes_half_as_long_as_its_fellows_has_twice_their_speed():
    estimates = taught(2000, server="fast")
    assert estimates.speed("fast") == estimates.speed("new") == ONE  # Nobody to compare it with.

    estimates.learn(SMALL, "slow", gpu_ms=6000, quoted_ms=6000)

    assert estimates.speed("fast") == 2000
    assert estimates.speed("slow") == 667
    assert estimates.speed("new") == ONE


def test_a_speed_is_the_median_over_what_several_servers_know():
    estimates = Estimates()
    for number, (here, there) in enumerate([(1000, 3000), (1000, 3000), (9000, 3000), (500, None)]):
        estimates.learn(Work(f"w{number}", 1), "here", gpu_ms=here, quoted_ms=1)
        if there:
            estimates.learn(Work(f"w{number}", 1), "there", gpu_ms=there, quoted_ms=1)

    assert estimates.speed("here") == 2000


@pytest.mark.parametrize(("odd", "others", "speed"), [(1, 10**6, 8 * ONE), (10**6, 1, ONE // 8)])
def test_no_server_is_more_than_eight_times_as_fast_or_slow(odd, others, speed):
    estimates = taught(odd, server="odd")
    for number in range(20):
        estimates.learn(SMALL, f"gpu{number}", gpu_ms=others, quoted_ms=1)

    assert estimates.speed("odd") == speed


def test_work_that_only_a_fast_server_knows_is_quoted_for_one_of_speed_1():
    estimates = taught(2000, server="fast")
    estimates.learn(SMALL, "slow", gpu_ms=6000, quoted_ms=6000)
    rare = Work("upscale", 1)
    estimates.learn(rare, "fast", gpu_ms=1000, quoted_ms=1000)

    assert estimates.quote_ms(rare) == 2000
    assert estimates.quote_ms(rare, "fast") == 1000
    assert estimates.quote_ms(rare, "slow") == 3000
    assert estimates.quote_ms(Work("never", 1), "slow") == UNKNOWN_MS * 3 // 2


@given(st.lists(st.integers(100, 10**6), min_size=1, max_size=5), st.integers(1, 8))
def test_a_quote_is_what_any_server_comes_to_at_its_speed(times, works):
    base = min(times)
    known = [ms for ms in times if max(times) <= 8 * base]
    estimates = Estimates()
    for work in range(works):
        for number, ms in enumerate(known):
            estimates.learn(Work(f"w{work}", 1), f"gpu{number}", gpu_ms=ms * (work + 1), quoted_ms=1)

    for number, ms in enumerate(known):
        charged = normal_ms(ms, estimates.speed(f"gpu{number}"))
        assert charged == pytest.approx(estimates.quote_ms(Work("w0", 1)), rel=0.01, abs=2)


def test_a_quote_is_judged_at_the_speed_of_the_server_that_did_the_work():
    estimates = taught(2000, server="fast")
    estimates.learn(SMALL, "slow", gpu_ms=6000, quoted_ms=6000)
    for _ in range(20):
        quoted = estimates.quote_ms(SMALL)
        estimates.learn(SMALL, "fast", gpu_ms=2000, quoted_ms=quoted)
        estimates.learn(SMALL, "slow", gpu_ms=6000, quoted_ms=quoted)

    assert estimates.accuracy().median_error < 0.01


def test_four_times_the_work_is_quoted_four_times_as_long():
    assert taught(3000).quote_ms(LARGE) == 12_000


def test_the_accuracy_is_the_median_error_of_the_quotes():
    estimates = Estimates()
    assert estimates.accuracy() is None
    for quoted in (900, 1000, 5000):
        estimates.learn(SMALL, "gpu", gpu_ms=1000, quoted_ms=quoted)

    assert estimates.accuracy().median_error == pytest.approx(0.1)
    assert estimates.accuracy().jobs == 3


def test_a_deadline_is_five_estimates_but_at_least_a_minute_and_at_most_the_ceiling():
    assert deadline_s(1000, 900) == 60
    assert deadline_s(30_000, 900) == 150
    assert deadline_s(10_000_000, 900) == 900
    assert deadline_s(1000, 10) == 10


def test_waiting_is_shared_among_the_servers():
    six = Position(jobs=6, gpu_ms=60_000, lane=ANY_LANE)

    assert wait_ms(six, 8000, lambda lane, lanes: 2) == 32_500
    assert wait_ms(six, 8000, lambda lane, lanes: 0.5) == 65_000


def test_nobody_can_tell_how_long_a_job_waits_in_a_lane_without_gpus():
    position = Position(jobs=6, gpu_ms=60_000, lane="1", elsewhere={"2": 90_000})

    assert wait_ms(position, 8000, lambda lane, lanes: 0) is None
    assert wait_ms(position, 8000, lambda lane, lanes: 1 if lane == "2" else 0) == 95_000


def test_a_job_that_several_lanes_take_waits_where_its_turn_comes_first():
    position = Position(jobs=6, gpu_ms=60_000, lane="1", elsewhere={"2": 90_000})

    assert wait_ms(position, 8000, lambda lane, lanes: {"1": 1, "2": len(lanes)}[lane]) == 47_500
    assert wait_ms(position, 8000, lambda lane, lanes: 1) == 65_000


def test_whoever_is_next_waits_for_a_part_of_what_runs():
    assert wait_ms(Position(jobs=0, gpu_ms=0, lane=ANY_LANE), 8000, lambda lane, lanes: 4) == 1000


@given(st.lists(st.tuples(st.sampled_from([SMALL, LARGE]), st.integers(-5, 10**12)), max_size=30))
def test_what_was_learned_survives_as_json(facts):
    estimates = Estimates()
    for work, fact in facts:
        estimates.learn(work, "gpu", gpu_ms=fact, quoted_ms=1000)

    again = Estimates.of_state(json.loads(json.dumps(estimates.state())))

    assert again == estimates
    assert again.quote_ms(LARGE, "gpu") >= 1


@pytest.mark.parametrize(
    "state", [{}, {"means": 5}, {"means": [[1], ["a", "b"]]}, {"means": [["w", 1, "s", -4, 1]]}, {"errors": ["x"]}]
)
def test_a_state_that_cannot_be_read_is_forgotten(state):
    assert Estimates.of_state(state) == Estimates()


def test_what_is_known_stays_bounded(monkeypatch):
    monkeypatch.setattr("bot.estimates._MAX_KEYS", 3)
    estimates = Estimates()
    for number in range(9):
        estimates.learn(Work(f"w{number}", 1), "gpu", gpu_ms=1000, quoted_ms=1)

    assert len(estimates.state()["means"]) == 3
    assert estimates.quote_ms(Work("w8", 1)) == 1000


def test_processes_learn_from_each_other_and_each_knows_its_own_servers_best():
    here, there = Estimates(), Estimates()
    here.learn(SMALL, "gpu1", gpu_ms=1000, quoted_ms=1000)
    there.learn(SMALL, "gpu1", gpu_ms=9000, quoted_ms=9000)
    there.learn(SMALL, "gpu2", gpu_ms=2000, quoted_ms=2000)

    here.take_in(there.state())

    assert here.quote_ms(SMALL, "gpu1") == 1000
    assert here.quote_ms(SMALL, "gpu2") == 2000
    assert here.accuracy().jobs == 1
    front = Estimates()
    front.take_in(here.state())
    assert front.state() == here.state()
    assert front.learned == 0
