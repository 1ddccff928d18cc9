"""Keeps the messages of one bucket true: one call at a time, the most urgent first, within the budget.

A lease makes this process the only one that edits in the bucket, so edits are ordered and the budget is local. Every
lease outlasts what was spent under it: whoever takes the bucket over begins with a budget that nothing counts against.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.budgets import Budget, Spending
from bot.deadlines import is_overdue
from bot.errors import ChatError, FairbrushError, StoreLost
from bot.jobs import JobId
from bot.noticeboard.messages import Messages
from bot.noticeboard.sights import Patience, Sources
from bot.noticeboard.steps import Sight, Step, Urgency, kept_from, next_step, urgency_of

_log = logging.getLogger(__name__)

_LOOKS_AT_ONCE = 16
_HAND_BACK_S = 1.0
_ROUNDING_S = 0.01  #: the store counts in milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """What all editors of a noticeboard share."""

    sources: Sources
    messages: Messages
    patience: Patience
    owner: str
    bucket_of: Callable[[JobId], str | None]  #: from memory: where a job belonged when it was read, at its present age
    let_go: Callable[[JobId], None]  #: told of a job whose bucket is another editor's by now
    calls: asyncio.Semaphore
    clock: Callable[[], float]
    now_ms: Callable[[], int]  #: the time of day, as the store tells it: how old a job is


class Editor:
    """The one who edits in a bucket."""

    def __init__(self, budget: Budget, newsroom: Newsroom) -> None:
        self._newsroom = newsroom
        self._spending = Spending(budget)
        self._woken = asyncio.Event()
        self._dirty: dict[JobId, None] = {}  #: to be looked at
        self._wanted: dict[JobId, tuple[Urgency, float]] = {}  #: need a call, since when
        self._failed: dict[JobId, tuple[int, float]] = {}  #: failures in a row, when to try again
        self._done: dict[JobId, float] = {}  #: taken off the board just now: late marks are ignored until then
        self._owned_until = -1.0
        self.has_left = False  #: whether it ended for want of work

    def look_again(self, job_id: JobId) -> None:
        """Something may have changed."""
        if self._done.get(job_id, 0.0) <= self._newsroom.clock():
            self._dirty[job_id] = None
            self._woken.set()

    def forget(self, job_id: JobId) -> None:
        """Drop a job that is not on the board any more."""
        self._dirty.pop(job_id, None)
        self._wanted.pop(job_id, None)
        self._failed.pop(job_id, None)
        self._done.pop(job_id, None)
        self._woken.set()

    async def run(self) -> None:
        """Work until there is nothing to do and nothing spent that counts."""
        try:
            while not self._is_idle():
                self._woken.clear()
                await self._turn()
                if self._is_idle():
                    # Whoever comes after this process would have to wait for a lease that nobody needs.
                    await self._hand_back()
        except asyncio.CancelledError:
            await self._hand_back()
            raise
        # From here on a new editor may begin at once: nothing is awaited.
        self.has_left = True

    def _is_idle(self) -> bool:
        now = self._newsroom.clock()
        return not (self._dirty or self._wanted) and self._spending.clear_at(now) <= now

    async def _turn(self) -> None:
        try:
            if (self._dirty or self._wanted) and not await self._owns():
                self._hand_over_moved()
                await self._rest(self._newsroom.clock() + self._newsroom.patience.lease_s / 4)
                return
            await self._look_around()
            await self._serve()
        except FairbrushError as error:
            # The store cannot be asked now; it is the truth, so there is nothing to show without it.
            _log.warning("bucket %s: %s", self._spending.budget.bucket, error.brief)
            _log.debug("bucket %s: detail=%s", self._spending.budget.bucket, error.detail)
            await self._rest(self._newsroom.clock() + self._newsroom.patience.retry_s)

    async def _serve(self) -> None:
        now = self._newsroom.clock()
        pick = min((want, job_id) for job_id, want in self._wanted.items()) if self._wanted else None
        if pick is None:
            due = [at for job_id, (_, at) in self._failed.items() if job_id in self._dirty]
            await self._rest(min(due, default=self._spending.clear_at(now)))
            return
        (urgency, _), job_id = pick
        ready = self._spending.ready_at(now, keep=kept_from(urgency, self._spending.budget))
        if ready > now:
            await self._rest(ready)
        else:
            await self._attend(job_id)

    async def _attend(self, job_id: JobId) -> None:
        # Latest wins: what is shown is looked at here, when everything else has been waited for.
        async with self._newsroom.calls:
            if not await self._owns():
                return
            sight = await self._look(job_id)
            if self._newsroom.clock() < self._owned_until and sight is not None and job_id in self._wanted:
                await self._call(job_id, sight)

    async def _rest(self, until: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, until - self._newsroom.clock())):
                await self._woken.wait()

    # ---- Looking ----

    async def _look_around(self) -> None:
        now = self._newsroom.clock()
        due = [job_id for job_id in self._dirty if self._failed.get(job_id, (0, now))[1] <= now]
        for first in range(0, len(due), _LOOKS_AT_ONCE):
            await self._look_at(due[first : first + _LOOKS_AT_ONCE])

    async def _look_at(self, job_ids: Sequence[JobId]) -> None:
        async with asyncio.TaskGroup() as looks:
            for job_id in job_ids:
                looks.create_task(self._look(job_id))

    async def _look(self, job_id: JobId) -> Sight | None:
        """See what a message needs, and do it at once where the platform is not asked."""
        self._dirty.pop(job_id, None)
        try:
            sight = await self._see(job_id)
            if sight is not None and self._is_elsewhere(sight):
                self._hand_over(job_id)
                return None
            step = next_step(sight, self._newsroom.patience.ping_after_s)
            if step is not None and step.is_free:
                await self._take_off(job_id, sight)
        except Exception as error:  # noqa: BLE001 - one card that cannot be made must not stop all the others
            self._put_off(job_id, error)
            return None
        if step is None or step.is_free or sight is None:
            self._wanted.pop(job_id, None)
            self._failed.pop(job_id, None)
        else:
            _, since = self._wanted.get(job_id, (None, self._newsroom.clock()))
            self._wanted[job_id] = (urgency_of(sight), since)
        return sight

    async def _see(self, job_id: JobId) -> Sight | None:
        """Look at a job; one whose time is over is ended first, whether it waits or runs."""
        sources = self._newsroom.sources
        sight = await sources.look(job_id)
        if sight is None or not is_overdue(sight.record, self._newsroom.now_ms()):
            return sight
        _log.info("job %s: not done in time, so it is stopped", job_id)
        await sources.queue.cancel(job_id)
        return await sources.look(job_id)

    def _is_elsewhere(self, sight: Sight) -> bool:
        budget = self._newsroom.messages.platform.bucket(sight.record.job, sight.notice.ref)
        return budget.bucket != self._spending.budget.bucket

    def _hand_over_moved(self) -> None:
        """Let go of what belongs elsewhere by now, though another process edits here: it may be ours to edit there."""
        own = self._spending.budget.bucket
        for job_id in [*self._dirty, *self._wanted]:
            if self._newsroom.bucket_of(job_id) not in {None, own}:
                self._hand_over(job_id)

    def _hand_over(self, job_id: JobId) -> None:
        # An editor looks only between its calls: none of them is under way when another editor gets the job.
        self.forget(job_id)
        self._newsroom.let_go(job_id)

    async def _take_off(self, job_id: JobId, sight: Sight | None) -> None:
        if sight is None or sight.notice.ref is None:
            await self._newsroom.sources.notices.closed(job_id)
        else:
            await self._newsroom.sources.notices.shown(job_id, sight.notice.ref, sight.notice.rendered, final=True)
        self._leave(job_id)

    def _leave(self, job_id: JobId) -> None:
        self.forget(job_id)
        self._done[job_id] = self._newsroom.clock() + self._newsroom.patience.sweep_s

    # ---- Calling ----

    async def _call(self, job_id: JobId, sight: Sight) -> None:
        try:
            await self._step(sight)
        except ChatError as error:
            await self._refused(job_id, error)
        except Exception as error:  # noqa: BLE001 - whatever an adapter raises, the other messages go on
            self._put_off(job_id, error)
        else:
            self._failed.pop(job_id, None)
            self._wanted.pop(job_id, None)
            # What changed in the meantime, or comes next, is seen by looking.
            self._dirty[job_id] = None

    async def _step(self, sight: Sight) -> None:
        try:
            match next_step(sight, self._newsroom.patience.ping_after_s):
                case Step.CREATE:
                    await self._newsroom.messages.create(sight)
                case Step.EDIT:
                    await self._newsroom.messages.edit(sight)
                case Step.PING:
                    await self._newsroom.messages.ping(sight)
                case Step.CLOSE | Step.FINISH | None:
                    pass
        finally:
            self._spending.spend(self._newsroom.clock())

    async def _refused(self, job_id: JobId, error: ChatError) -> None:
        if not error.gone:
            self._put_off(job_id, error)
            return
        _log.info("job %s: its message is gone for good: %s", job_id, error.brief)
        try:
            await self._newsroom.sources.notices.closed(job_id)
        except FairbrushError as lost:
            self._put_off(job_id, lost)
        else:
            self._leave(job_id)

    def _put_off(self, job_id: JobId, error: Exception) -> None:
        patience = self._newsroom.patience
        # A lost store is no failure of this message: nothing is shown without it, and everything when it is back.
        times = self._failed.get(job_id, (0, 0.0))[0] + (not isinstance(error, StoreLost))
        wait_s = min(patience.retry_most_s, patience.retry_s * 2 ** min(max(times - 1, 0), 16))
        _log.warning("job %s: not shown, next try in %g s: %s", job_id, wait_s, _brief(error))
        # What a platform or a library says may repeat the prompt.
        _log.debug("job %s: not shown", job_id, exc_info=error)
        self._wanted.pop(job_id, None)
        self._dirty[job_id] = None
        self._failed[job_id] = (times, self._newsroom.clock() + wait_s)

    # ---- Owning ----

    async def _owns(self) -> bool:
        now, patience = self._newsroom.clock(), self._newsroom.patience
        if now < self._owned_until - patience.lease_s / 2:
            return True
        budget = self._spending.budget
        # The last call begins before `_owned_until`, ends within its deadline, and counts for `per_s` after that.
        term_s = patience.lease_s + patience.answer_s + budget.per_s
        owns = await self._newsroom.sources.notices.own(budget.bucket, self._newsroom.owner, term_s=term_s)
        self._owned_until = now + patience.lease_s if owns else -1.0
        return owns

    async def _hand_back(self) -> None:
        if self._owned_until < 0:
            return
        self._owned_until = -1.0  # also if it is not answered: what it takes to own again is asked again
        notices, budget = self._newsroom.sources.notices, self._spending.budget
        left_s = self._spending.clear_at(self._newsroom.clock()) - self._newsroom.clock()
        # A process that ends has little time; what is not handed back runs out.
        with suppress(FairbrushError, TimeoutError):
            async with asyncio.timeout(_HAND_BACK_S):
                if left_s > 0:
                    await notices.own(budget.bucket, self._newsroom.owner, term_s=left_s + _ROUNDING_S)
                else:
                    await notices.disown(budget.bucket, self._newsroom.owner)


def _brief(error: Exception) -> str:
    return error.brief if isinstance(error, FairbrushError) else type(error).__name__
