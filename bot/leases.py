"""What the queue's verbs take and answer: charges, leases, and how the lanes are laid. Plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from bot.jobs import JobId, JobRecord

ATTEMPTS = 3
"""How many runs a job gets before a lost server is its end."""

LONGEST_PATIENCE_S = 3600.0
"""No claim waits for longer: who still wants a job then asks again."""


FREE_MS = 100
"""A run that took less was answered from the server's cache, which takes some milliseconds: nothing was painted."""


class Settlement(Enum):
    """What becomes of a charge when its job ends. All of it is given back when the fault was a server's."""

    RELEASED = auto()  #: given back at the end, whatever happened: depth caps
    TO_FACT = auto()  #: what was not used is given back, and what was used beyond it is charged: GPU milliseconds
    KEPT = (
        auto()
    )  #: stays once any GPU time was used, or a preview of a run that is then cancelled would be free: pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """An amount that counts against a limit; a job's charges are checked together, then all added, or none.

    A window in steps never lets more than the ceiling into any stretch of its length: what is charged in one step comes
    back together, once the last of it is as old as the window.
    """

    counter: str  #: what is counted for whom, for example `waiting/local/alice`
    amount: int
    ceiling: int  #: no charge is let in that would bring the counter beyond it; only what running jobs overran does
    window_s: int | None = None  #: for how many seconds it counts; None: until it is given back
    steps: int = 0  #: into which the window falls; 0: it begins with its first charge, and all comes back at its end
    settlement: Settlement = Settlement.RELEASED

    @property
    def lasts_ms(self) -> int | None:
        """Return how long a span counts from when it was begun; None: for ever."""
        return None if self.window_s is None else (self.window_s + self._step_s) * 1000

    @property
    def closed_ms(self) -> int:
        """Return for how much of that, at its end, a span takes no more charges."""
        return self.window_s * 1000 if self.window_s is not None and self.steps else 0

    @property
    def _step_s(self) -> int:
        return -(-(self.window_s or 0) // self.steps) if self.steps else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What was charged in one window, or one step of it."""

    count: int
    held: int  #: of that: by jobs that have not ended
    ends_ms: int | None  #: when it counts no longer; None: never by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a counter counts now."""

    spans: tuple[Span, ...] = ()  #: the first to end first

    @property
    def count(self) -> int:
        """Return what counts against the ceiling, used or held."""
        return sum(each.count for each in self.spans)

    @property
    def held(self) -> int:
        """Return what is reserved for jobs that have not ended."""
        return sum(each.held for each in self.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A held job. The fence makes it certain that whoever lost the job to a rescue changes nothing any more."""

    job_id: JobId
    server: str
    attempt: int
    fence: int
    expires_ms: int  #: the store's clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease, and the job as it stood when that was asked."""

    lease: Lease
    record: JobRecord
    #: a claim says here which other jobs its server holds, without the one that is about to end
    others: Sequence[JobId] = ()


class Renewal(Enum):
    """What a heartbeat finds."""

    HELD = auto()
    CANCEL_REQUESTED = auto()  #: held, and somebody wants it stopped
    LOST = auto()  #: rescued or settled: stop at once, change nothing


class Cancelling(Enum):
    """What a cancel did."""

    CANCELLED = auto()  #: it was on no server; it is gone
    REQUESTED = auto()  #: it is on a server; its worker was told
    TOO_LATE = auto()  #: it had ended
    UNKNOWN = auto()  #: there is no such job (any more)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneTable:
    """Which servers stand in which lane, and which lanes serve a requirement."""

    version: int = 0
    servers: Mapping[str, str] = field(default_factory=dict)  #: server -> its lane
    routes: Mapping[str, Sequence[str]] = field(default_factory=dict)  #: requirement -> the lanes that serve it


def patience_of(patience_s: float, successor_of: Lease | None) -> float:
    """Return how long a claim waits: a successor does not, and who says no sensible time does not either."""
    return 0.0 if successor_of else min(max(0.0, patience_s), LONGEST_PATIENCE_S)
