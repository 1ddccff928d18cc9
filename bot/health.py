"""How a server is, and what changes it. Pure: time is an argument, and the states are a table.

A server that cannot be reached is down and asked again soon; as soon as it answers it is used again. One that answers
and fails its runs is a suspect: it gets one job at a time until a run proves it, and after another fault it is left
alone for a while, longer each time. That is the circuit breaker, one for each server.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from bot.inert import clip
from bot.servers import ServerState

_S = ServerState

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 5.0
"""Between two looks at a server that cannot be reached."""

MISCONFIGURED_PAUSE_S = 30.0  #: somebody has to do something first; a change of its settings is looked at at once

FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 10.0, 300.0
"""After the second strike in a row, and after many. One fault may be chance, two are none."""

SETTLED_S = 60.0
"""A server that was there for so long was no flapping one: when it is lost it is looked for from the first pause on."""

ERRORS, _LONGEST = 5, 200
"""Errors that are remembered of a server, and their characters. One that repeats itself in one state is one."""

TOGETHER_MS = 5_000
"""Servers that are lost within so long are lost by one cause."""


class Happening(Enum):
    """What may happen to a server."""

    OPENED = auto()  #: it answered, and told what it offers
    UNREACHED = auto()  #: refused, died, silent; or the network is gone
    FAULTED = auto()  #: it answers, but a run ended by its fault
    PROVED = auto()  #: a run showed that it works
    MISCONFIGURED = auto()  #: too old, or our credentials are refused or missing
    DRAINED = auto()  #: its operator wants it to take nothing new
    RESUMED = auto()  #: no longer


_H = Happening

STATES: Mapping[ServerState, Mapping[Happening, ServerState]] = {
    _S.STARTING: {
        _H.OPENED: _S.READY,
        _H.UNREACHED: _S.DOWN,
        _H.FAULTED: _S.SUSPECT,
        _H.PROVED: _S.STARTING,
        _H.MISCONFIGURED: _S.DOWN,
        _H.DRAINED: _S.STARTING,
        _H.RESUMED: _S.STARTING,
    },
    _S.READY: {
        _H.OPENED: _S.READY,
        _H.UNREACHED: _S.DOWN,
        _H.FAULTED: _S.SUSPECT,
        _H.PROVED: _S.READY,
        _H.MISCONFIGURED: _S.DOWN,
        _H.DRAINED: _S.DRAINING,
        _H.RESUMED: _S.READY,
    },
    _S.SUSPECT: {
        _H.OPENED: _S.SUSPECT,
        _H.UNREACHED: _S.DOWN,
        _H.FAULTED: _S.DOWN,
        _H.PROVED: _S.READY,
        _H.MISCONFIGURED: _S.DOWN,
        _H.DRAINED: _S.DRAINING,
        _H.RESUMED: _S.SUSPECT,
    },
    _S.DRAINING: {
        _H.OPENED: _S.DRAINING,
        _H.UNREACHED: _S.DOWN,
        _H.FAULTED: _S.DRAINING,
        _H.PROVED: _S.DRAINING,
        _H.MISCONFIGURED: _S.DOWN,
        _H.DRAINED: _S.DRAINING,
        _H.RESUMED: _S.READY,
    },
    _S.DOWN: {
        _H.OPENED: _S.READY,
        _H.UNREACHED: _S.DOWN,
        _H.FAULTED: _S.DOWN,
        _H.PROVED: _S.DOWN,
        _H.MISCONFIGURED: _S.DOWN,
        _H.DRAINED: _S.DOWN,
        _H.RESUMED: _S.DOWN,
    },
}
"""The one table of a server's life. Where it says READY, a server that still has a strike is a SUSPECT.

A server that is down stays it, whatever its operator wishes, until it opens; it is then drained if that is the wish.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a server is, and what is remembered of it."""

    state: ServerState = _S.STARTING
    reason: str = ""  #: one sentence without addresses
    since_ms: int = 0
    strikes: int = 0  #: faults since a run proved it last
    retry_after_s: float = 0.0  #: how long to wait before it is opened anew
    cause: Happening | None = None  #: what made it as it is
    errors: tuple[tuple[int, str], ...] = ()  #: the last ones with their times, the latest first

    @property
    def is_shut(self) -> bool:
        """Whether this process cannot use it, though another one may be able to."""
        return self.state is _S.DOWN and self.cause in {_H.UNREACHED, _H.MISCONFIGURED}


def after(health: Health, happening: Happening, reason: str, now_ms: int) -> Health:
    """Return how a server is after something happened; the reason stays that of what made the state."""
    strikes = _strikes(health, happening)
    state = STATES[health.state][happening]
    if state is _S.READY and strikes:
        state = _S.SUSPECT
    pause_s = _pause_s(health, happening, state, strikes, now_ms)
    if state is health.state and happening not in _TELLING:
        return replace(health, strikes=strikes, retry_after_s=pause_s)
    is_error = happening in _TELLING and reason and (state is not health.state or reason != health.reason)
    return Health(
        state=state,
        reason=reason if state is not _S.READY else "",
        since_ms=health.since_ms if state is health.state else now_ms,
        strikes=strikes,
        retry_after_s=pause_s,
        cause=happening,
        errors=((now_ms, clip(reason, _LONGEST)), *health.errors)[:ERRORS] if is_error else health.errors,
    )


_TELLING = frozenset({_H.UNREACHED, _H.FAULTED, _H.MISCONFIGURED})
"""What has a newer reason to tell of a state that stays."""


def _strikes(health: Health, happening: Happening) -> int:
    match happening:
        case Happening.FAULTED:
            return health.strikes + 1
        case Happening.PROVED:
            return 0
    return health.strikes


def _pause_s(health: Health, happening: Happening, state: ServerState, strikes: int, now_ms: int) -> float:
    match happening:
        case Happening.UNREACHED:
            settled = health.state is not _S.DOWN and now_ms - health.since_ms >= SETTLED_S * 1000
            doubled = 0.0 if settled else 2 * health.retry_after_s
            return min(max(doubled, FIRST_PAUSE_S), LONGEST_PAUSE_S)
        case Happening.MISCONFIGURED:
            return MISCONFIGURED_PAUSE_S
        case Happening.FAULTED if state is _S.DOWN:
            return min(FIRST_BACKOFF_S * 2.0 ** min(max(strikes - 2, 0), 10), LONGEST_BACKOFF_S)
        case Happening.FAULTED | Happening.PROVED | Happening.RESUMED:
            return 0.0
    return health.retry_after_s


def lost_together(healths: Collection[Health]) -> bool:
    """Tell whether all servers, at least two, went away at one time: then it is not they who are gone."""
    since = [health.since_ms for health in healths if health.state is _S.DOWN and health.cause is _H.UNREACHED]
    return 1 < len(healths) == len(since) and max(since) - min(since) <= TOGETHER_MS


OUR_NETWORK = "No GPU can be reached from here: this machine's own network may be gone."


def told_reason(health: Health, *, jobs: int, alone: bool) -> str:
    """Return what operators read: what still runs on a draining server, and when it is our own network that is gone."""
    match health.state:
        case ServerState.DRAINING if jobs == 0:
            return "Nothing runs here any more."
        case ServerState.DRAINING:
            return "One job still runs here." if jobs == 1 else f"{jobs} jobs still run here."
        case ServerState.DOWN if alone:
            return OUR_NETWORK
    return health.reason
