"""What the noticeboard looks at, and how patient it is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.awaiting import Awaited
from bot.jobs import Job, JobId, JobRecord, JobState
from bot.noticeboard.steps import Sight
from bot.ports import JobQueue, JobStore, LiveBoard, NoticeStore
from bot.shares import Position
from bot.status import Described, StatusCard, card_of

Describe = Callable[[Job], Awaitable[Described]]
"""Tells a workflow's title and the actions that are offered for it; cheap, since it is asked for every card."""

Quote = Callable[[JobRecord, Position], float | None]
"""Seconds until the picture of a job that waits there; None when nobody can tell."""

Awaiting = Callable[[Position], Awaited | None]
"""For which servers a job waits that stands there, if none of them works now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often the noticeboard looks, how long it waits, how much it does at once."""

    poll_s: float = 0.25  #: how old shown progress may be, beside what the budget costs
    sweep_s: float = 3.0  #: everything is looked at so often, whatever was heard: lost hints cost no more
    answer_s: float = 10.0  #: the deadline of every call to the platform
    lease_s: float = 5.0  #: how long a bucket stays ours without asking again
    retry_s: float = 1.0  #: doubles with every failure in a row
    retry_most_s: float = 60.0
    at_once: int = 16  #: calls to the platform in all buckets together
    ping_after_s: float | None = 120.0  #: how long somebody waits before the picture is worth a ping; None: never


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a card comes from."""

    jobs: JobStore
    queue: JobQueue
    live: LiveBoard
    notices: NoticeStore
    describe: Describe
    quote: Quote
    awaited: Awaiting = lambda _: None

    async def look(self, job_id: JobId) -> Sight | None:
        """Render a job as of now; None when it is not kept any more."""
        record = await self.jobs.read(job_id)
        if record is None:
            return None
        notice = await self.notices.notice(job_id)
        return Sight(record=record, notice=notice, card=await self.card(record))

    async def card(self, record: JobRecord) -> StatusCard:
        """Render a job as it was read just now, with where it stands or how far it is."""
        job_id = record.job.id
        waits, runs = record.state is JobState.QUEUED, record.state is JobState.RUNNING
        live = (await self.live.look([job_id])).get(job_id) if runs else None
        position = await self.queue.position(job_id) if waits else None
        eta_s = self.quote(record, position) if position else None
        awaited = self.awaited(position) if position else None
        described = await self.describe(record.job)
        return card_of(record, live=live, position=position, eta_s=eta_s, described=described, awaited=awaited)
