"""A browser of a moderator or an operator at the console. Plain data; the store knows tokens by their digests only."""

from dataclasses import dataclass
from hashlib import sha256

from bot.policy.measures import Actor

LINK_S = 300.0
"""How long a link lets somebody in: it is opened where it was asked for, at once."""

LINK_TIME = "five minutes"
"""The same, as sentences say it."""

SESSION_S = 12 * 3600.0
"""How long a session lasts: a working day."""

CHECKED_EVERY_S = 60.0
"""How often a platform is asked whether somebody still has the right."""

BELIEVED_S = 150.0
"""How long what a platform last said is believed: two checks may fail. After it nothing is shown until one succeeds."""

MOST = 10
"""Browsers of one person that may be signed in at once, and links that may wait for them: the oldest goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSession:
    """One browser that was let in."""

    id: str  #: the digest of the token in its cookie
    actor: Actor  #: as their platform vouched for them last
    checked_ms: int  #: when it did, by the store's clock: at first when they asked for the link

    def is_believed(self, now_ms: int) -> bool:
        """Tell whether their rights were looked at lately enough."""
        return now_ms - self.checked_ms <= BELIEVED_S * 1000


def digest_of(token: str) -> str:
    """Return what the store knows a token by: whoever reads the store can sign in with nothing."""
    return sha256(token.encode()).hexdigest()
