"""A job: a checked, stored order for one workflow with fixed values; and a run: one attempt at it on one server."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum, auto
from typing import NewType
from uuid import UUID, uuid5

from bot.events import MediaKind
from workflows.graph import Graph
from workflows.values import Values

JobId = NewType("JobId", UUID)
RunId = NewType("RunId", str)
"""A canonical lower-case UUID: ComfyUI from 0.25 of its new numbering on refuses any other form as a prompt_id."""

_EVENTS = UUID("5f0c1c7e-0f0e-4b52-9c55-0d8f3f0d5b1a")
"""The namespace of job ids: whatever event of a platform asked for a job, asks for the same one when redelivered."""


def job_id_of(platform: str, event: str) -> JobId:
    """Derive a job's id from the platform's own event id, so that a redelivered event is the same job."""
    return JobId(uuid5(_EVENTS, f"{platform}:{event}"))


def run_id_of(job_id: JobId, attempt: int) -> RunId:
    """Derive the id of an attempt, so that whoever takes over after a crash looks for the same run."""
    return RunId(str(uuid5(job_id, str(attempt))))


def nonce_of(job_id: JobId) -> str:
    """Name a job's message before it exists: 22 characters (Discord takes 25), the same after any crash."""
    return urlsafe_b64encode(job_id.bytes).decode().rstrip("=")


class JobState(StrEnum):
    """Where a job stands. The last three are for good."""

    QUEUED = "queued"  #: waits its turn
    STARTING = "starting"  #: leased and charged, not executing; handed back without costing an attempt
    RUNNING = "running"  #: a run of it is recorded on a server
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing happens to the job any more."""
        return not TRANSITIONS[self]


class Happening(Enum):
    """What may happen to a job."""

    CLAIMED = auto()  #: a worker took it
    RECORDED = auto()  #: its run was written down, just before the submit
    REQUEUED = auto()  #: handed back at its old place
    SUCCEEDED = auto()
    FAILED = auto()
    CANCELLED = auto()


_S, _H = JobState, Happening

TRANSITIONS: Mapping[JobState, Mapping[Happening, JobState]] = {
    _S.QUEUED: {_H.CLAIMED: _S.STARTING, _H.CANCELLED: _S.CANCELLED, _H.FAILED: _S.FAILED},
    _S.STARTING: {
        _H.RECORDED: _S.RUNNING,
        _H.REQUEUED: _S.QUEUED,
        _H.FAILED: _S.FAILED,
        _H.CANCELLED: _S.CANCELLED,
    },
    _S.RUNNING: {
        _H.REQUEUED: _S.QUEUED,
        _H.SUCCEEDED: _S.SUCCEEDED,
        _H.FAILED: _S.FAILED,
        _H.CANCELLED: _S.CANCELLED,
    },
    _S.SUCCEEDED: {},
    _S.FAILED: {},
    _S.CANCELLED: {},
}
"""The one table of a job's life; the Lua scripts are tested against it."""


class IllegalTransition(ValueError):
    """Something happened to a job that cannot happen to it in its state."""


def after(state: JobState, happening: Happening) -> JobState:
    """Return the next state; raises IllegalTransition and changes nothing."""
    try:
        return TRANSITIONS[state][happening]
    except KeyError as error:
        raise IllegalTransition(f"a {state} job cannot be {happening.name.lower()}") from error


DIRECT = "dm"
"""A platform's one tenant of direct messages, and of places where only somebody's own installation brings us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Whose community: a Discord guild, a Slack installation, `local` for web and command line, or DIRECT."""

    platform: str
    id: str


