"""What the page asks of the rest of Fairbrush. Whoever clicked is named in every call: an id alone grants nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.jobs import JobId, JobRecord, Place, Requester
from bot.ports import Cancelling, FileStore
from bot.status import Button
from workflows.catalog import Catalog
from workflows.values import FileHandle, RawValue
from workflows.vocabulary import Vocabulary

Facts = Sequence[tuple[str, str]]
"""Name and value, both for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A command or a form, unchecked."""

    event: str  #: the same asking sent twice has the same event: job_id_of("web", event)
    workflow: str
    raw: Mapping[str, RawValue] = field(repr=False)
    requester: Requester
    place: Place
    parent: JobId | None = None  #: the job that was edited


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressing:
    """A click on Reroll, Vary or Upscale under a job."""

    event: str
    job_id: JobId
    button: Button
    number: int = 0  #: which of the job's files
    requester: Requester
    place: Place


class Desk(Protocol):
    """Intake and the durable truth, as far as a page needs them."""

    def catalog(self) -> Catalog:
        """Return the workflows that may be asked for now."""
        ...

    def vocabulary(self) -> Vocabulary:
        """Return what the servers offer, as it was last seen."""
        ...

    def default_workflow(self, place: Place) -> str:
        """Return what /imagine runs here."""
        ...

    async def ask(self, asking: Asking) -> JobId:
        """Make a job. Raises InvalidValues with all faults, SubmissionError, or QueueFull."""
        ...

    async def press(self, pressing: Pressing) -> JobId:
        """Make a job from another one, under today's policy. Raises as `ask`."""
        ...

    async def cancel(self, job_id: JobId, requester: Requester) -> Cancelling:
        """Stop a job. Raises SubmissionError when it is not theirs to stop."""
        ...

    async def delete(self, job_id: JobId, requester: Requester) -> None:
        """Forget a job's files and take it out of histories. Raises SubmissionError when it is not theirs."""
        ...

    async def attach(self, content: bytes, requester: Requester) -> FileHandle:
        """Pass a picture through the image gate and keep it. Raises SubmissionError."""
        ...

    async def job(self, job_id: JobId) -> JobRecord | None:
        """Return a job and what became of it; who may see it is decided here in the adapter, by its place."""
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


class LinkedFiles(FileStore, Protocol):
    """A file store that can also judge its own links."""

    def opens(self, key: str, query: str) -> bool:
        """Tell whether this is the query of a link to this file that has not expired."""
        ...
