"""The driver's end of the protocol: one running program."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

from benchmarks.peers.entrants import HOUSE, Prepared, Skipped

PATIENCE_S = 120.0
"""For one answer: the slowest drain takes a tenth of it."""
ENDING_S = 10.0

Answer = dict[str, float]


class Talk:
    """One program of an entrant, and the log of what went wrong in it."""

    def __init__(self, name: str, process: Process, log: Path) -> None:
        self._name = name
        self._process = process
        self._log = log

    async def hello(self) -> Mapping[str, str]:
        """Ask for its versions, its own first."""
        await self.tell("hello")
        return cast("dict[str, dict[str, str]]", json.loads(await self._line()))["versions"]

    async def dissect(self, jobs: int) -> Mapping[str, Mapping[str, float]]:
        """Ask what each verb costs."""
        await self.tell("dissect", jobs=jobs)
        return cast("dict[str, dict[str, float]]", json.loads(await self._line()))

    async def ask(self, do: str, **arguments: int) -> Answer:
        """Ask for something and wait for the answer."""
        await self.tell(do, **arguments)
        return await self.hear()

    async def tell(self, do: str, **arguments: int) -> None:
        """Ask for something."""
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")

    async def hear(self) -> Answer:
        """Wait for an answer; raises Skipped when the program broke or fell silent."""
        return cast(Answer, json.loads(await self._line()))

    async def _line(self) -> bytes:
        try:
            async with asyncio.timeout(PATIENCE_S):
                line = await self._process.stdout.readline() if self._process.stdout else b""
        except TimeoutError:
            raise Skipped("silent") from None
        if not line:
            print(f"{self._name}:\n{self._log.read_text()[-2000:]}", file=sys.stderr)
            raise Skipped("broke")
        return line


@asynccontextmanager
async def talking(prepared: Prepared, url: str, log: Path) -> AsyncIterator[Talk]:
    """Run a program for as long as the block runs; what it prints as errors goes to the log."""
    address = url if prepared.folder == HOUSE else unquote(urlsplit(url).path)
    with log.open("w") as errors:
        process = await asyncio.create_subprocess_exec(
            *prepared.command,
            address,
            *prepared.entrant.arguments,
            cwd=prepared.folder,
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
        )
    try:
        yield Talk(prepared.entrant.name, process, log)
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(ENDING_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
