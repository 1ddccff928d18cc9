"""How much a browser may send, and how often."""

from dataclasses import dataclass, field

from bot.images import MAX_BYTES
from bot.policy.pace import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLimits:
    """Bounds of the page; the defaults suit a machine of one's own."""

    message_bytes: int = 64 * 1024  #: of a JSON body: a form's longest prompt is 4,000 characters
    upload_bytes: int = MAX_BYTES
    streams_per_session: int = 12
    streams: int = 512
    #: of whatever a session sends: each key asks for suggestions, and one that is held down comes thirty times a second
    rate: Rate = field(default_factory=lambda: Rate(burst=120, per_s=20.0))
    send_s: float = 10.0  #: a page that takes nothing for so long is let go; it comes back and gets everything
    link_s: float = 12 * 3600.0  #: life of a picture's link
