"""Discord's time: ids that tell when they were made, and how a time is written."""

from datetime import UTC, datetime

from tests.fakes import clock

_EPOCH_MS = 1_420_070_400_000
"""Discord's own beginning of time."""


class Clock(clock.Clock):
    """Time that names what is made in it."""

    def snowflake(self) -> int:
        """Return an id that nobody has, made now."""
        return (round(self.now() * 1000) - _EPOCH_MS << 22) | (next(self.made) & 0x3FFFFF)


def iso(at: float) -> str:
    """Return the time as Discord writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()
