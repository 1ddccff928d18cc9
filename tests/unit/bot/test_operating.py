"""What only whoever runs the bot sees and does from a chat: the GPUs, and every community."""

from dataclasses import replace

import pytest

from bot.errors import NotAllowed, SubmissionError
from bot.jobs import JobState
from bot.measuring import help_rows
from bot.policy.measures import (
    BanCommunity,
    ClearAll,
    DrainServer,
    PauseWork,
    Rank,
    ResumeServer,
    SetCeiling,
    ShowCommunities,
    ShowServers,
)
from bot.servers import Change, ServerState, ServerStatus, Wish
from bot.wishes import wished
from tests.unit.bot.moderated import ANN, BEN, START_MS, House
from tests.unit.bot.test_moderation import DAILY, MOD, OPERATOR, OTHERS, did

IN_CHAT = replace(OPERATOR, platform="web", tenant=MOD.tenant)
READY = ServerStatus(state=ServerState.READY, since_ms=START_MS - 60_000, seen_ms=START_MS)


async def test_each_gpu_is_told_with_how_it_is_and_what_it_runs():
    house = House()
    await house.asked("a cat in the snow")
    held = await house.store.claim("gpu1", "1")
    await house.store.record(held.lease, run_id="run")
    await house.servers.tell("gpu1", READY)
    await house.servers.tell("gpu2", replace(READY, state=ServerState.DOWN, reason="It does not answer."))

    told = await did(house, ShowServers(), IN_CHAT)

    assert "gpu1 ready for 60 s. Runs “a cat in the snow” of Ann." in told
    assert "gpu2 down for 60 s. It does not answer." in told
    assert "unattended" in told  # the one of the settings, that nobody works on


async def test_a_gpu_is_drained_once_and_put_back():
    house = House()
    await house.servers.tell("gpu1", READY)

    assert "takes nothing new" in await did(house, DrainServer(name="gpu1"), IN_CHAT)
    assert (await house.servers.changes())["gpu1"].wish is Wish.DRAIN
    assert "drained already" in await did(house, DrainServer(name="gpu1"), IN_CHAT)
    assert "put to work" in await did(house, ResumeServer(name="gpu1"), IN_CHAT)
    assert await house.servers.changes() == {}


async def test_a_gpu_that_there_is_not_is_not_drained_and_the_nearest_is_named():
    house = House()
    await house.servers.tell("gpu1", READY)

    with pytest.raises(SubmissionError, match="Did you mean gpu1"):
        await did(house, DrainServer(name="gpu11"), IN_CHAT)
    assert await house.told() == [("server-drain", "tried")]


async def test_a_gpu_that_was_removed_comes_back_on_its_machine_alone():
    house = House()
    await house.servers.change("gpu1", Change(wish=Wish.REMOVE))

    with pytest.raises(SubmissionError, match="fairbrush servers resume gpu1"):
        await did(house, ResumeServer(name="gpu1"), IN_CHAT)


@pytest.mark.parametrize("wish", Wish)
@pytest.mark.parametrize("before", Wish)
def test_a_wish_changes_something_unless_it_is_so_already(before, wish):
    decided = wished("gpu1", Change(wish=before), wish, resume="so")
    assert decided.is_new is not (before is wish or (before, wish) == (Wish.REMOVE, Wish.DRAIN))


async def test_communities_are_told_with_their_queue_and_what_holds():
    house = House()
    await house.asked(event="1")
    await house.asked(event="2", requester=replace(BEN, tenant=OTHERS))
    await house.names.keep({OTHERS: "Ac\u202eme"})
    await did(house, SetCeiling(quotas=DAILY), IN_CHAT)
    await did(house, PauseWork(message="later"), IN_CHAT)
    await did(house, BanCommunity(reason="law"), IN_CHAT, OTHERS)

    told = await did(house, ShowCommunities(), IN_CHAT)
    here, there = (next(row for row in told.splitlines() if name in row) for name in ("web/1001 ", "Acme (web/2002) "))

    assert "1 waiting" in here
    assert "10 pictures" in here
    assert "paused" in here
    assert "banned" in there
    assert "0 waiting" in there


async def test_of_the_operators_verbs_a_moderator_reads_nothing():
    told = " ".join(usage for usage, _ in help_rows(Rank.MODERATOR))

    assert "server" not in told
    assert "communit" not in told
    assert "clear-all" in told


async def test_all_that_waits_and_runs_here_is_cancelled_and_nothing_elsewhere():
    house = House()
    mine = [(await house.asked(event=event, requester=who)).record.job.id for event, who in (("1", ANN), ("2", BEN))]
    theirs = (await house.asked(event="3", requester=replace(BEN, tenant=OTHERS))).record.job.id

    assert "2 jobs" in await did(house, ClearAll())
    assert [(await house.store.read(each)).state for each in mine] == [JobState.CANCELLED] * 2
    assert (await house.store.read(theirs)).state is JobState.QUEUED
    assert "Nothing waits or runs here" in await did(house, ClearAll())


async def test_everywhere_only_the_operator_cancels_all():
    house = House()
    job_id = (await house.asked()).record.job.id

    with pytest.raises(NotAllowed):
        await did(house, ClearAll(), MOD, None)
    assert "1 job" in await did(house, ClearAll(), OPERATOR, None)
    assert (await house.store.read(job_id)).state is JobState.CANCELLED


async def test_a_pause_names_what_stops_the_rest():
    assert "clear-all" in await did(House(), PauseWork(message="later"))
