"""How an attempt at a job ends, and what each fault means for the job: plain data, no I/O."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.errors import FairbrushError, GraphRejected, ModelMissing, ResultLost, ServerLost, StoreLost
from bot.jobs import StoredFile


class Ending(Enum):
    """How an attempt ends other than with a result or a refusal."""

    LEASE_LOST = auto()  #: the job is another's: change nothing
    CANCELLED = auto()  #: somebody wanted it stopped, and it was
    UNTOUCHED = auto()  #: handed back: nothing of it runs, and it was no fault of the job
    VANISHED = auto()  #: its run went with its server, or was not taken: that cost an attempt
    LEFT = auto()  #: it may still run: whoever comes next adopts it


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """The result is in the FileStore."""

    files: tuple[StoredFile, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The job failed, for good."""

    code: str
    sentence: str
    server_fault: bool = False  #: what was used up is given back


Outcome = Painted | Refusal | Ending

_SERVER_FAULTS = (GraphRejected, ModelMissing, ResultLost)


def outcome_of(error: Exception, reference: str) -> Outcome:
    """Sort what an attempt raised; a fault that nobody foresaw is told by the reference under which it is logged."""
    match error:
        case StoreLost():
            return Ending.LEFT
        case ServerLost():
            return Ending.VANISHED
        case FairbrushError():
            fault = isinstance(error, _SERVER_FAULTS)
            return Refusal(code=error.code, sentence=str(error), server_fault=fault)
        case _:
            sentence = f"{FairbrushError.sentence} Reference: {reference}."
            return Refusal(code=FairbrushError.code, sentence=sentence, server_fault=True)
