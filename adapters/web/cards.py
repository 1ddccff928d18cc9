"""Messages as HTML, rendered once for all pages; anew when the message changed, and before its links grow old."""

from collections.abc import Callable
from time import monotonic

from adapters.web.log import Entry
from bot.jobs import JobId, Place

_KEPT = 2048
"""Messages whose HTML is kept; beyond that all are rendered anew."""


class Cards:
    """Remembers HTML. A link in it was made up to half its life before, so the HTML is kept for a quarter of it."""

    def __init__(
        self, render: Callable[[Entry], str], *, link_s: float, now_s: Callable[[], float] = monotonic
    ) -> None:
        self._render = render
        self._for_s = link_s / 4
        self._now_s = now_s
        self._made: dict[tuple[Place, JobId], tuple[Entry, float, str]] = {}

    def html(self, entry: Entry) -> str:
        """Return a message's HTML; its links are good for at least a quarter of their life."""
        now, known = self._now_s(), self._made.get((entry.place, entry.job_id))
        if known is not None and known[0] is entry and now - known[1] <= self._for_s:
            return known[2]
        if len(self._made) >= _KEPT:
            self._made.clear()
        html = self._render(entry)
        self._made[entry.place, entry.job_id] = (entry, now, html)
        return html

    def forget(self, place: Place, job_id: JobId) -> None:
        """Forget a message that was removed."""
        self._made.pop((place, job_id), None)
