"""The noticeboard of one platform: learns which jobs may have changed, and gives them to the editor of their bucket.

Level-triggered: hints only make it quicker. Whatever is lost, late, repeated or crossed, the next sweep looks at every
open job again, and the editors compare what is shown with what is true. A job has one editor at a time: whoever finds
that its bucket has become another one lets it go, and the next round gives it to that bucket's editor.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from time import monotonic, time

from bot.budgets import Budget
from bot.errors import FairbrushError
from bot.jobs import Job, JobId, MessageRef
from bot.noticeboard.editor import Editor, Newsroom
from bot.noticeboard.messages import Messages
from bot.noticeboard.sights import Patience, Sources
from bot.ports import ChatPlatform
from bot.status import Live

_log = logging.getLogger(__name__)


class Noticeboard:
    """Shows the jobs of a platform until it is cancelled.

    `owner` names this process: another one with the same name would share its buckets.
    """

    def __init__(
        self,
        platform: ChatPlatform,
        sources: Sources,
        *,
        owner: str,
        patience: Patience | None = None,
        clock: Callable[[], float] = monotonic,
        now_ms: Callable[[], int] = lambda: int(time() * 1000),
    ) -> None:
        self._platform, self._sources, self._clock = platform, sources, clock
        self._patience = patience = patience or Patience()
        self._newsroom = Newsroom(
            sources=sources,
            messages=Messages(
                platform=platform,
                notices=sources.notices,
                answer_s=patience.answer_s,
                ping_after_s=patience.ping_after_s,
            ),
            patience=patience,
            owner=owner,
            bucket_of=self._bucket_of,
            let_go=self._let_go,
            calls=asyncio.Semaphore(patience.at_once),
            clock=clock,
            now_ms=now_ms,
        )
        self._budgets: dict[JobId, Budget] = {}  #: of the open jobs
        self._read: dict[JobId, tuple[Job, MessageRef | None]] = {}  #: the open jobs, as they were read last
        self._editors: dict[str, Editor] = {}
        self._live: Mapping[JobId, Live] = {}
        self._swept_at = float("-inf")

    async def run(self) -> None:
        """Make messages true; a restart just goes on where this one was."""
        async with asyncio.TaskGroup() as editors:
            while True:
                try:
                    await self._round(editors)
                except FairbrushError as error:
                    _log.warning("the noticeboard of %s waits: %s", self._platform.name, error.brief)
                    _log.debug("the noticeboard of %s waits: detail=%s", self._platform.name, error.detail)
                    await asyncio.sleep(self._patience.retry_s)

    async def _round(self, editors: asyncio.TaskGroup) -> None:
        open_jobs = await self._sources.notices.open_jobs(self._platform.name)
        self._forget(open_jobs)
        live = await self._sources.live.look(open_jobs) if open_jobs else {}
        moved = {job_id for job_id in open_jobs if live.get(job_id) != self._live.get(job_id)}
        new = [job_id for job_id in open_jobs if job_id not in self._budgets]
        self._live = live
        sweeping = self._clock() >= self._swept_at + self._patience.sweep_s
        if sweeping:
            self._swept_at = self._clock()
        for job_id in open_jobs:
            if sweeping or job_id in moved or job_id in new:
                await self._give(job_id, editors)
        timeout_s = self._patience.poll_s if open_jobs else self._patience.sweep_s
        for job_id in await self._sources.notices.changed(self._platform.name, timeout_s):
            # A job that is not open yet comes with the next round; one that is not open any more is finished.
            if job_id in self._budgets:
                await self._give(job_id, editors)

    async def _give(self, job_id: JobId, editors: asyncio.TaskGroup) -> None:
        """Have a job looked at by the editor of its bucket."""
        budget = self._budgets.get(job_id) or await self._budget_of(job_id)
        if budget is None:
            return
        editor = self._editors.get(budget.bucket)
        if editor is None or editor.has_left:
            self._editors[budget.bucket] = editor = Editor(budget, self._newsroom)
            editor.look_again(job_id)
            editors.create_task(editor.run())
        editor.look_again(job_id)

    async def _budget_of(self, job_id: JobId) -> Budget | None:
        record = await self._sources.jobs.read(job_id)
        if record is None:
            await self._sources.notices.closed(job_id)
            return None
        notice = await self._sources.notices.notice(job_id)
        self._read[job_id] = record.job, notice.ref
        self._budgets[job_id] = budget = self._platform.bucket(record.job, notice.ref)
        return budget

    def _bucket_of(self, job_id: JobId) -> str | None:
        read = self._read.get(job_id)
        return self._platform.bucket(*read).bucket if read else None

    def _let_go(self, job_id: JobId) -> None:
        self._budgets.pop(job_id, None)

    def _forget(self, open_jobs: Collection[JobId]) -> None:
        self._read = {job_id: self._read[job_id] for job_id in open_jobs if job_id in self._read}
        for job_id in self._budgets.keys() - set(open_jobs):
            editor = self._editors.get(self._budgets.pop(job_id).bucket)
            if editor:
                editor.forget(job_id)
        self._editors = {bucket: editor for bucket, editor in self._editors.items() if not editor.has_left}
