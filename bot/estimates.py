"""How long jobs take: learned from what they took. Quotes, waiting times and deadlines come from here. Pure.

What a workflow takes is learned apart for each size of the work (the product of its cost factors, by powers of two)
and each server, as a mean that no single outlier drags along: every fact is first brought near what is known.

A server that takes half as long as its fellows for the same work has speed 2. A quote for no server in particular is
what the work takes on one of speed 1; what it took anywhere, times the speed there, is the same amount of work.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import floor, log2
from statistics import median
from typing import NamedTuple

from bot.shares import LONGEST_MS, ONE, Position

UNKNOWN_MS = 30_000
"""What is quoted for a workflow that never ran: an SD1.5 picture on a slow GPU, with its model to load."""

MIN_DEADLINE_S = 60.0
"""Loading a large checkpoint from a disk alone takes so long."""

_PATIENCE = 5  #: a run that takes so many times its estimate hangs
_OUTLIER = 4.0  #: one fact counts at most as this many times what is known, or as this part of it
_LEAST_WEIGHT = 0.15  #: so much of every new fact: a faster GPU is believed after a dozen runs
_MOST_SPEED = 8.0  #: and the least is its inverse: what differs more was not the same work
_MAX_KEYS = 4096
_REMEMBERED = 500  #: quotes whose accuracy is told


class Work(NamedTuple):
    """What is to be done: a workflow by name (editing a manifest keeps what is known) and its cost product."""

    workflow: str
    cost: float

    @property
    def bucket(self) -> int:
        """Return the power of two that the cost lies in."""
        return floor(log2(max(self.cost, 1.0)))


class _Key(NamedTuple):
    workflow: str
    bucket: int
    server: str


@dataclass(frozen=True, slots=True)
class _Mean:
    ms: float
    count: int

    def with_fact(self, ms: float) -> "_Mean":
        tamed = min(max(ms, self.ms / _OUTLIER), self.ms * _OUTLIER)
        weight = max(1 / (self.count + 1), _LEAST_WEIGHT)
        return _Mean(self.ms + weight * (tamed - self.ms), self.count + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How good the quotes of late were; `median_error` 0.1 means that half of them were within 10 percent."""

    median_error: float
    jobs: int


