"""Where a run stands, folded from its events: what a bar and an ETA need. Pure; time is an argument."""

from dataclasses import dataclass, field, replace
from math import inf
from typing import assert_never

from bot.events import Entered, Failed, Interrupted, Previewed, RunEvent, Stage, Started, Stepped, Succeeded, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a node that counts its steps promised last."""

    node: str
    at_s: float  #: when
    left_s: float  #: how long its other steps would take from then on


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A snapshot; times are seconds of any one clock."""

    ahead: int = 0  #: runs before ours in the server's own queue
    stage: Stage | None = None
    done: int = 0
    total: int = 0
    paced_from: tuple[str, int, float] | None = None  #: node, step and time of the first step seen
    eta_s: float | None = None  #: until the stage is done; None when too little was seen to tell
    counted: Counted | None = None  #: outlives its node: what comes after the last step takes as long as it did before

    @property
    def fraction(self) -> float:
        """How much of the counted stage is done, 0 to 1."""
        return self.done / self.total if self.total else 0.0


def executes(event: RunEvent) -> bool:
    """Tell whether this says that the run has begun to execute."""
    return isinstance(event, Started | Entered | Stepped | Previewed)


@dataclass(slots=True)
class Motion:
    """When a run moved last, by any one clock: it came to another node, to another step, or showed another picture.

    What is only told again, as a server does that somebody asks, is no movement.
    """

    moved_s: float = -inf
    _began: bool = False
    _last: dict[type[RunEvent], RunEvent] = field(default_factory=dict)

    def took_in(self, event: RunEvent, now_s: float) -> bool:
        """Take in an event; tell whether it is the first that says that the run executes."""
        if isinstance(event, Entered | Stepped | Previewed) and self._last.get(type(event)) != event:
            self._last[type(event)] = event
            self.moved_s = now_s
        begins = not self._began and executes(event)
        self._began = self._began or begins
        return begins


def advance(progress: Progress, event: RunEvent, now: float) -> Progress:
    """Return the next snapshot."""
    match event:
        case Waiting(ahead=ahead):
            return replace(progress, ahead=ahead)
        case Started():
            return replace(progress, ahead=0)
        case Entered(stage=stage):
            return replace(progress, ahead=0, stage=stage, done=0, total=0, eta_s=None)
        case Stepped():
            return _stepped(progress, event, now)
        case Previewed() | Failed() | Interrupted():
            return progress
        case Succeeded():
            return replace(progress, ahead=0, eta_s=0.0)
        case _:
            assert_never(event)


def _stepped(progress: Progress, event: Stepped, now: float) -> Progress:
    start = progress.paced_from
    if start is None or start[0] != event.node or event.done < start[1]:
        start = (event.node, event.done, now)
    _, first, since = start
    # The first step seen has no beginning: a pace needs two.
    pace = (now - since) / (event.done - first) if event.done > first else None
    eta = (event.total - event.done) * pace if pace is not None else None
    left = 0.0 if event.done >= event.total else eta
    return replace(
        progress,
        ahead=0,
        stage=event.stage,
        done=event.done,
        total=event.total,
        paced_from=start,
        eta_s=eta,
        counted=Counted(node=event.node, at_s=now, left_s=left) if left is not None else progress.counted,
    )
