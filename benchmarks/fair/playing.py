"""Simulated time: servers that take one job at a time, as long as there are any."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from heapq import heappop, heappush
from itertools import count

from benchmarks.fair.scene import Gpu, Scene, Work
from benchmarks.fair.turns import Turns
from bot.shares import ONE, normal_ms


class What(Enum):
    """What may happen; at the same time in this order."""

    ENDED = 0
    BEAT = 1
    CAME = 2
    BEGAN = 3  #: follows from the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A job on a server."""

    work: Work
    gpu: Gpu
    began_ms: int
    load_ms: int

    @property
    def takes_ms(self) -> int:
        """Return how long the server is busy with it."""
        return -(-self.work.size_ms * ONE // self.gpu.speed) + self.load_ms

    @property
    def cost_ms(self) -> int:
        """Return what it takes on a server of speed 1, with its load."""
        return normal_ms(self.takes_ms, self.gpu.speed)

    @property
    def ends_ms(self) -> int:
        """Return when it ends."""
        return self.began_ms + self.takes_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened. Its place in the list of all tells what came first."""

    at_ms: int
    what: What
    work: Work
    run: Run | None = None


@dataclass(slots=True)
class Play:
    """A scene as it goes."""

    scene: Scene
    turns: Turns
    happened: list[Happened] = field(default_factory=list)
    runs: dict[str, Run] = field(default_factory=dict)  #: by the work's name, in the order that they began
    now_ms: int = 0
    _agenda: list[tuple[int, int, int, str]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _loaded: dict[str, str] = field(default_factory=dict)  #: server -> model
    _idle: list[Gpu] = field(default_factory=list)
    _following: dict[str, Work] = field(default_factory=dict)  #: by the work at whose beginning it is enqueued

    async def go(self) -> "Play":
        """Play to the end."""
        works = {work.name: work for work in self.scene.works}
        self._idle = list(self.scene.gpus)
        self._following = {work.after: work for work in self.scene.works if work.after}
        for work in self.scene.works:
            if not work.after:
                self._plan(work.at_ms, What.CAME, work.name)
        while self._agenda and (self.scene.until_ms is None or self._agenda[0][0] < self.scene.until_ms):
            self.now_ms = self._agenda[0][0]
            await self.turns.at(self.now_ms)
            while self._agenda and self._agenda[0][0] == self.now_ms:
                _, what, _, name = heappop(self._agenda)
                await self._happen(What(what), works[name])
            await self._claim(works)
        self.now_ms = self.scene.until_ms or self.now_ms
        return self

    def _plan(self, at_ms: int, what: What, name: str) -> None:
        heappush(self._agenda, (at_ms, what.value, next(self._numbers), name))

    async def _happen(self, what: What, work: Work) -> None:
        if what is What.CAME:
            await self.turns.enqueue(work, self.scene.share(work.who))
            self._note(what, work)
            return
        run = self.runs[work.name]
        if what is What.BEAT:
            await self.turns.used(work.name, self.now_ms - run.began_ms)
            self._plan_beat(run)
        else:
            await self.turns.settle(work.name, run.takes_ms)
            self._note(what, work)
            self._idle = sorted((*self._idle, run.gpu), key=self.scene.gpus.index)

    async def _claim(self, works: dict[str, Work]) -> None:
        for gpu in list(self._idle):
            loaded = self._loaded.get(gpu.name)
            name = await self.turns.claim(gpu, (loaded,) if loaded else ())
            if name is None:  # all servers stand in one lane: there is nothing for the others either
                return
            self._idle.remove(gpu)
            self._begin(gpu, works[name])
            if name in self._following:
                await self._happen(What.CAME, self._following[name])

    def _begin(self, gpu: Gpu, work: Work) -> None:
        load_ms = self.scene.load_ms if work.model and self._loaded.get(gpu.name) != work.model else 0
        self._loaded[gpu.name] = work.model
        run = self.runs[work.name] = Run(work=work, gpu=gpu, began_ms=self.now_ms, load_ms=load_ms)
        self._note(What.BEGAN, work)
        self._plan(run.ends_ms, What.ENDED, work.name)
        self._plan_beat(run)

    def _plan_beat(self, run: Run) -> None:
        if self.scene.heartbeat_ms and self.now_ms + self.scene.heartbeat_ms < run.ends_ms:
            self._plan(self.now_ms + self.scene.heartbeat_ms, What.BEAT, run.work.name)

    def _note(self, what: What, work: Work) -> None:
        self.happened.append(Happened(at_ms=self.now_ms, what=what, work=work, run=self.runs.get(work.name)))
