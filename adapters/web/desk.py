"""What the page asks of the rest of Fairbrush. Whoever clicked is named in every call: an id alone grants nothing."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from typing import Protocol

from bot.answers import Answer
from bot.images import Admitted
from bot.intake import Receipt
from bot.jobs import Job, JobId, JobRecord, Place, Requester, Tenant
from bot.policy.measures import Actor, Measure, Rank
from bot.policy.places import Spot
from bot.ports import Cancelling, FileStore
from bot.submissions import Submission
from workflows.catalog import Catalog
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

Facts = Sequence[tuple[str, str]]
"""Name and value, both for people."""


class Desk(Protocol):
    """Intake and the durable truth, as far as a page needs them."""

    def catalog(self) -> Catalog:
        """Return the workflows that there are now."""
        ...

    def workflows(self, spot: Spot) -> Mapping[str, Workflow]:
        """Return those that may be asked for there."""
        ...

    def vocabulary(self) -> Vocabulary:
        """Return what the servers offer, as it was last seen."""
        ...

    def default_workflow(self, spot: Spot) -> str:
        """Return what /imagine runs there."""
        ...

    async def admit(self, content: bytes) -> Admitted:
        """Pass a picture through the image gate. Raises ImageRefused."""
        ...

    async def submit(self, submission: Submission) -> Receipt:
        """Make a job. Raises InvalidValues with all faults, SubmissionError, or QueueFull."""
        ...

    async def cancel(self, job_id: JobId, requester: Requester) -> Cancelling:
        """Stop a job. Raises SubmissionError when it is not theirs to stop."""
        ...

    async def delete(self, job_id: JobId, requester: Requester, *, answers: str | None = None) -> object:
        """Forget a job's files and take it out of histories; `answers`: who had asked for it, in case it is forgotten.

        Raises SubmissionError when it is not theirs.
        """
        ...

    async def report(self, job_id: JobId, reporter: Requester, place: Place, reason: str) -> None:
        """Tell the operator of a job. Raises SubmissionError where the reporter may see none, or says nothing."""
        ...

    async def job(self, job_id: JobId) -> JobRecord | None:
        """Return a job and what became of it; the page itself asks `may_see` before it shows anything of it."""
        ...

    async def version(self, job: Job) -> Workflow:
        """Return a job's workflow, also where it was taken away since. Raises FileGone when it is not kept any more."""
        ...

    async def preview(self, job_id: JobId) -> bytes | None:
        """Return a job's latest preview."""
        ...

    async def history(self, requester: Requester) -> Sequence[JobRecord]:
        """Return somebody's own jobs, the newest first."""
        ...

    async def queue(self, requester: Requester) -> Facts:
        """Tell how long the queue is, and where the requester's jobs are in it."""
        ...

    async def usage(self, requester: Requester) -> Facts:
        """Tell what somebody has used, and of how much."""
        ...

    def rank(self, requester: Requester, roles: Collection[str], *, moderates: bool) -> Rank:
        """Return how far somebody's word reaches there."""
        ...

    async def moderate(self, actor: Actor, measure: Measure, tenant: Tenant | None) -> Answer:
        """Do something as a moderator or the operator. Raises SubmissionError or StoreLost."""
        ...


class LinkedFiles(FileStore, Protocol):
    """A file store that can also judge its own links, and whose readers can be closed half-way."""

    def read(self, key: str) -> AsyncGenerator[bytes]:
        """Read a file in chunks; raises FileGone."""
        ...

    def opens(self, key: str, query: str) -> bool:
        """Tell whether this is the query of a link to this file that has not expired."""
        ...
