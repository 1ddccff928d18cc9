"""Who pays for what: only faults of the server cost the server, only faults of the job cost the job."""

from collections.abc import Iterator

import pytest

from bot.errors import (
    ExecutionFailed,
    FairbrushError,
    FileGone,
    GraphRejected,
    JobCancelled,
    JobError,
    JobTimedOut,
    ModelMissing,
    NothingProduced,
    OutOfMemory,
    ResultGone,
    ResultLost,
    ServerLost,
    ServerStuck,
    ServerUnreached,
    StoreLost,
    SubmitUncertain,
)
from bot.faults import FAULTS, PROVED, Blame, Fate, Reach, Verdict, fault_of, verdict_of

J, S, A, N = Blame.JOB, Blame.SERVER, Blame.AWAY, Blame.NOBODY

CASES = [
    # error, whose fault, what becomes of the job, an attempt from where on?, given back?, the server is asked first?
    (ExecutionFailed(), J, Fate.FAILS, None, False, False),
    (OutOfMemory(), J, Fate.LARGER, None, False, False),
    (NothingProduced(), J, Fate.FAILS, None, False, False),
    (JobTimedOut(), S, Fate.FAILS, None, False, False),
    (JobTimedOut(given_s=900, still_s=60.1), S, Fate.FAILS, None, False, False),
    (JobTimedOut(given_s=900, still_s=60), J, Fate.FAILS, None, False, False),
    (JobTimedOut(given_s=60, still_s=30.1), S, Fate.FAILS, None, False, False),
    (JobTimedOut(given_s=60, still_s=30), J, Fate.FAILS, None, False, False),
    (ResultGone(), S, Fate.FAILS, None, True, False),
    (ResultLost(), N, Fate.FAILS, None, True, False),
    (GraphRejected(), N, Fate.FAILS, None, True, True),
    (ModelMissing(), S, Fate.FAILS, None, True, True),
    (JobCancelled(), N, Fate.ELSEWHERE, Reach.BEHIND, False, False),
    (FileGone(), N, Fate.FAILS, None, False, False),
    (ServerUnreached(), A, Fate.ELSEWHERE, Reach.TAKEN, False, False),
    (ServerLost(), A, Fate.ELSEWHERE, Reach.OFFERED, False, False),
    (SubmitUncertain(), A, Fate.ELSEWHERE, Reach.OFFERED, False, False),
    (ServerStuck(), S, Fate.ELSEWHERE, Reach.BEGUN, False, False),
    (StoreLost(), N, Fate.STAYS, None, False, False),
    (FairbrushError(), N, Fate.FAILS, None, True, False),
    (ZeroDivisionError(), N, Fate.FAILS, None, True, False),
]


@pytest.mark.parametrize(
    ("error", "blame", "fate", "attempt_from", "given_back", "ask"), CASES, ids=lambda each: type(each).__name__
)
def test_every_error_costs_what_the_table_says(error, blame, fate, attempt_from, given_back, ask):
    fault = fault_of(error)
    assert (fault.blame, fault.fate, fault.attempt_from, fault.given_back, fault.ask) == (
        blame,
        fate,
        attempt_from,
        given_back,
        ask,
    )


def test_every_error_that_ends_a_run_is_in_the_table_or_below_one_that_is():
    def tree(kind: type[JobError]) -> Iterator[type[JobError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from tree(child)

    ours = [kind for kind in tree(JobError) if kind.__module__.startswith("bot.") and kind is not JobError]

    # JobError's own row is for what a platform of somebody else's may raise.
    assert [kind for kind in ours if next(each for each in kind.__mro__ if each in FAULTS) is JobError] == []


def test_a_run_that_ended_well_or_by_its_own_fault_proves_its_server():
    assert verdict_of(None) == PROVED
    assert verdict_of(OutOfMemory()) == PROVED


@pytest.mark.parametrize("error", [JobTimedOut(), ResultGone(), ModelMissing(), ServerStuck()])
def test_a_server_that_answers_and_does_not_do_its_work_is_at_fault_and_the_reason_may_be_read(error):
    assert verdict_of(error) == Verdict(proved=False, reason=type(error).sentence)


@pytest.mark.parametrize(
    "error", [ServerLost(), ServerUnreached(), StoreLost(), GraphRejected(), JobCancelled(), ResultLost(), KeyError()]
)
def test_silence_refused_values_and_our_own_faults_say_nothing_of_a_server(error):
    assert verdict_of(error) is None


def test_what_was_given_back_is_never_the_jobs_fault_and_what_goes_elsewhere_is_never_its_end():
    for fault in FAULTS.values():
        assert not (fault.given_back and fault.blame is Blame.JOB)
        assert fault.attempt_from is None or fault.fate is Fate.ELSEWHERE
        assert (fault.fate is Fate.ELSEWHERE) >= (fault.blame is Blame.AWAY)
