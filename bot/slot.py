"""The rhythm of a slot: what it holds, when its next job is claimed, and what is given back. Plain decisions, no I/O.

A server has at most two of our runs: the one that executes, and its successor in the server's own queue, which begins
the moment that the first one ends. The successor is claimed as late as that allows, so that whose turn it is, and who
does not want a job any more, is decided as late as possible. Results come home beside, and never delay a start.

All times are seconds of one clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from bot.estimates import Work
from bot.faults import Reach
from bot.jobs import JobId
from bot.leases import Lease
from bot.outcomes import Standing, reach_of
from bot.progress import Progress
from bot.remaining import Habits, Latency, Outlook, outlook
from bot.shares import model_of

MAX_HOMING = 4
"""Results that may be on their way home at once: beyond, a line that is too slow for its GPU would fill our memory."""

STRANGERS_S = 60.0
"""How long strangers in a server's queue put a claim off: after that their jobs and ours take turns."""

_ASK_AGAIN_S = 0.1
"""Who asked for a successor, and there was none, asks again so soon. It does not wait in the store for one: whatever
comes is for a server that is idle."""

_TICK_S = 0.001


@dataclass(slots=True, kw_only=True, eq=False)
class Course:
    """What is known of the run of one held job; whoever follows it keeps it true."""

    lease: Lease
    requirement: str
    standing: Standing = Standing.PREPARING
    adopted: bool = False  #: only a part of it was seen
    work: Work | None = None  #: None: its workflow was not read yet
    expected_s: float = 0.0  #: what it takes here, as far as anybody knows
    began_s: float | None = None  #: when it began to execute
    progress: Progress = field(default_factory=Progress)
    succeeded: bool = False  #: what is OFF and has succeeded is on its way home
    ahead: "Course | None" = None  #: the run of ours that is before it on the server
    foreseen_s: float | None = None  #: when its end was foreseen for when a successor was first asked for

    @property
    def reach(self) -> Reach:
        """How far it has come."""
        return reach_of(self.standing, behind=self.ahead is not None, began=self.began_s is not None)


@dataclass(slots=True, kw_only=True)
class Slot:
    """What one slot holds, in the order in which it was claimed."""

    held: list[Course] = field(default_factory=list)
    latency: Latency = field(default_factory=Latency)
    warm: tuple[str, ...] = ()  #: models that are certainly loaded
    not_before_s: float = -inf  #: no claim before
    _habits: Habits = field(default_factory=Habits)
    _strangers_s: float | None = None  #: since when there have been some

    @property
    def on_server(self) -> Sequence[Course]:
        """What the server has of ours, or is about to have; the first is the one that executes or will."""
        return [each for each in self.held if each.standing is not Standing.OFF]

    @property
    def jobs(self) -> frozenset[JobId]:
        """Which jobs it holds."""
        return frozenset(each.lease.job_id for each in self.held)

    def claim_in(self, now_s: float, *, eager: bool) -> float:
        """Tell in how many seconds a job is to be claimed, as things stand; 0: now, inf: not before something happens.

        `eager` says whether a successor may be claimed.
        """
        on_server = self.on_server
        if len(on_server) > 1 or len(self.held) - len(on_server) >= MAX_HOMING:
            return inf
        due_s = 0.0
        if on_server:
            due_s = self._successor_in(on_server[0], now_s) if eager else inf
        return max(0.0, due_s, self.not_before_s - now_s)

    def _successor_in(self, run: Course, now_s: float) -> float:
        seen = self._outlook(run, now_s)
        return inf if seen is None else _soon(seen.claim_in(self.latency.p90_s))

    def _outlook(self, run: Course, now_s: float) -> Outlook | None:
        if run.standing is not Standing.EXECUTING or run.began_s is None or run.work is None:
            return None
        return outlook(run.expected_s, run.began_s, run.progress, self._habits.of(run.work), now_s)

    def put_off(self, now_s: float, *, others: int) -> float:
        """Note how many runs of strangers the server has when a claim is due; return in how many seconds it may be."""
        if not others:
            self._strangers_s = None
            return 0.0
        self._strangers_s = now_s if self._strangers_s is None else self._strangers_s
        return max(0.0, self._strangers_s + STRANGERS_S - now_s)

    def ask(self, now_s: float) -> Course | None:
        """Note that a job is asked for; return behind which run it will stand."""
        ahead = self.ahead()
        if ahead and ahead.foreseen_s is None and (seen := self._outlook(ahead, now_s)):
            ahead.foreseen_s = now_s + seen.left_s
        return ahead

    def asked_in_vain(self, now_s: float) -> None:
        """Note that nothing waits that a successor could be."""
        self.not_before_s = now_s + max(_ASK_AGAIN_S, self.latency.p90_s)

    def take(self, course: Course) -> None:
        """Hold one more, behind what the server has."""
        self._strangers_s = None
        course.ahead = self.ahead()
        self.held.append(course)

    def ahead(self) -> Course | None:
        """Return behind which run the next one will stand."""
        return self.on_server[-1] if self.on_server else None

    def warm_then(self) -> tuple[str, ...]:
        """Tell which models will certainly be loaded when the next run begins, if all before it end well."""
        models = [model for each in self.on_server if (model := model_of(each.requirement))]
        return (models[-1],) if models else self.warm

    def overdue_in(self, now_s: float) -> float:
        """Tell in how many seconds the successor has waited for too long; inf: there is none that could have."""
        match self.on_server:
            case [run, Course(standing=Standing.PREPARING | Standing.PENDING)] if seen := self._outlook(run, now_s):
                return _soon(seen.give_back_in)
        return inf

    def to_give_back(self, now_s: float, *, closed: bool) -> Sequence[Course]:
        """Return what is to leave: when nothing is to begin here any more, all that has not, else what is overdue."""
        if closed:
            return self._not_begun()
        return self.on_server[1:] if self.overdue_in(now_s) <= 0 else ()

    def _not_begun(self) -> Sequence[Course]:
        """Return what can leave as if it had never been claimed. What has nothing before it is as good as begun."""
        return [
            each
            for each in self.on_server
            if each.standing is Standing.PREPARING
            or (each.standing is Standing.PENDING and (each.ahead or each.progress.ahead))
        ]

    def left(self, course: Course, now_s: float, *, lost: bool) -> None:
        """Note that a server, which may have been lost, has nothing more to do for a run."""
        for each in self.held:
            if each.ahead is course and not lost:
                each.ahead = None
        self.warm = self._warm_after(course)
        if course.succeeded and not course.adopted and course.work and course.began_s is not None:
            foreseen_s = course.began_s + course.expected_s if course.foreseen_s is None else course.foreseen_s
            self._habits.learn(
                course.work,
                error_s=foreseen_s - now_s,
                expected_s=course.expected_s,
                progress=course.progress,
                ended_s=now_s,
            )

    def _warm_after(self, course: Course) -> tuple[str, ...]:
        """Return what is certain. ComfyUI keeps what fits, so only the last model is.

        A run that loads none leaves what there is. One that did not end well may have loaded its own, or not.
        """
        model = model_of(course.requirement)
        if not model or self.warm == (model,):
            return self.warm
        if course.succeeded:
            return (model,)
        return self.warm if course.began_s is None else ()


def _soon(seconds: float) -> float:
    """Take what no timer keeps apart from now for now."""
    return 0.0 if seconds < _TICK_S else seconds
