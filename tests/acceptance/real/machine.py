"""A real ComfyUI that a test may kill, and what its own queue told of every run, whoever asks."""

import asyncio
from asyncio.subprocess import DEVNULL
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from tests.contracts.comfyui.graphs import fresh, painting
from tests.contracts.comfyui.probe import Json, Probe

LOOK_S = 0.05
"""Between two looks into a queue: no run of these tests is there for a shorter time."""

PATIENCE_S = 300.0
"""For anything: a ComfyUI that starts, and what a slow machine paints."""


@dataclass
class Life:
    """What one process of ComfyUI was seen to do."""

    numbers: dict[int, str] = field(default_factory=dict)  #: of each submit, as ComfyUI counts them, with its run's id
    executed: set[str] = field(default_factory=set)
    lost: bool = False  #: it died, or was silent for longer than anybody waits


@dataclass
class Machine:
    """One ComfyUI. `watch` is run as a task."""

    name: str  #: what the demo calls it
    probe: Probe
    control: str  #: called as `control start|kill|stop|freeze|thaw PORT`
    lives: list[Life] = field(default_factory=lambda: [Life()])
    running: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)
    is_there: bool = False

    @property
    def life(self) -> Life:
        """What its present process was seen to do."""
        return self.lives[-1]

    async def watch(self) -> None:
        """Look into its queue again and again, whenever it can be asked."""
        while True:
            try:
                async with asyncio.timeout(2):
                    self._see(await self.probe.get("/queue"))
            except (aiohttp.ClientError, TimeoutError):
                self.is_there, self.running, self.waiting = False, set(), set()
            await asyncio.sleep(LOOK_S)

    def _see(self, queue: dict[str, list[Json]]) -> None:
        self.running = {item[1] for item in queue["queue_running"]}
        self.waiting = {item[1] for item in queue["queue_pending"]}
        self.life.numbers |= {item[0]: item[1] for key in queue for item in queue[key]}
        self.life.executed |= self.running
        self.is_there = True

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until what was seen of it makes this true."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110 - its queue can only be looked at
                await asyncio.sleep(LOOK_S)

    async def used_by_a_stranger(self, steps: int) -> str:
        """Have it execute a run that nobody knows; returns its id."""
        info = await self.probe.get("/object_info")
        run = await self.probe.submit(painting(info, seed=fresh(), steps=steps))
        await self.until(lambda: run in self.running)
        return run

    async def until_idle(self) -> None:
        """Wait until nothing is in its queue."""
        await self.until(lambda: self.is_there and not self.running | self.waiting)

    async def until_forgotten(self, runs: set[str]) -> None:
        """Wait until none of these runs is in its history any more."""
        async with asyncio.timeout(PATIENCE_S):
            while runs & set(await self.probe.get("/history")):  # noqa: ASYNC110 - as above
                await asyncio.sleep(LOOK_S)

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        self.lives.append(Life())
        await self._control("start")
        await self.until(lambda: self.is_there)

    async def kill(self) -> None:
        """End it without a warning."""
        self.life.lost = True
        await self._gone("kill")

    async def stop(self) -> None:
        """End it as its operator would."""
        self.life.lost = True
        await self._gone("stop")

    async def freeze(self) -> None:
        """Make it stand still, with its sockets open."""
        await self._gone("freeze")

    async def thaw(self) -> None:
        """Let it go on."""
        await self._control("thaw")
        await self.until(lambda: self.is_there)

    async def _gone(self, how: str) -> None:
        await self._control(how)
        await self.until(lambda: not self.is_there)

    async def _control(self, verb: str) -> None:
        port = str(urlsplit(self.probe.url).port)
        process = await asyncio.create_subprocess_exec(self.control, verb, port, stdin=DEVNULL, stdout=DEVNULL)
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() == 0, (self.control, verb, port)

    async def clear(self) -> None:
        """Leave it idle, whatever a test that failed has done to it."""
        with suppress(AssertionError):
            await self._control("thaw")
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self.until(lambda: self.is_there)
        if not self.is_there:
            await self.start()
        await self.probe.post("/queue", {"clear": True})
        await self.probe.post("/interrupt", {})
        await self.until_idle()
