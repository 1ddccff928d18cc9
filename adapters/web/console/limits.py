"""How much the console tells, and how often."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleLimits:
    """Bounds of it; the defaults suit a few dozen moderators."""

    body_bytes: int = 16 * 1024  #: of a form: the longest text of a measure is 2,000 characters
    streams_per_session: int = 6
    streams: int = 128
    tick_s: float = 1.0  #: how often an open page is told what changed
    checked_every_s: float = 10.0  #: how often an open page's session is looked at
    send_s: float = 10.0
    answer_s: float = 20.0  #: how long the store may take for what is shown