OF_ONE_PLACE = frozenset({"slack"})
"""Platforms whose ids of people hold in one community: in another one the same id may be somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asked."""

    tenant: Tenant
    id: str
    name: str  #: as shown; never a key

    @property
    def person(self) -> tuple[str, ...]:
        """Return who they are in all communities of their platform together."""
        tenant = self.tenant
        return (tenant.platform, tenant.id, self.id) if tenant.platform in OF_ONE_PLACE else (tenant.platform, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the job's message stands."""

    tenant: Tenant
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRef:
    """One message of ours on a platform."""

    place: Place
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is kept of an order. Values are complete: model and seed are fixed, so a retry paints the same picture."""

    id: JobId
    workflow: str
    digest: str  #: of the version it was made for; manifest and graph are stored once under it
    values: Values
    requester: Requester
    place: Place
    estimate_ms: int  #: GPU milliseconds that it was quoted at
    created_ms: int  #: the store's clock
    parent: JobId | None = None  #: the job that this one repeats or starts from
    requirement: str = ""  #: what a server has to offer for it, as lanes know it; before its dot what it has to load
    priority: int = 0  #: among its requester's own jobs only; the higher, the sooner
    within_s: float | None = None  #: since it was made; after that its platform lets nobody tell how it ended
    for_adults: bool = False  #: its workflow was, or a picture that it starts from
    for_review: bool = False  #: what it makes is shown to nobody but moderators until one of them lets it pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """The message of a job that was deleted."""

    job: Job
    ref: MessageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file in the FileStore."""

    key: str  #: opaque
    name: str  #: what a person sees when saving it
    kind: MediaKind
    media_type: str
    bytes: int
    width: int | None = None
    height: int | None = None

    @property
    def is_taken(self) -> bool:
        """Whether a workflow takes it as a picture."""
        return is_taken(self.media_type)


_TAKEN = frozenset({"image/png", "image/jpeg", "image/webp"})


def is_taken(media_type: str) -> bool:
    """Whether a workflow takes what has that type as a picture: servers and our gate read these, and a film is none."""
    return media_type.partition(";")[0].strip().lower() in _TAKEN


def picture_numbers(files: Sequence[StoredFile]) -> tuple[int, ...]:
    """Return which of a job's files a workflow takes as a picture, by their numbers among all of them."""
    return tuple(number for number, file in enumerate(files) if file.is_taken)


class Decision(StrEnum):
    """What a moderator decided about what a job made."""

    PASSED = "passed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a moderator decided, once and for good."""

    decision: Decision
    by: str  #: their name, as shown
    reason: str = ""  #: which whoever asked reads


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job and what has become of it; read-only snapshot of the durable truth.

    `files` and `texts` are what may be shown, wherever that is; what a moderator has not let pass stands in `withheld`
    and `withheld_texts` alone, so whoever knows nothing of reviews gives nothing away (`as_reviewed`).
    """

    job: Job
    state: JobState
    revision: int  #: grows with every durable change; a card is rendered from one revision
    attempt: int = 0
    server: str | None = None
    run_id: RunId | None = None
    cancel_requested: bool = False
    moved_to: str | None = None  #: a requirement other than the job's, since a server turned out to be too small for it
    files: tuple[StoredFile, ...] = ()
    texts: tuple[str, ...] = ()
    error_code: str | None = None
    error_sentence: str | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    gpu_ms: int | None = None  #: what it used, where it is known
    is_evidence: bool = False  #: it was deleted, and is kept for moderators alone, since it was reported
    review: Review | None = None
    withheld: tuple[StoredFile, ...] = ()  #: for moderators alone
    withheld_texts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.is_withheld and (self.files or self.texts):
            raise ValueError(f"job {self.job.id} is for review: what it made is withheld")

    @property
    def is_withheld(self) -> bool:
        """Whether what it makes is shown to nobody but moderators: none of them has let it pass."""
        return self.job.for_review and (self.review is None or self.review.decision is not Decision.PASSED)

    @property
    def awaits_review(self) -> bool:
        """Whether a moderator has to decide now; not about what was deleted, for that would put it up again."""
        is_undecided = self.job.for_review and self.review is None and self.state is JobState.SUCCEEDED
        return is_undecided and not self.is_evidence

    @property
    def made(self) -> tuple[StoredFile, ...]:
        """Return all files that it made: for moderators, and for whoever keeps or removes them."""
        return self.files or self.withheld

    @property
    def requirement(self) -> str:
        """Return what a server has to offer for it now."""
        return self.moved_to or self.job.requirement


def as_reviewed(
    record: JobRecord, review: Review | None, files: Sequence[StoredFile], texts: Sequence[str]
) -> JobRecord:
    """Return a job with what it made: where anybody finds it who may see the job, or withheld."""
    judged = replace(record, review=review, files=(), texts=(), withheld=(), withheld_texts=())
    if judged.is_withheld:
        return replace(judged, withheld=tuple(files), withheld_texts=tuple(texts))
    return replace(judged, files=tuple(files), texts=tuple(texts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a server is given."""

    id: RunId
    graph: Graph
    outputs: frozenset[str]  #: ids of the nodes whose results are wanted
    uploads: Mapping[str, bytes] = field(default_factory=dict, repr=False)  #: name in the graph -> content