@dataclass(slots=True)
class Estimates:
    """What is known so far."""

    _means: dict[_Key, _Mean] = field(default_factory=dict)
    _errors: list[float] = field(default_factory=list)
    learned: int = field(default=0, compare=False)  #: how many facts since it began
    _own: set[_Key] = field(default_factory=set, compare=False, repr=False)  #: what was learned here
    _speeds: dict[str, float] | None = field(default=None, compare=False, repr=False)  #: as worked out from the means

    def quote_ms(self, work: Work, server: str | None = None) -> int:
        """Tell what a job will take, in GPU milliseconds: from the same work there, then elsewhere, then from alike.

        Without a server: on one of speed 1.
        """
        return max(1, round(self._known(work, server)))

    def speed(self, server: str) -> int:
        """Tell how fast a server is beside the others, in thousandths; that of one that nobody can compare is 1."""
        return round(ONE * self._speed(server))

    def learn(self, work: Work, server: str, *, gpu_ms: int, quoted_ms: int) -> None:
        """Take in what a job took, and how far its quote, which was for a server of speed 1, was off."""
        quoted = quoted_ms / self._speed(server)
        fact = min(max(gpu_ms, 1), LONGEST_MS)
        key = _Key(work.workflow, work.bucket, server)
        known = self._means.pop(key, None)
        self._means[key] = known.with_fact(fact) if known else _Mean(fact, 1)
        self._own.add(key)
        self.learned += 1
        while len(self._means) > _MAX_KEYS:
            del self._means[next(iter(self._means))]  # The one that was learned longest ago.
        self._errors = [*self._errors[1 - _REMEMBERED :], abs(quoted - fact) / fact]
        self._speeds = None

    def accuracy(self) -> Accuracy | None:
        """Tell how good the quotes were; None before the first job ended."""
        return Accuracy(median_error=median(self._errors), jobs=len(self._errors)) if self._errors else None

    def state(self) -> dict[str, list[list[str | int | float]]]:
        """Return all that is known as plain JSON."""
        means: list[list[str | int | float]] = [[*key, mean.ms, mean.count] for key, mean in self._means.items()]
        return {"means": means, "errors": [list(self._errors)]}

    @classmethod
    def of_state(cls, state: Mapping[str, object]) -> "Estimates":
        """Begin with what an earlier process knew; what cannot be read is forgotten, for it will be learned again."""
        found = cls()
        for row in _rows(state.get("means"))[-_MAX_KEYS:]:
            match row:
                case [str(workflow), int(bucket), str(server), int() | float() as ms, int(count)] if (
                    0 < ms <= LONGEST_MS
                ):
                    found._means[_Key(workflow, bucket, server)] = _Mean(ms, max(count, 1))
        for row in _rows(state.get("errors"))[:1]:
            found._errors.extend(error for error in row[-_REMEMBERED:] if isinstance(error, int | float))
        return found

    def take_in(self, state: Mapping[str, object]) -> None:
        """Learn what other processes have kept: a server is one process's, so what was learned here stays."""
        others = Estimates.of_state(state)
        own = {key: mean for key, mean in self._means.items() if key in self._own}
        # As many as may be kept, the ones of our own last: they are the newest that we know of.
        means = {**{key: mean for key, mean in others._means.items() if key not in own}, **own}
        self._means = dict(list(means.items())[-_MAX_KEYS:])
        self._own &= self._means.keys()
        self._errors = self._errors if self._own else others._errors
        self._speeds = None

    def _known(self, work: Work, server: str | None) -> float:
        alike = {key: mean for key, mean in self._means.items() if key.workflow == work.workflow}
        here = alike.get(_Key(work.workflow, work.bucket, server)) if server else None
        if here:
            return here.ms
        speed = self._speed(server) if server else 1.0
        if not alike:
            return UNKNOWN_MS / speed
        nearest = min((key.bucket for key in alike), key=lambda bucket: abs(bucket - work.bucket))
        there = _mean(mean.ms * self._speed(key.server) for key, mean in alike.items() if key.bucket == nearest)
        return min(there * 2.0 ** (work.bucket - nearest) / speed, LONGEST_MS)

    def _speed(self, server: str) -> float:
        if self._speeds is None:
            self._speeds = _speeds_of(self._means)
        return self._speeds.get(server, 1.0)


def _speeds_of(means: Mapping[_Key, _Mean]) -> dict[str, float]:
    """Compare servers by the works that several know: the median of what all take to what one takes."""
    by_work: dict[tuple[str, int], dict[str, float]] = {}
    for key, mean in means.items():
        by_work.setdefault((key.workflow, key.bucket), {})[key.server] = mean.ms
    ratios: dict[str, list[float]] = {}
    for taken in by_work.values():
        if len(taken) > 1:
            for server, ms in taken.items():
                # Of all, itself among them: so every server makes the same of a work that all of them know.
                ratios.setdefault(server, []).append(_mean(taken.values()) / ms)
    return {server: min(max(median(each), 1 / _MOST_SPEED), _MOST_SPEED) for server, each in ratios.items()}


def deadline_s(estimate_ms: int, ceiling_s: float) -> float:
    """Return after how many seconds a run counts as hanging."""
    return min(max(MIN_DEADLINE_S, _PATIENCE * estimate_ms / 1000), ceiling_s)


Gpus = Callable[[str, Collection[str]], float]
"""How many GPUs work off what is before a job in a lane, if it may run in these lanes; 0 where none stands."""


def wait_ms(position: Position, own_ms: int, gpus: Gpus) -> int | None:
    """Return how long a job waits there that takes so long itself: in the lane in which its turn comes first.

    None when no GPU stands in any of its lanes: nobody can tell then.

    Half a job beside what is ahead: what runs now has still to end, but the last of those ahead need not have ended on
    all servers. The two leave this; a simulation tells that nothing simpler errs less (tests/unit/bot/test_waits.py).
    """
    typical_ms = position.gpu_ms // position.jobs if position.jobs else own_ms
    ahead = {position.lane or "": position.gpu_ms, **position.elsewhere}
    servers = {lane: gpus(lane, ahead) for lane in ahead}
    return min(
        (round((ahead[lane] + typical_ms / 2) / max(count, 1)) for lane, count in servers.items() if count),
        default=None,
    )


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known)


def _rows(value: object) -> list[list[object]]:
    return [row for row in value if isinstance(row, list)] if isinstance(value, list) else []
