"""Estimates: learned from facts, robust against one of them, kept across processes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.estimates import UNKNOWN_MS, Estimates, Work, deadline_s, wait_ms
from bot.shares import ANY_LANE, Position

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

    assert wait_ms(six, 8000, 2) == 32_500
    assert wait_ms(six, 8000, 0) == 65_000


def test_whoever_is_next_waits_for_a_part_of_what_runs():
    assert wait_ms(Position(jobs=0, gpu_ms=0, lane=ANY_LANE), 8000, 4) == 1000


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
