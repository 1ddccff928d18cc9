"""What a slot decides, as a table of times: no event loop, no server, no store."""

from dataclasses import replace
from math import inf

import pytest

from bot.estimates import Work
from bot.jobs import job_id_of
from bot.leases import Lease
from bot.outcomes import Standing
from bot.progress import Progress
from bot.remaining import LEAST_MARGIN_S, Latency
from bot.slot import MAX_HOMING, STRANGERS_S, Course, Slot

WORK = Work("txt2img", 1.0)
LATENCY_S = 0.1  #: what is believed before anything was measured
MARGIN_S = 0.3  #: of two seconds that were never tried
TAKES_S = 2.0

PREPARING, SOUGHT, PENDING, EXECUTING, OFF = (
    Standing.PREPARING,
    Standing.SOUGHT,
    Standing.PENDING,
    Standing.EXECUTING,
    Standing.OFF,
)


def course(event: str = "1", standing: Standing = PREPARING, **known: object) -> Course:
    lease = Lease(job_id=job_id_of("web", event), server="gpu", attempt=1, fence=1, expires_ms=0)
    return Course(lease=lease, standing=standing, **{"requirement": "a.1", **known})


def executing(event: str = "1", *, began_s: float = 0.0, expected_s: float = TAKES_S, **known: object) -> Course:
    return course(event, EXECUTING, began_s=began_s, expected_s=expected_s, **{"work": WORK, **known})


def holding(*courses: Course) -> Slot:
    slot = Slot()
    for each in courses:
        slot.take(each)
    return slot


def about(seconds: float) -> object:
    return pytest.approx(seconds, abs=1e-9)


# ---- When the next one is claimed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "eager", "claim_in"),
    [
        ([], True, 0.0),
        ([], False, 0.0),
        ([course(standing=OFF)], False, 0.0),
        ([course(standing=PREPARING)], True, inf),
        ([course(standing=SOUGHT)], True, inf),
        ([course(standing=PENDING)], True, inf),
        ([executing()], True, TAKES_S - MARGIN_S - LATENCY_S),
        ([executing()], False, inf),
        ([executing(began_s=-1.5)], True, TAKES_S - 1.5 - MARGIN_S - LATENCY_S),
        ([executing(began_s=-1.6001)], True, 0.0),
        ([executing(began_s=-2.2)], True, 0.0),
        ([executing(began_s=-2.31)], True, inf),  # It should have ended, and may take any time.
        ([executing(work=None)], True, inf),
        ([executing(), course("2")], True, inf),
        ([*(course(str(number), OFF) for number in range(MAX_HOMING - 1))], True, 0.0),
        ([*(course(str(number), OFF) for number in range(MAX_HOMING))], True, inf),
    ],
)
def test_when_a_job_is_to_be_claimed(held, eager, claim_in):
    slot = Slot(held=held)

    assert slot.claim_in(0.0, eager=eager) == about(claim_in)
    assert slot.claim_in(0.0, eager=eager) == about(claim_in), "looking changes nothing"


def test_whoever_asked_in_vain_asks_again_a_little_later():
    slot = holding(executing(began_s=-1.7))
    slot.asked_in_vain(0.0)

    assert slot.claim_in(0.0, eager=True) == about(LATENCY_S)
    assert slot.claim_in(0.1, eager=True) == 0.0


def test_a_slower_store_has_its_successors_claimed_sooner():
    slot = holding(executing())
    for _ in range(10):
        slot.latency.took(1.0)

    assert slot.claim_in(0.0, eager=True) == about(TAKES_S - MARGIN_S - 1.0)


def test_strangers_put_a_claim_off_from_when_it_is_due_and_not_for_ever():
    slot = Slot()

    assert slot.put_off(100.0, others=1) == STRANGERS_S
    assert slot.put_off(130.0, others=3) == STRANGERS_S - 30
    assert slot.put_off(100.0 + STRANGERS_S, others=1) == 0.0


@pytest.mark.parametrize("over", ["they left", "we had our turn"])
def test_strangers_who_come_again_put_it_off_anew(over):
    slot = Slot()
    slot.put_off(0.0, others=1)
    if over == "they left":
        assert slot.put_off(10.0, others=0) == 0.0
    else:
        slot.take(course())

    assert slot.put_off(70.0, others=1) == STRANGERS_S


# ---- What it holds ---------------------------------------------------------------------------------------------------


def test_each_one_stands_behind_what_the_server_has_when_it_is_taken():
    home, first, second = course("1", OFF), executing("2"), course("3")
    slot = holding(home, first, second)

    assert (home.ahead, first.ahead, second.ahead) == (None, None, first)
    assert slot.ahead() is second
    assert slot.jobs == {each.lease.job_id for each in (home, first, second)}


@pytest.mark.parametrize("lost", [False, True])
def test_only_a_run_that_went_with_its_server_still_stands_before_the_next_one(lost):
    first, second = executing("1"), course("2", PENDING)
    slot = holding(first, second)
    first.standing = OFF
    slot.left(first, 2.0, lost=lost)

    assert second.ahead is (first if lost else None)


