"""The answer to one interaction: what was said first decides how the next thing can be said."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeVar

from adapters.discord.calls import Upload
from adapters.discord.components import EPHEMERAL
from adapters.discord.origins import Origin
from adapters.discord.refusals import Refusal, Refused
from adapters.discord.rest import Rest
from adapters.discord.shapes import Json
from bot.errors import ChatError, StoreLost

T = TypeVar("T")

_log = logging.getLogger(__name__)

DECIDE_BY_S = 1.8
"""Until then something may be found out before the first answer: what is left of three seconds is for the way there."""

_MESSAGE, _LATER, _CHANGE_LATER, _CHANGE, _SUGGEST, _FORM = 4, 5, 6, 7, 8, 9


class _Said(Enum):
    NOTHING = auto()
    LATER = auto()  #: everybody sees that something will come
    LATER_EPHEMERAL = auto()
    SOMETHING = auto()


@dataclass(slots=True, kw_only=True)
class Answering:
    """What whoever asked gets to read. What cannot be said any more is logged: nobody could do anything about it."""

    rest: Rest
    origin: Origin
    heard_at: float  #: by the event loop's clock
    is_late: bool = False  #: most likely nobody waits any more, as for what is delivered after a lost connection
    _said: _Said = field(default=_Said.NOTHING, init=False)
    is_owed: bool = field(default=False, init=False)  #: what everybody waits for, only this process can bring as yet

    @property
    def is_later(self) -> bool:
        """Whether everybody was told that something will come."""
        return self._said is _Said.LATER

    async def show(self, message: Json) -> bool:
        """Answer with a message that everybody sees. False, here and below: it is too late, Discord told them so."""
        return await self._first(_MESSAGE, message, _Said.SOMETHING)

    async def later(self) -> bool:
        """Say to everybody that something will come."""
        self.is_owed = await self._first(_LATER, None, _Said.LATER)
        return self.is_owed

    async def later_ephemeral(self) -> bool:
        """Say to whoever asked that something will come."""
        return await self._first(_LATER, {"flags": EPHEMERAL}, _Said.LATER_EPHEMERAL)

    async def open(self, form: Json) -> bool:
        """Open a form; only a first answer can."""
        return await self._first(_FORM, form, _Said.SOMETHING)

    async def suggest(self, choices: list[Json]) -> bool:
        """Answer what somebody types."""
        return await self._first(_SUGGEST, {"choices": choices}, _Said.SOMETHING)

    async def change(self, message: Json) -> bool:
        """Change the message that was clicked."""
        return await self._first(_CHANGE, _edited(message), _Said.SOMETHING)

    async def accept(self) -> bool:
        """Take note of a click; what it does is seen elsewhere."""
        return await self._first(_CHANGE_LATER, None, _Said.SOMETHING)

    async def fill(self, message: Json, files: Sequence[Upload] = ()) -> Json:
        """Say what was promised for later; returns it as Discord keeps it. Raises ChatError."""
        self._said = _Said.SOMETHING
        return await self.rest.edit_reply(self.origin.application, self.origin.token, _edited(message), files)

    async def remove_clicked(self) -> None:
        """Take the message away that was clicked: an accepted click's answer is that message. Raises ChatError."""
        if await self.accept():
            await self.rest.delete_reply(self.origin.application, self.origin.token)

    async def in_time(self, knowing: Awaitable[T]) -> T:
        """Await what has to be known before the first answer. Raises StoreLost when it takes too long."""
        try:
            async with asyncio.timeout_at(self.heard_at + DECIDE_BY_S):
                return await knowing
        except TimeoutError as error:
            raise StoreLost(detail="no answer in time for Discord") from error

    async def whisper(self, message: Json) -> None:
        """Tell whoever asked, and nobody else."""
        try:
            match self._said:
                case _Said.NOTHING:
                    await self._first(_MESSAGE, message, _Said.SOMETHING)
                case _Said.LATER_EPHEMERAL:
                    await self.fill(message)
                case _Said.LATER:
                    await self._take_back()
                    await self._follow_up(message)
                case _Said.SOMETHING:
                    await self._follow_up(message)
        except ChatError as error:
            self._unsaid(error)

    async def hand_out(self, message: Json, file: Upload) -> None:
        """Give a file to whoever was told that something will come, and to nobody else."""
        try:
            await self.fill(message, [file])
        except ChatError as error:
            self._unsaid(error)

    async def _follow_up(self, message: Json) -> None:
        self._said = _Said.SOMETHING
        await self.rest.follow_up(self.origin.application, self.origin.token, message)

    async def _take_back(self) -> None:
        """Remove what everybody waits for, or else the follow-up would take its place.

        Where that fails, it does: then everybody reads why nothing comes, which is better than to wait for good.
        """
        with suppress(ChatError):
            await self.rest.delete_reply(self.origin.application, self.origin.token)

    async def _first(self, kind: int, data: Json | None, said: _Said) -> bool:
        # Before the call: when its own answer is lost, Discord has most likely done it.
        self._said = said
        try:
            await self.rest.answer(self.origin.id, self.origin.token, kind, data)
        except Refused as refused:
            self._unsaid(refused)
            return refused.refusal is not Refusal.TOKEN_DEAD
        return True

    def _unsaid(self, error: ChatError) -> None:
        _log.warning("an answer could not be given: interaction=%s %s", self.origin.id, error.brief)
        _log.debug("an answer could not be given: interaction=%s detail=%s", self.origin.id, error.detail)


def _edited(message: Json) -> Json:
    """Return a message as a change of one: who sees it was decided when it was made."""
    return {**message, "flags": message.get("flags", 0) & ~EPHEMERAL}
