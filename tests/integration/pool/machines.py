"""The servers of the suites: ComfyUI look-alikes, and platforms that can do next to nothing."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.server import ComfyServer
from adapters.simulator.server import Simulator
from bot.errors import SubmitUncertain
from bot.jobs import Run
from bot.ports import Handle, Server
from tests.fakes.plain_platform import PlainPlatform, PlainServer

QUICK = ComfyLimits(
    connect_s=1,
    answer_s=1,
    poll_s=0.05,
    eager_s=0.01,
    absent_s=0.3,
    lost_s=0.5,
    refused_s=0.2,
    stuck_s=0.5,
    confirm_s=1,
    reconnect_s=0.1,
    ping_s=0.5,
)


class Machine(Protocol):
    """A server that can be made to fail, and tells afterwards what it did."""

    @property
    def url(self) -> str: ...

    @property
    def begun(self) -> Sequence[str]:
        """The ids of the runs that it began, in order; one that began twice stands here twice."""
        ...

    def connect(self, name: str, pool: str) -> AbstractAsyncContextManager[Server]: ...

    async def go(self) -> None:
        """Be gone, without a goodbye and with everything."""
        ...

    async def come_back(self) -> None: ...

    def fail_next(self) -> None:
        """The next run fails by itself."""
        ...

    def refuse_next(self) -> None: ...

    def lose_next_answer(self) -> None: ...


@dataclass(frozen=True)
class Simulated:
    simulator: Simulator
    limits: ComfyLimits = QUICK

    @property
    def url(self) -> str:
        return self.simulator.url

    @property
    def begun(self) -> Sequence[str]:
        return [run.prompt_id for run in self.simulator.runs]

    def connect(self, name: str, pool: str) -> AbstractAsyncContextManager[Server]:
        return ComfyServer(name, ComfyAddress.of(self.url), limits=self.limits, pool=pool)

    async def go(self) -> None:
        await self.simulator.faults.die()

    async def come_back(self) -> None:
        await self.simulator.faults.revive()

    def fail_next(self) -> None:
        self.simulator.faults.next_run_raises("no luck")

    def refuse_next(self) -> None:
        self.simulator.faults.reject_next()

    def lose_next_answer(self) -> None:
        self.simulator.faults.lose_next_answer()


@dataclass(frozen=True)
class Fragile(Simulated):
    """Dies when it has taken what is to wait behind a run, and before it says so."""

    def connect(self, name: str, pool: str) -> AbstractAsyncContextManager[Server]:
        return _Dying(self.simulator, name, ComfyAddress.of(self.url), limits=self.limits, pool=pool)


class _Dying(ComfyServer):
    def __init__(
        self, simulator: Simulator, name: str, address: ComfyAddress, *, limits: ComfyLimits, pool: str
    ) -> None:
        super().__init__(name, address, limits=limits, pool=pool)
        self._simulator = simulator

    async def submit(self, run: Run) -> Handle:
        handle = await super().submit(run)
        if "running" in [each.outcome for each in self._simulator.runs if each.prompt_id != run.id]:
            await self._simulator.faults.die()
            raise SubmitUncertain
        return handle


@dataclass(frozen=True)
class Plain:
    """Looks at a job are 10 ms apart, so one takes a few of these."""

    platform: PlainPlatform = field(default_factory=lambda: PlainPlatform(looks=4))

    @property
    def url(self) -> str:
        return "https://platform.example.org"

    @property
    def begun(self) -> Sequence[str]:
        return [run.id for run in self.platform.taken]

    def connect(self, name: str, pool: str) -> AbstractAsyncContextManager[Server]:
        return PlainServer(self.platform, name, pause_s=0.01)

    async def go(self) -> None:
        self.platform.reachable = False

    async def come_back(self) -> None:
        self.platform.restart()

    def fail_next(self) -> None:
        self.platform.failing = 1

    def refuse_next(self) -> None:
        self.platform.refusing = 1

    def lose_next_answer(self) -> None:
        self.platform.losing_answers = 1
