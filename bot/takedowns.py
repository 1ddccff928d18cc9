"""Messages that are to go: whichever process has their platform takes them away, and tries until they are gone."""

import asyncio
import logging
from dataclasses import dataclass

from bot.errors import ChatError
from bot.jobs import Left
from bot.ports import ChatPlatform, DoomedStore

_log = logging.getLogger(__name__)

AT_ONCE = 20
"""Messages of one round: platforms let a bot delete a few in a second."""

PATIENCE_S = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedowns:
    """Those of one platform."""

    platform: ChatPlatform
    doomed: DoomedStore

    async def round(self) -> None:
        """Take some away; what does not go stays for a later round. Raises StoreLost."""
        for left in await self.doomed.doomed(self.platform.name, limit=AT_ONCE):
            if await self._is_gone(left):
                await self.doomed.gone(left)

    async def _is_gone(self, left: Left) -> bool:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.platform.remove(left.job, left.ref)
        except (ChatError, TimeoutError) as error:
            if isinstance(error, ChatError) and error.gone:
                return True
            _log.info("message not taken away yet: job=%s %s", left.job.id, getattr(error, "brief", "too slow"))
            return False
        return True
