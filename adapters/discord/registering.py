"""Keeps the commands that Discord lists in step with the catalog, while the service runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field

from adapters.discord.refusals import Refused
from adapters.discord.registration import Registration, commands_of
from adapters.discord.rest import Rest
from adapters.discord.shapes import Json
from adapters.discord.syncing import REFUSED, sync
from bot.desk import Desk
from bot.errors import FairbrushError
from bot.outages import Outage
from bot.ports import TextStore
from workflows.catalog import Catalog

_log = logging.getLogger(__name__)

LOOK_S = 5.0
"""How long a changed workflow stays unregistered."""

_LONGEST_S = 300.0
"""Between two tries: Discord takes 200 new commands a day, and a refused list is refused again."""


class _CommandsRefused(FairbrushError):
    """Discord did not take the commands; the sentence is for the operator's log."""

    code = "discord"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """Registers what is to be had, everywhere, or in the communities that are for trying things out."""

    desk: Desk
    rest: Rest
    remembered: TextStore
    guilds: Sequence[str] = ()  #: none: everywhere
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _made: list[tuple[Hashable, Registration]] = field(default_factory=list)  #: the latest alone

    async def run(self) -> None:
        """Register whenever something changed, in each community by itself: one that refuses keeps no other waiting."""
        await self.rest.logged_in.wait()
        async with asyncio.TaskGroup() as group:
            for guild in self.guilds or (None,):
                group.create_task(self._keep(guild))

    async def _keep(self, guild: str | None) -> None:
        """Register in one place; what fails is tried again, ever more rarely."""
        outage, pause_s = Outage(_log, f"registering commands {f'in {guild}' if guild else 'everywhere'}"), LOOK_S
        known: Hashable = None
        while True:
            try:
                known = await self._look(known, guild)
            except FairbrushError as error:
                outage.lost(_explained(error))
                pause_s = min(2 * pause_s, _LONGEST_S)
            except Exception as error:  # noqa: BLE001 - a workflow that nobody foresaw takes nobody out of Discord
                outage.broke(error)
                pause_s = min(2 * pause_s, _LONGEST_S)
            else:
                outage.over()
                pause_s = LOOK_S
            await self.sleep(pause_s)

    async def _look(self, known: Hashable, guild: str | None) -> Hashable:
        """Register what is to be had unless it is this already; return what is registered."""
        catalog, usual = self.desk.catalog(), self.desk.knowledge.usual()
        # All commands are made of this alone; to make and compare them takes a hundred workflows' worth of time.
        to_be_had = (usual, tuple((name, each.digest) for name, each in catalog.workflows.items()))
        if to_be_had == known:
            return known
        commands = self._commands(to_be_had, catalog, usual)
        await sync(self.rest, self.remembered, commands, application=self.rest.application, guild=guild)
        return to_be_had

    def _commands(self, to_be_had: Hashable, catalog: Catalog, usual: str) -> Sequence[Json]:
        """Make the commands, once for all communities; say once what is missing among them."""
        if not self._made or self._made[0][0] != to_be_had:
            registration = commands_of(catalog, usual)
            self._made[:] = [(to_be_had, registration)]
            for each in registration.left_out:
                _log.warning("Discord cannot take all of it: %s", each)
        return self._made[0][1].commands


def _explained(error: FairbrushError) -> FairbrushError:
    """Add to a refusal what the operator can do about it; the log has the numbers, too."""
    if not isinstance(error, Refused) or error.refusal not in REFUSED:
        return error
    return _CommandsRefused(f"{error.reason}. {REFUSED[error.refusal]}", detail=error.detail)
