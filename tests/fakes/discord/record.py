"""Everything that was asked, and how it was answered."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .limits import Limits


@dataclass(slots=True, kw_only=True)
class Call:
    """One request; status 0 means that the connection ended without an answer."""

    at: float
    method: str
    route: str  #: the template: /channels/{channel_id}/messages
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    files: tuple[str, ...] = ()
    status: int = 0
    code: int = 0
    done_at: float | None = None

    @property
    def name(self) -> str:
        """Method and route."""
        return f"{self.method} {self.route}"


@dataclass(slots=True)
class Record:
    """The calls in the order in which they arrived."""

    calls: list[Call] = field(default_factory=list)
    invalid: list[float] = field(default_factory=list)  #: when a 401, 403 or 429 was answered

    def of(self, name: str) -> list[Call]:
        """Return the calls of `METHOD /route/{template}`."""
        return [each for each in self.calls if each.name == name]

    @property
    def too_many(self) -> list[Call]:
        """The calls that were answered by 429."""
        return [each for each in self.calls if each.status == 429]

    @property
    def refused(self) -> list[Call]:
        """The calls that a careful application would not have made: 4xx, whatever the reason."""
        return [each for each in self.calls if 400 <= each.status < 500]

    def statuses(self) -> Counter[int]:
        """Return how often each status was answered."""
        return Counter(each.status for each in self.calls)

    def finish(self, call: Call, status: int, code: int, now: float) -> None:
        """Write down the answer; 401, 403 and 429 count towards a ban."""
        call.status, call.code, call.done_at = status, code, now
        if status in {401, 403, 429}:
            self.invalid.append(now)

    def is_banned(self, limits: Limits, now: float) -> bool:
        """Whether Cloudflare answers now instead of Discord."""
        return sum(at > now - limits.invalid_s for at in self.invalid) >= limits.invalid
