"""Storms over several processes: everybody's picture is taken in, and Slack never says that it was asked too often."""

import asyncio

import pytest

from tests.fakes.slack.asks import Asked
from tests.fakes.slack.members import Member
from tests.fakes.slack.state import Channel
from tests.integration.slack.whole import Whole, whole

STORM_S = 60.0


async def taken_in(scene: Whole, asked: list[Asked]) -> None:
    """Wait until there is a job for everything that was asked, and nobody was told anything against it."""
    async with asyncio.timeout(STORM_S):
        while len(await scene.jobs()) < len(asked):
            assert [each.text for one in asked for each in one.ephemerals] == []
            await asyncio.sleep(0.1)


async def all_ask(pairs: list[tuple[Member, Channel]], what: str) -> list[Asked]:
    asking = (who.slash(where, "/imagine", f"{what} of {who.user.name}. steps:1") for who, where in pairs)
    return [*await asyncio.gather(*asking)]


async def test_three_processes_and_thirty_people_who_ask_thrice_in_their_direct_messages(tmp_path):
    async with whole(tmp_path, gpus=3, max_waiting_per_person=50) as scene:
        await scene.start()
        await scene.start()
        await scene.opened(sessions=3)
        scene.slow()  # what is being painted is no matter here
        people = [scene.team.member(f"user{number}") for number in range(30)]
        asked: list[Asked] = []
        for what in ("the fox", "the owl", "the hare"):
            asked += await all_ask([(each, each.dm) for each in people], what)
        await taken_in(scene, asked)


@pytest.mark.parametrize(("processes", "channels", "times"), [(1, 60, 1), (2, 45, 2)])
async def test_so_many_channels_at_once_that_not_all_can_be_looked_at_in_time(tmp_path, processes, channels, times):
    async with whole(tmp_path, gpus=2) as scene:
        for _ in range(processes - 1):
            await scene.start()
        await scene.opened(sessions=processes)
        scene.slow()
        people = [scene.team.member(f"user{number}") for number in range(channels)]
        rooms = [scene.team.channel(f"room{number}") for number in range(channels)]
        asked: list[Asked] = []
        for round_ in range(times):
            asked += await all_ask([*zip(people, rooms, strict=True)], f"fox {round_}")
        await taken_in(scene, asked)
