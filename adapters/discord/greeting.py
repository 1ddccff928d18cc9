"""The first thing that a server hears of us: three lines for its moderators, where Discord puts its own notices."""

import logging
from dataclasses import dataclass

from adapters.discord import answers
from adapters.discord.components import EPHEMERAL
from adapters.discord.rest import Rest
from bot.errors import ChatError
from bot.presiding import MOD, greeting

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A server that has just let us in."""

    guild: str
    notices: str | None  #: its channel for system messages; None: it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """Greets."""

    rest: Rest

    async def greet(self, joined: Joined) -> None:
        """Say how moderators begin; a server that has no place for that, or none for us, hears nothing."""
        if joined.notices is None:
            return
        body = answers.answered(greeting(f"/{MOD}"))
        try:
            # By the server's id: with Discord's help even two processes that hear of it greet once.
            said = {**body, "flags": body["flags"] & ~EPHEMERAL}
            await self.rest.send(joined.notices, said, nonce=f"hi{joined.guild}"[:25], essential=False)
        except ChatError as error:
            _log.info("a server was not greeted: guild=%s %s", joined.guild, error.brief)
