"""What goes wrong on demand with a platform of ours that is asked over HTTP."""

import asyncio
from dataclasses import dataclass, field
from typing import Generic, TypeVar

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Status:
    """The answer is this status, and nothing was done."""

    status: int = 500


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


@dataclass(slots=True)
class _Planned(Generic[M]):
    mishap: M
    name: str | None
    left: int


@dataclass(slots=True)
class Planned(Generic[M]):
    """The mishaps that are still to come."""

    _planned: list[_Planned[M]] = field(default_factory=list)

    def plan(self, mishap: M, name: str | None = None, *, times: int = 1) -> None:
        """Let the next `times` calls of that name (None: any call) meet with it."""
        self._planned.append(_Planned(mishap, name, times))

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self._planned.clear()

    def meet(self, name: str) -> M | None:
        """Return what this call meets with."""
        for each in self._planned:
            if each.left and each.name in {None, name}:
                each.left -= 1
                return each.mishap
        return None
