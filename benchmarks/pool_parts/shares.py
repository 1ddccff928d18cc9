"""How busy servers were while work waited, from their own records. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from benchmarks.pool_parts.machines import Ran

RAMP = 2
"""The first runs of every server are no part of it: nobody knew yet how long a run takes."""


def busy_share(ran: Mapping[str, Sequence[Ran]], *, ramp: int = RAMP, apart: bool = False) -> float:
    """Return which part of the window the servers executed something, all of them together.

    The window is from when every server has begun a run after its ramp-up, until fewer runs wait than there are
    servers: from then on one may be idle for want of work. Servers `apart`, each with a queue of its own, are so when
    the first of them begins its last run.
    """
    begin, end = window(ran, ramp=ramp)
    if apart:
        end = min(end, *(runs[-1].started_at for runs in ran.values()))
    idle_s = sum(_idle_s(runs, begin, end) for runs in ran.values())
    return 1 - idle_s / (len(ran) * (end - begin))


def window(ran: Mapping[str, Sequence[Ran]], *, ramp: int = RAMP) -> tuple[float, float]:
    """Return from when until when it counts."""
    starts = sorted(run.started_at for runs in ran.values() for run in runs)
    return max(runs[ramp].started_at for runs in ran.values()), starts[len(starts) - 1 - len(ran)]


def gaps_s(ran: Mapping[str, Sequence[Ran]], *, ramp: int = RAMP) -> list[float]:
    """Return every pause between two runs of a server in the window."""
    begin, end = window(ran, ramp=ramp)
    return [
        later.started_at - (earlier.finished_at or later.started_at)
        for runs in ran.values()
        for earlier, later in pairwise(runs)
        if begin < later.started_at <= end
    ]


def _idle_s(runs: Sequence[Ran], begin: float, end: float) -> float:
    idle_s, free_at = 0.0, begin
    for run in runs:
        idle_s += max(0.0, min(run.started_at, end) - max(free_at, begin))
        free_at = max(free_at, run.finished_at if run.finished_at is not None else end)
    return idle_s + max(0.0, end - max(free_at, begin))
