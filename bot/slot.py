"""The rhythm of a slot: what it holds, when its next job is claimed, and what is given back. Plain decisions, no I/O.

A server has at most two of our runs: the one that executes, and its successor in the server's own queue, which begins
the moment that the first one ends. The successor is claimed as late as that allows, so that whose turn it is, and who
does not want a job any more, is decided as late as possible. Results come home beside, and never delay a start.

All times are seconds of one clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from bot.attempt import Attempt
from bot.jobs import JobId
from bot.outcomes import Standing
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


@dataclass(slots=True, kw_only=True)
class Slot:
    """What one slot holds, in the order in which it was claimed."""

    held: list[Attempt] = field(default_factory=list)
    latency: Latency = field(default_factory=Latency)
    warm: tuple[str, ...] = ()  #: models that are certainly loaded
    not_before_s: float = -inf  #: no claim before
    _habits: Habits = field(default_factory=Habits)
    _strangers_s: float | None = None  #: since when there have been some

    @property
    def on_server(self) -> Sequence[Attempt]:
        """What the server has of ours, or is about to have; the first is the one that executes or will."""
        return [each for each in self.held if each.standing is not Standing.OFF]

    @property
    def jobs(self) -> frozenset[JobId]:
        """Which jobs it holds."""
        return frozenset(each.record.job.id for each in self.held)

    def claim_in(self, now_s: float, *, eager: bool, others: int) -> float:
        """Tell in how many seconds a job is to be claimed, as things stand; 0: now, inf: not before something happens.

        `eager` says whether a successor may be claimed, `others` how many runs of strangers the server has.
        """
        on_server = self.on_server
        if len(on_server) > 1 or len(self.held) - len(on_server) >= MAX_HOMING:
            return inf
        due_s = 0.0
        if on_server:
            due_s = self._successor_in(on_server[0], now_s) if eager else inf
        due_s = max(due_s, self.not_before_s - now_s)
        return due_s if due_s > 0 else self._put_off(now_s, others)

    def _successor_in(self, run: Attempt, now_s: float) -> float:
        seen = self._outlook(run, now_s)
        if seen is None:
            return inf
        due_s = _soon(seen.claim_in(self.latency.p90_s))
        if not due_s and run.foreseen_s is None:
            run.foreseen_s = now_s + seen.left_s
        return due_s

    def _outlook(self, run: Attempt, now_s: float) -> Outlook | None:
        if run.standing is not Standing.EXECUTING or run.began_s is None or run.work is None:
            return None
        return outlook(run.expected_s, run.began_s, run.progress, self._habits.of(run.work), now_s)

    def _put_off(self, now_s: float, others: int) -> float:
        if not others:
            self._strangers_s = None
            return 0.0
        self._strangers_s = now_s if self._strangers_s is None else self._strangers_s
        return max(0.0, self._strangers_s + STRANGERS_S - now_s)

    def asked_in_vain(self, now_s: float) -> None:
        """Note that nothing waits that a successor could be."""
        self.not_before_s = now_s + max(_ASK_AGAIN_S, self.latency.p90_s)

    def take(self, attempt: Attempt) -> None:
        """Hold one more."""
        self._strangers_s = None
        self.held.append(attempt)

    def ahead(self) -> Attempt | None:
        """Return behind which run the next one will stand."""
        return self.on_server[-1] if self.on_server else None

    def warm_then(self) -> tuple[str, ...]:
        """Tell which models will certainly be loaded when the next run begins, if all before it end well."""
        models = [model for each in self.on_server if (model := model_of(each.record.job.requirement))]
        return (models[-1],) if models else self.warm

    def overdue_in(self, now_s: float) -> float:
        """Tell in how many seconds the successor has waited for too long; inf: there is none that could have."""
        match self.on_server:
            case [run, Attempt(standing=Standing.PREPARING | Standing.PENDING)] if seen := self._outlook(run, now_s):
                return _soon(seen.give_back_in)
        return inf

    def not_begun(self) -> Sequence[Attempt]:
        """Return what can be handed back as if it had never been claimed.

        A run that has nothing before it is as good as begun.
        """
        return [
            each
            for each in self.on_server
            if each.standing is Standing.PREPARING
            or (each.standing is Standing.PENDING and (each.ahead or each.progress.ahead))
        ]

    def left(self, attempt: Attempt, now_s: float) -> None:
        """Note that a server has nothing more to do for an attempt."""
        for each in self.held:
            if each.ahead is attempt and attempt.lost is None:
                each.ahead = None
        self.warm = self._warm_after(attempt)
        if attempt.succeeded and not attempt.adopted and attempt.work and attempt.began_s is not None:
            foreseen_s = attempt.began_s + attempt.expected_s if attempt.foreseen_s is None else attempt.foreseen_s
            self._habits.learn(
                attempt.work,
                error_s=foreseen_s - now_s,
                expected_s=attempt.expected_s,
                progress=attempt.progress,
                ended_s=now_s,
            )

    def _warm_after(self, attempt: Attempt) -> tuple[str, ...]:
        """Return what is certain. ComfyUI keeps what fits, so only the last model is.

        A run that loads none leaves what there is. One that did not end well may have loaded its own, or not.
        """
        model = model_of(attempt.record.job.requirement)
        if not model or self.warm == (model,):
            return self.warm
        if attempt.succeeded:
            return (model,)
        return self.warm if attempt.began_s is None else ()


def _soon(seconds: float) -> float:
    """Take what no timer keeps apart from now for now."""
    return 0.0 if seconds < _TICK_S else seconds
