"""What a job costs in the queue: Fairbrush's whole path beside the task queues of Python, and BullMQ of Node.

Each round gives every queue its turn, in rotated order: an engine of its own of the kind that comes with Fairbrush,
its append-only file synced every second; a producer and a worker as processes of their own, connected by its socket.
Every job carries the same order and does nothing. First a small batch warms both up. Then are measured: enqueueing
one by one and by 50 coroutines; draining all that by the library's own worker, 50 jobs at once. After these rounds
come those for the time from a submit to the start of the job while nothing else goes on, with all queues open: see
benchmarks/queue_parts/starts.py. Rates are medians of the rounds, delays come from all rounds together. One queue is
compared with another round by round, and the bars are medians of that: a machine that is slower for a minute is slower
for all of a round.

Everybody is installed as their own first page says (benchmarks/peers/entrants.py); `--tuned` gives hiredis and uvloop,
which Fairbrush brings along, to every Python queue: taskiq-redis then drains faster by half.

What is in Fairbrush's path, and what is not, says benchmarks/peers/fairbrush.py. It does more than the others: leases
with fences, fair shares, caps, a place for every message. Everybody keeps of a finished job what they keep by
default: taskiq nothing, all others its result.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

from adapters.redis.edge import client_of
from adapters.redis.engine import open_engine
from benchmarks.peers.entrants import BULLMQ, OURS, PYTHON, Entrant, Prepared, Skipped, prepare
from benchmarks.peers.protocol import CONCURRENCY
from benchmarks.peers.talk import Talk, talking
from benchmarks.queue_parts.opened import WARM_UP, opened
from benchmarks.queue_parts.starts import Turns, starts_of, times
from benchmarks.report import arguments, engine_versions, percentile, publish

DRAIN_BAR, ENQUEUE_BAR, START_BAR = 2.0, 0.7, 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured."""

    rounds: int
    one_by_one: int
    at_once: int
    idle_rounds: int
    idle: int
    dissected: int


FULL = Sizes(rounds=7, one_by_one=1000, at_once=4000, idle_rounds=20, idle=15, dissected=2000)
QUICK = Sizes(rounds=2, one_by_one=200, at_once=800, idle_rounds=3, idle=5, dissected=500)


@dataclass(slots=True)
class Figures:
    """What the rounds told of one queue: jobs a second, seconds, microseconds a job."""

    one_by_one: list[float] = field(default_factory=list)
    at_once: list[float] = field(default_factory=list)
    drain: list[float] = field(default_factory=list)
    starts: Turns = ()
    client_us: list[float] = field(default_factory=list)
    engine_us: list[float] = field(default_factory=list)
    versions: Mapping[str, str] = field(default_factory=dict)


async def turn(prepared: Prepared, sizes: Sizes, figures: Figures) -> None:
    """Give one queue its turn on an engine of its own; raises Skipped."""
    async with opened(prepared) as queue:
        figures.versions = queue.versions
        await rates(queue.producer, queue.worker, sizes, figures, queue.url)


async def rates(producer: Talk, worker: Talk, sizes: Sizes, figures: Figures, url: str) -> None:
    """Measure what is done as fast as it goes."""
    answer = await producer.ask("enqueue", jobs=sizes.one_by_one, at_once=1)
    figures.one_by_one.append(sizes.one_by_one / answer["seconds"])
    answer = await producer.ask("enqueue", jobs=sizes.at_once, at_once=CONCURRENCY)
    figures.at_once.append(sizes.at_once / answer["seconds"])
    jobs, engine_s = sizes.one_by_one + sizes.at_once, await engine_cpu_s(url)
    answer = await worker.ask("drain", jobs=jobs)
    figures.drain.append(jobs / answer["seconds"])
    figures.client_us.append(answer["cpu_s"] * 1e6 / jobs)
    figures.engine_us.append((await engine_cpu_s(url) - engine_s) * 1e6 / jobs)


async def engine_cpu_s(url: str) -> float:
    """Return the processor time that the engine has used so far, its background threads included."""
    client = client_of(url, max_connections=1)
    try:
        about = await client.info("cpu")
    finally:
        await client.aclose()
        await client.connection_pool.disconnect()
    return float(about["used_cpu_user"]) + float(about["used_cpu_sys"])


async def dissected(jobs: int) -> Mapping[str, Mapping[str, float]]:
    """Tell where Fairbrush's time goes, verb by verb."""
    with TemporaryDirectory() as folder:
        path = Path(folder)
        async with (
            open_engine(path / "engine") as url,
            talking(await prepare(OURS), url, path / "log") as talk,
        ):
            await talk.dissect(WARM_UP)
            return await talk.dissect(jobs)


async def measure(sizes: Sizes, *, tuned: bool) -> tuple[dict[Entrant, Figures], dict[Entrant, str]]:
    """Return what was measured, and who was skipped, with the word that says why."""
    ready, skipped = await everybody(tuned=tuned)
    figures = {prepared.entrant: Figures() for prepared in ready}
    for number in range(sizes.rounds):
        for prepared in (*ready[number % len(ready) :], *ready[: number % len(ready)]):
            if prepared.entrant in skipped:
                continue
            try:
                await turn(prepared, sizes, figures[prepared.entrant])
            except Skipped as why:
                skipped[prepared.entrant] = str(why)
    starts, silent = await starts_of(
        [prepared for prepared in ready if prepared.entrant not in skipped], rounds=sizes.idle_rounds, jobs=sizes.idle
    )
    skipped |= silent
    for entrant, turns in starts.items():
        figures[entrant].starts = turns
    return {entrant: each for entrant, each in figures.items() if entrant not in skipped}, skipped


