"""The ports of the noticeboard: a chat platform, and what is remembered of its messages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.budgets import Budget
from bot.jobs import Job, JobId, MessageRef
from bot.status import StatusCard

ANSWER_S = 8.0
"""The deadline of a call to a platform that carries no file, its repetitions included; below the noticeboard's, so that
it hears why."""

UPLOAD_BYTES_PER_S = 256 * 1024
"""The slowest connection over which a file still arrives."""

RETRY_AFTER_S = (0.2, 1.0)
"""The pauses before a call is repeated of which a platform in trouble may make nothing."""


class NoticeState(StrEnum):
    """Whether a job's message exists."""

    ABSENT = "absent"
    CREATING = "creating"  #: asked for, answer unknown: the platform's own idempotency decides
    SHOWN = "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The message of a job, as far as it is known."""

    job_id: JobId
    state: NoticeState = NoticeState.ABSENT
    ref: MessageRef | None = None
    rendered: str = ""  #: digest of what was last shown; equal means that there is nothing to do
    pinged: bool = False  #: whether the one ping was taken


class NoticeStore(Protocol):
    """What the noticeboard remembers, so that any process can go on."""

    async def open_jobs(self, platform: str) -> Sequence[JobId]:
        """Return every job of a platform whose message is not yet finally true, the oldest first."""
        ...

    async def notice(self, job_id: JobId) -> Notice:
        """Return what is known of a job's message."""
        ...

    async def creating(self, job_id: JobId) -> None:
        """Note, before asking the platform, that a message is being made."""
        ...

    async def shown(self, job_id: JobId, ref: MessageRef, rendered: str, *, final: bool) -> None:
        """Note what a message shows now; `final` takes the job off the board."""
        ...

    async def closed(self, job_id: JobId) -> None:
        """Take a job off the board whose message cannot be had, or which is not kept any more."""
        ...

    async def take_ping(self, job_id: JobId) -> bool:
        """Take the right to ping the requester; True once per job, for the first that asks, and never again."""
        ...

    async def own(self, bucket: str, owner: str, *, term_s: float) -> bool:
        """Take or keep the right to edit in a bucket; False while another process has it."""
        ...

    async def disown(self, bucket: str, owner: str) -> None:
        """Give the right back, if it is still ours."""
        ...

    async def changed(self, platform: str, timeout_s: float) -> Collection[JobId]:
        """Return the jobs that changed since the last call, in state or progress; none after the timeout.

        Hints only, some may be lost; one caller per platform and process.
        """
        ...


class ChatPlatform(Protocol):
    """What a chat platform has to do for the noticeboard: make a message, change it, say how often it may."""

    @property
    def name(self) -> str:
        """Return the platform's name, as in Tenant.platform."""
        ...

    def bucket(self, job: Job, ref: MessageRef | None) -> Budget:
        """Return which budget the next call for this job's message draws on; `ref` is None while there is none.

        It may become another one as the job grows old. Asked at every look, so it asks nobody.
        """
        ...

    async def create(self, job: Job, card: StatusCard, *, nonce: str) -> MessageRef:
        """Make the job's message; the same nonce twice makes one message. Raises ChatError."""
        ...

    async def edit(self, job: Job, ref: MessageRef, card: StatusCard) -> MessageRef:
        """Make a message show the card; returns where it stands now (a platform may have to make another one).

        Raises ChatError: `gone` when no message can be had any more.
        """
        ...

    async def ping(self, job: Job, ref: MessageRef) -> None:
        """Tell the requester in one short message that their picture is there. Raises ChatError."""
        ...

    async def remove(self, job: Job, ref: MessageRef) -> None:
        """Take a job's message away for good; one that is gone already, or that nobody can reach, is fine.

        The job may be forgotten by then. Raises ChatError.
        """
        ...
