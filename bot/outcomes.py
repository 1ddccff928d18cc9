"""How an attempt at a job stands and ends, and what each fault means for the job: plain data, no I/O."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from bot.errors import FairbrushError
from bot.faults import PROVED, Fate, Fault, Reach, Verdict, fault_of, verdict_of
from bot.jobs import StoredFile


class Standing(Enum):
    """Where the run of a held job stands on its server."""

    PREPARING = auto()  #: not handed over
    SOUGHT = auto()  #: it may have been: nobody knows whether it is there, nor whether it executes
    PENDING = auto()  #: handed over, and not begun
    EXECUTING = auto()
    OFF = auto()  #: nothing of it is on the server any more, or there is nothing that could be known of it


def reach_of(standing: Standing, *, behind: bool, began: bool) -> Reach:
    """Tell how far a run has come; `behind`: another one of ours is before it."""
    if began:
        return Reach.BEGUN
    if behind:
        return Reach.BEHIND
    return Reach.OFFERED if standing is Standing.PREPARING else Reach.TAKEN


class Ending(Enum):
    """How an attempt ends other than with a result or a refusal."""

    LEASE_LOST = auto()  #: the job is another's: change nothing
    CANCELLED = auto()  #: somebody wanted it stopped, and it was
    UNTOUCHED = auto()  #: handed back: nothing of it runs, and it was no fault of the job
    VANISHED = auto()  #: its run went with its server, was not taken, or a stranger stopped it: that cost an attempt
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What an error is judged by, beside what it is."""

    reach: Reach  #: how far the run had come
    reference: str  #: under which a fault that nobody foresaw is logged
    still_serves: bool = True  #: whether the server, asked again, offers what the job needs; for what is to `ask`
    larger: str | None = None  #: the requirement of those with more memory, if there are any; for Fate.LARGER
    lower: str = ""  #: what to lower where there are none


def outcome_of(error: Exception, seen: Circumstances) -> Outcome:
    """Judge what an attempt raised."""
    fault = fault_of(error)
    if fault.ask and not seen.still_serves:
        return Ending.UNTOUCHED
    match fault.fate:
        case Fate.STAYS:
            return Ending.LEFT
        case Fate.ELSEWHERE:
            costs = fault.attempt_from is not None and seen.reach >= fault.attempt_from
            return Ending.VANISHED if costs else Ending.UNTOUCHED
        case Fate.LARGER if seen.larger:
            return Moved(requirement=seen.larger)
        case Fate.FAILS | Fate.LARGER:
            return _refusal(error, fault, seen)
        case _:
            assert_never(fault.fate)


def _refusal(error: Exception, fault: Fault, seen: Circumstances) -> Refusal:
    if isinstance(error, FairbrushError):
        return Refusal(code=error.code, sentence=seen.lower or str(error), server_fault=fault.given_back)
    sentence = f"{FairbrushError.sentence} Reference: {seen.reference}."
    return Refusal(code=FairbrushError.code, sentence=sentence, server_fault=True)


def verdict_on(outcome: Outcome, error: Exception | None) -> Verdict | None:
    """Judge a server that was not lost by the outcome of an attempt there; None when that says nothing of it.

    What was stopped because somebody wanted that, and what a server had to refuse, says nothing.
    """
    match outcome:
        case Painted():
            return PROVED
        case Refusal() | Moved() | Ending.VANISHED:
            return verdict_of(error) if error else None
    return None
