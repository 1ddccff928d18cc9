"""A worker: claim, run on one server, report, settle; first of all what an earlier one left.

It holds what bot/slot.py says, when that says so, and each job that it holds is a task of its own: the run on the
server, its result on its way home, its settlement.

Ending the task of a worker is like pulling the plug: it says goodbye to nobody, and its successor adopts what it held.
A graceful end goes through the `stopping` event, a less patient one through `hurry` after it; that of one server alone
through its gate.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from bot.attempt import Attempt, Bench, WorkerLimits
from bot.errors import ServerLost, StoreLost
from bot.faults import Verdict
from bot.forgetting import Forgetting
from bot.holding import Hold, insist
from bot.outcomes import Ending, Outcome, Standing, verdict_on
from bot.ports import Held, Server
from bot.settling import settle
from bot.shelf import Shelf
from bot.slot import Course, Slot

_log = logging.getLogger(__name__)

_NOTHING_TO_FORGET = (Ending.UNTOUCHED, Ending.LEASE_LOST, Ending.LEFT)  # Or it is another's now.


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

    `report` is told after each run how it spoke for the server, unless the server was lost, which `run` raises.
    """

    def __init__(
        self,
        server: Server,
        slot: str,
        bench: Bench,
        limits: WorkerLimits | None = None,
        gate: Gate | None = None,
        report: Callable[[Verdict], None] = lambda verdict: None,
    ) -> None:
        self._server = server
        self._name = slot
        self._bench = bench
        self._limits = limits or WorkerLimits()
        self._gate = gate or Gate()
        self._report = report
        self._shelf = Shelf(bench.store)
        # A server that was lost is opened with a new worker, which knows of no loaded model.
        self._slot = Slot()
        self._attempts: dict[Course, Attempt] = {}
        self._lost: ServerLost | None = None
        self._nonce = secrets.token_hex(16)
        self._to_adopt = True
        self._forgetting = Forgetting(server=server)
        self._opening: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._now = asyncio.get_running_loop().time

    @property
    def warm(self) -> tuple[str, ...]:
        """Return the models that are certainly loaded, as requirements call them."""
        return self._slot.warm

    async def run(self, stopping: asyncio.Event, adopted: Callable[[], None] = lambda: None) -> None:
        """Work until `stopping` is set or the gate is left; raises ServerLost when the server should be opened anew.

        `adopted` is called once everything that an earlier worker left is held again.
        """
        async with asyncio.TaskGroup() as tasks:
            ringing = [tasks.create_task(self._ring_at(each)) for each in (stopping, self._gate.leaving)]
            while self._slot.held or not self._over(stopping):
                await self._turn(tasks, stopping, adopted)
            for each in (*ringing, *filter(None, (self._opening,))):
                each.cancel()
        if self._lost:
            raise self._lost

    def _over(self, stopping: asyncio.Event) -> bool:
        lost = self._lost or any(each.lost for each in self._attempts.values())
        return stopping.is_set() or self._gate.leaving.is_set() or bool(lost)

    async def _turn(self, tasks: asyncio.TaskGroup, stopping: asyncio.Event, adopted: Callable[[], None]) -> None:
        """Do what there is to do now, then wait until there may be more."""
        over, pause_s = self._over(stopping), self._limits.idle_s
        try:
            if self._to_adopt and not over:
                await self._adopt(tasks, stopping, adopted)
            self._give_back(over=over)
            if not over and self._gate.open.is_set():
                if (due_s := self._due_in()) <= 0:
                    await self._claim(tasks, stopping)
                    return
                pause_s = min(pause_s, due_s)
            elif not over and (self._opening is None or self._opening.done()):
                self._opening = tasks.create_task(self._ring_at(self._gate.open))
        except StoreLost as lost:
            _log.warning("store lost server=%s detail=%s", self._server.name, lost.detail)
        # What is overdue was told to leave, which it does in its own time.
        await self._heard(min(pause_s, self._slot.overdue_in(self._now()) or pause_s))

    def _due_in(self) -> float:
        now_s = self._now()
        return self._slot.claim_in(now_s, eager=self._gate.eager) or self._slot.put_off(
            now_s, others=self._server.others
        )

    async def _heard(self, timeout_s: float) -> None:
        """Wait for news, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        self._news.clear()

    async def _ring_at(self, event: asyncio.Event) -> None:
        await event.wait()
        self._news.set()

    # ---- What it takes -----------------------------------------------------------------------------------------------

    async def _adopt(self, tasks: asyncio.TaskGroup, stopping: asyncio.Event, adopted: Callable[[], None]) -> None:
        """Hold what is leased to this slot and was held by nobody."""
        held = [
            each for each in await self._bench.store.held_by(self._name) if each.lease.job_id not in self._slot.jobs
        ]
        attempts = [self._take(tasks, each, stopping) for each in held]
        self._to_adopt = False
        tasks.create_task(_once_kept(attempts, adopted))

    async def _claim(self, tasks: asyncio.TaskGroup, stopping: asyncio.Event) -> None:
        slot, asked_s = self._slot, self._now()
        ahead = slot.ask(asked_s)
        held = await self._claimed(ahead)
        took_s = self._now() - asked_s if ahead else 0.0
        if held is None:
            if slot.held:
                slot.asked_in_vain(self._now())
            # The store has none for us, and may have given us one whose answer was lost.
            self._to_adopt = not slot.held
            return
        # A new one only now: a claim whose answer was lost is asked again, and gives the same lease.
        self._nonce = secrets.token_hex(16)
        if slot.jobs.issuperset(held.others):
            self._take(tasks, held, stopping, claim_s=took_s)
            return
        # What is held there was settled in a second that the store has lost since: adopted now, its run is found; left
        # to its lease, it would be painted again.
        slot.not_before_s = self._now() + self._limits.idle_s
        self._to_adopt = True
        await self._bench.queue.requeue(held.lease, costs_attempt=False)

    async def _claimed(self, ahead: Course | None) -> Held | None:
        leaving = ahead or (self._slot.held[-1] if self._slot.held else None)
        claim = partial(
            self._bench.queue.claim,
            self._name,
            self._nonce,
            warm=self._slot.warm_then(),
            speed=self._bench.estimates.speed(self._server.name),
            successor_of=leaving.lease if leaving else None,
            patience_s=self._limits.idle_s,
        )
        return await insist(claim, self._limits.tenure)

    def _take(self, tasks: asyncio.TaskGroup, held: Held, stopping: asyncio.Event, *, claim_s: float = 0.0) -> Attempt:
        course = Course(lease=held.lease, requirement=held.record.job.requirement)
        hold = Hold(queue=self._bench.queue, lease=held.lease, tenure=self._limits.tenure, hurry=self._bench.hurry)
        if self._bench.hints:
            hold.hints = self._bench.hints.hear(held.record.job, hold.stir)
        attempt = Attempt(
            server=self._server,
            slot=self._name,
            bench=self._bench,
            shelf=self._shelf,
            limits=self._limits,
            hold=hold,
            record=held.record,
            moved=self._moved,
            course=course,
        )
        self._slot.take(course)
        self._attempts[course] = attempt
        tasks.create_task(self._serve(attempt, stopping, claim_s))
        return attempt

    # ---- What it holds -----------------------------------------------------------------------------------------------

    async def _serve(self, attempt: Attempt, stopping: asyncio.Event, claim_s: float) -> None:
        """Take one held job to its end, its lease kept alive meanwhile."""
        hold = attempt.hold
        async with asyncio.TaskGroup() as tasks:
            beside = [tasks.create_task(hold.keep()), tasks.create_task(hold.warn_at_stop(stopping))]
            outcome = await self._settled(hold, await attempt.outcome())
            for each in beside:
                each.cancel()
        if attempt.handed_over_s is not None:
            self._slot.latency.took(claim_s + attempt.handed_over_s)
        self._let_go(attempt, outcome)
        if outcome not in _NOTHING_TO_FORGET and not attempt.lost:
            await self._forgetting.forget(attempt.handle)

    async def _settled(self, hold: Hold, outcome: Outcome) -> Outcome:
        lease, changed = hold.lease, False
        try:
            verb = partial(settle, self._bench.queue, lease, outcome, gpu_ms=hold.gpu_ms())
            changed = await insist(verb, hold.tenure)
        except StoreLost:
            outcome = Ending.LEFT
        word = outcome.name if isinstance(outcome, Ending) else type(outcome).__name__
        _log.info("settled job=%s attempt=%s outcome=%s changed=%s", lease.job_id, lease.attempt, word, changed)
        return outcome

    def _let_go(self, attempt: Attempt, outcome: Outcome) -> None:
        self._slot.held.remove(attempt.course)
        del self._attempts[attempt.course]
        attempt.hold.kept.set()
        if attempt.lost:
            self._lose(attempt.lost)
        elif verdict := verdict_on(outcome, attempt.error):
            self._report(verdict)
        if outcome is Ending.LEFT:
            self._slot.not_before_s = self._now() + self._limits.idle_s
            self._to_adopt = True
        self._news.set()

    def _moved(self, attempt: Attempt) -> None:
        if attempt.course.standing is Standing.OFF:
            self._slot.left(attempt.course, self._now(), lost=attempt.lost is not None)
        self._news.set()

    def _lose(self, lost: ServerLost) -> None:
        self._lost = self._lost or lost
        self._news.set()

    def _give_back(self, *, over: bool) -> None:
        """Hand back what has not begun, when nothing is to begin here any more, or when it waits for too long."""
        for course in self._slot.to_give_back(self._now(), closed=over or not self._gate.open.is_set()):
            self._attempts[course].withdraw()


async def _once_kept(attempts: Sequence[Attempt], adopted: Callable[[], None]) -> None:
    for attempt in attempts:
        await attempt.hold.kept.wait()
    adopted()
