"""What goes wrong on demand."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Status:
    """The answer is this status, and nothing was done."""

    status: int = 500


@dataclass(frozen=True, slots=True)
class TooMany:
    """The answer is 429 with so much in Retry-After, whole seconds."""

    after_s: int = 1


@dataclass(frozen=True, slots=True)
class Error:
    """The answer is ok:false with this error, and nothing was done."""

    error: str = "internal_error"


@dataclass(frozen=True, slots=True)
class Dropped:
    """The connection ends, and nothing was done."""


@dataclass(frozen=True, slots=True)
class Lost:
    """It is done, and the connection ends without an answer."""


@dataclass(frozen=True, slots=True)
class Held:
    """It waits for the event, and then goes on as ever."""

    until: asyncio.Event


Mishap = Status | TooMany | Error | Dropped | Lost | Held


@dataclass(slots=True)
class _Planned:
    mishap: Mishap
    name: str | None
    left: int


@dataclass(slots=True)
class Faults:
    """The mishaps that are still to come."""

    _planned: list[_Planned] = field(default_factory=list)

    def plan(self, mishap: Mishap, name: str | None = None, *, times: int = 1) -> None:
        """Let the next `times` calls of a method (None: any call) meet with it; names as in `record.Call`."""
        self._planned.append(_Planned(mishap, name, times))

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self._planned.clear()

    def meet(self, name: str) -> Mishap | None:
        """Return what this call meets with."""
        for each in self._planned:
            if each.left and each.name in {None, name}:
                each.left -= 1
                return each.mishap
        return None