@pytest.mark.parametrize(
    ("held", "leaves"),
    [
        ([course("1", PREPARING)], [0]),
        ([course("1", SOUGHT)], []),
        ([course("1", PENDING)], []),  # Nothing is before it: it is as good as begun.
        ([course("1", PENDING, progress=Progress(ahead=1))], [0]),
        ([executing("1"), course("2", PENDING)], [1]),
        ([executing("1"), course("2", PREPARING)], [1]),
        ([executing("1"), course("2", SOUGHT)], []),
        ([course("1", OFF)], []),
    ],
)
def test_when_nothing_is_to_begin_here_all_that_has_not_begun_leaves(held, leaves):
    slot = holding(*(replace(each) for each in held))

    assert list(slot.to_give_back(0.0, closed=True)) == [slot.held[index] for index in leaves]


@pytest.mark.parametrize(
    ("expected_s", "now_s", "leaves"), [(2.0, 3.99, False), (2.0, 4.0, True), (60.0, 65.9, False), (60.0, 66.0, True)]
)
@pytest.mark.parametrize("standing", [PREPARING, PENDING])
def test_a_successor_leaves_two_seconds_or_a_tenth_after_its_turn_should_have_come(standing, expected_s, now_s, leaves):
    slot = holding(executing("1", expected_s=expected_s), course("2", standing))

    assert (slot.overdue_in(now_s) == 0.0) is leaves
    assert list(slot.to_give_back(now_s, closed=False)) == slot.held[1:] * leaves


@pytest.mark.parametrize("held", [[], [executing()], [executing(), course("2", SOUGHT)], [course("1"), course("2")]])
def test_nothing_else_is_ever_overdue(held):
    assert holding(*(replace(each) for each in held)).overdue_in(1e6) == inf


# ---- What is loaded --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("warm", "requirement", "succeeded", "began_s", "then"),
    [
        ((), "a.1", True, 0.0, ("a",)),
        (("b",), "a.1", True, 0.0, ("a",)),
        (("b",), ".1", True, 0.0, ("b",)),
        (("b",), "a.1", False, 0.0, ()),
        (("b",), "a.1", False, None, ("b",)),
        (("a",), "a.1", False, 0.0, ("a",)),
    ],
)
def test_a_model_counts_as_loaded_only_when_that_is_certain(warm, requirement, succeeded, began_s, then):
    run = course(standing=OFF, requirement=requirement, succeeded=succeeded, began_s=began_s)
    slot = Slot(warm=warm, held=[run])
    slot.left(run, 1.0, lost=False)

    assert slot.warm_then() == then


@pytest.mark.parametrize(("second", "then"), [("b.2", ("b",)), (".2", ("a",))])
def test_what_the_server_still_has_to_do_decides_what_will_be_loaded(second, then):
    slot = holding(executing("1"), course("2", PENDING, requirement=second))

    assert slot.warm_then() == then


# ---- What it learns --------------------------------------------------------------------------------------------------


def through(slot: Slot, began_s: float, takes_s: float, *, asked: bool = True, **known: object) -> None:
    """One run from its begin to its end, a successor asked for as soon as that is due."""
    run = executing(began_s=began_s, **known)
    slot.take(run)
    if asked:
        slot.ask(began_s + slot.claim_in(began_s, eager=True))
    run.standing, run.succeeded = OFF, True
    slot.left(run, began_s + takes_s, lost=False)
    slot.held.remove(run)


def test_runs_that_end_as_foreseen_have_their_successors_claimed_later_and_later():
    slot = Slot(latency=Latency(first_s=0.0))
    for number in range(30):
        through(slot, 10.0 * number, TAKES_S)
    slot.take(executing())

    assert slot.claim_in(0.0, eager=True) == about(TAKES_S - LEAST_MARGIN_S)


@pytest.mark.parametrize("asked", [False, True])
def test_the_error_of_a_run_is_that_of_what_was_foreseen_when_a_successor_was_asked_for(asked):
    slot = Slot(latency=Latency(first_s=0.0))
    for number in range(2):
        through(slot, 10.0 * number, 2.1, asked=asked)
    slot.take(executing())

    assert slot.claim_in(0.0, eager=True) == about(TAKES_S - 3 * 0.1)


def test_what_is_foreseen_first_is_what_counts():
    run = executing()
    slot = holding(run)

    assert slot.ask(1.6) is run
    run.expected_s = 5.0
    slot.ask(1.7)

    assert run.foreseen_s == about(TAKES_S)


@pytest.mark.parametrize("known", [{"adopted": True}, {"work": None}])
def test_a_run_that_was_seen_only_in_part_teaches_nothing(known):
    slot = Slot(latency=Latency(first_s=0.0))
    for number in range(2):
        through(slot, 10.0 * number, 2.1, asked=False, **known)
    slot.take(executing())

    assert slot.claim_in(0.0, eager=True) == about(TAKES_S - MARGIN_S)
