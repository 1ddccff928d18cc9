"""A GPU platform with as little as one can have (shaped after RunPod serverless): submit, poll, done.

It gives ids of its own, has no socket, no history, no list of node classes and no way to stop a job. Nothing here knows
a clock: a job moves on whenever it is asked for. What a job does is told by a node class of its graph: "Fails" fails,
"Endless" never ends, "Refused" is not taken, and everything else makes one picture; a test may also say what becomes of
the next ones.
"""

import asyncio
from base64 import b64decode
from collections.abc import AsyncGenerator, Collection, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, Self

from bot.errors import ExecutionFailed, GraphRejected, ResultLost, ServerLost, SubmitUncertain
from bot.events import Failed, MediaKind, OutputFile, RunEnd, RunEvent, Succeeded
from bot.jobs import Run
from bot.ports import Finding, Found, Handle, NotFound, ServerFacts, Stopping
from workflows.vocabulary import Vocabulary

PICTURE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")
"""One grey pixel."""


@dataclass
class PlainPlatform:
    """The far side: it outlives every client."""

    reachable: bool = True
    looks: int = 2  #: how often a job is asked for before it is done
    failing: int = 0  #: so many of the next jobs fail
    refusing: int = 0  #: so many are not taken
    losing_answers: int = 0  #: so many are taken, and nobody hears of it
    taken: list[Run] = field(default_factory=list)  #: every run that it ever took, in order
    _jobs: dict[str, Run] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)
    _doomed: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def post_run(self, run: Run) -> str:
        """POST /run: the platform's own id."""
        self._check()
        if run.graph.of_class("Refused") or self._take("refusing"):
            raise GraphRejected(detail="400 bad input")
        job = f"plain-{next(self._numbers)}"
        self._jobs[job] = run
        self.taken.append(run)
        if run.graph.of_class("Fails") or self._take("failing"):
            self._doomed.add(job)
        if self._take("losing_answers"):
            raise SubmitUncertain
        return job

    def restart(self) -> None:
        """Come back without any of the jobs."""
        self._jobs.clear()
        self.reachable = True

    def get_status(self, job: str) -> str | None:
        """GET /status/{id}: one of IN_QUEUE, IN_PROGRESS, COMPLETED, FAILED; None for a 404."""
        self._check()
        if job not in self._jobs:
            return None
        asked = self._asked[job] = self._asked.get(job, 0) + 1
        if asked == 1:
            return "IN_QUEUE"
        if asked <= self.looks or self._jobs[job].graph.of_class("Endless"):
            return "IN_PROGRESS"
        return "FAILED" if job in self._doomed else "COMPLETED"

    def get_health(self) -> int:
        """GET /health: how many jobs wait or run, whoever's they are."""
        self._check()
        return sum(self._asked.get(job, 0) <= self.looks for job in self._jobs)

    def get_file(self, job: str) -> bytes | None:
        """GET the picture of a job; None for a 404."""
        self._check()
        return PICTURE if job in self._jobs else None

    def _take(self, switch: Literal["failing", "refusing", "losing_answers"]) -> bool:
        left = getattr(self, switch)
        setattr(self, switch, max(0, left - 1))
        return bool(left)

    def _check(self) -> None:
        if not self.reachable:
            raise ServerLost


class PlainServer:
    """`Server` in front of it."""

    def __init__(self, platform: PlainPlatform, name: str = "plain", *, pause_s: float = 0.0) -> None:
        """`pause_s` lies between two looks at a job."""
        self._platform = platform
        self._name = name
        self._pause_s = pause_s

    async def __aenter__(self) -> Self:
        self._platform.get_health()
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    @property
    def name(self) -> str:
        return self._name

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
            await asyncio.sleep(self._pause_s)

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
