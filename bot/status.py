"""A job as a card: what its message shows, in no platform's terms. A pure function of what is known."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256
from json import dumps

from bot.events import Stage
from bot.jobs import JobId, JobState, StoredFile


class Button(StrEnum):
    """What may be done with a card. An id alone grants nothing: every click goes through intake as the clicker."""

    CANCEL = "cancel"
    REROLL = "reroll"
    VARY = "vary"
    UPSCALE = "upscale"
    EDIT = "edit"
    PARAMETERS = "parameters"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """How far a run is: volatile, latest only, gone by itself when nobody renews it."""

    stage: Stage | None = None
    done: int = 0
    total: int = 0
    eta_s: float | None = None
    preview: str | None = None  #: names the latest preview; another name means another picture


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCard:
    """What a message shows."""

    job_id: JobId
    state: JobState
    title: str  #: of the workflow
    requester: str  #: a name, as the platform shows it
    prompt: str
    headline: str  #: one line that is true: "Waiting, 3 ahead, about 40 s"
    done: int = 0
    total: int = 0  #: 0: there is no bar
    preview: str | None = None  #: names the preview to show; another name means another picture
    files: tuple[StoredFile, ...] = ()
    texts: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()  #: seed, size, model, time, as (name, value)
    buttons: tuple[Button, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether nothing will change any more."""
        return self.state.is_final

    def digest(self) -> str:
        """Name this rendering: equal digests mean that there is nothing to edit."""
        return sha256(dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()[:32]
