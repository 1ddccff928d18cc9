"""Two processes are in Slack for one workspace, and a third paints: whoever is killed, every message ends truly."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from tests.acceptance.service.fronts import CALM_S, crew
from tests.acceptance.service.service import Service
from tests.acceptance.slack import elsewhere
from tests.fakes.headlines import PAINTED, PAINTING
from tests.fakes.slack import schema
from tests.fakes.slack.asks import Asked
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.members import Member
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, Message
from tests.fakes.slack.workspaces import Workspace

COMPLETE = "files.completeUploadExternal"
PROGRAM = (sys.executable, "-P", elsewhere.__file__)


@pytest.fixture
async def team(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[FakeSlack, Workspace]]:
    """A workspace that outlives the service; every call has to be sound by Slack's own description."""
    async with FakeSlack(Limits(ack_s=30, trigger_s=30)) as slack:
        acme = slack.team("Acme")
        monkeypatch.setenv(elsewhere.HOST, slack.world.host)
        monkeypatch.setenv("FAIRBRUSH_SLACK_TOKEN", acme.token)
        monkeypatch.setenv("FAIRBRUSH_SLACK_APP_TOKEN", slack.app.token)
        yield slack, acme
    assert slack.record.too_many == []
    if schema.is_at_hand():
        assert [said for each in slack.calls for said in schema.complaints(each)] == []


async def up(slack: FakeSlack, worker: Service, *fronts: Service) -> None:
    """Wait until every front hears what is asked."""

    def is_so() -> bool:
        assert all(each.process and each.process.returncode is None for each in (worker, *fronts)), worker.log
        return len(slack.socket.connections) == len(fronts)

    await slack.until(is_so, CALM_S)


async def wish(ada: Member, channel: Channel, prompt: str) -> Asked:
    """Ask, and again for as long as no GPU has told what it offers."""
    async with asyncio.timeout(CALM_S):
        while True:
            asked = await ada.slash(channel, "/imagine", f"{prompt} steps:12")
            await ada.world.until(lambda made=asked: bool(made.messages), CALM_S)
            if not asked.ephemerals:
                return asked
            await asyncio.sleep(0.1)


def ours(channel: Channel) -> list[Message]:
    """Return our messages that everybody sees."""
    return [each for each in channel.shown if each.author.is_bot]


async def test_a_message_whose_process_is_killed_in_mid_run_is_finished_by_another(
    folder: Path, team: tuple[FakeSlack, Workspace]
) -> None:
    slack, acme = team
    general, ada = acme.channel("general"), acme.member("ada")
    async with Simulator(SimulatorOptions(step_ms=20, draw=False)) as gpu, crew(folder, gpu, PROGRAM) as open_one:
        worker, first, second = open_one("worker"), open_one("slack"), open_one("slack")
        for each in (worker, first, second):
            await each.spawn()
        await up(slack, worker, first, second)

        for number, victim in enumerate((first, second)):
            gpu.faults.slow_down(30)
            asked = await wish(ada, general, f"fox {number}")
            await asked.shows(PAINTING, within_s=CALM_S)
            await victim.kill()
            gpu.faults.slow_down(0.1)
            message = await asked.shows(PAINTED, within_s=CALM_S)

            assert str(message.now.blocks).count("'slack_file'") == 1
            assert len(ours(general)) == number + 1
            if victim is first:
                await first.spawn()
                await up(slack, worker, first, second)

        assert [await each.stop() for each in (worker, first)] == [0, 0]
    assert slack.orphans() == []
    assert slack.record.refused == []


async def test_a_service_that_is_killed_whole_or_while_it_brings_pictures_finishes_its_messages_when_it_is_back(
    folder: Path, team: tuple[FakeSlack, Workspace]
) -> None:
    slack, acme = team
    general, ada = acme.channel("general"), acme.member("ada")
    async with Simulator(SimulatorOptions(step_ms=20, draw=False)) as gpu, crew(folder, gpu, PROGRAM) as open_one:
        services = [open_one("worker"), open_one("slack")]
        for each in services:
            await each.spawn()
        await up(slack, *services)
        gpu.faults.slow_down(30)
        asked = [await wish(ada, general, f"fox {number}") for number in range(3)]
        await asked[0].shows(PAINTING, "fox 0", within_s=CALM_S)
        await asyncio.gather(*(each.kill() for each in services))
        gpu.faults.slow_down(0.1)
        for each in services:
            await each.spawn()

        for number, one in enumerate(asked):
            message = await one.shows(PAINTED, f"fox {number}", within_s=CALM_S)
            assert str(message.now.blocks).count("'slack_file'") == 1
        assert len(ours(general)) == 3

        _, front = services
        done = len(slack.record.of(COMPLETE))
        last = await wish(ada, general, "hare")
        await slack.until(lambda: len(slack.record.of(COMPLETE)) > done, CALM_S)
        await front.kill()
        await front.spawn()
        await last.shows(PAINTED, "hare", within_s=CALM_S)
        assert len(ours(general)) == 4
        assert [await each.stop() for each in services] == [0, 0]
    assert slack.orphans() == []
