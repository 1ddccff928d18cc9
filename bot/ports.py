"""What `bot` asks of the world. The promises stand in the docstrings; one contract suite per port keeps them."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import NewType, Protocol, Self

from bot.budgets import Budget
from bot.events import OutputFile, RunEnd, RunEvent
from bot.jobs import Job, JobId, JobRecord, MessageRef, Place, Requester, Run, RunId, StoredFile
from bot.leases import ATTEMPTS as ATTEMPTS  # what the ports below take and answer is had with them
from bot.leases import Cancelling as Cancelling
from bot.leases import Charge as Charge
from bot.leases import Held as Held
from bot.leases import LaneTable as LaneTable
from bot.leases import Lease as Lease
from bot.leases import Renewal as Renewal
from bot.leases import Settlement as Settlement
from bot.overview import Facts
from bot.servers import Change, ServerStatus
from bot.shares import ONE, Position, Share
from bot.status import Live as Live  # a card is made of it; the LiveBoard below carries it
from bot.status import StatusCard
from workflows.vocabulary import Vocabulary

Handle = NewType("Handle", str)
"""How a server calls a run: our run id where the platform lets us choose, its own id otherwise. Survives a restart.

A run id is always a legal handle: after a lost answer it is all we have. A platform that never takes our ids answers
`find` with UNKNOWN for it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The server knows the run. `end` is None while it waits or executes."""

    end: RunEnd | None


class NotFound(Enum):
    """Why a run was not found: the difference between "submit again" and "ask again"."""

    ABSENT = auto()  #: the server answered and does not know the run
    UNKNOWN = auto()  #: the server did not answer, or cannot tell


Finding = Found | NotFound


class Stopping(Enum):
    """What became of an interrupt."""

    STOPPED = auto()  #: confirmed: the run does not execute any more and made no result
    TOO_LATE = auto()  #: the run had already ended, or its success won the race
    UNCONFIRMED = auto()  #: asked, but the server could not confirm it in time, or knows no interrupt


EQUAL = Share()
"""Everybody's share where nothing else is said: the same weight, no caps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """What a server says of itself."""

    version: str = ""  #: empty: a platform that does not tell
    memory: int = 0  #: bytes of its largest device; 0: not told
    devices: tuple[str, ...] = ()
    waiting: int = 0  #: runs in its queue, the executing one included
    others: int = 0  #: of these, a stranger's
    previews: bool | None = None  #: whether it sends any; None: nobody can tell before a run


class Server(Protocol):
    """One GPU endpoint. Entered as an async context manager before anything else is called."""

    async def __aenter__(self) -> Self:
        """Begin to listen; raises ServerLost when nothing answers, ConfigError when it cannot be used at all."""
        ...

    async def __aexit__(self, *_: object) -> None:
        """Let go of every connection; runs go on on the server."""
        ...

    @property
    def name(self) -> str:
        """Return the operator's name for it; safe to show."""
        ...

    async def vocabulary(self) -> Vocabulary | None:
        """Ask which choices the server offers; None on a platform that cannot tell. Raises ServerLost."""
        ...

    async def submit(self, run: Run) -> Handle:
        """Hand over a run: uploads first, then the graph. From here on its events are kept for `follow`.

        Raises GraphRejected or ModelMissing (refused: it does not run), ServerUnreached (no connection was made),
        ServerLost (never accepted) or SubmitUncertain (it may run: `find` tells). Never submits twice by itself.
        """
        ...

    def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
        """Report what the run does until its end; exactly one RunEnd, as the last item. Whoever asks closes it.

        A platform without live progress reports the end only. Works for a run that an earlier process submitted.
        Raises ServerLost when the server can no longer tell.
        """
        ...

    async def find(self, handle: Handle) -> Finding:
        """Ask for the truth about a run, whatever was heard of it. Never raises for an unreachable server."""
        ...

    async def interrupt(self, handle: Handle) -> Stopping:
        """Stop this run and no other, wherever it is, and confirm it. Never raises for an unreachable server.

        A run whose submit may still be on its way is UNCONFIRMED for as long as the server does not know it.
        """
        ...

    @property
    def others(self) -> int:
        """Return how many runs of strangers its queue had when it was last heard of; 0 where nobody can tell."""
        ...

    async def facts(self) -> ServerFacts:
        """Ask the server about itself. Raises ServerLost."""
        ...

    async def clear(self, keep: Collection[Handle]) -> int:
        """Stop every run of this pool that the server still has, except these; return how many there were.

        For runs that were superseded while nobody was connected. A platform that does not list its runs, or not whose
        they are, has none. Raises ServerLost.
        """
        ...

    async def forget(self, handle: Handle) -> None:
        """Take a settled run out of the server's memory, if it can do that. Never raises for an unreachable server."""
        ...

    def fetch(self, file: OutputFile) -> AsyncGenerator[bytes]:
        """Read a result in chunks; whoever asks closes it.

        Raises ResultLost when it is gone or over the limit, ServerLost on a broken read.
        """
        ...


# ---- The durable truth -------------------------------------------------------------------------------------------


