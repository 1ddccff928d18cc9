"""Simulated servers in processes of their own, as the benchmark sees them."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.pool_parts.hosting import LINE_BYTES

HOSTS = 2
"""Processes that share all simulated servers: one for each core of a small machine."""

_HOSTING = "benchmarks.pool_parts.hosting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One execution of a run, as the server itself recorded it; times by `time.monotonic`."""

    run_id: str
    machine: str
    posted_at: float
    started_at: float
    finished_at: float | None  #: None: the server died with it, or its worker did
    outcome: str
    loaded: bool  #: whether it had to load its checkpoint


@dataclass(slots=True, kw_only=True)
class Host:
    """One process that answers lines: of simulated servers, or of whatever else is not to be measured."""

    process: Process
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, verb: str, **words: object) -> Any:
        """Ask one thing, and return its answer."""
        assert self.process.stdin is not None  # noqa: S101 - opened with pipes
        assert self.process.stdout is not None  # noqa: S101
        async with self._asking:
            self.process.stdin.write(json.dumps({"verb": verb, **words}).encode() + b"\n")
            return json.loads(await self.process.stdout.readline())


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One simulated server."""

    name: str
    url: str
    host: Host
    number: int  #: in its host

    async def suffer(self, verb: str) -> None:
        """Let it die, freeze, lose its worker (`zombie`), thaw, or be started again (`revive`)."""
        await self.host.ask(verb, server=self.number)

    async def ran(self) -> list[Ran]:
        """Return every execution so far, in order."""
        [records] = await self.host.ask("records", servers=[self.number])
        return [_ran(self.name, record) for record in records]


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """All hosts."""

    hosts: Sequence[Host]

    async def machines(self, count: int, **options: object) -> list[Machine]:
        """Start so many new servers, shared evenly among the hosts; they run until the park closes."""
        opened: list[Machine] = []
        for place in range(count):
            host = self.hosts[place % len(self.hosts)]
            [(number, url)] = await host.ask("open", count=1, options=options)
            opened.append(Machine(name=f"gpu{place + 1}", url=url, host=host, number=number))
        return opened

    async def cpu_s(self) -> float:
        """Return what all hosts have taken of the cores."""
        return float(sum([await host.ask("cpu") for host in self.hosts]))


@asynccontextmanager
async def park() -> AsyncIterator[Park]:
    """Start the hosts, and end them."""
    async with AsyncExitStack() as stack:
        yield Park(hosts=[await stack.enter_async_context(hosted(_HOSTING)) for _ in range(HOSTS)])


async def all_ended(machines: Sequence[Machine], count: int, *, every_s: float = 0.1) -> None:
    """Return when so many executions have ended."""
    while sum(await asyncio.gather(*[_ended(machine) for machine in machines])) < count:  # noqa: ASYNC110 - over a pipe
        await asyncio.sleep(every_s)


@asynccontextmanager
async def hosted(module: str) -> AsyncIterator[Host]:
    """Start a process that answers lines, and end it."""
    command = (sys.executable, "-m", module)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=LINE_BYTES)
    try:
        yield Host(process=process)
    finally:
        process.terminate()
        await process.wait()


async def _ended(machine: Machine) -> int:
    [ended] = await machine.host.ask("ended", servers=[machine.number])
    return int(ended)


def _ran(machine: str, record: Mapping[str, Any]) -> Ran:
    return Ran(
        run_id=record["prompt_id"],
        machine=machine,
        posted_at=record["posted_at"],
        started_at=record["started_at"],
        finished_at=record["finished_at"],
        outcome=record["outcome"],
        loaded=LOADER in record["executed"],
    )


LOADER = "4"
"""The node of txt2img that loads the checkpoint."""
