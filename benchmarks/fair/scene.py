"""What a scene is made of: plain data. Times are milliseconds; sizes are GPU milliseconds on a server of speed 1."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.shares import ONE, FairPolicy, Share

Who = tuple[str, str]
"""A tenant and one of its users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A job: what it takes, and what it was thought to take."""

    name: str
    who: Who
    at_ms: int  #: when it is enqueued
    size_ms: int
    estimate_ms: int
    model: str = ""
    after: str = ""  #: the work at whose beginning it is enqueued: its user keeps so many in the queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """A server: one job at a time, one model loaded."""

    name: str
    speed: int = ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who asks what of which servers."""

    name: str
    works: tuple[Work, ...]  #: in the order of their times
    gpus: tuple[Gpu, ...]
    policy: FairPolicy = field(default_factory=FairPolicy)
    shares: Mapping[Who, Share] = field(default_factory=dict)  #: the usual one where there is none
    light: frozenset[Who] = frozenset()  #: whose waits are told
    load_ms: int = 0  #: what a change of the model takes; no estimate knows of it
    heartbeat_ms: int | None = None  #: None: estimates are right, so no heartbeat has anything to say
    until_ms: int | None = None  #: when to stop; None: when all is done

    def share(self, who: Who) -> Share:
        """Return how somebody stands in the queue."""
        return self.shares.get(who, Share())


def gpus(*speeds: int) -> tuple[Gpu, ...]:
    """Return servers of these speeds."""
    return tuple(Gpu(name=f"gpu-{number}", speed=speed) for number, speed in enumerate(speeds, start=1))
