"""The ports of what is kept beside the queue: jobs, servers, files, live progress, hints."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from bot.jobs import Job, JobId, JobRecord, Requester, StoredFile, Tenant
from bot.leases import Held
from bot.reports import Report
from bot.servers import Change, ServerStatus
from bot.status import Live


class ServerStore(Protocol):
    """What operators changed about the servers at run time, and how each server is. Shared by all processes."""

    async def changes(self) -> Mapping[str, Change]:
        """Return every change by the server's name."""
        ...

    async def change(self, name: str, change: Change | None) -> None:
        """Keep a change, instead of the one before; None: the file alone is to say what becomes of the server."""
        ...

    async def tell(self, name: str, status: ServerStatus) -> None:
        """Publish how a server is. By its owner only."""
        ...

    async def forget(self, name: str) -> None:
        """Forget how a server was, which the pool has no more. By its owner only, as the last it says."""
        ...

    async def statuses(self) -> Mapping[str, ServerStatus]:
        """Return how each server was when its owner told it last; one that was not told of for a day is left out."""
        ...

    async def now_ms(self) -> int:
        """Return the store's clock, by which all times of statuses are told."""
        ...


class JobStore(Protocol):
    """What is known of jobs."""

    async def read(self, job_id: JobId) -> JobRecord | None:
        """Return a job and what has become of it; None when there is none, or none any more."""
        ...

    async def of_requester(self, requester: Requester, *, limit: int = 20) -> Sequence[JobRecord]:
        """Return somebody's jobs, the newest first. Whoever else's jobs they may see is no question for this port."""
        ...

    async def forget(self, job_id: JobId) -> bool:
        """Forget a settled job for good; its files go soon after, unless another job has them too. False: it stays."""
        ...

    async def withdraw(self, job_id: JobId, *, until_ms: int) -> bool:
        """Keep a settled job as evidence alone, until then at the longest; it is none of its requester's any more.

        False: there is none, or it has not ended, and nothing changed.
        """
        ...

    async def held_by(self, server: str) -> Sequence[Held]:
        """Return the jobs that are leased to a server: what its next owner adopts."""
        ...

    async def keep_workflow(self, digest: str, manifest: bytes, graph: bytes) -> None:
        """Store a workflow's files once under its digest."""
        ...

    async def workflow(self, digest: str) -> tuple[bytes, bytes] | None:
        """Return manifest and graph; None when they have expired."""
        ...


class ReportStore(Protocol):
    """What members reported. The oldest of a community go when there are too many; all go after a while."""

    async def add(self, report: Report) -> bool:
        """Keep a report, with the store's time; the same reporter's later ones on a job are added to their first.

        False: there is no room for more of their words (`bot.reports.following`).
        """
        ...

    async def newest(self, tenant: Tenant | None, *, limit: int) -> Sequence[Report]:
        """Return the latest reports on a community's jobs, or with None on anybody's, the newest first."""
        ...

    async def of_jobs(self, job_ids: Sequence[JobId]) -> Mapping[JobId, int]:
        """Return of jobs that are kept those that were reported, and when each was last, in ms."""
        ...


class CommunityNames(Protocol):
    """What communities are called, as their platforms said last; may raise StoreLost."""

    async def keep(self, names: Mapping[Tenant, str]) -> None:
        """Keep names; what is kept already is not written again."""
        ...

    async def called(self, tenants: Collection[Tenant]) -> Mapping[Tenant, str]:
        """Return the names that are known, by one question for all of a page."""
        ...


class LiveBoard(Protocol):
    """Volatile progress, shared by all processes. Losing any of it harms nothing."""

    async def show(self, job_id: JobId, live: Live, preview: bytes | None = None) -> None:
        """Replace what is shown of a job; without a new preview the old one stays. Hints to the noticeboard."""
        ...

    async def look(self, job_ids: Sequence[JobId]) -> Mapping[JobId, Live]:
        """Return what is shown now; a job without progress is left out."""
        ...

    async def preview(self, job_id: JobId) -> bytes | None:
        """Return the latest preview, a JPEG or PNG."""
        ...


class Hints(Protocol):
    """News of jobs, as this process hears it."""

    def hear(self, job: Job, heard: Callable[[], None]) -> AbstractContextManager[object]:
        """Call `heard` whenever a job may have changed, while the block runs. Hints only, some may be lost."""
        ...


class FileStore(Protocol):
    """Inputs and results by opaque key."""

    async def put(self, content: AsyncIterator[bytes], *, name: str, media_type: str) -> StoredFile:
        """Keep a file, whole or not at all; the same content twice is kept once. Raises ResultLost over the limit."""
        ...

    def read(self, key: str) -> AsyncIterator[bytes]:
        """Read a file in chunks; raises FileGone."""
        ...

    def link(self, key: str, *, for_s: float) -> str:
        """Return the query of a link that is good for so long, and for this file only."""
        ...


class SecretStore(Protocol):
    """Secrets by name, encrypted, each with an expiry; may raise StoreLost."""

    async def put(self, name: str, secret: str, *, for_s: float) -> None:
        """Keep a secret for so long."""
        ...

    async def get(self, name: str) -> str | None:
        """Return a secret; None when there is none, or none any more."""
        ...

    async def forget(self, name: str) -> None:
        """Forget a secret before its time."""
        ...


class TurnStore(Protocol):
    """Turns at what the world limits, counted by bucket over all processes; may raise StoreLost."""

    async def take(self, bucket: str, *, most: int, per_s: float) -> float:
        """Take one of so many in any stretch of seconds; returns 0, or after how many seconds to come again."""
        ...

    async def pause(self, bucket: str, *, for_s: float) -> None:
        """Let nobody take one for so long; a longer pause stays."""
        ...


class TextStore(Protocol):
    """Small texts that last, by name, shared by all processes of a platform; may raise StoreLost."""

    async def get(self, name: str) -> str | None:
        """Return a text; None when there is none."""
        ...

    async def put(self, name: str, value: str) -> None:
        """Keep a text."""
        ...
