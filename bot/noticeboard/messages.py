"""One step on one message: ask the platform, note what came of it. What is noted first survives a crash."""

import asyncio
import logging
from dataclasses import dataclass

from bot.errors import ChatError
from bot.jobs import MessageRef, nonce_of
from bot.noticeboard.steps import Sight, ping_is_due
from bot.ports import ChatPlatform, NoticeState, NoticeStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """The messages of a platform, with a deadline on every call."""

    platform: ChatPlatform
    notices: NoticeStore
    answer_s: float
    ping_after_s: float | None

    async def create(self, sight: Sight) -> None:
        """Make the message; raises ChatError or TimeoutError."""
        job = sight.record.job
        await self.notices.creating(job.id)
        async with asyncio.timeout(self.answer_s):
            ref = await self.platform.create(job, sight.card, nonce=nonce_of(job.id))
        # Asked for before, without an answer: then the message may stand there with the card of that time.
        shows = sight.notice.state is NoticeState.ABSENT
        await self._note(sight, ref, sight.card.digest() if shows else "")

    async def edit(self, sight: Sight) -> None:
        """Make the message show the card; raises ChatError or TimeoutError."""
        async with asyncio.timeout(self.answer_s):
            ref = await self.platform.edit(sight.record.job, _ref_of(sight), sight.card)
        await self._note(sight, ref, sight.card.digest())

    async def ping(self, sight: Sight) -> None:
        """Ping the requester, once at most: a ping that fails or whose answer is lost is not tried again."""
        if not await self.notices.take_ping(sight.record.job.id):
            return
        try:
            async with asyncio.timeout(self.answer_s):
                await self.platform.ping(sight.record.job, _ref_of(sight))
        except (ChatError, TimeoutError):
            _log.info("job %s: the ping could not be sent", sight.record.job.id)

    async def _note(self, sight: Sight, ref: MessageRef, rendered: str) -> None:
        final = bool(rendered) and sight.card.is_final and not ping_is_due(sight, self.ping_after_s)
        await self.notices.shown(sight.record.job.id, ref, rendered, final=final)


def _ref_of(sight: Sight) -> MessageRef:
    if sight.notice.ref is None:
        raise ValueError(f"job {sight.record.job.id} has no message yet")
    return sight.notice.ref
