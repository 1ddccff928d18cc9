"""Which error costs whom what. Pure.

Only faults of the server cost the server, only faults of the job cost the job. One table says it for every error that
ends an attempt, and for how far its run had come; bot/outcomes.py makes an outcome of a row, bot/health.py makes
strikes of verdicts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, auto

from bot.errors import (
    ExecutionFailed,
    FairbrushError,
    GraphRejected,
    JobCancelled,
    JobError,
    JobTimedOut,
    ModelMissing,
    NothingProduced,
    OutOfMemory,
    ResultGone,
    ResultLost,
    ServerLost,
    ServerStuck,
    ServerUnreached,
    StoreLost,
    SubmissionError,
)


class Blame(Enum):
    """Whose fault an error is."""

    JOB = auto()  #: what was asked cannot be had: the server did its work, and has proved so
    SERVER = auto()  #: it answers, but does not do its work: a strike
    AWAY = auto()  #: the server cannot be reached: it is down until it opens again, and has no strike
    NOBODY = auto()  #: neither's


class Fate(Enum):
    """What becomes of the job."""

    FAILS = auto()  #: with the error's code and sentence
    ELSEWHERE = auto()  #: handed back at its old place; the last of ATTEMPTS ends it as lost
    LARGER = auto()  #: to where there is more memory; where there is none it fails, and is told what to lower
    STAYS = auto()  #: leased as it is: whoever comes next adopts its run


class Reach(IntEnum):
    """How far a run had come when its attempt ended, as far as anybody knows."""

    BEHIND = auto()  #: another run of ours was before it, whether it had been handed over or not: it never began
    OFFERED = auto()  #: nothing was before it, and the server had not taken it
    TAKEN = auto()  #: it was on the server, or may have been
    BEGUN = auto()  #: it executed


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What one kind of error costs."""

    blame: Blame
    fate: Fate = Fate.FAILS
    attempt_from: Reach | None = None  #: it is one of the job's attempts if its run had come so far; None: never
    given_back: bool = False  #: what the job was charged is given back
    ask: bool = False  #: before all that: a server that does not offer what the job needs any more is not to blame,
    # nor is the job, which goes elsewhere at no cost


_JOB = Fault(blame=Blame.JOB)
_NOBODY = Fault(blame=Blame.NOBODY)
_OURS = Fault(blame=Blame.NOBODY, given_back=True)

FAULTS: Mapping[type[FairbrushError], Fault] = {
    StoreLost: Fault(blame=Blame.NOBODY, fate=Fate.STAYS),
    SubmissionError: _NOBODY,  # a picture that has expired: nothing ran
    # A value that a server's own validation refuses is the workflow's fault, so that one broken workflow, asked for
    # often, takes no server out of the pool.
    GraphRejected: Fault(blame=Blame.NOBODY, given_back=True, ask=True),
    # A requirement names every model of its graph: a server that still offers them all and refuses one is at fault.
    ModelMissing: Fault(blame=Blame.SERVER, given_back=True, ask=True),
    ExecutionFailed: _JOB,
    OutOfMemory: Fault(blame=Blame.JOB, fate=Fate.LARGER),
    NothingProduced: _JOB,
    ResultLost: _OURS,  # too large for us, or our disk is full
    ResultGone: Fault(blame=Blame.SERVER, given_back=True),
    JobTimedOut: Fault(blame=Blame.SERVER),  # It stood still; one that moved is TOO_HEAVY.
    # By none of ours: who is obeyed has an outcome of their own. A click in ComfyUI's own page must not end a job, nor
    # must whoever held its lease before and stops what is theirs no more. But who keeps stopping it means it.
    JobCancelled: Fault(blame=Blame.NOBODY, fate=Fate.ELSEWHERE, attempt_from=Reach.BEHIND),
    JobError: _NOBODY,
    # No connection was made, so nothing was taken; but what was taken before is gone.
    ServerUnreached: Fault(blame=Blame.AWAY, fate=Fate.ELSEWHERE, attempt_from=Reach.TAKEN),
    # A job that kills whatever runs it must come to an end, and before the pool does; so must one that a server, or
    # what stands before it, always refuses: it would come back to the head of the line for ever.
    ServerLost: Fault(blame=Blame.AWAY, fate=Fate.ELSEWHERE, attempt_from=Reach.OFFERED),
    # What never began is no reason that nothing does: three servers that hang must not end a job that harms none.
    ServerStuck: Fault(blame=Blame.SERVER, fate=Fate.ELSEWHERE, attempt_from=Reach.BEGUN),
    FairbrushError: _OURS,
}
"""The one table; an error that has no row of its own has that of the class it is derived from."""


MOVING_S = 60.0
"""A run that came to another step or node so lately before its deadline was at work: loading a large model from a disk,
in which nothing moves, takes no longer. Of a short deadline half counts, else whatever begins would count as moving."""

TOO_HEAVY = _JOB
"""What a run costs that was at work when its time was over: too much was asked of a server that did what it could."""


def fault_of(error: Exception) -> Fault:
    """Return what an error costs; one that nobody foresaw is ours."""
    if isinstance(error, JobTimedOut) and error.still_s <= min(MOVING_S, error.given_s / 2):
        return TOO_HEAVY
    return next((FAULTS[kind] for kind in type(error).__mro__ if kind in FAULTS), _OURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the end of a run says of its server."""

    proved: bool  #: the run succeeded, or failed by its own fault; else by the server's
    reason: str = ""  #: why not; a sentence that anybody may read


PROVED = Verdict(proved=True)


def verdict_of(error: Exception | None) -> Verdict | None:
    """Judge a server by how a run ended there, None meaning that it succeeded; None when that says nothing.

    Of an error with `ask` only after its server was asked, and still offers what the job needs.
    """
    if error is None:
        return PROVED
    match fault_of(error).blame:
        case Blame.JOB:
            return PROVED
        case Blame.SERVER:
            return Verdict(proved=False, reason=str(error))
    return None
