"""What goes wrong on demand; a call's name is its method's, as in `record.Call`."""

from dataclasses import dataclass

from tests.fakes.mishaps import Dropped, Held, Lost, Planned, Status

__all__ = ["Dropped", "Error", "Faults", "Held", "Lost", "Mishap", "Status", "TooMany"]


@dataclass(frozen=True, slots=True)
class TooMany:
    """The answer is 429 with so much in Retry-After, whole seconds."""

    after_s: int = 1


@dataclass(frozen=True, slots=True)
class Error:
    """The answer is ok:false with this error, and nothing was done."""

    error: str = "internal_error"


Mishap = Status | TooMany | Error | Dropped | Lost | Held
Faults = Planned[Mishap]
