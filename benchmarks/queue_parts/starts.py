"""From a submit to the start of its job, while nothing else goes on.

A millisecond that is mostly three processes waking up is as long as the machine likes: half of it more in the next
minute. So all queues are open at once and take turns of a few jobs, within seconds of each other; only the one whose
turn it is has a worker. One is compared with another turn by turn.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from random import Random
from statistics import median

from benchmarks.peers.entrants import Entrant, Prepared, Skipped
from benchmarks.queue_parts.opened import Opened, opened

PAUSE_S = 0.01
LONG_POLL_S = 0.1
FEWER = 5
"""Of a worker that polls so rarely: its starts take half a second each."""

Turns = Sequence[Sequence[float]]
"""Of one queue, the seconds that each job of a turn took."""


async def starts_of(
    ready: Iterable[Prepared], *, rounds: int, jobs: int
) -> tuple[dict[Entrant, Turns], dict[Entrant, str]]:
    """Give every queue a turn in each round, in rotated order; returns what was measured, and why who was skipped."""
    turns, skipped, random = dict[Entrant, list[list[float]]](), dict[Entrant, str](), Random(1)
    async with AsyncExitStack() as stack:
        queues = list[Opened]()
        for prepared in ready:
            try:
                queues.append(await stack.enter_async_context(opened(prepared)))
            except Skipped as why:
                skipped[prepared.entrant] = str(why)
        for number in range(rounds):
            first = number % len(queues)
            for queue in (*queues[first:], *queues[:first]):
                entrant = queue.prepared.entrant
                try:
                    turns.setdefault(entrant, []).append(await _turn(queue, jobs, random))
                except Skipped as why:
                    skipped[entrant] = str(why)
            queues = [queue for queue in queues if queue.prepared.entrant not in skipped]
    return {entrant: turns[entrant] for entrant in turns if entrant not in skipped}, skipped


async def _turn(queue: Opened, jobs: int, random: Random) -> list[float]:
    """Submit one at a time to a worker that waits, at moments that keep no beat."""
    poll_s = queue.prepared.entrant.poll_s
    if poll_s > LONG_POLL_S:
        jobs //= FEWER
    took = list[float]()
    await queue.worker.ask("attend", jobs=jobs)
    for _ in range(jobs):
        await asyncio.sleep(PAUSE_S + random.uniform(0, max(poll_s, PAUSE_S)))
        submitted, begun = await asyncio.gather(queue.producer.ask("enqueue", jobs=1, at_once=1), queue.worker.hear())
        took.append(begun["started"] - submitted["began"])
    return took


def times(ours: Turns, theirs: Turns) -> float:
    """Return how many times as long ours take: the median of the rounds, each of whose turns are compared."""
    return median(median(mine) / median(other) for mine, other in zip(ours, theirs, strict=True))
