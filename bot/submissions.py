"""What somebody asked, unchecked: by a command, a form, or a click under a picture of ours. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import SubmissionError
from bot.images import Admitted
from bot.jobs import JobId, JobRecord, Place, Requester, job_id_of
from bot.policy.places import Spot
from workflows.manifest import Action
from workflows.parameters import Seed, Text
from workflows.values import FileHandle, jsonable
from workflows.workflow import Workflow

Plain = str | int | float | bool
"""A value as a form or a command gives it: never a picture, for no text becomes one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultOf:
    """A picture that a job made."""

    job_id: JobId
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InputOf:
    """A picture that a job was given."""

    job_id: JobId
    parameter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A picture that is still to be fetched: its size as the platform tells it, 0 where it does not.

    For checking what was asked before its pictures are here; no job is made of it.
    """

    handle: FileHandle


Picture = Admitted | ResultOf | InputOf | Promised
"""The only ways to a picture: it passes the image gate, or it belongs to a job that the requester may see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Who asks, where, and by which of the platform's events: its own id makes a redelivered one the same job."""

    event: str
    requester: Requester
    spot: Spot
    within_s: float | None = None  #: after that the platform lets nobody tell how the job ended
    roles: tuple[str, ...] = ()  #: the requester's there and then, by their ids; never kept with the job

    @property
    def place(self) -> Place:
        """Return where it is asked."""
        return self.spot.place

    @property
    def job_id(self) -> JobId:
        """Return the id of the job that is made of it."""
        return job_id_of(self.place.tenant.platform, self.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One wish, on its occasion."""

    occasion: Occasion
    text: str = ""  #: a command's words, options included
    raw: Mapping[str, Plain] = field(default_factory=dict)  #: values of fields, by parameter
    pictures: Mapping[str, Picture] = field(default_factory=dict)  #: by parameter
    attachments: tuple[Admitted | Promised, ...] = ()  #: for the picture parameters that nothing names, in their order
    workflow: str | None = None  #: a field's choice; the text may say `workflow:NAME` instead
    parent: JobId | None = None
    priority: int = 0  #: among the requester's own jobs; -1 waits for the others, 1 goes before them

    @property
    def job_id(self) -> JobId:
        """Return the id of the job that this becomes."""
        return self.occasion.job_id


def may_see(record: JobRecord, requester: Requester, place: Place) -> bool:
    """Tell whether somebody may look at a job, and use its pictures: their own, or one of the place they are in.

    What was deleted, and is kept as evidence, nobody sees. The id of a job grants nothing. Whoever adapts a platform
    fills in `place` from the event, never from the click.
    """
    job = record.job
    own = (job.requester.tenant, job.requester.id) == (requester.tenant, requester.id)
    return not record.is_evidence and (own or (job.place == place and job.requester.tenant == requester.tenant))


def refusal_of_withheld(record: JobRecord) -> SubmissionError | None:
    """Say why nothing can be made of what a job made: nobody but moderators may see it; None when it may be shown."""
    if not record.is_withheld:
        return None
    if record.review is None:
        return SubmissionError("A moderator looks at that picture first. Until then nothing can be made of it.")
    return SubmissionError("A moderator did not let that picture through, so nothing can be made of it.")


def repeated(occasion: Occasion, record: JobRecord, changes: Mapping[str, Plain]) -> Submission:
    """Ask for an old job again, with changes (`{"seed": "random"}` for a reroll), under today's workflow and policy."""
    old = record.job
    pictures = {
        name: InputOf(job_id=old.id, parameter=name)
        for name, value in old.values.items()
        if isinstance(value, FileHandle) and name not in changes
    }
    return Submission(
        occasion=occasion,
        raw={**_written(record), **changes},
        pictures=pictures,
        workflow=old.workflow,
        parent=old.id,
    )


def followed_up(
    occasion: Occasion, record: JobRecord, action: Action, target: Workflow, *, index: int = 0
) -> Submission:
    """Ask for what a button under a picture does: the target workflow takes that picture and the old job's words."""
    old = _written(record)
    # Words alone: an old size or model need not fit the target, and nobody could mend that by a click.
    words = {
        name: old[name]
        for name, parameter in target.manifest.parameters.items()
        if isinstance(parameter, Text) and name in old
    }
    chance = {name: "random" for name, each in target.manifest.parameters.items() if isinstance(each, Seed)}
    return Submission(
        occasion=occasion,
        raw={**words, **chance, **action.values},
        pictures={action.parameter: ResultOf(job_id=record.job.id, index=index)},
        workflow=action.workflow,
        parent=record.job.id,
    )


def _written(record: JobRecord) -> dict[str, Plain]:
    plain = {name: value for name, value in record.job.values.items() if not isinstance(value, FileHandle)}
    return {name: value for name, value in jsonable(plain).items() if value is not None}
