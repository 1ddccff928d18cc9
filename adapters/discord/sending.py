"""Sends a card with as much of its files as Discord takes: what is too much for it is made less, down to none."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from adapters.discord.calls import Upload
from adapters.discord.cards import card_message
from adapters.discord.delivery import Delivery
from adapters.discord.refusals import Refusal, Refused
from adapters.discord.shapes import Json
from bot.copies import REFUSALS
from bot.jobs import JobId
from bot.status import StatusCard

Put = Callable[[Json, Sequence[Upload]], Awaitable[Json]]
"""Sends a body with its files one way or another, and returns the message. Raises Refused."""

_SLOW_BYTES = 512 * 1024
"""Less than this is not why a call took too long."""

_MOST_REMEMBERED = 1000


class Sending:
    """What is known of how much may be sent: a try that failed is not made again with the next edit."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._tightened: dict[JobId, int] = {}  #: how often the files of a job were too much

    async def send(self, job_id: JobId, card: StatusCard, put: Put, *, limit: int, remarks: Sequence[str] = ()) -> Json:
        """Send a card, and return its message; `limit`: bytes of one file there. Raises Refused."""
        tightened = self._tightened.get(job_id, 0)
        while True:
            parcel = await self._delivery.parcel(card, limit=limit, tightened=tightened, remarks=remarks)
            try:
                message = await put({**card_message(card, parcel.shown), "attachments": []}, parcel.uploads)
            except Refused as refused:
                less = _tighter(refused.refusal, tightened)
                if not parcel.uploads or less is None:
                    raise
                tightened = self._remember(job_id, less)
            except asyncio.CancelledError:
                # A deadline, most likely. What did not arrive in time would not the next time either; yet however
                # slow the line is, or however long Discord is away, a small copy is always sent.
                if sum(len(upload.content) for upload in parcel.uploads) > _SLOW_BYTES:
                    self._remember(job_id, min(tightened + 1, REFUSALS - 1))
                raise
            else:
                self._tightened.pop(job_id, None)
                return message

    def _remember(self, job_id: JobId, tightened: int) -> int:
        if len(self._tightened) >= _MOST_REMEMBERED:
            self._tightened.clear()
        self._tightened[job_id] = tightened
        return tightened


def _tighter(refusal: Refusal, tightened: int) -> int | None:
    """Return how much less to send after a refusal; None when the files are not why."""
    match refusal:
        case Refusal.TOO_LARGE:
            return tightened + 1
        case Refusal.INVALID:
            return REFUSALS
        case _:
            return None
