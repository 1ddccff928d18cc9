"""When a run will have ended on its server: from what its work takes there, and from how far it has come.

Pure; all times are seconds of any one clock. What is foreseen is never certain, so it comes with a margin that grows
with the errors that were seen, and with an end to its use: nothing is claimed on a run that has overrun it.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from bot.estimates import Work
from bot.progress import Progress

LEAST_MARGIN_S = 0.025
"""What an event loop and a network that are busy may be late by, where nothing worse was seen."""

_ERRORS = 3.0  #: the margin is so many times the mean error: of ends that scatter evenly, one in fifty is earlier
_UNTRIED = 0.05  #: the error of a work that never ran here, as a part of what it is expected to take
_OVERDUE_S = 2.0
_OVERDUE = 0.1  #: of what was expected: how much later than foreseen an end may be before a successor is given back
_WEIGHT = 0.2  #: of each new fact
_OUTLIER, _STRANGE = 4.0, 0.25  #: one error counts at most as so many times the mean, or so much of what was expected
_MAX_WORKS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What earlier runs of a work did on one server."""

    error_s: float | None = None  #: by how much their ends were mistaken, on average; None: none was foreseen yet
    after_s: Mapping[str, float] = field(default_factory=dict)  #: node that counts its steps -> from its end to theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is foreseen of a run that executes."""

    left_s: float  #: until its end; below 0: so long ago it should have ended
    margin_s: float
    overdue_s: float  #: how long after the foreseen end something that waits for it is kept

    def claim_in(self, latency_s: float) -> float:
        """Tell in how many seconds a successor has to be claimed that takes so long to be handed over; inf: not now.

        A run that should have ended, and has not, may take any time: nothing is claimed on a guess.
        """
        too_late_s = min(self.margin_s, self.overdue_s / 2)  # Well before it would be given back at once.
        return inf if self.left_s < -too_late_s else max(0.0, self.left_s - self.margin_s - latency_s)

    @property
    def give_back_in(self) -> float:
        """In how many seconds a successor that waits is to be given back, so that another server can have it."""
        return max(0.0, self.left_s + self.overdue_s)


def outlook(expected_s: float, began_s: float, progress: Progress, habit: Habit, now_s: float) -> Outlook:
    """Foresee the end of a run: by the steps that it counts where it counts any, else by what was expected.

    Steps know what an estimate cannot: that a model was loaded first, or that the GPU is shared.
    """
    by_steps = _by_steps(progress, habit, now_s)
    left_s = began_s + expected_s - now_s if by_steps is None else by_steps
    return Outlook(
        left_s=left_s, margin_s=margin_s(expected_s, habit), overdue_s=max(_OVERDUE_S, _OVERDUE * expected_s)
    )


def margin_s(expected_s: float, habit: Habit) -> float:
    """Tell by how much earlier than foreseen a run may well end."""
    error_s = _UNTRIED * expected_s if habit.error_s is None else habit.error_s
    return max(LEAST_MARGIN_S, _ERRORS * error_s)


def _by_steps(progress: Progress, habit: Habit, now_s: float) -> float | None:
    counted = progress.counted
    if counted is None or counted.node not in habit.after_s:
        return None
    return counted.at_s + counted.left_s + habit.after_s[counted.node] - now_s


@dataclass(slots=True)
class Habits:
    """The habits of works on one server; of those that were seen last."""

    _known: dict[Work, Habit] = field(default_factory=dict)

    def of(self, work: Work) -> Habit:
        """Return what is known of works of this size."""
        return self._known.get(_alike(work), Habit())

    def learn(self, work: Work, *, error_s: float, expected_s: float, progress: Progress, ended_s: float) -> None:
        """Take in by how much the end of a run was mistaken, and how long it went on after its last step.

        The end of the first one was a guess from other works or none, whose error says nothing of the next ones.
        """
        known, habit, counted = _alike(work) in self._known, self.of(work), progress.counted
        after_s = dict(habit.after_s)
        if counted is not None:
            rest = max(0.0, ended_s - counted.at_s - counted.left_s)
            after_s[counted.node] = _blend(after_s.get(counted.node), rest)
        error = _blend(habit.error_s, _tamed(abs(error_s), habit, expected_s)) if known else None
        self._known.pop(_alike(work), None)
        self._known[_alike(work)] = Habit(error_s=error, after_s=after_s)
        while len(self._known) > _MAX_WORKS:
            del self._known[next(iter(self._known))]


@dataclass(slots=True)
class Latency:
    """How long it takes to claim, record and hand over a run: the last few times."""

    first_s: float = 0.1  #: believed before anything was measured
    _measured: deque[float] = field(default_factory=lambda: deque(maxlen=20))

    def took(self, seconds: float) -> None:
        """Take in one more."""
        self._measured.append(seconds)

    @property
    def p90_s(self) -> float:
        """What nine of ten did not exceed."""
        if not self._measured:
            return self.first_s
        return sorted(self._measured)[min(len(self._measured) - 1, len(self._measured) * 9 // 10)]


def _alike(work: Work) -> Work:
    return Work(work.workflow, 2.0**work.bucket)


def _tamed(error_s: float, habit: Habit, expected_s: float) -> float:
    """Let no single run that loaded a model, or met with a hiccup, have every successor claimed too early for long."""
    return min(error_s, max(_OUTLIER * (habit.error_s or 0.0), _STRANGE * expected_s))


def _blend(known: float | None, fact: float) -> float:
    return fact if known is None else known + _WEIGHT * (fact - known)
