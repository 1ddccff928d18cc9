"""How somebody gets into the console, and how long they stay: by a link that works once, under rights of today.

A link is shown to one person, who opens it within minutes; what makes it work stands behind a `#`, so that it is in no
log and a chat that looks at links consumes nothing. What a browser then holds is known to the store by its digest only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from secrets import token_urlsafe

from bot.console.sessions import digest_of
from bot.errors import NotAllowed, SubmissionError
from bot.policy.measures import Actor, Rank
from bot.ports import SessionStore

SIGN_IN = "/console/sign-in"
"""Where a link leads to on the page's server; its token stands behind a `#`."""

LOCAL = "local"
"""The platform of the command line."""

HERE = frozenset({LOCAL, "web"})
"""The platforms of the command line and the page: whoever speaks by them is where the page is."""

MOST_TOKEN = 200
"""Characters of a token that is looked for at all."""

_NOWHERE = (
    "The console is only on the machine that Fairbrush runs on: whoever runs it can set public_url to an address that "
    "begins with https://."
)


class Unchecked(Enum):
    """Somebody is signed in, but nobody can tell at the moment whether they still have the right."""

    UNCHECKED = auto()


UNCHECKED = Unchecked.UNCHECKED


def _token() -> str:
    return token_urlsafe(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIn:
    """Links, and the sessions that begin with them. Every method may raise StoreLost."""

    sessions: SessionStore
    public_url: str | None = (
        None  #: where the page is for those who are elsewhere, by https; None: only on this machine
    )
    here: str = ""  #: before the path, for whoever is on the page or its machine; empty: a link of the page's own
    token: Callable[[], str] = _token

    async def link(self, actor: Actor) -> str:
        """Return the address of a sign-in that works once, for LINK_S.

        Raises NotAllowed for those who see no console, and SubmissionError where they could not reach it.
        """
        if actor.rank < Rank.MODERATOR:
            raise NotAllowed
        base = self.here if actor.platform in HERE else self.public_url
        if base is None:
            raise SubmissionError(_NOWHERE)
        token = self.token()
        await self.sessions.offer(digest_of(token), actor)
        return f"{base.rstrip('/')}{SIGN_IN}#{token}"

    async def begin(self, token: str) -> str | None:
        """Consume a link by its token, and return a session's token for the cookie; None: it works no more."""
        if not _may_be(token):
            return None
        cookie = self.token()
        session = await self.sessions.begin(digest_of(token), digest_of(cookie))
        return cookie if session else None

    async def actor(self, cookie: str) -> Actor | Unchecked | None:
        """Return who a session's token stands for; None: they are not signed in."""
        if not _may_be(cookie):
            return None
        session, now_ms = await self.sessions.read(digest_of(cookie))
        if session is None or session.actor.rank < Rank.MODERATOR:
            return None
        return session.actor if session.is_believed(now_ms) else UNCHECKED

    async def end(self, cookie: str) -> None:
        """Sign out."""
        if _may_be(cookie):
            await self.sessions.end(digest_of(cookie))

    async def end_all(self) -> None:
        """Sign everybody out, and void every link."""
        await self.sessions.end_all()


def _may_be(token: str) -> bool:
    """Tell whether something could be a token of ours: what is longer is not even looked at."""
    return 0 < len(token) <= MOST_TOKEN and token.isascii()
