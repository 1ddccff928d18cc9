"""From an error to an outcome, with a look at the world where the judgement depends on it, and a line in the log."""

import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.errors import FairbrushError
from bot.faults import Fate, Reach, fault_of
from bot.jobs import JobRecord
from bot.outcomes import Circumstances, Outcome, outcome_of
from bot.shelf import Shelf
from workflows.cost import lower_what

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Judges what one attempt raised."""

    record: JobRecord
    server: str
    slot: str
    shelf: Shelf
    #: (job, slot) -> whether that GPU, asked again, still serves what the job requires
    still_serves: Callable[[JobRecord, str], Awaitable[bool]]
    #: (job, server) -> the key of its requirement with more memory than that server has; None: no server has more
    larger: Callable[[JobRecord, str], Awaitable[str | None]]

    async def judge(self, error: Exception, reach: Reach) -> Outcome:
        """Return what becomes of the job whose run had come so far."""
        reference = secrets.token_hex(4)
        outcome = outcome_of(error, await self._seen(error, reach, reference))
        self._note(error, outcome, reference)
        return outcome

    async def _seen(self, error: Exception, reach: Reach, reference: str) -> Circumstances:
        fault = fault_of(error)
        if fault.ask:
            return Circumstances(reach=reach, reference=reference, still_serves=await self._still_serves())
        if fault.fate is Fate.LARGER:
            larger, lower = await self._larger()
            return Circumstances(reach=reach, reference=reference, larger=larger, lower=lower)
        return Circumstances(reach=reach, reference=reference)

    async def _still_serves(self) -> bool:
        with suppress(FairbrushError):  # Who cannot be asked now is judged as it was known.
            return await self.still_serves(self.record, self.slot)
        return True

    async def _larger(self) -> tuple[str | None, str]:
        """Return the requirement of servers with more memory, and what to lower where there are none."""
        job = self.record.job
        with suppress(FairbrushError):
            larger = await self.larger(self.record, self.server)
            return larger, "" if larger else lower_what((await self.shelf.of(job)).manifest, job.values)
        return None, ""

    def _note(self, error: Exception, outcome: Outcome, reference: str) -> None:
        job_id = self.record.job.id
        if isinstance(error, FairbrushError):
            _log.info("attempt ended job=%s error=%s", job_id, type(error).__name__)
            _log.debug("detail job=%s detail=%s", job_id, error.detail)  # What a server says may repeat the prompt.
        else:
            _log.error("fault reference=%s job=%s outcome=%s", reference, job_id, outcome, exc_info=error)
