"""The ports of the console: who is signed in, and what was used over time. All may raise StoreLost."""

from collections.abc import Sequence
from typing import Protocol

from bot.console.sessions import ConsoleSession
from bot.console.views import HourlyUsage
from bot.jobs import Tenant
from bot.policy.measures import Actor


class SessionStore(Protocol):
    """Links that let somebody in once, and the sessions that began with them. Tokens come as digests."""

    async def offer(self, link: str, actor: Actor) -> None:
        """Keep a link for LINK_S, of one person the last MOST."""
        ...

    async def begin(self, link: str, session: str) -> ConsoleSession | None:
        """Consume a link and begin a session of SESSION_S with it, in one step. None: there is no such link any more.

        Of one person the last MOST stay. After a lost answer it is asked again, done once, and answered the same.
        """
        ...

    async def read(self, session: str) -> tuple[ConsoleSession | None, int]:
        """Return a session, if it is open, and the store's time in ms."""
        ...

    async def vouch(self, session: str, actor: Actor) -> bool:
        """Note who they are by their platform's word of now; False: the session is over. It lasts no longer by it."""
        ...

    async def end(self, session: str) -> None:
        """End a session."""
        ...

    async def end_all(self) -> None:
        """End every session, and void every link."""
        ...

    async def of_platform(self, platform: str) -> tuple[Sequence[ConsoleSession], int]:
        """Return every open session of people who speak by that platform, and the store's time in ms."""
        ...


class UsageStore(Protocol):
    """GPU time by person and hour, of the last days, added up where jobs are settled."""

    async def hourly(self, tenant: Tenant | None, *, since_ms: int, user: str | None = None) -> Sequence[HourlyUsage]:
        """Return what was used since then, of one community or of all, in no order; with a user by them alone."""
        ...

    async def forget(self, tenant: Tenant, user: str) -> None:
        """Forget what somebody used in a community."""
        ...
