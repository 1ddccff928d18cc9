"""A ComfyUI in virtual time: runs wait in its own queue, execute one after the other, and take what the test says."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import dataclass, field

from bot.errors import JobError
from bot.events import Interrupted, RunEnd, RunEvent, Started, Waiting
from bot.jobs import Run
from bot.ports import Finding, Found, Handle, NotFound, Stopping
from tests.fakes.virtual_time import virtual_now
from tests.unit.bot.bench import DONE

LATENCY_S = 0.02


@dataclass(eq=False)
class _Kept:
    run: Run
    began_s: float | None = None
    end: RunEnd | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class TimedServer:
    """`execute` is run as a task beside the worker."""

    takes_s: Callable[[int], float] = lambda number: 2.0  #: of the n-th run that begins
    fetch_s: float = 0.0
    submit_error: JobError | None = None
    lost: JobError | None = None  #: once set: what every question is answered by
    name: str = "gpu"
    others: int = 0
    runs: dict[str, _Kept] = field(default_factory=dict)
    spans: list[tuple[float, float]] = field(default_factory=list)  #: from when to when each execution took
    executed: list[str] = field(default_factory=list)
    submitted_s: dict[str, float] = field(default_factory=dict)
    interrupted: list[str] = field(default_factory=list)
    most_at_once: int = 0
    fetching: int = 0
    most_fetching: int = 0
    forgotten: list[str] = field(default_factory=list)
    _come: asyncio.Event = field(default_factory=asyncio.Event)

    async def execute(self) -> None:
        while True:
            if not (line := self.line()):
                self._come.clear()
                await self._come.wait()
                continue
            kept = line[0]
            kept.began_s = virtual_now()
            self.executed.append(kept.run.id)
            self._change(kept)
            takes_s = self.takes_s(len(self.executed) - 1)
            try:
                async with asyncio.timeout(takes_s):
                    while kept.end is None:
                        await kept.changed.wait()
            except TimeoutError:
                kept.end = DONE
                self._change(kept)
            self.spans.append((kept.began_s, virtual_now()))

    def line(self) -> list[_Kept]:
        return [kept for kept in self.runs.values() if kept.end is None]

    def gaps_s(self) -> list[float]:
        """How long it had nothing to do between two runs."""
        return [round(after[0] - before[1], 6) for before, after in zip(self.spans, self.spans[1:], strict=False)]

    def _change(self, kept: _Kept) -> None:
        kept.changed.set()
        kept.changed = asyncio.Event()

    async def submit(self, run: Run) -> Handle:
        await asyncio.sleep(LATENCY_S)
        if error := self.submit_error or self.lost:
            raise error
        self.runs[run.id] = _Kept(run)
        self.submitted_s[run.id] = virtual_now()
        self.most_at_once = max(self.most_at_once, len(self.line()))
        self._come.set()
        return Handle(run.id)

    async def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
        kept = self.runs[handle]
        if kept.began_s is None and kept.end is None:
            yield Waiting(ahead=self.line().index(kept))
        while kept.began_s is None and kept.end is None:
            await self._look(kept)
        if kept.end is None:
            yield Started()
        while kept.end is None:
            await self._look(kept)
        yield kept.end

    async def _look(self, kept: _Kept) -> None:
        if self.lost:
            raise self.lost
        await kept.changed.wait()
        if self.lost:
            raise self.lost

    def lose(self, error: JobError) -> None:
        """Break every connection for good."""
        self.lost = error
        for kept in self.runs.values():
            self._change(kept)

    async def find(self, handle: Handle) -> Finding:
        return Found(end=self.runs[handle].end) if handle in self.runs else NotFound.ABSENT

    async def interrupt(self, handle: Handle) -> Stopping:
        self.interrupted.append(handle)
        await asyncio.sleep(LATENCY_S)
        kept = self.runs.get(handle)
        if self.lost:
            return Stopping.UNCONFIRMED
        if kept is None or isinstance(kept.end, Interrupted):
            return Stopping.STOPPED
        if kept.end is not None:
            return Stopping.TOO_LATE
        kept.end = Interrupted()
        self._change(kept)
        return Stopping.STOPPED

    async def clear(self, keep: Collection[Handle]) -> int:
        return 0

    async def forget(self, handle: Handle) -> None:
        self.forgotten.append(handle)

    async def fetch(self, file: object) -> AsyncGenerator[bytes]:
        self.fetching += 1
        self.most_fetching = max(self.most_fetching, self.fetching)
        await asyncio.sleep(self.fetch_s)
        self.fetching -= 1
        if self.lost:
            raise self.lost
        yield b"a result"
