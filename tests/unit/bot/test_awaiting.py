"""Which servers work, by what their owners told last, and for whom a job waits."""

from dataclasses import replace

import pytest

from bot.awaiting import Awaited, Presence
from bot.ports import LaneTable
from bot.servers import STALE_MS, ServerState, ServerStatus
from bot.shares import ANY_LANE, Position

NOW = 1_000_000


def told(state: ServerState, *, ago_ms: int = 1000) -> ServerStatus:
    return ServerStatus(state=state, seen_ms=NOW - ago_ms)


def presence(*, listed: frozenset[str] | None = None, **statuses: ServerStatus) -> Presence:
    return Presence(statuses=statuses, now_ms=NOW, listed=listed)


def waiting(lane: str | None, **elsewhere: int) -> Position:
    return Position(jobs=0, gpu_ms=0, lane=lane, elsewhere=elsewhere)


@pytest.mark.parametrize(
    ("state", "works"),
    [
        (ServerState.STARTING, False),
        (ServerState.READY, True),
        (ServerState.SUSPECT, True),
        (ServerState.DRAINING, False),
        (ServerState.DOWN, False),
    ],
)
def test_a_server_works_unless_it_begins_or_is_down_or_drained(state: ServerState, works: bool) -> None:
    assert presence(a=told(state)).works("a") is works


def test_a_server_that_nobody_told_of_for_long_is_looked_after_by_nobody() -> None:
    assert not presence(a=told(ServerState.READY, ago_ms=STALE_MS + 1)).works("a")
    assert presence(a=told(ServerState.READY, ago_ms=STALE_MS)).works("a")
    assert not presence(a=replace(READY, attended=False)).works("a")


def test_a_server_of_which_nothing_is_told_is_taken_to_work_unless_the_pool_has_it_no_more() -> None:
    assert presence().works("a")
    assert presence(listed=frozenset({"a"})).works("a")
    assert not presence(listed=frozenset({"b"})).works("a")


def test_a_slot_works_when_its_server_does() -> None:
    assert presence(a=told(ServerState.READY)).works("a/2")
    assert not presence(a=told(ServerState.DOWN)).works("a/2")


TABLE = LaneTable(servers={"a": "1", "a/2": "1", "b": "1", "c": "2"})
DOWN, DRAINING, READY = told(ServerState.DOWN), told(ServerState.DRAINING), told(ServerState.READY)


def test_whoever_has_a_server_that_works_awaits_nobody() -> None:
    assert presence(a=DOWN, b=READY).awaited(waiting("1"), TABLE) is None
    assert presence(a=DOWN, b=DOWN, c=READY).awaited(waiting("1", **{"2": 5}), TABLE) is None


def test_a_server_that_begins_is_awaited_in_silence() -> None:
    assert presence(a=DOWN, b=told(ServerState.STARTING)).awaited(waiting("1"), TABLE) is None


def test_a_job_awaits_the_servers_of_all_its_lanes_each_once() -> None:
    found = presence(a=DOWN, b=DRAINING, c=DOWN)

    assert found.awaited(waiting("1"), TABLE) == Awaited(down=("a",), draining=("b",))
    assert found.awaited(waiting("1", **{"2": 5}), TABLE) == Awaited(down=("a", "c"), draining=("b",))


def test_a_drained_server_that_died_since_is_down() -> None:
    silent = told(ServerState.DRAINING, ago_ms=STALE_MS + 1)

    assert presence(c=silent).awaited(waiting("2"), TABLE) == Awaited(down=("c",))


def test_nobody_can_tell_whom_a_job_awaits_that_has_no_lane_or_the_one_for_all_the_rest() -> None:
    assert presence(a=DOWN).awaited(waiting(None), TABLE) is None
    assert presence(a=DOWN).awaited(waiting(ANY_LANE), TABLE) is None


def test_a_job_whose_servers_were_all_removed_awaits_any_that_can_take_it() -> None:
    found = presence(listed=frozenset()).awaited(waiting("2"), TABLE)

    assert found == Awaited()
    assert str(found) == "a GPU that has what it needs"


@pytest.mark.parametrize(
    ("awaited", "words"),
    [
        (Awaited(down=["gpu1"]), "gpu1, which is down"),
        (Awaited(down=["gpu1", "gpu2"]), "gpu1 or gpu2, which are down"),
        (Awaited(down=["a", "b", "c"]), "a, b or c, which are down"),
        (Awaited(down=list("abcd")), "one of 4 GPUs, which are down"),
        (Awaited(draining=["gpu1"]), "gpu1, which is taking no new jobs at the moment"),
        (
            Awaited(down=["gpu1"], draining=["gpu2", "gpu3"]),
            "gpu1, which is down, or gpu2 or gpu3, which are taking no new jobs at the moment",
        ),
    ],
)
def test_it_is_said_for_which_gpus_a_job_waits_and_why(awaited: Awaited, words: str) -> None:
    assert str(awaited) == words
