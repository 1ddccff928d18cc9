"""What becomes of a job whose attempt ended with an error: by what it was, and by how far the run had come."""

import pytest

from bot.errors import (
    ExecutionFailed,
    GraphRejected,
    JobCancelled,
    JobError,
    JobTimedOut,
    ModelMissing,
    OutOfMemory,
    ResultGone,
    ServerLost,
    ServerStuck,
    ServerUnreached,
    StoreLost,
)
from bot.faults import FAULTS, PROVED, Reach, verdict_of
from bot.outcomes import (
    Circumstances,
    Ending,
    Moved,
    Outcome,
    Painted,
    Refusal,
    Standing,
    outcome_of,
    reach_of,
    verdict_on,
)

FREE, COSTS = Ending.UNTOUCHED, Ending.VANISHED


def judged(error: Exception, reach: Reach = Reach.BEGUN, **seen: object) -> Outcome:
    return outcome_of(error, Circumstances(reach=reach, reference="ab12", **seen))


@pytest.mark.parametrize(
    ("error", "behind", "offered", "taken", "begun"),
    [
        (ServerUnreached(), FREE, FREE, COSTS, COSTS),
        (ServerLost(), FREE, COSTS, COSTS, COSTS),
        (ServerStuck(), FREE, FREE, FREE, COSTS),
        (JobCancelled(), COSTS, COSTS, COSTS, COSTS),
    ],
    ids=lambda each: getattr(each, "code", getattr(each, "name", each)),
)
def test_what_goes_elsewhere_costs_an_attempt_from_where_on_it_may_be_the_jobs_doing(
    error, behind, offered, taken, begun
):
    assert [judged(error, reach) for reach in Reach] == [behind, offered, taken, begun]


@pytest.mark.parametrize(
    ("standing", "behind", "began", "reach"),
    [
        (Standing.PREPARING, False, False, Reach.OFFERED),
        (Standing.PREPARING, True, False, Reach.BEHIND),
        (Standing.SOUGHT, False, False, Reach.TAKEN),
        (Standing.PENDING, False, False, Reach.TAKEN),
        (Standing.PENDING, True, False, Reach.BEHIND),
        (Standing.EXECUTING, False, True, Reach.BEGUN),
        (Standing.EXECUTING, True, True, Reach.BEGUN),
        (Standing.OFF, False, True, Reach.BEGUN),
        (Standing.OFF, False, False, Reach.TAKEN),
    ],
)
def test_how_far_a_run_has_come(standing, behind, began, reach):
    assert reach_of(standing, behind=behind, began=began) is reach


@pytest.mark.parametrize("reach", Reach)
@pytest.mark.parametrize("error", [ExecutionFailed(), JobTimedOut(), ResultGone(), GraphRejected(), ModelMissing()])
def test_what_fails_fails_wherever_its_run_stood(error, reach):
    refusal = judged(error, reach)

    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.sentence) == (error.code, str(error))
    assert refusal.server_fault == FAULTS[type(error)].given_back


@pytest.mark.parametrize("error", [GraphRejected(), ModelMissing()])
def test_a_server_that_does_not_offer_it_any_more_hands_it_back_at_no_cost(error):
    assert judged(error, still_serves=False) is FREE


def test_only_what_is_to_be_asked_depends_on_the_answer():
    assert isinstance(judged(ExecutionFailed(), still_serves=False), Refusal)


def test_memory_that_ran_out_moves_a_job_or_says_what_to_lower_or_that_much():
    error = OutOfMemory()
    code = OutOfMemory.code

    assert judged(error, larger="a.big") == Moved(requirement="a.big")
    assert judged(error, lower="Lower the size.") == Refusal(code=code, sentence="Lower the size.")
    assert judged(error) == Refusal(code=code, sentence=str(error))


def test_a_store_that_is_lost_leaves_the_job_as_it_is():
    assert judged(StoreLost()) is Ending.LEFT


def test_a_fault_that_nobody_foresaw_is_told_by_its_reference_and_costs_nothing():
    refusal = judged(ZeroDivisionError("a cat"))

    assert refusal == Refusal(code="internal", sentence="Something went wrong. Reference: ab12.", server_fault=True)


# ---- What it says of the server --------------------------------------------------------------------------------------

ENDED = Refusal(code="x", sentence="x")


@pytest.mark.parametrize("error", [JobTimedOut(), ResultGone(), ExecutionFailed(), JobCancelled(), KeyError()])
@pytest.mark.parametrize("outcome", [ENDED, Moved(requirement="x"), Ending.VANISHED])
def test_an_end_speaks_for_or_against_a_server_as_its_error_does(outcome, error):
    assert verdict_on(outcome, error) == verdict_of(error)


def test_a_picture_proves_its_server():
    assert verdict_on(Painted(files=(), texts=()), None) is PROVED


@pytest.mark.parametrize("outcome", [Ending.UNTOUCHED, Ending.CANCELLED, Ending.LEASE_LOST, Ending.LEFT])
@pytest.mark.parametrize("error", [None, ModelMissing(), JobTimedOut(), JobError()])
def test_what_was_wanted_handed_back_or_left_says_nothing_of_a_server(outcome, error):
    assert verdict_on(outcome, error) is None


def test_a_run_that_vanished_without_an_error_says_nothing():
    assert verdict_on(Ending.VANISHED, None) is None
