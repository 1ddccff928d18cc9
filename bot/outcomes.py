"""How an attempt at a job stands and ends, and what each fault means for the job: plain data, no I/O."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from bot.errors import FairbrushError
from bot.faults import Fate, fault_of
from bot.jobs import StoredFile


class Standing(Enum):
    """Where the run of a held job stands on its server."""

    PREPARING = auto()  #: not handed over
    SOUGHT = auto()  #: it may have been: nobody knows whether it is there, nor whether it executes
    PENDING = auto()  #: handed over, and not begun
    EXECUTING = auto()
    OFF = auto()  #: nothing of it is on the server any more, or there is nothing that could be known of it


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Handed back at no cost, to be run by a server with more memory."""

    requirement: str


Outcome = Painted | Refusal | Moved | Ending


def outcome_of(error: Exception, reference: str) -> Outcome:
    """Sort what an attempt raised; a fault that nobody foresaw is told by the reference under which it is logged."""
    fault = fault_of(error)
    match fault.fate:
        case Fate.STAYS:
            return Ending.LEFT
        case Fate.ELSEWHERE:
            return Ending.VANISHED if fault.attempt else Ending.UNTOUCHED
        case Fate.FAILS if isinstance(error, FairbrushError):
            return Refusal(code=error.code, sentence=str(error), server_fault=fault.given_back)
        case Fate.FAILS:
            sentence = f"{FairbrushError.sentence} Reference: {reference}."
            return Refusal(code=FairbrushError.code, sentence=sentence, server_fault=True)
        case _:
            assert_never(fault.fate)
