"""Eight servers of which one dies, freezes or becomes a zombie every few seconds: is any job lost, or done twice?

What ran is told by the servers' own records, what was delivered by a chat that the real noticeboard writes to.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from time import monotonic

from adapters.comfyui.limits import ComfyLimits
from benchmarks.pool_parts.machines import Park, Ran
from benchmarks.pool_parts.orders import offered, orders
from benchmarks.pool_parts.product import Patience, Product, serving
from benchmarks.pool_parts.trouble import Outage, Trouble
from bot.attempt import WorkerLimits
from bot.holding import Tenure
from bot.jobs import Job, JobId, JobRecord, JobState, run_id_of
from bot.leases import ATTEMPTS
from bot.noticeboard import Noticeboard, Sources
from bot.shares import Position
from bot.status import Described
from tests.fakes.recording_chat import RecordingChat

SERVERS, STEPS, JOB_S = 8, 4, 0.4
EVERY_S, LASTS_S = 2.0, (1.0, 5.0)
LOST_S = 2.0
"""After so long without an answer a server counts as lost; 30 s where nobody shortens it."""

SHORT = Patience(
    worker=WorkerLimits(tenure=Tenure(heartbeat_s=0.5, lease_s=4.0, grace_s=1.0), unknown_s=4.0, run_deadline_s=60.0),
    comfy=ComfyLimits(
        connect_s=1.0, answer_s=LOST_S, absent_s=1.0, lost_s=LOST_S, stuck_s=2.0, confirm_s=2.0, reconnect_s=1.0
    ),
    lease_s=4.0,
)
"""Everything that is waited for, shortened so that it comes to pass in a minute."""

CALM_S = 90.0
"""How long the rest may take once nothing more happens to anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """What became of everything."""

    jobs: int
    ends: Mapping[str, int]  #: by state, and code where there is one
    outages: Mapping[str, int]
    lost: int  #: never ended, or ended well without a picture, or without a message that says so
    delivered_twice: int
    excused: int  #: jobs that ran more than once, each time because the server was gone
    unexcused: Sequence[str]  #: run ids of what ran again without that
    took_s: float

    @property
    def faulted(self) -> int:
        """How many failed though no job was at fault and their server had not gone away."""
        well = {JobState.SUCCEEDED.value, f"{JobState.FAILED} server_lost"}
        return sum(count for end, count in self.ends.items() if end not in well)

    def row(self) -> dict[str, str]:
        """Return the table's row."""
        return {
            "measured": f"{SERVERS} servers, {self.jobs} jobs, {sum(self.outages.values())} outages",
            "outages": ", ".join(f"{count} {kind}" for kind, count in self.outages.items()),
            "ended": ", ".join(f"{count} {end}" for end, count in self.ends.items()),
            "lost": str(self.lost),
            "delivered twice": str(self.delivered_twice),
            "run twice: server gone": str(self.excused),
            "for no reason": str(len(self.unexcused)),
            "took": f"{self.took_s:.0f} s",
        }

    def bars(self) -> dict[str, bool]:
        """Judge it."""
        return {
            f"of {self.jobs} jobs {self.lost} are lost": not self.lost,
            f"{self.faulted} jobs fail otherwise than for a server that was lost": not self.faulted,
            f"{self.delivered_twice} pictures are delivered twice": not self.delivered_twice,
            f"{len(self.unexcused)} graphs run twice though their server was there": not self.unexcused,
        }


