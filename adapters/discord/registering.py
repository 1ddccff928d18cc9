"""Keeps the commands that Discord lists in step with the catalog, while the service runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass

from adapters.discord.registration import commands_of
from adapters.discord.rest import Rest
from adapters.discord.shapes import Json
from adapters.discord.syncing import sync
from bot.desk import Desk
from bot.errors import FairbrushError
from bot.outages import Outage
from bot.ports import TextStore

_log = logging.getLogger(__name__)

LOOK_S = 5.0
"""How long a changed workflow stays unregistered."""

_LONGEST_S = 300.0
"""Between two tries: Discord takes 200 new commands a day, and a refused list is refused again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """Registers what is to be had, everywhere, or in the communities that are for trying things out."""

    desk: Desk
    rest: Rest
    remembered: TextStore
    guilds: Sequence[str] = ()  #: none: everywhere
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> None:
        """Register whenever something changed; what fails is tried again, ever more rarely."""
        await self.rest.logged_in.wait()
        outage, pause_s = Outage(_log, "registering commands"), LOOK_S
        known: Hashable = None
        while True:
            try:
                known = await self._look(known)
            except FairbrushError as error:
                outage.lost(error)
                pause_s = min(2 * pause_s, _LONGEST_S)
            except Exception as error:  # noqa: BLE001 - a workflow that nobody foresaw takes nobody out of Discord
                outage.broke(error)
                pause_s = min(2 * pause_s, _LONGEST_S)
            else:
                outage.over()
                pause_s = LOOK_S
            await self.sleep(pause_s)

    async def _look(self, known: Hashable) -> Hashable:
        """Register what is to be had unless it is this already; return what is registered."""
        catalog, usual = self.desk.catalog(), self.desk.knowledge.usual()
        # All commands are made of this alone; to make and compare them takes a hundred workflows' worth of time.
        to_be_had = (usual, tuple((name, each.digest) for name, each in catalog.workflows.items()))
        if to_be_had == known:
            return known
        registration = commands_of(catalog, usual)
        await self._register(registration.commands)
        for each in registration.left_out:
            _log.warning("Discord cannot take all of it: %s", each)
        return to_be_had

    async def _register(self, commands: Sequence[Json]) -> None:
        for guild in self.guilds or (None,):
            await sync(self.rest, self.remembered, commands, application=self.rest.application, guild=guild)
