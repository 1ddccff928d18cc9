"""How often each method is called, by a clock of the test's own."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from adapters.slack.pacing import LATE_S, MINUTE_S, PATIENCE_S, POSTS_OF_WORKSPACE, TIERS, Paces, budgets_of
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.standing import EDITS, EDITS_S, RESERVE
from bot.errors import StoreLost
from tests.fakes.turns import Turns


class Clock:
    """Time that stands still until it is pushed on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def paces(clock: Clock) -> Paces:
    return Paces(clock)


async def spend(paces: Paces, times: int, method: str = "chat.update", channel: str = "C1", team: str = "T1") -> None:
    for _ in range(times):
        async with paces.turn(team, method, channel):
            pass


async def refused(paces: Paces, method: str = "chat.update", channel: str = "C1") -> Refused:
    with pytest.raises(Refused) as caught:
        await spend(paces, 1, method, channel)
    return caught.value


async def test_a_minute_holds_nine_tenths_of_a_tier_and_the_next_one_as_many(paces: Paces, clock: Clock):
    await spend(paces, TIERS[3])
    no = await refused(paces)
    assert (no.refusal, no.after_s) == (Refusal.TOO_MANY, MINUTE_S)

    clock.now += MINUTE_S
    await spend(paces, TIERS[3])


async def test_methods_and_workspaces_do_not_share(paces: Paces):
    await spend(paces, TIERS[3])
    await spend(paces, 1, "chat.delete")
    await spend(paces, 1, team="T2")


async def test_channels_share_the_updates_of_their_workspace(paces: Paces):
    await spend(paces, TIERS[3], channel="C1")

    assert (await refused(paces, channel="C2")).refusal is Refusal.TOO_MANY


async def test_posts_have_a_second_for_each_channel(paces: Paces, clock: Clock):
    await spend(paces, 1, "chat.postMessage", "C1")
    await spend(paces, 1, "chat.postMessage", "C2")
    clock.now += 1
    await spend(paces, 1, "chat.postMessage", "C1")


async def test_who_is_turned_away_from_a_channel_uses_up_nothing_of_the_workspace(paces: Paces, clock: Clock):
    await paces.hold("T1", "chat.postMessage", "C1", 30.0)
    for _ in range(POSTS_OF_WORKSPACE):
        await refused(paces, "chat.postMessage", "C1")

    await spend(paces, 1, "chat.postMessage", "C2")


async def test_who_is_under_way_counts_and_counts_from_their_answer_on(paces: Paces, clock: Clock):
    async with AsyncExitStack() as calls:
        for _ in range(TIERS[3]):
            await calls.enter_async_context(paces.turn("T1", "chat.update"))
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(refused(paces))
            await asyncio.sleep(0)
            clock.now += PATIENCE_S + 1
        assert waiting.result().refusal is Refusal.TOO_MANY
    clock.now += MINUTE_S - 2

    assert (await refused(paces)).after_s == 2


async def test_a_429_holds_one_method_or_one_channels_posts(paces: Paces, clock: Clock):
    await paces.hold("T1", "chat.postMessage", "C1", 30.0)
    assert (await refused(paces, "chat.postMessage", "C1")).after_s == 30.0
    await spend(paces, 1, "chat.postMessage", "C2")

    clock.now += 30
    await spend(paces, 1, "chat.postMessage", "C1")


def test_every_budget_stays_below_what_slack_promises():
    promised = {"chat.update": 50, "conversations.history": 50, "files.info": 100, "usergroups.users.list": 20}
    assert all(budgets_of("T1", method, "")[0].edits < most for method, most in promised.items())


def test_the_noticeboards_updates_are_as_many_in_a_minute_as_the_method_has_and_ends_find_room():
    assert TIERS[3] == EDITS * MINUTE_S / EDITS_S
    assert 0 < RESERVE < EDITS


async def test_what_nobody_uses_is_not_remembered_for_ever(paces: Paces, clock: Clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("adapters.slack.pacing._MOST_PACES", 10)
    for number in range(50):
        await spend(paces, 1, "chat.postMessage", f"C{number}")
        clock.now += MINUTE_S

    assert len(paces._paces) <= 11


# ---- What all processes share ----


@pytest.fixture
def three(clock: Clock) -> list[Paces]:
    """Three processes of ours with one store."""
    store = Turns(clock=clock)
    return [Paces(clock, store) for _ in range(3)]


@pytest.mark.parametrize("method", ["conversations.info", "conversations.open", "users.info"])
async def test_three_processes_together_ask_no_more_often_than_one_may(three: list[Paces], clock: Clock, method: str):
    most = budgets_of("T1", method, "")[0].edits
    for number in range(most):
        await spend(three[number % 3], 1, method)

    assert [(await refused(each, method)).refusal for each in three] == [Refusal.TOO_MANY] * 3
    clock.now += MINUTE_S + LATE_S
    await spend(three[0], 1, method)


@pytest.mark.parametrize("method", ["chat.update", "chat.postMessage", "users.info"])
async def test_a_429_holds_every_process_and_whoever_comes_after_a_restart(
    three: list[Paces], clock: Clock, method: str
):
    await three[0].hold("T1", method, "C1", 15.0)

    assert [(await refused(each, method)).after_s for each in three] == [15.0] * 3
    clock.now += 15
    await spend(three[1], 1, method)


async def test_what_answers_somebody_asks_no_store_and_one_that_is_away_stops_nothing(clock: Clock):
    class Away(Turns):
        async def take(self, bucket: str, *, most: int, per_s: float) -> float:
            self.taken[bucket] = [0.0]
            raise StoreLost

    store = Away(clock=clock)
    paces = Paces(clock, store)

    await spend(paces, 1, "views.open")
    await spend(paces, 1, "chat.postEphemeral")
    assert not store.taken
    await spend(paces, 1, "users.info")
    assert store.taken
