"""A mixed load of five checkpoints: how often one is loaded, how long all of it takes and how long people wait.

Everything is played fifty times (`--quick`: a hundred times) as fast as on a GPU that loads a checkpoint in 15 s and
paints in 10 s, its slack of 30 s included.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic

from benchmarks.fair.playing import Happened, What
from benchmarks.fair.playing import Play as Played
from benchmarks.fair.playing import Run as Painted
from benchmarks.fair.recount import Gap, Recount, gaps
from benchmarks.fair.scene import Gpu, Scene, Work
from benchmarks.pool_parts.bare import submitted_after_finish
from benchmarks.pool_parts.machines import Machine, Park, Ran
from benchmarks.pool_parts.orders import Order, offered, orders
from benchmarks.pool_parts.product import serving, work_of
from benchmarks.report import percentile
from bot.estimates import Estimates
from bot.jobs import JobRecord
from bot.shares import FairPolicy

SERVERS, PEOPLE = 4, 12
CHECKPOINTS = tuple(f"mixed-{number}-sd15.safetensors" for number in range(1, 6))
STEPS = 4
LOAD_S, PAINT_S, SLACK_S, LEAST_S = 15.0, 10.0, 30.0, 1.0
BAR = 4.0
"""First come, first served loads so many times as often, at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """One way to serve the mix."""

    way: str
    loads: int
    makespan_s: float
    waits_s: Sequence[float]
    records: Sequence[JobRecord] = ()  #: what Fairbrush told of them
    policy: FairPolicy | None = None  #: how it shared

    @property
    def gap(self) -> Gap | None:
        """Recount what everybody got, as benchmarks.fairness does; return the gap that came nearest to its bound.

        Takes long, and holds the loop: only once nothing is measured any more.
        """
        return _gap(self.records, self.policy) if self.policy else None

    def row(self) -> dict[str, str]:
        """Return the table's row."""
        found = self.gap
        gap = f"{found.gap_s:.2f}/{found.bound_s:.2f} s" if found else "–"
        return {
            "measured": f"{SERVERS} servers, {len(CHECKPOINTS)} checkpoints",
            "way": self.way,
            "jobs": str(len(self.waits_s)),
            "loads": str(self.loads),
            "makespan": f"{self.makespan_s:.1f} s",
            "wait p50/p99": "/".join(f"{percentile(self.waits_s, each):.1f}" for each in (50, 99)) + " s",
            "largest gap/bound": gap,
        }


def bars(ways: Sequence[Mixed]) -> dict[str, bool]:
    """Judge them: the first is Fairbrush's own, the last is first come, first served."""
    ours, plain = ways[0], ways[-1]
    times = plain.loads / ours.loads
    told = {
        f"checkpoints are loaded {times:.1f} times less often than first come, first served, at least {BAR:g} times": (
            times >= BAR
        )
    }
    for each in ways:
        if gap := each.gap:
            text = f"{each.way}: nobody gets more over another than the bound (nearest: {gap.gap_s:.2f} of "
            told[f"{text}{gap.bound_s:.2f} s)"] = gap.gap_s <= gap.bound_s
    return told


async def measure(each: int, park: Park, *, faster: int = 50) -> list[Mixed]:
    """Let everybody ask for so many pictures at once, and serve them all in each way at the same time."""
    options = {
        "step_ms": PAINT_S * 1000 / STEPS / faster,
        "load_s": LOAD_S / faster,
        "checkpoints": CHECKPOINTS,
    }
    ours, off, plain = [await park.machines(SERVERS, **options) for _ in range(3)]
    vocabulary = await offered(ours[0].url)
    wanted = orders(each * PEOPLE, vocabulary, steps=STEPS, people=PEOPLE, models=CHECKPOINTS, seed=5)
    async with asyncio.TaskGroup() as tasks:
        ways = [
            tasks.create_task(_fairbrush("Fairbrush", ours, wanted, SLACK_S / faster, faster)),
            tasks.create_task(_fairbrush("Fairbrush, affinity off", off, wanted, 0, faster)),
            tasks.create_task(_plain(plain, wanted)),
        ]
    return [way.result() for way in ways]


async def _fairbrush(
    way: str, machines: Sequence[Machine], wanted: Sequence[Order], slack_s: float, faster: int
) -> Mixed:
    policy = FairPolicy(slack_ms=round(slack_s * 1000), least_ms=round(LEAST_S * 1000 / faster))
    estimates = _known(machines, wanted[0], round(PAINT_S * 1000 / faster))
    async with serving(machines, policy=policy, estimates=estimates) as product:
        began = monotonic()
        records = await product.settled(await product.ask(wanted))
    told = _told(way, [run for machine in machines for run in await machine.ran()], began)
    return replace(told, records=records, policy=policy)


async def _plain(machines: Sequence[Machine], wanted: Sequence[Order]) -> Mixed:
    began = monotonic()
    await submitted_after_finish(machines, wanted)
    return _told("first come, first served", [run for each in machines for run in await each.ran()], began)


def _told(way: str, runs: Sequence[Ran], began: float) -> Mixed:
    return Mixed(
        way=way,
        loads=sum(run.loaded for run in runs),
        makespan_s=max(run.finished_at or run.started_at for run in runs) - began,
        waits_s=[run.started_at - began for run in runs],
    )


def _known(machines: Sequence[Machine], order: Order, paint_ms: int) -> Estimates:
    """Return what a pool has learned that served such pictures before."""
    estimates = Estimates()
    for machine in machines:
        estimates.learn(work_of(order), machine.name, gpu_ms=paint_ms, quoted_ms=paint_ms)
    return estimates


def _gap(records: Sequence[JobRecord], policy: FairPolicy) -> Gap:
    scene = Scene(name="mixed", works=(), gpus=(), policy=policy)
    play = Played(scene=scene, turns=None, happened=_happened(records))  # type: ignore[arg-type]  # it was played already
    play.now_ms = max(each.at_ms for each in play.happened)
    return max(
        gaps(((who[1], course) for who, course in Recount(play).count().users.items()), policy.slack_ms), key=_near
    )


def _near(gap: Gap) -> float:
    return gap.gap_s / gap.bound_s


def _happened(records: Sequence[JobRecord]) -> list[Happened]:
    happened: list[Happened] = []
    for record in records:
        work = _work(record)
        run = Painted(work=work, gpu=Gpu(name=record.server or ""), began_ms=record.started_ms or 0, load_ms=0)
        happened += [
            Happened(at_ms=record.job.created_ms, what=What.CAME, work=work),
            Happened(at_ms=record.started_ms or 0, what=What.BEGAN, work=work, run=run),
            Happened(at_ms=record.ended_ms or 0, what=What.ENDED, work=work),
        ]
    return sorted(happened, key=lambda each: (each.at_ms, each.what.value))


def _work(record: JobRecord) -> Work:
    return Work(
        name=str(record.job.id),
        who=(record.job.requester.tenant.id, record.job.requester.id),
        at_ms=record.job.created_ms,
        size_ms=record.gpu_ms or 0,
        estimate_ms=record.job.estimate_ms,
    )
