"""What a measured program says and does; knows the standard library only, for it runs in the environment of each peer.

One JSON object a line, on standard input and output. A program is a producer or a worker, as it is asked:

    {"do": "hello"}                                 {"versions": {"saq": "0.26.4", …}}
    {"do": "enqueue", "jobs": 1000, "at_once": 50}  {"began": …, "seconds": …, "cpu_s": …}
    {"do": "drain", "jobs": 1000}                   {"seconds": …, "cpu_s": …}
    {"do": "attend", "jobs": 20}                    {"ready": true}, then a {"number": …, "started": …} for each job
    {"do": "dissect", "jobs": 1000}                 Fairbrush only: {"enqueue": {"engine_us": …, "client_us": …}, …}

`began` and `started` are CLOCK_MONOTONIC, which all processes of a machine share. A drain is measured from where the
worker begins to take jobs (connected, its consumer group made) to where the last job begins; for every queue alike
what is still to be acknowledged then, at most 50 jobs, is left out.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from time import monotonic, process_time
from typing import Protocol, TypeVar, cast

CONCURRENCY = 50
SETTLING_S = 0.1
"""After the last job has begun, so that its acknowledgement is not torn off."""

Order = dict[str, "str | int | float"]
Started = Callable[[int], None]


class Peer(Protocol):
    """One queue, connected."""

    @property
    def packages(self) -> Sequence[str]:
        """Name the library, its client and what makes them fast."""
        ...

    async def submit(self, number: int) -> None:
        """Enqueue one job."""
        ...

    async def work(self, ready: Callable[[], None], started: Started) -> None:
        """Run the library's own worker until cancelled; every job tells its number as soon as it has begun."""
        ...


P = TypeVar("P", bound=Peer)
Opening = Callable[..., AbstractAsyncContextManager[P]]
Dissecting = Callable[[P, int], Awaitable[dict[str, dict[str, float]]]]


def order_of(number: int) -> Order:
    """Return what every job carries: the values of a picture, and whose it is."""
    return {
        "prompt": "a lighthouse at dusk, oil on canvas, warm light in the windows, heavy sea, gulls",
        "negative_prompt": "blurry, low contrast, text",
        "seed": number,
        "steps": 30,
        "cfg": 6.5,
        "width": 1024,
        "height": 768,
        "sampler": "dpmpp_2m",
        "scheduler": "karras",
        "model": "sd_xl_base_1.0.safetensors",
        "count": 1,
        "tenant": f"tenant{number % 4}",
        "user": f"user{number % 20}",
    }


def run(opening: Opening[P], dissect: Dissecting[P] | None = None) -> None:
    """Serve the driver until it closes standard input; the command line holds the engine's URL and the peer's own."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(opening, dissect))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop where it is installed: in every peer's environment, and in Fairbrush's as far as it uses it."""
    if find_spec("uvloop") is None:
        return None
    return cast("Callable[[], asyncio.AbstractEventLoop]", import_module("uvloop").new_event_loop)


def say(**answer: object) -> None:
    """Answer the driver."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def _serve(opening: Opening[P], dissect: Dissecting[P] | None) -> None:
    lines, submitted = await _standard_input(), 0
    async with opening(*sys.argv[1:]) as peer:
        while line := await lines.readline():
            match json.loads(line):
                case {"do": "hello"}:
                    say(versions=dict(_installed(peer.packages)))
                case {"do": "enqueue", "jobs": jobs, "at_once": at_once}:
                    await _enqueue(peer, range(submitted, submitted := submitted + jobs), at_once)
                case {"do": "drain", "jobs": jobs}:
                    await _drain(peer, jobs)
                case {"do": "attend", "jobs": jobs}:
                    await _attend(peer, jobs)
                case {"do": "dissect", "jobs": jobs} if dissect:
                    say(**await dissect(peer, jobs))
                case unknown:
                    raise ValueError(f"{unknown}: nobody knows how to do that")


def _installed(packages: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in packages:
        with suppress(PackageNotFoundError):
            yield name, version(name)


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def _enqueue(peer: Peer, numbers: range, at_once: int) -> None:
    left = iter(numbers)

    async def submit_rest() -> None:
        for number in left:
            await peer.submit(number)

    began, cpu = monotonic(), process_time()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(submit_rest())
    say(began=began, seconds=monotonic() - began, cpu_s=process_time() - cpu)


async def _drain(peer: Peer, jobs: int) -> None:
    marks: list[tuple[float, float]] = []

    def mark() -> None:
        marks.append((monotonic(), process_time()))

    await _run_jobs(peer, jobs, ready=mark, started=lambda _: None, last=mark)
    (began, cpu), (ended, cpu_then) = marks
    say(seconds=ended - began, cpu_s=cpu_then - cpu)


async def _attend(peer: Peer, jobs: int) -> None:
    def started(number: int) -> None:
        say(number=number, started=monotonic())

    await _run_jobs(peer, jobs, ready=lambda: say(ready=True), started=started, last=lambda: None)


async def _run_jobs(
    peer: Peer, jobs: int, *, ready: Callable[[], None], started: Started, last: Callable[[], None]
) -> None:
    """Have the worker run so many jobs; whatever breaks it ends the program."""
    done, left = asyncio.Event(), jobs

    def begun(number: int) -> None:
        nonlocal left
        started(number)
        left -= 1
        if not left:
            last()
            done.set()

    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(peer.work(ready, begun))
        await done.wait()
        await asyncio.sleep(SETTLING_S)
        working.cancel()
