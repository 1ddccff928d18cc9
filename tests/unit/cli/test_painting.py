"""One run at a terminal: it always ends."""

import asyncio
from uuid import uuid4

import pytest

from bot.cli.painting import paint, within
from bot.errors import JobTimedOut
from bot.events import Succeeded
from bot.jobs import JobId, Run, run_id_of
from bot.ports import Handle
from tests.fakes.scripted_server import ScriptedServer
from workflows.graph import graph_of

RUN = Run(
    id=run_id_of(JobId(uuid4()), 1),
    graph=graph_of({"1": {"class_type": "A", "inputs": {}}}),
    outputs=frozenset("1"),
    uploads={},
)


class Sluggish(ScriptedServer):
    """Never finishes taking a run."""

    def __init__(self) -> None:
        super().__init__()
        self.taking = asyncio.Event()

    async def submit(self, run: Run) -> Handle:
        self.submitted.append(run)
        self.taking.set()
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_server_that_never_takes_the_run_is_given_up_and_told_to_stop() -> None:
    server = Sluggish()

    with pytest.raises(JobTimedOut, match="too long to take"):
        await paint(server, RUN, deadline_s=0.01)

    assert server.interrupted == [Handle(RUN.id)]


async def test_a_run_that_ends_in_time_is_left_alone() -> None:
    server = ScriptedServer(events=[Succeeded(files=(), texts=("done",))])

    assert (await paint(server, RUN, deadline_s=60)).texts == ("done",)
    assert server.interrupted == []


async def test_a_stopped_command_stops_its_run_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    server = Sluggish()
    painting = asyncio.create_task(paint(server, RUN, deadline_s=60))
    await server.taking.wait()
    painting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await painting

    assert server.interrupted == [Handle(RUN.id)]
    assert "no longer works on it" in capsys.readouterr().err


async def test_a_drip_that_never_ends_is_cut_off_with_a_sentence() -> None:
    with pytest.raises(JobTimedOut, match="slow"):
        async with within(0.01, "Too slow."):
            await asyncio.Event().wait()


async def test_a_timeout_of_the_work_itself_stays_what_it_is() -> None:
    with pytest.raises(TimeoutError):
        async with within(60, "Too slow."):
            raise TimeoutError
