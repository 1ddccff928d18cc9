"""Attends what people do on a chat platform: so many at a time, each with a deadline; what fails ends nothing else.

Nobody is attended more often than the pace allows, whatever they do: it is counted as it is heard, before anything is
read, fetched or refused.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.errors import TooFast
from bot.policy.pace import Pace, Rate

T = TypeVar("T")

_log = logging.getLogger(__name__)

AT_ONCE = 64
"""What is answered at the same time; each may hold a picture of 32 MB for a moment."""

TURNED_AWAY_AT_ONCE = 64
"""Those beyond it who are told so at the same time; whoever comes then hears what their platform says by itself."""

DEADLINE_S = 90.0
"""The deadline of everything that one thing asks for: four pictures at their deadline, and the store's."""

RATE = Rate()
"""How often one person is attended."""

LEAVING_S = 2.0
"""For so long a front that ends tells whoever it leaves."""


def _nothing(_: object) -> None:
    """Nothing has to be done in the end."""


@dataclass(slots=True, kw_only=True)
class Attending(Generic[T]):
    """How a front attends what it hears; it says in each of these what its platform needs."""

    follow: Callable[[T], Awaitable[None]]  #: does what is asked; raises what whoever asked has to be told
    refuse: Callable[[T, Exception], Awaitable[None]]
    turn_away: Callable[[T], Awaitable[None]]
    leave: Callable[[T], Awaitable[None]]  #: this process ends, and nobody else knows of what was asked
    about: Callable[[T], str]  #: names it in the log
    who: Callable[[T], Hashable]  #: did it, as they are known in all communities of the platform
    over: Callable[[T], object] = _nothing  #: whatever became of it
    deadline_s: float = DEADLINE_S
    pace: Pace = field(default_factory=lambda: Pace(rate=RATE))
    _attended: int = field(default=0, init=False)
    _turned_away: int = field(default=0, init=False)

    def begin(self, tasks: asyncio.TaskGroup, asked: T) -> None:
        """Begin to attend it, or to say that it is one too many or that there is no room; beyond that do nothing."""
        # Counted here: a burst is heard before the first of its tasks begins.
        too_fast = self.pace.refusal(self.who(asked), asyncio.get_running_loop().time())
        if too_fast is None and self._attended < AT_ONCE:
            self._attended += 1
            tasks.create_task(self._attend(asked))
        elif self._turned_away < TURNED_AWAY_AT_ONCE:
            self._turned_away += 1
            tasks.create_task(self._turn_away(asked, too_fast))

    async def _attend(self, asked: T) -> None:
        try:
            await self._answer(asked)
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVING_S):
                    await self.leave(asked)
            raise
        except Exception:  # noqa: BLE001 - one answer could not be put into words: that is no reason to end the others
            _log.exception("an answer failed: %s", self.about(asked))
        finally:
            self._attended -= 1
            self.over(asked)

    async def _answer(self, asked: T) -> None:
        """Do what is asked; whatever goes wrong is told to whoever asked, and ends here."""
        try:
            async with asyncio.timeout(self.deadline_s):
                await self.follow(asked)
        except Exception as error:  # noqa: BLE001 - the last stop before a person: the log has what they are not told
            await self.refuse(asked, error)

    async def _turn_away(self, asked: T, too_fast: TooFast | None) -> None:
        try:
            await (self.refuse(asked, too_fast) if too_fast else self.turn_away(asked))
        except Exception:  # noqa: BLE001 - as above
            _log.exception("an answer failed: %s", self.about(asked))
        finally:
            self._turned_away -= 1
            self.over(asked)
