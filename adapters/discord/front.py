"""Fairbrush in Discord: what is heard is answered, whatever becomes of the connection or of one of the answers."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from time import time

from adapters.discord.answering import Answering
from adapters.discord.answers import answered
from adapters.discord.chat import DiscordChat
from adapters.discord.client import GatewayOptions, listen
from adapters.discord.origins import Kind, StrangeEvent, origin_of
from adapters.discord.registering import Registering
from adapters.discord.rest import Rest
from adapters.discord.routing import Routes
from adapters.discord.shapes import Json
from adapters.discord.supervising import Pauses, Supervisor
from bot.answers import Answer
from bot.errors import ConfigError, gathered
from bot.outages import Outage
from bot.refusals import BUSY, STOPPING, refused

_log = logging.getLogger(__name__)

AT_ONCE = 64
"""Interactions that are answered at the same time; each may hold a picture of 32 MB for a moment."""

TURNED_AWAY_AT_ONCE = 64
"""Those beyond it who are told so at the same time; whoever comes then hears Discord's own words after 3 s."""

LATE_S = 2.0
"""What is heard so long after it was done may be too late to answer. A clock that is wrong costs a card a moment."""

INTERACTION_S = 90.0
"""The deadline of everything that one interaction asks for: four pictures at the CDN's deadline, and the store's."""

LEAVING_S = 2.0
"""For so long a front that ends takes back what it has promised."""


@dataclass(slots=True, kw_only=True)
class DiscordFront:
    """The bot in Discord; `run` is all of it."""

    platform: DiscordChat  #: what the noticeboard shows jobs with
    rest: Rest
    routes: Routes
    registering: Registering
    gateway: GatewayOptions
    deadline_s: float = INTERACTION_S
    _attended: int = field(default=0, init=False)
    _turned_away: int = field(default=0, init=False)

    async def run(self) -> None:
        """Be in Discord until cancelled. Raises ConfigError for what only the operator can mend."""
        try:
            async with self.rest, asyncio.TaskGroup() as tasks:
                heard = partial(self._hear, tasks)
                supervisor = Supervisor(
                    listen=partial(listen, self.gateway, heard),
                    outage=Outage(_log, "Discord's gateway"),
                    pauses=Pauses(),
                )
                tasks.create_task(self.rest.run())
                tasks.create_task(supervisor.run())
                tasks.create_task(self.registering.run())
        except* ConfigError as group:
            raise gathered(group) from None

    # ---- One interaction ----

    def _hear(self, tasks: asyncio.TaskGroup, event: Json, restricts: Callable[[str], bool]) -> None:
        """Begin to answer; called by the gateway client, to which nothing may be raised."""
        try:
            origin = origin_of(event, restricts=restricts)
        except StrangeEvent as error:
            _log.warning("an event that cannot be read: %s", error)
            return
        answering = Answering(
            rest=self.rest,
            origin=origin,
            heard_at=asyncio.get_running_loop().time(),
            is_late=time() - origin.made_at > LATE_S,
        )
        # Counted here: a burst is heard before the first of its tasks begins.
        if self._attended < AT_ONCE:
            self._attended += 1
            tasks.create_task(self._attend(answering))
        elif self._turned_away < TURNED_AWAY_AT_ONCE:
            self._turned_away += 1
            tasks.create_task(self._turn_away(answering))

    async def _attend(self, answering: Answering) -> None:
        try:
            await self._answer(answering)
        except asyncio.CancelledError:
            await self._leave(answering)
            raise
        except Exception:  # noqa: BLE001 - one answer could not be put into words: that is no reason to leave Discord
            _log.exception("an answer failed: interaction=%s", answering.origin.id)
        finally:
            self._attended -= 1

    async def _leave(self, answering: Answering) -> None:
        """Take back what was promised to everybody, and that no other process knows of."""
        if answering.is_owed:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVING_S):
                    await self._refuse(answering, STOPPING)

    async def _turn_away(self, answering: Answering) -> None:
        try:
            await self._refuse(answering, BUSY)
        except Exception:  # noqa: BLE001 - as above
            _log.exception("an answer failed: interaction=%s", answering.origin.id)
        finally:
            self._turned_away -= 1

    async def _answer(self, answering: Answering) -> None:
        """Do what is asked; whatever goes wrong is told to whoever asked, and ends here."""
        try:
            async with asyncio.timeout(self.deadline_s):
                await self.routes.follow(answering)
        except Exception as error:  # noqa: BLE001 - the last stop before a person: the log has what they are not told
            await self._refuse(answering, refused(error, f"interaction={answering.origin.id}"))

    async def _refuse(self, answering: Answering, refusal: Answer) -> None:
        if answering.origin.kind is Kind.AUTOCOMPLETE:
            await answering.suggest([])  # it has no place for words
        else:
            await answering.whisper(answered(refusal))
