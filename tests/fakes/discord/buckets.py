"""Rate limits: a window per route and major parameter, and one for everything that the bot does."""

import hashlib
from dataclasses import dataclass, field

from .shapes import Json

VIA = {"Via": "1.1 google"}
"""What tells a 429 of Discord's from one of Cloudflare's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many within so many seconds."""

    name: str
    most: int
    per_s: float


@dataclass(slots=True)
class _Window:
    ends: float = 0.0
    spent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a request may pass, and the headers that say how it stands."""

    headers: dict[str, str]
    retry_after: float = 0.0
    is_global: bool = False

    @property
    def body(self) -> Json:
        """What a 429 says."""
        return {
            "message": "You are being rate limited.",
            "retry_after": round(self.retry_after, 3),
            "global": self.is_global,
        }


@dataclass(slots=True)
class Buckets:
    """The windows of one application."""

    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict)

    def spend(self, rate: Rate, major: str, now: float) -> Verdict:
        """Count one request."""
        window = self._windows.setdefault((rate.name, major), _Window())
        if window.ends <= now:
            window.ends, window.spent = now + rate.per_s, 0
        left = rate.most - window.spent
        wait = max(window.ends - now, 0.001)
        headers = {
            "X-RateLimit-Limit": str(rate.most),
            "X-RateLimit-Remaining": str(max(left - 1, 0)),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(rate.name.encode()).hexdigest()[:32],
        }
        if left > 0:
            window.spent += 1
            return Verdict(headers=headers)
        return Verdict(headers={**headers, **refusing(wait, "user")}, retry_after=wait)

    def spend_overall(self, rate: Rate, now: float) -> Verdict:
        """Count one request against the global limit."""
        verdict = self.spend(rate, "", now)
        if not verdict.retry_after:
            return Verdict(headers={})
        headers = {**refusing(verdict.retry_after, "global"), "X-RateLimit-Global": "true"}
        return Verdict(headers=headers, retry_after=verdict.retry_after, is_global=True)


def refusing(wait: float, scope: str) -> dict[str, str]:
    """Return the headers that a 429 of Discord's has beside those of its bucket."""
    return {**VIA, "Retry-After": f"{wait:.3f}", "X-RateLimit-Scope": scope}