async def measure(each: int, park: Park, *, most: int | None = None) -> Troubled:
    """Let so many jobs for each server be done meanwhile, with so many outages at the most."""
    machines = await park.machines(SERVERS, step_ms=JOB_S * 1000 / STEPS)
    wanted = orders(each * SERVERS, await offered(machines[0].url), steps=STEPS, people=40, seed=9)
    trouble = Trouble(machines=machines, every_s=EVERY_S, lasts_s=LASTS_S, most=most)
    chat, calm = RecordingChat(edits=20, per_s=1.0, reserve=8), asyncio.Event()
    async with serving(machines, patience=SHORT) as product, asyncio.TaskGroup() as tasks:
        showing = tasks.create_task(_noticeboard(product, chat).run())
        began = monotonic()
        jobs = await product.ask(wanted)
        tasks.create_task(trouble.make(calm))
        with suppress(TimeoutError):
            async with asyncio.timeout(SERVERS * each * JOB_S + CALM_S):
                await product.settled(jobs, every_s=0.25)
                calm.set()
                while await product.redis.notices.open_jobs("local"):  # noqa: ASYNC110 - asked as an operator would
                    await asyncio.sleep(0.1)
        calm.set()
        took_s = monotonic() - began
        records = {job: await product.redis.store.read(job) for job in jobs}
        showing.cancel()
    runs = [run for machine in machines for run in await machine.ran()]
    return told(records, chat, runs, trouble.outages, took_s)


def told(
    records: Mapping[JobId, JobRecord | None],
    chat: RecordingChat,
    runs: Sequence[Ran],
    outages: Sequence[Outage],
    took_s: float,
) -> Troubled:
    """Tell what became of all jobs that were asked for; None: the store knows nothing of one any more."""
    shown = Counter(card.job_id for card in chat.messages.values() if card.is_final)
    excused, unexcused = run_twice(list(records), runs, outages)
    return Troubled(
        jobs=len(records),
        ends=Counter(map(_end_of, records.values())),
        outages=Counter(outage.kind for outage in outages),
        lost=sum(not _ended(record) or not shown[job] for job, record in records.items()),
        delivered_twice=_delivered_twice(chat),
        excused=excused,
        unexcused=unexcused,
        took_s=took_s,
    )


def _end_of(record: JobRecord | None) -> str:
    return f"{record.state} {record.error_code or ''}".strip() if record else "vanished"


def _ended(record: JobRecord | None) -> bool:
    """Tell whether a job ended in its picture or in a sentence."""
    if record is None:
        return False
    if record.state is JobState.SUCCEEDED:
        return bool(record.files)
    return record.state.is_final and bool(record.error_sentence)


def _delivered_twice(chat: RecordingChat) -> int:
    """Count the jobs that have two messages, or whose message ever showed two different results."""
    messages = Counter(card.job_id for card in chat.messages.values())
    results: defaultdict[JobId, set[tuple[str, ...]]] = defaultdict(set)
    for card in (call.card for call in chat.calls if call.card and call.card.is_final):
        results[card.job_id].add(tuple(file.key for file in card.files))
    return sum(count > 1 or len(results[job]) > 1 for job, count in messages.items())


def run_twice(jobs: Sequence[JobId], runs: Sequence[Ran], outages: Sequence[Outage]) -> tuple[int, Sequence[str]]:
    """Return how many jobs ran more than once because of an outage each time, and what ran again without one.

    An earlier run is excused by an outage of its server between its beginning and that of the next.
    """
    owners = {run_id_of(job, attempt): job for job in jobs for attempt in range(1, 4 * ATTEMPTS)}
    by_job: defaultdict[JobId, list[Ran]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: run.started_at):
        by_job[owners[run.run_id]].append(run)  # type: ignore[index]  # the servers' ids are ours
    excused, unexcused = 0, list[str]()
    for several in (each for each in by_job.values() if len(each) > 1):
        bad = [earlier.run_id for earlier, later in pairwise(several) if not _gone(earlier, later, outages)]
        unexcused += bad
        excused += not bad
    return excused, unexcused


def _gone(earlier: Ran, later: Ran, outages: Sequence[Outage]) -> bool:
    return any(
        outage.touches(earlier.started_at, later.started_at, at_least_s=LOST_S)
        for outage in outages
        if outage.machine == earlier.machine
    )


def _noticeboard(product: Product, chat: RecordingChat) -> Noticeboard:
    async def describe(job: Job) -> Described:
        return Described(title=job.workflow)

    def quote(record: JobRecord, position: Position) -> float:
        return JOB_S * (position.jobs / SERVERS + 1)

    redis = product.redis
    sources = Sources(
        queue=redis.queue, jobs=redis.store, live=redis.live, notices=redis.notices, describe=describe, quote=quote
    )
    return Noticeboard(chat, sources, owner="measured")
