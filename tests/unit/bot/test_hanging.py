"""A server that never answers one of a run's questions: the others paint on, and the service ends."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from bot.attempt import WorkerLimits
from bot.errors import SubmitUncertain
from bot.events import OutputFile, RunEvent, Started
from bot.jobs import JobState, Run
from bot.ports import Finding, Handle, Stopping
from tests.fakes.virtual_time import run_virtually, virtual_now
from tests.unit.bot.bench import DONE, enqueued, job
from tests.unit.bot.town import Machine, Town, soon

EVENTS = [str(number) for number in range(6)]
TENURE = WorkerLimits().tenure


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Virtual time does not wait for threads."""

    async def at_once(work, *given):
        return work(*given)

    monkeypatch.setattr(asyncio, "to_thread", at_once)


@dataclass
class Painter(Machine):
    """A machine that paints everything at once, except where it hangs."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def submit(self, run: Run) -> Handle:
        self.begun.set()
        await self._answers("submit")
        if self.hangs == "find":
            raise SubmitUncertain
        return Handle(run.id)

    async def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
        yield Started()
        await self._answers("follow")
        if self.hangs == "interrupt":
            await asyncio.Event().wait()
        yield DONE

    async def find(self, handle: Handle) -> Finding:
        await self._answers("find")
        return await super().find(handle)

    async def interrupt(self, handle: Handle) -> Stopping:
        await self._answers("interrupt")
        return await super().interrupt(handle)

    async def forget(self, handle: Handle) -> None:
        await self._answers("forget")

    async def fetch(self, file: OutputFile) -> AsyncGenerator[bytes]:
        await self._answers("fetch")
        yield b"a result"


@pytest.mark.parametrize("hangs", ["submit", "follow", "find", "interrupt", "forget", "fetch"])
@pytest.mark.parametrize("after_s", [1.0, 40.0])
def test_a_run_whose_server_never_answers_holds_up_neither_the_others_nor_the_end(hangs, after_s):
    async def story() -> None:
        hung, well = Painter(hangs=hangs), Painter()
        place = Town({"hung": hung, "well": well})
        place.lists("hung")
        async with place.at_work():
            await enqueued(place.store, EVENTS[0])
            await hung.begun.wait()
            place.lists("well")
            for event in EVENTS[1:]:
                await enqueued(place.store, event)
            await soon(after_s + 3)
            records = [await place.store.read(job(event).id) for event in EVENTS]
            others = [record for record in records if record.server != "hung"]
            assert {record.state for record in others} <= {JobState.SUCCEEDED}
            assert len(others) >= (0 if hangs == "forget" else 1)
            began = virtual_now()
        assert virtual_now() - began <= TENURE.grace_s + TENURE.lease_s + 1
        assert hung.asked == {hangs}
        assert hung.connected == well.connected == 0
        assert not place.store._owners

    run_virtually(story())
