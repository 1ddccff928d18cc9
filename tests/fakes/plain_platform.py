"""A GPU platform with as little as one can have (shaped after RunPod serverless): submit, poll, done.

It gives ids of its own, has no socket, no history, no list of node classes and no way to stop a job. Nothing here knows
a clock: a job moves on by one state whenever it is asked for. What a job does is told by a node class of its graph:
"Fails" fails, "Endless" never ends, "Refused" is not taken, and everything else makes one picture.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Self

from bot.errors import ExecutionFailed, GraphRejected, ResultLost, ServerLost
from bot.events import Failed, MediaKind, OutputFile, RunEnd, RunEvent, Succeeded
from bot.jobs import Run
from bot.ports import Finding, Found, Handle, NotFound, ServerFacts, Stopping
from workflows.vocabulary import Vocabulary

PICTURE = b"\x89PNG\r\n\x1a\n a picture"
_STATES = ("IN_QUEUE", "IN_PROGRESS", "COMPLETED")


@dataclass
class PlainPlatform:
    """The far side: it outlives every client."""

    reachable: bool = True
    _jobs: dict[str, Run] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def post_run(self, run: Run) -> str:
        """POST /run: the platform's own id."""
        self._check()
        if run.graph.of_class("Refused"):
            raise GraphRejected(detail="400 bad input")
        job = f"plain-{next(self._numbers)}"
        self._jobs[job] = run
        return job

    def get_status(self, job: str) -> str | None:
        """GET /status/{id}: one of IN_QUEUE, IN_PROGRESS, COMPLETED, FAILED; None for a 404."""
        self._check()
        if job not in self._jobs:
            return None
        asked = self._asked[job] = self._asked.get(job, 0) + 1
        graph = self._jobs[job].graph
        last = 1 if graph.of_class("Endless") else 2
        state = _STATES[min(asked - 1, last)]
        return "FAILED" if state == "COMPLETED" and graph.of_class("Fails") else state

    def get_health(self) -> int:
        """GET /health: how many jobs wait or run, whoever's they are."""
        self._check()
        return sum(self._asked.get(job, 0) <= 2 for job in self._jobs)

    def get_file(self, job: str) -> bytes | None:
        """GET the picture of a job; None for a 404."""
        self._check()
        return PICTURE if job in self._jobs else None

    def _check(self) -> None:
        if not self.reachable:
            raise ServerLost


class PlainServer:
    """`Server` in front of it."""

    def __init__(self, platform: PlainPlatform) -> None:
        self._platform = platform

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    @property
    def name(self) -> str:
        return "plain"

    async def vocabulary(self) -> Vocabulary | None:
        return None

    async def submit(self, run: Run) -> Handle:
        return Handle(self._platform.post_run(run))

    async def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
        while True:
            status = self._platform.get_status(handle)
            if status is None:
                raise ServerLost("The platform has forgotten the run.")
            if end := _end(handle, status):
                yield end
                return
            await asyncio.sleep(0)

    async def find(self, handle: Handle) -> Finding:
        try:
            status = self._platform.get_status(handle)
        except ServerLost:
            return NotFound.UNKNOWN
        # An id that it never gave may be one of our own run ids: whether that run exists, it cannot tell.
        return NotFound.UNKNOWN if status is None else Found(end=_end(handle, status))

    async def interrupt(self, handle: Handle) -> Stopping:
        match await self.find(handle):
            case Found(end=end) if end is not None:
                return Stopping.TOO_LATE
            case _:
                return Stopping.UNCONFIRMED

    @property
    def others(self) -> int:
        return 0

    async def facts(self) -> ServerFacts:
        return ServerFacts(waiting=self._platform.get_health())

    async def clear(self, keep: Collection[Handle]) -> int:
        return 0

    async def forget(self, handle: Handle) -> None:
        pass

    async def fetch(self, file: OutputFile) -> AsyncGenerator[bytes]:
        content = self._platform.get_file(file.locator["job"])
        if content is None:
            raise ResultLost
        yield content


def _end(job: str, status: str) -> RunEnd | None:
    match status:
        case "COMPLETED":
            return Succeeded(
                files=(OutputFile(node="9", name="a.png", kind=MediaKind.IMAGE, locator={"job": job}),),
            )
        case "FAILED":
            return Failed(error=ExecutionFailed())
        case _:
            return None
