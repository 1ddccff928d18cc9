"""A job of somebody's history, shown to them alone as it stands: also where its own message was lost."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.discord.answering import Answering
from adapters.discord.answers import privately
from adapters.discord.cards import card_message
from adapters.discord.delivery import TIGHTENINGS, Delivery
from adapters.discord.rest import Refusal, Refused
from bot.jobs import JobRecord
from bot.status import StatusCard

_TOO_MUCH = frozenset({Refusal.TOO_LARGE, Refusal.INVALID, Refusal.AWAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Shows jobs once; nothing keeps such a message up to date."""

    card: Callable[[JobRecord], Awaitable[StatusCard]]
    delivery: Delivery

    async def show(self, answering: Answering, record: JobRecord) -> None:
        """Show a job with its pictures, or with links where they are too much. Raises ChatError or StoreLost."""
        if not await answering.later_ephemeral():
            return
        card = await self.card(record)
        try:
            await self._fill(answering, card, tightened=0)
        except Refused as refused:
            if refused.refusal not in _TOO_MUCH:
                raise
            await self._fill(answering, card, tightened=TIGHTENINGS)

    async def _fill(self, answering: Answering, card: StatusCard, *, tightened: int) -> None:
        limit = answering.origin.attachment_limit
        parcel = await self.delivery.parcel(card, limit=limit, tightened=tightened)
        await answering.fill(privately(card_message(card, parcel.shown)), parcel.uploads)
