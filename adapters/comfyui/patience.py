"""How long a server is believed that does not answer, does not know a run, or does not begin with it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field

from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.whereabouts import Nowhere, Pending, Whereabouts
from bot.errors import ServerLost, ServerStuck

_LOOKS = 3
"""Fewer prove nothing, however far apart: each may have met the moment between two runs, or this process slept."""


@dataclass(slots=True)
class Since:
    """How long, and in how many looks, something has been so without a break."""

    began: float | None = None
    looks: int = 0

    def lasts(self, now: float) -> float:
        """Note that it is so, and return for how many seconds by now."""
        self.began = now if self.began is None else self.began
        self.looks += 1
        return now - self.began

    def over(self) -> None:
        """Note that it is not so."""
        self.began, self.looks = None, 0


@dataclass(slots=True)
class Patience:
    """What one run's questions were answered. Times are the loop's."""

    limits: ComfyLimits
    _silent: Since = field(default_factory=Since)
    _hung_up: Since = field(default_factory=Since)
    _absent: Since = field(default_factory=Since)
    _idle: Since = field(default_factory=Since)

    def silent(self, now: float, error: ServerLost, *, hung_up: bool = False) -> None:
        """Note that there was no answer; raises the error when that has lasted too long.

        Silence may be a long line or a busy server. One that hung up, time and again, has died.
        """
        self._idle.over()  # a server that stood still altogether is not one that only takes no work
        if hung_up and self._hung_up.lasts(now) >= self.limits.refused_s and self._hung_up.looks >= _LOOKS:
            raise error
        if self._silent.lasts(now) >= self.limits.lost_s:
            raise error

    def answered(self, now: float, place: Whereabouts, given_up: Collection[str] = ()) -> None:
        """Note an answer; raises ServerLost when the run has been nowhere for too long, ServerStuck when nothing was
        before it for too long, and yet it did not begin. Runs that were given up are nothing.

        Whatever else executes, a stranger's run too, is before it; so is a run whose history is not yet written.
        """
        self._silent.over()
        self._hung_up.over()
        if not isinstance(place, Nowhere):
            self._absent.over()
        elif self._absent.lasts(now) >= self.limits.absent_s:
            raise ServerLost("The GPU was restarted and has forgotten the run.")
        if not isinstance(place, Pending) or set(place.before) - set(given_up):
            self._idle.over()
        elif self._idle.lasts(now) >= self.limits.stuck_s and self._idle.looks >= _LOOKS:
            raise ServerStuck(detail=f"first in the queue for {self.limits.stuck_s:g} s, and nothing executes")
