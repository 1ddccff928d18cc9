"""What the benchmark of the pool concludes: it must see what is wrong, or its bars mean nothing."""

from uuid import UUID

import pytest

from benchmarks.pool_parts.faults import LOST_S, run_twice, told
from benchmarks.pool_parts.machines import Ran
from benchmarks.pool_parts.shares import busy_share, gaps_s, window
from benchmarks.pool_parts.trouble import Outage
from bot.jobs import JobId, JobRecord, JobState, run_id_of
from tests.fakes.recording_chat import RecordingChat
from tests.unit.bot.bench import job

JOB = JobId(UUID(int=1))


def ran(started_at: float, finished_at: float | None, *, attempt: int = 1, machine: str = "gpu1") -> Ran:
    return Ran(
        run_id=run_id_of(JOB, attempt),
        machine=machine,
        posted_at=started_at,
        started_at=started_at,
        finished_at=finished_at,
        outcome="success",
        loaded=False,
    )


def one_after_another(count: int, *, gap_s: float) -> list[Ran]:
    return [ran(number * (1 + gap_s), number * (1 + gap_s) + 1) for number in range(count)]


def test_a_pause_between_two_runs_is_idle_time():
    share = busy_share({"gpu1": one_after_another(20, gap_s=0.25)})
    assert share == pytest.approx(1 / 1.25)
    assert gaps_s({"gpu1": one_after_another(20, gap_s=0.25)}) == pytest.approx([0.25] * 16)


def test_neither_the_first_runs_nor_the_last_ones_count():
    runs = one_after_another(10, gap_s=0)
    late = [ran(100, 101), ran(200, 201)]
    assert window({"gpu1": runs}) == (2, 8)
    assert busy_share({"gpu1": [*runs, *late]}) < 1
    assert busy_share({"gpu1": runs}) == pytest.approx(1)


def test_a_server_that_stops_while_the_other_has_work_is_idle():
    working, stopped = one_after_another(12, gap_s=0), one_after_another(4, gap_s=0)
    assert busy_share({"gpu1": working, "gpu2": stopped}) < 0.8


def test_a_server_whose_own_queue_is_empty_ends_the_window_of_servers_apart():
    working, stopped = one_after_another(12, gap_s=0), one_after_another(6, gap_s=0)
    assert busy_share({"gpu1": working, "gpu2": stopped}, apart=True) == pytest.approx(1)


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_graph_that_runs_again_without_an_outage_is_found(attempt):
    runs = [ran(0, 1), ran(5, 6, attempt=attempt, machine="gpu2")]
    assert run_twice([JOB], runs, []) == (0, [run_id_of(JOB, 1)])


@pytest.mark.parametrize("kind", ["die", "zombie"])
def test_only_the_death_of_its_own_server_before_that_excuses_a_graph_that_runs_again(kind):
    runs = [ran(0, None), ran(5, 6, machine="gpu2")]
    assert run_twice([JOB], runs, [Outage(machine="gpu1", kind=kind, since=0.5, until=0.6)])[0] == 1
    assert run_twice([JOB], runs, [Outage(machine="gpu1", kind=kind, since=5.5, until=7)])[0] == 0
    assert run_twice([JOB], runs, [Outage(machine="gpu2", kind=kind, since=0.5, until=0.6)])[0] == 0


@pytest.mark.parametrize(("frozen_s", "excused"), [(LOST_S / 2, 0), (LOST_S, 1)])
def test_a_frozen_server_excuses_nothing_before_its_deadline(frozen_s, excused):
    runs = [ran(0, 1), ran(5, 6, attempt=2, machine="gpu2")]
    assert (
        run_twice([JOB], runs, [Outage(machine="gpu1", kind="freeze", since=0.5, until=0.5 + frozen_s)])[0] == excused
    )


def ended(state: JobState, **more: object) -> JobRecord:
    return JobRecord(job=job(), state=state, revision=1, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("record", "lost", "faulted"),
    [
        (None, 1, 1),
        (ended(JobState.QUEUED), 1, 1),
        (ended(JobState.FAILED, error_code="cancelled", error_sentence="It was stopped."), 1, 1),
        (ended(JobState.FAILED, error_code="server_lost", error_sentence="It went away."), 1, 0),
    ],
    ids=["vanished", "never ended", "failed for nothing", "lost its servers"],
)
def test_what_vanished_or_failed_for_nothing_is_seen(record, lost, faulted):
    found = told({JOB: record}, RecordingChat(), [], [], 1.0)

    assert (found.jobs, found.lost, found.faulted) == (1, lost, faulted), "none of them has a message"
    assert not all(found.bars().values())
