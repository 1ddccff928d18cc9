"""A worker: claim, run on one server, report, settle; one job at a time, and first of all what an earlier one left.

Ending the task of a worker is like pulling the plug: it says goodbye to nobody, and its successor adopts what it held.
A graceful end goes through the `stopping` event, a less patient one through `hurry` after it.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import assert_never

from bot.attempt import Attempt, Bench, WorkerLimits
from bot.errors import ServerLost, StoreLost
from bot.holding import Hold, insist
from bot.jobs import JobRecord
from bot.outcomes import Ending, Outcome, Painted, Refusal
from bot.ports import Held, Lease, Server
from bot.shares import model_of
from bot.shelf import Shelf

_log = logging.getLogger(__name__)


def _opened() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass(slots=True, kw_only=True)
class Gate:
    """What whoever knows a server's health lets its slots do. Changes are noticed within `WorkerLimits.idle_s`."""

    open: asyncio.Event = field(default_factory=_opened)  #: may claim; not set: finishes what runs, takes nothing
    leaving: asyncio.Event = field(default_factory=asyncio.Event)  #: for good: finishes what runs, then `run` returns
    eager: bool = True  #: may claim a successor while a run executes


class Worker:
    """One slot of one server, which has been entered; `slot` is the name by which it claims.

    `report` is told after each run how it spoke for the server.
    """

    def __init__(
        self,
        server: Server,
        slot: str,
        bench: Bench,
        limits: WorkerLimits | None = None,
        gate: Gate | None = None,
        report: Callable[[object], None] = lambda verdict: None,
    ) -> None:
        self._server = server
        self._slot = slot
        self._gate = gate or Gate()
        self._report = report
        self._bench = bench
        self._limits = limits or WorkerLimits()
        self._shelf = Shelf(bench.store)
        # What the last run here had loaded. ComfyUI keeps what fits, so only the last one is certain; a server that was
        # lost is opened with a new worker, which knows of none.
        self._warm: tuple[str, ...] = ()

    async def run(self, stopping: asyncio.Event, adopted: Callable[[], None] = lambda: None) -> None:
        """Work until `stopping` is set; raises ServerLost when the server should be opened anew.

        `adopted` is called once nothing of an earlier worker is left over.
        """
        while not stopping.is_set():
            try:
                if await self._adopt(stopping):
                    adopted()
                    await self._work(stopping)
            except StoreLost as lost:
                _log.warning("store lost server=%s detail=%s", self._server.name, lost.detail)
            if not stopping.is_set():
                await asyncio.sleep(self._limits.idle_s)

    async def _adopt(self, stopping: asyncio.Event) -> bool:
        """Bring to an end what is leased to this server; False when some of it has to be looked at again."""
        held = await self._bench.store.held_by(self._slot)
        outcomes = [await self._serve(each.lease, each.record, stopping) for each in held]
        return Ending.LEFT not in outcomes

    async def _work(self, stopping: asyncio.Event) -> None:
        """Claim and serve until the end, or until something was left that has to be adopted."""
        nonce = secrets.token_hex(16)
        while not stopping.is_set():
            held = await self._claim(nonce)
            if held is None and await self._bench.store.held_by(self._slot):
                return
            if held is None:
                continue
            if held.others:
                # Between two jobs nothing is held. What still is was settled in a second that the store has lost since:
                # adopted now, its run is found; left to its lease, it would be painted again.
                await self._bench.queue.requeue(held.lease, costs_attempt=False)
                return
            # A new one only now: a claim whose answer was lost is asked again, and gives the same lease.
            nonce = secrets.token_hex(16)
            if await self._serve(held.lease, held.record, stopping) is Ending.LEFT:
                return

    async def _claim(self, nonce: str) -> Held | None:
        speed = self._bench.estimates.speed(self._server.name)
        claim = partial(self._bench.queue.claim, self._slot, nonce, warm=self._warm, speed=speed)
        return await insist(partial(claim, patience_s=self._limits.idle_s), self._limits.terms)

    async def _serve(self, lease: Lease, record: JobRecord, stopping: asyncio.Event) -> Outcome:
        """Take one held job to its end, its lease kept alive meanwhile; raises ServerLost after settling."""
        hold = Hold(queue=self._bench.queue, lease=lease, terms=self._limits.terms, hurry=self._bench.hurry)
        attempt = Attempt(
            server=self._server,
            bench=self._bench,
            shelf=self._shelf,
            limits=self._limits,
            hold=hold,
            record=record,
            stopping=stopping,
        )
        async with asyncio.TaskGroup() as tasks:
            beside = [tasks.create_task(hold.keep()), tasks.create_task(hold.warn_at_stop(stopping))]
            outcome = await self._settled(hold, await attempt.outcome())
            for task in beside:
                task.cancel()
        self._warm = _loaded(self._warm, record, outcome)
        if attempt.lost:
            raise ServerLost(detail=attempt.lost.detail) from attempt.lost
        return outcome

    async def _settled(self, hold: Hold, outcome: Outcome) -> Outcome:
        try:
            changed = await insist(partial(self._settle, hold, outcome), hold.terms)
        except StoreLost:
            outcome, changed = Ending.LEFT, False
        word = outcome.name if isinstance(outcome, Ending) else type(outcome).__name__
        lease = hold.lease
        _log.info("settled job=%s attempt=%s outcome=%s changed=%s", lease.job_id, lease.attempt, word, changed)
        return outcome

    async def _settle(self, hold: Hold, outcome: Outcome) -> bool:
        """Charge a run what it took on the GPU, which counts the time in which it loaded its models.

        So whoever's run comes first on a cold server pays for the load. Over time that evens out by itself: having
        paid more, they are the later next time, and the slack for loaded models is bounded.
        """
        queue, lease, gpu_ms = self._bench.queue, hold.lease, hold.gpu_ms()
        match outcome:
            case Painted(files=files, texts=texts):
                return await queue.succeed(lease, files=files, texts=texts, gpu_ms=gpu_ms)
            case Refusal(code=code, sentence=sentence, server_fault=fault):
                return await queue.fail(lease, code=code, sentence=sentence, gpu_ms=gpu_ms, server_fault=fault)
            case Ending.CANCELLED:
                return await queue.confirm_cancel(lease, gpu_ms=gpu_ms)
            case Ending.UNTOUCHED | Ending.VANISHED:
                return await queue.requeue(lease, costs_attempt=outcome is Ending.VANISHED)
            case Ending.LEASE_LOST | Ending.LEFT:
                return False
            case _:
                assert_never(outcome)


def _loaded(warm: tuple[str, ...], record: JobRecord, outcome: Outcome) -> tuple[str, ...]:
    """Return which models are certainly loaded after a job: what it had, once it was painted.

    A run that loads none leaves what there is. One that did not end well may have loaded its own, or not.
    """
    model = model_of(record.job.requirement)
    if not model or warm == (model,):
        return warm
    return (model,) if isinstance(outcome, Painted) else ()
