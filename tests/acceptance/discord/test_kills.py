"""Two processes are in Discord for one application, and a third paints: whoever is killed, every message ends truly."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from tests.acceptance.discord import elsewhere
from tests.acceptance.service.fronts import CALM_S, crew
from tests.acceptance.service.service import Service
from tests.fakes.discord import schema
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.members import Asked, Member
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.state import Channel
from tests.fakes.headlines import PAINTED, PAINTING

PROGRAM = (sys.executable, "-P", elsewhere.__file__)


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    """A town that outlives the service; every request has to be sound by Discord's own description."""
    async with FakeDiscord(Limits(ack_s=30)) as discord:
        monkeypatch.setenv(elsewhere.API, discord.url)
        monkeypatch.setenv(elsewhere.GATEWAY, discord.gateway.url)
        monkeypatch.setenv(elsewhere.HOST, discord.world.host)
        monkeypatch.setenv("FAIRBRUSH_DISCORD_TOKEN", discord.token)
        yield discord
    if schema.is_at_hand():
        assert [said for each in discord.calls for said in schema.complaints(each)] == []


async def up(discord: FakeDiscord, worker: Service, *bots: Service) -> None:
    """Wait until every bot hears what is asked, and there is something to ask."""

    def is_so() -> bool:
        assert all(each.process and each.process.returncode is None for each in (worker, *bots)), worker.log
        return len(discord.gateway.connected) == len(bots) and "imagine" in discord.commands()

    await discord.until(is_so, CALM_S)


async def wish(ada: Member, channel: Channel, prompt: str) -> Asked:
    """Ask, and again for as long as no GPU has told what it offers."""
    async with asyncio.timeout(CALM_S):
        while True:
            asked = await ada.slash(channel, "imagine", prompt=prompt, steps=12)
            if not asked.ephemerals:
                return asked
            await asyncio.sleep(0.1)


async def test_a_message_whose_process_is_killed_in_mid_run_is_finished_by_another(
    folder: Path, discord: FakeDiscord
) -> None:
    town = discord.guild()
    general, ada = discord.channel(town, "general"), discord.member("ada")
    async with Simulator(SimulatorOptions(step_ms=20, draw=False)) as gpu, crew(folder, gpu, PROGRAM) as open_one:
        worker, first, second = open_one("worker"), open_one("discord"), open_one("discord")
        for each in (worker, first, second):
            await each.spawn()
        await up(discord, worker, first, second)

        for number, victim in enumerate((first, second)):
            gpu.faults.slow_down(30)
            asked = await wish(ada, general, f"fox {number}")
            await asked.shows(PAINTING, within_s=CALM_S)
            await victim.kill()
            gpu.faults.slow_down(0.1)
            message = await asked.shows(PAINTED, within_s=CALM_S)

            assert len(message.files) == 1
            assert len([each for each in general.shown if each.author.is_bot]) == number + 1
            await victim.spawn()
            await up(discord, worker, first, second)

        assert [await each.stop() for each in (worker, first, second)] == [0, 0, 0]
    assert discord.record.too_many == []
    assert {each.code for each in discord.record.refused} <= {40060}


async def test_a_service_that_is_killed_with_all_its_processes_finishes_its_messages_when_it_is_back(
    folder: Path, discord: FakeDiscord
) -> None:
    town = discord.guild()
    general, ada = discord.channel(town, "general"), discord.member("ada")
    async with Simulator(SimulatorOptions(step_ms=20, draw=False)) as gpu, crew(folder, gpu, PROGRAM) as open_one:
        services = [open_one("worker"), open_one("discord")]
        for each in services:
            await each.spawn()
        await up(discord, *services)
        gpu.faults.slow_down(30)
        asked = [await wish(ada, general, f"fox {number}") for number in range(3)]
        await asked[0].shows(PAINTING, within_s=CALM_S)
        await asyncio.gather(*(each.kill() for each in services))
        gpu.faults.slow_down(0.1)
        for each in services:
            await each.spawn()

        for each in asked:
            message = await each.shows(PAINTED, within_s=CALM_S)
            assert len(message.files) == 1
        assert len([each for each in general.shown if each.author.is_bot]) == 3
        assert [await each.stop() for each in services] == [0, 0]
    assert discord.record.too_many == []
