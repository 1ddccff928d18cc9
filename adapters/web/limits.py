"""How much a browser may send, and how often."""

from collections import OrderedDict
from dataclasses import dataclass

from bot.budgets import Budget, Spending
from bot.images import MAX_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLimits:
    """Bounds of the page; the defaults suit a machine of one's own."""

    message_bytes: int = 64 * 1024  #: of a JSON body: a form's longest prompt is 4,000 characters
    upload_bytes: int = MAX_BYTES
    streams_per_session: int = 12
    streams: int = 512
    posts: int = 40  #: within `posts_window_s`, by session
    completions: int = 400  #: in the same time: one for each key that is pressed
    posts_window_s: float = 20.0
    send_s: float = 10.0  #: a page that takes nothing for so long is let go; it comes back and gets everything
    link_s: float = 12 * 3600.0  #: life of a picture's link


_SESSIONS = 1024


class Pace:
    """Counts what each session sends; the sessions unheard of for longest are forgotten."""

    def __init__(self, edits: int, per_s: float) -> None:
        self._budget = Budget(bucket="posts", edits=edits, per_s=per_s)
        self._spendings: OrderedDict[str, Spending] = OrderedDict()

    def wait_s(self, session: str, now: float) -> float:
        """Return how long a session has to wait; 0 counts as sent."""
        spending = self._spendings.setdefault(session, Spending(self._budget))
        self._spendings.move_to_end(session)
        if len(self._spendings) > _SESSIONS:
            self._spendings.popitem(last=False)
        wait = max(0.0, spending.ready_at(now) - now)
        if not wait:
            spending.spend(now)
        return wait
