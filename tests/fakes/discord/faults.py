"""What goes wrong on demand; a call's name is `METHOD /route/{template}`."""

from dataclasses import dataclass

from tests.fakes.mishaps import Dropped, Held, Lost, Planned, Status

__all__ = ["Dropped", "Faults", "Held", "Lost", "Mishap", "Status", "TooMany"]


@dataclass(frozen=True, slots=True)
class TooMany:
    """The answer is 429; without `via` it looks like Cloudflare's."""

    after_s: float = 0.05
    via: bool = True
    is_global: bool = False


Mishap = Status | TooMany | Dropped | Lost | Held
Faults = Planned[Mishap]