async def everybody(*, tuned: bool) -> tuple[list[Prepared], dict[Entrant, str]]:
    """Prepare who takes part; returns with them who is skipped, and why."""
    ready, skipped, began = list[Prepared](), dict[Entrant, str](), monotonic()
    for entrant in (OURS, *PYTHON, BULLMQ):
        try:
            ready.append(await prepare(entrant, tuned=tuned))
        except Skipped as why:
            skipped[entrant] = str(why)
    print(f"environments ready after {monotonic() - began:.1f} s")
    return ready, skipped


def row_of(entrant: Entrant, figures: Figures, ours: Figures) -> dict[str, str]:
    """Write the figures of one queue down."""
    starts = list(chain.from_iterable(figures.starts))
    return {
        "queue": entrant.name,
        "enqueue/s": f"{median(figures.one_by_one):.0f}",
        "50 at once/s": f"{median(figures.at_once):.0f}",
        "drain/s": f"{median(figures.drain):.0f}",
        "(min-max)": f"{min(figures.drain):.0f}-{max(figures.drain):.0f}",
        "ours is": f"{beside(ours.drain, figures.drain):.2f} x",
        "idle start p50 ms": f"{percentile(starts, 50) * 1e3:.2f}",
        "p99": f"{percentile(starts, 99) * 1e3:.2f}",
        "ours takes": f"{times(ours.starts, figures.starts):.2f} x",
        "CPU us/drained job: worker": f"{median(figures.client_us):.0f}",
        "engine": f"{median(figures.engine_us):.0f}",
    }


def beside(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return how many times as fast we are: the median of the rounds, each of whose rates are compared."""
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))


def skipped_row(entrant: Entrant, why: str, like: Mapping[str, str]) -> dict[str, str]:
    """Say why a queue has no figures."""
    return dict.fromkeys(like, "") | {"queue": entrant.name, "enqueue/s": why}


def bars_of(ours: Figures, peers: Sequence[Figures]) -> dict[str, bool]:
    """Judge against the best Python queue of the run, whichever that is for each figure."""
    if not peers:
        return {"a Python queue could be measured": False}
    drain = min(beside(ours.drain, peer.drain) for peer in peers)
    at_once = min(beside(ours.at_once, peer.at_once) for peer in peers)
    start = max(times(ours.starts, peer.starts) for peer in peers)
    return {
        f"drain: {drain:.2f} times the best Python queue, at least {DRAIN_BAR:g}": drain >= DRAIN_BAR,
        f"enqueue, 50 at once: {at_once:.2f} times the best, at least {ENQUEUE_BAR:g}": at_once >= ENQUEUE_BAR,
        f"idle start: {start:.2f} times the best, at most {START_BAR:g}": start <= START_BAR,
    }


def named(measured: Mapping[Entrant, Figures]) -> dict[str, str]:
    """Name what was measured: everybody tells their own library, and in brackets what it stands on."""
    told = dict[str, str]()
    for figures in measured.values():
        (library, number), *others = figures.versions.items()
        told[library] = f"{number} ({', '.join(map(' '.join, others))})"
    return engine_versions() | told


def show_dissection(costs: Mapping[str, Mapping[str, float]]) -> None:
    """Print where Fairbrush's time goes."""
    print("Fairbrush, microseconds of CPU a call (50 at once): in the engine's script, in Python")
    for verb, cost in costs.items():
        print(f"  {verb:8}{cost['engine_us']:6.0f}{cost['client_us']:6.0f}")


def main() -> None:
    """Measure, print, and judge."""
    given = arguments(
        "What a job costs in Fairbrush's queue and in others.",
        {"tuned": "give hiredis and uvloop to every Python queue, whatever its first page says"},
    )
    sizes = QUICK if given.quick else FULL
    measured, skipped = asyncio.run(measure(sizes, tuned=given.tuned))
    if OURS not in measured:
        sys.exit("Fairbrush itself broke: nothing to compare")
    ours = measured[OURS]
    rows = [row_of(entrant, figures, ours) for entrant, figures in measured.items()]
    rows += [skipped_row(entrant, why, rows[0]) for entrant, why in skipped.items()]
    show_dissection(asyncio.run(dissected(sizes.dissected)))
    if BULLMQ in measured:
        print(f"Aim: BullMQ's drain; ours is {beside(ours.drain, measured[BULLMQ].drain):.2f} times as fast")
    bars = bars_of(ours, [measured[peer] for peer in PYTHON if peer in measured])
    jobs = sizes.one_by_one + sizes.at_once
    publish(f"{sizes.rounds} rounds of {jobs} jobs, {CONCURRENCY} at once", named(measured), rows, bars, given.json)


if __name__ == "__main__":
    main()