class JobQueue(Protocol):
    """Jobs that wait, and who holds which. Every verb is one atomic step and may be repeated after a lost answer."""

    async def enqueue(self, job: Job, charges: Sequence[Charge] = (), *, share: Share = EQUAL) -> JobRecord:
        """Add a job, or find it: a job id that is known returns the first answer and charges nothing again.

        Checks the caps on waiting jobs and all charges, then adds all. Raises QueueFull with when to try again and
        whose limit it was: `user`, `person`, `tenant`, `everybody`, or the charge's counter. From here on the share
        holds for all jobs of its user. Marks the job for the noticeboard. The store's clock sets `created_ms`. A known
        job is returned as it stands now.
        """
        ...

    async def claim(
        self,
        server: str,
        nonce: str,
        *,
        warm: Sequence[str] = (),
        speed: int = ONE,
        successor_of: Lease | None = None,
        patience_s: float = 0.0,
    ) -> Held | None:
        """Take the job whose turn it is in this server's lane (bot/fairshare.py says which); None when there is none.

        Waits for one up to `patience_s`; a lost wake-up costs that time and no more. One new job is given to one of
        those who wait: one whose `warm` has its model, else the fastest. None: nothing was given. Whoever is cancelled
        while they wait may be given a job all the same until their patience would have ended: it is the server's by
        its lease, as that of a claim whose answer was lost.

        `warm` names the models that the server has loaded, the one to be preferred first. `speed` is the server's, in
        thousandths: what is charged is what the job would take on one of speed 1. A nonce that a server used returns
        its first answer, as long as that lease lives. `successor_of` names the lease that is about to end: it does not
        count against the caps of its user. The job becomes STARTING.
        """
        ...

    async def renew(self, lease: Lease, *, gpu_ms: int = 0) -> Renewal:
        """Keep a lease for another term; `gpu_ms` is what the run has used so far."""
        ...

    async def record(self, lease: Lease, *, run_id: RunId, client_id: str = "") -> bool:
        """Write down a run just before its submit; the job becomes RUNNING. False: the lease is lost, do not submit."""
        ...

    async def succeed(
        self, lease: Lease, *, files: Sequence[StoredFile], texts: Sequence[str] = (), gpu_ms: int = 0
    ) -> bool:
        """Settle a job with its result, once; it needs a recorded run. False: the lease was lost, nothing changed."""
        ...

    async def fail(
        self, lease: Lease, *, code: str, sentence: str, gpu_ms: int = 0, server_fault: bool = False
    ) -> bool:
        """Settle a job without a result, once. What a server's fault used up is given back. False as in `succeed`."""
        ...

    async def confirm_cancel(self, lease: Lease, *, gpu_ms: int = 0) -> bool:
        """Settle a job as cancelled after its run was stopped. False as in `succeed`."""
        ...

    async def requeue(self, lease: Lease, *, costs_attempt: bool, requirement: str | None = None) -> bool:
        """Hand a job back at its old place. A shutdown costs no attempt; the last attempt fails as `server_lost`.

        A job that was STARTING never costs one. A job that somebody wants cancelled is cancelled instead. With a
        requirement it waits from now on for a server that serves that one; whoever reads it sees that it was moved.
        """
        ...

    async def cancel(self, job_id: JobId) -> Cancelling:
        """Remove a job that is on no server (QUEUED, STARTING), or tell the worker that runs it.

        The lease of a STARTING job is lost thereby: its `record` says False. A cancelled job stays CANCELLED.
        """
        ...

    async def rescue(self) -> Sequence[JobId]:
        """Put every job whose lease has run out back at its old place, at the cost of an attempt (STARTING, too)."""
        ...

    async def position(self, job_id: JobId) -> Position | None:
        """Tell what is still before this job; None when it does not wait."""
        ...


class LaneStore(Protocol):
    """Lanes, shared by all processes. A server that no lane was laid for stands in the one that serves everything
    that no route was laid for, so a pool without a table is one lane."""

    async def table(self) -> LaneTable:
        """Return the lanes as they are laid now."""
        ...

    async def lay(self, table: LaneTable) -> bool:
        """Replace the table; False, and nothing changed, unless it still had the version that this one was made from.

        It is then this one with the next version. What waits is seated anew by `tend`.
        """
        ...

    async def tend(self) -> bool:
        """Put some of those who wait where they belong and recount what is counted of them; False when all are done.

        May be stopped and taken up by any process at any time.
        """
        ...

    async def require(self, requirement: str, meaning: bytes) -> None:
        """Keep what a requirement means; it is forgotten a day after it was last kept, if no job waits with it."""
        ...

    async def requirements(self) -> Mapping[str, bytes]:
        """Return what each known requirement means."""
        ...


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

    async def held_by(self, server: str) -> Sequence[Held]:
        """Return the jobs that are leased to a server: what its next owner adopts."""
        ...

    async def keep_workflow(self, digest: str, manifest: bytes, graph: bytes) -> None:
        """Store a workflow's files once under its digest."""
        ...

    async def workflow(self, digest: str) -> tuple[bytes, bytes] | None:
        """Return manifest and graph; None when they have expired."""
        ...


class Overview(Protocol):
    """What the operator may look at; nothing is changed by it."""

    async def facts(self, *, limit: int) -> Facts:
        """Tell how the queue stands.

        Of each lane's line the first so many communities are listed, of each community's line the first so many
        members, and of each of these so many jobs; and whoever has a job on a GPU.
        """
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


class ChatPlatform(Protocol):
    """What a chat platform has to do for the noticeboard: make a message, change it, say how often it may."""

    @property
    def name(self) -> str:
        """Return the platform's name, as in Tenant.platform."""
        ...

    def bucket(self, place: Place) -> Budget:
        """Return which budget an edit in this place draws on."""
        ...

    async def create(self, card: StatusCard, place: Place, *, nonce: str) -> MessageRef:
        """Make a message; the same nonce twice makes one message. Raises ChatError."""
        ...

    async def edit(self, ref: MessageRef, card: StatusCard) -> MessageRef:
        """Make a message show the card; returns where it stands now (a platform may have to make another one).

        Raises ChatError: `gone` when no message can be had there any more.
        """
        ...

    async def ping(self, ref: MessageRef, requester: Requester) -> None:
        """Tell somebody in one short message that their picture is there; draws on the budget. Raises ChatError."""
        ...
