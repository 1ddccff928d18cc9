"""A `Server` that does what a test wrote down, and notes what it was asked."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass, field
from typing import Self

from bot.errors import JobError
from bot.events import OutputFile, RunEvent
from bot.jobs import Run
from bot.ports import Finding, Handle, NotFound, ServerFacts, Stopping
from workflows.vocabulary import Vocabulary


@dataclass
class ScriptedServer:
    """Submits as told, reports the given events, and hangs after them when `endless`."""

    events: Sequence[RunEvent] = ()
    refusal: JobError | None = None
    findings: list[Finding] = field(default_factory=list)  #: answers of `find` in turn; the last one stays
    endless: bool = False
    stopping: Stopping = Stopping.STOPPED  #: what every interrupt says
    submitted: list[Run] = field(default_factory=list)
    interrupted: list[Handle] = field(default_factory=list)
    others: int = 0
    told: ServerFacts = field(default_factory=ServerFacts)  #: what it says of itself
    kept: list[Collection[Handle]] = field(default_factory=list)  #: what each `clear` was to spare
    forgotten: list[Handle] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    @property
    def name(self) -> str:
        return "scripted"

    async def vocabulary(self) -> Vocabulary | None:
        return None

    async def submit(self, run: Run) -> Handle:
        self.submitted.append(run)
        if self.refusal:
            raise self.refusal
        return Handle(run.id)

    async def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
        for event in self.events:
            yield event
        if self.endless:
            await asyncio.Event().wait()

    async def find(self, handle: Handle) -> Finding:
        if not self.findings:
            return NotFound.UNKNOWN
        return self.findings.pop(0) if len(self.findings) > 1 else self.findings[0]

    async def interrupt(self, handle: Handle) -> Stopping:
        self.interrupted.append(handle)
        return self.stopping

    async def facts(self) -> ServerFacts:
        return self.told

    async def clear(self, keep: Collection[Handle]) -> int:
        self.kept.append(keep)
        return 0

    async def forget(self, handle: Handle) -> None:
        self.forgotten.append(handle)

    async def fetch(self, file: OutputFile) -> AsyncGenerator[bytes]:
        yield file.name.encode()
