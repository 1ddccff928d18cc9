"""How a server is: every cell of the table, what faults and silence cost, and that no history leads astray."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.health import (
    FIRST_BACKOFF_S,
    LONGEST_BACKOFF_S,
    LONGEST_PAUSE_S,
    MISCONFIGURED_PAUSE_S,
    OUR_NETWORK,
    SETTLED_S,
    STATES,
    TOGETHER_MS,
    Happening,
    Health,
    after,
    lost_together,
    told_reason,
)
from bot.servers import WORKING, ServerState

S, H = ServerState, Happening
READY = Health(state=S.READY)

# Once more and by hand: what a typing error in the table would change.
_ROWS = """
            OPENED    UNREACHED FAULTED   PROVED    MISCONFIGURED DRAINED   RESUMED
STARTING    ready     down      suspect   starting  down          starting  starting
READY       ready     down      suspect   ready     down          draining  ready
SUSPECT     suspect   down      down      ready     down          draining  suspect
DRAINING    draining  down      draining  draining  down          draining  ready
DOWN        ready     down      down      down      down          down      down
"""
_HEAD, *_LINES = [line.split() for line in _ROWS.strip().splitlines()]
CELLS = [(S[row], H[name], S(cell)) for row, *cells in _LINES for name, cell in zip(_HEAD, cells, strict=True)]


def story(*happenings: Happening, every_s: float = 1, health: Health | None = None) -> Health:
    health = health or Health()
    for number, happening in enumerate(happenings):
        health = after(health, happening, happening.name.lower(), round(number * every_s * 1000))
    return health


@pytest.mark.parametrize(("state", "happening", "becomes"), CELLS)
def test_every_cell_of_the_table(state, happening, becomes):
    assert STATES[state][happening] is becomes
    # A suspect has a strike; the others have none here.
    strikes = 1 if state is S.SUSPECT else 0
    found = after(Health(state=state, strikes=strikes, since_ms=1), happening, "a reason.", 5)
    assert found.state is becomes
    assert found.since_ms == (1 if becomes is state else 5)


def test_the_table_knows_every_state_and_everything_that_may_happen():
    assert len(CELLS) == len(S) * len(H)
    assert {(state, happening) for state, row in STATES.items() for happening in row} == {cell[:2] for cell in CELLS}


def test_a_server_that_comes_back_is_used_again_at_once_and_without_a_strike():
    back = story(H.OPENED, H.UNREACHED, H.UNREACHED, H.OPENED)
    assert (back.state, back.strikes, back.reason) == (S.READY, 0, "")


def test_a_server_that_cannot_be_reached_is_asked_after_1_2_4_and_then_every_5_seconds():
    health, pauses = READY, []
    for number in range(5):
        health = after(health, H.UNREACHED, "gone.", number)
        pauses.append(health.retry_after_s)
    assert pauses == [1, 2, 4, 5, 5]


def test_one_that_flaps_is_asked_ever_less_often_and_one_that_worked_for_long_at_once():
    flapping = story(H.OPENED, *[H.UNREACHED, H.OPENED] * 4)
    assert after(flapping, H.UNREACHED, "", 10_000).retry_after_s == LONGEST_PAUSE_S
    assert after(flapping, H.UNREACHED, "", round(SETTLED_S * 1000) + 10_000).retry_after_s == 1
    assert after(story(H.PROVED, health=flapping), H.UNREACHED, "", 10_000).retry_after_s == 1


def test_one_fault_makes_a_suspect_that_is_opened_at_once_and_a_proved_run_clears_it():
    suspect = story(H.OPENED, H.FAULTED)
    assert (suspect.state, suspect.strikes, suspect.retry_after_s, suspect.reason) == (S.SUSPECT, 1, 0, "faulted")
    opened = story(H.OPENED, health=suspect)
    assert (opened.state, opened.reason) == (S.SUSPECT, "faulted")
    proved = story(H.PROVED, health=opened)
    assert (proved.state, proved.strikes, proved.reason) == (S.READY, 0, "")


def test_the_breaker_opens_for_10_seconds_then_twice_as_long_each_time_and_every_trial_is_a_suspect():
    health, pauses = READY, []
    for _ in range(9):
        while health.state is not S.DOWN:
            health = after(health, H.FAULTED, "stuck.", 0)
        pauses.append(health.retry_after_s)
        health = after(health, H.OPENED, "", 0)
        assert health.state is S.SUSPECT
    assert pauses[:5] == [FIRST_BACKOFF_S, 20, 40, 80, 160]
    assert set(pauses[5:]) == {LONGEST_BACKOFF_S}
    assert after(health, H.PROVED, "", 0).state is S.READY


def test_a_suspect_that_goes_away_is_a_suspect_when_it_comes_back():
    assert story(H.OPENED, H.FAULTED, H.UNREACHED, H.OPENED).state is S.SUSPECT


def test_what_is_wrongly_set_up_says_so_and_is_looked_at_every_half_minute():
    health = story(H.MISCONFIGURED)
    assert (health.state, health.reason, health.retry_after_s) == (S.DOWN, "misconfigured", MISCONFIGURED_PAUSE_S)
    assert story(H.UNREACHED, health=health).retry_after_s == LONGEST_PAUSE_S
    assert story(H.OPENED, health=health).state is S.READY


def test_drained_and_resumed_it_works_as_before_and_a_suspect_is_still_one():
    assert story(H.OPENED, H.DRAINED, H.RESUMED).state is S.READY
    assert story(H.OPENED, H.FAULTED, H.DRAINED, H.RESUMED).state is S.SUSPECT
    assert story(H.OPENED, H.DRAINED, H.FAULTED, H.RESUMED).state is S.SUSPECT
    assert story(H.OPENED, H.FAULTED, H.DRAINED, H.PROVED, H.RESUMED).state is S.READY


def test_lost_while_it_drains_it_is_down_and_drains_again_when_it_comes_back():
    assert story(H.OPENED, H.DRAINED, H.UNREACHED).state is S.DOWN
    assert story(H.OPENED, H.DRAINED, H.UNREACHED, H.OPENED, H.DRAINED).state is S.DRAINING


def test_a_state_that_stays_keeps_its_time_and_tells_the_newest_reason():
    first = after(READY, H.UNREACHED, "It refuses.", 100)
    again = after(first, H.UNREACHED, "It is silent.", 200)
    assert (again.since_ms, again.reason) == (100, "It is silent.")


def test_all_that_go_away_at_one_time_have_lost_nothing_but_our_network():
    def gone(at_ms: int) -> Health:
        return after(READY, H.UNREACHED, "gone.", at_ms)

    assert lost_together([gone(0), gone(TOGETHER_MS)])
    assert not lost_together([gone(0), gone(TOGETHER_MS + 1)])
    assert not lost_together([gone(0), gone(0), READY])
    assert not lost_together([gone(0)])
    assert not lost_together([gone(0), after(READY, H.MISCONFIGURED, "too old.", 0)])
    assert not lost_together([])
    assert gone(0).strikes == 0


def test_what_is_told_says_whether_anything_still_runs_and_whose_fault_silence_is():
    draining, down = Health(state=S.DRAINING), Health(state=S.DOWN, reason="It refuses.")
    assert told_reason(draining, jobs=0, alone=False) == "Nothing runs here any more."
    assert told_reason(draining, jobs=1, alone=False) == "One job still runs here."
    assert told_reason(draining, jobs=2, alone=False) == "2 jobs still run here."
    assert told_reason(down, jobs=0, alone=False) == "It refuses."
    assert told_reason(down, jobs=0, alone=True) == OUR_NETWORK
    assert told_reason(READY, jobs=1, alone=True) == ""


@given(st.lists(st.sampled_from(list(H)), max_size=40))
def test_no_history_leads_astray(happenings):
    health = Health()
    for now, happening in enumerate(happenings):
        before, health = health, after(health, happening, "A reason.", now)
        assert health.since_ms <= now
        assert health.retry_after_s <= LONGEST_BACKOFF_S
        # Only faults make strikes, only a proof takes them, and whoever has one is never just ready.
        assert health.strikes == {H.FAULTED: before.strikes + 1, H.PROVED: 0}.get(happening, before.strikes)
        assert not (health.state is S.READY and health.strikes)
        assert bool(health.reason) is (health.state in {S.SUSPECT, S.DOWN}) or health.state is S.DRAINING
        # A second fault in a row takes it out of work, unless it drains anyway.
        if happening is H.FAULTED and before.strikes and before.state in WORKING:
            assert health.state is S.DOWN
    # Whatever has happened, one answer makes it work again.
    if health.state is S.DOWN:
        assert after(health, H.OPENED, "", 99).state in WORKING
    assert after(replace(health, state=S.DOWN), H.OPENED, "", 99).strikes == health.strikes


def test_the_last_errors_are_remembered_each_once_in_a_row_also_when_all_is_well_again():
    health = story(H.OPENED, H.FAULTED, H.PROVED, H.UNREACHED, H.UNREACHED, H.UNREACHED, H.OPENED)
    assert health.state is S.READY
    assert health.errors == ((3_000, "unreached"), (1_000, "faulted"))

    health = story(*(H.UNREACHED, H.OPENED) * 9, health=health)
    assert [at_ms for at_ms, _ in health.errors] == [16_000, 14_000, 12_000, 10_000, 8_000]
