"""Fairbrush in Discord: what is heard is answered, whatever becomes of the connection or of one of the answers."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from time import time

from adapters.discord.answering import Answering
from adapters.discord.answers import answered
from adapters.discord.chat import DiscordChat
from adapters.discord.client import GatewayOptions, listen
from adapters.discord.greeting import Greeting, Joined
from adapters.discord.origins import Kind, StrangeEvent, origin_of
from adapters.discord.registering import Registering
from adapters.discord.rest import Rest
from adapters.discord.routing import Routes
from adapters.discord.shapes import Json
from adapters.discord.vouching import Discords
from bot.answers import Answer
from bot.attending import DEADLINE_S, Attending
from bot.errors import ConfigError, gathered
from bot.outages import Outage
from bot.refusals import BUSY, STOPPING, refused
from bot.supervising import Pauses, Supervisor

_log = logging.getLogger(__name__)

LATE_S = 2.0
"""What is heard so long after it was done may be too late to answer. A clock that is wrong costs a card a moment."""


@dataclass(slots=True, kw_only=True)
class DiscordFront:
    """The bot in Discord; `run` is all of it."""

    platform: DiscordChat  #: what the noticeboard shows jobs with
    rest: Rest
    routes: Routes
    registering: Registering
    greeting: Greeting
    gateway: GatewayOptions
    voucher: Discords  #: says who of those at the console still moderates
    deadline_s: float = DEADLINE_S
    _attending: Attending[Answering] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._attending = Attending(
            follow=self.routes.follow,
            refuse=self._refuse,
            turn_away=partial(self._tell, refusal=BUSY),
            leave=self._leave,
            about=_about,
            who=lambda answering: answering.origin.requester.person,
            deadline_s=self.deadline_s,
        )

    async def run(self) -> None:
        """Be in Discord until cancelled. Raises ConfigError for what only the operator can mend."""
        try:
            async with self.rest, asyncio.TaskGroup() as tasks:
                heard = partial(self._hear, tasks)
                supervisor = Supervisor(
                    listen=partial(listen, replace(self.gateway, joined=partial(self._join, tasks)), heard),
                    outage=Outage(_log, "Discord's gateway"),
                    pauses=Pauses(),
                )
                tasks.create_task(self.rest.run())
                tasks.create_task(supervisor.run())
                tasks.create_task(self.registering.run())
        except* ConfigError as group:
            raise gathered(group) from None

    def _join(self, tasks: asyncio.TaskGroup, joined: Joined) -> None:
        tasks.create_task(self.greeting.greet(joined))

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
        self._attending.begin(tasks, answering)

    async def _leave(self, answering: Answering) -> None:
        """Take back what was promised to everybody, and that no other process knows of."""
        if answering.is_owed:
            await self._tell(answering, STOPPING)

    async def _refuse(self, answering: Answering, error: Exception) -> None:
        await self._tell(answering, refused(error, _about(answering)))

    async def _tell(self, answering: Answering, refusal: Answer) -> None:
        if answering.origin.kind is Kind.AUTOCOMPLETE:
            await answering.suggest([])  # it has no place for words
        else:
            await answering.whisper(answered(refusal))


def _about(answering: Answering) -> str:
    return f"interaction={answering.origin.id}"
