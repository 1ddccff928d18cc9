"""Whoever is at the console is asked about once a minute: who is a moderator no more is out at the next check.

Each chat platform is asked by the processes that are in it. One that cannot be asked changes nothing: what it said last
is believed for BELIEVED_S, and then the console shows nothing until it can.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.console.sessions import CHECKED_EVERY_S, ConsoleSession
from bot.errors import ChatError, FairbrushError
from bot.outages import Outage
from bot.policy.measures import Actor, Rank
from bot.ports import SessionStore

_log = logging.getLogger(__name__)

ROUND_S = 10.0
"""The pause between two looks at who is to be asked about: so much earlier than due somebody is asked about."""

_DEADLINE_S = 10.0
_AT_ONCE = 4
"""So many people are asked about at a time: one of whom nobody tells keeps no other waiting."""


class Voucher(Protocol):
    """A platform that says who somebody is now."""

    async def actor(self, actor: Actor) -> Actor | None:
        """Return somebody with their rank as of now; None: they are not there any more.

        Raises ChatError or StoreLost where it cannot be told at the moment.
        """
        ...


@dataclass(frozen=True, slots=True)
class Itself:
    """Vouches for everybody as they are: whoever has the command line has the store, and nothing is kept from them."""

    async def actor(self, actor: Actor) -> Actor:
        """Return them."""
        return actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouching:
    """The checks of one platform's people."""

    sessions: SessionStore
    platform: str
    voucher: Voucher
    deadline_s: float = _DEADLINE_S
    _outages: dict[str, Outage] = field(default_factory=dict, init=False, repr=False)

    async def round(self) -> None:
        """Ask about everybody whose last check is a while ago; raises StoreLost."""
        people: dict[Actor, list[ConsoleSession]] = {}
        for session in await self._due():
            people.setdefault(session.actor, []).append(session)
        gate = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for actor, sessions in people.items():
                tasks.create_task(self._check(actor, sessions, gate))

    async def _due(self) -> Sequence[ConsoleSession]:
        sessions, now_ms = await self.sessions.of_platform(self.platform)
        return [each for each in sessions if now_ms - each.checked_ms >= (CHECKED_EVERY_S - ROUND_S) * 1000]

    async def _check(self, actor: Actor, sessions: Sequence[ConsoleSession], gate: asyncio.Semaphore) -> None:
        outage = self._outages.setdefault(_where(actor), Outage(_log, f"asking {self.platform} who moderates"))
        try:
            async with gate:
                async with asyncio.timeout(self.deadline_s):
                    now = await self.voucher.actor(actor)
                for each in sessions:
                    await self._heed(each, now)
        except FairbrushError as error:
            outage.lost(error)
        except TimeoutError:
            outage.lost(ChatError(detail="no answer in time"))
        except Exception as error:  # noqa: BLE001 - an answer that nobody foresaw must not end what the process does besides
            outage.broke(error)
        else:
            outage.over()

    async def _heed(self, session: ConsoleSession, now: Actor | None) -> None:
        if now is None or now.rank < Rank.MODERATOR:
            await self.sessions.end(session.id)
        else:
            await self.sessions.vouch(session.id, now)


def _where(actor: Actor) -> str:
    return actor.tenant.id if actor.tenant else ""
