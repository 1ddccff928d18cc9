"""Slack's time: messages are named by the moment they were made, and everything else by its kind and a number."""

from tests.fakes import clock


class Clock(clock.Clock):
    """Time that names what is made in it."""

    def __init__(self) -> None:
        super().__init__()
        self._last_ts = 0

    def ts(self) -> str:
        """Return the name of a message that is made now: seconds with six digits behind the point, never twice."""
        self._last_ts = max(self._last_ts + 1, round(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def name(self, letter: str) -> str:
        """Return an id that nothing else has: a letter for its kind, and ten signs."""
        number, signs = next(self.made), ""
        while number:
            number, digit = divmod(number, 36)
            signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + signs
        return f"{letter}0{signs:0>9}"
