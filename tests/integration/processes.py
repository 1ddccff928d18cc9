"""Any number of processes of one service in one event loop, on one store and with the same simulated GPUs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from adapters.redis.opening import RedisPool
from adapters.simulator.server import Simulator
from bot.app import ServiceOptions, opened
from bot.jobs import JobRecord, Requester
from bot.servers import ServerSpec
from bot.service.options import Announce
from bot.service.roles import Role
from bot.service.running import Service
from bot.settings import Settings
from tests.fakes.waiting import PATIENCE_S
from tests.integration.web.desk import KEY

LOOK_S = 0.02


@dataclass(kw_only=True)
class Process:
    """One process of the service, as a task."""

    task: "asyncio.Task[None]"
    stopping: asyncio.Event
    services: list[Service]  #: it, once it is open

    @property
    def can_ask(self) -> bool:
        """Whether it knows what GPUs offer: until then it takes no job."""
        return self.task.done() or any(each.core.shared.vocabulary.choices for each in self.services)

    async def stop(self) -> None:
        """End it as an operator would."""
        self.stopping.set()
        await self.task

    async def die(self) -> None:
        """End it at once: whatever it was about to do is not done."""
        self.task.cancel()
        await asyncio.wait([self.task])


@dataclass(kw_only=True)
class Processes:
    """The service, its GPUs and its jobs; where people ask, each platform adds."""

    platform: ClassVar[str]

    gpus: Sequence[Simulator]
    folder: Path
    redis_url: str
    store: RedisPool
    settings: dict[str, Any]
    tasks: asyncio.TaskGroup
    processes: list[Process] = field(default_factory=list)

    def begin(self, roles: frozenset[Role], announce: Announce = lambda *_: None, **options: Any) -> Process:
        """Begin a process of the service; `options`: of ServiceOptions, where they are other than usual."""
        servers = {name: ServerSpec(name=name, url=each.url) for name, each in self.numbered}
        usual = {"state": self.folder, "key": KEY, "guests": (), "redis_url": self.redis_url, "port": 0}
        asked = ServiceOptions(settings=Settings(**self.settings), servers=servers, roles=roles, **{**usual, **options})
        stopping, services = asyncio.Event(), list[Service]()
        task = self.tasks.create_task(_serve(asked, announce, stopping, services))
        self.processes.append(Process(task=task, stopping=stopping, services=services))
        return self.processes[-1]

    def end(self) -> None:
        """End all that is left of it."""
        for each in self.processes:
            each.task.cancel()

    @property
    def numbered(self) -> list[tuple[str, Simulator]]:
        """The GPUs by their names."""
        return [(f"gpu{number}", each) for number, each in enumerate(self.gpus, start=1)]

    async def known(self) -> None:
        """Wait until every process knows what all GPUs offer."""
        async with asyncio.timeout(PATIENCE_S):
            while len(await self.store.vocabulary.by_server()) < len(self.gpus):  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(LOOK_S)
            while not all(each.can_ask for each in self.processes):  # noqa: ASYNC110 - nor of this
                await asyncio.sleep(LOOK_S)

    # what a test can do

    def slow(self, factor: float = 15.0) -> None:
        """Let GPUs take their time, so that something can happen in mid-run; `quick` ends it."""
        for gpu in self.gpus:
            gpu.faults.slow_down(factor)

    def quick(self) -> None:
        """Let GPUs go on as fast as they can."""
        self.slow(0.01)

    # what holds of jobs

    async def jobs(self) -> list[JobRecord]:
        """Return every job that there is."""
        raise NotImplementedError

    async def jobs_of(self, people: Sequence[Requester]) -> list[JobRecord]:
        """Return every job of these people, one person's after the other's."""
        return [job for who in people for job in await self.store.store.of_requester(who, limit=200)]

    async def ended(self, count: int = 1) -> list[JobRecord]:
        """Wait until so many jobs have ended, and nothing is left to be shown; returns them."""
        async with asyncio.timeout(PATIENCE_S):
            while True:  # nobody tells that nothing is left to be told
                found = [each for each in await self.jobs() if each.state.is_final]
                if len(found) >= count and not await self.store.notices.open_jobs(self.platform):
                    return found
                await asyncio.sleep(LOOK_S)

    def runs(self) -> int:
        """How often a GPU began to paint."""
        return sum(len(gpu.runs) for gpu in self.gpus)


def hurry_pool(patch: pytest.MonkeyPatch) -> None:
    """Let nobody wait as long as between machines that are far away."""
    patch.setattr("bot.pool.ROSTER_S", 0.1)
    patch.setattr("bot.health.FIRST_PAUSE_S", 0.05)
    patch.setattr("bot.health.LONGEST_PAUSE_S", 0.2)


async def _serve(options: ServiceOptions, announce: Announce, stopping: asyncio.Event, services: list[Service]) -> None:
    async with opened(options, announce) as service:
        services.append(service)
        await service.run(stopping)
